"""What is on record of what is asked at intake: of one person, and what is overdue at a site."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from dispensary.policy.journey import journey_rules
from dispensary.queries.people import full_name
from dispensary.queries.signs import same_person
from dispensary.rules.intake import Found, IntakeLine, intake
from models import (
    Assessment,
    CarePlan,
    DoseOrder,
    Episode,
    EpisodeEnd,
    EpisodeEndCorrection,
    IntakeStep,
    OwnAim,
    Person,
    Staff,
    SupplyIssue,
    TreatmentConsent,
)
from models.enums import AssessmentDomain, EpisodeKind, IntakeItem, SupplyKind
from models.person import root_of

_PERSON, _EPISODE, _END = Person.__table__.c, Episode.__table__.c, EpisodeEnd.__table__.c
_ROOT = root_of(_PERSON)
_OVER = exists().where(
    _END.episode_id == _EPISODE.id, _END.id.not_in(select(EpisodeEndCorrection.__table__.c.episode_end_id))
)
NO_DOSES = frozenset({IntakeItem.ORDER, IntakeItem.MEDICAL_ASSESSMENT})
"""Not asked of somebody who comes for counselling only."""


@dataclass(frozen=True)
class Entered:
    """An open episode with all that is asked at its beginning."""

    episode_id: int
    person_id: int
    number: str
    name: str
    kind: EpisodeKind
    admitted_on: date
    lines: tuple[IntakeLine, ...]

    def overdue(self, today: date) -> list[IntakeLine]:
        """Return what was to be done before a day."""
        return [line for line in self.lines if line.overdue(today)]

    @property
    def open(self) -> list[IntakeLine]:
        """What is not done."""
        return [line for line in self.lines if not line.done]


def intake_of(session: Session, person_id: int, site_id: int) -> Entered | None:
    """Return what is asked of somebody in treatment at a site, and how far it is; None for anybody else."""
    found = _entered(session, same_person(_EPISODE.person_id, person_id), _EPISODE.site_id == site_id)
    return found[-1] if found else None


def overdue(session: Session, site_id: int, today: date) -> list[Entered]:
    """Return everybody in treatment at a site of whose intake something was to be done before today, the longest first."""
    late = [one for one in open_intakes(session, site_id) if one.overdue(today)]
    return sorted(late, key=lambda one: (min(line.due_on for line in one.overdue(today)), one.episode_id))


def open_intakes(session: Session, site_id: int) -> list[Entered]:
    """Return everybody in treatment at a site of whose intake something is open, by admission."""
    return [one for one in _entered(session, _EPISODE.site_id == site_id) if one.open]


def _entered(session: Session, *wanted: ColumnElement[bool]) -> list[Entered]:
    root = Person.__table__.alias()
    query = (
        select(
            _EPISODE.id,
            root.c.id.label("person_id"),
            root.c.number,
            root.c.family_name,
            root.c.given_name,
            root.c.birth_date,
            root.c.identity_number,
            root.c.phone,
            root.c.address,
            _EPISODE.kind,
            _EPISODE.admitted_on,
        )
        .select_from(Episode)
        .join(Person, _PERSON.id == _EPISODE.person_id)
        .join(root, root.c.id == _ROOT)
        .where(~_OVER, _EPISODE.kind != EpisodeKind.GUEST, *wanted)
        .order_by(_EPISODE.admitted_on, _EPISODE.id)
    )
    rows = session.execute(query).all()
    found = _found(session, [row.id for row in rows])
    given = _naloxone(session, [row.person_id for row in rows])
    made = []
    for row in rows:
        known = found[row.id]
        known.setdefault(IntakeItem.IDENTITY, Found(bool(row.birth_date or row.identity_number), row.admitted_on))
        if row.phone or row.address:
            known[IntakeItem.CONTACT] = Found(True)
        if row.person_id in given:
            known.setdefault(IntakeItem.NALOXONE, Found(True, given[row.person_id]))
        asked = intake(known, row.admitted_on, journey_rules())
        if row.kind is EpisodeKind.COUNSELLING_ONLY:
            asked = [line for line in asked if line.item not in NO_DOSES]
        made.append(
            Entered(
                row.id,
                row.person_id,
                row.number,
                full_name(row.family_name, row.given_name),
                row.kind,
                row.admitted_on,
                tuple(asked),
            )
        )
    return made


def _found(session: Session, episode_ids: Sequence[int]) -> defaultdict[int, dict[IntakeItem, Found]]:
    """Return what is on record of each episode: steps that were ticked, and what the record itself knows."""
    known: defaultdict[int, dict[IntakeItem, Found]] = defaultdict(dict)
    steps = (
        select(IntakeStep, Staff.name)
        .join(Staff, Staff.id == IntakeStep.recorded_by_id)
        .where(IntakeStep.episode_id.in_(episode_ids))
        .order_by(IntakeStep.turn)
    )
    for step, by in session.execute(steps):
        known[step.episode_id][step.item] = Found(step.complete, step.done_on, by, step.note)
    for episode_id, item, found in _derived(session, episode_ids):
        if found.complete or item not in known[episode_id]:
            known[episode_id][item] = found
    return known


def _derived(session: Session, ids: Sequence[int]) -> Iterable[tuple[int, IntakeItem, Found]]:
    """Yield what the record itself knows of each episode."""
    said = select(TreatmentConsent, Staff.name).join(Staff, Staff.id == TreatmentConsent.recorded_by_id)
    said = said.where(TreatmentConsent.episode_id.in_(ids)).order_by(TreatmentConsent.turn)
    for consent, by in session.execute(said):
        yield consent.episode_id, IntakeItem.CONSENT, Found(consent.given, consent.signed_on, by)
    firsts = (
        (IntakeItem.ORDER, DoseOrder.episode_id, DoseOrder.starts_on),
        (IntakeItem.PLAN, CarePlan.episode_id, CarePlan.agreed_on),
        (IntakeItem.OWN_AIM, OwnAim.episode_id, OwnAim.said_on),
    )
    days = (
        select(episode, literal(item.value), func.min(day)).where(episode.in_(ids)).group_by(episode)
        for item, episode, day in firsts
    )
    for episode_id, item, on in session.execute(union_all(*days)):
        yield episode_id, IntakeItem(item), Found(True, on)
    yield from _assessed(session, ids)


def _assessed(session: Session, ids: Sequence[int]) -> Iterable[tuple[int, IntakeItem, Found]]:
    """Yield how many parts of each life were gone through; that of the body stands for the medical assessment too."""
    later = Assessment.__table__.alias()
    newer = exists().where(
        later.c.episode_id == Assessment.episode_id,
        later.c.domain == Assessment.domain,
        later.c.turn > Assessment.turn,
    )
    query = select(Assessment.episode_id, Assessment.domain, Assessment.complete, Assessment.assessed_on)
    seen: defaultdict[int, list[tuple[AssessmentDomain, bool, date]]] = defaultdict(list)
    for episode_id, domain, complete, on in session.execute(query.where(Assessment.episode_id.in_(ids), ~newer)):
        seen[episode_id].append((domain, complete, on))
    for episode_id, parts in seen.items():
        done = [on for _, complete, on in parts if complete]
        whole = len(done) == len(AssessmentDomain)
        last = max(on for _, _, on in parts)
        yield episode_id, IntakeItem.ASSESSMENT, Found(whole, last, so_far=len(done))
        body = [(complete, on) for domain, complete, on in parts if domain is AssessmentDomain.PHYSICAL_HEALTH]
        if body:
            yield episode_id, IntakeItem.MEDICAL_ASSESSMENT, Found(*body[0])


def _naloxone(session: Session, person_ids: Sequence[int]) -> dict[int, date]:
    """Return when each of these people first had naloxone from us."""
    query = (
        select(_ROOT, func.min(SupplyIssue.given_on))
        .select_from(SupplyIssue)
        .join(Person, _PERSON.id == SupplyIssue.person_id)
        .where(or_(_PERSON.id.in_(person_ids), _PERSON.root_id.in_(person_ids)))
        .where(SupplyIssue.kind == SupplyKind.NALOXONE)
        .group_by(_ROOT)
    )
    return {row[0]: row[1] for row in session.execute(query)}
