"""When an order goes over a limit, and which amounts are typed a second time."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispensary.policy.profiles import SHIPPED, Approval, load
from dispensary.policy.stack import OrderLimits, stack
from dispensary.rules.order_drafts import LastTaken, OrderDraft, amounts_to_type_again, faults, says
from dispensary.rules.order_limits import DayTotal, DoseHistory, reasons_over_limit, rises
from dispensary.rules.orders import Step
from models.enums import Form, Medication, TreatmentPhase
from models.units import mg

TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)
PROFILES = load([SHIPPED])
INDUCTION, MAINTENANCE = TreatmentPhase.INDUCTION, TreatmentPhase.MAINTENANCE


def in_force(*ids):
    approvals = [Approval(p.id, p.digest, True, TODAY, None, "Dana Frost") for p in PROFILES if p.id in ids]
    return stack(PROFILES, approvals, TODAY)


EVERYTHING = in_force(*(profile.id for profile in PROFILES))


def draft(*steps, phase=INDUCTION, medication=Medication.METHADONE, **values):
    """Return a draft from (day offset, amounts) pairs."""
    made = tuple(
        Step(TODAY + n * DAY, tuple(mg(a) for a in (amounts if isinstance(amounts, tuple) else (amounts,))))
        for n, amounts in steps
    )
    parts = len(made[0].amounts_mg)
    return OrderDraft(
        **{
            "medication": medication,
            "form": Form.LIQUID if medication is Medication.METHADONE else Form.TABLET,
            "treatment_phase": phase,
            "starts_on": TODAY,
            "ends_on": TODAY + 60 * DAY,
            "steps": made,
            "parts": parts,
            "hours_between_parts": 4 if parts > 1 else None,
        }
        | values
    )


def history(*totals, medication=Medication.METHADONE, since=None):
    """Return a history from (days ago, mg) pairs, oldest first."""
    return DoseHistory(tuple(DayTotal(TODAY - n * DAY, medication, mg(total)) for n, total in totals), since)


NOTHING = history()


def codes(wanted, before=NOTHING, limits=EVERYTHING):
    return [reason.code for reason in reasons_over_limit(wanted, before, limits)]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (draft((0, "30")), []),
        (draft((0, "31")), ["over_first_dose"]),
        (draft((0, ("30", "20"))), []),
        (draft((0, ("30", "21"))), ["over_first_day"]),
        (draft((0, "51")), ["over_first_dose", "over_first_day"]),
        (draft((0, "30"), (5, "40"), (10, "50")), []),
        (draft((0, "30"), (5, "41")), ["over_step"]),
        (draft((0, "30"), (4, "40")), ["over_step_interval"]),
        (draft((0, "20"), (2, "30"), (4, "40"), (6, "51")),
         ["over_step", "over_step_interval", "over_step_interval", "over_step_interval", "over_first_week_rise"]),
        (draft((0, "30"), (5, "20"), (6, "30")), []),
        (draft((0, "60"), (3, "50"), phase=TreatmentPhase.TAPER), ["over_first_dose", "over_first_day"]),
    ],
)  # fmt: skip
def test_start_of_treatment_is_held_against_every_limit(wanted, expected):
    assert codes(wanted) == expected


def test_someone_transferred_on_a_high_dose_goes_on_with_it():
    assert codes(draft((0, "110"), phase=MAINTENANCE), history((1, "110"))) == []


def test_raising_the_last_dose_taken_is_a_step_like_any_other():
    taken = history((8, "70"), (7, "80"), (1, "80"))

    assert codes(draft((0, "90"), phase=MAINTENANCE), taken) == []
    assert codes(draft((0, "100"), phase=MAINTENANCE), taken) == ["over_step"]
    assert codes(draft((0, "90"), phase=MAINTENANCE), history((8, "70"), (3, "80"))) == ["over_step_interval"]


def test_new_induction_is_a_start_whatever_was_taken_before():
    assert codes(draft((0, "40")), history((6, "80"))) == ["over_first_dose"]
    assert codes(draft((0, "40")), history((1, "30"), since=TODAY - DAY)) == ["over_step_interval"]


def test_supplement_on_the_first_day_counts_within_the_first_days_total():
    today = history((0, "30"), since=TODAY)

    assert codes(draft((0, ("30", "20"))), today) == []
    assert codes(draft((0, ("30", "25"))), today) == ["over_first_day"]


def test_another_drug_before_makes_it_a_start():
    before = history((1, "24"), medication=Medication.BUPRENORPHINE_NALOXONE)

    assert codes(draft((0, "40"), phase=MAINTENANCE), before) == ["over_first_dose"]


def test_without_an_approved_profile_a_start_and_an_induction_say_so():
    assert codes(draft((0, "30")), limits=OrderLimits()) == ["no_approved_limit"]
    assert codes(draft((0, "30"), (5, "40")), limits=OrderLimits()) == ["no_approved_limit", "no_approved_limit"]
    assert codes(draft((0, "8"), medication=Medication.BUPRENORPHINE)) == ["no_approved_limit"]
    assert codes(draft((0, "90"), phase=MAINTENANCE), history((1, "80")), OrderLimits()) == []


def test_reason_names_the_profile_that_won_and_its_citation():
    [reason] = reasons_over_limit(draft((0, "51")), NOTHING, in_force("us-42cfr8-2024"))

    assert reason.citation == "us-42cfr8-2024: 42 CFR 8.12(h)(3)(ii)"


@given(
    st.lists(st.tuples(st.integers(1, 50), st.integers(1, 200)), max_size=8), st.lists(st.integers(1, 200), max_size=5)
)
def test_every_rise_is_the_difference_of_two_amounts_that_follow_each_other(steps, before):
    rows = {0: 40} | dict(steps)
    wanted = draft(*((n, str(rows[n])) for n in sorted(rows)), phase=MAINTENANCE)
    taken = history(*((len(before) - n, str(amount)) for n, amount in enumerate(before)))

    found = rises(wanted, taken)

    levels = [*([before[-1]] if before else []), *(rows[n] for n in sorted(rows))]
    assert [rise.by_mg for rise in found] == [b - a for a, b in pairwise(levels) if b > a]
    assert reasons_over_limit(wanted, taken, EVERYTHING) is not None


@pytest.mark.parametrize(
    ("amount", "last", "asked"),
    [
        ("80", "80", []),
        ("160", "80", []),
        ("161", "80", [0]),
        ("40", "80", []),
        ("39.999", "80", [0]),
        ("80", None, []),
    ],
)
def test_more_than_twice_or_less_than_half_the_last_dose_is_typed_again(amount, last, asked):
    before = LastTaken(Medication.METHADONE, mg(last)) if last else None

    assert amounts_to_type_again(draft((0, amount)), before) == asked


def test_each_step_is_held_against_the_one_before_and_another_drug_is_always_typed_again():
    wanted = draft((0, "80"), (7, "90"), (14, "900"))

    assert amounts_to_type_again(wanted, LastTaken(Medication.METHADONE, mg("80"))) == [2]
    assert amounts_to_type_again(wanted, LastTaken(Medication.BUPRENORPHINE, mg("16"))) == [0, 2]


@pytest.mark.parametrize("text", ["80 mg", "80mg", " 80,0 MG "])
def test_amount_with_its_unit_is_understood(text):
    assert says(text, mg("80"))


@pytest.mark.parametrize("text", ["80", "80 ml", "8 0 mg", "٨٠ mg", "80 mg 80", "", "800 mg"])
def test_anything_else_is_not_the_amount(text):
    assert not says(text, mg("80"))


@pytest.mark.parametrize(
    ("wanted", "fields"),
    [
        (draft((0, "80")), []),
        (draft((0, "80"), form=Form.FILM), ["form"]),
        (draft((0, "80"), starts_on=TODAY - DAY), ["starts_on", "amount_mg"]),
        (draft((0, "80"), ends_on=TODAY - DAY), ["ends_on"]),
        (draft((0, "80"), ends_on=TODAY + 364 * DAY), []),
        (draft((0, "80"), ends_on=TODAY + 365 * DAY), ["ends_on"]),
        (draft((0, "80"), every_n_days=2), ["every_n_days"]),
        (draft((0, "8"), every_n_days=2, medication=Medication.BUPRENORPHINE), []),
        (draft((0, "8"), every_n_days=8, medication=Medication.BUPRENORPHINE), ["every_n_days"]),
        (draft((0, ("40", "40")), hours_between_parts=None), ["hours_between_parts"]),
        (draft((0, ("40", "40")), hours_between_parts=24), ["hours_between_parts"]),
        (draft((0, "80"), hours_between_parts=4), ["hours_between_parts"]),
        (draft((0, "80"), parts=2, hours_between_parts=4), ["amount_mg"]),
        (draft((0, ("9",) * 5), hours_between_parts=2), ["parts"]),
        (draft((0, "80"), (61, "90")), ["steps-0-from_on"]),
        (draft((0, "80"), (5, "90"), (5, "95")), ["steps-1-from_on"]),
        (draft((0, "8"), (1, "12"), (2, "16"), every_n_days=2, medication=Medication.BUPRENORPHINE), ["steps-1-from_on"]),
        (draft((0, "80"), (5, "0")), ["steps-0-amount_mg"]),
    ],
)  # fmt: skip
def test_draft_that_cannot_be_carried_out_is_told_at_its_field(wanted, fields):
    assert [fault.field for fault in faults(wanted, TODAY, 365)] == fields
