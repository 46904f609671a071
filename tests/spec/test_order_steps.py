"""When a step of an order takes effect. One line a clinic day: what was taken, and what is ordered.

`took` is what was swallowed that day, `-` nothing; `due` is what the order says that day; `waits` the step that waits.
Source: product.md §4.
"""

from datetime import UTC, date, datetime, timedelta

from dispensary.rules.orders import OrderFacts, Step, TakenDay, due_amount
from models.enums import Form, Medication, TreatmentPhase
from models.units import mg

FIRST = date(2026, 3, 1)


def day_of(number):
    return FIRST + timedelta(days=int(number) - 1)


def amounts(text):
    return tuple(mg(part) for part in text.split("+"))


def order(steps, every_n_days=1):
    """Return an order from its steps, such as `day 1: 30, day 4: 40`."""
    pairs = [step.strip().removeprefix("day ").split(": ") for step in steps.split(",")]
    parts = tuple(Step(day_of(number), amounts(text)) for number, text in pairs)
    return OrderFacts(
        id=1,
        version=1,
        medication=Medication.METHADONE,
        form=Form.LIQUID,
        treatment_phase=TreatmentPhase.INDUCTION,
        starts_on=FIRST,
        ends_on=FIRST + timedelta(days=60),
        every_n_days=every_n_days,
        parts=len(parts[0].amounts_mg),
        hours_between_parts=6 if len(parts[0].amounts_mg) > 1 else None,
        steps=parts,
        signed_by="Dana Frost",
        signed_at=datetime(2026, 3, 1, 8, tzinfo=UTC),
    )


def check(steps, table, every_n_days=1):
    """Walk the table: each day's amount must be what the order says, given all that was taken before."""
    wanted, taken = order(steps, every_n_days), []
    for line in filter(None, map(str.strip, table.splitlines())):
        number, due, took, waits = (cell.strip() for cell in line.split("|"))
        if number == "day":
            continue
        found = due_amount(wanted, taken, day_of(number))
        assert found.amounts_mg == amounts(due), f"day {number}: {found.amounts_mg}"
        waiting = "+".join(str(a) for a in found.waiting_step.amounts_mg) if found.waiting_step else "-"
        assert waiting == waits, f"day {number}: waits {waiting}"
        parts = {n: mg(part) for n, part in enumerate(took.split("+"), start=1) if part != "-"}
        taken.append(TakenDay(day_of(number), parts))


def test_step_up_takes_effect_when_every_dose_before_it_was_taken():
    check(
        "day 1: 30, day 4: 40",
        """
        day | due | took | waits
        1   | 30  | 30   | -
        2   | 30  | 30   | -
        3   | 30  | 30   | -
        4   | 40  | 40   | -
        5   | 40  | 40   | -
        """,
    )


def test_step_up_waits_when_a_dose_before_it_was_missed_and_all_later_steps_up_wait_with_it():
    check(
        "day 1: 30, day 4: 40, day 7: 50",
        """
        day | due | took | waits
        1   | 30  | 30   | -
        2   | 30  | -    | -
        3   | 30  | 30   | -
        4   | 30  | 30   | 40
        5   | 30  | 30   | 40
        6   | 30  | 30   | 40
        7   | 30  | 30   | 40
        """,
    )


def test_dose_taken_in_part_is_not_taken_in_full():
    check(
        "day 1: 30, day 3: 40",
        """
        day | due | took | waits
        1   | 30  | 30   | -
        2   | 30  | 20   | -
        3   | 30  | 30   | 40
        """,
    )


def test_no_increase_follows_a_missed_dose():
    """The step came due on day 3, but nobody came for it: the amount last taken stands."""
    check(
        "day 1: 30, day 3: 40",
        """
        day | due | took | waits
        1   | 30  | 30   | -
        2   | 30  | 30   | -
        3   | 40  | -    | -
        4   | 30  | 30   | 40
        5   | 30  | 30   | 40
        """,
    )


def test_raised_amount_taken_only_in_part_goes_back_to_what_was_taken_in_full():
    check(
        "day 1: 30, day 3: 40",
        """
        day | due | took | waits
        1   | 30  | 30   | -
        2   | 30  | 30   | -
        3   | 40  | 35   | -
        4   | 30  | 30   | 40
        """,
    )


def test_raised_amount_once_taken_in_full_stands_through_a_missed_dose_but_the_next_step_waits():
    check(
        "day 1: 30, day 3: 40, day 6: 50",
        """
        day | due | took | waits
        1   | 30  | 30   | -
        2   | 30  | 30   | -
        3   | 40  | 40   | -
        4   | 40  | -    | -
        5   | 40  | 40   | -
        6   | 40  | 40   | 50
        """,
    )


def test_step_down_follows_its_date_whatever_was_taken():
    check(
        "day 1: 60, day 3: 50, day 5: 40",
        """
        day | due | took | waits
        1   | 60  | -    | -
        2   | 60  | 60   | -
        3   | 50  | -    | -
        4   | 50  | -    | -
        5   | 40  | 40   | -
        """,
    )


def test_step_down_in_a_plan_that_waits_is_no_reason_to_go_up():
    """Planned 30, 50, 40: when 50 waits, 40 is still more than the 30 that was taken."""
    check(
        "day 1: 30, day 3: 50, day 5: 40, day 7: 20",
        """
        day | due | took | waits
        1   | 30  | 30   | -
        2   | 30  | -    | -
        3   | 30  | 30   | 50
        4   | 30  | 30   | 50
        5   | 30  | 30   | 50
        6   | 30  | 30   | 50
        7   | 20  | 20   | -
        """,
    )


def test_first_amount_stands_when_nothing_was_ever_taken():
    check(
        "day 1: 30, day 3: 40",
        """
        day | due | took | waits
        1   | 30  | -    | -
        2   | 30  | -    | -
        3   | 30  | -    | 40
        """,
    )


def test_day_of_two_parts_counts_only_when_both_were_taken():
    check(
        "day 1: 40+40, day 3: 45+45",
        """
        day | due   | took  | waits
        1   | 40+40 | 40+40 | -
        2   | 40+40 | 40+-  | -
        3   | 40+40 | 40+40 | 45+45
        """,
    )


def test_larger_part_is_a_step_up_even_if_the_day_has_less_in_all():
    """While it waits, the part that goes down follows its date."""
    check(
        "day 1: 40+40, day 3: 60+10",
        """
        day | due   | took  | waits
        1   | 40+40 | 40+40 | -
        2   | 40+40 | -+-   | -
        3   | 40+10 | 40+10 | 60+10
        """,
    )


def test_alternate_days_count_only_the_days_on_which_a_dose_was_due():
    check(
        "day 1: 8, day 5: 12",
        """
        day | due | took | waits
        1   | 8   | 8    | -
        2   | 8   | -    | -
        3   | 8   | 8    | -
        4   | 8   | -    | -
        5   | 12  | 12   | -
        7   | 12  | 12   | -
        """,
        every_n_days=2,
    )


def test_step_without_a_dose_before_it_is_not_jumped_over():
    """Day 2 has no dose, so 12 was never taken when 16 comes."""
    check(
        "day 1: 8, day 2: 12, day 3: 16",
        """
        day | due | took | waits
        1   | 8   | 8    | -
        3   | 8   | 8    | 16
        """,
        every_n_days=2,
    )
