"""Theft and loss: reported, worked, closed; held against the books and against the audit."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.policy.profiles import SHIPPED, load
from dispensary.queries import loss_facts, losses
from dispensary.queries.verification.facts import changed_fact, unaudited_fact
from dispensary.queries.verification.losses import wrong_loss_line
from dispensary.services import losses as services
from dispensary.services import stock_leaving
from dispensary.services.conflicts import translated
from dispensary.services.losses import LineTold, LossTold
from dispensary.services.policy import approve_profile
from models import ChainHead, LossReport, LossReportLine, Movement, RegisterEntry, Site, StaffSession
from models.enums import ChainKind, LossKind, LossStepKind, MovementKind, PoliceTold, Role, WasteReason
from models.units import quantity
from tests import factories
from tests.services.test_verify import open_walls  # noqa: F401 - a fixture

A_DAY = timedelta(days=1)
NOTICE, FORM = LossStepKind.REGULATOR_NOTICE, LossStepKind.REGULATOR_FORM
CHECKS = (changed_fact, unaudited_fact, wrong_loss_line)


def line(world, amount="50", product="methadone", **values):
    return LineTold(product_id=world.products[product].id, quantity=quantity(amount), **values)


def told(world, **values):
    return LossTold(
        **{
            "kind": LossKind.UNEXPLAINED,
            "first_on": world.day,
            "last_on": world.day,
            "discovered_on": world.day,
            "discovered_by": "Wanda Reed",
            "circumstances": "The safe stood open in the morning.",
            "police": PoliceTold.NO,
        }
        | values
    )


def report(session, world, *lines, **values):
    return services.report_loss(session, told=told(world, **values), lines=lines or [line(world)], act=world.act())


def card_of(session, world, made, today=None):
    return losses.report(session, made.id, world.site.id, today or world.day)


def head_of(world):
    return world.staff[Role.CLINIC_HEAD]


def step(session, world, made, kind=NOTICE, **values):
    values = {"number": "N-1", "to_whom": "Field office", "note": "", "done_on": world.day} | values
    act = values.pop("act", world.act(head_of(world)))
    return services.record_step(session, report_id=made.id, kind=kind, act=act, **values)


def close(session, world, made, **values):
    values = {"reason": "Found out.", "recovered": "", "despite_open": False} | values
    return services.close_report(session, report_id=made.id, act=world.act(head_of(world)), **values)


@pytest.fixture
def us(session, world):
    """The deadlines of the United States, approved here."""
    [profile] = load([SHIPPED], only={"us-21cfr1301-losses"})
    approve_profile(
        session,
        profile=profile,
        digest=profile.digest,
        in_force=True,
        effective_on=world.day,
        act=world.act(world.prescriber),
    )


def faults(session, world):
    return [fault for check in CHECKS if (fault := check(session, world.site.id, lambda *_: None)) is not None]


def test_a_report_keeps_what_was_told_and_changes_no_stock(session, world):
    before = session.scalar(select(func.count()).select_from(Movement))

    made = report(session, world, line(world), line(world, "3", "bup8"))

    card = card_of(session, world, made)
    assert [(one.product_id, one.quantity) for one in card.lines] == [
        (world.products["methadone"].id, Decimal(50)),
        (world.products["bup8"].id, Decimal(3)),
    ]
    assert card.circumstances == "The safe stood open in the morning."
    assert session.scalar(select(func.count()).select_from(Movement)) == before
    held = select(ChainHead.last_balance).where(
        ChainHead.kind == ChainKind.REGISTER, ChainHead.product_id == world.products["methadone"].id
    )
    assert session.scalar(held) == Decimal(1000)


def test_a_container_tells_its_lot(session, world):
    bottle = world.containers["methadone"]

    made = report(session, world, line(world, container=bottle.label))

    [one] = card_of(session, world, made).lines
    assert (one.container_id, one.container, one.lot) == (bottle.id, bottle.label, one.lot)
    assert one.lot.startswith("L")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"circumstances": "\u200b\u2060"}, "blank"),
        ({"circumstances": " "}, "blank"),
        ({"circumstances": "x" * 2001}, "long"),
        ({"discovered_by": "\u3164"}, "blank"),
        ({"police": PoliceTold.NOT_KNOWN, "police_number": "7"}, "police_not_told"),
        ({"police_who": "Central"}, "police_not_told"),
    ],
)
def test_what_cannot_be_told_is_refused_and_nothing_is_kept(session, world, changes, code):
    with pytest.raises(Refused) as refusal:
        report(session, world, **changes)

    assert refusal.value.code == code
    assert session.scalar(select(func.count()).select_from(LossReport)) == 0


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"amount": "1000.1"}, "impossible_quantity"),
        ({"amount": "0.05"}, "impossible_quantity"),
        ({"amount": "999999999"}, "impossible_quantity"),
        ({"container": "B-nowhere"}, "no_such_container"),
        ({"lot": "L-nowhere"}, "no_such_lot"),
    ],
)
def test_more_than_was_ever_held_and_what_no_book_knows_is_refused(session, world, values, code):
    with pytest.raises(Refused) as refusal:
        report(session, world, line(world, **values))

    assert refusal.value.code == code


def test_lines_of_one_product_and_one_container_are_added_up(session, world):
    with pytest.raises(Refused, match="impossible_quantity"):
        report(session, world, line(world, "600"), line(world, "600"))
    label = world.containers["methadone"].label
    factories.container(session, world, world.products["methadone"])
    with pytest.raises(Refused, match="impossible_quantity"):
        report(session, world, line(world, "600", container=label), line(world, "600", container=label))

    made = report(session, world, line(world, "600"), line(world, "600", container=label))

    assert len(card_of(session, world, made).lines) == 2


def test_another_product_than_the_container_holds_or_another_lot_is_refused(session, world):
    label = world.containers["methadone"].label
    with pytest.raises(Refused, match="no_such_container"):
        report(session, world, line(world, "5", "bup8", container=label))
    with pytest.raises(Refused, match="other_lot"):
        report(session, world, line(world, container=label, lot="X1"))


def test_what_was_lost_on_the_way_here_need_not_stand_in_the_books(session, world):
    made = report(session, world, line(world, "5000", lot="M-new"), kind=LossKind.IN_TRANSIT, carrier="Swift Parcels")

    assert card_of(session, world, made).lines[0].lot == "M-new"


def test_no_line_is_no_report(session, world):
    with pytest.raises(Refused, match="no_line"):
        services.report_loss(session, told=told(world), lines=[], act=world.act())


def test_amounts_stand_beside_what_was_held_received_and_used(session, world):
    made = report(session, world)

    [one] = loss_facts.missing(session, card_of(session, world, made))

    assert (one.quantity, one.amount_mg) == (Decimal(50), Decimal(500))
    assert (one.held_before, one.held_after) == (Decimal(0), Decimal(1000))
    assert one.received == 0
    assert one.share_of_received is None


def test_access_names_who_moved_witnessed_opened_and_sat_at_a_window_and_who_might_have(session, world):
    factories.save(
        session,
        StaffSession(
            code="sat",
            staff_id=head_of(world).id,
            site_id=world.site.id,
            terminal_id=world.terminal.id,
            started_at=world.at,
        ),
    )
    stock_leaving.waste_stock(
        session,
        container_id=world.containers["methadone"].id,
        quantity=quantity("1"),
        reason=WasteReason.CONTAMINATED,
        witnessed_by_id=world.witness.id,
        act=world.act(),
    )
    made = report(session, world, first_on=world.day - A_DAY)

    by_name = {one.name: one for one in loss_facts.access(session, card_of(session, world, made))}

    nurse, witness = by_name[world.nurse.name], by_name[world.witness.name]
    assert (nurse.moved, nurse.opened, nurse.roles) == (2, 1, (Role.NURSE,))
    assert witness.witnessed == 2
    assert witness.moved == 0
    assert by_name[head_of(world).name].sat_at_window == 1
    assert world.prescriber.name not in by_name
    assert world.staff[Role.ADMINISTRATOR].name in by_name
    assert not by_name[world.staff[Role.ADMINISTRATOR].name].did_something


def test_pattern_counts_small_losses_by_month_but_nothing_that_was_reversed(session, world):
    wasted = stock_leaving.waste_stock(
        session,
        container_id=world.containers["methadone"].id,
        quantity=quantity("2.5"),
        reason=WasteReason.SPILT,
        note="Slipped",
        witnessed_by_id=world.witness.id,
        act=world.act(),
    )
    made = report(session, world)

    found = loss_facts.pattern(session, card_of(session, world, made))

    product_id = world.products["methadone"].id
    this_month = (world.day.year, world.day.month)
    assert found.months[-1] == this_month
    assert wasted.kind is MovementKind.SPILL
    assert found.of(product_id, this_month, MovementKind.SPILL).lost == Decimal("2.5")
    assert found.times(product_id, MovementKind.WASTE) == 0


def test_earlier_reports_of_the_same_products_are_named(session, world):
    first = report(session, world)
    report(session, world, line(world, "1", "bup8"))
    later = report(session, world)

    found = losses.earlier(session, card_of(session, world, later), world.day)

    assert [card.id for card in found] == [first.id]


def test_drafts_ask_for_nothing_and_an_approved_policy_does(session, world):
    made = report(session, world)

    assert card_of(session, world, made).due == ()


def test_a_step_that_is_asked_for_is_due_and_done(session, world, us):
    made = report(session, world)
    assert [one.kind for one in card_of(session, world, made).open_steps] == [NOTICE, FORM]

    step(session, world, made)

    assert [one.kind for one in card_of(session, world, made).open_steps] == [FORM]
    later = card_of(session, world, made, world.day + timedelta(days=60))
    assert [one.kind for one in later.late_steps] == [FORM]


def test_a_step_taken_back_stays_legible_and_is_due_again(session, world, us):
    made = report(session, world)
    done = step(session, world, made)
    act = world.act(head_of(world))

    services.take_back_step(session, step_id=done.id, reason="Never sent", act=act)

    card = card_of(session, world, made)
    assert card.steps[0].taken_back_why == "Never sent"
    assert NOTICE in [one.kind for one in card.open_steps]
    with pytest.raises(Conflict), translated():
        services.take_back_step(session, step_id=done.id, reason="Again", act=act)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"days": 1}, "done_when"),
        ({"days": -1}, "done_when"),
        ({"to_whom": "\u200b"}, "blank"),
        ({"to_whom": ""}, "blank"),
        ({"kind": LossStepKind.OTHER, "note": ""}, "blank"),
    ],
)
def test_a_step_that_cannot_be_is_refused(session, world, values, code):
    made = report(session, world)
    days, values = values.get("days", 0), {key: value for key, value in values.items() if key != "days"}

    with pytest.raises(Refused) as refusal:
        step(
            session,
            world,
            made,
            **({k: v for k, v in values.items() if k != "days"} | {"done_on": world.day + days * A_DAY}),
        )

    assert refusal.value.code == code


def test_closing_with_a_step_undone_needs_somebody_who_says_so_and_stays_visible(session, world, us):
    made = report(session, world)
    with pytest.raises(Refused, match="steps_open"):
        close(session, world, made)

    close(session, world, made, despite_open=True, recovered="One bottle behind the safe.")

    card = card_of(session, world, made, world.day + timedelta(days=60))
    assert (card.end.open_steps, card.end.recovered) == (2, "One bottle behind the safe.")
    assert len(card.late_steps) == 2
    assert [one.id for one in losses.asking(session, world.site.id, world.day)] == [made.id]
    with pytest.raises(Refused, match="closed_before"):
        close(session, world, made, despite_open=True)


def test_closing_says_why_and_then_asks_for_nothing_more(session, world):
    made = report(session, world)
    with pytest.raises(Refused, match="blank"):
        close(session, world, made, reason="\u2060")

    close(session, world, made)

    assert losses.asking(session, world.site.id, world.day) == []


def test_a_policy_that_cannot_be_read_closes_nothing_in_silence(session, world, monkeypatch):
    from dispensary.policy.loss_deadlines import LossDeadlines
    from dispensary.queries import policy
    from dispensary.wording import say

    made = report(session, world)
    monkeypatch.setattr(policy, "loss_deadlines", lambda *_: LossDeadlines(unreadable=say("cannot be read")))

    with pytest.raises(Refused, match="steps_open"):
        close(session, world, made)


def test_another_site_neither_reads_works_nor_closes_a_report(session, world):
    made = report(session, world)
    done = step(session, world, made)
    other = factories.save(session, Site(code="north", name="North"))
    act = replace(world.act(), site_id=other.id)

    with pytest.raises(NotFound):
        losses.report(session, made.id, other.id, world.day)
    with pytest.raises(NotFound):
        step(session, world, made, act=act)
    with pytest.raises(NotFound):
        services.take_back_step(session, step_id=done.id, reason="No", act=act)
    with pytest.raises(NotFound):
        services.close_report(session, report_id=made.id, reason="No", recovered="", despite_open=True, act=act)
    assert losses.reports(session, other.id, world.day) == []


@pytest.fixture
def whole(session, world):
    """A report of two lines with a step taken back, one done, and its end, as verified."""
    made = report(session, world, line(world), line(world, "3", "bup8"))
    services.take_back_step(
        session, step_id=step(session, world, made).id, reason="Not sent", act=world.act(head_of(world))
    )
    step(session, world, made)
    close(session, world, made)
    session.commit()
    assert faults(session, world) == []
    return made


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE loss_report SET kind = 'other'",
        "UPDATE loss_report SET circumstances = 'nothing'",
        "UPDATE loss_report SET discovered_on = '2026-12-31'",
        "DELETE FROM loss_report_end",
        "UPDATE loss_report_end SET open_steps = 5",
        "UPDATE loss_step SET number = 'other'",
        "UPDATE loss_step SET kind = 'police'",
        "DELETE FROM loss_step_taken_back",
        "UPDATE loss_step_taken_back SET reason = 'other'",
        "UPDATE loss_report_line SET quantity = 1 WHERE number = 1",
        "UPDATE loss_report_line SET container_id = 1 WHERE number = 2",
        "UPDATE loss_report_line SET lot_number = 'X' WHERE number = 2",
        "UPDATE loss_report_line SET number = 3 WHERE number = 2",
        "DELETE FROM loss_report_line WHERE number = 2",
        "DELETE FROM loss_report_line",
    ],
)
def test_whatever_is_changed_behind_the_audit_is_named(session, world, whole, open_walls, change):  # noqa: F811
    open_walls()
    session.execute(text(change))

    found = faults(session, world)

    assert found, change
    if "line" in change:
        assert any("of loss report no." in fault.where.msgid for fault in found)


def test_a_line_that_is_added_and_a_report_that_nobody_made_are_named(session, world, whole):
    session.add(
        LossReportLine(
            report_id=whole.id,
            number=3,
            product_id=world.products["bup2"].id,
            quantity=quantity("1"),
            **factories.stamp(world),
        )
    )
    session.flush()
    [fault] = faults(session, world)
    assert fault.where.values["number"] == 3

    values = {c.key: getattr(whole, c.key) for c in LossReport.__table__.columns if c.key != "id"}
    session.add(LossReport(**values))
    session.flush()
    assert len(faults(session, world)) == 2


def test_no_register_line_comes_of_a_report(session, world, whole):
    assert session.scalar(select(func.count()).select_from(RegisterEntry)) == 3
