"""The queue at the window: who is expected today, who came, who has not."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.orm import Session

from dispensary.queries import orders
from models import Dose, DoseOrder, DoseReversal, IdentityVersion, OrderEnd, Person
from models.enums import DoseOutcome


@dataclass(frozen=True)
class QueueRow:
    """One person expected today and what has become of the day so far."""

    person_id: int
    number: str
    family_name: str
    given_name: str
    parts: int
    parts_taken: int
    last_outcome: DoseOutcome | None
    last_at: datetime | None


def queue(session: Session, *, site_id: int, clinic_day: date) -> list[QueueRow]:
    """Return everyone whose order has a dose due today at this site, in order of name; two queries.

    Who has an order that holds today but no dose due (every n-th day) is not expected.
    """
    outcomes = _outcomes_today(session, site_id, clinic_day)
    return [
        QueueRow(
            person_id=row.id,
            number=row.number,
            family_name=row.family_name,
            given_name=row.given_name,
            parts=row.parts,
            parts_taken=seen.taken,
            last_outcome=seen.outcome,
            last_at=seen.at,
        )
        for row in _expected(session, site_id, clinic_day)
        for seen in (outcomes.get(row.id, NOT_SEEN),)
    ]


_PERSON, _ORDER, _DOSE = Person.__table__.c, DoseOrder.__table__.c, Dose.__table__.c
_EXPECTED = (
    select(
        _PERSON.id,
        _PERSON.number,
        _PERSON.family_name,
        _PERSON.given_name,
        _ORDER.parts,
        _ORDER.starts_on,
        _ORDER.every_n_days,
    )
    .join(DoseOrder.__table__, _ORDER.person_id == _PERSON.id)
    .where(
        _ORDER.site_id == bindparam("site_id"),
        _ORDER.starts_on <= bindparam("day"),
        bindparam("day") <= orders.LAST_DAY,
    )
    .order_by(_PERSON.search_key, _PERSON.id)
)


def _expected(session: Session, site_id: int, day: date) -> list[Row[int, str, str, str, int, date, int]]:
    rows = session.execute(_EXPECTED, {"site_id": site_id, "day": day})
    return [row for row in rows if row.every_n_days == 1 or (day - row.starts_on).days % row.every_n_days == 0]


@dataclass(frozen=True)
class _Outcome:
    taken: int
    outcome: DoseOutcome | None
    at: datetime | None


NOT_SEEN = _Outcome(0, None, None)


_TODAY = (
    select(_DOSE.person_id, _DOSE.outcome, _DOSE.taken_at, _DOSE.claim_id)
    .outerjoin(DoseReversal.__table__, DoseReversal.__table__.c.dose_id == _DOSE.id)
    .where(
        _DOSE.site_id == bindparam("site_id"),
        _DOSE.clinic_day == bindparam("day"),
        DoseReversal.__table__.c.id.is_(None),
    )
    .order_by(_DOSE.taken_at, _DOSE.id)
)


def _outcomes_today(session: Session, site_id: int, day: date) -> dict[int, _Outcome]:
    found: dict[int, _Outcome] = {}
    for row in session.execute(_TODAY, {"site_id": site_id, "day": day}):
        before = found.get(row.person_id, NOT_SEEN)
        found[row.person_id] = _Outcome(before.taken + (row.claim_id is not None), row.outcome, row.taken_at)
    return found


_MARK = select(
    *(
        select(func.max(table.__table__.c.id)).scalar_subquery()
        for table in (Dose, DoseReversal, DoseOrder, OrderEnd, IdentityVersion)
    )
)


def queue_mark(session: Session, *, site_id: int, clinic_day: date) -> str:
    """Return a mark that changes whenever the queue may have changed; one read of the ends of five indexes."""
    row = session.execute(_MARK).one()
    return "-".join(str(part or 0) for part in (site_id, clinic_day.toordinal(), *row))
