"""Who is due for a urine by policy, and what a urine of somebody may show on a day."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, exists, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from dispensary.policy.minimums import MinimumOf, Minimums
from dispensary.policy.urine import urine_policy
from dispensary.queries import ledger, orders
from dispensary.queries.people import full_name
from dispensary.queries.signs import same_person, takes_home
from dispensary.rules.ledger import ledger as statuses
from dispensary.rules.urine import SAMPLE, Expected, due_to_show, may_still_show, of_medicine
from models import (
    DoseOrder,
    Episode,
    EpisodeEnd,
    EpisodeEndCorrection,
    HealthFact,
    HealthFactEnd,
    Person,
    UrineCollection,
    UrineCorrection,
    UrineResult,
    UrineTest,
)
from models.enums import EpisodeKind, HealthFactKind, Medication, UrineOutcome
from models.person import root_of

A_DAY = timedelta(days=1)
_TEST, _HOW, _RESULT = UrineTest.__table__.c, UrineCollection.__table__.c, UrineResult.__table__.c
_PERSON = Person.__table__.c
_ROOT = root_of(_PERSON)


def expected_of(session: Session, person_id: int, site_id: int, day: date) -> Expected:
    """Return what a urine of a person of a day may show, and whether the ordered medicine must show."""
    holding = (v.facts for v in orders.versions_of(session, person_id) if not v.never_held)
    order = next((facts for facts in holding if facts.holds_on(day)), None)
    others = _other_medicines(session, person_id, day)
    days = ledger.person_days(session, person_id, site_id, until=day)
    earlier = may_still_show(days, day, urine_policy())
    if order is None:
        return Expected(None, other_medicines=others, earlier=earlier)
    before = statuses(days, day - timedelta(days=urine_policy().expected_after_days), day - A_DAY, day)
    due = due_to_show(one.status for one in before if of_medicine(days, one.day, order.medication))
    return Expected(order.medication, due, others, earlier)


def _other_medicines(session: Session, person_id: int, day: date) -> frozenset[str]:
    fact, ended = HealthFact.__table__.c, HealthFactEnd.__table__.c
    query = select(fact.item).where(
        same_person(fact.person_id, person_id),
        fact.kind == HealthFactKind.MEDICINE,
        fact.noted_on <= day,
        or_(fact.until_on.is_(None), fact.until_on >= day),
        ~exists().where(ended.health_fact_id == fact.id),
    )
    return frozenset(key for key in session.scalars(query) if key)


def takes_doses_home(session: Session, person_id: int, day: date) -> bool:
    """Return whether doses to take home were decided on for a person, by the week or for some days."""

    def whose(column: ColumnElement[int]) -> ColumnElement[bool]:
        return same_person(column, person_id)

    return bool(session.scalar(select(takes_home(whose, literal(day)))))


@dataclass(frozen=True)
class Treated:
    """Somebody in treatment at a site, with what the schedule of urine tests goes by."""

    person_id: int
    number: str
    name: str
    admitted_on: date
    medication: Medication | None


def treated(session: Session, site_id: int, today: date) -> list[Treated]:
    """Return everyone in treatment with a medicine at a site, guests left out, in the order of their records."""
    episode, end = Episode.__table__.c, EpisodeEnd.__table__.c
    corrected = select(EpisodeEndCorrection.__table__.c.episode_end_id)
    over = exists().where(end.episode_id == episode.id, end.id.not_in(corrected))
    without = (EpisodeKind.COUNSELLING_ONLY, EpisodeKind.GUEST)
    root = aliased(Person)
    query = (
        select(root.id, root.number, root.family_name, root.given_name, episode.admitted_on, episode.id)
        .select_from(Episode)
        .join(Person, _PERSON.id == episode.person_id)
        .join(root, root.id == _ROOT)
        .where(episode.site_id == site_id, episode.kind.not_in(without), episode.admitted_on <= today, ~over)
        .order_by(root.id, episode.id)
    )
    medicines = _medicines(session, site_id, today)
    found = {
        row[0]: Treated(row[0], row[1], full_name(row[2], row[3]), row[4], medicines.get(row[5]))
        for row in session.execute(query)
    }
    return list(found.values())


def _medicines(session: Session, site_id: int, today: date) -> dict[int, Medication]:
    """Return the medicine last ordered in each episode."""
    order = DoseOrder.__table__.c
    query = select(order.episode_id, order.medication).where(order.site_id == site_id, order.starts_on <= today)
    return {row[0]: row[1] for row in session.execute(query.order_by(order.id))}


@dataclass(frozen=True)
class UrineDue:
    """When somebody's next urine is due by policy."""

    person_id: int
    number: str
    name: str
    last_on: date | None
    """The last that was taken; one that was refused or not able is none."""
    due_on: date
    days_over: int
    """How many days it is overdue; below zero while there is time."""
    every_days: int
    profile: str

    @property
    def overdue(self) -> bool:
        """Whether the day has passed."""
        return self.days_over > 0


def due_list(session: Session, site_id: int, today: date, minimums: Minimums) -> list[UrineDue]:
    """Return when each person in treatment is due for a urine, the longest overdue first; nobody where no policy says so."""
    if not minimums.in_force:
        return []
    last = last_taken(session, site_id)
    found = []
    for who in treated(session, site_id, today):
        day = (today - who.admitted_on).days + 1
        minimum = minimums.of(MinimumOf.URINE, who.medication, day) if who.medication else None
        if minimum is None:
            continue
        last_on = last.get(who.person_id)
        last_on = last_on if last_on and last_on >= who.admitted_on else None
        due_on = minimum.rule.due_on(last_on, who.admitted_on)
        over, every = (today - due_on).days, minimum.rule.interval_days
        found.append(UrineDue(who.person_id, who.number, who.name, last_on, due_on, over, every, minimum.profile))
    return sorted(found, key=lambda one: (one.due_on, one.person_id))


def uncovered(session: Session, site_id: int, today: date, minimums: Minimums) -> list[Treated]:
    """Return who is in treatment while no policy in force says how often, though one does of others."""
    if all(one.rule.subject is not MinimumOf.URINE for one in minimums.in_force):
        return []
    covered = {one.person_id for one in due_list(session, site_id, today, minimums)}
    return [one for one in treated(session, site_id, today) if one.person_id not in covered]


def last_taken(session: Session, site_id: int) -> dict[int, date]:
    """Return the day of the last urine that each person gave, by surviving record, wherever it was taken."""
    treated_here = select(Episode.__table__.c.person_id).where(Episode.__table__.c.site_id == site_id)
    sound = ~exists().where(_RESULT.urine_test_id == _TEST.id, _RESULT.substance == SAMPLE)
    no_mistake = ~exists().where(UrineCorrection.__table__.c.urine_test_id == _TEST.id)
    query = (
        select(_ROOT, func.max(_TEST.collected_on))
        .select_from(UrineTest)
        .join(Person, _PERSON.id == _TEST.person_id)
        .outerjoin(UrineCollection, _HOW.urine_test_id == _TEST.id)
        .where(or_(_HOW.id.is_(None), _HOW.outcome == UrineOutcome.TAKEN), sound, no_mistake)
        .where(or_(_PERSON.id.in_(treated_here), _PERSON.root_id.in_(treated_here)))
        .group_by(_ROOT)
    )
    return {row[0]: row[1] for row in session.execute(query)}
