"""What a dose is worth that came up, as US TIP 43 has it. One line a case: what was swallowed, when it came up, who saw it.

`suggested` is what the page tells the prescriber: an amount in mg, `nothing`, or `-` where no band holds. Only what staff
saw counts; a part of a dose is rounded down to a whole milligram, and nothing suggested is more than was swallowed.
Source: clinical-rules §3.1; product.md §3.
"""

from datetime import UTC, date, datetime

import pytest

from dispensary.policy.profiles import SHIPPED, Approval, load
from dispensary.policy.stack import VomitBands, bands_in_force
from dispensary.rules.vomiting import band_of, needs_no_replacement, suggestion_for
from models.enums import Form, Medication
from models.units import mg

DAY = date(2026, 3, 2)
TIP_43 = next(profile for profile in load([SHIPPED]) if profile.id == "us-tip43-2005")
APPROVED = bands_in_force(
    [TIP_43], [Approval(TIP_43.id, TIP_43.digest, True, DAY, datetime(2026, 3, 2, 8, tzinfo=UTC), "Dana Frost")], DAY
)

TABLE = """
swallowed | medicine      | minutes | seen by | band | suggested
80        | methadone     | 0       | staff   | 1    | 80
80        | methadone     | 14      | staff   | 1    | 80
85        | methadone     | 15      | staff   | 2    | 42
85        | methadone     | 30      | staff   | 2    | 42
1         | methadone     | 20      | staff   | 2    | nothing
37.5      | methadone     | 5       | staff   | 1    | 37.5
85        | methadone     | 31      | staff   | 3    | nothing
85        | methadone     | 600     | staff   | 3    | nothing
85        | methadone     | 5       | nobody  | -    | -
85        | methadone     | 20      | nobody  | -    | -
8         | buprenorphine | 5       | staff   | -    | -
"""


def rows():
    lines = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()]
    return [pytest.param(*line, id=" ".join(line)) for line in lines[1:]]


@pytest.mark.parametrize(("swallowed", "medicine", "minutes", "seen", "band", "suggested"), rows())
def test_what_is_suggested_to_the_prescriber(swallowed, medicine, minutes, seen, band, suggested):
    found = band_of(APPROVED, Medication(medicine), int(minutes), witnessed=seen == "staff")
    said = suggestion_for(found, mg(swallowed))

    assert (str(found.rule.number) if found else "-") == band
    assert ("-" if said is None else "nothing" if said.nothing else str(said.amount_mg)) == suggested


def test_where_no_profile_is_approved_nothing_is_said():
    assert band_of(VomitBands(), Medication.METHADONE, 5, witnessed=True) is None


@pytest.mark.parametrize(
    ("medication", "form", "nothing_is_replaced"),
    [
        (Medication.BUPRENORPHINE, Form.TABLET, True),
        (Medication.BUPRENORPHINE_NALOXONE, Form.FILM, True),
        (Medication.METHADONE, Form.TABLET, False),
        (Medication.METHADONE, Form.LIQUID, False),
    ],
)
def test_after_buprenorphine_has_dissolved_nothing_is_replaced(medication, form, nothing_is_replaced):
    assert needs_no_replacement(medication, form) is nothing_is_replaced
