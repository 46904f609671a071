"""Orders by telephone: what the rules need to know before one, and those that wait for their countersignature."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from dispensary.queries import doses_taken, dosing, orders
from dispensary.queries.orders import OrderVersion
from dispensary.queries.people import full_name
from dispensary.rules.dosing import DosingFacts, SiteRules, too_many_days_without_medicine
from dispensary.rules.orders import due_amount, falls_on
from dispensary.rules.telephone_orders import CallFacts, Lapsed
from models import Countersignature, Person, Staff, TelephoneOrder
from models.enums import Medication, TelephoneOrderKind
from models.units import Mg


@dataclass(frozen=True)
class Call:
    """What stands about a person for an order by telephone: what the rules ask, and the day's order for the page."""

    facts: CallFacts
    dosing: DosingFacts
    lapsed: OrderVersion | None

    @property
    def medication(self) -> Medication | None:
        """The medicine of the order in force, or of the one that ran out."""
        if self.dosing.order is not None:
            return self.dosing.order.medication
        return self.lapsed.facts.medication if self.lapsed else None


def call(session: Session, person_id: int, *, site_id: int, clinic_day: date, at: datetime, rules: SiteRules) -> Call:
    """Return what stands about a person when a prescriber is on the telephone.

    Raises:
        NotFound: there is no such person.
    """
    facts = dosing.facts_for(
        session, person_id=person_id, site_id=site_id, window_id=None, clinic_day=clinic_day, at=at
    )
    old = _lapsed(session, person_id, facts) if facts.order is None else None
    return Call(
        CallFacts(
            clinic_day=clinic_day,
            in_treatment=facts.episode_id is not None and facts.root_id is None,
            stopped=bool(facts.stops),
            dosed_today=facts.taken_today_mg > 0 or facts.slot.taken_at is not None,
            order_parts=facts.parts_today if facts.order else None,
            due_mg=facts.day_total_mg,
            held_mg=facts.day_total_mg if too_many_days_without_medicine(facts, rules) else None,
            lapsed=_said_last(session, person_id, old, clinic_day) if old else None,
            injection=facts.order.is_injection if facts.order else bool(old and old.facts.is_injection),
        ),
        facts,
        old,
    )


def _lapsed(session: Session, person_id: int, facts: DosingFacts) -> OrderVersion | None:
    """Return the order that held last in this episode, if it ran out on its own last day.

    A day that was itself continued by telephone is passed over, so that days do not hang on each other.
    """
    for version in orders.versions_of(session, person_id):
        past = version.facts.ends_on < facts.clinic_day and not version.never_held
        if not past or version.episode_id != facts.episode_id or _by_telephone(session, version.facts.id):
            continue
        return version if version.ended is None else None
    return None


def _by_telephone(session: Session, order_id: int) -> bool:
    kind = TelephoneOrderKind.CONTINUE
    query = select(TelephoneOrder.id).where(TelephoneOrder.order_id == order_id, TelephoneOrder.kind == kind)
    return session.scalar(query.limit(1)) is not None


def _said_last(session: Session, person_id: int, old: OrderVersion, today: date) -> Lapsed:
    order = old.facts
    taken = doses_taken.taken_days(session, person_id, order.starts_on)
    last = doses_taken.last_taken(session, person_id) if taken else None
    return Lapsed(
        order_id=order.id,
        last_day=order.ends_on,
        amounts_mg=due_amount(order, taken, order.ends_on).amounts_mg,
        due_today=falls_on(today, order.starts_on, order.every_n_days, order.weekdays),
        last_taken_mg=last.total_mg if last else None,
    )


@dataclass(frozen=True)
class TakenDown:
    """One order taken down by telephone, and what became of its countersignature."""

    id: int
    person_id: int
    number: str
    name: str
    """Family name first."""
    kind: TelephoneOrderKind
    clinic_day: date
    amount_mg: Mg
    reason: str
    prescriber_id: int
    prescriber: str
    taken_by: str
    said_at: datetime
    countersign_by: datetime
    agreed: bool | None
    """None: not countersigned yet."""
    note: str
    signed_by: str
    signed_at: datetime | None

    def overdue(self, at: datetime) -> bool:
        """Return whether its countersignature is late at a moment."""
        return self.agreed is None and self.countersign_by < at


def waiting(session: Session, site_id: int) -> list[TakenDown]:
    """Return the telephone orders of a site that nobody has countersigned, the one due first on top."""
    query = _taken_down().where(TelephoneOrder.site_id == site_id, Countersignature.id.is_(None))
    return [_read(row) for row in session.execute(query.order_by(TelephoneOrder.countersign_by, TelephoneOrder.id))]


def of_person(session: Session, person_id: int) -> list[TakenDown]:
    """Return everything ordered by telephone about a person, the newest first."""
    query = _taken_down().where(TelephoneOrder.person_id == person_id).order_by(TelephoneOrder.id.desc())
    return [_read(row) for row in session.execute(query)]


def one(session: Session, telephone_order_id: int, site_id: int) -> TakenDown | None:
    """Return one telephone order of a site, or None."""
    query = _taken_down().where(TelephoneOrder.id == telephone_order_id, TelephoneOrder.site_id == site_id)
    row = session.execute(query).one_or_none()
    return _read(row) if row else None


def _taken_down() -> Select:  # type: ignore[type-arg]  # a row for each field of TakenDown
    prescriber, taker, signer = aliased(Staff), aliased(Staff), aliased(Staff)
    return (
        select(
            TelephoneOrder,
            Person,
            prescriber.name,
            taker.name,
            Countersignature,
            func.coalesce(signer.name, ""),
        )
        .join(Person, Person.id == TelephoneOrder.person_id)
        .join(prescriber, prescriber.id == TelephoneOrder.prescriber_id)
        .join(taker, taker.id == TelephoneOrder.recorded_by_id)
        .outerjoin(Countersignature, Countersignature.telephone_order_id == TelephoneOrder.id)
        .outerjoin(signer, signer.id == Countersignature.recorded_by_id)
    )


def _read(row) -> TakenDown:  # type: ignore[no-untyped-def]
    order, person, prescriber, taker, signature, signer = row
    return TakenDown(
        id=order.id,
        person_id=person.id,
        number=person.number,
        name=full_name(person.family_name, person.given_name),
        kind=order.kind,
        clinic_day=order.clinic_day,
        amount_mg=order.amount_mg,
        reason=order.reason,
        prescriber_id=order.prescriber_id,
        prescriber=prescriber,
        taken_by=taker,
        said_at=order.said_at,
        countersign_by=order.countersign_by,
        agreed=signature.agreed if signature else None,
        note=signature.note if signature else "",
        signed_by=signer,
        signed_at=signature.signed_at if signature else None,
    )
