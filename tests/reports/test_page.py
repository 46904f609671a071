"""The frame of every sheet: its header keeps to its own lines, however much it has to say."""

import io
from dataclasses import replace

import pytest
from pypdf import PdfReader
from reportlab.platypus import Spacer

from dispensary.policy.profiles import Approval
from dispensary.wording import say
from reports import page
from tests.reports.made_up import SPEAK, heading


def heights(pdf):
    """Return how high on the first page each piece of text stands."""
    found = {}
    PdfReader(io.BytesIO(pdf)).pages[0].extract_text(
        visitor_text=lambda text, _cm, tm, *_: found.setdefault(text.strip(), tm[5]) if text.strip() else None
    )
    return found


@pytest.mark.parametrize(("profiles", "one_line"), [(0, True), (6, False)])
def test_rules_stand_beside_the_period_only_where_there_is_room(profiles, one_line):
    about = heading()
    approvals = [
        Approval(f"a-profile-with-a-name-{n}", "", True, about.first, about.printed_at, "Dana") for n in range(profiles)
    ]
    pdf = page.build([Spacer(1, 1)], title=say("Sheet"), about=replace(about, policies=tuple(approvals)), speak=SPEAK)

    stands = heights(pdf)
    [period] = [y for text, y in stands.items() if text.startswith("Clinic day")]
    [rules] = [y for text, y in stands.items() if "Policy:" in text]
    assert (abs(period - rules) < page.SMALL) == one_line
