"""What prescribers have just decided about somebody who may be waiting at the window."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, String, bindparam, case, func, literal_column, select, union_all
from sqlalchemy.orm import Session

from models import (
    Base,
    Countersignature,
    DoseOrder,
    OrderEnd,
    Person,
    ReEntryRelease,
    ReplacementOrder,
    Staff,
    Stop,
    StopRelease,
    Supplement,
    TelephoneOrder,
)
from models.enums import OrderEndReason, Origin

SHOWN_FOR = timedelta(minutes=60)
NEWEST = 1000
"""Of each table so many of the newest rows are looked at: an hour of the largest clinic has fewer."""


class Decided(StrEnum):
    """What was decided."""

    STOP_RELEASED = "stop_released"
    DOSE_RELEASED = "dose_released"
    ORDER_SIGNED = "order_signed"
    ORDER_CHANGED = "order_changed"
    ORDER_STOPPED = "order_stopped"
    SUPPLEMENT = "supplement"
    REPLACEMENT = "replacement"
    COUNTERSIGNED = "countersigned"
    DISOWNED = "disowned"


@dataclass(frozen=True)
class Decision:
    """One decision: what, when, about whom, by whom."""

    what: Decided
    at: datetime
    by: str
    person_id: int
    number: str
    family_name: str
    given_name: str


def decisions(session: Session, *, site_id: int, clinic_day: date, at: datetime) -> list[Decision]:
    """Return what was decided at a site within the last hour and concerns this clinic day, the newest first; one read.

    An order that begins later, such as a renewal, is nothing that anybody waits for.
    """
    values = {"site_id": site_id, "clinic_day": clinic_day, "since": at - SHOWN_FOR}
    return [Decision(Decided(what), *row) for what, *row in session.execute(_DECISIONS, values)]


def _arm(
    table: type[Base],
    what: ColumnElement[Any],
    person_id: ColumnElement[int],
    *only: ColumnElement[bool],
    through: tuple[type[Base], ColumnElement[bool]] | None = None,
) -> Select[*tuple[Any, ...]]:
    """Return the newest rows of a table as decisions; `through` leads to the table that knows whom they are about."""
    column = table.__table__.c
    floor = select(func.coalesce(func.max(column.id), 0) - NEWEST).scalar_subquery()
    query = select(
        what.label("what"),
        column.recorded_at.label("at"),
        column.recorded_by_id.label("by_id"),
        person_id.label("person_id"),
    ).select_from(table.__table__)
    if through is not None:
        query = query.join(through[0].__table__, through[1])
    return query.where(
        column.id > floor,
        column.site_id == bindparam("site_id"),
        column.recorded_at >= bindparam("since"),
        column.origin != Origin.IMPORT,
        column.origin != Origin.DEMO,
        *only,
    )


def _word(what: Decided) -> ColumnElement[str]:
    """Return a word of ours as it stands in the statement, which then needs no more work each time it runs."""
    return literal_column(f"'{what.value}'", String)


_ORDER, _END, _STOP = DoseOrder.__table__.c, OrderEnd.__table__.c, Stop.__table__.c
_RELEASE, _TELEPHONE = ReEntryRelease.__table__.c, TelephoneOrder.__table__.c
_SIGNATURE = Countersignature.__table__.c
_ARMS = union_all(
    _arm(
        StopRelease,
        _word(Decided.STOP_RELEASED),
        _STOP.person_id,
        through=(Stop, _STOP.id == StopRelease.__table__.c.stop_id),
    ),
    _arm(
        ReEntryRelease,
        _word(Decided.DOSE_RELEASED),
        _RELEASE.person_id,
        _RELEASE.id.not_in(select(_TELEPHONE.release_id).where(_TELEPHONE.release_id.is_not(None))),
    ),
    _arm(
        DoseOrder,
        case((_ORDER.version == 1, _word(Decided.ORDER_SIGNED)), else_=_word(Decided.ORDER_CHANGED)),
        _ORDER.person_id,
        _ORDER.signed_by_id == _ORDER.recorded_by_id,
        _ORDER.starts_on <= bindparam("clinic_day"),
    ),
    _arm(
        OrderEnd,
        _word(Decided.ORDER_STOPPED),
        _ORDER.person_id,
        _END.reason == OrderEndReason.STOPPED,
        through=(DoseOrder, _ORDER.id == _END.order_id),
    ),
    _arm(Supplement, _word(Decided.SUPPLEMENT), Supplement.__table__.c.person_id),
    _arm(ReplacementOrder, _word(Decided.REPLACEMENT), ReplacementOrder.__table__.c.person_id),
    _arm(
        Countersignature,
        case((_SIGNATURE.agreed, _word(Decided.COUNTERSIGNED)), else_=_word(Decided.DISOWNED)),
        _TELEPHONE.person_id,
        through=(TelephoneOrder, _TELEPHONE.id == _SIGNATURE.telephone_order_id),
    ),
).subquery()
_PERSON, _STAFF = Person.__table__.c, Staff.__table__.c
_DECISIONS = (
    select(
        _ARMS.c.what,
        _ARMS.c.at,
        _STAFF.name,
        _PERSON.id,
        _PERSON.number,
        _PERSON.family_name,
        _PERSON.given_name,
    )
    .join(Person.__table__, _PERSON.id == _ARMS.c.person_id)
    .join(Staff.__table__, _STAFF.id == _ARMS.c.by_id)
    .order_by(_ARMS.c.at.desc(), _PERSON.number, _ARMS.c.what)
)

MADE_BY_DECISIONS = (StopRelease, ReEntryRelease, DoseOrder, OrderEnd, Supplement, ReplacementOrder, Countersignature)
"""The tables whose newest row may be a decision."""
