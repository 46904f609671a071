"""Outreach: people met under whatever name they gave, talked with, and recognised once they are on record."""

from datetime import timedelta

import pytest

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.policy.instruments import definition
from dispensary.queries import instruments as scores
from dispensary.queries import outreach as records
from dispensary.services import instruments, outreach
from models import OutreachContact, OutreachMeeting
from models.enums import AuditKind, Instrument, InterventionResult, OutreachPlace, Role, Substance
from tests import factories
from tests.rows import audited_kinds, count

DAY = timedelta(days=1)


@pytest.fixture
def peer(world):
    return world.staff[Role.PEER]


def met(session, world, by, called="Tiger", **values):
    values = {"met_on": world.day, "place": OutreachPlace.STREET, "minutes": 20, "note": "asked for needles"} | values
    return outreach.meet_first(session, called=called, act=world.act(by), **values)


def again(session, world, by, contact, **values):
    values = {"met_on": world.day, "place": OutreachPlace.DROP_IN, "minutes": 5, "note": ""} | values
    return outreach.meet_again(session, contact_id=contact.id, act=world.act(by), **values)


def talked(session, world, by, contact, **values):
    values = {
        "about": Substance.OPIOIDS,
        "minutes": 10,
        "result": InterventionResult.WANTS_TREATMENT,
        "agreed": "comes on Monday",
        "given_on": world.day,
    } | values
    return outreach.intervene_with_contact(session, contact_id=contact.id, act=world.act(by), **values)


def test_contact_needs_no_real_name_and_each_meeting_is_kept(session, world, peer):
    contact = met(session, world, peer, met_on=world.day - 7 * DAY)
    again(session, world, peer, contact)

    (line,), more = records.contacts(session, world.site.id, peer.id)

    assert (line.called, line.meetings, line.first_met_on, line.last_met_on) == (
        "Tiger",
        2,
        world.day - 7 * DAY,
        world.day,
    )
    assert not more and line.person_id is None
    assert [one.place for one in records.meetings_of(session, contact.id)] == [
        OutreachPlace.DROP_IN,
        OutreachPlace.STREET,
    ]
    assert audited_kinds(session) == [AuditKind.OUTREACH_MET, AuditKind.OUTREACH_MET]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"called": " "}, "called"),
        ({"called": "x" * 61}, "called"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 721}, "minutes"),
        ({"met_on": 1}, "met_on"),
        ({"note": "x" * 1001}, "note"),
    ],
)
def test_what_cannot_be_a_meeting_is_refused_at_its_field(session, world, peer, values, field):
    if "met_on" in values:
        values = {"met_on": world.day + DAY}

    with pytest.raises(Refused) as refused, session.begin_nested():
        met(session, world, peer, **values)

    assert refused.value.field == field
    assert count(session, OutreachMeeting) == 0


def test_further_meeting_does_not_lie_before_the_first(session, world, peer):
    contact = met(session, world, peer)

    with pytest.raises(Refused, match="before_first"):
        again(session, world, peer, contact, met_on=world.day - DAY)


def test_nobody_is_met_again_who_was_never_met(session, world, peer):
    with pytest.raises(NotFound):
        outreach.meet_again(
            session,
            contact_id=77,
            met_on=world.day,
            place=OutreachPlace.STREET,
            minutes=5,
            note="",
            act=world.act(peer),
        )


def test_brief_intervention_is_kept_with_what_was_agreed(session, world, peer):
    contact = met(session, world, peer)
    talked(session, world, peer, contact)

    (line,) = records.interventions_of_contact(session, contact.id)

    assert (line.about, line.result, line.agreed, line.by) == (
        Substance.OPIOIDS,
        InterventionResult.WANTS_TREATMENT,
        "comes on Monday",
        "Pia Holm",
    )
    assert audited_kinds(session)[-1] is AuditKind.INTERVENTION_GIVEN
    with pytest.raises(Refused, match="minutes"):
        talked(session, world, peer, contact, minutes=0)


def test_brief_intervention_is_held_with_a_person_on_record_too(session, world):
    who = factories.person(session)
    said = {"about": Substance.SHOP_MEDICINES, "minutes": 8, "result": InterventionResult.WILL_THINK, "agreed": ""}

    outreach.intervene(session, person_id=who.id, given_on=world.day, act=world.act(), **said)

    assert [one.about for one in records.interventions_of(session, who.id)] == [Substance.SHOP_MEDICINES]
    with pytest.raises(Refused, match="in_the_future"):
        outreach.intervene(session, person_id=who.id, given_on=world.day + DAY, act=world.act(), **said)


def test_what_was_said_outside_goes_along_once_the_person_is_recognised(session, world, peer):
    contact, who = met(session, world, peer), factories.person(session)
    talked(session, world, peer, contact)
    assist = definition(Instrument.ASSIST)
    instruments.score_instrument(
        session,
        definition=assist,
        values={item.key: item.values[-1] for item in assist.items if item.substance is Substance.OPIOIDS},
        taken_on=world.day,
        outreach_contact_id=contact.id,
        act=world.act(peer),
    )

    outreach.recognise(session, contact_id=contact.id, number=who.number.lower(), act=world.act())

    assert [one.result for one in records.interventions_of(session, who.id)] == [InterventionResult.WANTS_TREATMENT]
    assert [one.instrument for one in scores.scores_of(session, who.id)] == [Instrument.ASSIST]
    assert [one.id for one in records.contacts_of_person(session, who.id)] == [contact.id]
    assert records.contact(session, contact.id, world.site.id, None).person_id == who.id
    assert audited_kinds(session)[-1] is AuditKind.OUTREACH_LINKED
    with pytest.raises(Conflict, match="known_already"):
        outreach.recognise(session, contact_id=contact.id, number=who.number, act=world.act())


def test_number_of_nobody_recognises_nobody(session, world, peer):
    contact = met(session, world, peer)

    with pytest.raises(Refused) as refused:
        outreach.recognise(session, contact_id=contact.id, number="P99999", act=world.act())

    assert (refused.value.code, refused.value.field) == ("no_such_number", "number")


def test_peer_sees_none_but_their_own_contacts(session, world, peer):
    mine = met(session, world, peer)
    other = met(session, world, world.staff[Role.COUNSELLOR], called="Moon")

    seen, _ = records.contacts(session, world.site.id, peer.id)
    every, _ = records.contacts(session, world.site.id, None)

    assert [one.id for one in seen] == [mine.id]
    assert {one.id for one in every} == {mine.id, other.id}
    with pytest.raises(NotFound):
        records.contact(session, other.id, world.site.id, peer.id)


def test_contacts_come_a_page_at_a_time(session, world, peer, monkeypatch):
    monkeypatch.setattr(records, "PAGE", 2)
    for n in range(3):
        met(session, world, peer, called=f"no. {n}", met_on=world.day - n * DAY)

    first, more = records.contacts(session, world.site.id, peer.id)
    second, still_more = records.contacts(session, world.site.id, peer.id, page=2)

    assert ([one.called for one in first], more) == (["no. 0", "no. 1"], True)
    assert ([one.called for one in second], still_more) == (["no. 2"], False)
    assert count(session, OutreachContact) == 3
