"""Finding people, in any script, by number and by card."""

from datetime import timedelta

import pytest

from dispensary.queries import people
from models import EpisodeEnd, EpisodeEndCorrection, PersonCard
from models.enums import EpisodeEndReason
from tests import factories


@pytest.fixture
def known(session, world):
    """Four people whose names are written in three scripts."""
    made = {
        "huong": factories.person(session, "Đặng", "Thị Hường", number="P00101"),
        "minh": factories.person(session, "王", "小明", number="P00102"),
        "taka": factories.person(session, "髙橋", "花子", number="P00103"),
        "ames": factories.person(session, "Ames", "50%_Rosa", number="P00104"),
    }
    session.commit()
    return made


def found_ids(session, text):
    return [p.id for p in people.find_people(session, text).people]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("dang thi huong", "huong"),
        ("ĐẶNG", "huong"),
        ("đặng", "huong"),
        ("huong dang", "huong"),
        ("Hươ", "huong"),
        ("王小明", "minh"),
        ("小明", "minh"),
        ("髙橋", "taka"),
        ("P00103", "taka"),
        ("p00103", "taka"),
        ("103", "taka"),
        ("50%_", "ames"),
    ],
)
def test_a_person_is_found_however_the_name_is_typed(session, known, text, who):
    assert found_ids(session, text) == [known[who].id]


@pytest.mark.parametrize("text", ["", "   ", "nobody of that name", "%", "_x_", "KX-NEVERISSUED", "9" * 60, "'; --"])
def test_what_matches_nobody_finds_nobody(session, known, text):
    wanted = [] if text != "%" else [known["ames"].id]

    assert found_ids(session, text) == wanted


def test_people_are_listed_in_the_order_of_their_names_and_no_more_than_fifty(session, world):
    for n in range(52):
        factories.person(session, f"Lê {51 - n:02}", "An")
    session.commit()

    found = people.find_people(session, "le")

    assert len(found.people) == 50 and found.more
    assert [p.name for p in found.people[:2]] == ["Lê 00 An", "Lê 01 An"]


def test_a_card_finds_its_holder_and_says_when_it_no_longer_holds(session, world, known):
    old = PersonCard(
        person_id=known["huong"].id,
        code="KX-OLD",
        issued_at=world.at,
        issued_by_id=world.nurse.id,
        revoked_at=world.at,
        revoked_by_id=world.nurse.id,
    )
    new = PersonCard(person_id=known["huong"].id, code="KX-NEW", issued_at=world.at, issued_by_id=world.nurse.id)
    session.add_all([old, new])
    session.commit()

    by_old, by_new = people.find_people(session, "KX-OLD"), people.find_people(session, " kx-new ")

    assert [p.id for p in by_old.people] == [p.id for p in by_new.people] == [known["huong"].id]
    assert by_old.revoked and not by_new.revoked
    assert people.card_holder(session, "KX-OLD").revoked_at == world.at
    assert people.card_holder(session, "KX-NEW").revoked_at is None
    assert people.card_holder(session, "KX") is None


def test_a_status_follows_the_episodes_and_a_corrected_end_counts_as_none(session, world):
    who = factories.person(session, "Trần", "Bình")
    not_yet = people.find_people(session, "tran binh").people[0]
    spell = factories.episode(session, world, who)
    admitted = people.find_people(session, "tran binh").people[0]
    end = factories.save(
        session,
        EpisodeEnd(
            episode_id=spell.id,
            ended_on=world.day + timedelta(days=3),
            reason=EpisodeEndReason.DIED,
            **factories.stamp(world),
        ),
    )
    ended = people.find_people(session, "tran binh").people[0]
    factories.save(
        session, EpisodeEndCorrection(episode_end_id=end.id, reason="wrong person", **factories.stamp(world))
    )
    again = people.find_people(session, "tran binh").people[0]

    assert not_yet.status.msgid == "not admitted"
    assert admitted.in_treatment and again.in_treatment
    assert not ended.in_treatment and ended.status.values["reason"] is EpisodeEndReason.DIED
