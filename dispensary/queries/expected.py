"""Everyone whose order has a dose due on a day, with the facts that decide on it.

They are read in a handful of statements, whatever the number of people, and worked out as those of one person are.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, exists, func, select
from sqlalchemy.orm import Session

from dispensary.queries import absences, dosing, orders, re_entry, stock
from dispensary.queries.dosing import OnRecord, PastDose, Treatment, facts_from
from dispensary.rules.dosing import DosingFacts, StandingStop
from dispensary.rules.likeness import check_digits
from dispensary.rules.orders import OrderFacts, SupplementFacts
from dispensary.rules.re_entry import ReEntryInputs
from dispensary.rules.stock import ContainerFacts, Line, lines_for
from models import (
    Claim,
    Countersignature,
    Dose,
    DoseOrder,
    Episode,
    EpisodeEnd,
    EpisodeEndCorrection,
    NameKey,
    Person,
    ReEntryRelease,
    Stop,
    Supplement,
    TelephoneOrder,
)
from models.enums import Form, Medication, TelephoneOrderKind
from models.person import root_of
from models.units import Mg

FIRST_LOOK = timedelta(days=10)
"""How far back everyone's doses are read; further only of those who took nothing whole in that time."""


@dataclass(frozen=True)
class LastDose:
    """What somebody swallowed last, before the day in question or on it."""

    day: date
    at: datetime
    taken_mg: Mg


@dataclass(frozen=True)
class Expected:
    """Somebody whose order has a dose due on a day, and the facts that decide on it."""

    person_id: int
    number: str
    family_name: str
    given_name: str
    birth_date: date | None
    facts: DosingFacts
    last: LastDose | None

    @property
    def order(self) -> OrderFacts:
        """The order; nobody is expected without one."""
        assert self.facts.order is not None
        return self.facts.order


_PERSON, _ORDER, _EPISODE = Person.__table__.c, DoseOrder.__table__.c, Episode.__table__.c
_DOSE, _CLAIM, _STOP = Dose.__table__.c, Claim.__table__.c, Stop.__table__.c
_ROOT = root_of(_PERSON).label("root")
"""The record that survives, where two were linked into one."""

_ORDERS = (
    orders.ACTIVE.add_columns(_ROOT)
    .join(Person.__table__, _PERSON.id == _ORDER.person_id)
    .where(_ORDER.site_id == bindparam("site_id"))
)
_EPISODES = dosing.EPISODES.add_columns(_ROOT).join(Person.__table__, _PERSON.id == _EPISODE.person_id)
_AMONG = _ROOT.in_(bindparam("people", expanding=True))
_DOSES = dosing.DOSES.add_columns(_ROOT).join(Person.__table__, _PERSON.id == _DOSE.person_id).where(_AMONG)
_STOPS = dosing.STOPS.add_columns(_ROOT).join(Person.__table__, _PERSON.id == _STOP.person_id)
_CLAIMS = dosing.CLAIMS.add_columns(_CLAIM.person_id)
_PEOPLE = (
    select(_PERSON.id, _PERSON.number, _PERSON.family_name, _PERSON.given_name, _PERSON.birth_date)
    .where(_PERSON.id.in_(bindparam("people", expanding=True)))
    .order_by(_PERSON.search_key, _PERSON.id)
)


def everyone_expected(
    session: Session, *, site_id: int, window_id: int | None, clinic_day: date, at: datetime
) -> list[Expected]:
    """Return everyone whose order has a dose due on a clinic day at a site, in order of name."""
    held = _held(session, site_id, clinic_day)
    aside = _Aside(session, site_id, clinic_day, list(held))
    past = _past(session, {root: order for root, (_, order) in held.items()}, clinic_day)
    terms = orders.terms_of_orders(session, dosing.injected_under(dose for doses in past.values() for dose in doses))
    lines = _lines_at(session, window_id, clinic_day) if window_id is not None else None
    who = session.execute(_PEOPLE, {"people": list(held)}).all()
    records = {row.id: replace(aside.record(row, *held[row.id], past[row.id]), terms=terms) for row in who}
    gate = _gate(session, site_id, clinic_day, records)
    found = []
    for row in who:
        record = replace(records[row.id], re_entry=gate.get(row.id))
        facts = facts_from(record, clinic_day, at, released=aside.released, lines=lines)
        if held[row.id][1].is_injection and facts.day_total_mg is None and facts.taken_today_mg == 0:
            continue  # its next injection is not due yet
        found.append(Expected(*row, facts=facts, last=_last(past[row.id])))
    return found


def _gate(
    session: Session, site_id: int, clinic_day: date, records: Mapping[int, OnRecord]
) -> dict[int, ReEntryInputs]:
    """Return what the re-entry gate decides on, of those of whom it has anything to consider."""
    said = re_entry.said_by_everyone(session, clinic_day)
    away = absences.away_now(session, site_id)
    asked = [
        root
        for root, record in records.items()
        if root in said or root in away or not dosing.nothing_missed(record, clinic_day)
    ]
    return re_entry.inputs_of_many(session, asked, site_id, clinic_day, said)


def _held(session: Session, site_id: int, clinic_day: date) -> dict[int, tuple[Treatment, OrderFacts]]:
    """Return, for everyone in treatment with a dose due, the episode and the order."""
    episodes = _by_root(session.execute(_EPISODES, {"site_id": site_id}))
    held = {}
    for root, rows in _by_root(session.execute(_ORDERS, {"site_id": site_id, "day": clinic_day})).items():
        treatment = dosing.treatment_of(episodes[root])
        order = orders.active_of(rows, treatment.episode_id) if treatment.episode_id else None
        if order is not None and (order.is_injection or order.due_on(clinic_day)):
            held[root] = (treatment, order)
    return held


def _by_root(rows: Iterable[Row[*tuple[Any, ...]]]) -> dict[int, list[Row[*tuple[Any, ...]]]]:
    found: dict[int, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    for row in rows:
        found[row.root].append(row)
    return found


def _past(session: Session, held: dict[int, OrderFacts], until: date) -> dict[int, list[PastDose]]:
    """Return everyone's doses, as far back as a decision about the day can need them."""
    recent = until - FIRST_LOOK
    past = _doses(session, list(held), recent, until)
    since = {root: dosing.needed_since(order, until) for root, order in held.items() if _reads_far(order, recent)}
    if since:
        past |= _doses(session, list(since), min(since.values()), until)
    if rare := [root for root in held if not dosing.reaches_back(past[root], until)]:
        past |= _doses(session, rare, dosing.EVER, until)
    return past


def _reads_far(order: OrderFacts, recent: date) -> bool:
    """Return whether what an order says depends on more than the last days: on its steps, or on the last injection."""
    return order.is_injection or (len(order.steps) > 1 and order.starts_on < recent)


def _doses(session: Session, people: Iterable[int], since: date, until: date) -> dict[int, list[PastDose]]:
    found: dict[int, list[PastDose]] = {root: [] for root in people}
    for row in session.execute(_DOSES, {"people": list(found), "since": since, "until": until}):
        found[row.root].append(PastDose(*row[:-1]))
    return found


def _last(past: Sequence[PastDose]) -> LastDose | None:
    taken = [dose for dose in past if dose.taken_mg > 0]
    return LastDose(taken[-1].day, taken[-1].taken_at, taken[-1].taken_mg) if taken else None


class _Aside:
    """What stands beside the orders and doses of some people on a day: slots, stops, what a prescriber said for that day."""

    def __init__(self, session: Session, site_id: int, clinic_day: date, people: Sequence[int]) -> None:
        self.claims: dict[int, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
        for row in session.execute(_CLAIMS, {"clinic_day": clinic_day}):
            self.claims[row.person_id].append(row)
        self.stops = {
            root: tuple(StandingStop(*row[:-1]) for row in rows)
            for root, rows in _by_root(session.execute(_STOPS)).items()
        }
        self.supplements: dict[int, tuple[SupplementFacts, ...]] = defaultdict(tuple)
        for order_id, *further in session.execute(_SUPPLEMENTS, {"clinic_day": clinic_day}):
            self.supplements[order_id] += (SupplementFacts(*further),)
        self.lowered = {row.order_id: row.amount_mg for row in session.execute(_LOWERED, {"clinic_day": clinic_day})}
        self.releases = session.execute(_RELEASED, {"clinic_day": clinic_day}).all()
        self.alike = set(session.scalars(_ALIKE, {"people": list(people)}))

    def record(
        self, who: Row[*tuple[Any, ...]], treatment: Treatment, order: OrderFacts, past: Sequence[PastDose]
    ) -> OnRecord:
        """Return everything on record about one of them."""
        return OnRecord(
            person_id=who.id,
            treatment=treatment,
            order=order,
            past=past,
            claims=self.claims[who.id],
            supplements=self.supplements[order.id],
            lowered_mg=self.lowered.get(order.id),
            stops=self.stops.get(who.id, ()),
            check_digits=check_digits(who.number) if who.id in self.alike else "",
        )

    def released(self, order: OrderFacts, days: int) -> Mg | None:
        """Return what was released for the day by a prescriber who knew of that many days without medicine."""
        amounts = (r.amount_mg for r in self.releases if r.order_id == order.id and r.days_without_medicine >= days)
        return next(amounts, None)


_SUPPLEMENT, _TELEPHONE, _RELEASE = (t.__table__.c for t in (Supplement, TelephoneOrder, ReEntryRelease))
_SUPPLEMENTS = (
    select(_SUPPLEMENT.order_id, _SUPPLEMENT.part, _SUPPLEMENT.amount_mg, _SUPPLEMENT.not_before)
    .where(_SUPPLEMENT.clinic_day == bindparam("clinic_day"))
    .order_by(_SUPPLEMENT.part)
)
_LOWERED = (
    select(_TELEPHONE.order_id, _TELEPHONE.amount_mg)
    .outerjoin(Countersignature.__table__, Countersignature.__table__.c.telephone_order_id == _TELEPHONE.id)
    .where(
        _TELEPHONE.clinic_day == bindparam("clinic_day"),
        _TELEPHONE.kind == TelephoneOrderKind.LOWER,
        func.coalesce(Countersignature.__table__.c.agreed, True),
    )
    .order_by(_TELEPHONE.id)
)
_RELEASED = select(_RELEASE.order_id, _RELEASE.amount_mg, _RELEASE.days_without_medicine).where(
    _RELEASE.clinic_day == bindparam("clinic_day"), ~dosing.DISOWNED, ~dosing.SAID_SINCE
)
_MINE, _OTHER, _WHO, _END = (
    NameKey.__table__.alias(),
    NameKey.__table__.alias(),
    Person.__table__.alias(),
    EpisodeEnd.__table__,
)
_ENDED = exists().where(
    _END.c.episode_id == _EPISODE.id, ~exists().where(EpisodeEndCorrection.__table__.c.episode_end_id == _END.c.id)
)
_ALIKE = (
    select(_MINE.c.person_id)
    .distinct()
    .join(_OTHER, (_OTHER.c.key == _MINE.c.key) & (_OTHER.c.person_id != _MINE.c.person_id))
    .join(_WHO, (_WHO.c.id == _OTHER.c.person_id) & _WHO.c.root_id.is_(None))
    .join(Episode.__table__, _EPISODE.person_id == _WHO.c.id)
    .where(_MINE.c.person_id.in_(bindparam("people", expanding=True)), ~_ENDED)
)
"""Who of some people has a name like somebody else's in treatment."""


def _lines_at(
    session: Session, window_id: int, clinic_day: date
) -> Callable[[OrderFacts, Mg], tuple[Line, ...] | None]:
    """Return how an amount is poured at a window; its containers are read once a medicine."""
    shelves: dict[tuple[Medication, Form], list[ContainerFacts]] = {}

    def lines(order: OrderFacts, due_mg: Mg) -> tuple[Line, ...] | None:
        kind = (order.medication, order.form)
        if kind not in shelves:
            shelves[kind] = stock.containers_at_window(session, window_id, *kind)
        return lines_for(due_mg, shelves[kind], on=clinic_day)

    return lines
