"""What was swallowed: doses with their lines, people, hands and reversals, for the log and for one person's history.

Four reads at most, whatever the number of rows: the doses, their lines, the products, and what was acknowledged of those
entered from paper. What was spilt before it was swallowed is no dose, and is read beside them.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, not_, select
from sqlalchemy.orm import Session, aliased

from dispensary.queries.people import full_name
from dispensary.queries.signs import same_person
from models import (
    Container,
    Dose,
    DoseException,
    DoseLine,
    DoseObservation,
    DoseReversal,
    DosingIncident,
    ElsewhereDose,
    ElsewhereVerdict,
    Lot,
    Movement,
    Person,
    Product,
    Spill,
    Staff,
    Supplement,
    Vomiting,
)
from models.enums import (
    BaseUnit,
    DoseOutcome,
    ElsewhereSource,
    Form,
    IncidentKind,
    Medication,
    ObservationKind,
    Origin,
    RefusedReason,
    ReversalReason,
    WithheldReason,
)
from models.stock import amount_mg
from models.units import Mg, MgPerUnit, Quantity


@dataclass(frozen=True)
class DispensedProduct:
    """What a line was drawn from: substance, form, strength and the unit it is counted in."""

    id: int
    name: str
    medication: Medication
    form: Form
    unit: BaseUnit
    strength: MgPerUnit
    naloxone_strength: MgPerUnit | None


@dataclass(frozen=True)
class DispensedLine:
    """What one dose took from one container, in the product's base unit."""

    product: DispensedProduct
    container: str
    lot: str
    poured: Quantity
    taken: Quantity

    @property
    def taken_mg(self) -> Mg:
        """What of it was swallowed, in mg."""
        return amount_mg(self.taken, self.product.strength)

    @property
    def wasted(self) -> Quantity:
        """Poured but not swallowed, in the base unit."""
        return Quantity(self.poured - self.taken)


@dataclass(frozen=True)
class Hand:
    """A member of staff, as a sheet names them."""

    id: int
    name: str
    initials: str


@dataclass(frozen=True)
class Reversed:
    """How, when and by whom a dose was taken off the record."""

    reason: ReversalReason
    note: str
    poured: bool
    """It had left the container: the stock was wasted, before a witness."""
    at: datetime
    clinic_day: date
    by: str
    """Initials."""
    witness: str


@dataclass(frozen=True)
class Mistake:
    """What was wrong with what was swallowed; the person of the dose is the one who swallowed it."""

    kind: IncidentKind
    intended: str
    """The number of the record that it was meant for; empty where it was meant for nobody else."""
    certain: bool
    note: str


@dataclass(frozen=True)
class Verified:
    """Who gave a dose that was not given here, and who there said so."""

    source: ElsewhereSource
    source_name: str
    verifier: str


@dataclass(frozen=True)
class SpiltDose:
    """A poured dose that was spilt before it was swallowed: stock lost, before a witness."""

    id: int
    clinic_day: date
    at: datetime
    number: str
    name: str
    product: DispensedProduct
    container: str
    lot: str
    quantity: Quantity
    by: Hand
    witness: str
    """Initials."""
    note: str
    origin: Origin
    recorded_at: datetime


@dataclass(frozen=True)
class DispensedDose:
    """One dose on record, whatever became of it."""

    id: int
    clinic_day: date
    part: int
    person_id: int
    number: str
    name: str
    outcome: DoseOutcome
    medication: Medication
    form: Form | None
    ordered_mg: Mg | None
    taken_mg: Mg
    wasted_mg: Mg
    taken_at: datetime
    withheld_reason: WithheldReason | None
    refused_reason: RefusedReason | None
    note: str
    origin: Origin
    recorded_at: datetime
    by: Hand
    witness: str
    """Initials; empty where none was needed."""
    lines: tuple[DispensedLine, ...]
    reversal: Reversed | None
    came_up_after: int | None = None
    """Minutes after it was swallowed that it came up again."""
    came_up_seen: bool = False
    """Staff saw it come up."""
    not_seen: bool = False
    """Nobody saw the tablet or film dissolve."""
    given_by: Hand | None = None
    """Who gave it, where somebody else entered it from paper."""
    replaces_at: datetime | None = None
    """When the dose was swallowed that came up, and that this one replaces."""
    replaced: bool = False
    """It came up, and was replaced since."""
    incident: Mistake | None = None
    verified: Verified | None = None
    further: bool = False
    """A further part, ordered for this one day."""
    exceptions: tuple[str, ...] = ()
    """Codes of the rules that were shown and acknowledged when it was entered from paper."""
    record: str = ""
    """The number of the record it stands on, where that was linked into another."""

    @property
    def dispenser(self) -> Hand:
        """Who gave it: as the paper says, or whoever recorded it."""
        return self.given_by or self.by


def doses_of_days(session: Session, site_id: int, first: date, last: date) -> list[DispensedDose]:
    """Return every dose of a site's clinic days, reversed and imported ones too, in the order they were taken."""
    return _doses(session, Dose.site_id == site_id, Dose.clinic_day.between(first, last))


def reversed_afterwards(session: Session, site_id: int, first: date, last: date) -> list[DispensedDose]:
    """Return doses of other days that were reversed on these clinic days."""
    return _doses(
        session,
        Dose.site_id == site_id,
        DoseReversal.clinic_day.between(first, last),
        not_(Dose.clinic_day.between(first, last)),
    )


def doses_of_person(session: Session, person_id: int) -> list[DispensedDose]:
    """Return every dose of a person, under whichever of their records and at every site, oldest first."""
    return _doses(session, same_person(Dose.__table__.c.person_id, person_id))


def _doses(session: Session, *where: ColumnElement[bool]) -> list[DispensedDose]:
    reverser, witness, reversal_witness, giver = aliased(Staff), aliased(Staff), aliased(Staff), aliased(Staff)
    came_up, intended = aliased(Dose), aliased(Person)
    query = (
        select(
            Dose.id,
            Dose.clinic_day,
            Dose.part,
            Dose.person_id,
            Person.number,
            Person.family_name,
            Person.given_name,
            Dose.outcome,
            Dose.medication,
            Dose.form,
            Dose.ordered_mg,
            Dose.taken_mg,
            Dose.wasted_mg,
            Dose.taken_at,
            Dose.withheld_reason,
            Dose.refused_reason,
            Dose.note,
            Dose.origin,
            Dose.recorded_at,
            Dose.recorded_by_id,
            Staff.name.label("by_name"),
            Staff.initials.label("by_initials"),
            witness.initials.label("witness"),
            DoseReversal.reason.label("reversal_reason"),
            DoseReversal.note.label("reversal_note"),
            DoseReversal.poured.label("reversal_poured"),
            DoseReversal.reversed_at,
            DoseReversal.clinic_day.label("reversal_day"),
            reverser.initials.label("reversed_by"),
            reversal_witness.initials.label("reversal_witness"),
            Vomiting.minutes_after.label("came_up_after"),
            func.coalesce(Vomiting.witnessed, False).label("came_up_seen"),
            _not_seen().label("not_seen"),
            Dose.given_by_id,
            giver.name.label("giver_name"),
            giver.initials.label("giver_initials"),
            came_up.taken_at.label("replaces_at"),
            _replaced().label("replaced"),
            DosingIncident.kind.label("incident_kind"),
            DosingIncident.amount_certain,
            DosingIncident.note.label("incident_note"),
            intended.number.label("intended"),
            ElsewhereDose.source,
            ElsewhereDose.source_name,
            ElsewhereVerdict.verifier,
            Supplement.id.label("supplement_id"),
            Person.root_id,
        )
        .join(Person, Person.id == Dose.person_id)
        .join(Staff, Staff.id == Dose.recorded_by_id)
        .outerjoin(witness, witness.id == Dose.witnessed_by_id)
        .outerjoin(DoseReversal, DoseReversal.dose_id == Dose.id)
        .outerjoin(reverser, reverser.id == DoseReversal.recorded_by_id)
        .outerjoin(reversal_witness, reversal_witness.id == DoseReversal.witnessed_by_id)
        .outerjoin(Vomiting, Vomiting.dose_id == Dose.id)
        .outerjoin(giver, giver.id == Dose.given_by_id)
        .outerjoin(came_up, came_up.id == Dose.replaces_id)
        .outerjoin(DosingIncident, DosingIncident.dose_id == Dose.id)
        .outerjoin(intended, intended.id == DosingIncident.intended_person_id)
        .outerjoin(ElsewhereVerdict, ElsewhereVerdict.dose_id == Dose.id)
        .outerjoin(ElsewhereDose, ElsewhereDose.id == ElsewhereVerdict.elsewhere_dose_id)
        .outerjoin(Supplement, _further(Supplement))
        .where(*where)
        .order_by(Dose.clinic_day, Dose.taken_at, Dose.id)
    )
    rows = session.execute(query).all()
    lines = _lines(session, where) if rows else {}
    acknowledged = _exceptions(session, where) if any(row.origin is Origin.PAPER for row in rows) else {}
    hands: dict[int, Hand] = {}
    return [
        DispensedDose(
            id=row.id,
            clinic_day=row.clinic_day,
            part=row.part,
            person_id=row.person_id,
            number=row.number,
            name=full_name(row.family_name, row.given_name),
            outcome=row.outcome,
            medication=row.medication,
            form=row.form,
            ordered_mg=row.ordered_mg,
            taken_mg=row.taken_mg,
            wasted_mg=row.wasted_mg,
            taken_at=row.taken_at,
            withheld_reason=row.withheld_reason,
            refused_reason=row.refused_reason,
            note=row.note,
            origin=row.origin,
            recorded_at=row.recorded_at,
            by=hands.setdefault(row.recorded_by_id, Hand(row.recorded_by_id, row.by_name, row.by_initials)),
            witness=row.witness or "",
            lines=tuple(lines.get(row.id, ())),
            reversal=None
            if row.reversed_at is None
            else Reversed(
                row.reversal_reason,
                row.reversal_note,
                row.reversal_poured,
                row.reversed_at,
                row.reversal_day,
                row.reversed_by,
                row.reversal_witness or "",
            ),
            came_up_after=row.came_up_after,
            came_up_seen=row.came_up_seen,
            not_seen=row.not_seen,
            given_by=_giver(row, hands),
            replaces_at=row.replaces_at,
            replaced=row.replaced,
            incident=_mistake(row),
            verified=None if row.verifier is None else Verified(row.source, row.source_name, row.verifier),
            further=row.supplement_id is not None,
            exceptions=acknowledged.get(row.id, ()),
            record=row.number if row.root_id else "",
        )
        for row in rows
    ]


def _giver(row: Any, hands: dict[int, Hand]) -> Hand | None:
    if row.given_by_id is None:
        return None
    return hands.setdefault(row.given_by_id, Hand(row.given_by_id, row.giver_name, row.giver_initials))


def _mistake(row: Any) -> Mistake | None:
    if row.incident_kind is None:
        return None
    return Mistake(row.incident_kind, row.intended or "", row.amount_certain, row.incident_note)


def _further(supplement: type[Supplement]) -> ColumnElement[bool]:
    """Match what a prescriber ordered as a further part of that one day, of a dose that took its slot."""
    return and_(
        supplement.order_id == Dose.order_id,
        supplement.clinic_day == Dose.clinic_day,
        supplement.part == Dose.part,
        Dose.claim_id.is_not(None),
    )


def _replaced() -> ColumnElement[bool]:
    again = aliased(Dose)
    undone = exists().where(DoseReversal.dose_id == again.id)
    return exists().where(again.replaces_id == Dose.id, ~undone)


def _exceptions(session: Session, where: Sequence[ColumnElement[bool]]) -> dict[int, tuple[str, ...]]:
    """Return the rules that were acknowledged for each dose entered from paper."""
    query = (
        select(DoseException.dose_id, DoseException.code)
        .join(Dose, Dose.id == DoseException.dose_id)
        .outerjoin(DoseReversal, DoseReversal.dose_id == Dose.id)
        .where(*where)
        .order_by(DoseException.id)
    )
    found: defaultdict[int, tuple[str, ...]] = defaultdict(tuple)
    for dose_id, code in session.execute(query):
        found[dose_id] += (code,)
    return found


def spilt_on_days(session: Session, site_id: int, first: date, last: date) -> list[SpiltDose]:
    """Return the poured doses of a site's clinic days that were spilt before they were swallowed."""
    witness, products = aliased(Staff), products_by_id(session)
    query = (
        select(
            Spill,
            Person,
            Movement.product_id,
            Movement.quantity,
            Container.label,
            Lot.number.label("lot"),
            Staff,
            witness.initials.label("witness"),
        )
        .join(Movement, Movement.id == Spill.movement_id)
        .join(Person, Person.id == Spill.person_id)
        .join(Container, Container.id == Movement.container_id)
        .join(Lot, Lot.id == Movement.lot_id)
        .join(Staff, Staff.id == Spill.recorded_by_id)
        .outerjoin(witness, witness.id == Movement.witnessed_by_id)
        .where(Spill.site_id == site_id, Spill.clinic_day.between(first, last))
        .order_by(Spill.clinic_day, Spill.spilt_at, Spill.id)
    )
    return [
        SpiltDose(
            id=row.Spill.id,
            clinic_day=row.Spill.clinic_day,
            at=row.Spill.spilt_at,
            number=row.Person.number,
            name=full_name(row.Person.family_name, row.Person.given_name),
            product=products[row.product_id],
            container=row.label,
            lot=row.lot,
            quantity=row.quantity,
            by=Hand(row.Staff.id, row.Staff.name, row.Staff.initials),
            witness=row.witness or "",
            note=row.Spill.note,
            origin=row.Spill.origin,
            recorded_at=row.Spill.recorded_at,
        )
        for row in session.execute(query)
    ]


def _not_seen() -> ColumnElement[bool]:
    return exists().where(DoseObservation.dose_id == Dose.id, DoseObservation.kind == ObservationKind.NOT_SEEN)


def _lines(session: Session, where: Sequence[ColumnElement[bool]]) -> dict[int, list[DispensedLine]]:
    products = products_by_id(session)
    query = (
        select(
            DoseLine.dose_id,
            DoseLine.product_id,
            Container.label,
            Lot.number.label("lot"),
            DoseLine.poured,
            DoseLine.taken,
        )
        .join(Dose, Dose.id == DoseLine.dose_id)
        .join(Container, Container.id == DoseLine.container_id)
        .join(Lot, Lot.id == Container.lot_id)
        .outerjoin(DoseReversal, DoseReversal.dose_id == Dose.id)
        .where(*where)
        .order_by(DoseLine.dose_id, DoseLine.line)
    )
    found: defaultdict[int, list[DispensedLine]] = defaultdict(list)
    for row in session.execute(query):
        line = DispensedLine(products[row.product_id], row.label, row.lot, row.poured, row.taken)
        found[row.dose_id].append(line)
    return found


def products_by_id(session: Session) -> dict[int, DispensedProduct]:
    """Return every product by its id; there are few."""
    query = select(
        Product.id,
        Product.name,
        Product.medication,
        Product.form,
        Product.unit,
        Product.strength,
        Product.naloxone_strength,
    )
    return {row.id: DispensedProduct(**row._mapping) for row in session.execute(query)}
