"""The way in: what is asked before the first dose, who stands where in the queue, and where a journey stands.

Before the first dose identity, consent, medical assessment, order and contact; all else has a due day, and no dose waits for
it. One queue: former clients first. Source: product.md §9; NTA Models of care 2006; house.toml intake, waiting.
"""

from datetime import date, timedelta

import pytest

from dispensary.policy.journey import journey_rules
from dispensary.rules.intake import Found, intake
from dispensary.rules.journey import Stage, Where, aim_is_due, column_of, stage_now
from dispensary.rules.waiting import Place, WaitingFacts, neglected, queue, waited
from models.enums import IntakeItem, JourneyStage

TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)
FORMER, NEW = True, False
ENGAGEMENT, DELIVERY, INTEGRATION, COMPLETION = JourneyStage

ASKED = [
    (IntakeItem.IDENTITY, "before the first dose", 0),
    (IntakeItem.CONSENT, "before the first dose", 0),
    (IntakeItem.MEDICAL_ASSESSMENT, "before the first dose", 0),
    (IntakeItem.ORDER, "before the first dose", 0),
    (IntakeItem.CONTACT, "before the first dose", 0),
    (IntakeItem.PRIVACY_NOTICE, "later", 1),
    (IntakeItem.NALOXONE, "later", 1),
    (IntakeItem.OWN_AIM, "later", 14),
    (IntakeItem.ASSESSMENT, "later", 30),
    (IntakeItem.HEALTH_TESTS, "later", 30),
    (IntakeItem.PLAN, "later", 30),
]


@pytest.mark.parametrize(("item", "when", "days"), ASKED, ids=[item.value for item, *_ in ASKED])
def test_what_is_asked_and_by_when(item, when, days):
    (line,) = [line for line in intake({}, TODAY, journey_rules()) if line.item is item]

    assert (line.before_first_dose, line.due_on) == (when == "before the first dose", TODAY + days * DAY)


@pytest.mark.parametrize(
    ("found", "on_day", "said"),
    [
        pytest.param(None, 30, "open", id="on its last day it is open, not overdue"),
        pytest.param(None, 31, "overdue", id="a day later it is overdue"),
        pytest.param(Found(False, TODAY), 29, "half done", id="half done is saved"),
        pytest.param(Found(False, TODAY), 31, "overdue", id="half done falls due all the same"),
        pytest.param(Found(True, TODAY), 90, "done", id="done is done"),
    ],
)
def test_how_far_a_plan_is(found, on_day, said):
    known = {} if found is None else {IntakeItem.PLAN: found}
    (line,) = [line for line in intake(known, TODAY, journey_rules()) if line.item is IntakeItem.PLAN]
    late = line.overdue(TODAY + on_day * DAY)

    state = "done" if line.done else "overdue" if late else "half done" if line.begun else "open"
    assert state == said


def somebody(number, since, former):
    return WaitingFacts(
        id=number,
        person_id=number,
        number=f"P{number:05}",
        name="",
        phone="",
        since_on=TODAY - since * DAY,
        why="a place",
        former=former,
    )


@pytest.mark.parametrize(
    ("waiting", "order"),
    [
        pytest.param([(1, 10, NEW), (2, 20, NEW)], [2, 1], id="who waits longer stands before"),
        pytest.param([(1, 30, NEW), (2, 1, FORMER)], [2, 1], id="who comes back stands before everybody new"),
        pytest.param([(1, 1, FORMER), (2, 9, FORMER)], [2, 1], id="among those who come back the longer first"),
        pytest.param([(2, 5, NEW), (1, 5, NEW)], [1, 2], id="of one day, as they were entered"),
        pytest.param([], [], id="nobody"),
    ],
)
def test_who_stands_where_in_the_queue(waiting, order):
    assert [place.who.id for place in queue(somebody(*one) for one in waiting)] == order


@pytest.mark.parametrize(
    ("since", "heard", "left_alone"),
    [
        pytest.param(14, None, False, id="two weeks without a word are the most"),
        pytest.param(15, None, True, id="a day more is too long"),
        pytest.param(60, 3, False, id="somebody spoke with them three days ago"),
        pytest.param(60, 15, True, id="the last word is too long ago"),
        pytest.param(5, 40, False, id="a word from before they waited does not count against them"),
    ],
)
def test_nobody_who_waits_is_left_without_a_word(since, heard, left_alone):
    one = somebody(1, since, NEW)
    heard_on = None if heard is None else TODAY - heard * DAY

    who = WaitingFacts(**{**one.__dict__, "heard_on": heard_on})

    assert who.left_alone(TODAY, journey_rules().contact_every) is left_alone


@pytest.mark.parametrize(
    ("days", "target", "n", "half_way", "longest", "in_time"),
    [
        ([], 21, 0, None, None, 0),
        ([4], 21, 1, 4, 4, 1),
        ([1, 4], None, 2, 2.5, 4, 2),
        ([30, 2, 21], 21, 3, 21, 30, 2),
    ],
)
def test_how_long_people_waited(days, target, n, half_way, longest, in_time):
    found = waited(days, target)

    assert (found.n, found.median, found.longest, found.in_time) == (n, half_way, longest, in_time)


@pytest.mark.parametrize(
    ("waits", "heard", "target", "too_long", "alone"),
    [
        pytest.param(14, None, None, None, None, id="two weeks, and no target"),
        pytest.param(15, None, None, None, 0, id="a day more, without a word"),
        pytest.param(40, 15, None, None, 0, id="heard of fifteen days ago"),
        pytest.param(40, 14, None, None, None, id="heard of a fortnight ago"),
        pytest.param(7, None, 7, None, None, id="as long as the target"),
        pytest.param(10, None, 7, 2, None, id="longer than the target"),
        pytest.param(40, None, 7, 32, 25, id="both"),
    ],
)
def test_who_waits_too_long_or_without_a_word_and_since_when(waits, heard, target, too_long, alone):
    who = WaitingFacts(
        1, 1, "P1", "A", "", TODAY - waits * DAY, "", NEW, None if heard is None else TODAY - heard * DAY
    )

    found = neglected([Place(1, who)], TODAY, contact_every=journey_rules().contact_every, most_days=target)

    days = [[one and (TODAY - one).days for one in (each.too_long_since, each.alone_since)] for each in found]
    assert days == ([] if too_long is alone is None else [[too_long, alone]])
    assert all(one.since == TODAY - min(d for d in (too_long, alone) if d is not None) * DAY for one in found)


@pytest.mark.parametrize(
    ("changes", "stands"),
    [
        pytest.param([], Stage(ENGAGEMENT, TODAY), id="engagement from the admission on"),
        pytest.param([Stage(DELIVERY, TODAY + DAY)], Stage(DELIVERY, TODAY + DAY), id="as it was set"),
        pytest.param(
            [Stage(DELIVERY, TODAY), Stage(ENGAGEMENT, TODAY + DAY)],
            Stage(ENGAGEMENT, TODAY + DAY),
            id="and back again",
        ),
    ],
)
def test_where_a_journey_stands(changes, stands):
    assert stage_now(changes, TODAY) == stands


@pytest.mark.parametrize(
    ("stage", "dosed", "with_doses", "column"),
    [
        (ENGAGEMENT, False, True, Where.BEFORE_FIRST_DOSE),
        (ENGAGEMENT, True, True, Where.ENGAGEMENT),
        (ENGAGEMENT, False, False, Where.ENGAGEMENT),
        (DELIVERY, False, True, Where.DELIVERY),
        (INTEGRATION, True, True, Where.COMMUNITY_INTEGRATION),
        (COMPLETION, True, True, Where.COMPLETION),
    ],
)
def test_where_somebody_stands_on_the_board(stage, dosed, with_doses, column):
    assert column_of(stage, dosed, with_doses) is column


@pytest.mark.parametrize(
    ("said", "reviews", "due"),
    [
        pytest.param(None, [], True, id="asked at entry"),
        pytest.param(0, [], False, id="said, and no review since"),
        pytest.param(0, [0], False, id="said on the day of the plan"),
        pytest.param(0, [0, 90], True, id="asked again at each review"),
        pytest.param(90, [0, 90], False, id="and said again"),
    ],
)
def test_when_the_persons_own_aim_is_asked(said, reviews, due):
    said_on = None if said is None else TODAY + said * DAY

    assert aim_is_due(said_on, [TODAY + n * DAY for n in reviews]) is due
