"""Injections: given inside their window, asked about outside it, released by a prescriber; one test for each way out."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from dispensary.errors import Conflict, Refused
from dispensary.policy.stack import VomitBands
from dispensary.queries import doses_taken, orders, telephone_orders
from dispensary.queries import dosing as facts_of
from dispensary.queries.expected import everyone_expected
from dispensary.queries.verification.doses import wrong_claim
from dispensary.rules import telephone_orders as telephone_rules
from dispensary.rules.dosing import reasons_to_withhold, shown_digest
from dispensary.rules.order_drafts import faults
from dispensary.rules.renewals import renewal
from dispensary.services import absences, dosing, injections, observations, re_entry, vomiting
from dispensary.services.dosing import Shown
from dispensary.services.stock_products import add_product
from models import Claim, Dose, DoseOrder, Episode, Movement, ReEntryDecision, Task, TaskReason
from models.enums import (
    AbsenceKind,
    BaseUnit,
    ClaimKind,
    DoseOutcome,
    Form,
    InjectionSite,
    Medication,
    MovementKind,
    ReEntryAction,
    RefusedReason,
    TaskReasonKind,
    TelephoneOrderKind,
    WithheldReason,
)
from models.units import mg, mg_per_unit, quantity
from tests import factories
from tests.station import SITE, reverse

DAY = timedelta(days=1)


@pytest.fixture
def who(session, world):
    """Somebody on monthly injections since today, with syringes open at the window."""
    factories.syringes(session, world)
    somebody = factories.person(session)
    factories.depot_order(session, world, somebody)
    return somebody


def facts(session, world, who, at):
    act = world.act(at=at)
    return facts_of.facts_for(session, person_id=who.id, site_id=act.site_id, window_id=act.window_id,
                              clinic_day=act.clinic_day, at=at)  # fmt: skip


def inject(session, world, who, days=0):
    at = world.at + days * DAY
    factories.trust_clock(session, world, at)
    shown = Shown(who.id, shown_digest(facts(session, world, who, at), SITE))
    return injections.record_injection(
        session, shown=shown, into=InjectionSite.ABDOMEN_LEFT, site=SITE, act=world.act(at=at)
    )


def reasons(session, world, who, days):
    """Return why not on a later day, but for the question of the re-entry gate, which a day without medicine raises."""
    at = world.at + days * DAY
    factories.trust_clock(session, world, at)
    codes = [reason.code for reason in reasons_to_withhold(facts(session, world, who, at), SITE)]
    return [code for code in codes if code != "not_asked"]


def test_injection_takes_the_slot_one_syringe_and_keeps_the_place(session, world, who):
    dose = inject(session, world, who)

    assert (dose.outcome, dose.taken_mg, dose.note) == (DoseOutcome.GIVEN, mg("64"), "abdomen_left")
    claim = session.get_one(Claim, dose.claim_id)
    assert claim.kind is ClaimKind.INJECTION
    moved = session.scalars(select(Movement).where(Movement.dose_id == dose.id)).one()
    assert (moved.kind, moved.quantity) == (MovementKind.DISPENSE, quantity("1"))


@pytest.mark.parametrize(
    ("days", "codes"),
    [
        (0, ["slot_taken"]),
        (1, ["injection_early"]),
        (20, ["injection_early"]),
        (21, []),
        (28, []),
        (35, []),
        (36, ["injection_late"]),
        (37, ["injection_late"]),
    ],
)
def test_the_next_is_due_inside_the_window_only(session, world, who, days, codes):
    inject(session, world, who)

    assert reasons(session, world, who, days) == codes


def test_nobody_is_without_medicine_while_an_injection_covers(session, world, who):
    inject(session, world, who)

    counted = [facts(session, world, who, world.at + n * DAY).days_without_medicine for n in (1, 28, 35, 36, 38)]

    assert counted == [0, 0, 0, 1, 3]


def test_early_injection_is_refused_with_the_days_and_the_source(session, world, who):
    inject(session, world, who)

    with pytest.raises(Refused) as refusal:
        inject(session, world, who, days=10)

    (reason,) = refusal.value.reasons
    assert reason.code == "injection_early"
    assert reason.message.values["from"] == world.day + 21 * DAY
    assert reason.citation == "the prescriber's own figures, on the order"


@pytest.mark.parametrize("days", [10, 36])
def test_prescriber_is_asked_and_releases_it_for_today(session, world, who, days):
    inject(session, world, who)
    at = world.at + days * DAY
    factories.trust_clock(session, world, at)
    injections.ask_prescriber(session, person_id=who.id, act=world.act(at=at))
    task = session.scalars(select(Task)).one()
    order_id = facts(session, world, who, at).order.id

    injections.release_injection(
        session, person_id=who.id, order_id=order_id, amount_mg=mg("64"), reason="leaves for work abroad",
        act=world.act(world.prescriber, at=at),
    )  # fmt: skip

    assert session.scalars(select(TaskReason.kind)).all() == [TaskReasonKind.DEPOT_WINDOW]
    assert task.resolved_at == at
    assert inject(session, world, who, days=days).taken_mg == mg("64")


def test_release_is_for_one_day(session, world, who):
    inject(session, world, who)
    at = world.at + 10 * DAY
    factories.trust_clock(session, world, at)
    order_id = facts(session, world, who, at).order.id
    injections.release_injection(
        session, person_id=who.id, order_id=order_id, amount_mg=mg("64"), reason="journey",
        act=world.act(world.prescriber, at=at),
    )  # fmt: skip

    assert reasons(session, world, who, 11) == ["injection_early"]


def test_nothing_is_decided_inside_the_window(session, world, who):
    inject(session, world, who)
    at = world.at + 28 * DAY
    order_id = facts(session, world, who, at).order.id

    with pytest.raises(Conflict) as asked:
        injections.ask_prescriber(session, person_id=who.id, act=world.act(at=at))
    with pytest.raises(Conflict) as released:
        injections.release_injection(
            session, person_id=who.id, order_id=order_id, amount_mg=mg("64"), reason="why not",
            act=world.act(world.prescriber, at=at),
        )  # fmt: skip

    assert (asked.value.code, released.value.code) == ("nothing_to_decide", "nothing_to_decide")


def test_release_of_another_amount_than_ordered_is_a_conflict(session, world, who):
    inject(session, world, who)
    at = world.at + 10 * DAY
    order_id = facts(session, world, who, at).order.id

    with pytest.raises(Conflict) as refusal:
        injections.release_injection(
            session, person_id=who.id, order_id=order_id, amount_mg=mg("96"), reason="journey",
            act=world.act(world.prescriber, at=at),
        )  # fmt: skip

    assert refusal.value.code == "shown_has_changed"


def test_injection_is_not_recorded_as_a_dose_that_was_swallowed(session, world, who):
    shown = Shown(who.id, shown_digest(facts(session, world, who, world.at), SITE))

    with pytest.raises(Refused) as whole:
        dosing.record_dose(session, shown=shown, site=SITE, act=world.act())
    with pytest.raises(Refused) as part:
        dosing.record_part_dose(session, shown=shown, site=SITE, taken_mg=mg("32"), reason=RefusedReason.OTHER,
                                witnessed_by_id=world.witness.id, act=world.act())  # fmt: skip

    assert (whole.value.code, part.value.code) == ("injection", "injection")


def test_order_for_something_else_is_not_injected(session, world):
    somebody = factories.patient(session, world)
    shown = Shown(somebody.id, shown_digest(facts(session, world, somebody, world.at), SITE))

    with pytest.raises(Refused) as refusal:
        injections.record_injection(session, shown=shown, into=InjectionSite.THIGH_LEFT, site=SITE, act=world.act())

    assert refusal.value.code == "no_injection"


def test_an_injection_does_not_come_up_and_is_not_swallowed(session, world, who):
    dose = inject(session, world, who)

    with pytest.raises(Refused) as came_up:
        vomiting.record_vomiting(session, person_id=who.id, dose_id=dose.id, minutes_after=0, witnessed=True, note="",
                                 bands=VomitBands(), act=world.act())  # fmt: skip
    with pytest.raises(Refused) as spoke:
        observations.note_spoke(session, dose_id=dose.id, act=world.act())

    assert (came_up.value.code, spoke.value.code) == ("injected", "injected")


def test_two_weekly_syringes_are_not_a_monthly_one(session, world):
    factories.syringes(session, world, strength="32")
    somebody = factories.person(session)
    factories.depot_order(session, world, somebody, amount="64")

    assert reasons(session, world, somebody, 0) == ["cannot_be_poured"]


def test_on_the_expected_list_only_from_the_first_day_of_the_window(session, world, who):
    inject(session, world, who)

    def expected(days):
        act = world.act(at=world.at + days * DAY)
        found = everyone_expected(session, site_id=act.site_id, window_id=None, clinic_day=act.clinic_day, at=act.at)
        return [one.person_id for one in found]

    assert [expected(days) for days in (0, 1, 20, 21, 28, 36)] == [[who.id], [], [], [who.id], [who.id], [who.id]]


def test_withheld_injection_stays_due(session, world, who):
    dosing.withhold_dose(session, person_id=who.id, reason=WithheldReason.OTHER, note="", site=SITE, act=world.act())

    assert session.scalars(select(Dose.taken_mg)).all() == [mg("0")]
    assert reasons(session, world, who, 1) == []


def test_reversed_injection_leaves_the_one_before_as_the_last(session, world, who):
    dose = inject(session, world, who)
    assert reasons(session, world, who, 1) == ["injection_early"]

    reverse(session, world, dose)

    assert reasons(session, world, who, 1) == []


def test_books_agree_after_an_injection_and_its_reversal(session, world, who):
    reverse(session, world, inject(session, world, who))
    inject(session, world, who)
    session.flush()

    assert wrong_claim(session, world.site.id, lambda what: None) is None


@pytest.mark.parametrize("kind", TelephoneOrderKind)
def test_injection_is_not_ordered_or_released_by_telephone(session, world, who, kind):
    act = world.act()
    call = telephone_orders.call(session, who.id, site_id=act.site_id, clinic_day=act.clinic_day, at=act.at, rules=SITE)

    assert "injection" in [reason.code for reason in telephone_rules.reasons_against(kind, call.facts)]


def test_syringes_are_a_product_like_any_other(session, world):
    values = {"name": "Depot 64 mg", "medication": Medication.BUPRENORPHINE, "form": Form.INJECTION}

    made = add_product(session, **values, strength=mg_per_unit("64"), smallest_part=quantity("1"), act=world.act())
    with pytest.raises(Refused) as halved:
        add_product(session, **values, strength=mg_per_unit("64"), smallest_part=quantity("0.5"), act=world.act())

    assert made.unit is BaseUnit.SYRINGE
    assert halved.value.code == "part_does_not_fit"


def test_renewal_keeps_the_window_and_the_days_of_the_week(session, world, who):
    somebody = factories.patient(session, world, "8", medication=Medication.BUPRENORPHINE, form=Form.TABLET,
                                 weekdays="135")  # fmt: skip
    (injected,), (weekly,) = (orders.versions_of(session, one.id) for one in (who, somebody))

    drafts = [renewal(one.facts, (), world.day) for one in (injected, weekly)]

    assert drafts[0].depot == injected.facts.depot
    assert drafts[1].weekdays == (1, 3, 5)
    assert [faults(replace(draft, reason="continued"), world.day, 366) for draft in drafts] == [[], []]


def test_after_an_injection_the_prescriber_sees_each_kind_last_taken(session, world, who):
    inject(session, world, who)
    stay = session.scalars(select(DoseOrder).where(DoseOrder.person_id == who.id)).one().episode_id
    before = factories.order(session, world, who, in_episode=session.get_one(Episode, stay),
                             starts_on=world.day - 9 * DAY, ends_on=world.day - 5 * DAY)  # fmt: skip
    factories.dose(session, world, who, before, at=world.at - 5 * DAY)

    last = doses_taken.last_of_each(session, who.id)

    assert [(one.medication, one.total_mg, one.day, one.injected) for one in last] == [
        (Medication.BUPRENORPHINE, mg("64"), world.day, True),
        (Medication.METHADONE, mg("80"), world.day - 5 * DAY, False),
    ]


def in_hospital(session, world, who, days):
    """Record that somebody is in hospital since the day before the one that is so many days from now."""
    absences.record_absence(
        session,
        person_id=who.id,
        kind=AbsenceKind.HOSPITAL,
        from_on=world.day + (days - 1) * DAY,
        expected_until=None,
        place="Harbour Hospital",
        told_by="the ward",
        act=world.act(at=world.at + days * DAY),
    )


def test_injection_of_somebody_on_record_as_away_is_held_inside_its_window_too(session, world, who):
    inject(session, world, who)
    in_hospital(session, world, who, 28)

    assert reasons(session, world, who, 28) == ["days_without_medicine"]


def test_held_injection_is_released_for_today_and_what_the_gate_said_is_kept_with_it(session, world, who):
    inject(session, world, who)
    in_hospital(session, world, who, 28)
    at = world.at + 28 * DAY
    act = world.act(world.prescriber, at=at)
    held = re_entry.held_today(session, who.id, act)

    re_entry.release_held_dose(
        session,
        person_id=who.id,
        order_id=held.order.id,
        days_without_medicine=held.days_without_medicine,
        amount_mg=held.amount_mg,
        reason="the ward gave none",
        act=act,
    )
    dose = inject(session, world, who, 28)

    kept = session.scalars(select(ReEntryDecision).where(ReEntryDecision.dose_id == dose.id)).one()
    assert (kept.action, kept.days) == (ReEntryAction.HOLD_NOTIFY, 0)
