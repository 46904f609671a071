"""Entering paper: what each row leaves on record, in the stock, in the register and on the audit, and why a row stays."""

from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

import models
from dispensary.errors import Refused
from dispensary.queries.verification import verify
from dispensary.rules.dosing import SiteRules
from dispensary.rules.paper_entry import Misread, PaperOutcome, PaperRow
from dispensary.services import downtime
from dispensary.services.paper_entry import NotAcknowledged, enter_row
from dispensary.wording import Speaker
from models import DoseException, DosingIncident, Movement, RegisterEntry, Stop
from models.enums import (
    AuditKind,
    DoseOutcome,
    Form,
    IncidentKind,
    Medication,
    MovementKind,
    Origin,
    RefusedReason,
    StopKind,
    WithheldReason,
)
from models.units import mg
from tests.factories import dose, order, patient, person, reversal, save, stamp, trust_clock
from tests.rows import audited_kinds

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
RULES = SiteRules(hours_between_days=8, hold_from_days=3, hold_from_days_induction=2)
SPEAK = Speaker(lambda text: text, UTC)  # type: ignore[arg-type]
GIVEN, PART, WITHHELD, REFUSED = PaperOutcome


@pytest.fixture
def day(session, world):
    """Yesterday was a day on paper, entered this morning by the second nurse."""
    downtime.declare_day(session, clinic_day=world.day - DAY, reason="power cut", act=act(world))
    return world.day - DAY


def act(world):
    return world.act(world.witness, origin=Origin.PAPER)


def who_came(session, world, **values):
    return patient(session, world, starts_on=world.day - DAY, **values)


def row(world, who, outcome=GIVEN, **values):
    return PaperRow(**{"person_id": who.id, "outcome": outcome, "at": world.at - DAY, "given_by_id": world.nurse.id,
                       "shown_mg": mg("80")} | values)  # fmt: skip


def enter(session, world, of, seen="", **values):
    by = values.pop("by", act(world))
    return enter_row(session, row=of, clinic_day=world.day - DAY, seen=seen, site=RULES, speak=SPEAK, act=by)


def entered_all_the_same(session, world, of):
    with pytest.raises(NotAcknowledged) as asked:
        enter(session, world, of)
    return enter(session, world, of, seen=asked.value.verdict.mark), asked.value


def test_row_as_ordered_is_a_dose_of_its_own_day_with_both_hands_and_both_moments(session, world, day):
    who = who_came(session, world)

    made = enter(session, world, row(world, who))

    assert (made.outcome, made.taken_mg, made.clinic_day) == (DoseOutcome.GIVEN, mg("80"), day)
    assert (made.taken_at, made.recorded_at) == (world.at - DAY, world.at)
    assert (made.given_by_id, made.recorded_by_id, made.origin) == (world.nurse.id, world.witness.id, Origin.PAPER)
    assert session.scalars(select(DoseException)).all() == []
    assert audited_kinds(session)[-1] == AuditKind.DOSE_RECORDED


def test_stock_comes_from_what_is_open_now_and_the_register_names_the_day_of_the_paper(session, world, day):
    made = enter(session, world, row(world, who_came(session, world)))

    moved = session.scalars(select(Movement).where(Movement.dose_id == made.id)).one()
    entry = session.scalars(select(RegisterEntry).where(RegisterEntry.movement_id == moved.id)).one()
    assert (moved.container_id, moved.clinic_day) == (world.containers["methadone"].id, day)
    assert (entry.clinic_day, entry.recorded_at) == (day, world.at)


def test_rule_that_would_have_withheld_is_asked_about_and_kept_once_acknowledged(session, world, day):
    who = who_came(session, world)
    stop = {"kind": StopKind.SEDATION, "decide_by": world.at, "set_at": world.at - 2 * DAY}
    save(session, Stop(person_id=who.id, **stop, **stamp(world)))

    made, asked = entered_all_the_same(session, world, row(world, who))

    assert [reason.code for reason in asked.reasons] == ["stop_standing"]
    assert made.outcome is DoseOutcome.GIVEN
    assert session.scalars(select(DoseException.code)).all() == ["stop_standing"]
    assert audited_kinds(session)[-1] == AuditKind.EXCEPTION_ACKNOWLEDGED


def test_stop_that_stood_then_counts_though_it_was_released_since_and_one_set_since_does_not(session, world, day):
    then, since = who_came(session, world), who_came(session, world)
    early = {"kind": StopKind.SEDATION, "decide_by": world.at, "set_at": world.at - 2 * DAY}
    released = save(session, Stop(person_id=then.id, **early, **stamp(world)))
    save(session, models.StopRelease(stop_id=released.id, reason="seen", released_at=world.at, **stamp(world)))
    save(session, Stop(person_id=since.id, **early | {"set_at": world.at - HOUR}, **stamp(world)))

    with pytest.raises(NotAcknowledged):
        enter(session, world, row(world, then))

    assert enter(session, world, row(world, since)).outcome is DoseOutcome.GIVEN


def test_tick_for_something_else_acknowledges_nothing(session, world, day):
    who = who_came(session, world)
    with pytest.raises(NotAcknowledged) as asked:
        enter(session, world, row(world, who, taken_mg=mg("90")))

    with pytest.raises(NotAcknowledged):
        enter(session, world, row(world, who, taken_mg=mg("120")), seen=asked.value.verdict.mark)


def test_taken_slot_becomes_a_dosing_incident(session, world, day):
    who = who_came(session, world)
    enter(session, world, row(world, who))

    made, _ = entered_all_the_same(session, world, row(world, who, at=world.at - DAY + HOUR, taken_mg=mg("80")))

    incident = session.scalars(select(DosingIncident)).one()
    assert (incident.kind, incident.dose_id) == (IncidentKind.TWICE, made.id)
    assert (made.outcome, made.claim_id, made.given_by_id) == (DoseOutcome.INCIDENT, None, world.nurse.id)
    assert made.clinic_day == day
    assert session.scalars(select(Stop.kind).where(Stop.person_id == who.id)).all() == [StopKind.INCIDENT]
    assert session.scalars(select(DoseException.code)).all() == ["slot_taken"]


@pytest.mark.parametrize(("taken", "code"), [("90", "more_than_due"), ("60", "less_than_due")])
def test_another_amount_than_ordered_is_an_incident(session, world, day, taken, code):
    made, asked = entered_all_the_same(session, world, row(world, who_came(session, world), taken_mg=mg(taken)))

    assert [reason.code for reason in asked.reasons] == [code]
    assert session.scalars(select(DosingIncident.kind)).one() is IncidentKind.WRONG_AMOUNT
    assert (made.taken_mg, made.ordered_mg) == (mg(taken), mg("80"))
    assert made.claim_id is not None


def test_dose_without_an_order_is_an_incident_of_the_medicine_that_the_paper_names(session, world, day):
    who = person(session)
    what = (Medication.METHADONE, Form.LIQUID)
    with pytest.raises(Misread) as asked:
        enter(session, world, row(world, who, taken_mg=mg("40")))

    made, _ = entered_all_the_same(session, world, row(world, who, taken_mg=mg("40"), medicine=what))

    assert asked.value.code == "which_medicine"
    assert session.scalars(select(DosingIncident.kind)).one() is IncidentKind.AGAINST_A_RULE
    assert (made.order_id, made.taken_mg) == (None, mg("40"))


def test_another_medicine_is_an_incident(session, world, day):
    held = session.scalars(select(models.Product).order_by(models.Product.id)).all()
    what = next((p.medication, p.form) for p in held if p.medication is not Medication.METHADONE)
    made, _ = entered_all_the_same(
        session, world, row(world, who_came(session, world), taken_mg=mg("8"), medicine=what)
    )

    assert session.scalars(select(DosingIncident.kind)).one() is IncidentKind.WRONG_MEDICINE
    assert (made.medication, made.order_id) == (what[0], None)


def test_part_dose_wastes_the_rest_before_its_witness(session, world, day):
    who, other = who_came(session, world), save_nurse(session, world)

    made = enter(
        session,
        world,
        row(world, who, PART, taken_mg=mg("30"), refused_reason=RefusedReason.FEELS_UNWELL, witness_id=other.id),
    )

    assert (made.outcome, made.taken_mg, made.wasted_mg) == (DoseOutcome.PART_GIVEN, mg("30"), mg("50"))
    wasted = session.scalars(select(Movement).where(Movement.kind == MovementKind.WASTE)).one()
    assert wasted.witnessed_by_id == other.id


def save_nurse(session, world):
    from tests.factories import role, staff

    who = staff(session, "Nora Quist")
    role(session, who, world.site, models.enums.Role.NURSE)
    return who


MISREAD = [
    ({"outcome": PART}, "how_much"),
    ({"outcome": PART, "taken_mg": mg("30")}, "why"),
    ({"outcome": PART, "taken_mg": mg("30"), "refused_reason": RefusedReason.OTHER}, "witness_needed"),
    ({"outcome": PART, "taken_mg": mg("80"), "refused_reason": RefusedReason.OTHER}, "part_out_of_range"),
    ({"outcome": WITHHELD}, "why"),
    ({"shown_mg": mg("60")}, "due_changed"),
    ({"shown_mg": None}, "how_much"),
]


@pytest.mark.parametrize(("values", "code"), MISREAD)
def test_row_that_says_too_little_is_asked_about_at_its_field(session, world, day, values, code):
    with pytest.raises(Misread) as asked:
        enter(session, world, row(world, who_came(session, world), **values))

    assert asked.value.code == code
    assert asked.value.field


@pytest.mark.parametrize(("who", "code"), [("nurse", "witness_gave_it"), ("witness", "witness_is_self")])
def test_witness_is_neither_who_gave_it_nor_who_enters_it(session, world, day, who, code):
    witness = getattr(world, who)
    part = row(world, who_came(session, world), PART, taken_mg=mg("30"), refused_reason=RefusedReason.OTHER,
               witness_id=witness.id)  # fmt: skip

    with pytest.raises(Misread) as asked:
        enter(session, world, part)

    assert asked.value.code == code


def test_withheld_row_is_recorded_and_calls_the_prescriber_from_now(session, world, day):
    who = who_came(session, world)

    made = enter(session, world, row(world, who, WITHHELD, withheld_reason=WithheldReason.SEDATED))

    assert (made.outcome, made.ordered_mg, made.claim_id) == (DoseOutcome.WITHHELD, mg("80"), None)
    stop = session.scalars(select(Stop)).one()
    assert (stop.kind, stop.set_at) == (StopKind.SEDATION, world.at)


def test_withheld_row_stops_nobody_who_was_dosed_since(session, world, day):
    who = who_came(session, world)
    dose(session, world, who, session.scalars(select(models.DoseOrder)).one(), at=world.at - HOUR)

    enter(session, world, row(world, who, WITHHELD, withheld_reason=WithheldReason.SEDATED))

    assert session.scalars(select(Stop)).all() == []


def test_refused_row_beside_a_dose_of_the_day_is_asked_about(session, world, day):
    who = who_came(session, world)
    enter(session, world, row(world, who))

    made, asked = entered_all_the_same(
        session, world, row(world, who, REFUSED, at=world.at - DAY - HOUR, refused_reason=RefusedReason.NOT_WANTED)
    )

    assert [reason.code for reason in asked.reasons] == ["slot_taken"]
    assert (made.outcome, made.claim_id) == (DoseOutcome.REFUSED, None)
    assert session.scalars(select(DosingIncident)).all() == []


@pytest.mark.parametrize("outcome", [GIVEN, WITHHELD])
def test_same_row_a_second_time_is_known(session, world, day, outcome):
    why = {"withheld_reason": WithheldReason.OTHER} if outcome is WITHHELD else {}
    who = who_came(session, world)
    enter(session, world, row(world, who, outcome, **why))

    with pytest.raises(Misread) as again:
        enter(session, world, row(world, who, outcome, **why))

    assert again.value.code == "entered_before"


def test_reversed_entry_may_be_entered_again(session, world, day):
    who = who_came(session, world)
    reversal(session, world, enter(session, world, row(world, who)))

    assert enter(session, world, row(world, who)).outcome is DoseOutcome.GIVEN


def test_what_the_stock_here_cannot_make_up_stays(session, world, day):
    who = person(session)
    order(session, world, who, amount="80.05", starts_on=day)

    with pytest.raises(Refused) as refused:
        enter(session, world, row(world, who, shown_mg=mg("80.05")))

    assert refused.value.code == "cannot_be_poured"


def test_computer_without_a_window_enters_nothing(session, world, day):
    desk = replace(act(world), window_id=None)

    with pytest.raises(Refused) as refused:
        enter(session, world, row(world, who_came(session, world)), by=desk)

    assert refused.value.code == "no_window"


def test_day_that_was_not_declared_or_is_signed_as_entered_takes_no_rows(session, world, day):
    who = who_came(session, world)
    downtime.sign_entered(session, clinic_day=day, sheets=3, act=act(world))

    with pytest.raises(Refused) as refused:
        enter(session, world, row(world, who))

    assert refused.value.code == "not_declared"


def test_time_later_than_now_is_asked_about(session, world, day):
    with pytest.raises(Misread) as asked:
        enter(session, world, row(world, who_came(session, world), at=world.at + HOUR))

    assert asked.value.field == "at"


def test_wrong_clock_holds_the_entry_and_back_dated_facts_do_not(session, world, day):
    who, other = who_came(session, world), who_came(session, world)
    enter(session, world, row(world, who))
    behind = replace(act(world), at=world.at - timedelta(minutes=3))

    with pytest.raises(Refused) as refused:
        enter(session, world, row(world, other), by=behind)
    trust_clock(session, world, behind.at)

    assert refused.value.code == "clock_behind"
    assert enter(session, world, row(world, other), by=behind).outcome is DoseOutcome.GIVEN


def test_row_of_a_record_that_was_linked_is_of_the_one_that_survives(session, world, day):
    who, linked = who_came(session, world), person(session)
    linked.root_id = who.id
    session.flush()

    assert enter(session, world, row(world, linked)).person_id == who.id


def test_everything_entered_is_found_good_by_verify(session, world, day):
    who, other = who_came(session, world), who_came(session, world)
    enter(session, world, row(world, who))
    entered_all_the_same(session, world, row(world, other, taken_mg=mg("90")))
    session.commit()

    assert verify(session, world.site.id, Ed25519PrivateKey.generate().public_key()).faults == ()
