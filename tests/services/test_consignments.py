"""Sealed containers between two sites: sent, on their way, taken in blind, and what became of the rest."""

import threading
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text

from dispensary.errors import Conflict, DomainError, NotFound, Refused
from dispensary.queries import consignments as sent_out
from dispensary.queries import stock as stock_queries
from dispensary.queries.verification.whole import CHECKS
from dispensary.services import chains, consignments, stock_moving
from dispensary.services.consignments import Found, Sending
from dispensary.web.database import unit_of_work
from models import ConsignmentEnd, Container, Movement, Place, Receipt, RegisterEntry, Site, Window
from models.enums import AuditKind, ChainKind, ConsignmentFate, MovementKind, PlaceKind, Role
from tests import factories
from tests.rows import audited, count

SENDING = Sending(document_no="222-0001", carrier="M. Diaz", identity_seen="courier pass 77", seal_no="S-100")


@pytest.fixture
def hill(session, world):
    """Another site of the same program, with a nurse of its own."""
    site = factories.save(session, Site(code="hill", name="Hill Clinic"))
    window = factories.save(session, Window(site_id=site.id, name="Window 1"))
    chains.create_head(session, site.id, ChainKind.AUDIT)
    nurse = factories.staff(session, "Hill Nurse")
    factories.role(session, nurse, site, Role.NURSE)
    session.commit()
    return replace(world, site=site, window=window, staff=world.staff | {Role.NURSE: nurse}, containers={})


@pytest.fixture
def bottles(session, world):
    """Three sealed bottles in the safe."""
    made = [factories.container(session, world, world.products["methadone"], at_window=False) for _ in range(3)]
    session.commit()
    return made


def send(session, world, hill, bottles, **values):
    made = consignments.send(
        session,
        sending=replace(SENDING, **({"to_site_id": hill.site.id} | values)),
        container_ids=[b.id for b in bottles],
        witnessed_by_id=world.witness.id,
        act=world.act(),
    )
    session.commit()
    return made


def receive(session, hill, sent, labels, **values):
    found = Found(**({"turn": 1, "seal_no": "S-100", "seal_whole": True, "labels": tuple(labels)} | values))
    arrival = consignments.receive(session, consignment_id=sent.id, found=found, act=hill.act())
    session.commit()
    return arrival


def finish(session, world, sent, lines, fate, **values):
    ends = consignments.end(
        session,
        **{
            "consignment_id": sent.id,
            "line_ids": [one.id for one in lines],
            "fate": fate,
            "note": "the van came back",
            "witnessed_by_id": world.witness.id,
            "act": world.act(),
        }
        | values,
    )
    session.commit()
    return ends


def seen(session, world, sent):
    session.expire_all()
    return sent_out.consignment(session, world.site.id, sent.id)


def faults(session, *sites):
    return [str(fault) for s in sites for check in CHECKS if (fault := check(session, s.site.id, lambda rows: None))]


def nothing_is_lost(session):
    """Whatever moved between whichever sites, each lot's places together hold nothing."""
    for lot_id in session.scalars(select(Movement.lot_id).distinct()):
        places = {}
        for m in session.scalars(select(Movement).where(Movement.lot_id == lot_id)):
            places[m.from_place_id] = places.get(m.from_place_id, 0) - m.quantity
            places[m.to_place_id] = places.get(m.to_place_id, 0) + m.quantity
        assert sum(places.values()) == 0
        kinds = dict(session.execute(select(Place.id, Place.kind)).all())
        between = sum(q for place, q in places.items() if kinds[place] is PlaceKind.OTHER_SITE)
        assert between == 0


def test_what_is_sent_leaves_the_balance_and_stays_answered_for(session, world, hill, bottles):
    before = stock_queries.balances(session, world.site.id)[world.products["methadone"].id, PlaceKind.SAFE]

    sent = send(session, world, hill, bottles)

    held = stock_queries.balances(session, world.site.id)
    product = world.products["methadone"].id
    assert held[product, PlaceKind.SAFE] == before - 3000
    assert held[product, PlaceKind.IN_TRANSIT] == 3000
    assert len(seen(session, world, sent).on_the_way) == 3
    assert not {b.id for b in bottles} & {c.id for c in stock_queries.on_shelf(session, world.site.id)}
    assert len(audited(session, AuditKind.CONTAINER_CONSIGNED)) == 3
    assert faults(session, world, hill) == []


def test_what_arrives_is_in_both_registers(session, world, hill, bottles):
    sent = send(session, world, hill, bottles)

    arrival = receive(session, hill, sent, [b.label.lower() for b in bottles])

    came = session.scalars(select(Movement).where(Movement.receipt_id == arrival.receipt_id)).all()
    assert {(m.kind, m.site_id, m.balance_after) for m in came} == {(MovementKind.RECEIVE, hill.site.id, Decimal(1000))}
    assert {m.lot_id for m in came} == {b.lot_id for b in bottles}
    receipt = session.get_one(Receipt, arrival.receipt_id)
    assert (receipt.supplier, receipt.document_no) == ("Harbour Clinic", "222-0001")
    entered = select(func.count(RegisterEntry.id)).where(RegisterEntry.site_id == hill.site.id)
    assert session.scalar(entered) == 3
    found = seen(session, world, sent)
    assert not found.on_the_way and not found.differs
    assert {one.fate for one in found.lines} == {ConsignmentFate.RECEIVED}
    nothing_is_lost(session)
    assert faults(session, world, hill) == []


def test_nothing_that_came_is_opened_before_a_second_person_has_signed(session, world, hill, bottles):
    arrival = receive(session, hill, send(session, world, hill, bottles[:1]), [bottles[0].label])
    made = session.scalars(select(Movement.container_id).where(Movement.receipt_id == arrival.receipt_id)).one()
    stock_moving.move_to_window(session, container_ids=[made], window_id=hill.window.id, act=hill.act())

    with pytest.raises(Refused, match="not_countersigned"):
        stock_moving.open_container(session, container_id=made, act=hill.act())


def test_differences_stand_with_both_and_what_is_missing_stays_on_its_way(session, world, hill, bottles):
    sent = send(session, world, hill, bottles)

    receive(session, hill, sent, [bottles[0].label, "X-1"], seal_no="S-999")

    for site in (world, hill):
        found = seen(session, site, sent)
        assert {one.label for one in found.missing} == {bottles[1].label, bottles[2].label}
        assert found.finds == ("X-1",)
        assert found.seal_differs
    receive(session, hill, sent, [bottles[1].label], turn=2)
    finish(session, world, sent, seen(session, world, sent).missing, ConsignmentFate.LOST)
    assert seen(session, world, sent).missing == ()
    nothing_is_lost(session)
    assert faults(session, world, hill) == []


def test_what_came_back_can_be_sent_again(session, world, hill, bottles):
    sent = send(session, world, hill, bottles[:1])

    finish(session, world, sent, seen(session, world, sent).on_the_way, ConsignmentFate.CAME_BACK)

    again = send(session, world, hill, bottles[:1])
    receive(session, hill, again, [bottles[0].label])
    nothing_is_lost(session)
    assert faults(session, world, hill) == []


def test_an_addressee_with_its_own_books_confirms_on_paper(session, world, hill, bottles):
    sent = send(session, world, hill, bottles, to_site_id=None, addressee="Prison pharmacy", authority="licence 9")

    finish(
        session, world, sent, seen(session, world, sent).on_the_way, ConsignmentFate.CONFIRMED, note="receipt 5 seen"
    )

    assert seen(session, world, sent).on_the_way == ()
    assert faults(session, world) == []


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"to_site_id": None}, "one_addressee"),
        ({"addressee": "and another"}, "one_addressee"),
        ({"to_site_id": 2**31 - 1}, "no_site"),
        ({"seal_no": "\u200b\u2060"}, "blank"),
        ({"document_no": " "}, "blank"),
        ({"identity_seen": ""}, "blank"),
    ],
)
def test_a_consignment_that_says_too_little_is_refused(session, world, hill, bottles, values, code):
    with pytest.raises(Refused, match=code):
        send(session, world, hill, bottles, **values)


def test_only_what_is_whole_sealed_signed_and_in_the_safe_is_sent(session, world, hill, bottles):
    for wrong, code in ((world.containers["methadone"], "container_open"),):
        with pytest.raises(Refused, match=code):
            send(session, world, hill, [wrong])
    send(session, world, hill, bottles)
    with pytest.raises(Refused, match="container_away"):
        send(session, world, hill, bottles)
    with pytest.raises(Refused, match="container_away"):
        stock_moving.move_to_window(session, container_ids=[bottles[0].id], window_id=world.window.id, act=world.act())


def test_what_was_received_unsigned_is_not_sent_on(session, world, hill, bottles):
    receive(session, hill, send(session, world, hill, bottles[:1]), [bottles[0].label])
    came = session.scalars(select(Container).where(Container.site_id == hill.site.id)).one()

    with pytest.raises(Refused, match="not_countersigned"):
        consignments.send(
            session,
            sending=replace(SENDING, to_site_id=world.site.id),
            container_ids=[came.id],
            witnessed_by_id=world.witness.id,
            act=hill.act(),
        )


def test_two_people_send(session, world, hill, bottles):
    for witness, code in ((None, "witness_needed"), (world.nurse.id, "witness_is_self")):
        with pytest.raises(Refused, match=code):
            consignments.send(
                session,
                sending=replace(SENDING, to_site_id=hill.site.id),
                container_ids=[bottles[0].id],
                witnessed_by_id=witness,
                act=world.act(),
            )


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"labels": ()}, "no_labels"),
        ({"labels": ("\u200b",)}, "no_labels"),
        ({"labels": ("A", "A")}, "label_twice"),
        ({"seal_no": ""}, "blank"),
        ({"seal_whole": False}, "note_needed"),
    ],
)
def test_what_was_found_is_said_whole(session, world, hill, bottles, values, code):
    sent = send(session, world, hill, bottles)

    with pytest.raises(Refused, match=code):
        receive(session, hill, sent, **({"labels": ("B-1",)} | values))


def labelled(session, world, *labels):
    made = [factories.container(session, world, world.products["methadone"], at_window=False) for _ in labels]
    for container, label in zip(made, labels, strict=True):
        container.label = label
    session.commit()
    return made


def test_one_label_takes_in_one_container(session, world, hill):
    sent = send(session, world, hill, labelled(session, world, "X-1a", "X-1A", "Y-1"))

    with pytest.raises(Refused, match="label_of_two"):
        receive(session, hill, sent, ["x-1a"])
    session.rollback()
    with pytest.raises(Refused, match="label_twice"):
        receive(session, hill, sent, ["Y-1", "y-1"])
    session.rollback()
    receive(session, hill, sent, ["X-1A", "y-1"])

    assert [one.label for one in seen(session, world, sent).missing] == ["X-1a"]


def test_only_the_addressee_receives_and_only_the_sender_says_it_is_lost(session, world, hill, bottles):
    sent = send(session, world, hill, bottles)
    lines = seen(session, world, sent).lines

    with pytest.raises(NotFound, match="no_consignment"):
        receive(session, world, sent, [bottles[0].label])
    with pytest.raises(NotFound, match="no_consignment"):
        finish(session, hill, sent, lines, ConsignmentFate.LOST)
    for fate in (ConsignmentFate.CONFIRMED, ConsignmentFate.RECEIVED):
        with pytest.raises(Refused, match="not_ours_to_say"):
            finish(session, world, sent, lines, fate)


def test_nothing_is_accounted_for_twice(session, world, hill, bottles):
    sent = send(session, world, hill, bottles)
    lines = seen(session, world, sent).lines
    receive(session, hill, sent, [b.label for b in bottles])

    with pytest.raises(Conflict, match="changed_since_shown"):
        receive(session, hill, sent, [bottles[0].label])
    with pytest.raises(Conflict, match="nothing_on_its_way"):
        receive(session, hill, sent, [bottles[0].label], turn=2)
    with pytest.raises(Conflict, match="uq_consignment_end_line_id"):
        finish(session, world, sent, lines, ConsignmentFate.LOST)


def test_of_many_who_receive_at_once_one_does(app, session, world, hill, bottles):
    sent_id = send(session, world, hill, bottles).id
    labels, at_once = tuple(b.label for b in bottles), 6
    start, outcomes = threading.Barrier(at_once), []

    def once():
        start.wait(timeout=30)
        try:
            with app.app_context(), unit_of_work() as own:
                found = Found(turn=1, seal_no="S-100", seal_whole=True, labels=labels)
                consignments.receive(own, consignment_id=sent_id, found=found, act=hill.act())
        except DomainError as refusal:
            outcomes.append(refusal.code)
        else:
            outcomes.append("received")

    threads = [threading.Thread(target=once) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert sorted(outcomes) == ["changed_since_shown"] * (at_once - 1) + ["received"]
    session.rollback()
    assert count(session, ConsignmentEnd) == 3
    nothing_is_lost(session)
    assert faults(session, world, hill) == []


def test_verify_names_what_was_changed_behind_the_program(session, world, hill, bottles):
    sent = send(session, world, hill, bottles)
    assert faults(session, world) == []

    without_walls(session, "consignment_line", f"DELETE FROM consignment_line WHERE consignment_id = {sent.id}")

    assert len(faults(session, world)) >= 1


def without_walls(session, table, statement):
    """Run a statement as somebody with the file in hand would, past the walls of a table."""
    if session.bind.dialect.name == "postgresql":
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    else:
        session.execute(text(f"DROP TRIGGER {table}_no_delete"))
    session.execute(text(statement))
    session.flush()
