"""A supporter with both consents, the twelve weeks of a pair, and how both end."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import groups as group_records
from dispensary.queries import programme_figures as figures
from dispensary.queries import programmes as records
from dispensary.queries import support as supporters
from dispensary.queries.programmes import PairSeen
from dispensary.services import discharges, episodes, group_meetings, groups, programmes, support
from dispensary.services.discharges import Leave
from dispensary.services.group_meetings import Meeting
from dispensary.services.groups import Terms
from dispensary.services.programmes import Planned
from models import ProgrammeEnd
from models.enums import (
    ActivityKind,
    Attendance,
    AuditKind,
    DeclineReason,
    EpisodeEndReason,
    GroupKind,
    OfferAnswer,
    ProgrammeEndReason,
    Relation,
    Role,
    Topic,
    UrineOutcome,
)
from tests import factories, pairs, rows

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
BOTH = PairSeen(True, True, conflict=False, self_help_contact=True)
WALK = Planned(ActivityKind.OUTING, "walk along the river", "the walking club")


@pytest.fixture
def who(session, world):
    made = factories.patient(session, world)
    session.commit()
    return made


@pytest.fixture
def act(world):
    return world.act(world.staff[Role.COUNSELLOR])


@pytest.fixture
def naming(world):
    return pairs.naming(world)


@pytest.fixture
def accepted(session, world, who, act):
    return offer(session, world, who, act, OfferAnswer.ACCEPTED)


def offer(session, world, who, act, answer, why=None):
    return support.offer_programme(session, person_id=who.id, offered_on=world.day, answer=answer, why=why, act=act)


@pytest.fixture
def sister(session, who, accepted, naming, act):
    return support.name_supporter(session, person_id=who.id, naming=naming, act=act)


def make_group(session, world, act, name="Pairs", kind=GroupKind.COMMUNITY_SUPPORT, with_relatives=True):
    terms = Terms(name, kind, 1, "17:00", 90, act.by_id, open_to_relatives=with_relatives)
    return groups.make_group(session, terms=terms, opened_on=world.day - 100 * DAY, act=act)


@pytest.fixture
def group(session, world, act):
    return make_group(session, world, act)


@pytest.fixture
def programme(session, world, who, sister, group, act):
    """Begun three weeks ago: today the fourth week begins."""
    return begin(session, who, group, world.day - 3 * WEEK, act)


def begin(session, who, group, starts_on, act):
    return programmes.begin_programme(session, person_id=who.id, group_id=group.id, starts_on=starts_on, act=act)


# The treatment ends


def leave(session, world, who, reason, ended_on=None):
    told = Leave(reason, ended_on or world.day, "told at the desk", agreed=True, calls=False)
    return discharges.discharge(session, person_id=who.id, leave=told, act=world.act(world.staff[Role.PRESCRIBER]))


def in_four_weeks(session, world, programme):
    later = world.day + 4 * WEEK
    now = records.programme(session, programme.id, world.site.id)
    return now, figures.progress(now, records.weeks(session, now), later)


@pytest.mark.parametrize("reason", [EpisodeEndReason.DIED, EpisodeEndReason.COMPLETED])
def test_a_death_or_a_discharge_ends_the_programme_and_no_week_is_asked_for(
    session, world, who, programme, act, reason
):
    leave(session, world, who, reason)

    now, after = in_four_weeks(session, world, programme)
    assert (now.runs, now.ended_on, now.left, now.end_reason) == (False, world.day, reason, None)
    assert (after.missing, after.asks_next_step) == ((), False)
    assert records.running(session, world.site.id) == ()
    assert [one.id for one in records.ended(session, world.site.id, world.day)] == [programme.id]
    with pytest.raises(Conflict, match="programme_over"):
        programmes.plan_activity(session, programme_id=programme.id, week=4, planned=WALK, act=act)
    assert rows.count(session, ProgrammeEnd) == 0


def test_an_end_of_treatment_that_was_a_mistake_lets_the_programme_run_again(session, world, who, programme):
    end = leave(session, world, who, EpisodeEndReason.COMPLETED)
    episodes.correct_episode_end(session, episode_end_id=end.id, reason="the wrong person", act=world.act())

    now, after = in_four_weeks(session, world, programme)

    assert now.runs and now.left is None
    assert after.missing


def test_whoever_is_back_the_same_day_goes_on_with_the_programme(session, world, who, programme):
    leave(session, world, who, EpisodeEndReason.COMPLETED)
    gone = records.programmes_of(session, who.id)[0].runs
    discharges.come_back(session, person_id=who.id, act=world.act(world.staff[Role.PRESCRIBER]))

    assert not gone
    assert records.programmes_of(session, who.id)[0].runs


def test_consent_taken_back_after_the_treatment_ended_closes_the_programme_for_good(
    session, world, who, sister, programme, act
):
    leave(session, world, who, EpisodeEndReason.COMPLETED)

    support.end_supporter(
        session, supporter_id=sister.id, reason=ProgrammeEndReason.CONSENT_WITHDRAWN, next_step="", act=act
    )

    now = records.programme(session, programme.id, world.site.id)
    assert (now.end_reason, now.left) == (ProgrammeEndReason.CONSENT_WITHDRAWN, None)


# The offer


def test_offer_is_kept_with_its_answer_and_closes_nothing(session, world, who, act):
    offer(session, world, who, act, OfferAnswer.DECLINED, DeclineReason.FAMILY_MUST_NOT_KNOW)
    offer(session, world, who, act, OfferAnswer.ACCEPTED)

    found = supporters.offers_of(session, who.id)
    counts = supporters.offer_counts(session, world.site.id, world.day, world.day)
    assert [one.answer for one in found] == [OfferAnswer.ACCEPTED, OfferAnswer.DECLINED]
    assert counts.answers == {OfferAnswer.ACCEPTED: 1, OfferAnswer.DECLINED: 1}
    assert counts.reasons == {DeclineReason.FAMILY_MUST_NOT_KNOW: 1}
    assert counts.all == 2
    assert rows.audited_kinds(session)[-1] is AuditKind.SUPPORT_OFFERED


@pytest.mark.parametrize(("answer", "why"), [(OfferAnswer.DECLINED, None), (OfferAnswer.LATER, DeclineReason.NO_TIME)])
def test_reason_stands_beside_a_decline_and_nothing_else(session, world, who, act, answer, why):
    with pytest.raises(Refused) as refusal:
        offer(session, world, who, act, answer, why)

    assert refusal.value.field == "why"


# The supporter


def test_supporter_is_named_with_both_consents_and_sees_nothing_of_doses_or_urine(session, who, sister):
    found = supporters.current(session, who.id)

    assert (found.name, found.relation, found.phone) == ("Maria Ames", Relation.SIBLING, "555-0177")
    assert (found.about_doses, found.about_urine) == (False, False)
    kinds = [AuditKind.SUPPORTER_NAMED, AuditKind.SUPPORTER_CONSENT_GIVEN]
    assert rows.audited_kinds(session)[-2:] == kinds


def test_nobody_is_named_before_the_person_said_yes(session, world, who, naming, act):
    with pytest.raises(Refused) as unasked:
        support.name_supporter(session, person_id=who.id, naming=naming, act=act)
    offer(session, world, who, act, OfferAnswer.ACCEPTED)
    offer(session, world, who, act, OfferAnswer.DECLINED, DeclineReason.NOT_WANTED)
    with pytest.raises(Refused) as declined:
        support.name_supporter(session, person_id=who.id, naming=naming, act=act)

    assert (unasked.value.code, declined.value.code) == ("not_accepted", "not_accepted")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"drug_free": False}, "drug_free"),
        ({"phone": "5" * 300}, "phone"),
    ],
)
def test_supporter_that_cannot_be_right_is_refused_at_its_field(session, who, accepted, naming, act, changes, field):
    with pytest.raises(Refused) as refusal:
        support.name_supporter(session, person_id=who.id, naming=replace(naming, **changes), act=act)

    assert refusal.value.field == field


@pytest.mark.parametrize("field", ["person_agreed_on", "supporter_agreed_on"])
def test_consent_of_a_day_ahead_is_refused(session, world, who, accepted, naming, act, field):
    with pytest.raises(Refused) as refusal:
        ahead = replace(naming, **{field: world.day + DAY})
        support.name_supporter(session, person_id=who.id, naming=ahead, act=act)

    assert refusal.value.field == field


def test_one_person_has_one_supporter_at_a_time(session, who, sister, naming, act):
    with pytest.raises(Conflict):
        support.name_supporter(session, person_id=who.id, naming=replace(naming, name="Otto"), act=act)


def test_way_to_reach_a_supporter_is_changed(session, who, sister, act):
    support.change_supporter(
        session, supporter_id=sister.id, name="Maria Brandt", phone="555-0188", contact_rules="", act=act
    )

    found = supporters.current(session, who.id)
    assert (found.name, found.phone, found.contact_rules) == ("Maria Brandt", "555-0188", "")
    assert rows.audited_kinds(session)[-1] is AuditKind.SUPPORTER_CHANGED


def test_person_lets_the_supporter_see_more_and_less_again(session, world, who, sister, act):
    def let(doses, urine):
        support.let_see(
            session, supporter_id=sister.id, about_doses=doses, about_urine=urine, agreed_on=world.day, act=act
        )
        found = supporters.current(session, who.id)
        return found.about_doses, found.about_urine

    assert let(True, True) == (True, True)
    assert let(False, True) == (False, True)
    with pytest.raises(Refused) as refusal:
        let(False, True)
    assert refusal.value.code == "nothing_changed"


def test_consent_taken_back_ends_all_and_keeps_no_number(session, world, who, sister, programme, group, act):
    support.end_supporter(
        session,
        supporter_id=sister.id,
        reason=ProgrammeEndReason.CONSENT_WITHDRAWN,
        next_step="goes on alone",
        act=act,
    )

    (gone,) = supporters.supporters_of(session, who.id)
    assert supporters.current(session, who.id) is None
    assert (gone.phone, gone.contact_rules, gone.ended_on) == ("", "", world.day)
    ended = records.programme(session, programme.id, world.site.id)
    assert (ended.end_reason, ended.next_step) == (ProgrammeEndReason.CONSENT_WITHDRAWN, "goes on alone")
    assert group_records.members(session, group.id, world.day + DAY) == ()
    with pytest.raises(Conflict) as week:
        programmes.record_pair_week(session, programme_id=programme.id, week=1, seen=BOTH, act=act)
    assert week.value.code == "consent_withdrawn"


def test_nothing_more_is_done_with_a_supporter_who_is_gone(session, world, who, sister, act):
    def end(reason=ProgrammeEndReason.SUPPORTER_LEFT):
        support.end_supporter(session, supporter_id=sister.id, reason=reason, next_step="", act=act)

    with pytest.raises(Refused):
        end(ProgrammeEndReason.COMPLETED)
    end()
    with pytest.raises(Conflict):
        end()
    with pytest.raises(Conflict):
        support.change_supporter(session, supporter_id=sister.id, name="M", phone="", contact_rules="", act=act)
    with pytest.raises(Conflict):
        support.let_see(
            session, supporter_id=sister.id, about_doses=True, about_urine=True, agreed_on=world.day, act=act
        )


def test_supporter_of_nobody_here_is_not_found(session, act):
    with pytest.raises(NotFound):
        support.change_supporter(session, supporter_id=999, name="M", phone="", contact_rules="", act=act)


# The programme


def test_programme_begins_and_takes_the_person_into_the_group(session, world, who, sister, group, act):
    begun = begin(session, who, group, world.day, act)

    (found,) = records.programmes_of(session, who.id)
    assert (found.weeks, found.supporter, found.group) == (12, "Maria Ames", "Pairs")
    assert [one.person_id for one in group_records.members(session, group.id, world.day)] == [who.id]
    assert rows.audited_kinds(session)[-2:] == [AuditKind.PROGRAMME_BEGUN, AuditKind.GROUP_JOINED]
    assert len(records.weeks(session, found)) == 12
    assert records.running(session, world.site.id)[0].id == begun.id


def test_programme_without_a_supporter_is_refused(session, world, who, group, act):
    with pytest.raises(Refused) as refusal:
        begin(session, who, group, world.day, act)

    assert refusal.value.code == "no_supporter"


@pytest.mark.parametrize("field", ["person_agreed_on", "supporter_agreed_on"])
def test_programme_does_not_begin_before_both_agreed(session, world, who, accepted, naming, group, act, field):
    agreed = replace(naming, **{field: world.day})
    support.name_supporter(session, person_id=who.id, naming=agreed, act=act)

    with pytest.raises(Refused) as refusal:
        begin(session, who, group, world.day - DAY, act)

    assert (refusal.value.code, refusal.value.field) == ("before_consent", "starts_on")


def test_second_programme_at_one_time_is_refused(session, world, who, programme, group, act):
    with pytest.raises(Conflict) as runs:
        begin(session, who, group, world.day, act)
    programmes.end_programme(
        session, programme_id=programme.id, reason=ProgrammeEndReason.PERSON_LEFT, next_step="later", act=act
    )
    with pytest.raises(Refused) as then:
        begin(session, who, group, world.day, act)

    assert (runs.value.code, then.value.code) == ("programme_runs", "programme_then")


@pytest.mark.parametrize(
    ("kind", "with_relatives"), [(GroupKind.LIFE_SKILLS, True), (GroupKind.COMMUNITY_SUPPORT, False)]
)
def test_group_that_is_not_for_pairs_is_refused(session, world, who, sister, act, kind, with_relatives):
    other = make_group(session, world, act, "Other", kind, with_relatives)

    with pytest.raises(Refused) as refusal:
        begin(session, who, other, world.day, act)

    assert refusal.value.field == "group_id"


def test_group_that_closes_before_the_weeks_are_over_is_refused(session, world, who, sister, group, act):
    group.closed_on = world.day + 10 * DAY
    session.flush()

    with pytest.raises(Refused) as refusal:
        begin(session, who, group, world.day, act)

    assert refusal.value.code == "group_closes"


def test_programme_far_away_or_outside_treatment_is_refused(session, world, who, sister, group, accepted, act):
    with pytest.raises(Refused) as far:
        begin(session, who, group, world.day + 100 * DAY, act)
    with pytest.raises(Refused) as outside:
        begin(session, factories.person(session), group, world.day, act)

    assert (far.value.field, outside.value.code) == ("starts_on", "not_in_treatment")


# Week by week


def record(session, programme, week, act, seen=BOTH):
    return programmes.record_pair_week(session, programme_id=programme.id, week=week, seen=seen, act=act)


def weeks(session, world, programme):
    return records.weeks(session, records.programme(session, programme.id, world.site.id))


def test_week_is_recorded_and_a_later_record_counts(session, world, programme, act):
    record(session, programme, 1, act)
    record(session, programme, 1, act, replace(BOTH, supporter_came=False, conflict=True))

    first = weeks(session, world, programme)[0]
    assert first.pair == PairSeen(True, False, conflict=True, self_help_contact=True)
    assert rows.audited_kinds(session)[-1] is AuditKind.PAIR_WEEK_RECORDED


@pytest.mark.parametrize(("week", "code"), [(0, "no_such_week"), (13, "no_such_week"), (5, "week_ahead")])
def test_week_that_is_none_or_lies_ahead_is_refused(session, programme, act, week, code):
    with pytest.raises(Refused) as refusal:
        record(session, programme, week, act)

    assert refusal.value.code == code


def test_same_record_twice_is_refused(session, programme, act):
    record(session, programme, 1, act)

    with pytest.raises(Refused) as refusal:
        record(session, programme, 1, act)

    assert refusal.value.code == "nothing_changed"


@pytest.mark.parametrize(("on_sheet", "came"), [(Attendance.NO_SHOW, True), (Attendance.CAME, False)])
def test_week_does_not_contradict_the_sheet_of_the_group(session, world, who, programme, group, act, on_sheet, came):
    meeting = Meeting(True, Topic.LIFE_SKILLS, act.by_id, 80, {who.id: on_sheet}, relatives=1)
    group_meetings.record_meeting(session, group_id=group.id, day=world.day - WEEK, meeting=meeting, act=act)

    with pytest.raises(Refused) as refusal:
        record(session, programme, 3, act, replace(BOTH, person_came=came))
    record(session, programme, 3, act, replace(BOTH, person_came=not came))

    assert (refusal.value.code, refusal.value.field) == ("sheet_differs", "who")
    assert weeks(session, world, programme)[2].came is not came


def test_activities_are_planned_told_of_and_told_of_anew(session, world, programme, act):
    one = programmes.plan_activity(session, programme_id=programme.id, week=4, planned=WALK, act=act)
    programmes.plan_activity(session, programme_id=programme.id, week=4, planned=WALK, act=act)
    programmes.tell_of_activity(session, activity_id=one.id, done=False, act=act)
    programmes.tell_of_activity(session, activity_id=one.id, done=True, act=act)

    fourth = weeks(session, world, programme)[3]
    assert [(line.number, line.done, line.meets) for line in fourth.activities] == [
        (1, True, "the walking club"),
        (2, None, "the walking club"),
    ]
    assert fourth.done == 1
    assert rows.audited_kinds(session)[-1] is AuditKind.ACTIVITY_TOLD
    with pytest.raises(Refused):
        programmes.tell_of_activity(session, activity_id=one.id, done=True, act=act)


def test_activity_of_a_week_ahead_is_planned_and_not_told_of(session, programme, act):
    ahead = programmes.plan_activity(session, programme_id=programme.id, week=5, planned=WALK, act=act)

    with pytest.raises(Refused) as refusal:
        programmes.tell_of_activity(session, activity_id=ahead.id, done=True, act=act)

    assert refusal.value.code == "week_ahead"
    with pytest.raises(NotFound):
        programmes.tell_of_activity(session, activity_id=999, done=True, act=act)


@pytest.mark.parametrize("field", ["what", "meets"])
def test_activity_says_what_and_whom_they_meet(session, programme, act, field):
    with pytest.raises(Refused) as refusal:
        empty = replace(WALK, **{field: " "})
        programmes.plan_activity(session, programme_id=programme.id, week=4, planned=empty, act=act)

    assert refusal.value.field == field


def test_week_holds_only_so_many_activities(session, programme, act):
    for _ in range(programmes.MOST_A_WEEK):
        programmes.plan_activity(session, programme_id=programme.id, week=4, planned=WALK, act=act)

    with pytest.raises(Refused) as refusal:
        programmes.plan_activity(session, programme_id=programme.id, week=4, planned=WALK, act=act)

    assert refusal.value.code == "enough_planned"


# The end


def end(session, programme, reason, act, next_step="mutual aid on Thursdays"):
    return programmes.end_programme(session, programme_id=programme.id, reason=reason, next_step=next_step, act=act)


def test_programme_is_completed_in_its_last_week_with_the_next_step(session, world, who, sister, group, act):
    begun = begin(session, who, group, world.day - 11 * WEEK, act)

    end(session, begun, ProgrammeEndReason.COMPLETED, act)

    (found,) = records.ended(session, world.site.id, world.day)
    assert (found.ended_on, found.next_step) == (world.day, "mutual aid on Thursdays")
    assert records.running(session, world.site.id) == ()
    assert rows.audited_kinds(session)[-2:] == [AuditKind.PROGRAMME_ENDED, AuditKind.GROUP_LEFT]


def test_end_that_cannot_be_right_is_refused(session, programme, act):
    with pytest.raises(Refused) as early:
        end(session, programme, ProgrammeEndReason.COMPLETED, act)
    with pytest.raises(Refused) as silent:
        end(session, programme, ProgrammeEndReason.PERSON_LEFT, act, " ")
    with pytest.raises(Refused) as elsewhere:
        end(session, programme, ProgrammeEndReason.CONSENT_WITHDRAWN, act)

    assert (early.value.code, silent.value.field, elsewhere.value.code) == (
        "not_done_yet",
        "next_step",
        "ends_with_supporter",
    )


def test_nothing_is_planned_after_the_end_and_what_was_before_may_still_be_told(session, world, programme, act):
    planned = programmes.plan_activity(session, programme_id=programme.id, week=4, planned=WALK, act=act)
    end(session, programme, ProgrammeEndReason.PERSON_LEFT, act)

    programmes.tell_of_activity(session, activity_id=planned.id, done=True, act=act)
    record(session, programme, 2, act)
    with pytest.raises(Conflict):
        programmes.plan_activity(session, programme_id=programme.id, week=4, planned=WALK, act=act)
    with pytest.raises(Conflict):
        end(session, programme, ProgrammeEndReason.PERSON_LEFT, act)
    with pytest.raises(Conflict) as after:
        later = replace(act, clinic_day=world.day + 2 * WEEK)
        programmes.record_pair_week(session, programme_id=programme.id, week=5, seen=BOTH, act=later)

    assert after.value.code == "programme_over"


# Figures


def test_progress_counts_weeks_together_and_what_is_not_recorded(session, world, programme, act):
    record(session, programme, 1, act)
    record(session, programme, 2, act, replace(BOTH, supporter_came=False, conflict=True))
    done = programmes.plan_activity(session, programme_id=programme.id, week=1, planned=WALK, act=act)
    programmes.plan_activity(session, programme_id=programme.id, week=1, planned=WALK, act=act)
    programmes.tell_of_activity(session, activity_id=done.id, done=True, act=act)

    line = records.programme(session, programme.id, world.site.id)
    found = figures.progress(line, records.weeks(session, line), world.day)

    assert (found.week, found.begun, found.recorded, found.together) == (4, 4, 2, 1)
    assert (found.planned, found.done, found.conflicts, found.self_help) == (2, 1, 1, 2)
    assert found.missing == (3,)
    assert not found.over


def test_progress_asks_for_the_next_step_at_the_end(session, world, who, sister, group, act):
    begun = begin(session, who, group, world.day - 12 * WEEK, act)
    line = records.programme(session, begun.id, world.site.id)

    found = figures.progress(line, records.weeks(session, line), world.day)

    assert (found.over, found.asks_next_step, found.begun) == (True, True, 12)


def test_urine_before_and_during_is_compared_and_what_was_refused_stands_beside(session, world, who, programme):
    before, during = programme.starts_on - DAY, programme.starts_on
    for n in range(4):
        pairs.urine(session, world, who, before - n * WEEK, positive=True)
        pairs.urine(session, world, who, during + n * DAY, positive=False)
    pairs.urine(session, world, who, during + DAY, outcome=UrineOutcome.REFUSED)
    pairs.urine(session, world, who, before - 12 * WEEK, positive=True)

    line = records.programme(session, programme.id, world.site.id)
    found = figures.comparison(session, line, world.day)

    assert (found.before.positive, found.before.tests) == (4, 4)
    assert (found.during.positive, found.during.tests, found.during.refused) == (0, 4, 1)
    assert found.marked


def test_days_on_which_the_dose_was_had_are_counted_without_an_amount(session, world, programme):
    line = records.programme(session, programme.id, world.site.id)

    found = figures.dose_days(session, line, world.day)

    assert found.had <= found.due <= 22
