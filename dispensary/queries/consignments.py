"""What is on its way between sites: as the sender sees it, and as the addressee may see it before it has looked itself."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from models import (
    Consignment,
    ConsignmentArrival,
    ConsignmentEnd,
    ConsignmentLine,
    Container,
    Lot,
    Movement,
    Product,
    Site,
    Staff,
)
from models.enums import BaseUnit, ConsignmentFate
from models.units import Quantity

NEWEST = 50


@dataclass(frozen=True)
class SentContainer:
    """One container of a consignment, and what became of it; no fate while it is on its way."""

    id: int
    container_id: int
    label: str
    product: str
    unit: BaseUnit
    lot: str
    expires_on: date
    quantity: Quantity
    fate: ConsignmentFate | None
    ended_at: datetime | None
    ended_by: str
    witness: str
    note: str
    came_as: str
    """Its label in the books of the addressee."""


@dataclass(frozen=True)
class Arrival:
    """What the addressee found, once."""

    turn: int
    seal_no: str
    seal_whole: bool
    labels: tuple[str, ...]
    note: str
    receipt_id: int | None
    arrived_at: datetime
    by: str


@dataclass(frozen=True)
class SentConsignment:
    """A consignment with its containers and what was found of it."""

    id: int
    site_id: int
    sender: str
    to_site_id: int | None
    addressee: str
    document_no: str
    authority: str
    carrier: str
    identity_seen: str
    seal_no: str
    sent_at: datetime
    by: str
    witness: str
    lines: tuple[SentContainer, ...]
    arrivals: tuple[Arrival, ...]

    @property
    def on_the_way(self) -> tuple[SentContainer, ...]:
        """Containers for which the sender still answers."""
        return tuple(line for line in self.lines if line.fate is None)

    @property
    def missing(self) -> tuple[SentContainer, ...]:
        """Containers that the addressee did not find, and that nobody has accounted for since."""
        return self.on_the_way if self.arrivals else ()

    @property
    def finds(self) -> tuple[str, ...]:
        """Labels that the addressee found and that were never sent."""
        sent = {line.label.casefold() for line in self.lines}
        return tuple(label for a in self.arrivals for label in a.labels if label.casefold() not in sent)

    @property
    def seal_differs(self) -> bool:
        """Whether the seal that came was another one, or not whole, when the addressee first looked."""
        first = self.arrivals[0] if self.arrivals else None
        return first is not None and (not first.seal_whole or first.seal_no.casefold() != self.seal_no.casefold())

    @property
    def differs(self) -> bool:
        """Whether what came was not what was sent."""
        return bool(self.missing or self.finds or self.seal_differs)


def of_site(session: Session, site_id: int) -> list[SentConsignment]:
    """Return what the site sent or was sent: all that is still on its way, and the newest of the rest."""
    ours = or_(Consignment.site_id == site_id, Consignment.to_site_id == site_id)
    open_line = _open_line()
    newest = select(Consignment.id).where(ours).order_by(Consignment.id.desc()).limit(NEWEST)
    return _read(session, ours & (open_line | Consignment.id.in_(newest)))


def open_at(session: Session, site_id: int) -> list[SentConsignment]:
    """Return what is on its way from or to the site."""
    return _read(session, or_(Consignment.site_id == site_id, Consignment.to_site_id == site_id) & _open_line())


def consignment(session: Session, site_id: int, consignment_id: int) -> SentConsignment | None:
    """Return one consignment that the site sent or was sent."""
    ours = or_(Consignment.site_id == site_id, Consignment.to_site_id == site_id)
    found = _read(session, ours & (Consignment.id == consignment_id))
    return found[0] if found else None


def _open_line() -> ColumnElement[bool]:
    ended = exists().where(ConsignmentEnd.line_id == ConsignmentLine.id)
    return exists().where(ConsignmentLine.consignment_id == Consignment.id, ~ended)


def _read(session: Session, where: ColumnElement[bool]) -> list[SentConsignment]:
    by, witness, sender, to = aliased(Staff), aliased(Staff), aliased(Site), aliased(Site)
    query = (
        select(
            Consignment.id,
            Consignment.site_id,
            sender.name.label("sender"),
            Consignment.to_site_id,
            func.coalesce(to.name, Consignment.addressee).label("addressee"),
            Consignment.document_no,
            Consignment.authority,
            Consignment.carrier,
            Consignment.identity_seen,
            Consignment.seal_no,
            Consignment.sent_at,
            by.name.label("by"),
            witness.name.label("witness"),
        )
        .join(sender, sender.id == Consignment.site_id)
        .outerjoin(to, to.id == Consignment.to_site_id)
        .join(by, by.id == Consignment.recorded_by_id)
        .join(witness, witness.id == Consignment.witnessed_by_id)
        .where(where)
        .order_by(Consignment.id.desc())
    )
    rows = session.execute(query).mappings().all()
    ids = [row["id"] for row in rows]
    lines, arrivals = _lines(session, ids), _arrivals(session, ids)
    return [
        SentConsignment(**row, lines=tuple(lines.get(row["id"], ())), arrivals=tuple(arrivals.get(row["id"], ())))
        for row in rows
    ]


def _lines(session: Session, ids: list[int]) -> dict[int, list[SentContainer]]:
    came, by, witness = aliased(Container), aliased(Staff), aliased(Staff)
    query = (
        select(
            ConsignmentLine.consignment_id,
            ConsignmentLine.id,
            ConsignmentLine.container_id,
            Container.label,
            Product.name.label("product"),
            Product.unit,
            Lot.number.label("lot"),
            Lot.expires_on,
            Movement.quantity,
            ConsignmentEnd.fate,
            ConsignmentEnd.ended_at,
            func.coalesce(by.name, "").label("ended_by"),
            func.coalesce(witness.name, "").label("witness"),
            func.coalesce(ConsignmentEnd.note, "").label("note"),
            func.coalesce(came.label, "").label("came_as"),
        )
        .join(Container, Container.id == ConsignmentLine.container_id)
        .join(Product, Product.id == Container.product_id)
        .join(Lot, Lot.id == Container.lot_id)
        .join(Movement, Movement.id == ConsignmentLine.movement_id)
        .outerjoin(ConsignmentEnd, ConsignmentEnd.line_id == ConsignmentLine.id)
        .outerjoin(came, came.id == ConsignmentEnd.came_as_id)
        .outerjoin(by, by.id == ConsignmentEnd.recorded_by_id)
        .outerjoin(witness, witness.id == ConsignmentEnd.witnessed_by_id)
        .where(ConsignmentLine.consignment_id.in_(ids))
        .order_by(Product.name, Container.label)
    )
    found: dict[int, list[SentContainer]] = {}
    for row in session.execute(query).mappings():
        values = dict(row)
        found.setdefault(values.pop("consignment_id"), []).append(SentContainer(**values))
    return found


def _arrivals(session: Session, ids: list[int]) -> dict[int, list[Arrival]]:
    query = (
        select(ConsignmentArrival, Staff.name)
        .join(Staff, Staff.id == ConsignmentArrival.recorded_by_id)
        .where(ConsignmentArrival.consignment_id.in_(ids))
        .order_by(ConsignmentArrival.turn)
    )
    found: dict[int, list[Arrival]] = {}
    for a, by in session.execute(query):
        told = Arrival(
            a.turn, a.seal_no, a.seal_whole, tuple(a.labels.splitlines()), a.note, a.receipt_id, a.arrived_at, by
        )
        found.setdefault(a.consignment_id, []).append(told)
    return found
