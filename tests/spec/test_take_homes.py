"""How many doses may be taken home, which days they are for, and what is missing for more.

Sources: clinical-rules §2.1 (42 CFR 8.12(i), 2024) and §2.2 (the rule of 2001), product.md §7. The ladders stand here as
the sources have them, so that a change of a profile cannot change what this page says.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from dispensary.policy.entries import Mark
from dispensary.policy.take_homes import (
    CriterionInForce,
    Evidence,
    LadderKind,
    LadderStep,
    RuleInForce,
    StepInForce,
    TakeHomeCriterion,
    TakeHomePolicy,
    TakeHomeRule,
    TakeHomeRuleKind,
)
from dispensary.rules.ledger import days_in_treatment
from dispensary.rules.one_offs import one_off_days
from dispensary.rules.orders import OrderFacts, Step
from dispensary.rules.person_days import PersonDays, Stay
from dispensary.rules.take_home_evidence import Record, StopSeen, UrineSeen
from dispensary.rules.take_home_limits import over_the_ladder
from dispensary.rules.take_home_steps import (
    allowed_in_induction,
    eligibility,
    rhythm,
)
from dispensary.rules.take_home_weeks import weeks
from dispensary.rules.take_homes import Barred, Decision, OneOff, OpenDays, schedule
from dispensary.wording import Speaker, say
from models.enums import (
    BottleFate,
    CallBackOutcomeKind,
    DayStatus,
    EpisodeKind,
    Form,
    Medication,
    OneOffReason,
    StopKind,
    TreatmentPhase,
    UrineFound,
    UrineOutcome,
)
from models.units import mg

MONDAY = date(2026, 3, 2)
SIX_DAYS, EVERY_DAY = OpenDays(frozenset(range(1, 7))), OpenDays(frozenset(range(1, 8)))
METHADONE, BUPRENORPHINE = Medication.METHADONE, Medication.BUPRENORPHINE_NALOXONE
SPEAK = Speaker(lambda text: text, UTC)  # type: ignore[arg-type]

CITED = {
    "citation": "as the source has it",
    "mark": Mark.KNOWN,
    "effective_from": date(2001, 1, 1),
    "effective_to": None,
    "checked_on": date(2026, 1, 1),
}


def ladder(profile, text):
    """Return the methadone steps of a profile, such as `1: 1 a week, 271: 6`: from a day on, the most days."""
    steps = []
    for number, step in enumerate(text.split(", "), start=1):
        from_day, most = step.split(": ")
        kind = LadderKind.PER_WEEK if most.endswith("a week") else LadderKind.AT_ONE_TIME
        days = int(most.removesuffix(" a week"))
        rule = LadderStep(number=number, medications=(METHADONE,), from_day=int(from_day), kind=kind,
                          most_days=days, words="", **CITED)  # fmt: skip
        steps.append(StepInForce(rule, profile, "digest"))
    return tuple(steps)


def beside(kind, medication, most_days=None):
    """Return a rule beside the ladder."""
    rule = TakeHomeRule(kind=kind, medications=(medication,), most_days=most_days, words="", **CITED)
    return RuleInForce(rule, "own", "digest")


RULE_OF_2024 = ladder("us-2024", "1: 7, 15: 14, 31: 28")
RULE_OF_2001 = ladder("us-2001", "1: 1 a week, 91: 2 a week, 181: 3 a week, 271: 6, 366: 14, 731: 31")
OF_2024, OF_2001 = TakeHomePolicy(RULE_OF_2024), TakeHomePolicy(RULE_OF_2001)
BOTH = TakeHomePolicy(RULE_OF_2024 + RULE_OF_2001)


def day_of(text):
    """Return a day of these weeks, such as `Mon`, `Tue`; `Mon2` is the Monday after."""
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    return MONDAY + timedelta(days=names.index(text[:3]) + 7 * (int(text[3:] or 1) - 1))


def days_of(text):
    """Return days from words such as `Tue Wed`, or from a span such as `Tue-Sat2`."""
    if "-" in text:
        first, last = map(day_of, text.split("-"))
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [day_of(word) for word in text.split()]


def order(number=1, **changes):
    values = {
        "id": number,
        "version": 1,
        "medication": METHADONE,
        "form": Form.LIQUID,
        "treatment_phase": TreatmentPhase.MAINTENANCE,
        "starts_on": MONDAY - timedelta(days=100),
        "ends_on": MONDAY + timedelta(days=200),
        "every_n_days": 1,
        "parts": 1,
        "hours_between_parts": None,
        "steps": (Step(MONDAY - timedelta(days=100), (mg("80"),)),),
        "signed_by": "Dana Frost",
        "signed_at": datetime(2026, 3, 1, 8, tzinfo=UTC),
    }
    return OrderFacts(**values | changes)


def decision(attends_on, most_days, every_weeks=1, **changes):
    return Decision(1, attends_on, every_weeks, most_days, **{"effective_on": MONDAY} | changes)


def closing(*days):
    return OpenDays(SIX_DAYS.weekdays, frozenset(map(day_of, days)))


# The ladder by days in treatment


@pytest.mark.parametrize(
    ("policy", "day", "at_once", "a_week"),
    [
        (OF_2024, 1, 7, None),
        (OF_2024, 14, 7, None),
        (OF_2024, 15, 14, None),
        (OF_2024, 30, 14, None),
        (OF_2024, 31, 28, None),
        (OF_2024, 4000, 28, None),
        (OF_2001, 1, 1, 1),
        (OF_2001, 90, 1, 1),
        (OF_2001, 91, 2, 2),
        (OF_2001, 180, 2, 2),
        (OF_2001, 181, 3, 3),
        (OF_2001, 270, 3, 3),
        (OF_2001, 271, 6, None),
        (OF_2001, 365, 6, None),
        (OF_2001, 366, 14, None),
        (OF_2001, 731, 31, None),
    ],
)
def test_ladder_gives_so_many_doses_on_a_day_in_treatment(policy, day, at_once, a_week):
    allowance = policy.allowance(METHADONE, day)

    assert (allowance.most_days, allowance.most_per_week) == (at_once, a_week)


@pytest.mark.parametrize(
    ("day", "at_once", "a_week", "profile"),
    [(20, 1, 1, "us-2001"), (300, 6, None, "us-2001"), (400, 14, None, "us-2001"), (800, 28, None, "us-2024")],
)
def test_of_several_ladders_the_fewest_days_count_and_the_page_says_whose(day, at_once, a_week, profile):
    allowance = BOTH.allowance(METHADONE, day)

    assert (allowance.most_days, allowance.most_per_week, allowance.strictest.profile) == (at_once, a_week, profile)


@pytest.mark.parametrize(
    ("first_dose", "credit", "number"),
    [(MONDAY, 0, 1), (MONDAY - timedelta(days=1), 0, 2), (MONDAY, 90, 91), (None, 90, 0)],
)
def test_first_dose_of_the_episode_is_day_one_and_credit_comes_on_top(first_dose, credit, number):
    admitted = MONDAY - timedelta(days=5)
    stay = Stay(1, EpisodeKind.MAINTENANCE, admitted, admitted, None, first_dose_on=first_dose, credit_days=credit)

    assert days_in_treatment(PersonDays([stay], []), MONDAY) == number


def judged(policy, medication=METHADONE, standing=None, calendar=SIX_DAYS, **record):
    values = {"days_in_treatment": 19, "safety_until": MONDAY + timedelta(days=90)}
    return eligibility(Record(MONDAY, **values | record), medication, policy, calendar, standing)


def test_buprenorphine_is_exempt_from_the_ladder_of_2024():
    policy = TakeHomePolicy(RULE_OF_2024, rules=(beside(TakeHomeRuleKind.EXEMPT, BUPRENORPHINE),))

    found = judged(policy, BUPRENORPHINE)

    assert (found.allowance, found.next_step, found.missing) == (None, None, ())
    assert over_the_ladder(decision("1", 28, every_weeks=4), BUPRENORPHINE, policy, 1, SIX_DAYS) == ()


@pytest.mark.parametrize(
    ("policy", "medication", "allowed"),
    [
        (OF_2024, METHADONE, True),
        (OF_2024, BUPRENORPHINE, False),
        (TakeHomePolicy(rules=(beside(TakeHomeRuleKind.EXEMPT, BUPRENORPHINE),)), BUPRENORPHINE, True),
        (TakeHomePolicy(ladder("own", "1: 0, 61: 1")), METHADONE, False),
        (TakeHomePolicy(), METHADONE, False),
    ],
)
def test_in_induction_an_approved_profile_must_allow_it(policy, medication, allowed):
    assert allowed_in_induction(policy, medication, 3) is allowed


def test_before_the_first_dose_it_is_what_is_missing():
    assert [SPEAK(words) for words in judged(OF_2024, days_in_treatment=0).missing] == [
        "The first dose of this episode."
    ]


def test_next_step_says_how_many_days_are_missing_and_what_it_saves():
    found = judged(OF_2024)

    assert (found.days_in_treatment, found.allowance.most_days) == (19, 14)
    assert (found.next_step.allowance.most_days, found.next_step.from_day, found.next_step.days_to_go) == (28, 31, 12)
    assert (found.visits_a_week, found.next_step.visits_saved) == (6, Decimal("5.75"))
    assert [SPEAK(words) for words in found.missing] == ["12 more days in treatment."]


def test_one_day_is_said_as_one_day():
    found = judged(OF_2024, days_in_treatment=30)

    assert SPEAK(found.missing[0]) == "1 more day in treatment."


def test_next_step_of_stacked_ladders_is_the_day_on_which_the_strictest_grows():
    found = judged(BOTH)

    assert (found.next_step.from_day, found.next_step.allowance.most_per_week) == (91, 2)


def test_last_step_has_no_next():
    assert judged(OF_2024, days_in_treatment=501).next_step is None


def test_a_missed_day_is_told_as_the_days_to_attend_until_four_weeks_show_none():
    days = tuple(
        (MONDAY - timedelta(days=n), DayStatus.NO_SHOW if n == 26 else DayStatus.OBSERVED) for n in range(28, 0, -1)
    )

    found = judged(OF_2024, days=days)

    assert "3 more attended days, until none is missed in the last four weeks." in [SPEAK(w) for w in found.missing]


def test_a_stop_and_a_missing_safety_talk_are_told():
    found = judged(OF_2024, stops_standing=(StopKind.SEDATION,), safety_until=None)

    assert [SPEAK(w) for w in found.missing][1:] == [
        "The prescriber's decision on the stop that stands.",
        "The talk about storing doses safely.",
    ]


# The six criteria of 42 CFR 8.12(i)(2), each with the evidence that the record has


SIX = {
    "no_risk_of_harm": (Evidence.URINE, Evidence.DOSE, Evidence.STOPS),
    "regular_attendance": (Evidence.ATTENDANCE,),
    "no_serious_behaviour": (),
    "no_diversion": (Evidence.DIVERSION,),
    "safe_storage": (Evidence.STORAGE,),
    "any_other": (),
}


def asking(criteria):
    """Return a policy that asks these criteria, each with its kinds of evidence."""
    rules = (
        TakeHomeCriterion(key=key, medications=(METHADONE,), evidence=kinds, words=key, **CITED)
        for key, kinds in criteria.items()
    )
    return TakeHomePolicy(RULE_OF_2024, tuple(CriterionInForce(rule, "us-2024", "digest") for rule in rules))


def evidence(found):
    return {seen.criterion.rule.key: [SPEAK(words) for words in seen.evidence] for seen in found.criteria}


def test_all_six_criteria_are_shown_each_with_what_is_known_and_none_is_answered_by_the_system():
    statuses = [DayStatus.NO_SHOW, DayStatus.WITHHELD, DayStatus.REFUSED, *[DayStatus.OBSERVED] * 21]
    days = tuple((MONDAY - timedelta(days=28 - n), status) for n, status in enumerate(statuses))

    found = judged(
        asking(SIX),
        days=days,
        urine=(
            UrineSeen(date(2026, 2, 27), outcome=UrineOutcome.REFUSED),
            UrineSeen(date(2026, 2, 20), ((say("cocaine"), UrineFound.POSITIVE), (say("heroin"), UrineFound.NEGATIVE))),
        ),
        bottles_gone=((BottleFate.LOST, date(2026, 1, 10)),),
        bottles_altered=(date(2026, 1, 12),),
        call_backs=((CallBackOutcomeKind.SHORT, date(2026, 1, 11)),),
        amount_mg=mg("80"),
        amount_since=MONDAY - timedelta(days=40),
        stops_standing=(StopKind.INCIDENT,),
        stops_set=(StopSeen(StopKind.SEDATION, date(2026, 2, 25)),),
    )

    assert evidence(found) == {
        "no_risk_of_harm": [
            "Urine of 2026-02-27: refused. That is no negative.",
            "Urine of 2026-02-20: cocaine found.",
            "Urine of 2026-02-20: looked for and not found: 1.",
            "80 mg since 2026-01-21, 40 days.",
            "A stop stands: dosing incident.",
            "A stop was set on 2026-02-25: sedation.",
        ],
        "regular_attendance": [
            "Came on 23 of 24 days due in the last four weeks.",
            "Did not come: 1 day, the last on 2026-02-02.",
            "Withheld: 1 day.",
            "Refused: 1 day.",
        ],
        "no_serious_behaviour": [],
        "no_diversion": [
            "A bottle lost on 2026-01-10.",
            "A bottle came back altered on 2026-01-12.",
            "Call-back of 2026-01-11: some missing.",
        ],
        "safe_storage": ["The talk about storing doses safely holds until 2026-05-31."],
        "any_other": [],
    }


def test_what_no_criterion_asks_for_is_shown_beside_them():
    found = judged(asking(SIX | {"no_diversion": (), "regular_attendance": ()}))

    assert [SPEAK(words) for words in found.besides] == [
        "No dose was due here in the last four weeks.",
        "No bottle lost or altered and no call-back in the last year.",
    ]


def test_what_is_not_known_is_said():
    found = judged(asking(SIX), safety_until=None)

    assert evidence(found) == {
        "no_risk_of_harm": [
            "No urine test is on record.",
            "No order holds today.",
            "No stop in the last four weeks.",
        ],
        "regular_attendance": ["No dose was due here in the last four weeks."],
        "no_serious_behaviour": [],
        "no_diversion": ["No bottle lost or altered and no call-back in the last year."],
        "safe_storage": ["Storing doses safely was not gone through yet, or something was missing."],
        "any_other": [],
    }


# What a decision comes to


@pytest.mark.parametrize(
    ("attends_on", "every_weeks", "most_days", "visits", "at_once", "a_week"),
    [
        ("123456", 1, 0, 24, 0, 0),
        ("12345", 1, 1, 20, 1, 1),
        ("14", 1, 6, 8, 2, 4),
        ("1", 1, 6, 4, 5, 5),
        ("1", 1, 2, 8, 2, 4),
        ("1", 2, 14, 2, 11, 6),
        ("1", 4, 28, 1, 23, 6),
    ],
)
def test_decision_comes_to_so_many_visits_in_four_weeks(attends_on, every_weeks, most_days, visits, at_once, a_week):
    found = rhythm(decision(attends_on, most_days, every_weeks), SIX_DAYS)

    assert (found.visits, found.at_once, found.a_week) == (visits, at_once, a_week)


FOUR_IN_A_ROW = TakeHomePolicy(rules=(beside(TakeHomeRuleKind.MOST_CONSECUTIVE, METHADONE, 4),))


@pytest.mark.parametrize(
    ("policy", "day", "attends_on", "most_days", "over"),
    [
        (OF_2024, 10, "1", 7, []),
        (OF_2024, 10, "1", 8, ["At one time 8 days; us-2024 gives at most 7."]),
        (OF_2001, 10, "12345", 1, []),
        (OF_2001, 10, "1234", 1, []),  # Friday at home, so Saturday here
        (OF_2001, 10, "135", 1, ["In a week 3 days; us-2001 gives at most 1."]),
        (OF_2001, 10, "12345", 2, ["At one time 2 days; us-2001 gives at most 1."]),
        (FOUR_IN_A_ROW, 10, "14", 6, []),
        (FOUR_IN_A_ROW, 10, "1", 6, ["In a row 6 days; own gives at most 4."]),
        (TakeHomePolicy(), 10, "1", 28, []),
    ],
)
def test_more_than_approved_profiles_give_is_said_in_words(policy, day, attends_on, most_days, over):
    found = over_the_ladder(decision(attends_on, most_days), METHADONE, policy, day, SIX_DAYS)

    assert [SPEAK(words) for words in found] == over


# Which days go home with somebody who comes on a day


@pytest.mark.parametrize(
    ("attends_on", "every_weeks", "most_days", "comes", "closed", "covered", "again"),
    [
        ("14", 1, 6, "Mon", (), "Tue Wed", "Thu"),
        ("14", 1, 6, "Thu", (), "Fri Sat Sun", "Mon2"),
        ("123456", 1, 0, "Sat", (), "Sun", "Mon2"),
        ("123456", 1, 0, "Mon", (), "", "Tue"),
        ("1", 1, 6, "Mon", (), "Tue-Sun", "Mon2"),
        ("1", 1, 2, "Mon", (), "Tue Wed", "Thu"),
        ("1", 1, 2, "Thu", (), "Fri Sat Sun", "Mon2"),
        ("1", 2, 14, "Mon", (), "Tue-Sun2", "Mon3"),
        ("1", 2, 14, "Wed2", (), "Thu2-Sun2", "Mon3"),
        # the clinic is closed on the day of coming: that day is covered, and the person comes when it opens
        ("14", 1, 6, "Mon", ("Thu",), "Tue Wed Thu", "Fri"),
        ("1", 1, 6, "Mon", ("Mon2", "Tue2"), "Tue-Tue2", "Wed2"),
        # closed days do not count among those that were decided
        ("123456", 1, 0, "Wed", ("Thu", "Fri", "Sat"), "Thu-Sun", "Mon2"),
        ("1", 1, 2, "Mon", ("Wed",), "Tue Wed Thu", "Fri"),
        # whoever missed the day of coming gets what is left until the next
        ("1", 1, 6, "Tue", (), "Wed-Sun", "Mon2"),
    ],
)
def test_days_until_the_next_coming_go_home(attends_on, every_weeks, most_days, comes, closed, covered, again):
    plan = schedule(decision(attends_on, most_days, every_weeks), [order()], day_of(comes), closing(*closed))

    assert [covered.day for covered in plan.days] == (days_of(covered) if covered else [])
    assert plan.next_visit == day_of(again)


def test_a_closed_day_is_marked_as_closed():
    plan = schedule(decision("123456", 0), [order()], day_of("Sat"), SIX_DAYS)

    assert [(covered.day, covered.closed) for covered in plan.days] == [(day_of("Sun"), True)]


def test_nothing_goes_home_for_days_after_the_order_ends():
    plan = schedule(decision("1", 6), [order(ends_on=day_of("Thu"))], MONDAY, SIX_DAYS)

    assert [covered.day for covered in plan.days] == days_of("Tue-Thu")
    assert (plan.order_ends, plan.next_visit) == (True, None)


def test_a_newer_version_of_the_order_goes_on_from_its_day():
    newer = order(2, starts_on=day_of("Fri"))

    plan = schedule(decision("1", 6), [order(ends_on=day_of("Thu")), newer], MONDAY, SIX_DAYS)

    assert [(covered.day, covered.order_id) for covered in plan.days][2:4] == [(day_of("Thu"), 1), (day_of("Fri"), 2)]


def test_no_dose_goes_home_for_a_day_on_which_none_is_due():
    alternate = order(medication=BUPRENORPHINE, form=Form.TABLET, every_n_days=2, starts_on=MONDAY)

    plan = schedule(decision("1", 6), [alternate], MONDAY, SIX_DAYS)

    assert [covered.day for covered in plan.days] == days_of("Wed Fri Sun")
    assert plan.next_visit == day_of("Tue2")


def test_later_parts_of_today_go_home_too():
    split = order(parts=2, steps=(Step(MONDAY, (mg("40"), mg("40"))),))

    plan = schedule(decision("14", 6), [split], MONDAY, SIX_DAYS)

    assert [(covered.day, covered.parts) for covered in plan.days] == [
        (day_of("Mon"), (2,)),
        (day_of("Tue"), (1, 2)),
        (day_of("Wed"), (1, 2)),
    ]


def test_days_at_home_already_count_and_are_not_given_again():
    held = frozenset((day, 1) for day in days_of("Tue Wed"))

    plan = schedule(decision("1", 3), [order()], MONDAY, SIX_DAYS, held=held)

    assert [covered.day for covered in plan.days] == [day_of("Thu")]
    assert plan.next_visit == day_of("Fri")


def test_a_part_that_came_back_goes_home_again_and_the_part_beside_it_stays():
    held = frozenset({(day_of("Mon"), 2), (day_of("Tue"), 2), (day_of("Wed"), 1), (day_of("Wed"), 2)})

    plan = schedule(decision("14", 3), [order(parts=2)], MONDAY, SIX_DAYS, held=held)

    assert [(covered.day, covered.parts) for covered in plan.days] == [(day_of("Tue"), (1,))]


@pytest.mark.parametrize(
    ("orders", "barred", "code"),
    [
        ([order()], Barred(stops=(StopKind.SEDATION,)), "stop_stands"),
        ([order(treatment_phase=TreatmentPhase.INDUCTION)], Barred(), "induction"),
        ([order(form=Form.INJECTION)], Barred(induction_allowed=True), "injection"),
        ([], Barred(), "no_order"),
    ],
)
def test_nothing_goes_home_under_a_stop_in_induction_without_an_order_or_as_an_injection(orders, barred, code):
    plan = schedule(decision("1", 6), orders, MONDAY, SIX_DAYS, barred=barred)

    assert (plan.days, [reason.code for reason in plan.against]) == ((), [code])


def test_in_induction_doses_go_home_where_an_approved_profile_allows_it():
    induction = order(treatment_phase=TreatmentPhase.INDUCTION)

    plan = schedule(decision("123456", 1), [induction], day_of("Sat"), SIX_DAYS, barred=Barred(induction_allowed=True))

    assert [covered.day for covered in plan.days] == [day_of("Sun")]


@pytest.mark.parametrize("changes", [{"effective_on": MONDAY + timedelta(days=1)}, {"last_day": MONDAY - timedelta(1)}])
def test_outside_its_days_a_decision_gives_nothing(changes):
    plan = schedule(decision("1", 6, **changes), [order()], MONDAY, SIX_DAYS)

    assert (plan.days, plan.next_visit) == ((), day_of("Tue"))


def test_after_the_last_day_of_a_decision_the_person_comes_again():
    plan = schedule(decision("1", 6, last_day=day_of("Wed")), [order()], MONDAY, SIX_DAYS)

    assert [covered.day for covered in plan.days] == days_of("Tue Wed")
    assert plan.next_visit == day_of("Thu")


# One-off doses


def one_off(first, last):
    return OneOff(1, OneOffReason.JOURNEY, day_of(first), day_of(last))


@pytest.mark.parametrize(
    ("first", "last", "comes", "next_visit", "covered", "again"),
    [
        ("Thu", "Sat", "Wed", None, "Thu Fri Sat", "Mon2"),
        ("Thu", "Sat", "Tue", None, "", "Wed"),
        ("Thu", "Sat", "Mon", "Thu", "Thu Fri Sat", "Mon2"),
        ("Thu", "Sat", "Thu", None, "Fri Sat", "Mon2"),
        ("Sat", "Tue2", "Fri", None, "Sat-Tue2", "Wed2"),
        ("Mon", "Tue", "Wed", None, "", "Thu"),
    ],
)
def test_one_off_days_go_home_at_the_last_visit_before_them(first, last, comes, next_visit, covered, again):
    comes_next = day_of(next_visit) if next_visit else None

    plan = one_off_days(one_off(first, last), [order()], day_of(comes), SIX_DAYS, next_visit=comes_next)

    assert [covered.day for covered in plan.days] == (days_of(covered) if covered else [])
    assert plan.next_visit == day_of(again)


def test_one_off_days_end_with_the_order_and_leave_out_what_is_at_home_already():
    plan = one_off_days(
        one_off("Tue", "Sat"),
        [order(ends_on=day_of("Thu"))],
        MONDAY,
        SIX_DAYS,
        next_visit=None,
        held=frozenset({(day_of("Wed"), 1)}),
    )

    assert [covered.day for covered in plan.days] == days_of("Tue Thu")
    assert plan.order_ends


def test_one_off_days_are_not_given_under_a_stop():
    barred = Barred(stops=(StopKind.INCIDENT,))

    plan = one_off_days(one_off("Tue", "Sat"), [order()], MONDAY, SIX_DAYS, next_visit=None, barred=barred)

    assert (plan.days, [reason.code for reason in plan.against]) == ((), ["stop_stands"])


# The decision as a calendar


def rows(found):
    letters = {"comes": "C", "home": "h", "home_closed": "z", "nothing_due": ".", "outside": "-"}
    return ["".join(letters[day.what] for day in row) for row in found]


@pytest.mark.parametrize(
    ("attends_on", "every_weeks", "most_days", "closed", "calendar"),
    [
        ("14", 1, 6, (), ["ChhChhz", "ChhChhz"]),
        ("1", 2, 14, (), ["Chhhhhz", "hhhhhhz"]),
        ("123456", 1, 0, (), ["CCCCCCz", "CCCCCCz"]),
        ("14", 1, 6, ("Mon2",), ["ChhChhz", "zChChhz"]),
    ],
)
def test_calendar_shows_the_days_of_coming_and_the_days_at_home(attends_on, every_weeks, most_days, closed, calendar):
    made = decision(attends_on, most_days, every_weeks)

    assert rows(weeks(made, [order()], MONDAY, closing(*closed), Barred(), 2)) == calendar


def test_calendar_begins_with_the_decision_and_ends_with_the_order():
    made = decision("14", 6, effective_on=day_of("Wed"))

    assert rows(weeks(made, [order(ends_on=day_of("Tue2"))], MONDAY, SIX_DAYS, Barred(), 2)) == ["--CChhz", "Ch....."]


def test_calendar_goes_on_from_the_last_day_of_coming_before_this_week():
    made = decision("1", 14, 2, effective_on=MONDAY - timedelta(days=7))

    assert rows(weeks(made, [order()], MONDAY, SIX_DAYS, Barred(), 2)) == ["hhhhhhz", "Chhhhhz"]


def test_under_a_stop_the_calendar_shows_nothing_at_home():
    stopped = Barred(stops=(StopKind.SEDATION,))

    assert rows(weeks(decision("14", 6), [order()], MONDAY, SIX_DAYS, stopped, 1)) == ["CCCCCC-"]
