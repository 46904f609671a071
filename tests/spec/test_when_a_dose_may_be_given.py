"""When a dose may be given. One line a case: what differs from an ordinary morning, and every reason not to give.

The ordinary morning: in treatment, 80 mg of methadone ordered and signed, yesterday's dose taken 24 hours ago, nothing
yet today, no stop, and an open bottle at this window. The site asks for 8 hours between days and holds from 3 days
without medicine, in induction from 2. Source: product.md §3, hard rules 1 to 8.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from dispensary.rules.dosing import (
    DosingFacts,
    SiteRules,
    Slot,
    StandingStop,
    TurnedAway,
    changed_since_shown,
    reasons_to_withhold,
    shown_digest,
)
from dispensary.rules.orders import OrderFacts, Step
from dispensary.rules.re_entry import ReEntryInputs, Said
from dispensary.rules.stock import ContainerFacts, Line
from models.enums import (
    Answer,
    BaseUnit,
    DoseOutcome,
    EpisodeEndReason,
    Form,
    Medication,
    StopKind,
    TreatmentPhase,
    WithheldReason,
)
from models.units import mg, mg_per_unit, quantity

NOW = datetime(2026, 3, 5, 7, tzinfo=UTC)
TODAY = NOW.date()
SITE = SiteRules(hours_between_days=8, hold_from_days=3, hold_from_days_induction=2)

ORDER = OrderFacts(
    id=1,
    version=1,
    medication=Medication.METHADONE,
    form=Form.LIQUID,
    treatment_phase=TreatmentPhase.MAINTENANCE,
    starts_on=date(2026, 1, 1),
    ends_on=date(2026, 12, 31),
    every_n_days=1,
    parts=1,
    hours_between_parts=None,
    steps=(Step(date(2026, 1, 1), (mg("80"),)),),
    signed_by="Dana Frost",
    signed_at=NOW,
)
INDUCTION = replace(ORDER, treatment_phase=TreatmentPhase.INDUCTION)
SPLIT = replace(
    ORDER, parts=2, hours_between_parts=6, steps=(Step(date(2026, 1, 1), (mg("50"), mg("30"))),)
)  # 50 mg and 30 mg


def bottle(number=1, holds="500", is_open=True):
    return ContainerFacts(
        id=number,
        label=f"B-{number}",
        product_id=1,
        product="Methadone oral solution 10 mg/mL",
        medication=Medication.METHADONE,
        form=Form.LIQUID,
        unit=BaseUnit.ML,
        strength=mg_per_unit("10"),
        naloxone_strength=None,
        smallest_part=quantity("0.1"),
        lot="L1",
        expires_on=date(2030, 1, 1),
        holds=quantity(holds),
        is_open=is_open,
    )


AS_RECORDED = Said(1, 1, Answer.YES, None, None, Answer.NO)


def without(days, said=AS_RECORDED):
    """Return the facts of somebody with days without medicine, who was asked and says what the record says."""
    return {"re_entry": ReEntryInputs(TODAY, days, days, mg("80"), said=said)}


MORNING = DosingFacts(
    person_id=7,
    clinic_day=TODAY,
    at=NOW,
    episode_id=1,
    ended=None,
    order=ORDER,
    due_mg=mg("80"),
    parts_today=1,
    slot=Slot(1, 1, None),
    previous_part_at=None,
    last_day_at=NOW - timedelta(hours=24),
    re_entry=None,
    released_mg=None,
    stops=(),
    lines=(Line(bottle(), quantity("8")),),
    has_window=True,
    waiting_step=None,
    day_total_mg=mg("80"),
)
STOP = StandingStop(3, StopKind.SEDATION, "Rosa Ames", NOW, NOW + timedelta(hours=2), "")
DOSED = {"slot": Slot(1, 1, None, NOW - timedelta(minutes=5), "Rosa Ames"), "due_mg": None, "lines": None}
SECOND_PART = {
    "order": SPLIT,
    "parts_today": 2,
    "slot": Slot(2, 1, None),
    "due_mg": mg("30"),
    "taken_today_mg": mg("50"),
    "lines": (Line(bottle(), quantity("3")),),
}

CASES = [
    ("an ordinary morning", {}, []),
    ("the first dose of all", {"last_day_at": None}, []),
    # 1. An order
    ("nobody admitted the person here", {"episode_id": None, "order": None, "due_mg": None}, ["not_admitted"]),
    (
        "treatment has ended, however it ended",
        {"episode_id": None, "ended": EpisodeEndReason.TRANSFERRED_OUT, "order": None, "due_mg": None},
        ["episode_ended"],
    ),
    ("dead", {"episode_id": None, "ended": EpisodeEndReason.DIED, "order": None, "due_mg": None}, ["episode_ended"]),
    ("no signed order holds today", {"order": None, "due_mg": None, "lines": None}, ["no_active_order"]),
    ("every other day, and not today", {"due_mg": None, "lines": None}, ["not_due_today"]),
    # 2. One slot
    ("dosed five minutes ago, at whichever window", DOSED, ["slot_taken"]),
    (
        "a record was reversed: its slot is free again, and the next turn names the release",
        {"slot": Slot(1, 2, 9)},
        [],
    ),
    (
        "the clinic before gave its last dose today",
        {"elsewhere_today_mg": mg("80"), "last_day_at": None},
        ["dosed_elsewhere_today"],
    ),
    (
        "whatever was recorded, the day never goes above its ordered total",
        {"taken_today_mg": mg("0.5")},
        ["more_than_ordered"],
    ),
    # 3. Stops
    ("a stop stands", {"stops": (STOP,)}, ["stop_standing"]),
    ("several reasons are all named", {"stops": (STOP,), **without(3)},
     ["stop_standing", "days_without_medicine"]),
    # 4. Days without medicine
    ("one day without medicine, and nobody has asked yet", without(1, said=None), ["not_asked"]),
    ("two days without medicine", {**without(2)}, []),
    ("three days, and nobody has asked yet", without(3, said=None), ["days_without_medicine"]),
    ("three days", {**without(3)}, ["days_without_medicine"]),
    ("one day in induction", {"order": INDUCTION, **without(1)}, []),
    ("two days in induction", {"order": INDUCTION, **without(2)}, ["days_without_medicine"]),
    ("released for this amount today", {**without(5), "released_mg": mg("80")}, []),
    ("released for more than is due", {**without(5), "released_mg": mg("100")}, []),
    ("released for less than is due", {**without(5), "released_mg": mg("79.9")},
     ["days_without_medicine"]),
    (
        "the day's parts together are more than was released, though each alone is not",
        {"order": SPLIT, "parts_today": 2, "due_mg": mg("50"), **without(5), "released_mg": mg("60"),
         "lines": (Line(bottle(), quantity("5")),)},
        ["days_without_medicine"],
    ),
    # 5. Hours
    ("last dose 8 hours ago to the minute", {"last_day_at": NOW - timedelta(hours=8)}, []),
    ("a second less", {"last_day_at": NOW - timedelta(hours=8, seconds=-1)}, ["too_soon_after_last_day"]),
    ("the second part after 6 hours", SECOND_PART | {"previous_part_at": NOW - timedelta(hours=6)}, []),
    ("a second less", SECOND_PART | {"previous_part_at": NOW - timedelta(hours=6, seconds=-1)},
     ["too_soon_after_part"]),
    (
        "the first part was more than was ordered for it: the second would go above the day",
        SECOND_PART | {"previous_part_at": NOW - timedelta(hours=6), "taken_today_mg": mg("60")},
        ["more_than_ordered"],
    ),
    # 6. Stock
    ("no bottle here makes up the amount", {"lines": None}, ["cannot_be_poured"]),
    ("this computer stands at no window", {"lines": None, "has_window": False}, ["no_window"]),
    # What never stands in the way
    (
        "turned away this morning as intoxicated, and back now",
        {"turned_away": (TurnedAway(4, DoseOutcome.WITHHELD, NOW, WithheldReason.INTOXICATED),)},
        [],
    ),
    ("a step up waits", {"waiting_step": Step(TODAY, (mg("90"),))}, []),
]  # fmt: skip


@pytest.mark.parametrize(("case", "differs", "reasons"), CASES, ids=[case for case, _, _ in CASES])
def test_a_dose_may_be_given_when_nothing_speaks_against_it(case, differs, reasons):
    assert [reason.code for reason in reasons_to_withhold(replace(MORNING, **differs), SITE)] == reasons


def test_every_reason_says_what_to_do_next():
    for _, differs, _ in CASES:
        for reason in reasons_to_withhold(replace(MORNING, **differs), SITE):
            assert reason.next_step.msgid


CHANGES = [
    ("a stop was set", {"stops": (STOP,)}, ["the stops"]),
    ("the dose was withheld at another window",
     {"turned_away": (TurnedAway(4, DoseOutcome.WITHHELD, NOW, WithheldReason.SEDATED),)},
     ["what was recorded today"]),
    ("the order is another version", {"order": replace(ORDER, id=2, version=2)}, ["the order"]),
    ("the amount is another", {"due_mg": mg("70")}, ["the amount, now %(mg)s mg"]),
    ("it is another day", {"clinic_day": TODAY + timedelta(days=1)}, ["the day or its part"]),
    ("a record was reversed", {"slot": Slot(1, 2, 9)}, ["the day or its part"]),
    ("the days without medicine are more", {**without(1)}, ["the days without medicine"]),
    ("another bottle stands open", {"lines": (Line(bottle(2), quantity("8")),)}, ["the containers"]),
    ("the amount is split otherwise between two bottles",
     {"lines": (Line(bottle(1), quantity("5")), Line(bottle(2, is_open=False), quantity("3")))}, ["the containers"]),
    ("it may be given now, and could not when the page was opened",
     {"last_day_at": NOW - timedelta(hours=1)}, ["whether it may be given"]),
    ("it is somebody else's page", {"person_id": 8}, ["the person"]),
]  # fmt: skip


@pytest.mark.parametrize(("case", "differs", "named"), CHANGES, ids=[case for case, _, _ in CHANGES])
def test_what_changed_since_the_page_was_opened_is_named(case, differs, named):
    shown = shown_digest(replace(MORNING, **differs), SITE)

    assert [words.msgid for words in changed_since_shown(shown, MORNING, SITE)] == named


def test_the_balance_of_a_bottle_alone_is_no_change():
    shown = shown_digest(MORNING, SITE)
    others_were_dosed = replace(MORNING, lines=(Line(bottle(holds="412.3"), quantity("8.0")),), due_mg=mg("80.0"))

    assert changed_since_shown(shown, others_were_dosed, SITE) == []


@pytest.mark.parametrize("forged", ["", "x", "." * 8, "a.b.c", shown_digest(MORNING, SITE) + ".more"])
def test_a_digest_that_no_page_of_ours_carries_is_a_change(forged):
    assert changed_since_shown(forged, MORNING, SITE)
