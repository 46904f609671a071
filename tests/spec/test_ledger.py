"""What became of each clinic day, and both counts. One line a case: what happened, what each day is called, the counts today.

What happened, a letter a day, the last letter yesterday: `o` the dose was given and observed, `p` a part of it, `e` elsewhere
and verified, `u` elsewhere as told and not verified, `t` a take-home dose covers it, `f` its bottle came back full, `l` was
lost, `w` withheld, `r` refused, `h` in hospital or custody, `c` the clinic was closed, `d` downtime and its paper not
entered, `.` nothing.

What a day is called: `O` observed, `P` part, `E` elsewhere, `I` an injection covers it, `T` take-home, presumed taken, `U`
elsewhere unverified, `W` withheld, `R` refused, `A` away, dosing unknown, `N` not yet entered, `C` closed uncovered, `X`
no-show, `?` awaited, `-` not scheduled, `_` outside treatment. The last letter is today.

Counts: days without medicine, no-shows in a row, days since the last confirmed dose.
Source: product.md §5; the numbered edge cases of clinical-rules §10.3.
"""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import pytest

from dispensary.policy.missed_doses import MissedDoseTables
from dispensary.rules.day_status import IN_THIS_ORDER
from dispensary.rules.ledger import days_in_treatment, ledger, runs, status_of
from dispensary.rules.person_days import Away, ClinicDays, DayBottle, DayDose, LastDose, OrderSpan, PersonDays, Stay
from models.enums import (
    AbsenceKind,
    BottleFate,
    BottleState,
    DayStatus,
    DoseOutcome,
    EpisodeKind,
    Medication,
    TreatmentPhase,
)
from models.units import mg
from tests.spec.test_re_entry import table

TODAY = date(2026, 3, 5)  # a Thursday; the days before run over the end of February
A_DAY = timedelta(days=1)
METHADONE, BUPRENORPHINE = Medication.METHADONE, Medication.BUPRENORPHINE_NALOXONE
OUTCOMES = {
    "o": DoseOutcome.GIVEN,
    "p": DoseOutcome.PART_GIVEN,
    "e": DoseOutcome.ELSEWHERE,
    "w": DoseOutcome.WITHHELD,
    "r": DoseOutcome.REFUSED,
}
TAKEN = {"o": "80", "p": "50", "e": "80", "w": "0", "r": "0"}
BOTTLES = {"t": {}, "f": {"fate": BottleFate.RETURNED, "state": BottleState.FULL}, "l": {"fate": BottleFate.LOST}}
CALLED = dict(zip("OPEITUWRANCX?-_", DayStatus, strict=True))


def dose(day, mark="o", **values):
    return DayDose(
        **{
            "day": day,
            "part": 1,
            "outcome": OUTCOMES[mark],
            "medication": METHADONE,
            "ordered_mg": mg("80"),
            "taken_mg": mg(TAKEN[mark]),
            "claimed": mark in "ope",
        }
        | values
    )


def order(starts_on, last_day=TODAY + 300 * A_DAY, **values):
    return OrderSpan(**{"id": 1, "starts_on": starts_on, "last_day": last_day, "medication": METHADONE} | values)


def stay(first_due, **values):
    values = {"admitted_on": first_due, "last_day": None, "first_dose_on": first_due} | values
    return Stay(episode_id=1, kind=EpisodeKind.MAINTENANCE, first_due=first_due, **values)


def history(happened, *, ordered_since=None, covers=1, rhythm=None, **changes):
    """Return somebody's days: `happened` ends yesterday; the order began with its first letter unless told otherwise."""
    marks = {TODAY - (len(happened) - n) * A_DAY: mark for n, mark in enumerate(happened)}
    began = TODAY - (ordered_since if ordered_since is not None else len(happened)) * A_DAY
    of = [day for day, mark in marks.items() if mark in OUTCOMES]
    return PersonDays(
        **{
            "stays": [stay(began)],
            "orders": [order(began, **(rhythm or {}))],
            "doses": [dose(day, marks[day], covers_days=covers) for day in of],
            "bottles": [
                DayBottle(day, 1, METHADONE, **BOTTLES[mark]) for day, mark in marks.items() if mark in BOTTLES
            ],
            "unverified": frozenset(day for day, mark in marks.items() if mark == "u"),
            "away": [Away(AbsenceKind.HOSPITAL, day, day) for day, mark in marks.items() if mark == "h"],
            "clinic": ClinicDays(
                closed=frozenset(day for day, mark in marks.items() if mark == "c"),
                not_entered=frozenset(day for day, mark in marks.items() if mark == "d"),
            ),
        }
        | changes
    )


def called(days, back):
    letters = {status: letter for letter, status in CALLED.items()}
    return "".join(letters[day.status] for day in ledger(days, TODAY - back * A_DAY, TODAY, TODAY))


def check(days, statuses, counts, because=None):
    found = runs(days, TODAY)
    assert called(days, len(statuses) - 1) == statuses, because
    assert (found.days_without_medicine, found.no_shows_in_a_row, found.days_since_confirmed) == counts, because


@pytest.mark.parametrize(
    ("happened", "statuses", "counts", "because"),
    [
        ("o", "O?", (0, 0, 0), "yesterday's dose was taken"),
        ("o.", "OX?", (1, 1, 1), "one day missed"),
        ("o..", "OXX?", (2, 2, 2), "last dose Monday, attends Thursday: two days, though three have passed"),
        ("o...", "OXXX?", (3, 3, 3), "the hold begins here"),
        ("o..o", "OXXO?", (0, 0, 0), "a dose ends both"),
        ("op.", "OPX?", (1, 1, 1), "a part is no day without, and the day after it is"),
        ("o.p.", "OXPX?", (2, 1, 2), "a part does not end the days without; whoever took some of it did come"),
        ("o.w.", "OXWX?", (3, 1, 3), "case 9: withheld is a day without, and no no-show"),
        ("o.r.", "OXRX?", (3, 1, 3), "refused: as withheld"),
        ("o.ww", "OXWW?", (3, 0, 3), "came twice and went without"),
        ("oc.", "OCX?", (2, 1, 2), "case 1: closed with nothing to cover it is a day without, and no no-show"),
        ("o.c.", "OXCX?", (3, 2, 3), "case 1: no-shows go on over a closed day"),
        ("ot.", "OTX?", (1, 1, 2), "case 1: a take-home dose covers the closed day; the next was missed"),
        ("ottt", "OTTT?", (0, 0, 3), "case 2: covered, presumed taken, and not confirmed"),
        ("ottf", "OTTX?", (3, 1, 3), "case 2: one came back full: nobody knows of the others; from the last confirmed"),
        ("ottl", "OTTX?", (1, 1, 3), "case 3: one was lost: that day was not taken"),
        ("ottfo", "OTTXO?", (0, 0, 0), "a dose before staff ends the doubt"),
        ("oe.", "OEX?", (1, 1, 1), "case 4: given elsewhere and verified is taken"),
        ("o.u", "OXU?", (2, 1, 2), "case 4: not verified does not count as taken, and is no no-show"),
        ("ohh", "OAA?", (2, 0, 2), "case 5: in hospital: no alarm, and two days without medicine on return"),
        ("o.hh.", "OXAAX?", (4, 2, 4), "case 5: no-shows go on over the stay"),
        ("ohoh", "OAOA?", (1, 0, 1), "dosed here while away: taken"),
        ("od.", "ONX?", (1, 1, 1), "a day on paper that is not yet entered counts for nothing"),
        ("o.d.", "OXNX?", (2, 2, 2), "and ends nothing"),
        ("ododd", "ONONN?", (0, 0, 0), "what was entered of such a day counts"),
    ],
)
def test_what_each_day_is_and_what_counts(happened, statuses, counts, because):
    check(history(happened), statuses, counts, because)


@pytest.mark.parametrize(
    ("happened", "since", "statuses", "counts", "because"),
    [
        ("", 0, "_?", (0, 0, 0), "admitted today: nothing was missed, whatever the day of the month"),
        (".....", 2, "___XX?", (2, 2, 2), "an order since Tuesday: days before it are not missed doses"),
        ("p..", 3, "PXX?", (2, 2, 2), "a first day taken in part"),
        ("...", -3, "____", (0, 0, 0), "an order that begins in three days counts nothing yet"),
        (
            "." * 14,
            14,
            "XXXXXXXXXXXXXX?",
            (14, 14, 14),
            "from February into March: a count does not begin with the month",
        ),
    ],
)
def test_where_the_counts_begin(happened, since, statuses, counts, because):
    check(history(happened, ordered_since=since), statuses, counts, because)


def split(*parts):
    """One day of two parts: what became of each."""
    yesterday, bottles, doses = TODAY - A_DAY, [], []
    for number, mark in enumerate(parts, start=1):
        if mark in OUTCOMES:
            doses.append(dose(yesterday, mark, part=number, parts_ordered=2))
        elif mark in BOTTLES:
            bottles.append(DayBottle(yesterday, number, METHADONE, parts_ordered=2, **BOTTLES[mark]))
    before = dose(yesterday - A_DAY), dose(yesterday - A_DAY, part=2)
    return history("o.", rhythm={"parts": 2}, doses=[*before, *doses], bottles=bottles)


@pytest.mark.parametrize(
    ("parts", "status", "counts", "because"),
    [
        ("oo", "O", (0, 0, 0), "both taken here"),
        ("o.", "P", (0, 0, 0), "the evening was missed: a part, added to no later day"),
        ("ot", "O", (0, 0, 0), "the morning here, the evening at home: all taken or covered"),
        ("tt", "T", (0, 0, 1), "both at home: covered, and seen by nobody"),
        ("t.", "P", (0, 0, 1), "one bottle for two parts"),
        ("of", "P", (0, 0, 0), "the evening's bottle came back full"),
        ("oe", "O", (0, 0, 0), "the evening in hospital, verified"),
        ("ow", "P", (0, 0, 0), "the evening was withheld"),
        ("..", "X", (1, 1, 1), "neither"),
        ("w.", "W", (1, 0, 1), "the morning withheld, and not back in the evening"),
    ],
)
def test_case_6_a_split_day(parts, status, counts, because):
    check(split(*parts), f"O{status}?", counts, because)


@pytest.mark.parametrize(
    ("doses", "status", "confirmed_mg", "because"),
    [
        ([{"mark": "p"}], "P", mg("50"), "case 7: the restart goes by what was swallowed"),
        ([{"came_up": True}], "P", None, "case 8: came up at once and not replaced: what stayed is not known"),
        ([{"came_up": False}, {"outcome": DoseOutcome.REPLACEMENT, "claimed": False, "taken_mg": mg("40")}], "O",
         mg("80"), "case 8: replaced: the day was taken; a replacement is no level to go on from"),
        ([{"outcome": DoseOutcome.INCIDENT, "taken_mg": mg("160")}], "O", mg("80"),
         "case 19: too much by mistake: taken, and only what was due is a level"),
        ([{}, {"outcome": DoseOutcome.INCIDENT, "claimed": False, "ordered_mg": None}], "O", mg("80"),
         "case 19: swallowed twice"),
    ],
)  # fmt: skip
def test_what_was_swallowed_on_the_last_day(doses, status, confirmed_mg, because):
    yesterday = TODAY - A_DAY
    days = history("o.", doses=[dose(yesterday - A_DAY), *(dose(yesterday, **values) for values in doses)])

    check(days, f"O{status}?", (0, 0, 0), because)
    assert (runs(days, TODAY).last_confirmed_on, runs(days, TODAY).last_confirmed_mg) == (yesterday, confirmed_mg)


@pytest.mark.parametrize(
    ("happened", "rhythm", "covers", "statuses", "counts", "because"),
    [
        ("o.", {"every_n_days": 2}, 2, "O-?", (0, 0, 0), "case 14: every other day: the day between is covered"),
        ("o..", {"every_n_days": 2}, 2, "O-X-", (1, 1, 1), "the dose due yesterday was missed"),
        ("o...", {"every_n_days": 2}, 2, "O-X-?", (2, 1, 2), "days without go on from its end, due or not"),
        ("o......", {"every_n_days": 7}, 7, "O------?", (0, 0, 0), "a dose for a week"),
        ("o..o..", {"every_n_days": 3}, 3, "O--O--?", (0, 0, 0), "every third day"),
        ("oc", {"every_n_days": 2}, 2, "O-?", (0, 0, 0), "closed on a day between: nothing was due"),
        ("o.c", {"every_n_days": 2}, 2, "O-C-", (1, 0, 1), "closed on the day itself"),
        ("o.h", {"every_n_days": 2}, 2, "O-A-", (1, 0, 1), "in hospital on the day itself"),
        ("oh", {"every_n_days": 2}, 2, "OA?", (0, 0, 0), "in hospital on a day between: what was taken covers it"),
    ],
)
def test_case_14_days_on_which_nothing_is_due(happened, rhythm, covers, statuses, counts, because):
    check(history(happened, rhythm=rhythm, covers=covers), statuses, counts, because)


def test_case_14_three_times_a_week_the_dose_of_friday_covers_the_weekend():
    friday, monday = TODAY - 6 * A_DAY, TODAY - 3 * A_DAY
    three = {"weekdays": (1, 3, 5)}
    doses = [dose(friday, covers_days=3)]

    missed_monday = history("......", rhythm=three, doses=doses)
    came_monday = history("......", rhythm=three, doses=[*doses, dose(monday, covers_days=2)])

    check(missed_monday, "O--X-X-", (3, 2, 3), "Monday to Wednesday; Monday and Wednesday were due")
    check(came_monday, "O--O-X-", (1, 1, 1), "only Wednesday")


@pytest.mark.parametrize(
    ("since", "statuses", "counts", "because"),
    [
        (6, "OIIIIII", (0, 0, 0), "covered for its week: the daily alarm is silent"),
        (8, "OIIIIIIII", (0, 0, 0), "and for the two days of its late window"),
        (9, "OIIIIIIII?", (0, 0, 0), "today is the last day of the window"),
        (10, "OIIIIIIIIX?", (1, 1, 1), "the window passed without an injection"),
        (12, "OIIIIIIIIXXX?", (3, 3, 3), "and each day after it is missed"),
    ],
)
def test_case_13_an_injection_covers_its_interval_and_the_late_window(since, statuses, counts, because):
    depot = {"medication": Medication.BUPRENORPHINE, "injected": True}
    given = dose(TODAY - since * A_DAY, medication=Medication.BUPRENORPHINE, injected=True, covers_days=9)
    days = history("." * since, rhythm=depot, doses=[given])

    check(days, statuses, counts, because)


@pytest.mark.parametrize(
    ("drug", "statuses", "counts", "because"),
    [
        (BUPRENORPHINE, "OIIII", (0, 0, 0), "tablets of the same drug since: the injection still covers"),
        (METHADONE, "OIXX?", (2, 2, 2), "methadone since: it does not count for that"),
    ],
)
def test_case_13_what_an_injection_covers_once_daily_doses_follow_it(drug, statuses, counts, because):
    injected, since = Medication.BUPRENORPHINE, TODAY - 2 * A_DAY
    orders = [
        order(TODAY - 4 * A_DAY, since - A_DAY, medication=injected, injected=True),
        order(since, id=2, medication=drug),
    ]
    given = dose(TODAY - 4 * A_DAY, medication=injected, injected=True, covers_days=9)

    check(history("....", orders=orders, doses=[given]), statuses, counts, because)


def test_case_13_a_switch_of_drug_starts_both_days_without_anew_and_naloxone_or_an_injection_does_not():
    switched_on = TODAY - 2 * A_DAY
    before = order(TODAY - 6 * A_DAY, switched_on - A_DAY)
    methadone = [dose(TODAY - 6 * A_DAY), dose(TODAY - 5 * A_DAY)]

    to_buprenorphine = history(
        "......", doses=methadone, orders=[before, order(switched_on, id=2, medication=BUPRENORPHINE)]
    )
    same_drug = history("......", doses=methadone, orders=[before, order(switched_on, id=2)])

    check(to_buprenorphine, "OOXXXX?", (2, 4, 2), "the first days of buprenorphine; who did not come did not come")
    check(same_drug, "OOXXXX?", (4, 4, 4), "a new version of the same drug goes on")
    assert runs(to_buprenorphine, TODAY).last_confirmed_mg is None, "nothing of this drug is confirmed"
    assert runs(same_drug, TODAY).last_confirmed_mg == mg("80")


YESTERDAY = TODAY - A_DAY
ALL_AT_ONCE = {
    DayStatus.OBSERVED: {"doses": [dose(YESTERDAY)]},
    DayStatus.PART: {"doses": [dose(YESTERDAY, "p")]},
    DayStatus.ELSEWHERE: {"doses": [dose(YESTERDAY, "e")]},
    DayStatus.INJECTION_COVERS: {"doses": [dose(YESTERDAY - 2 * A_DAY, injected=True, covers_days=9)]},
    DayStatus.TAKE_HOME: {"bottles": [DayBottle(YESTERDAY, 1, METHADONE)]},
    DayStatus.ELSEWHERE_UNVERIFIED: {"unverified": {YESTERDAY}},
    DayStatus.WITHHELD: {"doses": [dose(YESTERDAY, "w")]},
    DayStatus.REFUSED: {"doses": [dose(YESTERDAY, "r")]},
    DayStatus.AWAY_UNKNOWN: {"away": [Away(AbsenceKind.CUSTODY, YESTERDAY, None)]},
    DayStatus.NOT_YET_ENTERED: {"not_entered": {YESTERDAY}},
    DayStatus.CLOSED_UNCOVERED: {"closed": {YESTERDAY}},
    DayStatus.NO_SHOW: {},
}
"""One fact for each status of a day on which a dose was due; the last needs none."""


def with_facts(*statuses):
    """Return somebody for whom a dose was due yesterday, and of whom all these facts are on record at once."""
    facts = {name: [f for s in statuses for f in ALL_AT_ONCE[s].get(name, ())] for name in
             ("doses", "bottles", "unverified", "away", "not_entered", "closed")}  # fmt: skip
    return history(
        "..",
        doses=facts["doses"],
        bottles=facts["bottles"],
        unverified=frozenset(facts["unverified"]),
        away=facts["away"],
        clinic=ClinicDays(closed=frozenset(facts["closed"]), not_entered=frozenset(facts["not_entered"])),
    )


@pytest.mark.parametrize(("first", "second"), [(a.value, b.value) for a, b in combinations(ALL_AT_ONCE, 2)])
def test_where_two_facts_meet_the_first_of_the_list_counts(first, second):
    days = with_facts(DayStatus(first), DayStatus(second))
    both = {DayStatus(first), DayStatus(second)}
    swallowed_twice = both == {DayStatus.PART, DayStatus.ELSEWHERE}  # two doses take no one slot: the whole one counts

    assert status_of(days, YESTERDAY, TODAY) is (DayStatus.ELSEWHERE if swallowed_twice else DayStatus(first))


def test_the_order_is_that_of_the_list_to_its_end():
    assert [status for status, _ in IN_THIS_ORDER] == list(DayStatus)[3:]


def with_order_since(began, *, left=None, **facts):
    return history("..", stays=[stay(began, last_day=left)], orders=[order(began)], doses=[], **facts)


ALTERNATE = {"every_n_days": 2}


LEFT_BEFORE = {"left": YESTERDAY - A_DAY}
ON_PAPER, CLOSED = ClinicDays(not_entered=frozenset({YESTERDAY})), ClinicDays(closed=frozenset({YESTERDAY}))


def bottle_for_yesterday(fate, **values):
    return history("o.", bottles=[DayBottle(YESTERDAY, 1, METHADONE, fate=fate, **values)])


MET = {
    "in custody, and the episode has ended": with_order_since(
        YESTERDAY - A_DAY, **LEFT_BEFORE, away=[Away(AbsenceKind.CUSTODY, YESTERDAY, None)]
    ),
    "a day on paper, and the episode has ended": with_order_since(YESTERDAY - A_DAY, **LEFT_BEFORE, clinic=ON_PAPER),
    "closed on the day before admission": with_order_since(TODAY, clinic=CLOSED),
    "closed on the first day of the order": with_order_since(YESTERDAY, clinic=CLOSED),
    "closed on a day on which nothing was due": history("o.", rhythm=ALTERNATE, clinic=CLOSED),
    "a day on paper on which nothing was due": history("o.", rhythm=ALTERNATE, clinic=ON_PAPER),
    "taken to hospital after the dose of that day": history("oo", away=[Away(AbsenceKind.HOSPITAL, YESTERDAY, None)]),
    "its bottle was called back and came before its day": bottle_for_yesterday(
        BottleFate.RETURNED, state=BottleState.FULL, early=True
    ),
    "its bottle was stolen": bottle_for_yesterday(BottleFate.STOLEN),
    "its bottle was spilt": bottle_for_yesterday(BottleFate.SPILT),
    "its bottle came back half full": bottle_for_yesterday(BottleFate.RETURNED, state=BottleState.PART),
}
"""What met on one day."""


@pytest.mark.parametrize(
    ("met", "status"),
    [
        ("in custody, and the episode has ended", "A"),
        ("a day on paper, and the episode has ended", "_"),
        ("closed on the day before admission", "_"),
        ("closed on the first day of the order", "C"),
        ("closed on a day on which nothing was due", "-"),
        ("a day on paper on which nothing was due", "N"),
        ("taken to hospital after the dose of that day", "O"),
        ("its bottle was called back and came before its day", "X"),
        ("its bottle was stolen", "X"),
        ("its bottle was spilt", "X"),
        ("its bottle came back half full", "P"),
    ],
)
def test_where_the_days_of_a_person_and_of_the_clinic_meet(met, status):
    assert called(MET[met], 1)[0] == status


def test_today_is_in_hospital_from_the_moment_that_it_is_known_and_awaited_before():
    away = [Away(AbsenceKind.HOSPITAL, TODAY, None)]

    assert called(history("o", away=away), 0) == "A"
    assert called(history("o"), 0) == "?"


def test_case_11_readmitted_on_the_day_of_discharge_is_one_day_of_the_new_episode():
    first = stay(TODAY - 4 * A_DAY, last_day=TODAY - 2 * A_DAY)
    again = stay(TODAY - 2 * A_DAY)
    orders = [order(first.first_due, first.last_day), order(again.first_due, id=2)]

    check(history("oo..", stays=[first, again], orders=orders), "OOXX?", (2, 2, 2), "one no-show that day, not two")


def linked(happened, *, drug=METHADONE, began=2):
    """Return somebody whose first record was linked yesterday into one that began later."""
    first = stay(TODAY - len(happened) * A_DAY, last_day=YESTERDAY, linked=True)
    survivor = stay(TODAY - began * A_DAY)
    orders = [order(first.first_due, YESTERDAY), order(survivor.first_due, id=2, medication=drug)]
    return history(happened, stays=[first, survivor], orders=orders)


def test_an_episode_of_a_record_that_was_linked_in_is_the_same_treatment():
    check(linked("oo...."), "OOXXXX?", (4, 4, 4), "the counts go on, though the surviving record began two days ago")
    check(linked("oo....", drug=BUPRENORPHINE), "OOXXXX?", (2, 4, 2), "and begin anew with another drug")
    earlier = replace(linked("oo....").stays[0], linked=False)
    days = linked("oo....")
    check(replace(days, stays=[earlier, days.stays[1]]), "OOXXXX?", (2, 2, 2), "as with any episode that was ended")


def test_a_part_of_another_drug_is_a_day_without_this_one():
    other = dose(YESTERDAY, "p", medication=BUPRENORPHINE)

    assert runs(history("o.", doses=[dose(YESTERDAY - A_DAY), other]), TODAY).days_without_medicine == 1


BESIDE = {"mark": "e", "claimed": False, "taken_mg": mg("60")}
HALF = {"taken_mg": mg("40")}
SWALLOWED = {
    "80 mg here and 60 mg in hospital": [{}, BESIDE],
    "80 mg, and 80 mg again by mistake": [{}, {"outcome": DoseOutcome.INCIDENT, "claimed": False}],
    "two parts of 40 mg": [{"part": 1, **HALF}, {"part": 2, **HALF}],
    "60 mg in hospital, while a bottle had the slot": [BESIDE],
}


@pytest.mark.parametrize(
    ("swallowed", "confirmed_mg"),
    [
        ("80 mg here and 60 mg in hospital", mg("80")),
        ("80 mg, and 80 mg again by mistake", mg("80")),
        ("two parts of 40 mg", mg("80")),
        ("60 mg in hospital, while a bottle had the slot", mg("60")),
    ],
)
def test_what_was_swallowed_beside_the_dose_of_a_day_is_no_level_to_go_on_from(swallowed, confirmed_mg):
    days = history("o.", doses=[dose(YESTERDAY, **values) for values in SWALLOWED[swallowed]])

    assert runs(days, TODAY).last_confirmed_mg == confirmed_mg


def ends_from(days, *shares):
    """Return the same days where approved tables give these shares; None where one gives none."""
    of = [replace(table("au-2003").rule, part_ends_from=share and Fraction(share)) for share in shares]
    tables = MissedDoseTables(tuple(replace(table("au-2003"), rule=rule) for rule in of))
    orders = [replace(one, treatment_phase=TreatmentPhase.MAINTENANCE) for one in days.orders]
    return replace(days, orders=orders, clinic=replace(days.clinic, missed_doses=lambda day: tables))


def part_day(*taken, day_mg="80", **values):
    """Return somebody who missed a day after a whole one, then took these parts of a day, and missed the next."""
    day = TODAY - 2 * A_DAY
    parts = [
        dose(day, "p", part=n, parts_ordered=2, taken_mg=mg(amount), day_mg=day_mg and mg(day_mg), **values)
        for n, amount in enumerate(taken, start=1)
    ]
    return history("o...", doses=[dose(TODAY - 4 * A_DAY), *parts])


NOT_PLAIN = {
    "50 mg, of how much nobody knows": part_day("50", day_mg=None),
    "50 mg that came up at once": part_day("50", came_up=True),
    "50 mg beside the dose of the day": part_day("50", claimed=False),
    "50 mg of another drug": part_day("50", medication=BUPRENORPHINE),
}


@pytest.mark.parametrize(
    ("taken", "shares", "count", "because"),
    [
        (["50"], [], 2, "no table: a part neither counts nor ends"),
        (["50"], [None], 2, "a table that gives no share: the same"),
        (["50"], ["1/2"], 1, "50 of 80 mg is half or more: the days count from there"),
        (["40"], ["1/2"], 1, "exactly half"),
        (["39"], ["1/2"], 2, "less than half"),
        (["20", "20"], ["1/2"], 1, "case 6: two parts of the day together"),
        (["50"], ["1/2", "3/4"], 2, "two tables: the larger share"),
        (["50"], ["1/2", None], 2, "one of them gives none: it never ends"),
        (["50 mg, of how much nobody knows"], ["1/2"], 2, "what is not known ends nothing"),
        (["50 mg that came up at once"], ["1/2"], 2, "what stayed of it is not known"),
        (["50 mg beside the dose of the day"], ["1/2"], 2, "by mistake, with nothing due"),
        (["50 mg of another drug"], ["1/2"], 3, "the day is one without this drug"),
    ],
)
def test_a_part_ends_the_days_without_medicine_only_where_every_approved_table_gives_a_share(
    taken, shares, count, because
):
    days = NOT_PLAIN.get(taken[0]) or part_day(*taken)

    assert runs(ends_from(days, *shares), TODAY).days_without_medicine == count, because


def test_a_share_says_nothing_of_another_treatment_phase():
    days = ends_from(part_day("50"), "1/2")
    tapering = [replace(one, treatment_phase=TreatmentPhase.TAPER) for one in days.orders]

    assert runs(replace(days, orders=tapering), TODAY).days_without_medicine == 2


def test_case_10_a_transfer_in_goes_on_from_the_confirmed_last_dose():
    monday = LastDose(TODAY - 3 * A_DAY, mg("60"), METHADONE)
    days = history("", stays=[stay(TODAY, transfer=monday)])

    check(days, "___?", (2, 0, 2), "Tuesday and Wednesday, though the first order here is today's")
    assert (runs(days, TODAY).last_confirmed_on, runs(days, TODAY).last_confirmed_mg) == (monday.day, mg("60"))


def test_case_10_a_transfer_in_on_another_drug_starts_anew():
    monday = LastDose(TODAY - 3 * A_DAY, mg("60"), BUPRENORPHINE)
    days = history(".", stays=[stay(TODAY - A_DAY, transfer=monday)])

    check(days, "__X?", (1, 1, 1), "since the first order for methadone")


def test_case_10_who_was_transferred_out_is_outside_treatment_and_no_no_show():
    days = history("oo..", stays=[stay(TODAY - 4 * A_DAY, last_day=TODAY - 3 * A_DAY)])

    check(days, "OO___", (2, 0, 2), "since the last dose here; the clinic waits for nobody")


def test_case_11_both_counts_and_days_in_treatment_begin_anew_with_a_readmission():
    first = stay(TODAY - 9 * A_DAY, last_day=TODAY - 8 * A_DAY)
    again = stay(TODAY - 2 * A_DAY, first_dose_on=None)
    orders = [order(first.first_due, first.last_day), order(again.first_due, id=2)]

    days = history("oo.......", stays=[first, again], orders=orders)

    check(days, "OO_____XX?", (2, 2, 2), "since the first order of this episode")
    assert runs(days, TODAY).last_confirmed_on == TODAY - 8 * A_DAY, "and the last dose is still known"
    assert days_in_treatment(days, TODAY) == 0


def test_case_11_before_a_readmission_has_an_order_the_days_since_the_last_dose_are_shown():
    first = stay(TODAY - 9 * A_DAY, last_day=TODAY - 8 * A_DAY)
    orders = [order(first.first_due, first.last_day)]

    days = history("oo.......", stays=[first, stay(None, admitted_on=TODAY)], orders=orders)

    check(days, "OO________", (7, 0, 7))


def test_case_12_an_order_that_lapsed_leaves_days_without_medicine_and_no_no_shows():
    lapsed = [order(TODAY - 5 * A_DAY, TODAY - 4 * A_DAY), order(TODAY - A_DAY, id=2)]

    check(history("oo...", orders=lapsed), "OO--X?", (3, 1, 3), "the body counts the days the clinic forgot")


def test_case_12_the_order_of_the_day_decides_what_was_due_on_it():
    alternate_until = order(TODAY - 6 * A_DAY, TODAY - 3 * A_DAY, every_n_days=2)
    daily_since = order(TODAY - 2 * A_DAY, id=2)
    days = history("......", orders=[alternate_until, daily_since], doses=[dose(TODAY - 6 * A_DAY, covers_days=2)])

    check(days, "O-X-XX?", (4, 3, 4))


def test_case_23_nobody_alarms_for_who_has_died_or_moved():
    ended = history("o....", stays=[stay(TODAY - 5 * A_DAY, last_day=TODAY - 4 * A_DAY)])

    check(ended, "OX____", (4, 0, 4))


def test_case_25_a_week_of_closure_is_bridged_by_bottles_or_leaves_days_without():
    bridged, left_out = history("ottttttt"), history("occccccc")

    check(bridged, "OTTTTTTT?", (0, 0, 7), "all of them covered, none of them confirmed")
    check(left_out, "OCCCCCCC?", (7, 0, 7), "held on return, and nobody failed to show up")


def test_a_clinic_closed_on_sundays_misses_nobody_and_yet_leaves_the_day_without():
    not_on_sundays = date.min, frozenset(range(1, 7))
    every_day_since = TODAY - 4 * A_DAY, frozenset(range(1, 8))  # that day is a Sunday

    check(history("o.ooo", clinic=ClinicDays(opening=[not_on_sundays])), "OCOOO?", (0, 0, 0))
    check(history("o.", ordered_since=5, clinic=ClinicDays(opening=[not_on_sundays])), "XCXOX?", (1, 1, 1))
    check(history("o....", clinic=ClinicDays(opening=[not_on_sundays, every_day_since])), "OXXXX?", (4, 4, 4))


def test_days_in_treatment_begin_with_the_first_dose_and_add_what_was_credited():
    first = TODAY - 29 * A_DAY

    assert days_in_treatment(history("o" * 29), TODAY) == 30
    assert days_in_treatment(history("o", stays=[stay(first, credit_days=60)]), TODAY) == 90
    assert days_in_treatment(history("o", stays=[stay(first, first_dose_on=None)]), TODAY) == 0


def test_every_case_of_the_edge_case_list_is_a_case_here_or_named_where_it_is():
    text = Path(__file__).read_text(encoding="utf-8").split("TESTED_ELSEWHERE")[0]
    here = {n for n in range(1, 27) if f"case {n}:" in text or f"case_{n}_" in text}

    assert here | set(TESTED_ELSEWHERE) == set(range(1, 27))
    root = Path(__file__).parents[2]
    assert [place for place in TESTED_ELSEWHERE.values() if not (root / place).exists()] == []


TESTED_ELSEWHERE = {
    15: "tests/spec/test_when_a_dose_may_be_given.py",  # the treatment phase chooses the limit
    16: "tests/queries/test_ledger.py",  # the clinic day is stored with the fact
    17: "tests/queries/test_ledger.py",  # late entry, and what was known at a moment
    18: "tests/services/test_dosing_races.py",  # two terminals, one slot
    20: "tests/spec/test_like_names.py",
    21: "tests/rules/test_products.py",  # exact amounts; ten-fold guard: tests/rules/test_order_limits.py
    22: "tests/properties/test_stock_ledger.py",
    24: "tests/exchange/test_replay.py",  # days of a cohort, as its source counts them
    26: "tests/services/test_policy.py",  # a decision keeps the version that made it
}
