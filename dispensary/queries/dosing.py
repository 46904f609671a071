"""The facts that the dosing rules read about one person at one window.

One function makes them for the page and for the service, so that what was shown is what is decided on.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, bindparam, case, exists, func, select
from sqlalchemy.orm import Session, aliased

from dispensary.errors import NotFound
from dispensary.queries import calendar, orders, re_entry, stock
from dispensary.queries.signs import Signs, same_person, signs_of
from dispensary.rules.depots import REACH, DepotTerms, Injection, InjectionWindow, Timing, depot_due
from dispensary.rules.dosing import DosingFacts, Slot, StandingStop, TurnedAway, first_free
from dispensary.rules.likeness import check_digits
from dispensary.rules.orders import (
    DueAmount,
    OrderFacts,
    SupplementFacts,
    TakenDay,
    covers_days,
    due_amount,
    weekdays_of,
    with_supplements,
)
from dispensary.rules.person_days import DRUG_OF
from dispensary.rules.re_entry import ReEntryInputs
from dispensary.rules.stock import Line, lines_for
from dispensary.wording import N_, say
from models import (
    Claim,
    ClaimRelease,
    Countersignature,
    Dose,
    DoseOrder,
    DoseReversal,
    ElsewhereDose,
    ElsewhereVerdict,
    Episode,
    EpisodeEnd,
    EpisodeEndCorrection,
    Person,
    ReEntryAnswer,
    ReEntryRelease,
    Staff,
    Stop,
    StopRelease,
    Supplement,
    TelephoneOrder,
    Vomiting,
)
from models.enums import (
    Answer,
    ClaimKind,
    DoseOutcome,
    EpisodeEndReason,
    EpisodeKind,
    Form,
    Medication,
    RefusedReason,
    TelephoneOrderKind,
    WithheldReason,
)
from models.units import Mg

RECENT = timedelta(days=40)
"""How far back the doses are read at first; further only if nothing whole was taken since."""
EVER = date.min
A_DAY = timedelta(days=1)
A_DAY_BETWEEN = timedelta(hours=22)
"""A whole clinic day lies between two moments only if they are further apart than this, the shortest day of a year."""


@dataclass(frozen=True)
class Treatment:
    """The open episode of a person at a site, or how the last one ended."""

    episode_id: int | None
    ended: EpisodeEndReason | None
    first_due: date | None
    last_dose_on: date | None
    """Of a transfer in: the day of the last dose at the clinic before."""
    last_dose_mg: Mg | None
    kind: EpisodeKind | None = None


@dataclass(frozen=True)
class PastDose:
    """One dose on record that was not reversed."""

    id: int
    day: date
    part: int
    outcome: DoseOutcome
    claim_id: int | None
    ordered_mg: Mg | None
    taken_mg: Mg
    taken_at: datetime
    withheld_reason: WithheldReason | None
    refused_reason: RefusedReason | None
    parts_ordered: int
    every_n_days: int
    """How many days the dose covers, by the order under which it was given."""
    came_up: bool
    """Seen to come up in the profile's first band, and not replaced: what stayed is unknown."""
    medication: Medication
    order_id: int | None = None
    weekdays: str | None = None
    """The days of the week of that order, where it names them."""
    injected: bool = False

    @property
    def in_full(self) -> bool:
        """Whether this took its part of the day in full."""
        if self.came_up:
            return False
        if self.outcome is DoseOutcome.INCIDENT:
            return self.ordered_mg is not None and self.taken_mg >= self.ordered_mg
        return self.outcome in (DoseOutcome.GIVEN, DoseOutcome.ELSEWHERE)


def facts_for(
    session: Session, *, person_id: int, site_id: int, window_id: int | None, clinic_day: date, at: datetime
) -> DosingFacts:
    """Return the facts for deciding on a dose now; call it again behind the locks before recording."""
    signs = signs_of(session, person_id, clinic_day)
    if signs is None:
        raise NotFound(say(N_("There is no such person.")), code="no_such_person")
    return gather(session, signs, site_id, window_id, clinic_day, at)[0]


def gather(
    session: Session, signs: Signs, site_id: int, window_id: int | None, clinic_day: date, at: datetime
) -> tuple[DosingFacts, Sequence[PastDose]]:
    """Return the facts about somebody whose signs are known, and the doses that they were read from."""
    person_id = signs.person_id
    treatment = _treatment(session, person_id, site_id)
    episode_id = treatment.episode_id
    order = orders.active_order(session, person_id, clinic_day, episode_id) if episode_id else None
    record = OnRecord(
        person_id=person_id,
        treatment=treatment,
        order=order,
        past=(past := _past(session, person_id, clinic_day, order)),
        terms=orders.terms_of_orders(session, injected_under(past)),
        claims=session.execute(_CLAIMS, {"person_id": person_id, "clinic_day": clinic_day}).all(),
        supplements=_supplements(session, order, clinic_day) if signs.supplement else (),
        lowered_mg=_lowered_mg(session, order, clinic_day) if order and signs.telephone else None,
        stops=standing_stops(session, person_id) if signs.stops else (),
        root_id=signs.root_id,
        check_digits=check_digits(signs.number) if signs.alike else "",
        trusted_at=signs.trusted_at,
        event_id=signs.event_id,
        closed_since=_closed_since(session, site_id, signs.trusted_at, clinic_day, at),
    )
    if signs.asked or signs.away or not nothing_missed(record, clinic_day):
        record = replace(record, re_entry=re_entry.inputs(session, person_id, site_id, clinic_day))
    facts = facts_from(
        record,
        clinic_day,
        at,
        released=lambda order, days: _released_mg(session, order, clinic_day, days),
        lines=_lines_at(session, window_id, clinic_day) if window_id is not None else None,
    )
    return facts, record.past


@dataclass(frozen=True)
class OnRecord:
    """Everything on record about one person that a dose on one clinic day depends on."""

    person_id: int
    treatment: Treatment
    order: OrderFacts | None
    past: Sequence[PastDose]
    claims: Sequence[Row[int, int, int, datetime, str, ClaimKind]]
    """Of that day: part, turn, release, when, by whom and by what it was taken."""
    supplements: tuple[SupplementFacts, ...] = ()
    terms: Mapping[int, DepotTerms] = field(default_factory=dict)
    """By order, the terms of the injections that were given."""
    lowered_mg: Mg | None = None
    """The day's amount as a prescriber lowered it by telephone."""
    stops: tuple[StandingStop, ...] = ()
    root_id: int | None = None
    check_digits: str = ""
    trusted_at: datetime | None = None
    event_id: int | None = None
    closed_since: frozenset[date] = frozenset()
    re_entry: ReEntryInputs | None = None
    """What the re-entry gate decides on; read only where there may be days without medicine."""


def facts_from(
    record: OnRecord,
    clinic_day: date,
    at: datetime,
    *,
    released: Callable[[OrderFacts, int], Mg | None],
    lines: Callable[[OrderFacts, Mg], tuple[Line, ...] | None] | None,
) -> DosingFacts:
    """Return the facts that follow from a record; the one place where they are worked out, of one person or of many.

    Args:
        released: what a prescriber released for that day under an order, knowing of so many days without medicine.
        lines: how an amount is poured at the window in question; None where there is no window.
    """
    treatment, order, past = record.treatment, record.order, record.past
    window = injection_window(order, past, record.terms)
    days_without = record.re_entry.days if record.re_entry else 0
    asked = order and (record.re_entry or (window and window.timing(clinic_day) is not Timing.INSIDE))
    released_mg = released(order, days_without) if order and asked else None
    due = _due(record, clinic_day, window, released_mg)
    parts = (order.parts if order else 1) + len(record.supplements)
    slot = first_free(_slots(record.claims, parts))
    due_mg = due.amounts_mg[slot.part - 1] if due and slot.taken_at is None else None
    taken = [dose for dose in past if dose.taken_mg > 0]
    return DosingFacts(
        person_id=record.person_id,
        clinic_day=clinic_day,
        at=at,
        episode_id=treatment.episode_id,
        ended=treatment.ended,
        order=order,
        due_mg=due_mg,
        parts_today=parts,
        slot=slot,
        previous_part_at=max((d.taken_at for d in taken if d.day == clinic_day), default=None),
        last_day_at=max((d.taken_at for d in taken if d.day < clinic_day), default=None),
        re_entry=record.re_entry,
        released_mg=released_mg,
        stops=record.stops,
        lines=lines(order, due_mg) if lines and order and due_mg is not None else None,
        has_window=lines is not None,
        waiting_step=due.waiting_step if due else None,
        day_total_mg=_sum(due.amounts_mg) if due else None,
        taken_today_mg=_sum(
            d.taken_mg for d in taken if d.day == clinic_day and d.outcome is not DoseOutcome.REPLACEMENT
        ),
        elsewhere_today_mg=treatment.last_dose_mg if treatment.last_dose_on == clinic_day else None,
        turned_away=tuple(
            TurnedAway(d.id, d.outcome, d.taken_at, d.withheld_reason or d.refused_reason)
            for d in past
            if d.day == clinic_day and d.taken_mg == 0
        ),
        part_not_before=next((s.not_before for s in record.supplements if s.part == slot.part), None),
        root_id=record.root_id,
        check_digits=record.check_digits,
        trusted_at=record.trusted_at,
        event_id=record.event_id,
        guest=treatment.kind is EpisodeKind.GUEST,
        closed_since=record.closed_since,
        injection=window,
    )


def injected_under(past: Iterable[PastDose]) -> set[int]:
    """Return the orders under which something was injected."""
    return {dose.order_id for dose in past if dose.injected and dose.order_id is not None}


def injection_window(
    order: OrderFacts | None, past: Sequence[PastDose], terms: Mapping[int, DepotTerms]
) -> InjectionWindow | None:
    """Return when the next injection is due under an order; None where it is for no injections.

    One that no order stands behind counts by the terms of the order that holds.
    """
    if order is None or order.depot is None:
        return None
    injections = [
        Injection(dose.day, terms.get(dose.order_id or 0, order.depot))
        for dose in past
        if dose.injected and dose.taken_mg > 0
    ]
    return depot_due(order.depot, order.starts_on, injections)


def _closed_since(
    session: Session, site_id: int, trusted_at: datetime | None, clinic_day: date, at: datetime
) -> frozenset[date]:
    """Return the closed days since the newest recording; on an ordinary day there is no day between to ask about."""
    if trusted_at is None or at - trusted_at <= A_DAY_BETWEEN:
        return frozenset()
    return calendar.closed_days_between(session, site_id, trusted_at.date() - timedelta(days=2), clinic_day)


def _due(
    record: OnRecord, clinic_day: date, window: InjectionWindow | None, released_mg: Mg | None
) -> DueAmount | None:
    """Return what is ordered for the day: the order's own parts, lowered by telephone, and further ones of the day.

    An injection is due from the first day of its window on, and before it only where a prescriber has released it.
    """
    if record.order is None:
        return None
    early = window is not None and window.timing(clinic_day) is Timing.EARLY
    if (early and released_mg is None) or (window is None and not record.order.due_on(clinic_day)):
        return None
    due = due_amount(record.order, _taken_days(record.past), clinic_day)
    return with_supplements(due, record.lowered_mg, record.supplements)


_SUPPLEMENT, _TELEPHONE = Supplement.__table__.c, TelephoneOrder.__table__.c
_SUPPLEMENTS = (
    select(_SUPPLEMENT.part, _SUPPLEMENT.amount_mg, _SUPPLEMENT.not_before)
    .where(_SUPPLEMENT.order_id == bindparam("order_id"), _SUPPLEMENT.clinic_day == bindparam("clinic_day"))
    .order_by(_SUPPLEMENT.part)
)
_LOWERED = (
    select(_TELEPHONE.amount_mg)
    .outerjoin(Countersignature.__table__, Countersignature.__table__.c.telephone_order_id == _TELEPHONE.id)
    .where(
        _TELEPHONE.order_id == bindparam("order_id"),
        _TELEPHONE.clinic_day == bindparam("clinic_day"),
        _TELEPHONE.kind == TelephoneOrderKind.LOWER,
        func.coalesce(Countersignature.__table__.c.agreed, True),
    )
    .order_by(_TELEPHONE.id.desc())
    .limit(1)
)


def _supplements(session: Session, order: OrderFacts | None, clinic_day: date) -> tuple[SupplementFacts, ...]:
    if order is None:
        return ()
    rows = session.execute(_SUPPLEMENTS, {"order_id": order.id, "clinic_day": clinic_day})
    return tuple(SupplementFacts(*row) for row in rows)


def _lowered_mg(session: Session, order: OrderFacts, clinic_day: date) -> Mg | None:
    """Return the day's amount as a prescriber lowered it by telephone; one that was disowned does not count."""
    return session.scalar(_LOWERED, {"order_id": order.id, "clinic_day": clinic_day})


_EPISODE, _END = Episode.__table__.c, EpisodeEnd.__table__.c
_ENDED = (
    select(_END.episode_id, _END.reason)
    .where(_END.id.not_in(select(EpisodeEndCorrection.__table__.c.episode_end_id)))
    .subquery()
)
_FIRST_DUE = (
    select(func.min(DoseOrder.__table__.c.starts_on))
    .where(DoseOrder.__table__.c.episode_id == _EPISODE.id)
    .scalar_subquery()
)
EPISODES = (
    select(
        _EPISODE.id,
        _EPISODE.kind,
        _ENDED.c.reason,
        _FIRST_DUE.label("first_due"),
        _EPISODE.last_dose_on,
        _EPISODE.last_dose_mg,
    )
    .outerjoin(_ENDED, _ENDED.c.episode_id == _EPISODE.id)
    .where(_EPISODE.site_id == bindparam("site_id"))
    .order_by(_EPISODE.admitted_on.desc(), _EPISODE.id.desc())
)
"""The episodes of a site, the newest first, with how each ended."""
_EPISODES = EPISODES.where(same_person(_EPISODE.person_id))


def _treatment(session: Session, person_id: int, site_id: int) -> Treatment:
    """Return the open episode here, or how the last one ended."""
    return treatment_of(session.execute(_EPISODES, {"person_id": person_id, "site_id": site_id}).all())


def treatment_of(rows: Sequence[Row[*tuple[Any, ...]]]) -> Treatment:
    """Return the open one of a person's episodes, or how the last one ended."""
    current = next((row for row in rows if row.reason is None), None)
    if current is not None:
        return Treatment(current.id, None, current.first_due, current.last_dose_on, current.last_dose_mg, current.kind)
    reasons = [row.reason for row in rows if row.reason is not EpisodeEndReason.LINKED]
    return Treatment(None, reasons[0] if reasons else None, None, None, None)


_DOSE = Dose.__table__.c


def came_up(dose_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Match a dose that was seen to come up in its profile's first band and was not replaced since, for good."""
    vomited, again, too = Vomiting.__table__.c, aliased(Dose), aliased(Vomiting)
    undone = exists().where(DoseReversal.dose_id == again.id)
    in_vain = exists().where(too.dose_id == again.id, too.witnessed, too.band == 1)
    standing = exists().where(again.replaces_id == dose_id, ~undone, ~in_vain).correlate_except(again)
    return exists().where(vomited.dose_id == dose_id, vomited.witnessed, vomited.band == 1, ~standing)


DOSES = (
    select(
        _DOSE.id,
        _DOSE.clinic_day.label("day"),
        _DOSE.part,
        _DOSE.outcome,
        _DOSE.claim_id,
        _DOSE.ordered_mg,
        _DOSE.taken_mg,
        _DOSE.taken_at,
        _DOSE.withheld_reason,
        _DOSE.refused_reason,
        func.coalesce(DoseOrder.__table__.c.parts, 1).label("parts_ordered"),
        func.coalesce(DoseOrder.__table__.c.every_n_days, 1).label("every_n_days"),
        came_up(_DOSE.id).label("came_up"),
        _DOSE.medication,
        _DOSE.order_id,
        DoseOrder.__table__.c.weekdays,
        _DOSE.form.is_not_distinct_from(Form.INJECTION).label("injected"),
    )
    .outerjoin(DoseReversal.__table__, DoseReversal.__table__.c.dose_id == _DOSE.id)
    .outerjoin(DoseOrder.__table__, DoseOrder.__table__.c.id == _DOSE.order_id)
    .where(
        _DOSE.clinic_day.between(bindparam("since"), bindparam("until")),
        DoseReversal.__table__.c.id.is_(None),
    )
    .order_by(_DOSE.clinic_day, _DOSE.taken_at, _DOSE.id)
)
"""The doses of some days that were not reversed, oldest first, as `PastDose` holds them."""
_DOSES = DOSES.where(same_person(_DOSE.person_id))


def _past(session: Session, person_id: int, until: date, order: OrderFacts | None) -> list[PastDose]:
    """Return the doses on record as far back as a decision about today can need them, oldest first.

    That is the recent ones, those since the first step of an order with steps, and all of them if nothing whole was
    taken in that time.
    """
    past = _doses(session, person_id, needed_since(order, until), until)
    return past if reaches_back(past, until) else _doses(session, person_id, EVER, until)


def needed_since(order: OrderFacts | None, until: date) -> date:
    """Return from which day the doses are read at first."""
    recent = until - RECENT
    if order is not None and order.is_injection:
        return min(recent, order.starts_on - REACH)
    return min(recent, order.starts_on) if order is not None and len(order.steps) > 1 else recent


def reaches_back(past: Sequence[PastDose], until: date) -> bool:
    """Return whether these doses are enough: a day before the last was taken whole."""
    return any(day < until for day in days_taken_whole(past))


def _doses(session: Session, person_id: int, since: date, until: date) -> list[PastDose]:
    rows = session.execute(_DOSES, {"person_id": person_id, "since": since, "until": until})
    return [PastDose(**row._mapping) for row in rows]


def _taken_days(past: Sequence[PastDose]) -> list[TakenDay]:
    by_day: dict[date, dict[int, Mg]] = defaultdict(dict)
    for dose in past:
        if dose.claim_id is not None and not dose.came_up:
            by_day[dose.day][dose.part] = dose.taken_mg
    return [TakenDay(day, parts) for day, parts in by_day.items()]


def days_taken_whole(past: Sequence[PastDose]) -> set[date]:
    """Return the days of which every part was swallowed in full before staff, here or elsewhere."""
    whole: dict[date, set[int]] = defaultdict(set)
    ordered: dict[date, int] = {}
    for dose in past:
        if dose.taken_mg > 0:
            whole[dose.day] |= {dose.part} if dose.in_full and dose.claim_id is not None else set()
            ordered[dose.day] = max(dose.parts_ordered, ordered.get(dose.day, 1))
    return {day for day, parts in ordered.items() if whole[day] >= set(range(1, parts + 1))}


def nothing_missed(record: OnRecord, clinic_day: date) -> bool:
    """Return whether no day can have been missed: what was taken last, wholly, covers yesterday, or today is the first day.

    Then the day ledger is not read. Where this is not plain the ledger decides, which alone counts days without medicine.
    """
    treatment = record.treatment
    past = [dose for dose in record.past if dose.taken_mg > 0 and dose.day < clinic_day]
    if not past and treatment.last_dose_on is None:
        return treatment.first_due is None or treatment.first_due >= clinic_day
    last = max(days_taken_whole(past), default=None)
    return any(
        dose.day + _covers(dose, record.terms) * A_DAY >= clinic_day
        for dose in past
        if (dose.day == last or (dose.injected and dose.in_full)) and _of_the_drug(dose, record.order)
    )


def _of_the_drug(dose: PastDose, order: OrderFacts | None) -> bool:
    return order is None or DRUG_OF[dose.medication] == DRUG_OF[order.medication]


def _covers(dose: PastDose, terms: Mapping[int, DepotTerms]) -> int:
    depot = terms.get(dose.order_id or 0) if dose.injected else None
    return covers_days(dose.day, dose.every_n_days, weekdays_of(dose.weekdays), depot)


def _sum(amounts_mg: Iterable[Mg]) -> Mg:
    return Mg(sum(amounts_mg, Decimal(0)))


_CLAIM = Claim.__table__.c


def _given_by(dose: FromClause, by: FromClause) -> ColumnElement[str]:
    """Return who gave a dose: of one from elsewhere the place, since whoever wrote it down here gave nothing."""
    told, verdict = ElsewhereDose.__table__.alias(), ElsewhereVerdict.__table__.alias()
    place = (
        select(told.c.source_name)
        .join(verdict, verdict.c.elsewhere_dose_id == told.c.id)
        .where(verdict.c.dose_id == dose.c.id)
        .correlate(dose)
        .scalar_subquery()
    )
    return func.coalesce(place, by.c.name)


def _or_of_linked(column: str, own: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return when, or by whom, a slot was taken; where a linked record's dose took it, of that dose."""
    dose, by, linked = Dose.__table__.alias(), Staff.__table__.alias(), Person.__table__.alias()
    of_linked = (
        select({"taken_at": dose.c.taken_at, "name": _given_by(dose, by)}[column])
        .join(by, by.c.id == dose.c.recorded_by_id)
        .where(
            dose.c.person_id.in_(select(linked.c.id).where(linked.c.root_id == _CLAIM.person_id)),
            dose.c.clinic_day == _CLAIM.clinic_day,
            dose.c.part == _CLAIM.part,
            dose.c.taken_mg > 0,
        )
        .order_by(dose.c.taken_at.desc())
        .limit(1)
        .correlate(Claim.__table__)
        .scalar_subquery()
    )
    return func.coalesce(case((_CLAIM.kind == ClaimKind.LINK, of_linked)), own).label(column)


CLAIMS = (
    select(
        _CLAIM.part,
        _CLAIM.turn,
        ClaimRelease.__table__.c.id.label("release_id"),
        _or_of_linked("taken_at", func.coalesce(_DOSE.taken_at, _CLAIM.recorded_at)),
        _or_of_linked("name", _given_by(Dose.__table__, Staff.__table__)),
        _CLAIM.kind,
    )
    .outerjoin(ClaimRelease.__table__, ClaimRelease.__table__.c.claim_id == _CLAIM.id)
    .outerjoin(Dose.__table__, _DOSE.claim_id == _CLAIM.id)
    .join(Staff.__table__, Staff.__table__.c.id == _CLAIM.recorded_by_id)
    .where(_CLAIM.clinic_day == bindparam("clinic_day"))
    .order_by(_CLAIM.part, _CLAIM.turn)
)
"""The slots of a day: who took each turn, when, and what released it."""
_CLAIMS = CLAIMS.where(_CLAIM.person_id == bindparam("person_id"))


def slot_of(session: Session, person_id: int, clinic_day: date, part: int) -> Slot:
    """Return how one slot stands: free, and with which turn, or taken by whom and when."""
    rows = session.execute(_CLAIMS, {"person_id": person_id, "clinic_day": clinic_day}).all()
    return _slots(rows, part)[part - 1]


def _slots(claims: Sequence[Row[int, int, int, datetime, str, ClaimKind]], parts: int) -> list[Slot]:
    last = {row.part: row for row in claims}
    return [_slot(part, last.get(part)) for part in range(1, parts + 1)]


def _slot(part: int, claim: Row[int, int, int, datetime, str, ClaimKind] | None) -> Slot:
    if claim is None:
        return Slot(part, 1, None)
    if claim.release_id is not None:
        return Slot(part, claim.turn + 1, claim.release_id)
    return Slot(part, claim.turn, None, claim.taken_at, claim.name, claim.kind)


_RELEASE = ReEntryRelease.__table__.c
DISOWNED = exists().where(
    _TELEPHONE.release_id == _RELEASE.id,
    Countersignature.__table__.c.telephone_order_id == _TELEPHONE.id,
    ~Countersignature.__table__.c.agreed,
)
"""A release by telephone in the name of somebody who says that it never was."""
_ANSWER = ReEntryAnswer.__table__.c
SAID_SINCE = exists().where(
    _ANSWER.person_id == _RELEASE.person_id,
    _ANSWER.clinic_day == _RELEASE.clinic_day,
    _ANSWER.asked_at > _RELEASE.released_at,
    _ANSWER.as_recorded != Answer.YES,
)
"""A release by somebody who could not know what the person has said of the last dose since."""
_RELEASED = select(_RELEASE.amount_mg).where(
    _RELEASE.order_id == bindparam("order_id"),
    _RELEASE.clinic_day == bindparam("clinic_day"),
    _RELEASE.days_without_medicine >= bindparam("days"),
    ~DISOWNED,
    ~SAID_SINCE,
)


def _released_mg(session: Session, order: OrderFacts, clinic_day: date, days: int) -> Mg | None:
    """Return what was released for today; not by a prescriber who knew of fewer days, or not of what was said since."""
    return session.scalar(_RELEASED, {"order_id": order.id, "clinic_day": clinic_day, "days": days})


def _lines_at(
    session: Session, window_id: int, clinic_day: date
) -> Callable[[OrderFacts, Mg], tuple[Line, ...] | None]:
    def lines(order: OrderFacts, due_mg: Mg) -> tuple[Line, ...] | None:
        containers = stock.containers_at_window(session, window_id, order.medication, order.form)
        return lines_for(due_mg, containers, on=clinic_day)

    return lines


_STOP = Stop.__table__.c
STOPS = (
    select(_STOP.id, _STOP.kind, Staff.__table__.c.name, _STOP.set_at, _STOP.decide_by, _STOP.note)
    .outerjoin(StopRelease.__table__, StopRelease.__table__.c.stop_id == _STOP.id)
    .join(Staff.__table__, Staff.__table__.c.id == _STOP.recorded_by_id)
    .where(StopRelease.__table__.c.id.is_(None))
    .order_by(_STOP.set_at, _STOP.id)
)
"""The stops that stand, oldest first."""
_STOPS = STOPS.where(same_person(_STOP.person_id))


def standing_stops(session: Session, person_id: int) -> tuple[StandingStop, ...]:
    """Return the stops that no prescriber has released, oldest first."""
    return tuple(StandingStop(*row) for row in session.execute(_STOPS, {"person_id": person_id}))
