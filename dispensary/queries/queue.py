"""The queue at the window: who is expected today, who came, who has not."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, ScalarSelect, bindparam, func, select
from sqlalchemy.orm import Session

from dispensary.queries import orders
from dispensary.queries.decisions import MADE_BY_DECISIONS, SHOWN_FOR
from dispensary.queries.injections import injections_due
from dispensary.rules.orders import falls_on, weekdays_of
from models import (
    Base,
    BottleEnd,
    Claim,
    ClaimRelease,
    Countersignature,
    Dose,
    DoseOrder,
    DoseReversal,
    IdentityVersion,
    Person,
    PersonLink,
    PersonUnlink,
    Supplement,
    TakeHomeIssue,
    TelephoneOrder,
)
from models.enums import ClaimKind, DoseOutcome, Form
from models.person import root_of

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
FADES_WITHIN = timedelta(minutes=5)
"""So much longer than its hour a decision may stand above an unchanged queue."""


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
    last_form: Form | None = None


def queue(session: Session, *, site_id: int, clinic_day: date) -> list[QueueRow]:
    """Return everyone whose order has a dose due today at this site, in order of name; two queries.

    Who has an order that holds today but no dose due (every n-th day, days of the week) is not expected; nor is who had
    an injection, until the window of the next one opens; nor is who has today's dose at home in a bottle.
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
            last_form=seen.form,
        )
        for row in _expected(session, site_id, clinic_day)
        for seen in (outcomes.get(row.id, NOT_SEEN),)
    ]


_PERSON, _ORDER, _DOSE = Person.__table__.c, DoseOrder.__table__.c, Dose.__table__.c
_SUPPLEMENT, _TELEPHONE = Supplement.__table__.c, TelephoneOrder.__table__.c
_SIGNATURE = Countersignature.__table__.c
_FURTHER = (
    select(func.count())
    .where(_SUPPLEMENT.order_id == _ORDER.id, _SUPPLEMENT.clinic_day == bindparam("day"))
    .correlate(DoseOrder.__table__)
    .scalar_subquery()
)
"""The further parts that were ordered for the day."""
_CLAIM = Claim.__table__.c
_AT_HOME = (
    select(_CLAIM.person_id, func.count().label("parts"))
    .outerjoin(ClaimRelease.__table__, ClaimRelease.__table__.c.claim_id == _CLAIM.id)
    .where(
        _CLAIM.clinic_day == bindparam("day"),
        _CLAIM.kind == ClaimKind.TAKE_HOME,
        ClaimRelease.__table__.c.id.is_(None),
    )
    .group_by(_CLAIM.person_id)
    .subquery()
)
"""The parts of the day that are at home in bottles: nobody comes for them."""
_EXPECTED = (
    select(
        _PERSON.id,
        _PERSON.number,
        _PERSON.family_name,
        _PERSON.given_name,
        (_ORDER.parts + _FURTHER - func.coalesce(_AT_HOME.c.parts, 0)).label("parts"),
        _ORDER.starts_on,
        _ORDER.every_n_days,
        _ORDER.weekdays,
        _ORDER.form,
        _ORDER.id.label("order_id"),
    )
    .join(DoseOrder.__table__, _ORDER.person_id == _PERSON.id)
    .outerjoin(_AT_HOME, _AT_HOME.c.person_id == _PERSON.id)
    .where(
        _ORDER.site_id == bindparam("site_id"),
        _ORDER.starts_on <= bindparam("day"),
        bindparam("day") <= orders.LAST_DAY,
        _PERSON.root_id.is_(None),
    )
    .order_by(_PERSON.search_key, _PERSON.id)
)


def _expected(session: Session, site_id: int, day: date) -> list[Row[*tuple[Any, ...]]]:
    """Return the orders that have a dose on a day: by their rhythm, or by the last injection, read only where needed."""
    rows = session.execute(_EXPECTED, {"site_id": site_id, "day": day}).all()
    injections = {row.id: row.order_id for row in rows if row.form is Form.INJECTION}
    due = injections_due(session, injections, day) if injections else set()
    return [row for row in rows if (row.id in due if row.id in injections else _has_dose(row, day))]


def _has_dose(row: Row[*tuple[Any, ...]], day: date) -> bool:
    if row.parts <= 0:
        return False
    if row.every_n_days == 1 and row.weekdays is None:
        return True
    return falls_on(day, row.starts_on, row.every_n_days, weekdays_of(row.weekdays))


@dataclass(frozen=True)
class _Outcome:
    taken: int
    outcome: DoseOutcome | None
    at: datetime | None
    form: Form | None


NOT_SEEN = _Outcome(0, None, None, None)


_ROOT = root_of(_PERSON).label("person_id")
"""Whose dose it is, under whichever record it was recorded."""
_TODAY = (
    select(_ROOT, _DOSE.outcome, _DOSE.taken_at, _DOSE.claim_id, _DOSE.form)
    .join(Person.__table__, _PERSON.id == _DOSE.person_id)
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
        taken = before.taken + (row.claim_id is not None)
        found[row.person_id] = _Outcome(taken, row.outcome, row.taken_at, row.form)
    return found


_WRITE_THE_QUEUE = (Dose, DoseReversal, TakeHomeIssue, BottleEnd, IdentityVersion, PersonLink, PersonUnlink)
_LATE = (
    select(func.count())
    .select_from(TelephoneOrder.__table__)
    .outerjoin(Countersignature.__table__, _SIGNATURE.telephone_order_id == _TELEPHONE.id)
    .where(
        _TELEPHONE.site_id == bindparam("site_id"),
        _TELEPHONE.countersign_by < bindparam("at"),
        _SIGNATURE.id.is_(None),
    )
    .scalar_subquery()
)


def _newest(table: type[Base], column: str) -> ScalarSelect[Any]:
    row = table.__table__.c
    return select(row[column]).order_by(row.id.desc()).limit(1).scalar_subquery()


_MARK = select(
    *(_newest(table, "id") for table in (*_WRITE_THE_QUEUE, *MADE_BY_DECISIONS)),
    _LATE,
    *(_newest(table, "recorded_at") for table in MADE_BY_DECISIONS),
)
_COUNTED = len(_WRITE_THE_QUEUE) + len(MADE_BY_DECISIONS) + 1


def queue_mark(session: Session, *, site_id: int, clinic_day: date, at: datetime) -> str:
    """Return a mark that changes whenever the queue may have changed; one read of the ends of some indexes.

    While there are decisions of the last hour above the queue, it changes every few minutes, so that they go in time.
    """
    row = session.execute(_MARK, {"site_id": site_id, "at": at}).one()
    newest = max((moment for moment in row[_COUNTED:] if moment is not None), default=None)
    fading = newest is not None and at - newest <= SHOWN_FOR + FADES_WITHIN
    parts = (site_id, clinic_day.toordinal(), *row[:_COUNTED], (at - EPOCH) // FADES_WITHIN if fading else 0)
    return "-".join(str(part or 0) for part in parts)


def late_countersignatures(session: Session, site_id: int, at: datetime) -> int:
    """Return how many telephone orders of a site were not countersigned in time."""
    return session.scalar(select(_LATE), {"site_id": site_id, "at": at}) or 0
