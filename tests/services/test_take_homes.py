"""Take-home decisions, one-off doses, credit, collectors, the safety talk, and the reviews that a missed day opens."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.policy.take_homes import TakeHomePolicy
from dispensary.policy.urine import urine_policy
from dispensary.queries import handovers, prescriber_desk, take_home_evidence, take_homes
from dispensary.queries import take_home_care as care_of
from dispensary.services import (
    dosing,
    episodes,
    one_off_take_homes,
    stops,
    take_home_care,
    take_home_reviews,
    treatment_credit,
)
from dispensary.services import (
    prescriber_desk as desk,
)
from dispensary.services import take_homes as verbs
from dispensary.services.take_homes import Wish
from models import (
    Collector,
    DoseOrder,
    OneOffTakeHome,
    OneOffTakeHomeEnd,
    SafetyCheck,
    TakeHomeDecision,
    TakeHomeDecisionEnd,
    Task,
    TaskReason,
    TreatmentCredit,
    UrineResult,
    UrineTest,
)
from models.enums import (
    Answer,
    AuditKind,
    Desk,
    EpisodeEndReason,
    EpisodeKind,
    Form,
    Medication,
    NaloxoneOffer,
    OneOffReason,
    StopKind,
    TakeHomeEndReason,
    TaskReasonKind,
    UrineFound,
    WithheldReason,
)
from tests import factories
from tests.rows import audited, count
from tests.spec.test_take_homes import RULE_OF_2024, SIX, asking
from tests.station import SITE

NOTHING_APPROVED = TakeHomePolicy()
OF_2024 = TakeHomePolicy(RULE_OF_2024)


def wish(world, **changes):
    values = {"attends_on": "14", "every_weeks": 1, "most_days": 6, "effective_on": world.day}
    return Wish(**values | {"review_on": world.day + timedelta(days=90)} | changes)


def decide(session, world, who, *, policy=OF_2024, answers=None, rationale="steady since January", over="", **changes):
    return verbs.decide(
        session,
        person_id=who.id,
        wish=wish(world, **changes),
        answers=answers or {},
        rationale=rationale,
        over_ladder_reason=over,
        policy=policy,
        act=world.act(world.prescriber),
    )


@pytest.fixture
def who(session, world):
    """Somebody dosed here yesterday for the first time, under an order for a year."""
    yesterday = world.at - timedelta(days=1)
    episode_of = factories.person(session)
    episode = factories.episode(session, world, episode_of, admitted_on=yesterday.date())
    order = factories.order(session, world, episode_of, in_episode=episode, starts_on=yesterday.date())
    factories.dose(session, world, episode_of, order, at=yesterday)
    return episode_of


def kinds_on_desk(session, world):
    return [kind for row in prescriber_desk.desk_rows(session, world.site.id, world.at) for kind in row.kinds]


# Deciding


def test_decision_is_kept_with_its_days_its_profile_and_the_day_in_treatment(session, world, who):
    made = decide(session, world, who)

    assert (made.attends_on, made.most_days, made.days_in_treatment) == ("14", 6, 2)
    assert (made.profile, made.profile_digest, made.replaces_id) == ("us-2024", "digest", None)
    [row] = audited(session, AuditKind.TAKE_HOME_DECIDED)
    assert "steady" not in row.body


def test_without_an_approved_profile_no_profile_is_kept_and_no_limit_stands(session, world, who):
    made = decide(session, world, who, policy=NOTHING_APPROVED, most_days=28)

    assert (made.profile, made.profile_digest) == (None, None)


def test_criteria_are_kept_as_they_were_shown_and_answered(session, world, who):
    test = factories.save(session, UrineTest(person_id=who.id, collected_on=world.day, **factories.stamp(world)))
    factories.save(
        session, UrineResult(urine_test_id=test.id, substance="methadone", result="positive", **factories.stamp(world))
    )
    stop = stops.set_stop(session, person_id=who.id, kind=StopKind.SEDATION, act=world.act())
    stops.release_stop(session, stop_id=stop.id, reason="seen", act=world.act(world.prescriber))
    answers = {f"us-2024:{key}": Answer.YES for key in SIX}

    decide(session, world, who, policy=asking(SIX), answers=answers)

    [line] = take_homes.decisions_of(session, who.id)
    first = line.criteria[0]
    assert (first.key, first.answer) == ("no_risk_of_harm", Answer.YES)
    shown = {words.msgid: words.values for words in first.evidence}
    assert shown["A stop was set on %(on)s: %(kind)s."]["kind"] is StopKind.SEDATION
    assert shown["Urine of %(on)s: %(what)s %(result)s."] == {
        "on": world.day.isoformat(),
        "what": urine_policy().short_words_of("methadone"),
        "result": UrineFound.PRESENT,
    }


def test_newer_decision_replaces_the_one_before_on_the_day_before_it_begins(session, world, who):
    first = decide(session, world, who)

    second = decide(session, world, who, attends_on="1", effective_on=world.day + timedelta(days=7))

    assert second.replaces_id == first.id
    assert [
        (line.facts.id, line.facts.last_day, line.end_reason) for line in take_homes.decisions_of(session, who.id)
    ] == [
        (second.id, None, None),
        (first.id, world.day + timedelta(days=6), TakeHomeEndReason.REPLACED),
    ]
    assert take_home_evidence.standing(session, who.id, world.day).id == first.id
    assert take_home_evidence.standing(session, who.id, world.day + timedelta(days=7)).id == second.id
    assert len(audited(session, AuditKind.TAKE_HOME_ENDED)) == 1


def test_decision_that_began_today_and_is_replaced_today_never_held(session, world, who):
    decide(session, world, who)
    decide(session, world, who, attends_on="1")

    assert take_homes.decisions_of(session, who.id)[1].never_held


def test_more_than_the_ladder_needs_a_typed_reason(session, world, who):
    with pytest.raises(Refused) as refusal:
        decide(session, world, who, most_days=14)

    assert (refusal.value.code, refusal.value.field) == ("over_the_ladder", "over_ladder_reason")
    assert decide(session, world, who, most_days=14, over="works at sea").over_ladder_reason == "works at sea"


def test_ladder_counts_on_the_day_on_which_the_decision_begins(session, world, who):
    in_two_weeks = world.day + timedelta(days=13)

    made = decide(session, world, who, most_days=14, effective_on=in_two_weeks)

    assert made.over_ladder_reason is None


def test_criterion_that_is_not_met_needs_a_typed_reason(session, world, who):
    answers = {f"us-2024:{key}": Answer.YES for key in SIX} | {"us-2024:no_diversion": Answer.UNKNOWN}

    with pytest.raises(Refused) as refusal:
        decide(session, world, who, policy=asking(SIX), answers=answers)

    assert refusal.value.code == "over_the_ladder"


def test_every_criterion_has_an_answer(session, world, who):
    with pytest.raises(Refused) as refusal:
        decide(session, world, who, policy=asking(SIX))

    assert refusal.value.code == "criterion_unanswered"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"attends_on": ""}, "no_days"),
        ({"attends_on": "18"}, "no_days"),
        ({"attends_on": "41"}, "no_days"),
        ({"every_weeks": 5}, "weeks_out_of_range"),
        ({"most_days": 32}, "days_out_of_range"),
        ({"rationale": " "}, "blank"),
    ],
)
def test_decision_that_cannot_be_is_refused(session, world, who, changes, code):
    with pytest.raises(Refused) as refusal:
        decide(session, world, who, **changes)

    assert refusal.value.code == code
    assert count(session, TakeHomeDecision) == 0


@pytest.mark.parametrize(
    ("from_today", "review", "code"),
    [(-1, 30, "past_day"), (0, 0, "review_out_of_range"), (0, 400, "review_out_of_range"), (364, 400, "no_order")],
)
def test_days_of_a_decision_are_checked(session, world, who, from_today, review, code):
    first = world.day + timedelta(days=from_today)

    with pytest.raises(Refused) as refusal:
        decide(session, world, who, effective_on=first, review_on=world.day + timedelta(days=review))

    assert refusal.value.code == code


def test_nobody_decides_for_somebody_not_in_treatment_for_a_guest_or_about_an_injection(session, world):
    stranger = factories.person(session)
    guest = factories.person(session, "Lee", "Jun")
    stay = factories.episode(session, world, guest, kind=EpisodeKind.GUEST)
    factories.order(session, world, guest, in_episode=stay)
    injected = factories.patient(
        session, world, family_name="Mori", medication=Medication.BUPRENORPHINE, form=Form.INJECTION
    )
    codes = []
    for one in (stranger, guest, injected):
        with pytest.raises(Refused) as refusal:
            decide(session, world, one)
        codes.append(refusal.value.code)

    assert codes == ["no_open_episode", "guest", "injection"]


# Ending


def end(session, world, made, **changes):
    values = {"last_day": world.day, "reason": TakeHomeEndReason.WITHDRAWN, "note": "agreed with Hường"} | changes
    return verbs.end(session, decision_id=made.id, act=world.act(world.prescriber), **values)


def test_ended_decision_holds_no_longer_after_its_last_day(session, world, who):
    made = decide(session, world, who)

    end(session, world, made, reason=TakeHomeEndReason.OWN_WISH)

    assert take_home_evidence.standing(session, who.id, world.day).id == made.id
    assert take_home_evidence.standing(session, who.id, world.day + timedelta(days=1)) is None
    [row] = audited(session, AuditKind.TAKE_HOME_ENDED)
    assert "agreed" not in row.body


def test_decision_ends_once(session, world, who):
    made = decide(session, world, who)
    end(session, world, made)

    with pytest.raises(Conflict) as conflict:
        end(session, world, made)

    assert conflict.value.code == "decision_ended"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"note": ""}, "blank"),
        ({"reason": TakeHomeEndReason.REPLACED}, "no_such_reason"),
        ({"last_day": -2}, "past_day"),
    ],
)
def test_end_that_cannot_be_is_refused(session, world, who, changes, code):
    made = decide(session, world, who)
    if "last_day" in changes:
        changes = {"last_day": world.day + timedelta(days=changes["last_day"])}

    with pytest.raises(Refused) as refusal:
        end(session, world, made, **changes)

    assert refusal.value.code == code


def test_end_of_no_decision_is_not_found(session, world, who):
    with pytest.raises(NotFound):
        verbs.end(
            session, decision_id=99, last_day=world.day, reason=TakeHomeEndReason.WITHDRAWN, note="x", act=world.act()
        )


def test_end_of_the_episode_ends_the_decision_and_takes_back_one_off_days(session, world, who):
    decide(session, world, who)
    allow(session, world, who)

    episodes.end_episode(
        session,
        person_id=who.id,
        ended_on=world.day,
        reason=EpisodeEndReason.TRANSFERRED_OUT,
        note="moved",
        act=world.act(),
    )

    [line] = take_homes.decisions_of(session, who.id)
    assert (line.end_reason, line.facts.last_day) == (TakeHomeEndReason.EPISODE_ENDED, world.day)
    assert count(session, OneOffTakeHomeEnd) == 1


# Credit


def credit(session, world, who, days=90, reason="letter of 1 March"):
    return treatment_credit.credit_treatment(
        session, person_id=who.id, days=days, reason=reason, act=world.act(world.prescriber)
    )


def test_credited_days_count_for_the_ladder(session, world, who):
    credit(session, world, who)

    known = take_home_evidence.eligibility_of(session, who.id, world.site.id, world.day, OF_2024)
    assert (known.days_in_treatment, known.allowance.most_days) == (92, 28)
    assert len(audited(session, AuditKind.TREATMENT_CREDITED)) == 1


def test_credit_is_given_once_an_episode(session, world, who):
    credit(session, world, who)

    with pytest.raises(Conflict) as conflict:
        credit(session, world, who)

    assert conflict.value.code == "credited_before"
    assert count(session, TreatmentCredit) == 1


@pytest.mark.parametrize(("days", "reason", "code"), [(0, "x", "days_out_of_range"), (9, "", "blank")])
def test_credit_that_cannot_be_is_refused(session, world, who, days, reason, code):
    with pytest.raises(Refused) as refusal:
        credit(session, world, who, days, reason)

    assert refusal.value.code == code


# One-off doses


def allow(session, world, who, **changes):
    first = world.day + timedelta(days=changes.pop("first", 3))
    values = {"reason": OneOffReason.JOURNEY, "first_on": first, "last_on": first + timedelta(days=2)}
    return one_off_take_homes.allow_once(
        session,
        person_id=who.id,
        act=world.act(world.prescriber),
        **values | {"rationale": "funeral", "policy": NOTHING_APPROVED} | changes,
    )


def test_one_off_doses_are_allowed_and_taken_back(session, world, who):
    made = allow(session, world, who)

    one_off_take_homes.end_once(session, one_off_id=made.id, reason="stays here", act=world.act(world.prescriber))

    [line] = take_homes.one_offs_of(session, who.id)
    assert (line.facts.reason, line.rationale, line.end_reason) == (OneOffReason.JOURNEY, "funeral", "stays here")
    kinds = [AuditKind.TAKE_HOME_ALLOWED_ONCE, AuditKind.TAKE_HOME_ONCE_ENDED]
    assert [len(audited(session, kind)) for kind in kinds] == [1, 1]


def test_more_single_days_than_the_ladder_gives_need_a_typed_reason(session, world, who):
    last = world.day + timedelta(days=12)

    with pytest.raises(Refused) as refusal:
        allow(session, world, who, last_on=last, policy=OF_2024)
    made = allow(session, world, who, last_on=last, policy=OF_2024, over_ladder_reason="a funeral abroad")

    assert (refusal.value.code, refusal.value.field) == ("over_the_ladder", "over_ladder_reason")
    assert [reason.message.values["given"] for reason in refusal.value.reasons] == [10]
    assert (made.over_ladder_reason, made.profile) == ("a funeral abroad", OF_2024.steps[0].profile)
    assert take_homes.one_offs_of(session, who.id)[0].over_ladder_reason == "a funeral abroad"


def test_single_days_within_the_ladder_keep_no_reason_but_the_profile(session, world, who):
    made = allow(session, world, who, policy=OF_2024, over_ladder_reason="typed though nobody asked")

    assert (made.over_ladder_reason, made.profile) == (None, OF_2024.steps[0].profile)


def test_one_off_doses_are_taken_back_once(session, world, who):
    made = allow(session, world, who)
    one_off_take_homes.end_once(session, one_off_id=made.id, reason="stays", act=world.act())

    with pytest.raises(Conflict):
        one_off_take_homes.end_once(session, one_off_id=made.id, reason="stays", act=world.act())


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"first": -1}, "past_day"),
        ({"last": 2}, "days_reversed"),
        ({"last": 34}, "too_many_days"),
        ({"reason": OneOffReason.CLOSURE}, "closure_has_a_list"),
        ({"rationale": ""}, "blank"),
        ({"first": 500}, "no_order"),
    ],
)
def test_one_off_doses_that_cannot_be_are_refused(session, world, who, changes, code):
    if "last" in changes:
        changes = {"last_on": world.day + timedelta(days=changes["last"])}

    with pytest.raises(Refused) as refusal:
        allow(session, world, who, **changes)

    assert refusal.value.code == code
    assert count(session, OneOffTakeHome) == 0


def test_one_off_doses_need_an_open_episode_and_are_no_injections(session, world):
    injected = factories.patient(session, world, medication=Medication.BUPRENORPHINE, form=Form.INJECTION)
    codes = []
    for one in (factories.person(session, "Lee"), injected):
        with pytest.raises(Refused) as refusal:
            allow(session, world, one)
        codes.append(refusal.value.code)

    assert codes == ["no_open_episode", "injection"]


# Collectors and the safety talk


def name_collector(session, world, who, **changes):
    values = {
        "name": "Anh Nguyễn",
        "relation": "sister",
        "authority": "signed 2026-03-01",
        "from_on": world.day,
        "until_on": world.day + timedelta(days=30),
    }
    return take_home_care.name_collector(session, person_id=who.id, act=world.act(), **values | changes)


def test_collector_may_collect_until_the_last_day_or_until_it_is_withdrawn(session, world, who):
    made = name_collector(session, world, who)
    days = [world.day, made.until_on, made.until_on + timedelta(days=1)]

    assert [len(handovers.collectors_of(session, who.id, day)) for day in days] == [1, 1, 0]
    take_home_care.end_collector(session, collector_id=made.id, reason="no longer wished", act=world.act())
    assert handovers.collectors_of(session, who.id, world.day) == []
    assert care_of.collectors_of(session, who.id)[0].end_reason == "no longer wished"
    [named] = audited(session, AuditKind.COLLECTOR_NAMED)
    assert "Anh" not in named.body
    assert len(audited(session, AuditKind.COLLECTOR_ENDED)) == 1


def test_authority_is_withdrawn_once(session, world, who):
    made = name_collector(session, world, who)
    take_home_care.end_collector(session, collector_id=made.id, reason="no longer wished", act=world.act())

    with pytest.raises(Conflict):
        take_home_care.end_collector(session, collector_id=made.id, reason="no longer wished", act=world.act())


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": ""}, "blank"),
        ({"authority": ""}, "blank"),
        ({"until": -1}, "days_reversed"),
        ({"both": -2}, "past_day"),
    ],
)
def test_collector_that_cannot_be_is_refused(session, world, who, changes, code):
    if "until" in changes:
        changes = {"until_on": world.day + timedelta(days=changes["until"])}
    if "both" in changes:
        passed = world.day + timedelta(days=changes["both"])
        changes = {"from_on": passed, "until_on": passed}

    with pytest.raises(Refused) as refusal:
        name_collector(session, world, who, **changes)

    assert refusal.value.code == code
    assert count(session, Collector) == 0


def check_safety(session, world, who, **changes):
    values = {"locked_storage": True, "taught": True, "child_resistant": True, "naloxone": NaloxoneOffer.DECLINED}
    return take_home_care.check_safety(session, person_id=who.id, act=world.act(), **values | changes)


def test_safety_talk_holds_for_a_year_with_its_first_day_and_naloxone_may_be_declined(session, world, who):
    check_safety(session, world, who)

    checks = care_of.safety_checks_of(session, who.id)
    assert care_of.safety_holds_until(checks, 365) == world.day + timedelta(days=364)
    assert len(audited(session, AuditKind.SAFETY_CHECKED)) == 1


def test_talk_with_something_missing_says_what_was_agreed_and_does_not_hold(session, world, who):
    with pytest.raises(Refused) as refusal:
        check_safety(session, world, who, locked_storage=False)

    assert refusal.value.code == "missing_unexplained"
    check_safety(session, world, who, locked_storage=False, note="gets a lock box on Friday")
    assert count(session, SafetyCheck) == 1
    assert care_of.safety_holds_until(care_of.safety_checks_of(session, who.id), 365) is None


# Reviews: never a silent cut


def test_stop_opens_a_review_and_the_decision_stands(session, world, who):
    made = decide(session, world, who)

    stops.set_stop(session, person_id=who.id, kind=StopKind.SEDATION, act=world.act())

    assert TaskReasonKind.TAKE_HOME_REVIEW in kinds_on_desk(session, world)
    assert take_home_evidence.standing(session, who.id, world.day).id == made.id


def test_withheld_dose_opens_a_review(session, world, who):
    decide(session, world, who)

    dosing.withhold_dose(session, person_id=who.id, reason=WithheldReason.OTHER, note="", site=SITE, act=world.act())

    assert kinds_on_desk(session, world) == [TaskReasonKind.TAKE_HOME_REVIEW]


def test_somebody_without_a_decision_needs_no_review(session, world, who):
    dosing.withhold_dose(session, person_id=who.id, reason=WithheldReason.OTHER, note="", site=SITE, act=world.act())

    assert kinds_on_desk(session, world) == []


def test_no_show_opens_a_review_at_the_end_of_the_day_and_only_once(session, world, who):
    decide(session, world, who, attends_on="1234567", most_days=0)

    first = take_home_reviews.open_reviews(session, world.site.id, world.day, world.act())
    second = take_home_reviews.open_reviews(session, world.site.id, world.day, world.act())

    assert (first, second) == ([who.id], [])
    assert count(session, TaskReason, TaskReason.kind == TaskReasonKind.TAKE_HOME_REVIEW) == 1


def test_review_that_was_decided_is_not_opened_again_for_the_same_day(session, world, who):
    decide(session, world, who)
    take_home_reviews.open_reviews(session, world.site.id, world.day, world.act())
    decide(session, world, who, attends_on="1")

    again = take_home_reviews.open_reviews(session, world.site.id, world.day, world.act())

    assert again == []
    assert count(session, Task, Task.desk == Desk.PRESCRIBER) == 1
    assert kinds_on_desk(session, world) == []


def test_whoever_came_and_was_dosed_needs_no_review(session, world, who):
    decide(session, world, who)
    factories.dose(session, world, who, session.scalars(select(DoseOrder).order_by(DoseOrder.id)).one())

    assert take_home_reviews.open_reviews(session, world.site.id, world.day, world.act()) == []


def test_standing_stop_is_reviewed_at_the_end_of_the_day_though_the_person_came(session, world, who):
    stops.set_stop(session, person_id=who.id, kind=StopKind.INCIDENT, act=world.act())
    decide(session, world, who)

    assert take_home_reviews.open_reviews(session, world.site.id, world.day, world.act()) == [who.id]


def test_new_decision_answers_the_review(session, world, who):
    made = decide(session, world, who)
    take_home_reviews.open_reviews(session, world.site.id, world.day, world.act())

    end(session, world, made)

    assert kinds_on_desk(session, world) == []
    assert count(session, TakeHomeDecisionEnd) == 1


def test_release_of_the_stop_leaves_the_review_on_the_desk(session, world, who):
    decide(session, world, who)
    stop = stops.set_stop(session, person_id=who.id, kind=StopKind.SEDATION, act=world.act())

    stops.release_stop(session, stop_id=stop.id, reason="fit", act=world.act(world.prescriber))

    [row] = prescriber_desk.desk_rows(session, world.site.id, world.at)
    assert row.kinds == (TaskReasonKind.TAKE_HOME_REVIEW,)
    desk.close_task(session, task_id=row.task_id, resolution="goes on as it is", act=world.act(world.prescriber))
    assert kinds_on_desk(session, world) == []
