"""Two records of one person: each beside the other, and what making one of them the only one would change.

The page shows what the service does: both read the plan that is made here.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, aliased

from dispensary.errors import NotFound
from dispensary.queries import orders, people
from dispensary.queries.orders import OrderVersion
from dispensary.queries.people import CurrentCard, EpisodeSpan, Identity
from dispensary.wording import N_, say
from models import Claim, ClaimRelease, Dose, DoseReversal, DosingIncident, Person, PersonLink, PersonUnlink, Staff
from models.enums import ClaimKind, DoseOutcome, Medication
from models.units import Mg

SHARED = timedelta(days=7)
"""So far back the slots of two linked records are shared: what is entered late, from paper, finds them taken too."""


@dataclass(frozen=True)
class TakenDose:
    """One dose that was swallowed, and under which record."""

    id: int
    person_id: int
    clinic_day: date
    part: int
    outcome: DoseOutcome
    medication: Medication
    taken_mg: Mg
    taken_at: datetime
    incident: bool
    """It is on record as a dosing incident already."""


@dataclass(frozen=True)
class TakenSlot:
    """A part of a clinic day that is taken, by whatever took it."""

    clinic_day: date
    part: int


@dataclass(frozen=True)
class Side:
    """One of the two records, as it stands today."""

    identity: Identity
    root_id: int | None
    episodes: tuple[EpisodeSpan, ...]
    """Newest first."""
    orders: tuple[OrderVersion, ...]
    """Those that hold today or later."""
    doses: tuple[TakenDose, ...]
    """Swallowed today or in the seven days before, newest first."""
    slots: frozenset[TakenSlot]
    """Taken today, in the seven days before, or for a later day."""
    card: CurrentCard | None

    @property
    def open_episode(self) -> EpisodeSpan | None:
        """The episode that has not ended, if there is one."""
        return next((span for span in self.episodes if span.ended_on is None), None)

    def slots_of(self, day: date) -> list[TakenSlot]:
        """Return the parts of a day that are taken."""
        return sorted((slot for slot in self.slots if slot.clinic_day == day), key=lambda slot: slot.part)


@dataclass(frozen=True)
class LinkPlan:
    """What becomes of two records when one survives and the other ends in it."""

    survivor: Side
    ends: Side
    clinic_day: date

    @property
    def shared_slots(self) -> list[TakenSlot]:
        """Slots that the surviving record takes over."""
        found = self.ends.slots - self.survivor.slots
        return sorted(found, key=lambda slot: (slot.clinic_day, slot.part))

    @property
    def days_taken_twice(self) -> list[date]:
        """Days on which something was swallowed under both."""
        return sorted({d.clinic_day for d in self.survivor.doses} & {d.clinic_day for d in self.ends.doses})

    @property
    def second_dose(self) -> TakenDose | None:
        """The later of two doses of today, which is a dosing incident; None unless both took one."""
        if self.clinic_day not in self.days_taken_twice:
            return None
        today = [d for d in (*self.survivor.doses, *self.ends.doses) if d.clinic_day == self.clinic_day]
        return max(today, key=lambda dose: (dose.taken_at, dose.id))

    @property
    def earlier_days_twice(self) -> list[date]:
        """Days before today on which something was swallowed under both."""
        return [day for day in self.days_taken_twice if day != self.clinic_day]

    @property
    def ends_episode(self) -> EpisodeSpan | None:
        """The episode that ends, because the surviving record has one of its own."""
        return self.ends.open_episode if self.survivor.open_episode else None

    @property
    def orders_differ(self) -> bool:
        """Whether a prescriber must say which of two orders is right."""
        mine, others = (_ordered(side.orders, self.clinic_day) for side in (self.survivor, self.ends))
        return bool(self.ends_episode and others and mine != others)

    @property
    def stops_until_decided(self) -> bool:
        """Whether an order problem stops dosing until a prescriber has decided.

        So it does where the later of two doses of today is an incident already: whoever decided that one knew of no other.
        """
        told_before = self.second_dose is not None and self.second_dose.incident
        return self.orders_differ or bool(self.earlier_days_twice) or told_before

    @property
    def digest(self) -> str:
        """What the page shows of the consequences, so that a change of it can be seen."""
        card, twice = self.ends.card, self.second_dose
        shown = [
            [[slot.clinic_day.isoformat(), slot.part] for slot in self.shared_slots],
            [day.isoformat() for day in self.days_taken_twice],
            twice and twice.id,
            self.ends_episode and self.ends_episode.id,
            [order.facts.id for side in (self.survivor, self.ends) for order in side.orders],
            self.stops_until_decided,
            card and card.id,
        ]
        return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:16]


def _ordered(versions: Sequence[OrderVersion], day: date) -> set[tuple[Medication, Decimal]]:
    """Return the drug and the day's total of each order, as of the last step that has come."""
    return {
        (v.facts.medication, [s for s in v.facts.steps if s.from_on <= day or s is v.facts.steps[0]][-1].total_mg)
        for v in versions
    }


def plan(session: Session, *, root_id: int, person_id: int, clinic_day: date) -> LinkPlan:
    """Return what linking one record into another would do today.

    Raises:
        NotFound: one of them is no record.
    """
    return LinkPlan(_side(session, root_id, clinic_day), _side(session, person_id, clinic_day), clinic_day)


def _side(session: Session, person_id: int, clinic_day: date) -> Side:
    who = people.identity(session, person_id)
    holding = [v for v in orders.versions_of(session, person_id) if v.facts.ends_on >= clinic_day and not v.never_held]
    return Side(
        identity=who,
        root_id=session.scalar(select(Person.root_id).where(Person.id == person_id)),
        episodes=tuple(reversed(people.episodes_of(session, [person_id]).get(person_id, []))),
        orders=tuple(holding),
        doses=doses_since(session, family(session, person_id), clinic_day - SHARED),
        slots=slots_since(session, person_id, clinic_day - SHARED),
        card=people.current_card(session, person_id),
    )


def doses_since(session: Session, person_ids: Sequence[int], since: date) -> tuple[TakenDose, ...]:
    """Return what was swallowed under these records from a day on, newest first."""
    undone = exists().where(DoseReversal.dose_id == Dose.id)
    query = (
        select(
            Dose.id,
            Dose.person_id,
            Dose.clinic_day,
            Dose.part,
            Dose.outcome,
            Dose.medication,
            Dose.taken_mg,
            Dose.taken_at,
            exists().where(DosingIncident.dose_id == Dose.id),
        )
        .where(Dose.person_id.in_(person_ids), Dose.clinic_day >= since, Dose.taken_mg > 0, ~undone)
        .order_by(Dose.taken_at.desc(), Dose.id.desc())
    )
    return tuple(TakenDose(*row) for row in session.execute(query))


def slots_since(session: Session, person_id: int, since: date) -> frozenset[TakenSlot]:
    """Return the slots that a record itself holds from a day on."""
    query = (
        select(Claim.clinic_day, Claim.part)
        .outerjoin(ClaimRelease, ClaimRelease.claim_id == Claim.id)
        .where(Claim.person_id == person_id, Claim.clinic_day >= since, ClaimRelease.id.is_(None))
    )
    return frozenset(TakenSlot(*row) for row in session.execute(query))


def linked_slots(session: Session, person_id: int) -> frozenset[TakenSlot]:
    """Return the slots that a record holds only because a linked record's dose took them."""
    query = (
        select(Claim.clinic_day, Claim.part)
        .outerjoin(ClaimRelease, ClaimRelease.claim_id == Claim.id)
        .where(Claim.person_id == person_id, Claim.kind == ClaimKind.LINK, ClaimRelease.id.is_(None))
    )
    return frozenset(TakenSlot(*row) for row in session.execute(query))


def family(session: Session, person_id: int) -> list[int]:
    """Return the ids of all records of one person: of the one that survives and of those that end in it, in order."""
    root_id = session.scalar(select(Person.root_id).where(Person.id == person_id)) or person_id
    query = select(Person.id).where((Person.id == root_id) | (Person.root_id == root_id)).order_by(Person.id)
    return list(session.scalars(query))


def parent_of(session: Session, person_id: int) -> int | None:
    """Return the record into which this one was linked directly, where that link stands."""
    undone = exists().where(PersonUnlink.link_id == PersonLink.id)
    query = select(PersonLink.root_id).where(PersonLink.person_id == person_id, ~undone)
    return session.scalar(query.order_by(PersonLink.id.desc()).limit(1))


def children_of(session: Session, person_id: int) -> list[int]:
    """Return the records that were linked directly into this one, where the link stands."""
    undone = exists().where(PersonUnlink.link_id == PersonLink.id)
    return list(session.scalars(select(PersonLink.person_id).where(PersonLink.root_id == person_id, ~undone)))


@dataclass(frozen=True)
class StandingLink:
    """A record that was found to be of the same person."""

    link_id: int
    person_id: int
    number: str
    name: str
    """Family name first."""
    root_id: int
    linked_at: datetime
    by: str
    witness: str
    reason: str


def links_into(session: Session, person_id: int) -> list[StandingLink]:
    """Return the records that were linked directly into this one and stand, newest first."""
    return _links(session, PersonLink.root_id == person_id)


def link(session: Session, link_id: int) -> StandingLink:
    """Return one link that stands.

    Raises:
        NotFound: there is none, or it was taken back.
    """
    found = _links(session, PersonLink.id == link_id)
    if not found:
        raise NotFound(say(N_("There is no such link, or it was taken back.")), code="no_such_link")
    return found[0]


def _links(session: Session, wanted: ColumnElement[bool]) -> list[StandingLink]:
    by, witness = aliased(Staff), aliased(Staff)
    undone = exists().where(PersonUnlink.link_id == PersonLink.id)
    query = (
        select(
            PersonLink.id,
            PersonLink.person_id,
            Person.number,
            Person.family_name,
            Person.given_name,
            PersonLink.root_id,
            PersonLink.linked_at,
            by.name,
            witness.name,
            PersonLink.reason,
        )
        .join(Person, Person.id == PersonLink.person_id)
        .join(by, by.id == PersonLink.recorded_by_id)
        .join(witness, witness.id == PersonLink.witnessed_by_id)
        .where(wanted, ~undone)
        .order_by(PersonLink.id.desc())
    )
    return [
        StandingLink(link_id, person_id, number, people.full_name(family_name, given_name), *rest)
        for link_id, person_id, number, family_name, given_name, *rest in session.execute(query)
    ]
