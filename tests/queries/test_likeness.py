"""Like names among people in treatment: who counts, how the keys are kept, and that the window looks them up by index."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from dispensary.queries import links as plans
from dispensary.queries import signs
from dispensary.queries.likeness import people_alike
from dispensary.services import episodes, likeness, links, people
from models import Episode, NameKey, Person
from models.enums import Admission, EpisodeEndReason, EpisodeKind, Sex
from tests.factories import patient, person, stamp

DAY = timedelta(days=1)


def keyed(session, *people_):
    likeness.renew_name_keys(session)
    return people_


def alike(session, world, who):
    found = signs.signs_of(session, who.id, world.day)
    assert [other.person_id for other in people_alike(session, who.id)] == [] or found.alike
    return found.alike


def an(session, world, given="Văn An", **values):
    return patient(session, world, family_name="Nguyễn", given_name=given, **values)


def test_a_like_name_in_treatment_is_asked_about_on_both_pages(session, world):
    one, other, third = an(session, world), an(session, world, "Văn Anh"), an(session, world, "Thị Bình")
    keyed(session)

    assert [alike(session, world, who) for who in (one, other, third)] == [True, True, False]
    assert [found.person_id for found in people_alike(session, one.id)] == [other.id]


def test_somebody_who_is_not_in_treatment_raises_no_question(session, world):
    one = an(session, world)
    never, gone = person(session, "Nguyễn", "Văn Anh"), an(session, world, "Văn Anh")
    episodes.end_episode(
        session,
        person_id=gone.id,
        ended_on=world.day,
        reason=EpisodeEndReason.TRANSFERRED_OUT,
        note="moved",
        act=world.act(),
    )
    keyed(session, never)

    assert not alike(session, world, one)
    assert alike(session, world, gone), "whoever stands here could still be the one in treatment"


def test_another_record_of_the_same_person_raises_no_question(session, world):
    one, other = an(session, world), an(session, world, "Văn Anh")
    keyed(session)
    plan = plans.plan(session, root_id=one.id, person_id=other.id, clinic_day=world.day)
    links.link_records(
        session,
        root_id=one.id,
        person_id=other.id,
        shown=plan.digest,
        reason="same face",
        witnessed_by_id=world.witness.id,
        act=world.act(),
    )

    assert not alike(session, world, one)


def identity(session, world, who, given_name):
    return people.change_identity(
        session,
        person_id=who.id,
        family_name=who.family_name,
        given_name=given_name,
        birth_date=who.birth_date,
        sex=Sex.FEMALE,
        identity_number=None,
        reason="typed wrongly",
        act=world.act(),
    )


def test_the_keys_follow_a_change_of_name(session, world):
    one, other = an(session, world), an(session, world, "Thị Bình")
    keyed(session)

    identity(session, world, other, "Văn Anh")

    assert alike(session, world, one)
    identity(session, world, other, "Thị Bình")
    assert not alike(session, world, one)


def test_registering_writes_keys_and_renewing_adds_only_what_is_missing(session, world):
    made = people.register_person(
        session,
        family_name="Holt",
        given_name="Joan",
        birth_date=None,
        sex=Sex.UNKNOWN,
        identity_number=None,
        phone="",
        address="",
        number="",
        distinct_from=frozenset(),
        act=world.act(),
    )
    without = person(session, "Kerr", "Brian")
    before = session.scalar(select(func.count()).select_from(NameKey))

    assert likeness.renew_name_keys(session) == 1
    assert likeness.renew_name_keys(session) == 0
    assert before > 0
    owners = set(session.scalars(select(NameKey.person_id)))
    assert owners == {made.id, without.id}


def register(session, world, **values):
    given = {
        "family_name": "Nguyễn",
        "given_name": "Văn Anh",
        "birth_date": None,
        "identity_number": None,
        "phone": "",
    } | values
    from dispensary.queries.people import alike as found

    return [other.id for other in found(session, *given.values())]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"given_name": "Văn  AN"},
        {"family_name": "Văn An", "given_name": "Nguyen"},
        {"family_name": "Kerr", "phone": "0555 01-99"},
    ],
    ids=["a letter more", "case and blanks", "turned round", "phone spaced otherwise"],
)
def test_registering_warns_of_like_names_and_phones(session, world, values):
    one = person(session, "Nguyễn", "Văn An", phone="0555-0199")
    keyed(session)

    assert register(session, world, **values) == [one.id]


def test_registering_somebody_else_warns_of_nobody(session, world):
    person(session, "Nguyễn", "Văn An", phone="0555-0199")
    keyed(session)

    assert register(session, world, given_name="Thị Bình", phone="0555-0190") == []


def test_a_thousand_people_are_looked_up_by_index(session, world):
    one = an(session, world)
    session.add_all(
        Person(
            number=f"Q{n:05}",
            family_name=f"Family{n:04}",
            given_name=f"Given{n:04}",
            search_key=f"family{n:04} given{n:04}",
            created_at=world.at,
        )
        for n in range(1000)
    )
    session.flush()
    ids = session.scalars(select(Person.id).where(Person.number.startswith("Q")).order_by(Person.id)).all()
    session.add_all(
        Episode(
            person_id=person_id,
            kind=EpisodeKind.MAINTENANCE,
            admission=Admission.NEW,
            admitted_on=world.day,
            **stamp(world),
        )
        for person_id in ids
    )
    session.flush()
    keyed(session)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ANALYZE"))

    plan = explained(session, signs._SIGNS, {"person_id": one.id, "clinic_day": world.day})

    assert "SCAN name_key" not in plan and "Seq Scan on name_key" not in plan, plan
    assert "SCAN episode" not in plan and "Seq Scan on episode " not in plan, plan


def explained(session, query, values):
    literal = query.params(**values).compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    how = "EXPLAIN QUERY PLAN" if session.get_bind().dialect.name == "sqlite" else "EXPLAIN"
    return "\n".join(str(row) for row in session.connection().exec_driver_sql(f"{how} {literal}"))
