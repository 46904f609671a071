"""Sending sealed containers to another site, taking them in there blind, and what became of those that did not arrive."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import sites
from dispensary.services import audit, people, stock, stock_moving
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.services.stock import Standing
from dispensary.services.stock_receiving import MOST_AT_ONCE, new_labels
from dispensary.wording import N_, say
from models import (
    Consignment,
    ConsignmentArrival,
    ConsignmentEnd,
    ConsignmentLine,
    Container,
    Movement,
    Receipt,
    Site,
)
from models.enums import AuditKind, ConsignmentFate, MovementKind, PlaceKind
from models.units import Quantity

NOTHING = Quantity(Decimal(0))
LONGEST_LABEL = 60

LEADS_TO = {
    ConsignmentFate.CONFIRMED: (MovementKind.TRANSFER, PlaceKind.OTHER_SITE),
    ConsignmentFate.CAME_BACK: (MovementKind.TRANSFER, PlaceKind.SAFE),
    ConsignmentFate.LOST: (MovementKind.ADJUSTMENT, PlaceKind.ADJUSTMENT),
}
"""What moves, and to where, when the sender says what became of a container."""


@dataclass(frozen=True)
class Sending:
    """To whom a consignment goes, under which papers, with whom and under which seal."""

    document_no: str
    carrier: str
    identity_seen: str
    seal_no: str
    to_site_id: int | None = None
    addressee: str = ""
    authority: str = ""


@dataclass(frozen=True)
class Found:
    """What the addressee found, before it was shown what was sent."""

    turn: int
    """As the page was shown: 1 the first time."""
    seal_no: str
    seal_whole: bool
    labels: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class _OnItsWay:
    line_id: int
    container_id: int
    label: str
    quantity: Quantity


def send(
    session: Session, *, sending: Sending, container_ids: Iterable[int], witnessed_by_id: int | None, act: Act
) -> Consignment:
    """Send whole sealed containers from the safe on their way; two people seal and sign.

    Raises:
        NotFound: no such container here.
        Refused: not whole, sealed and in the safe, expired, of an unsigned delivery, no addressee or no witness.
    """
    sending = _checked(session, sending, act)
    _check_two(witnessed_by_id, act)
    _lock_sites(session, act.site_id)
    containers = stock_moving.lock_all(session, container_ids, act)
    for container in containers:
        _check_may_leave(session, container, act)
    consignment = write(
        session,
        Consignment(
            to_site_id=sending.to_site_id,
            addressee=sending.addressee,
            document_no=sending.document_no,
            authority=sending.authority,
            carrier=sending.carrier,
            identity_seen=sending.identity_seen,
            seal_no=sending.seal_no,
            sent_at=act.at,
            clinic_day=act.clinic_day,
            witnessed_by_id=witnessed_by_id,
            **act.stamp,
        ),
    )
    movements, lines = [], []
    for container in containers:
        moved = stock.move(
            session,
            container,
            kind=MovementKind.TRANSFER,
            quantity=container.holds,
            from_place_id=stock.place_id(session, act, PlaceKind.SAFE),
            to_place_id=stock.place_id(session, act, PlaceKind.IN_TRANSIT),
            holds_after=NOTHING,
            witnessed_by_id=witnessed_by_id,
            act=act,
        )
        movements.append(moved)
        said = {"consignment_id": consignment.id, "container_id": container.id, "movement_id": moved.id}
        lines.append(write(session, ConsignmentLine(**said, **act.stamp)))
    audit.record(session, AuditKind.CONSIGNMENT_SENT, consignment, act, containers=len(lines), witness=witnessed_by_id)
    for one in lines:
        audit.record(
            session, AuditKind.CONTAINER_CONSIGNED, one, act, container=one.container_id, consignment=consignment.id
        )
    stock.enter_register(session, movements, act)
    return consignment


def receive(session: Session, *, consignment_id: int, found: Found, act: Act) -> ConsignmentArrival:
    """Take in at the addressee's site what came, as it was found there; what is missing stays on its way.

    The sender's books say that it arrived, the addressee's that it came: one act, in both registers. What came makes a
    delivery, which a second person signs before its first container is opened.

    Raises:
        NotFound: nothing of this number is on its way to this site.
        Refused: no label, the same label twice, or nothing said of a broken seal.
        Conflict: somebody received it since the page was shown.
    """
    consignment = session.scalar(
        select(Consignment).where(Consignment.id == consignment_id, Consignment.to_site_id == act.site_id)
    )
    if consignment is None:
        raise NotFound(say(N_("There is no such consignment here.")), code="no_consignment")
    found = _checked_find(found)
    _lock_sites(session, consignment.site_id, act.site_id)
    _check_turn(session, consignment_id, found.turn)
    open_lines = _open_lines(session, consignment_id)
    if not open_lines:
        raise Conflict(say(N_("All of this consignment is accounted for already.")), code="nothing_on_its_way")
    came = _named(open_lines, found.labels)
    theirs = replace(
        act,
        site_id=consignment.site_id,
        clinic_day=sites.day_at(session, consignment.site_id, act.at),
        terminal_id=None,
        window_id=None,
    )
    receipt = _receipt(session, consignment, act) if came else None
    arrival = write(
        session,
        ConsignmentArrival(
            consignment_id=consignment_id,
            turn=found.turn,
            seal_no=found.seal_no,
            seal_whole=found.seal_whole,
            labels="\n".join(found.labels),
            note=found.note,
            receipt_id=receipt.id if receipt else None,
            arrived_at=act.at,
            clinic_day=act.clinic_day,
            **act.stamp,
        ),
    )
    left, ends = _leave_the_way(session, came, theirs)
    made, entered = _take_in(session, came, left, receipt, act)
    recorded = [
        write(session, ConsignmentEnd(arrival_id=arrival.id, came_as_id=container.id, **values))
        for values, container in zip(ends, made, strict=True)
    ]

    def at_the_sender() -> None:
        for one, end in zip(came, recorded, strict=True):
            _audit_end(session, one, end, consignment_id, theirs)
        stock.enter_register(session, left, theirs)

    def here() -> None:
        audit.record(session, AuditKind.CONSIGNMENT_ARRIVED, arrival, act, consignment=consignment_id, came=len(came))
        if receipt is not None:
            audit.record(session, AuditKind.STOCK_RECEIVED, receipt, act, containers=len(came))
        stock.enter_register(session, entered, act)

    first_here = act.site_id < consignment.site_id  # heads of two sites: always the older site's first
    for book in (here, at_the_sender) if first_here else (at_the_sender, here):
        book()
    return arrival


def end(
    session: Session,
    *,
    consignment_id: int,
    line_ids: Iterable[int],
    fate: ConsignmentFate,
    note: str,
    witnessed_by_id: int | None,
    act: Act,
) -> list[ConsignmentEnd]:
    """Say, two people together, what became of containers that no site of ours received.

    Raises:
        NotFound: no such consignment was sent from here.
        Refused: nothing chosen, no reason, no witness, or a fate that only the addressee's own page records.
        Conflict: one of them is accounted for already.
    """
    consignment = session.scalar(
        select(Consignment).where(Consignment.id == consignment_id, Consignment.site_id == act.site_id)
    )
    if consignment is None:
        raise NotFound(say(N_("There is no such consignment here.")), code="no_consignment")
    note = people.line(note, "note", needed=True)
    if fate not in LEADS_TO or (fate is ConsignmentFate.CONFIRMED and consignment.to_site_id is not None):
        raise Refused(say(N_("The addressee takes it in at its own site.")), code="not_ours_to_say", field="fate")
    _check_two(witnessed_by_id, act)
    _lock_sites(session, act.site_id)
    chosen = sorted(set(line_ids))
    if not chosen:
        raise Refused(say(N_("Choose at least one container.")), code="none_chosen", field="lines")
    on_the_way = {one.line_id: one for one in _open_lines(session, consignment_id)}
    if not set(chosen) <= set(on_the_way):
        raise Conflict(say(N_("One of these is accounted for already. Look again.")), code="uq_consignment_end_line_id")
    kind, place = LEADS_TO[fate]
    movements, ends = [], []
    for one in (on_the_way[line_id] for line_id in chosen):
        container = stock.lock_container(session, one.container_id, act)
        moved = stock.move(
            session,
            container,
            kind=kind,
            quantity=one.quantity,
            from_place_id=stock.place_id(session, act, PlaceKind.IN_TRANSIT),
            to_place_id=stock.place_id(session, act, place),
            holds_after=one.quantity if place is PlaceKind.SAFE else NOTHING,
            note=note,
            witnessed_by_id=witnessed_by_id,
            act=act,
        )
        movements.append(moved)
        values = _end(one, fate, moved, act) | {"note": note, "witnessed_by_id": witnessed_by_id}
        ends.append((one, write(session, ConsignmentEnd(**values))))
    for one, ended in ends:
        _audit_end(session, one, ended, consignment_id, act)
    stock.enter_register(session, movements, act)
    return [ended for _, ended in ends]


def _checked(session: Session, sending: Sending, act: Act) -> Sending:
    if (sending.to_site_id is None) == (not sending.addressee.strip()):
        words = N_("Choose the site, or write the addressee if it keeps books of its own; not both.")
        raise Refused(say(words), code="one_addressee", field="addressee")
    if sending.to_site_id is not None:
        known = session.scalar(select(Site.id).where(Site.id == sending.to_site_id, Site.id != act.site_id))
        if known is None:
            raise Refused(say(N_("Choose another site.")), code="no_site", field="to_site")
    return replace(
        sending,
        addressee=people.line(sending.addressee, "addressee", needed=sending.to_site_id is None),
        document_no=people.line(sending.document_no, "document_no", needed=True),
        authority=people.line(sending.authority, "authority", needed=sending.to_site_id is None),
        carrier=people.line(sending.carrier, "carrier", needed=True),
        identity_seen=people.line(sending.identity_seen, "identity_seen", needed=True),
        seal_no=people.line(sending.seal_no, "seal_no", needed=True),
    )


def _checked_find(found: Found) -> Found:
    whole = replace(
        found,
        seal_no=people.line(found.seal_no, "seal_no", needed=True),
        labels=_labels(found.labels),
        note=people.line(found.note, "note"),
    )
    if not whole.seal_whole and not whole.note:
        raise Refused(say(N_("Say what you saw of the seal.")), code="note_needed", field="note")
    return whole


def _check_two(witnessed_by_id: int | None, act: Act) -> None:
    if witnessed_by_id is None:
        raise Refused(say(N_("A second person must sign here.")), code="witness_needed", field="witness_username")
    stock.check_witness(MovementKind.TRANSFER, witnessed_by_id, act)


def _check_may_leave(session: Session, container: Standing, act: Act) -> None:
    stock_moving.check_sealed(container)
    stock_moving.check_at(container, None)
    stock.check_not_expired(session, container, act)
    stock_moving.check_countersigned(session, container)
    size = session.scalars(select(Container.size).where(Container.id == container.id)).one()
    if container.holds != size:
        words = say(N_("Container %(label)s is not full; only whole ones are sent."), label=container.label)
        raise Refused(words, code="not_whole", field="containers")


def _labels(typed: Sequence[str]) -> tuple[str, ...]:
    labels = tuple(people.line(label, "labels", longest=LONGEST_LABEL) for label in typed)
    labels = tuple(label for label in labels if label)
    if not labels:
        words = N_("Write the label of each container that came, one a line. If nothing came, leave it for the sender.")
        raise Refused(say(words), code="no_labels", field="labels")
    if len(labels) > MOST_AT_ONCE:
        too_many = say(N_("Between 1 and %(most)s containers at once."), most=MOST_AT_ONCE)
        raise Refused(too_many, code="count", field="labels")
    if len(set(labels)) != len(labels):
        raise Refused(say(N_("The same label stands there twice.")), code="label_twice", field="labels")
    return labels


def _named(open_lines: Sequence[_OnItsWay], labels: Sequence[str]) -> list[_OnItsWay]:
    """Return the containers that some labels name, one each: as it is written, or but for small and capital letters.

    Raises:
        Refused: a label that two containers answer to, or two that name the same one.
    """
    named: dict[int, _OnItsWay] = {}
    for label in labels:
        alike = [one for one in open_lines if one.label.casefold() == label.casefold()]
        meant = [one for one in alike if one.label == label] or alike
        if len(meant) > 1:
            words = N_(
                "Two containers differ in small and capital letters alone: write %(label)s as it stands on its own."
            )
            raise Refused(say(words, label=label), code="label_of_two", field="labels")
        if any(one.line_id in named for one in meant):
            raise Refused(say(N_("The same label stands there twice.")), code="label_twice", field="labels")
        named |= {one.line_id: one for one in meant}
    return [one for one in open_lines if one.line_id in named]


def _lock_sites(session: Session, *site_ids: int) -> None:
    """Let one at a time say what became of a consignment, and one batch come in; the older site first."""
    for site_id in sorted(site_ids):
        session.execute(select(Site.id).where(Site.id == site_id).with_for_update(key_share=True))


def _check_turn(session: Session, consignment_id: int, shown: int) -> None:
    query = select(func.count(ConsignmentArrival.id)).where(ConsignmentArrival.consignment_id == consignment_id)
    if session.scalars(query).one() + 1 != shown:
        words = N_("Somebody has received this since the page was opened. Look again.")
        raise Conflict(say(words), code="changed_since_shown")


def _open_lines(session: Session, consignment_id: int) -> list[_OnItsWay]:
    rows = session.execute(
        select(ConsignmentLine.id, Container.id, Container.label, Movement.quantity)
        .join(Container, Container.id == ConsignmentLine.container_id)
        .join(Movement, Movement.id == ConsignmentLine.movement_id)
        .outerjoin(ConsignmentEnd, ConsignmentEnd.line_id == ConsignmentLine.id)
        .where(ConsignmentLine.consignment_id == consignment_id, ConsignmentEnd.id.is_(None))
        .order_by(Container.id)
    )
    return [_OnItsWay(*row) for row in rows]


def _receipt(session: Session, consignment: Consignment, act: Act) -> Receipt:
    sender = session.get_one(Site, consignment.site_id)
    receipt = Receipt(supplier=sender.name, document_no=consignment.document_no, received_at=act.at, **act.stamp)
    return write(session, receipt)


def _end(one: _OnItsWay, fate: ConsignmentFate, moved: Movement, act: Act) -> dict[str, object]:
    said = {"line_id": one.line_id, "fate": fate, "movement_id": moved.id}
    return said | {"ended_at": act.at, "clinic_day": act.clinic_day} | act.stamp


def _leave_the_way(
    session: Session, came: Sequence[_OnItsWay], theirs: Act
) -> tuple[list[Movement], list[dict[str, object]]]:
    """Write in the sender's books that these arrived."""
    moved = [
        stock.move(
            session,
            stock.lock_container(session, one.container_id, theirs),
            kind=MovementKind.TRANSFER,
            quantity=one.quantity,
            from_place_id=stock.place_id(session, theirs, PlaceKind.IN_TRANSIT),
            to_place_id=stock.place_id(session, theirs, PlaceKind.OTHER_SITE),
            holds_after=NOTHING,
            act=theirs,
        )
        for one in came
    ]
    return moved, [_end(one, ConsignmentFate.RECEIVED, m, theirs) for one, m in zip(came, moved, strict=True)]


def _take_in(
    session: Session, came: Sequence[_OnItsWay], left: Sequence[Movement], receipt: Receipt | None, act: Act
) -> tuple[list[Container], list[Movement]]:
    """Make a container of this site of each that came, of the same lot, under a label of this site."""
    if receipt is None:
        return [], []
    taken = set(session.scalars(select(Container.label).where(Container.site_id == act.site_id)))
    made, entered = [], []
    for one, moved, label in zip(came, left, new_labels(taken, len(came)), strict=True):
        card = Container(
            site_id=act.site_id, product_id=moved.product_id, lot_id=moved.lot_id, label=label, size=one.quantity
        )
        session.add(card)
        session.flush()
        made.append(card)
        fresh = Standing(card.id, card.product_id, card.lot_id, label, None, None, None, 0, NOTHING)
        entered.append(
            stock.move(
                session,
                fresh,
                kind=MovementKind.RECEIVE,
                quantity=one.quantity,
                from_place_id=stock.place_id(session, act, PlaceKind.OTHER_SITE),
                to_place_id=stock.place_id(session, act, PlaceKind.SAFE),
                holds_after=one.quantity,
                receipt_id=receipt.id,
                act=act,
            )
        )
    return made, entered


def _audit_end(session: Session, one: _OnItsWay, ended: ConsignmentEnd, consignment_id: int, act: Act) -> None:
    values = {"container": one.container_id, "consignment": consignment_id, "fate": ended.fate}
    audit.record(session, AuditKind.CONSIGNMENT_ENDED, ended, act, **values)
