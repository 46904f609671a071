"""The records that an address names, by the names of its gaps: none of another site is opened."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table

from dispensary.queries import here
from dispensary.web import edge
from dispensary.web.database import db
from models import Base

NAMED_OTHERWISE = {
    "asked_id": "take_home_request",
    "decision_id": "take_home_decision",
    "end_id": "episode_end",
    "incoming_id": "consignment",
    "issue_id": "take_home_issue",
    "kit_id": "place",
    "link_id": "person_link",
    "one_off_id": "one_off_take_home",
    "order_id": "dose_order",
    "other_id": "person",
    "pack_id": "downtime_pack",
    "plan_id": "care_plan",
    "role_id": "staff_role",
    "score_id": "instrument_score",
    "screening_id": "instrument_score",
}
"""Gaps that are not named after their table."""


def table_of(gap: str) -> Table | None:
    """Return the table of the record that a gap in an address names; None where it names none."""
    return Base.metadata.tables.get(NAMED_OTHERWISE.get(gap, gap.removesuffix("_id")))


def is_of_here(line: Any) -> bool:
    """Return whether this site recorded what a line of a page shows, so that it is opened here."""
    return bool(line.site_id == edge.sitting().site_id)


def refuse_elsewhere(gaps: Mapping[str, Any]) -> None:
    """Refuse an address that names a record of another site.

    Raises:
        NotFound: it does; answered with a 404 page.
    """
    for gap, named in gaps.items():
        table = table_of(gap)
        if table is not None and isinstance(named, int):
            here.refuse_row_elsewhere(db.session(), table, named, edge.sitting().site_id)
