"""What was dispensed: doses with their lines, people, hands and reversals, for the log and for one person's history.

Three reads whatever the number of rows: the doses, their lines, the products.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, not_, select
from sqlalchemy.orm import Session, aliased

from dispensary.queries.people import full_name
from dispensary.queries.signs import same_person
from models import Container, Dose, DoseLine, DoseReversal, Lot, Person, Product, Staff
from models.enums import (
    BaseUnit,
    DoseOutcome,
    Form,
    Medication,
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
    reverser, witness, reversal_witness = aliased(Staff), aliased(Staff), aliased(Staff)
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
        )
        .join(Person, Person.id == Dose.person_id)
        .join(Staff, Staff.id == Dose.recorded_by_id)
        .outerjoin(witness, witness.id == Dose.witnessed_by_id)
        .outerjoin(DoseReversal, DoseReversal.dose_id == Dose.id)
        .outerjoin(reverser, reverser.id == DoseReversal.recorded_by_id)
        .outerjoin(reversal_witness, reversal_witness.id == DoseReversal.witnessed_by_id)
        .where(*where)
        .order_by(Dose.clinic_day, Dose.taken_at, Dose.id)
    )
    rows = session.execute(query).all()
    lines = _lines(session, where) if rows else {}
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
        )
        for row in rows
    ]


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
