"""The safety picture of one person at one window: the facts that the dosing rules read and the page shows.

One function makes them for the page and for the service, so that what was shown is what is decided on.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Row, and_, func, select
from sqlalchemy.orm import Session

from dispensary.queries import orders, stock
from dispensary.rules.attendance import DayTaken, days_without_medicine
from dispensary.rules.dosing import DosingFacts, Slot, StandingStop, first_free
from dispensary.rules.orders import DueAmount, OrderFacts, Step, TakenDay, due_amount
from dispensary.rules.stock import Line, lines_for
from models import (
    Claim,
    ClaimRelease,
    Dose,
    DoseOrder,
    DoseReversal,
    Episode,
    EpisodeEnd,
    EpisodeEndCorrection,
    IdentityVersion,
    Notice,
    NoticeTick,
    OrderEnd,
    Person,
    PersonPhoto,
    ReEntryRelease,
    Staff,
    Stop,
    StopRelease,
)
from models.enums import DoseOutcome, EpisodeEndReason, Medication, NoticeKind
from models.units import Mg

STRIP_DAYS = 7


@dataclass(frozen=True)
class DayOnStrip:
    """One of the last days, as the strip at the window shows it."""

    day: date
    outcome: DoseOutcome | None
    """None: nothing is on record."""
    taken_mg: Mg


@dataclass(frozen=True)
class StandingNotice:
    """A notice that has not been passed on."""

    id: int
    kind: NoticeKind
    note: str
    set_by: str


@dataclass(frozen=True)
class Identity:
    """Who stands at the window: two identifiers and the photo."""

    person_id: int
    number: str
    family_name: str
    given_name: str
    birth_date: date | None
    photo: str | None
    """The digest of the photo, which is part of its address; None without one."""


@dataclass(frozen=True)
class SafetyPicture:
    """Everything the nurse sees before a dose."""

    identity: Identity
    facts: DosingFacts
    strip: tuple[DayOnStrip, ...]
    """The last seven days and today, oldest first."""
    notices: tuple[StandingNotice, ...]
    waiting_step: Step | None
    """An upward step whose day has come but which may not take effect yet."""
    dose_today: int | None
    """The dose last recorded today, which may be reversed."""


@dataclass(frozen=True)
class _Treatment:
    episode_id: int | None
    ended: EpisodeEndReason | None
    first_due: date | None
    last_dose_on: date | None


@dataclass(frozen=True)
class _Past:
    """One dose on record that was not reversed."""

    id: int
    day: date
    part: int
    outcome: DoseOutcome
    taken_mg: Mg
    taken_at: datetime
    parts_ordered: int


def facts_for(
    session: Session, *, person_id: int, site_id: int, window_id: int | None, clinic_day: date, at: datetime
) -> DosingFacts:
    """Return the facts for deciding on a dose now; call it again behind the locks before recording."""
    return _gather(session, person_id, site_id, window_id, clinic_day, at).facts


def safety_picture(
    session: Session, *, person_id: int, site_id: int, window_id: int | None, clinic_day: date, at: datetime
) -> SafetyPicture | None:
    """Return what the station shows about a person, or None if there is no such person."""
    identity = _identity(session, person_id)
    if identity is None:
        return None
    gathered = _gather(session, person_id, site_id, window_id, clinic_day, at)
    return SafetyPicture(
        identity=identity,
        facts=gathered.facts,
        strip=_strip(gathered.past, clinic_day),
        notices=notices(session, person_id),
        waiting_step=gathered.due.waiting_step if gathered.due else None,
        dose_today=_last_dose_of(gathered.past, clinic_day),
    )


@dataclass(frozen=True)
class _Gathered:
    facts: DosingFacts
    past: Sequence[_Past]
    due: DueAmount | None


def _gather(
    session: Session, person_id: int, site_id: int, window_id: int | None, clinic_day: date, at: datetime
) -> _Gathered:
    treatment = _treatment(session, person_id, site_id)
    order = orders.active_order(session, person_id, clinic_day) if treatment.episode_id else None
    past = _doses_on_record(session, person_id, clinic_day)
    due = due_amount(order, _taken_days(past), clinic_day) if order and order.due_on(clinic_day) else None
    slot = first_free(_slots(session, person_id, clinic_day, order.parts if order else 1))
    due_mg = due.amounts_mg[slot.part - 1] if due and slot.taken_at is None else None
    taken = [dose for dose in past if dose.taken_mg > 0]
    facts = DosingFacts(
        person_id=person_id,
        clinic_day=clinic_day,
        at=at,
        episode_id=treatment.episode_id,
        ended=treatment.ended,
        order=order,
        due_mg=due_mg,
        parts_today=order.parts if order else 1,
        slot=slot,
        previous_part_at=max((d.taken_at for d in taken if d.day == clinic_day), default=None),
        last_day_at=max((d.taken_at for d in taken if d.day < clinic_day), default=None),
        days_without_medicine=_days_without(treatment, order, past, clinic_day),
        released_mg=_released_mg(session, order, clinic_day),
        stops=standing_stops(session, person_id),
        lines=_lines(session, window_id, order, due_mg, clinic_day),
        has_window=window_id is not None,
    )
    return _Gathered(facts, past, due)


def _identity(session: Session, person_id: int) -> Identity | None:
    query = (
        select(
            Person.id,
            Person.number,
            Person.family_name,
            Person.given_name,
            Person.birth_date,
            PersonPhoto.digest,
        )
        .outerjoin(PersonPhoto, PersonPhoto.person_id == Person.id)
        .where(Person.id == person_id)
    )
    row = session.execute(query).one_or_none()
    return Identity(*row) if row else None


def _treatment(session: Session, person_id: int, site_id: int) -> _Treatment:
    """Return the open episode here, or how the last one ended."""
    ended = (
        select(EpisodeEnd.episode_id, EpisodeEnd.reason)
        .outerjoin(EpisodeEndCorrection, EpisodeEndCorrection.episode_end_id == EpisodeEnd.id)
        .where(EpisodeEndCorrection.id.is_(None))
        .subquery()
    )
    first_due = select(func.min(DoseOrder.starts_on)).where(DoseOrder.episode_id == Episode.id).scalar_subquery()
    query = (
        select(Episode.id, ended.c.reason, first_due.label("first_due"), Episode.last_dose_on)
        .outerjoin(ended, ended.c.episode_id == Episode.id)
        .where(Episode.person_id == person_id, Episode.site_id == site_id)
        .order_by(Episode.admitted_on.desc(), Episode.id.desc())
    )
    rows = session.execute(query).all()
    current = next((row for row in rows if row.reason is None), None)
    if current is not None:
        return _Treatment(current.id, None, current.first_due, current.last_dose_on)
    return _Treatment(None, rows[0].reason if rows else None, None, None)


def _doses_on_record(session: Session, person_id: int, until: date) -> list[_Past]:
    query = (
        select(
            Dose.id,
            Dose.clinic_day,
            Dose.part,
            Dose.outcome,
            Dose.taken_mg,
            Dose.taken_at,
            func.coalesce(DoseOrder.parts, 1),
        )
        .outerjoin(DoseReversal, DoseReversal.dose_id == Dose.id)
        .outerjoin(DoseOrder, DoseOrder.id == Dose.order_id)
        .where(Dose.person_id == person_id, Dose.clinic_day <= until, DoseReversal.id.is_(None))
        .order_by(Dose.clinic_day, Dose.taken_at, Dose.id)
    )
    return [_Past(*row) for row in session.execute(query)]


def _taken_days(past: Sequence[_Past]) -> list[TakenDay]:
    by_day: dict[date, dict[int, Mg]] = defaultdict(dict)
    for dose in past:
        if dose.taken_mg > 0:
            by_day[dose.day][dose.part] = dose.taken_mg
    return [TakenDay(day, parts) for day, parts in by_day.items()]


def _days_without(treatment: _Treatment, order: OrderFacts | None, past: Sequence[_Past], clinic_day: date) -> int:
    if treatment.first_due is None:
        return 0
    whole_parts: dict[date, int] = defaultdict(int)
    ordered: dict[date, int] = {}
    for dose in past:
        if dose.taken_mg > 0:
            whole_parts[dose.day] += dose.outcome is DoseOutcome.GIVEN
            ordered[dose.day] = dose.parts_ordered
    taken = {day: DayTaken.WHOLE if whole_parts[day] >= parts else DayTaken.PART for day, parts in ordered.items()}
    if treatment.last_dose_on is not None:
        taken.setdefault(treatment.last_dose_on, DayTaken.WHOLE)
    return days_without_medicine(
        taken,
        on=clinic_day,
        first_due=treatment.first_due,
        every_n_days=order.every_n_days if order else 1,
    )


def _slots(session: Session, person_id: int, clinic_day: date, parts: int) -> list[Slot]:
    query = (
        select(Claim.part, Claim.turn, ClaimRelease.id.label("release_id"), Dose.taken_at, Staff.name)
        .outerjoin(ClaimRelease, ClaimRelease.claim_id == Claim.id)
        .outerjoin(Dose, Dose.claim_id == Claim.id)
        .join(Staff, Staff.id == Claim.recorded_by_id)
        .where(Claim.person_id == person_id, Claim.clinic_day == clinic_day)
        .order_by(Claim.part, Claim.turn)
    )
    last: dict[int, Row[tuple[int, int, int, datetime, str]]] = {row.part: row for row in session.execute(query)}
    return [_slot(part, last.get(part)) for part in range(1, parts + 1)]


def _slot(part: int, claim: Row[tuple[int, int, int, datetime, str]] | None) -> Slot:
    if claim is None:
        return Slot(part, 1, None)
    if claim.release_id is not None:
        return Slot(part, claim.turn + 1, claim.release_id)
    return Slot(part, claim.turn, None, claim.taken_at, claim.name)


def _released_mg(session: Session, order: OrderFacts | None, clinic_day: date) -> Mg | None:
    if order is None:
        return None
    query = select(ReEntryRelease.amount_mg).where(
        ReEntryRelease.order_id == order.id, ReEntryRelease.clinic_day == clinic_day
    )
    return session.scalar(query)


def _lines(
    session: Session, window_id: int | None, order: OrderFacts | None, due_mg: Mg | None, clinic_day: date
) -> tuple[Line, ...] | None:
    if window_id is None or order is None or due_mg is None:
        return None
    containers = stock.containers_at_window(session, window_id, order.medication, order.form)
    return lines_for(due_mg, containers, on=clinic_day)


def standing_stops(session: Session, person_id: int) -> tuple[StandingStop, ...]:
    """Return the stops that no prescriber has released, oldest first."""
    query = (
        select(Stop.id, Stop.kind, Staff.name, Stop.set_at, Stop.decide_by, Stop.note)
        .outerjoin(StopRelease, StopRelease.stop_id == Stop.id)
        .join(Staff, Staff.id == Stop.recorded_by_id)
        .where(Stop.person_id == person_id, StopRelease.id.is_(None))
        .order_by(Stop.set_at, Stop.id)
    )
    return tuple(StandingStop(*row) for row in session.execute(query))


def notices(session: Session, person_id: int) -> tuple[StandingNotice, ...]:
    """Return the notices that have not been passed on, oldest first."""
    query = (
        select(Notice.id, Notice.kind, Notice.note, Staff.name)
        .outerjoin(NoticeTick, NoticeTick.notice_id == Notice.id)
        .join(Staff, Staff.id == Notice.recorded_by_id)
        .where(Notice.person_id == person_id, NoticeTick.id.is_(None))
        .order_by(Notice.set_at, Notice.id)
    )
    return tuple(StandingNotice(*row) for row in session.execute(query))


def _strip(past: Sequence[_Past], today: date) -> tuple[DayOnStrip, ...]:
    days = [today - timedelta(days=n) for n in range(STRIP_DAYS, -1, -1)]
    return tuple(_day_on_strip(day, [d for d in past if d.day == day]) for day in days)


def _day_on_strip(day: date, doses: Sequence[_Past]) -> DayOnStrip:
    if not doses:
        return DayOnStrip(day, None, Mg(Decimal(0)))
    taken = Mg(sum((d.taken_mg for d in doses), Decimal(0)))
    last = max(doses, key=lambda d: (d.taken_mg > 0, d.taken_at))
    return DayOnStrip(day, last.outcome, taken)


def _last_dose_of(past: Sequence[_Past], day: date) -> int | None:
    return max((d.id for d in past if d.day == day and d.taken_mg > 0), default=None)


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


def _expected(session: Session, site_id: int, clinic_day: date) -> list[Row[tuple[int, str, str, str, int, date, int]]]:
    query = (
        select(
            Person.id,
            Person.number,
            Person.family_name,
            Person.given_name,
            DoseOrder.parts,
            DoseOrder.starts_on,
            DoseOrder.every_n_days,
        )
        .join(DoseOrder, DoseOrder.person_id == Person.id)
        .where(
            DoseOrder.site_id == site_id,
            DoseOrder.starts_on <= clinic_day,
            clinic_day <= orders.LAST_DAY,
        )
        .order_by(Person.search_key, Person.id)
    )
    rows = session.execute(query).all()
    return [row for row in rows if (clinic_day - row.starts_on).days % row.every_n_days == 0]


@dataclass(frozen=True)
class _Outcome:
    taken: int
    outcome: DoseOutcome | None
    at: datetime | None


NOT_SEEN = _Outcome(0, None, None)


def _outcomes_today(session: Session, site_id: int, clinic_day: date) -> dict[int, _Outcome]:
    query = (
        select(Dose.person_id, Dose.outcome, Dose.taken_at, Dose.claim_id)
        .outerjoin(DoseReversal, DoseReversal.dose_id == Dose.id)
        .where(
            and_(Dose.site_id == site_id, Dose.clinic_day == clinic_day),
            DoseReversal.id.is_(None),
        )
        .order_by(Dose.taken_at, Dose.id)
    )
    found: dict[int, _Outcome] = {}
    for row in session.execute(query):
        before = found.get(row.person_id)
        taken = (before.taken if before else 0) + (row.claim_id is not None)
        found[row.person_id] = _Outcome(taken, row.outcome, row.taken_at)
    return found


def queue_mark(session: Session, *, site_id: int, clinic_day: date) -> str:
    """Return a mark that changes whenever the queue may have changed; one query over the ends of four indexes."""
    parts = [select(func.max(table.id)).scalar_subquery() for table in (Dose, DoseReversal, DoseOrder, OrderEnd)]
    people = select(func.max(IdentityVersion.id)).scalar_subquery()
    row = session.execute(select(*parts, people)).one()
    return "-".join(str(part or 0) for part in (site_id, clinic_day.toordinal(), *row))


@dataclass(frozen=True)
class RecordedDose:
    """One dose as it was recorded, for the page that confirms it."""

    id: int
    person_id: int
    number: str
    family_name: str
    given_name: str
    clinic_day: date
    part: int
    outcome: DoseOutcome
    medication: Medication
    ordered_mg: Mg | None
    taken_mg: Mg
    taken_at: datetime
    by: str
    reversed_at: datetime | None


def recorded(session: Session, dose_id: int, site_id: int) -> RecordedDose | None:
    """Return one dose of a site as it was recorded, or None."""
    query = (
        select(
            Dose.id,
            Dose.person_id,
            Person.number,
            Person.family_name,
            Person.given_name,
            Dose.clinic_day,
            Dose.part,
            Dose.outcome,
            Dose.medication,
            Dose.ordered_mg,
            Dose.taken_mg,
            Dose.taken_at,
            Staff.name,
            DoseReversal.reversed_at,
        )
        .join(Person, Person.id == Dose.person_id)
        .join(Staff, Staff.id == Dose.recorded_by_id)
        .outerjoin(DoseReversal, DoseReversal.dose_id == Dose.id)
        .where(Dose.id == dose_id, Dose.site_id == site_id)
    )
    row = session.execute(query).one_or_none()
    return RecordedDose(*row) if row else None
