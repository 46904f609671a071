"""Entering movements in the controlled-drug register: one line a movement, numbered and chained for each product."""

from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from dispensary.rules import chain
from dispensary.rules.stock import HERE
from dispensary.services import chains
from dispensary.services.act import Act
from models import Movement, RegisterEntry
from models.enums import ChainKind, PlaceKind
from models.units import Quantity

LAYOUT = 2
"""2: with what else the movement's row says, and the kinds of the places."""

ALSO_SAID = ("note", "recorded_at", "origin")


def enter(session: Session, movement: Movement, act: Act, *, came_from: PlaceKind, went_to: PlaceKind) -> RegisterEntry:
    """Enter one flushed movement; a transfer within the site is a line too, and leaves the balance as it was.

    Call after the audit row, and for several products in the order of their ids: heads are locked in that order.
    """
    head = chains.lock_head(session, act.site_id, ChainKind.REGISTER, movement.product_id)
    balance = balance_after(head.balance, movement.quantity, came_from=came_from, went_to=went_to)
    fields = body_fields(movement, balance, act, came_from=came_from, went_to=went_to)
    sealing = chains.append(session, head, LAYOUT, fields, balance)
    values = row(movement, sealing)
    session.connection().execute(insert(RegisterEntry), values | act.stamp)
    return RegisterEntry(**values)


def balance_after(balance: Quantity, moved: Quantity, *, came_from: PlaceKind, went_to: PlaceKind) -> Quantity:
    """Return what the site holds of a product after a movement; one within the site leaves it as it was."""
    return Quantity(balance + moved * (int(went_to in HERE) - int(came_from in HERE)))


def body_fields(
    movement: Any, balance: Quantity, act: Act, *, came_from: PlaceKind, went_to: PlaceKind
) -> dict[str, Any]:
    """Return what the body of an entry holds, but for its number; the same for one entry and for many."""
    return {
        "movement": movement.id,
        "kind": movement.kind,
        "product": movement.product_id,
        "lot": movement.lot_id,
        "container": movement.container_id,
        "container_seq": movement.container_seq,
        "from": movement.from_place_id,
        "to": movement.to_place_id,
        "quantity": movement.quantity,
        "held_after": movement.balance_after,
        "balance": balance,
        "at": movement.moved_at,
        "day": movement.clinic_day,
        "dose": movement.dose_id,
        "receipt": movement.receipt_id,
        "reverses": movement.reverses_id,
        "by": act.by_id,
        "witness": movement.witnessed_by_id,
        "waste_reason": movement.waste_reason,
        "from_kind": came_from,
        "to_kind": went_to,
        **chain.said({column: getattr(movement, column) for column in ALSO_SAID}),
    }


def row(movement: Any, sealing: chains.Sealing) -> dict[str, Any]:
    """Return the columns of an entry, but for those that every fact carries."""
    return {
        "product_id": movement.product_id,
        "number": sealing.number,
        "movement_id": movement.id,
        "clinic_day": movement.clinic_day,
        "body": sealing.body,
        "previous_digest": sealing.previous_digest,
        "digest": sealing.digest,
    }
