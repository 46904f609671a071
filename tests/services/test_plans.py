"""Plans: agreed with the person, looked at step by step, replaced by the next, signed once. And lapses, which change nothing."""

from datetime import timedelta

import pytest

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.policy.entries import Mark
from dispensary.policy.minimums import Minimum, MinimumInForce, MinimumOf
from dispensary.queries import plans as records
from dispensary.services import lapses, plans
from dispensary.services.plans import GoalWanted, StepWanted
from models import CarePlan, Stop, Task
from models.enums import AssessmentDomain, AuditKind, Medication, PlanReviewResult, SignedOn, Signer
from tests import factories
from tests.rows import audited_kinds, count

A_DAY = timedelta(days=1)
DRAWN = "10,20 12,22 14,25 18,30;40,50 41,52 45,55 60,70"


@pytest.fixture
def person(session, world):
    made = factories.person(session)
    factories.episode(session, world, made)
    return made


@pytest.fixture
def monthly(world):
    cited = {"citation": "§ 1", "mark": Mark.KNOWN, "effective_from": world.day, "effective_to": None}
    often = {"medications": tuple(Medication), "times": 1, "in_days": 30, "from_day": 1, "until_day": None}
    rule = Minimum(subject=MinimumOf.PLAN_REVIEW, words="Monthly.", checked_on=world.day, **often, **cited)
    return MinimumInForce(rule, "a profile", "digest")


def step(world, **values):
    return StepWanted(**{"text": "Ask for a bed", "owner": "Carl Brook", "due_on": world.day + 7 * A_DAY} | values)


def goal(world, *steps, text="A room of my own"):
    return GoalWanted(AssessmentDomain.HOUSING, text, steps or (step(world),))


def agree(session, world, person, **values):
    values = {
        "goals": [goal(world)],
        "review_on": world.day + 30 * A_DAY,
        "reasons_to_stay": "My daughter",
        "worries": "",
        "if_a_lapse": "I come the next day and we talk.",
        "minimum": None,
    } | values
    return plans.agree_plan(session, person_id=person.id, act=world.act(), **values)


def sign(session, world, plan, signer=Signer.PERSON, how=SignedOn.PAPER, **values):
    given = {"signed_on": world.day, "act": world.act()} | values
    return plans.sign_plan(session, plan_id=plan.id, signer=signer, signed_how=how, **given)


def first_step(session, plan):
    return records.plan(session, plan.id).goals[0].steps[0]


def look(session, world, seen, result=PlanReviewResult.DONE, **values):
    given = {"note": "", "seen_on": world.day, "act": world.act()} | values
    return plans.look_at_step(session, plan_step_id=seen.id, result=result, **given)


def test_a_plan_keeps_goals_steps_owners_and_the_persons_own_reasons(session, world, person):
    agree(session, world, person, goals=[goal(world, step(world), step(world, owner="my sister")), goal(world)])

    (plan,) = records.plans_of(session, person.id)
    assert [(g.number, [s.owner for s in g.steps]) for g in plan.goals] == [
        (1, ["Carl Brook", "my sister"]),
        (2, ["Carl Brook"]),
    ]
    assert (plan.reasons_to_stay, plan.unsigned) == ("My daughter", [Signer.PERSON, Signer.COUNSELLOR])
    assert audited_kinds(session) == [AuditKind.PLAN_AGREED]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"goals": []}, "no_goal"),
        ({"goals": [GoalWanted(AssessmentDomain.LEGAL, "Debts", ())]}, "no_step"),
        ({"reasons_to_stay": " "}, "blank"),
        ({"if_a_lapse": ""}, "blank"),
        ({"worries": "x" * 1001}, "long"),
    ],
)
def test_a_plan_without_a_part_is_refused(session, world, person, values, code):
    with pytest.raises(Refused, match=code):
        agree(session, world, person, **values)

    assert count(session, CarePlan) == 0


@pytest.mark.parametrize(
    ("change", "code"), [({"text": " "}, "blank"), ({"owner": ""}, "blank"), ({"due_on": -1}, "step_passed")]
)
def test_a_step_says_who_does_what_by_when(session, world, person, change, code):
    change = {key: world.day + value * A_DAY if key == "due_on" else value for key, value in change.items()}

    with pytest.raises(Refused, match=code):
        agree(session, world, person, goals=[goal(world, step(world, **change))])


def test_the_review_lies_ahead_and_not_beyond_what_policy_asks(session, world, person, monthly):
    latest = monthly.rule.due_on(world.day, world.day)

    with pytest.raises(Refused, match="review_passed"):
        agree(session, world, person, review_on=world.day)
    with pytest.raises(Refused, match="review_too_late"):
        agree(session, world, person, review_on=latest + A_DAY, minimum=monthly)
    agree(session, world, person, review_on=latest, minimum=monthly)

    assert count(session, CarePlan) == 1


def test_who_is_not_in_treatment_has_no_plan(session, world):
    with pytest.raises(Refused, match="not_in_treatment"):
        agree(session, world, factories.person(session))


def test_a_review_is_due_until_the_next_plan_is_agreed(session, world, person):
    agree(session, world, person, review_on=world.day + A_DAY)

    due = records.reviews_due(session, world.site.id, world.day + A_DAY)
    before = records.reviews_due(session, world.site.id, world.day)
    agree(session, world, person)

    assert [one.person_id for one in due] == [person.id]
    assert before == []
    assert records.reviews_due(session, world.site.id, world.day + A_DAY) == []


def test_the_last_look_at_a_step_counts(session, world, person):
    plan = agree(session, world, person)
    look(session, world, first_step(session, plan), PlanReviewResult.PARTLY, note="Asked, waits for an answer.")

    still_open = first_step(session, plan).is_open
    look(session, world, first_step(session, plan))

    assert still_open
    assert first_step(session, plan).seen.result is PlanReviewResult.DONE
    assert not first_step(session, plan).is_open
    assert audited_kinds(session)[-1] == AuditKind.PLAN_STEP_SEEN


def test_a_step_of_an_older_plan_is_closed(session, world, person):
    old = first_step(session, agree(session, world, person))
    agree(session, world, person)

    with pytest.raises(Conflict, match="newer_plan"):
        look(session, world, old)


def test_no_step_no_look(session, world):
    with pytest.raises(NotFound):
        plans.look_at_step(
            session, plan_step_id=999, result=PlanReviewResult.DONE, note="", seen_on=world.day, act=world.act()
        )


def test_the_person_signs_on_the_screen_and_the_counsellor_beside(session, world, person):
    plan = agree(session, world, person)

    sign(session, world, plan, how=SignedOn.SCREEN, drawn=DRAWN)
    sign(session, world, plan, Signer.COUNSELLOR, SignedOn.SCREEN)

    kept = records.plan(session, plan.id)
    assert kept.unsigned == []
    assert kept.signed_by(Signer.PERSON).drawn == DRAWN
    assert kept.signed_by(Signer.COUNSELLOR).drawn is None
    assert audited_kinds(session)[-2:] == [AuditKind.PLAN_SIGNED] * 2


def test_the_person_may_sign_on_paper(session, world, person):
    plan = agree(session, world, person)

    sign(session, world, plan)

    assert records.plan(session, plan.id).signed_by(Signer.PERSON).signed_how is SignedOn.PAPER


@pytest.mark.parametrize("drawn", ["", "nothing", "1,1", "1,1 2,2;", "999,1 " * 7 + "999,1", "<svg/>"])
def test_what_is_no_signature_is_not_kept(session, world, person, drawn):
    plan = agree(session, world, person)

    with pytest.raises(Refused, match="not_signed"):
        sign(session, world, plan, how=SignedOn.SCREEN, drawn=drawn)


def test_a_plan_is_signed_once_by_each_and_not_before_it_was_made(session, world, person):
    plan = agree(session, world, person)

    with pytest.raises(Refused, match="signed_before"):
        sign(session, world, plan, signed_on=world.day - A_DAY)
    sign(session, world, plan)
    with pytest.raises(Conflict, match="signed_already"):
        sign(session, world, plan)


def test_an_older_plan_is_signed_no_more(session, world, person):
    old = agree(session, world, person)
    agree(session, world, person)

    with pytest.raises(Conflict, match="newer_plan"):
        sign(session, world, old)


def test_no_plan_no_name_under_it(session, world):
    with pytest.raises(NotFound, match="no_such_plan"):
        plans.sign_plan(
            session,
            plan_id=999,
            signer=Signer.PERSON,
            signed_how=SignedOn.PAPER,
            signed_on=world.day,
            act=world.act(),
        )


def test_a_lapse_is_kept_with_the_agreed_response_and_nothing_follows_from_it(session, world, person):
    lapses.record_lapse(
        session,
        person_id=person.id,
        happened_on=world.day - A_DAY,
        told_by_person=True,
        response="We talked the same day.",
        act=world.act(),
    )

    (lapse,) = records.lapses_of(session, person.id)
    assert lapse.told_by_person
    assert (count(session, Task), count(session, Stop)) == (0, 0)
    assert audited_kinds(session) == [AuditKind.LAPSE_RECORDED]


@pytest.mark.parametrize(("response", "days", "code"), [(" ", 0, "blank"), ("We talked.", 1, "in_the_future")])
def test_a_lapse_without_a_response_or_tomorrow_is_refused(session, world, person, response, days, code):
    happened = {"happened_on": world.day + days * A_DAY, "told_by_person": False}

    with pytest.raises(Refused, match=code):
        lapses.record_lapse(session, person_id=person.id, response=response, act=world.act(), **happened)
