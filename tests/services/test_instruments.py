"""Questionnaires on record: the total is worked out, what speaks of self-harm is never forgotten."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.policy.house import house_rules
from dispensary.policy.instruments import definition
from dispensary.queries import course
from dispensary.queries import instruments as records
from dispensary.services import instruments
from models import InstrumentScore, OutreachContact, Task, TaskReason
from models.enums import AuditKind, Desk, Instrument, SafetyAction, TaskReasonKind
from reports import score_trend
from tests import factories
from tests.reports.made_up import SPEAK
from tests.rows import audited_kinds, count_stored

OPIOIDS = {"1.opioids": 3, "2.opioids": 0, "6.opioids": 3, "7.opioids": 3}
"""Used before, not lately, and others were concerned."""


@pytest.fixture
def person(session, world):
    return factories.person(session)


def answers(instrument, **named):
    values = {item.key: 0 for item in definition(instrument).items}
    return values | {key.removeprefix("q"): value for key, value in named.items()}


def scores(session, world, person, instrument=Instrument.PHQ_9, values=None, **changes):
    given = {"person_id": person.id, "taken_on": world.day, "act": world.act()} | changes
    return instruments.score_instrument(
        session,
        definition=definition(instrument),
        values=answers(instrument) if values is None else values,
        **given,
    )


def steps(session, world, score, action=SafetyAction.TALKED_NO_PLAN, note=""):
    return instruments.take_safety_step(session, score_id=score.id, action=action, note=note, act=world.act())


def tasks(session):
    query = select(Task.desk, Task.due_at, TaskReason.kind).join(TaskReason, TaskReason.task_id == Task.id)
    return [tuple(row) for row in session.execute(query.order_by(TaskReason.id))]


def soon(world):
    """When somebody has spoken with the person at the latest, as the house rules have it."""
    return world.at + house_rules().answer_within[TaskReasonKind.SAFETY]


def contact(session, world):
    return factories.save(
        session,
        OutreachContact(
            site_id=world.site.id, called="Red cap", first_met_on=world.day, made_by_id=world.nurse.id, person_id=None
        ),
    )


def test_the_total_is_worked_out_and_the_values_are_kept(session, world, person):
    scores(session, world, person, values=answers(Instrument.PHQ_9, q1=3, q4=2))

    (taken,) = records.scores_of(session, person.id)
    assert (taken.total, taken.score.band, taken.values["4"]) == (5, "mild", 2)
    assert audited_kinds(session) == [AuditKind.INSTRUMENT_SCORED]
    assert tasks(session) == []


def test_a_questionnaire_without_a_total_keeps_what_was_asked(session, world, person):
    scores(session, world, person, Instrument.TOP, {"quality_of_life": 7, "opiates": 12})

    (taken,) = records.scores_of(session, person.id, Instrument.TOP)
    assert (taken.total, dict(taken.values)) == (None, {"quality_of_life": 7, "opiates": 12})


def test_every_answer_that_cannot_be_is_named_and_nothing_is_kept(session, world, person):
    with pytest.raises(Refused) as refusal:
        scores(session, world, person, values=answers(Instrument.PHQ_9, q3=4, q5=9))

    assert [reason.code for reason in refusal.value.reasons] == ["item_3", "item_5"]
    assert count_stored(session, InstrumentScore) == 0


@pytest.mark.parametrize(("days", "code"), [(1, "in_the_future"), (-400, "too_long_ago")])
def test_nothing_was_answered_tomorrow_or_years_ago(session, world, person, days, code):
    with pytest.raises(Refused, match=code):
        scores(session, world, person, taken_on=world.day + timedelta(days=days))


def test_an_answer_that_speaks_of_self_harm_opens_a_task_at_once(session, world, person):
    scores(session, world, person, values=answers(Instrument.PHQ_9, q9=1))

    assert tasks(session) == [(Desk.COUNSELLING, soon(world), TaskReasonKind.SAFETY)]
    assert [taken.person_id for taken in records.safety_open(session, world.site.id)] == [person.id]


def test_talking_that_settled_it_goes_no_further(session, world, person):
    score = scores(session, world, person, values=answers(Instrument.PHQ_9, q9=2))

    steps(session, world, score, note="Talked for half an hour; sister knows.")

    (taken,) = records.scores_of(session, person.id)
    assert taken.safety.action is SafetyAction.TALKED_NO_PLAN
    assert records.safety_open(session, world.site.id) == []
    assert [desk for desk, *_ in tasks(session)] == [Desk.COUNSELLING]
    assert audited_kinds(session)[-1] == AuditKind.SAFETY_STEP_TAKEN


@pytest.mark.parametrize(
    "action",
    [
        SafetyAction.PRESCRIBER_CALLED,
        SafetyAction.CRISIS_SERVICE,
        SafetyAction.EMERGENCY,
        SafetyAction.LEFT_BEFORE,
    ],
)
def test_after_anything_more_a_prescriber_looks_the_same_day(session, world, person, action):
    score = scores(session, world, person, values=answers(Instrument.PHQ_9, q9=3))

    steps(session, world, score, action)

    assert (Desk.PRESCRIBER, soon(world), TaskReasonKind.SAFETY) in tasks(session)


def test_a_step_is_recorded_once(session, world, person):
    score = scores(session, world, person, values=answers(Instrument.PHQ_9, q9=1))
    steps(session, world, score)

    with pytest.raises(Conflict, match="step_taken"):
        steps(session, world, score)


def test_no_step_is_asked_of_other_answers(session, world, person):
    with pytest.raises(Refused, match="nothing_to_settle"):
        steps(session, world, scores(session, world, person))


def test_no_score_no_step(session, world):
    with pytest.raises(NotFound):
        instruments.take_safety_step(session, score_id=999, action=SafetyAction.EMERGENCY, note="", act=world.act())


def test_what_was_asked_in_outreach_is_seen_once_the_person_is_known(session, world, person):
    met = contact(session, world)
    values = {"1.opioids": 3, "2.opioids": 6, "3.opioids": 0, "4.opioids": 0, "5.opioids": 0, "6.opioids": 0}
    scores(
        session, world, person, Instrument.ASSIST, values | {"7.opioids": 0}, person_id=None, outreach_contact_id=met.id
    )

    before = records.scores_of(session, person.id)
    met.person_id = person.id
    session.flush()

    assert before == []
    assert [part.total for part in records.scores_of(session, person.id)[0].score.parts] == [6]
    assert len(records.scores_of_contact(session, met.id)) == 1


def test_nobody_was_met_under_a_number_that_is_none(session, world, person):
    with pytest.raises(NotFound, match="no_such_contact"):
        scores(session, world, person, person_id=None, outreach_contact_id=999)


def test_an_older_edition_stays_legible_and_is_not_given_a_band(session, world, person):
    score = {"person_id": person.id, "instrument": Instrument.PHQ_9, "edition": "older", "total": 12}
    factories.save(session, InstrumentScore(taken_on=world.day, **score, **factories.stamp(world)))

    (taken,) = records.scores_of(session, person.id)
    assert (taken.score.total, taken.score.band, taken.same_edition) == (12, "", False)


def taken_back(session, world, score, reason="another person's"):
    return instruments.take_back(session, score_id=score.id, reason=reason, act=world.act())


def test_questionnaire_taken_back_stays_to_be_read_and_counts_nowhere(session, world, person):
    score = scores(session, world, person, values=answers(Instrument.PHQ_9, q1=3))

    taken_back(session, world, score)

    (taken,) = records.scores_of(session, person.id)
    assert (taken.counts, taken.compared, taken.values["1"], taken.total) == (False, False, 3, 3)
    assert (taken.mistake.reason, taken.mistake.by) == ("another person's", world.nurse.name)
    assert score_trend.panels(definition(Instrument.PHQ_9), [taken], SPEAK) == []
    assert audited_kinds(session)[-1] is AuditKind.INSTRUMENT_TAKEN_BACK


def test_trend_is_drawn_without_what_was_taken_back(session, world, person):
    for days, q1 in ((14, 1), (7, 3), (0, 2)):
        day = world.day - timedelta(days=days)
        score = scores(session, world, person, values=answers(Instrument.PHQ_9, q1=q1), taken_on=day)
        if q1 == 3:
            taken_back(session, world, score)

    taken = records.scores_of(session, person.id)
    (panel,) = score_trend.panels(definition(Instrument.PHQ_9), taken, SPEAK)
    assert [value for _, value in panel.points] == [1, 2]
    assert not score_trend.can_be_drawn(taken[:2])


def test_screening_taken_back_is_no_step_of_the_way(session, world, person):
    score = scores(session, world, person, Instrument.ASSIST, OPIOIDS)
    before = course.course_of(session, person.id, world.site.id)

    taken_back(session, world, score)

    assert len(before) == 1
    assert course.course_of(session, person.id, world.site.id) == []


def test_safety_step_stays_open_after_the_sheet_was_taken_back_until_somebody_asked(session, world, person):
    score = scores(session, world, person, values=answers(Instrument.PHQ_9, q9=2))

    taken_back(session, world, score, "another person's sheet")
    waiting = [one.id for one in records.safety_open(session, world.site.id)]
    steps(session, world, score, note="asked: the sheet was of somebody else")

    assert waiting == [score.id]
    assert tasks(session) == [(Desk.COUNSELLING, soon(world), TaskReasonKind.SAFETY)]
    assert session.scalars(select(Task.resolved_at)).all() == [None]
    assert records.safety_open(session, world.site.id) == []


def test_questionnaire_is_taken_back_once_and_with_a_reason(session, world, person):
    score = scores(session, world, person)

    with pytest.raises(Refused, match="blank"):
        taken_back(session, world, score, reason=" ")
    taken_back(session, world, score)
    with pytest.raises(Conflict, match="score_taken_back"):
        taken_back(session, world, score)
    with pytest.raises(NotFound, match="no_such_score"):
        instruments.take_back(session, score_id=999, reason="none", act=world.act())


def test_screening_of_a_contact_is_taken_back_too(session, world, person):
    met = contact(session, world)
    score = scores(session, world, person, Instrument.ASSIST, OPIOIDS, person_id=None, outreach_contact_id=met.id)

    taken_back(session, world, score)

    assert [one.counts for one in records.scores_of_contact(session, met.id)] == [False]


def test_questionnaire_of_a_record_that_was_linked_away_is_taken_back(session, world, person):
    score = scores(session, world, person)
    person.root_id = factories.person(session, "Brandt").id
    session.flush()

    taken_back(session, world, score)

    assert [one.counts for one in records.scores_of(session, person.root_id)] == [False]
