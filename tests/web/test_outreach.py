"""Outreach over HTTP: a peer works alone with their own contacts, and meets nothing else of the clinic."""

import re

import pytest

from dispensary.policy.instruments import definition
from dispensary.queries import events
from dispensary.services import outreach, overdoses
from dispensary.services.overdoses import Told
from models import AccessLog, BriefIntervention, InstrumentScore, OutreachContact, OutreachMeeting, Overdose
from models.enums import Instrument, OutreachPlace, OverdoseHelp, Role, Substance, TaskReasonKind
from tests import factories
from tests.rows import count_stored, one_stored

MET = {"called": "Tiger", "met_on": "2026-03-02", "place": "street", "minutes": "20", "note": "asked for needles"}


@pytest.fixture
def peer(client, session, world):
    return client.sign_in(session, world, world.staff[Role.PEER], at_window=False)


def met_by(session, world, role, called="Moon"):
    contact = outreach.meet_first(
        session,
        called=called,
        met_on=world.day,
        place=OutreachPlace.DROP_IN,
        minutes=5,
        note="spoke of home",
        act=world.act(world.staff[role]),
    )
    session.commit()
    return contact


def text(answer):
    return answer.get_data(as_text=True)


def opioids():
    assist = definition(Instrument.ASSIST)
    return {
        f"item_{item.key.replace('.', '_')}": str(item.values[-1])
        for item in assist.items
        if item.substance is Substance.OPIOIDS
    }


def test_peer_meets_screens_and_talks_with_somebody(peer, session):
    answer = peer.send("/outreach/new", MET)
    contact = one_stored(session, OutreachContact)
    assert answer.headers["Location"] == f"/outreach/{contact.id}"

    peer.send(f"/outreach/{contact.id}/screening", opioids() | {"taken_on": "2026-03-02"})
    talk = {
        "about": "opioids",
        "minutes": "10",
        "result": "wants_treatment",
        "agreed": "Monday",
        "given_on": "2026-03-02",
    }
    peer.send(f"/outreach/{contact.id}/intervention", talk)
    peer.send(f"/outreach/{contact.id}/meeting", {key: value for key, value in MET.items() if key != "called"})
    page = text(peer.get(f"/outreach/{contact.id}"))

    assert "Tiger" in page and "asked for needles" in page
    assert "wants treatment" in page and "high" in page.lower()
    assert count_stored(session, OutreachMeeting) == 2
    assert count_stored(session, InstrumentScore) == count_stored(session, BriefIntervention) == 1
    assert "Tiger" in text(peer.get("/outreach"))


def test_peer_finds_nothing_of_anybody_elses_contact(peer, session, world):
    other = met_by(session, world, Role.COUNSELLOR)

    assert "Moon" not in text(peer.get("/outreach"))
    for path in ("", "/meeting", "/screening", "/intervention", "/overdose"):
        assert peer.get(f"/outreach/{other.id}{path}").status_code == 404, path
    token = {"token": "x" * 24, "signed_in_as": str(world.staff[Role.PEER].id)}
    for path in ("/meeting", "/screening", "/intervention"):
        peer.application.config["WTF_CSRF_ENABLED"] = False
        try:
            answer = peer.post(f"/outreach/{other.id}{path}", data=MET | token)
        finally:
            peer.application.config["WTF_CSRF_ENABLED"] = True
        assert answer.status_code == 404, path
    assert count_stored(session, OutreachMeeting) == 1


def test_peer_reaches_no_other_page_and_does_not_learn_who_came(peer, session, world):
    who = factories.patient(session, world, family_name="Oyelaran")
    contact = met_by(session, world, Role.PEER, "Tiger")
    outreach.recognise(session, contact_id=contact.id, number=who.number, act=world.act())
    session.commit()

    page = text(peer.get(f"/outreach/{contact.id}"))

    assert "Tiger" in page
    assert who.number not in page and "Oyelaran" not in page and "On record" not in page
    refused = (
        "/outreach/all",
        f"/outreach/{contact.id}/person",
        f"/people/{who.id}",
        f"/people/{who.id}/journey",
        "/journey",
    )
    assert {path: peer.get(path).status_code for path in refused} == dict.fromkeys(refused, 403)


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"called": ""}, "called", "Please fill this in."),
        ({"minutes": "long"}, "minutes", "A whole number, please."),
        ({"minutes": "0"}, "minutes", "From 1 minute to 12 hours"),
        ({"met_on": "2027-01-01"}, "met_on", "This day lies ahead."),
        ({"met_on": "soon"}, "met_on", "Type the day as year-month-day"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(peer, session, values, field, said):
    answer = peer.send("/outreach/new", MET | values)

    assert answer.status_code == 422
    assert f'id="{field}-error">{said}' in text(answer)
    assert "asked for needles" in text(answer)
    assert count_stored(session, OutreachContact) == 0


def test_screening_with_an_answer_missing_is_shown_where_it_is(peer, session, world):
    contact = met_by(session, world, Role.PEER)
    values = opioids()
    values.pop("item_3_opioids")

    answer = peer.send(f"/outreach/{contact.id}/screening", values | {"taken_on": "2026-03-02"})

    assert answer.status_code == 422
    assert 'id="item_3_opioids-error">Answer this.' in text(answer)


def test_counsellor_sees_everybodys_contacts_and_says_who_it_was(client, session, world):
    who = factories.person(session, "Oyelaran")
    contact = met_by(session, world, Role.PEER, "Tiger")
    counsellor = client.sign_in(session, world, world.staff[Role.COUNSELLOR], at_window=False)

    assert "Tiger" in text(counsellor.get("/outreach/all"))
    unknown = counsellor.send(f"/outreach/{contact.id}/person", {"number": "P99998"})
    known = counsellor.send(f"/outreach/{contact.id}/person", {"number": who.number})

    assert unknown.status_code == 422 and "Nobody has this number." in text(unknown)
    assert known.headers["Location"] == f"/people/{who.id}/journey"
    assert "outreach contact" in text(counsellor.get(f"/people/{who.id}/journey"))
    assert "Oyelaran" in text(counsellor.get(f"/outreach/{contact.id}"))


def test_whoever_opens_a_contact_is_noted_once_it_is_on_record_who_it_is(peer, session, world, who):
    contact = met_by(session, world, Role.PEER)
    peer.get(f"/outreach/{contact.id}")
    before = count_stored(session, AccessLog)
    outreach.recognise(session, contact_id=contact.id, number=who.number, act=world.act())
    session.commit()

    peer.get(f"/outreach/{contact.id}")

    noted = one_stored(session, AccessLog)
    assert before == 0
    assert (noted.person_id, noted.page, noted.recorded_by_id) == (
        who.id,
        "outreach contact",
        world.staff[Role.PEER].id,
    )


OVERDOSE = {
    "happened_on": "2026-03-01",
    "place": "behind the station",
    "helped_by": "peer",
    "naloxone_given": "y",
    "survived": "yes",
    "told_by": "Tiger",
    "note": "alone that night",
}


def test_peer_tells_of_an_overdose_of_their_own_contact_and_learns_nothing_of_who_it_is(peer, session, world):
    who = factories.patient(session, world, family_name="Oyelaran")
    unknown, known = met_by(session, world, Role.PEER, "Tiger"), met_by(session, world, Role.PEER, "Tiger")
    other = met_by(session, world, Role.COUNSELLOR)
    outreach.recognise(session, contact_id=known.id, number=who.number, act=world.act())
    session.commit()

    pages = []
    for contact in (unknown, known):
        answer = peer.send(f"/outreach/{contact.id}/overdose", OVERDOSE)
        assert answer.headers["Location"] == f"/outreach/{contact.id}"
        pages.append(text(peer.get(f"/outreach/{contact.id}")))

    assert "survived" in pages[0] and "naloxone given" in pages[0]
    of_its_own = re.compile(r'/outreach/[0-9]+|name="csrf_token"[^>]*')
    assert of_its_own.sub("", pages[0]) == of_its_own.sub("", pages[1])
    assert peer.get(f"/outreach/{other.id}/overdose").status_code == 404
    assert count_stored(session, Overdose) == 2
    told = [one.kind for one in events.open_events(session, who.id)]
    assert told == [TaskReasonKind.OVERDOSE]


def test_what_is_wrong_about_an_overdose_is_said_at_its_field(peer, session, world):
    contact = met_by(session, world, Role.PEER)

    answer = peer.send(f"/outreach/{contact.id}/overdose", OVERDOSE | {"place": "", "happened_on": "2027-01-01"})

    assert answer.status_code == 422
    assert 'id="place-error">Please fill this in.' in text(answer)
    assert "alone that night" in text(answer)
    assert count_stored(session, Overdose) == 0


def test_counsellor_follows_up_a_contact_and_a_nurse_sees_no_name(client, session, world):
    contact = met_by(session, world, Role.PEER, "Tiger")
    told = Told(world.day, "at home", OverdoseHelp.PEER, True, False, True, "a friend")
    overdose = overdoses.record(session, contact_id=contact.id, told=told, act=world.act())
    session.commit()

    nurse = client.sign_in(session, world, world.staff[Role.NURSE], at_window=False)
    seen = text(nurse.get("/harm-reduction"))
    assert "an outreach contact" in seen and "Tiger" not in seen
    assert nurse.get(f"/overdoses/{overdose.id}/follow-up").status_code == 404
    counsellor = client.sign_in(session, world, world.staff[Role.COUNSELLOR], at_window=False)
    assert "Tiger" in text(counsellor.get("/harm-reduction"))
    assert "Tiger" in text(counsellor.get(f"/overdoses/{overdose.id}/follow-up"))
    done = {"done_on": "2026-03-02", "what": "met at the drop-in", "naloxone": "1"}
    answer = counsellor.send(f"/overdoses/{overdose.id}/follow-up", done)

    assert answer.headers["Location"] == "/harm-reduction"
    assert "Tiger" not in text(counsellor.get("/harm-reduction"))


def test_head_reads_the_list_and_opens_nobody(client, session, world):
    contact = met_by(session, world, Role.PEER, "Tiger")
    head = client.sign_in(session, world, world.staff[Role.CLINIC_HEAD], at_window=False)

    assert "Tiger" in text(head.get("/outreach/all"))
    assert head.get(f"/outreach/{contact.id}").status_code == 403


def test_peer_takes_a_mistaken_screening_of_their_own_contact_back_and_nobody_elses(peer, session, world):
    peer.send("/outreach/new", MET)
    contact = one_stored(session, OutreachContact)
    peer.send(f"/outreach/{contact.id}/screening", opioids() | {"taken_on": "2026-03-02"})
    mine = one_stored(session, InstrumentScore)
    other = met_by(session, world, Role.COUNSELLOR)
    kept = {"instrument": mine.instrument, "edition": mine.edition, "taken_on": world.day, "total": None}
    score = InstrumentScore(person_id=None, outreach_contact_id=other.id, **kept, **factories.stamp(world))
    theirs = factories.save(session, score).id
    session.commit()

    peer.send(f"/outreach/screenings/{mine.id}/take-back", {"reason": "it was somebody else"})

    page = text(peer.get(f"/outreach/{contact.id}"))
    assert "<del>" in page and "Taken back: it was somebody else" in page
    assert peer.get(f"/outreach/screenings/{theirs}/take-back").status_code == 404
    assert peer.get("/outreach/screenings/999/take-back").status_code == 404


def test_questionnaire_of_a_person_is_no_screening_of_a_contact(peer, session, world, who):
    about = {"person_id": who.id, "instrument": Instrument.ASSIST, "edition": "any", "taken_on": world.day}
    score = factories.save(session, InstrumentScore(total=None, **about, **factories.stamp(world))).id
    session.commit()

    assert peer.get(f"/outreach/screenings/{score}/take-back").status_code == 404
