"""Writing down what a container weighs empty and how heavy its liquid is: two people, once; a correction is a new figure."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, Refused
from dispensary.queries import weighing as queries
from dispensary.rules import weighing as rule
from dispensary.services import audit, people, stock
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import Container, Density, Product, Tare
from models.enums import AuditKind, BaseUnit, MovementKind
from models.units import Grams, GramsPerML

LONGEST_NOTE = 200


def set_tare(
    session: Session,
    *,
    container_id: int,
    grams: Grams,
    witnessed_by_id: int | None,
    act: Act,
    of_kind: bool = False,
    note: str = "",
    newest_id: int | None = None,
) -> Tare:
    """Write down what a container weighs empty, or every container of its product and size; the newest counts from now on.

    What was weighed before keeps the tare that it was worked out with.

    Args:
        grams: with whatever stays on it on the scale, such as its pump.
        of_kind: whether all of the kind weigh the same.
        note: why it is another than the one on record; needed where there is one.
        newest_id: the newest tare that the page showed, 0 for none; None where no page did.

    Raises:
        NotFound: no such container here.
        Refused: nothing that is weighed, no weight of a container, no reason, or no second person.
        Conflict: somebody wrote down another since the page was opened.
    """
    text = people.line(note, "note", longest=LONGEST_NOTE)
    container = _liquid(session, container_id, act)
    if (fault := rule.fault_of_tare(grams)) is not None:
        raise Refused(fault, code="impossible_tare", field="grams")
    known = queries.tares_of(session, act.site_id, container_id)
    _refuse_seen_otherwise(known[0].id if known else 0, newest_id)
    if known and not text:
        raise Refused(say(N_("Say why it is another than the one on record.")), code="note_needed", field="note")
    return _write_tare(session, container, grams, text, witnessed_by_id, act, of_kind=of_kind)


def set_tare_as_it_came(
    session: Session, container: Container, grams: Grams, witnessed_by_id: int | None, act: Act
) -> Tare:
    """Write down what a container that is just coming in weighs empty.

    Raises:
        Refused: no liquid, no weight of a container, or no second person.
    """
    if session.get_one(Product, container.product_id).unit is not BaseUnit.ML:
        raise Refused(say(N_("Only liquids are weighed.")), code="no_liquid", field="tares")
    if (fault := rule.fault_of_tare(grams)) is not None:
        raise Refused(fault, code="impossible_tare", field="tares")
    return _write_tare(session, container, grams, "", witnessed_by_id, act)


def _write_tare(
    session: Session,
    container: Container,
    grams: Grams,
    note: str,
    witnessed_by_id: int | None,
    act: Act,
    *,
    of_kind: bool = False,
) -> Tare:
    check_two(witnessed_by_id, act)
    assert witnessed_by_id is not None  # refused above
    made = write(
        session,
        Tare(
            product_id=container.product_id,
            size=container.size,
            container_id=None if of_kind else container.id,
            grams=grams,
            note=note,
            witnessed_by_id=witnessed_by_id,
            **act.stamp,
        ),
    )
    audit.record(session, AuditKind.TARE_SET, made, act, product=container.product_id, container=made.container_id)
    return made


def set_density(
    session: Session,
    *,
    container_id: int,
    density: GramsPerML,
    source: str,
    witnessed_by_id: int | None,
    act: Act,
    of_lot: bool = False,
    newest_id: int | None = None,
) -> Density:
    """Write down how heavy a container's liquid is, for its lot or its whole product; the newest counts from now on.

    Args:
        source: where the figure comes from.
        of_lot: whether it is of this lot alone; it goes before the product's.
        newest_id: the newest density that the page showed, 0 for none; None where no page did.

    Raises:
        NotFound: no such container here.
        Refused: no liquid, no density of a medicine, no source, or no second person.
        Conflict: somebody wrote down another since the page was opened.
    """
    text = people.line(source, "source", needed=True, longest=LONGEST_NOTE)
    container = _liquid(session, container_id, act)
    if (fault := rule.fault_of_density(density)) is not None:
        raise Refused(fault, code="impossible_density", field="density")
    known = queries.densities_of(session, act.site_id, container_id)
    _refuse_seen_otherwise(known[0].id if known else 0, newest_id)
    check_two(witnessed_by_id, act)
    assert witnessed_by_id is not None  # refused above
    made = write(
        session,
        Density(
            product_id=container.product_id,
            lot_id=container.lot_id if of_lot else None,
            grams_per_ml=density,
            source=text,
            witnessed_by_id=witnessed_by_id,
            **act.stamp,
        ),
    )
    audit.record(session, AuditKind.DENSITY_SET, made, act, product=container.product_id, lot=made.lot_id)
    return made


def check_two(witnessed_by_id: int | None, act: Act) -> None:
    """Refuse a figure or a seal that one person alone puts on record.

    Raises:
        Refused: nobody signed with them, or they themselves.
    """
    if witnessed_by_id is None:
        raise Refused(say(N_("A second person must sign here.")), code="witness_needed", field="witness_username")
    stock.check_witness(MovementKind.ADJUSTMENT, witnessed_by_id, act)


def _liquid(session: Session, container_id: int, act: Act) -> Container:
    stock.lock_container(session, container_id, act)
    container = session.scalars(select(Container).where(Container.id == container_id)).one()
    if session.get_one(Product, container.product_id).unit is not BaseUnit.ML:
        raise Refused(say(N_("Only liquids are weighed.")), code="no_liquid")
    return container


def _refuse_seen_otherwise(newest: int, shown: int | None) -> None:
    if shown is not None and shown != newest:
        words = N_("Somebody wrote down another figure since this page was opened. Look again.")
        raise Conflict(say(words), code="changed_since_shown")
