"""Who needs doses for days on which the clinic is closed, for whom they are proposed, and what stands against the others."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from dispensary.policy.take_homes import TakeHomePolicy
from dispensary.queries import absences, calendar, orders, people, sites
from dispensary.queries.dosing import standing_stops
from dispensary.queries.everyones_days import runs_of_everyone
from dispensary.queries.expected import Expected, everyone_expected
from dispensary.queries.sites import SiteSettings
from dispensary.rules.calendar import days_of
from dispensary.rules.closures import Need, against, shown_digest
from dispensary.rules.orders import OrderFacts
from models import (
    DoseOrder,
    Episode,
    EpisodeEnd,
    EpisodeEndCorrection,
    Person,
    SafetyCheck,
    TakeHomeDecision,
    TakeHomeDecisionEnd,
)
from models.enums import EpisodeKind, Medication, TreatmentPhase
from models.person import root_of
from models.units import Mg

A_DAY = timedelta(days=1)
_ROOT = root_of(Person)


@dataclass(frozen=True)
class ClosureLine:
    """Somebody who needs a dose for a closed day."""

    person_id: int
    number: str
    name: str
    birth_date: date | None
    due: Mapping[date, Mg]
    medication: Medication | None
    why_not: tuple[str, ...]
    """Codes of what stands against doses to take home; empty for somebody for whom they are proposed."""

    @property
    def proposed(self) -> bool:
        """Whether doses are proposed."""
        return not self.why_not


@dataclass(frozen=True)
class Needs:
    """Everybody who needs something for a closure."""

    first: date
    last: date
    lines: tuple[ClosureLine, ...]
    covered: int
    """How many are due on these days and covered: by bottles at home, or by their own take-home decision."""
    profile: tuple[str, str] | None
    """Id and digest of the strictest approved profile that allows doses for closures; None where none does."""

    @property
    def digest(self) -> str:
        """The digest of what is shown."""
        return shown_digest({line.person_id: (line.due, line.why_not) for line in self.lines})


def needs(
    session: Session, site_id: int, *, first: date, last: date, today: date, at: datetime, policy: TakeHomePolicy
) -> Needs:
    """Return everybody with a dose due on one of these days that nothing covers, and everybody left without an order.

    Args:
        policy: the take-home rules in force; they say of which drugs doses may go home for a closure.
    """
    book = _Book(session, site_id, first, last, today, policy)
    due: dict[int, dict[date, Mg]] = {}
    who: dict[int, Expected] = {}
    covered: set[int] = set()
    for day in days_of(first, last):
        for one in everyone_expected(session, site_id=site_id, window_id=None, clinic_day=day, at=at):
            who[one.person_id] = one
            if one.facts.slot.taken_at is not None:
                covered.add(one.person_id)
            else:
                due.setdefault(one.person_id, {})[day] = _amount(one)
    lines = [book.line(who[person_id], days) for person_id, days in due.items()]
    still_to_come = _still_to_come(session, site_id, first, today, at)
    by_decision = {line.person_id for line in lines if line.proposed and line.person_id in book.decided & still_to_come}
    lines = [line for line in lines if line.person_id not in by_decision]
    lines += book.without_order(set(who))
    lines.sort(key=lambda line: (line.name, line.number))
    rules = {rule.profile: rule.digest for rule in book.rules.values() if rule is not None}
    profile = next(iter(sorted(rules.items())), None)
    return Needs(first, last, tuple(lines), len((covered - set(due)) | by_decision), profile)


def _still_to_come(session: Session, site_id: int, first: date, today: date, at: datetime) -> set[int]:
    """Return who comes once more before a closure: the dose of the last open day before it is not covered yet.

    Only they take its doses with their regular ones; the bottles of the others end in the middle of it.
    """
    days = calendar.calendar_of(session, site_id, today, first - A_DAY).values() if first > today else ()
    before = max((day.day for day in days if day.open), default=None)
    if before is None:
        return set()
    expected = everyone_expected(session, site_id=site_id, window_id=None, clinic_day=before, at=at)
    return {one.person_id for one in expected if one.facts.slot.taken_at is None}


def _amount(who: Expected) -> Mg:
    """Return what is ordered for the whole of a day, as things stand now."""
    return who.facts.day_total_mg or who.facts.due_mg or Mg(Decimal(0))


class _Book:
    """What is read once for everybody: safety talks, stays, runs, decisions, rules."""

    def __init__(
        self, session: Session, site_id: int, first: date, last: date, today: date, policy: TakeHomePolicy
    ) -> None:
        self.session, self.site_id, self.first, self.last = session, site_id, first, last
        self.settings: SiteSettings = sites.settings(session, site_id, today)
        self.away = set(absences.away_now(session, site_id))
        self.runs = runs_of_everyone(session, site_id, today)
        self.safety = _safety_talks(session)
        self.decided = _decided(session, first, last)
        self.rules = {drug: policy.closure_days(drug) for drug in Medication}

    def line(self, who: Expected, due: Mapping[date, Mg]) -> ClosureLine:
        """Return the line of somebody who is due."""
        name = people.full_name(who.family_name, who.given_name)
        why_not = self._against(who.person_id, due, who.order, stopped=bool(who.facts.stops))
        return ClosureLine(who.person_id, who.number, name, who.birth_date, due, who.order.medication, why_not)

    def without_order(self, known: set[int]) -> list[ClosureLine]:
        """Return the lines of those in treatment for whom no order holds on any of these days."""
        found, ordered = [], self._ordered()
        for row in self.session.execute(_IN_TREATMENT, {"site_id": self.site_id}):
            if row.id in known or row.id in ordered:
                continue
            name = people.full_name(row.family_name, row.given_name)
            why_not = self._against(row.id, {}, None, stopped=bool(standing_stops(self.session, row.id)))
            found.append(ClosureLine(row.id, row.number, name, row.birth_date, {}, None, why_not))
        return found

    def _ordered(self) -> set[int]:
        """Return for whom some order holds on one of these days."""
        days = days_of(self.first, self.last)
        asked = [{"site_id": self.site_id, "day": day} for day in days]
        return {row.root for values in asked for row in self.session.execute(_ORDERED, values)}

    def _against(
        self, person_id: int, due: Mapping[date, Mg], order: OrderFacts | None, *, stopped: bool
    ) -> tuple[str, ...]:
        talk, runs = self.safety.get(person_id), self.runs.get(person_id)
        need = Need(
            due=due,
            medication=order.medication if order else None,
            form=order.form if order else None,
            phase=order.treatment_phase if order else None,
            stopped=stopped,
            away=person_id in self.away,
            days_without_medicine=runs.days_without_medicine if runs else 0,
            safety_until=talk + timedelta(days=self.settings.safety_check_days - 1) if talk else None,
            rule=self.rules[order.medication] if order else None,
        )
        return against(need, self.first, self._hold_from(order))

    def _hold_from(self, order: OrderFacts | None) -> int:
        rules = self.settings.rules
        inducing = order is not None and order.treatment_phase is TreatmentPhase.INDUCTION
        return rules.hold_from_days_induction if inducing else rules.hold_from_days


_ORDERED = (
    orders.ACTIVE.add_columns(_ROOT.label("root"))
    .join(Person, Person.id == DoseOrder.person_id)
    .where(DoseOrder.site_id == bindparam("site_id"))
)
_CORRECTED = select(EpisodeEndCorrection.episode_end_id)
_ENDED = select(EpisodeEnd.episode_id).where(EpisodeEnd.id.not_in(_CORRECTED))
_IN_TREATMENT = (
    select(Person.id, Person.number, Person.family_name, Person.given_name, Person.birth_date)
    .where(
        Person.id.in_(
            select(_ROOT)
            .join(Episode, Episode.person_id == Person.id)
            .where(
                Episode.site_id == bindparam("site_id"),
                Episode.kind != EpisodeKind.COUNSELLING_ONLY,
                Episode.id.not_in(_ENDED),
            )
        )
    )
    .order_by(Person.id)
)


def _safety_talks(session: Session) -> dict[int, date]:
    """Return the day of everybody's newest complete talk about storing doses safely, by surviving record."""
    query = (
        select(_ROOT, func.max(SafetyCheck.clinic_day))
        .join(Person, Person.id == SafetyCheck.person_id)
        .where(SafetyCheck.locked_storage, SafetyCheck.taught, SafetyCheck.child_resistant)
        .group_by(_ROOT)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _decided(session: Session, first: date, last: date) -> set[int]:
    """Return who has a take-home decision of their own that holds over all of these days, by surviving record."""
    ended = select(TakeHomeDecisionEnd.decision_id).where(TakeHomeDecisionEnd.last_day < last)
    query = (
        select(_ROOT)
        .join(TakeHomeDecision, TakeHomeDecision.person_id == Person.id)
        .where(
            TakeHomeDecision.effective_on < first,
            TakeHomeDecision.most_days > 0,
            TakeHomeDecision.id.not_in(ended),
        )
    )
    return set(session.scalars(query))
