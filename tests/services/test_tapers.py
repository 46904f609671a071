"""A wish for a smaller dose, a rest or the way back up: the person's words, the prescriber's answer, no dose changed."""

import pytest

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import orders, prescriber_desk
from dispensary.queries import tapers as records
from dispensary.services import tapers
from models import Task, TaskReason
from models.enums import AskedBy, AuditKind, TaperWish, TaskReasonKind
from tests import factories
from tests.rows import audited_kinds, count
from tests.turns import A_DAY

HOUR = 3600


@pytest.fixture
def who(session, world):
    return factories.patient(session, world)


def asked(session, world, who, wish=TaperWish.BEGIN, **values):
    given = {"asked_by": AskedBy.PERSON, "words": "5 mg less a month", "said_on": world.day} | values
    return tapers.ask(session, person_id=who.id, wish=wish, **given, act=world.act())


def answered(session, world, wish, followed=True, words="Agreed: 5 mg a month."):
    act = world.act(world.prescriber)
    return tapers.answer(session, taper_request_id=wish.id, followed=followed, words=words, act=act)


@pytest.mark.parametrize(
    ("wish", "hours"),
    [(TaperWish.BEGIN, 168), (TaperWish.PAUSE, 8), (TaperWish.STOP, 8), (TaperWish.GO_BACK_UP, 8)],
)
def test_a_wish_is_on_the_prescribers_desk_and_sooner_where_a_taper_is_to_halt(session, world, who, wish, hours):
    asked(session, world, who, wish)

    task = session.query(Task).one()
    assert (task.due_at - world.at).total_seconds() == hours * HOUR
    assert count(session, TaskReason, TaskReason.kind == TaskReasonKind.TAPER) == 1
    assert orders.active_order(session, who.id, world.day).steps[0].total_mg == 80
    assert audited_kinds(session)[-1] == AuditKind.TAPER_ASKED


def test_the_answer_is_kept_and_the_task_is_done(session, world, who):
    wish = asked(session, world, who)

    answered(session, world, wish)

    [known] = records.of_person(session, who.id)
    assert (known.followed, known.answer, known.answered_by) == (True, "Agreed: 5 mg a month.", "Dana Frost")
    assert prescriber_desk.desk_rows(session, world.site.id, world.at) == []


@pytest.mark.parametrize(("values", "field"), [({"words": " "}, "words"), ({"said_on": A_DAY}, "said_on")])
def test_a_wish_without_words_or_of_tomorrow_is_refused(session, world, who, values, field):
    if field == "said_on":
        values = {"said_on": world.day + A_DAY}

    with pytest.raises(Refused) as refused:
        asked(session, world, who, **values)

    assert refused.value.field == field


def test_nobody_tapers_who_is_not_in_treatment(session, world):
    with pytest.raises(Refused) as refused:
        asked(session, world, factories.person(session))

    assert refused.value.code == "no_open_episode"


def test_the_same_wish_waits_once(session, world, who):
    asked(session, world, who)

    with pytest.raises(Conflict) as conflict:
        asked(session, world, who)

    assert conflict.value.code == "asked_before"


@pytest.mark.parametrize("wish", [TaperWish.PAUSE, TaperWish.STOP])
def test_that_a_taper_rests_at_the_persons_word_is_never_declined(session, world, who, wish):
    made = asked(session, world, who, wish)

    with pytest.raises(Refused) as refused:
        answered(session, world, made, followed=False)

    assert refused.value.code == "at_the_persons_word"


def test_what_still_goes_down_is_held_first(session, world):
    who = factories.person(session)
    steps = {world.day: ("80",), world.day + 7 * A_DAY: ("75",)}
    factories.order(session, world, who, steps=steps)
    made = asked(session, world, who, TaperWish.STOP)

    with pytest.raises(Refused) as refused:
        answered(session, world, made)

    assert refused.value.code == "still_going_down"


def test_a_prescribers_own_idea_and_a_beginning_may_be_declined(session, world, who):
    wish = asked(session, world, who, words="all of it in a week")

    answered(session, world, wish, followed=False, words="Too fast to be safe; 5 mg a month.")

    assert records.of_person(session, who.id)[0].followed is False


def test_a_wish_is_answered_once_and_must_be_there(session, world, who):
    wish = asked(session, world, who)
    answered(session, world, wish)

    with pytest.raises(Conflict):
        answered(session, world, wish)
    with pytest.raises(NotFound):
        tapers.answer(session, taper_request_id=999, followed=True, words="x", act=world.act())
