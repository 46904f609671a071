"""Admission, the end of an episode, and the correction of an end."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import people
from dispensary.services import episodes
from models import DoseOrder, Episode, EpisodeEnd, OrderEnd
from models.enums import Admission, AuditKind, EpisodeEndReason, EpisodeKind, Medication, OrderEndReason
from models.units import mg
from tests import factories
from tests.rows import audited_kinds


@pytest.fixture
def person(session, world):
    return factories.person(session)


def transfer(world, **changes):
    return episodes.TransferIn(
        **{
            "clinic": "North Clinic",
            "confirmed_by": "Dr Lee",
            "last_dose_on": world.day - timedelta(days=1),
            "last_dose_mg": mg("60"),
            "last_dose_medication": Medication.METHADONE,
        }
        | changes
    )


def admit(session, world, person, **changes):
    values = {
        "kind": EpisodeKind.MAINTENANCE,
        "admission": Admission.NEW,
        "admitted_on": world.day,
        "transfer": None,
    }
    return episodes.admit_patient(session, person_id=person.id, **values | changes, act=world.act())


def end(session, world, person, **changes):
    values = {"ended_on": world.day, "reason": EpisodeEndReason.LEFT_BY_OWN_WISH, "note": "moves away"}
    return episodes.end_episode(session, person_id=person.id, **values | changes, act=world.act())


def test_an_admission_opens_one_episode_and_a_second_is_refused(session, world, person):
    admit(session, world, person)

    with pytest.raises(Refused, match="episode_open"):
        admit(session, world, person, admission=Admission.TRANSFERRED_IN, transfer=transfer(world))

    assert audited_kinds(session) == [AuditKind.PERSON_ADMITTED]


def test_a_transfer_in_keeps_the_confirmed_last_dose(session, world, person):
    made = admit(session, world, person, admission=Admission.TRANSFERRED_IN, transfer=transfer(world))

    assert made.transferred_from == "North Clinic; Dr Lee"
    assert (made.last_dose_mg, made.last_dose_on) == (mg("60"), world.day - timedelta(days=1))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"admitted_on": timedelta(days=1)}, "future_day"),
        ({"admission": Admission.READMITTED}, "never_admitted"),
        ({"admission": Admission.TRANSFERRED_IN}, "transfer_not_whole"),
        ({"transfer": {}}, "transfer_not_whole"),
        ({"admission": Admission.TRANSFERRED_IN, "transfer": {"clinic": " "}}, "blank"),
        ({"admission": Admission.TRANSFERRED_IN, "transfer": {"confirmed_by": ""}}, "blank"),
        ({"admission": Admission.TRANSFERRED_IN, "transfer": {"last_dose_mg": mg("0")}}, "no_amount"),
        ({"admission": Admission.TRANSFERRED_IN, "transfer": {"last_dose_on": timedelta(days=1)}}, "last_dose_later"),
    ],
)
def test_an_admission_that_cannot_be_right_is_refused(session, world, person, changes, code):
    def real(value):
        return world.day + value if isinstance(value, timedelta) else value

    values = {key: real(value) for key, value in changes.items()}
    if isinstance(values.get("transfer"), dict):
        values["transfer"] = transfer(world, **{key: real(value) for key, value in values["transfer"].items()})

    with pytest.raises(Refused) as refusal:
        admit(session, world, person, **values)

    assert refusal.value.code == code
    assert audited_kinds(session) == []


def test_whoever_comes_back_is_re_admitted_and_not_before_the_last_end(session, world, person):
    admit(session, world, person, admitted_on=world.day - timedelta(days=9))
    end(session, world, person)

    with pytest.raises(Refused, match="not_new"):
        admit(session, world, person)
    with pytest.raises(Refused, match="before_last_end"):
        admit(session, world, person, admission=Admission.READMITTED, admitted_on=world.day - timedelta(days=1))
    again = admit(session, world, person, admission=Admission.READMITTED)

    page = people.person_page(session, person.id, world.at)
    assert page.open_episode.id == again.id
    assert [span.end_reason for span in page.episodes] == [None, EpisodeEndReason.LEFT_BY_OWN_WISH]


def test_the_end_of_an_episode_ends_its_orders_on_the_same_day(session, world, person):
    spell = factories.episode(session, world, person, admitted_on=world.day - timedelta(days=30))
    running = factories.order(session, world, person, in_episode=spell, starts_on=world.day - timedelta(days=30))
    coming = factories.order(session, world, person, in_episode=spell, starts_on=world.day + timedelta(days=5))
    past = factories.order(
        session,
        world,
        person,
        in_episode=spell,
        starts_on=world.day - timedelta(days=29),
        ends_on=world.day - timedelta(days=20),
    )

    end(session, world, person, ended_on=world.day - timedelta(days=1))

    ends = {e.order_id: e for e in session.scalars(select(OrderEnd))}
    assert set(ends) == {running.id, coming.id} and past.id not in ends
    assert ends[running.id].last_day == world.day - timedelta(days=1)
    assert ends[coming.id].last_day == world.day + timedelta(days=4)
    assert {e.reason for e in ends.values()} == {OrderEndReason.EPISODE_ENDED}
    assert audited_kinds(session)[-3:] == [AuditKind.EPISODE_ENDED, AuditKind.ORDER_ENDED, AuditKind.ORDER_ENDED]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ended_on": 1}, "future_day"),
        ({"ended_on": -5}, "before_admission"),
        ({"note": "  "}, "blank"),
    ],
)
def test_an_end_that_cannot_be_right_is_refused(session, world, person, changes, code):
    admit(session, world, person, admitted_on=world.day - timedelta(days=4))
    if "ended_on" in changes:
        changes = {"ended_on": world.day + timedelta(days=changes["ended_on"])}

    with pytest.raises(Refused) as refusal:
        end(session, world, person, **changes)

    assert refusal.value.code == code


def test_there_must_be_an_open_episode_to_end(session, world, person):
    with pytest.raises(Refused, match="no_open_episode"):
        end(session, world, person)


def test_a_mistaken_end_is_corrected_once_and_may_be_followed_by_another(session, world, person):
    admit(session, world, person)
    wrong = end(session, world, person, reason=EpisodeEndReason.DIED)

    with pytest.raises(Refused, match="on_record_as_died"):
        admit(session, world, person, admission=Admission.READMITTED)
    episodes.correct_episode_end(session, episode_end_id=wrong.id, reason="another person", act=world.act())
    with pytest.raises(Conflict):
        episodes.correct_episode_end(session, episode_end_id=wrong.id, reason="another person", act=world.act())
    second = end(session, world, person)

    assert (wrong.turn, second.turn) == (1, 2)
    assert len(session.scalars(select(EpisodeEnd)).all()) == 2
    assert AuditKind.EPISODE_END_CORRECTED in audited_kinds(session)


def test_an_end_stays_once_another_episode_has_begun(session, world, person):
    admit(session, world, person)
    first = end(session, world, person)
    admit(session, world, person, admission=Admission.READMITTED)

    with pytest.raises(Refused, match="later_episode"):
        episodes.correct_episode_end(session, episode_end_id=first.id, reason="mistake", act=world.act())
    with pytest.raises(NotFound):
        episodes.correct_episode_end(session, episode_end_id=999, reason="mistake", act=world.act())


def test_an_episode_never_ends_before_a_recorded_dose(session, world):
    person = factories.patient(session, world)
    of = session.scalars(select(DoseOrder).where(DoseOrder.person_id == person.id)).one()
    spell = session.scalars(select(Episode).where(Episode.person_id == person.id)).one()
    assert spell.admitted_on == world.day
    factories.dose(session, world, person, of)
    tomorrow = world.act(at=world.at + timedelta(days=1))
    factories.dose(session, world, person, of, at=tomorrow.at)

    with pytest.raises(Refused, match="dose_later"):
        episodes.end_episode(
            session,
            person_id=person.id,
            ended_on=world.day,
            reason=EpisodeEndReason.DROPPED_OUT,
            note="not seen",
            act=tomorrow,
        )
