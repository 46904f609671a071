"""Bottles that went home: whose, for which days, what became of each, and which of them are wrong by now."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session, aliased

from dispensary.queries import doses_taken, orders
from dispensary.queries.people import full_name
from dispensary.queries.signs import same_person
from dispensary.rules.orders import OrderFacts, due_amount
from models import (
    Bottle,
    BottleEnd,
    BottleLine,
    CallBack,
    CallBackOutcome,
    Collector,
    CollectorEnd,
    Container,
    DoseOrder,
    LabelPrint,
    Lot,
    Person,
    Product,
    Staff,
    TakeHomeIssue,
)
from models.enums import (
    BaseUnit,
    BottleFate,
    BottleState,
    CallBackOutcomeKind,
    CallBackReason,
    Form,
    LabelLayout,
    Medication,
    Residue,
    SealState,
)
from models.units import Mg, MgPerUnit, Quantity


@dataclass(frozen=True)
class Ended:
    """What became of a bottle."""

    fate: BottleFate
    state: BottleState | None
    seal: SealState | None
    residue: Residue | None
    quantity: Quantity | None
    early: bool
    told: str
    at: datetime
    by: str
    witness: str


@dataclass(frozen=True)
class BottleOnRecord:
    """One bottle that went home."""

    id: int
    issue_id: int
    person_id: int
    number: int
    of_number: int
    covers_on: date
    part: int
    order_id: int
    medication: Medication
    form: Form
    amount_mg: Mg
    issued_on: date
    issued_at: datetime
    issued_by: str
    ended: Ended | None = None

    def over(self, today: date) -> bool:
        """Return whether the day on which it is to be taken has passed, so that it should be empty."""
        return self.covers_on < today


BECAME = 14
"""From which column on a row of `_bottles` says what became of the bottle."""
_BY, _WITNESS, _GAVE = aliased(Staff), aliased(Staff), aliased(Staff)


def _bottles() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Bottle.id,
            Bottle.issue_id,
            Bottle.person_id,
            Bottle.number,
            Bottle.of_number,
            Bottle.covers_on,
            Bottle.part,
            Bottle.order_id,
            Bottle.medication,
            Bottle.form,
            Bottle.amount_mg,
            TakeHomeIssue.clinic_day,
            TakeHomeIssue.issued_at,
            _GAVE.name,
            BottleEnd.fate,
            BottleEnd.state,
            BottleEnd.seal,
            BottleEnd.residue,
            BottleEnd.quantity,
            BottleEnd.early,
            BottleEnd.told,
            BottleEnd.ended_at,
            _BY.name,
            func.coalesce(_WITNESS.name, ""),
        )
        .join(TakeHomeIssue, TakeHomeIssue.id == Bottle.issue_id)
        .join(_GAVE, _GAVE.id == TakeHomeIssue.recorded_by_id)
        .outerjoin(BottleEnd, BottleEnd.bottle_id == Bottle.id)
        .outerjoin(_BY, _BY.id == BottleEnd.recorded_by_id)
        .outerjoin(_WITNESS, _WITNESS.id == BottleEnd.witnessed_by_id)
        .order_by(Bottle.covers_on, Bottle.part, Bottle.id)
    )


def _read(session: Session, query: Select[*tuple[Any, ...]]) -> list[BottleOnRecord]:
    return [_bottle(*row) for row in session.execute(query)]


def _bottle(*row: Any) -> BottleOnRecord:
    made, ended = BottleOnRecord(*row[:BECAME]), row[BECAME:]
    return replace(made, ended=Ended(*ended)) if ended[0] is not None else made


def _not_ended() -> ColumnElement[bool]:
    return Bottle.id.not_in(select(BottleEnd.bottle_id))


def at_home(session: Session, person_id: int) -> list[BottleOnRecord]:
    """Return the bottles of a person of which nothing became yet, under whichever of their records, the first day first."""
    return _read(session, _bottles().where(same_person(Bottle.__table__.c.person_id, person_id), _not_ended()))


def of_person(session: Session, person_id: int, newest: int = 60) -> list[BottleOnRecord]:
    """Return the newest bottles of a person of which something became, the latest first."""
    query = _bottles().where(same_person(Bottle.__table__.c.person_id, person_id), ~_not_ended())
    return _read(session, query.order_by(None).order_by(BottleEnd.ended_at.desc(), Bottle.id.desc()).limit(newest))


def of_issue(session: Session, issue_id: int) -> list[BottleOnRecord]:
    """Return the bottles of one handover, in order."""
    return _read(session, _bottles().where(Bottle.issue_id == issue_id))


def bottle(session: Session, bottle_id: int, site_id: int) -> BottleOnRecord | None:
    """Return one bottle of a site, or None."""
    found = _read(session, _bottles().where(Bottle.id == bottle_id, Bottle.site_id == site_id))
    return found[0] if found else None


def bottle_of_code(session: Session, code: str, site_id: int) -> int | None:
    """Return the id of the bottle with this code on its label, or None."""
    try:
        uid = UUID(code.strip())
    except ValueError:
        return None
    return session.scalar(select(Bottle.id).where(Bottle.uid == uid, Bottle.site_id == site_id))


@dataclass(frozen=True)
class Content:
    """What of one product is in a bottle."""

    product_id: int
    product: str
    unit: BaseUnit
    quantity: Quantity
    strength: MgPerUnit
    lots: tuple[str, ...]


def contents(session: Session, bottle_ids: Sequence[int]) -> dict[int, tuple[Content, ...]]:
    """Return what was put into each of these bottles, by product."""
    query = (
        select(
            BottleLine.bottle_id,
            Product.id.label("product_id"),
            Product.name,
            Product.unit,
            Product.strength,
            BottleLine.quantity,
            Lot.number.label("lot"),
        )
        .join(Product, Product.id == BottleLine.product_id)
        .join(Container, Container.id == BottleLine.container_id)
        .join(Lot, Lot.id == Container.lot_id)
        .where(BottleLine.bottle_id.in_(bottle_ids))
        .order_by(BottleLine.bottle_id, BottleLine.line)
    )
    found: dict[int, dict[int, Content]] = defaultdict(dict)
    for row in session.execute(query):
        known = found[row.bottle_id].get(row.product_id)
        before = known.quantity if known else Quantity(row.quantity * 0)
        lots = known.lots if known else ()
        found[row.bottle_id][row.product_id] = Content(
            row.product_id,
            row.name,
            row.unit,
            Quantity(before + row.quantity),
            row.strength,
            lots if row.lot in lots else (*lots, row.lot),
        )
    return {bottle_id: tuple(by_product.values()) for bottle_id, by_product in found.items()}


@dataclass(frozen=True)
class Issue:
    """One handover of bottles."""

    id: int
    person_id: int
    number: str
    name: str
    """Family name first."""
    issued_at: datetime
    clinic_day: date
    by: str
    collector: str
    """Empty where the person took them."""
    identity_seen: str
    printings: int
    """How often its labels were printed."""


def issue(session: Session, issue_id: int, site_id: int) -> Issue | None:
    """Return one handover of a site, or None."""
    printed = select(func.count()).where(LabelPrint.issue_id == TakeHomeIssue.id).scalar_subquery()
    query = (
        select(TakeHomeIssue, Person, Staff.name, func.coalesce(Collector.name, ""), printed)
        .join(Person, Person.id == TakeHomeIssue.person_id)
        .join(Staff, Staff.id == TakeHomeIssue.recorded_by_id)
        .outerjoin(Collector, Collector.id == TakeHomeIssue.collector_id)
        .where(TakeHomeIssue.id == issue_id, TakeHomeIssue.site_id == site_id)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    made, who, by, collector, printings = row
    return Issue(
        made.id, who.id, who.number, full_name(who.family_name, who.given_name), made.issued_at, made.clinic_day, by,
        collector, made.identity_seen or "", printings,
    )  # fmt: skip


def issues_of(session: Session, person_id: int, on: date) -> list[int]:
    """Return what was handed over to a person on a clinic day."""
    query = select(TakeHomeIssue.id).where(
        same_person(TakeHomeIssue.__table__.c.person_id, person_id), TakeHomeIssue.clinic_day == on
    )
    return list(session.scalars(query.order_by(TakeHomeIssue.id)))


def last_layout(session: Session, site_id: int) -> LabelLayout:
    """Return on what labels were last printed at a site; a sheet at first."""
    query = select(LabelPrint.layout).where(LabelPrint.site_id == site_id).order_by(LabelPrint.id.desc()).limit(1)
    return session.scalar(query) or LabelLayout.SHEET


@dataclass(frozen=True)
class PersonsBottles:
    """What one person has at home, counted."""

    person_id: int
    number: str
    name: str
    first_on: date
    last_on: date
    full: int
    """Bottles whose day has not passed."""
    due_back: int
    """Bottles whose day has passed, empty by now, still to be brought back."""


def everyones(session: Session, site_id: int, today: date) -> list[PersonsBottles]:
    """Return who of a site has bottles at home, or has some to bring back, by number."""
    over = func.sum(case((Bottle.covers_on < today, 1), else_=0))
    root = func.coalesce(Person.root_id, Person.id)
    query = (
        select(root, func.min(Bottle.covers_on), func.max(Bottle.covers_on), func.count() - over, over)
        .join(Person, Person.id == Bottle.person_id)
        .where(Bottle.site_id == site_id, _not_ended())
        .group_by(root)
    )
    rows = session.execute(query).all()
    who = {one.id: one for one in session.scalars(select(Person).where(Person.id.in_([row[0] for row in rows])))}
    found = [
        PersonsBottles(i, who[i].number, full_name(who[i].family_name, who[i].given_name), first, last, full, back)
        for i, first, last, full, back in rows
    ]
    return sorted(found, key=lambda one: one.number)


def wrong_now(session: Session, person_id: int, today: date) -> dict[int, Mg | None]:
    """Return which bottles at home no longer hold what is ordered for their day, and what is; None where nothing is.

    Only an order signed after the bottle was filled makes it wrong; a step that is earned later does not.
    """
    held = [one for one in at_home(session, person_id) if not one.over(today)]
    if not held:
        return {}
    versions = [v.facts for v in orders.versions_of(session, person_id) if not v.never_held]
    since = min((order.starts_on for order in versions if len(order.steps) > 1), default=None)
    taken = doses_taken.taken_days(session, person_id, since) if since else []
    wrong: dict[int, Mg | None] = {}
    for one in held:
        order = _order_on(versions, one.covers_on)
        if order is not None and order.id == one.order_id:
            continue
        amounts_mg = due_amount(order, taken, one.covers_on).amounts_mg if order else ()
        ordered = amounts_mg[one.part - 1] if one.part <= len(amounts_mg) else None
        same_drug = order is not None and (order.medication, order.form) == (one.medication, one.form)
        if not same_drug or ordered != one.amount_mg:
            wrong[one.id] = ordered if same_drug else None
    return wrong


def _order_on(versions: Sequence[OrderFacts], day: date) -> OrderFacts | None:
    return max((order for order in versions if order.due_on(day)), key=lambda order: order.id, default=None)


@dataclass(frozen=True)
class CallBackOnRecord:
    """Somebody who was asked to bring in every bottle."""

    id: int
    person_id: int
    person_number: str
    name: str
    phone: str
    reason: CallBackReason
    note: str
    channel: str
    called_at: datetime
    by: str
    due_by: datetime
    bottles: int
    outcome: CallBackOutcomeKind | None
    brought: int | None
    outcome_note: str
    closed_at: datetime | None

    def overdue(self, at: datetime) -> bool:
        """Return whether the deadline has passed and nothing came of it yet."""
        return self.outcome is None and at > self.due_by


def _call_backs() -> Select[*tuple[Any, ...]]:
    return (
        select(
            CallBack.id,
            CallBack.person_id,
            Person.number,
            Person.family_name,
            Person.given_name,
            Person.phone,
            CallBack.reason,
            CallBack.note,
            CallBack.channel,
            CallBack.called_at,
            Staff.name.label("by"),
            CallBack.due_by,
            CallBack.bottles,
            CallBackOutcome.outcome,
            CallBackOutcome.brought,
            func.coalesce(CallBackOutcome.note, "").label("outcome_note"),
            CallBackOutcome.closed_at,
        )
        .join(Person, Person.id == CallBack.person_id)
        .join(Staff, Staff.id == CallBack.recorded_by_id)
        .outerjoin(CallBackOutcome, CallBackOutcome.call_back_id == CallBack.id)
    )


def _as_call_backs(session: Session, query: Select[*tuple[Any, ...]]) -> list[CallBackOnRecord]:
    return [
        CallBackOnRecord(i, person_id, number, full_name(family, given), *rest)
        for i, person_id, number, family, given, *rest in session.execute(query)
    ]


def open_call_backs(session: Session, site_id: int) -> list[CallBackOnRecord]:
    """Return the call-backs of a site of which nothing came yet, the earliest deadline first."""
    query = _call_backs().where(CallBack.site_id == site_id, CallBackOutcome.id.is_(None))
    return _as_call_backs(session, query.order_by(CallBack.due_by, CallBack.id))


def closed_call_backs(session: Session, site_id: int, newest: int = 50) -> list[CallBackOnRecord]:
    """Return the newest call-backs of a site that are closed."""
    query = _call_backs().where(CallBack.site_id == site_id, CallBackOutcome.id.is_not(None))
    return _as_call_backs(session, query.order_by(CallBackOutcome.closed_at.desc(), CallBack.id.desc()).limit(newest))


def call_back(session: Session, call_back_id: int, site_id: int) -> CallBackOnRecord | None:
    """Return one call-back of a site, or None."""
    found = _as_call_backs(session, _call_backs().where(CallBack.id == call_back_id, CallBack.site_id == site_id))
    return found[0] if found else None


def open_call_back_of(session: Session, person_id: int) -> CallBackOnRecord | None:
    """Return the call-back of a person of which nothing came yet, or None."""
    query = _call_backs().where(same_person(CallBack.__table__.c.person_id, person_id), CallBackOutcome.id.is_(None))
    return next(iter(_as_call_backs(session, query.order_by(CallBack.id))), None)


def collectors_of(session: Session, person_id: int, on: date) -> list[tuple[int, str]]:
    """Return who may collect for a person on a clinic day: id, and name with what they are to the person."""
    ended = select(CollectorEnd.collector_id)
    query = select(Collector).where(
        same_person(Collector.__table__.c.person_id, person_id),
        Collector.from_on <= on,
        Collector.until_on >= on,
        Collector.id.not_in(ended),
    )
    return [(one.id, f"{one.name} ({one.relation})") for one in session.scalars(query.order_by(Collector.id))]


@dataclass(frozen=True)
class LabelFacts:
    """What one bottle's label says."""

    uid: UUID
    bottle_id: int
    number: int
    of_number: int
    covers_on: date
    part: int
    parts: int
    medication: Medication
    form: Form
    amount_mg: Mg
    issued_on: date
    prescriber: str
    person: str
    """Family name first."""
    person_number: str


def label_facts(session: Session, issue_id: int) -> list[LabelFacts]:
    """Return what the labels of one handover say, in the order of its bottles."""
    query = (
        select(
            Bottle.uid,
            Bottle.id.label("bottle_id"),
            Bottle.number,
            Bottle.of_number,
            Bottle.covers_on,
            Bottle.part,
            DoseOrder.parts,
            Bottle.medication,
            Bottle.form,
            Bottle.amount_mg,
            TakeHomeIssue.clinic_day.label("issued_on"),
            Staff.name.label("prescriber"),
            Person.family_name,
            Person.given_name,
            Person.number.label("person_number"),
        )
        .join(TakeHomeIssue, TakeHomeIssue.id == Bottle.issue_id)
        .join(DoseOrder, DoseOrder.id == Bottle.order_id)
        .join(Staff, Staff.id == DoseOrder.signed_by_id)
        .join(Person, Person.id == Bottle.person_id)
        .where(Bottle.issue_id == issue_id)
        .order_by(Bottle.number)
    )
    return [_label(**row) for row in session.execute(query).mappings()]


def _label(family_name: str, given_name: str, **values: Any) -> LabelFacts:
    return LabelFacts(person=full_name(family_name, given_name), **values)
