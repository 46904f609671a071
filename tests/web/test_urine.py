"""Urine pages over HTTP: what waits, a person's tests, the forms, random draws as page, file and sheet."""

from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from app import create_app
from dispensary import cli
from dispensary.policy.profiles import SHIPPED, read
from models import PolicyApproval, UrineCollection, UrineDraw, UrineResult, UrineReview, UrineTest
from models.enums import AuditKind, Role, UrineFound
from tests import factories, take_homes
from tests.rows import audited, count_stored, one_stored

US_2024 = "us-42cfr8-2024-minimums"


@pytest.fixture
def steady(session, world):
    """Somebody who takes doses home, dosed on each of the last seven days."""
    first = world.day - timedelta(days=7)
    made = factories.person(session, "Nguyễn", "Hường")
    episode = factories.episode(session, world, made, admitted_on=first)
    factories.order(session, world, made, in_episode=episode, starts_on=first)
    take_homes.dosed_until_yesterday(session, world, made)
    take_homes.decide(session, world, made)
    session.commit()
    return made


@pytest.fixture
def head(client, session, world):
    return client.sign_in(session, world, world.staff[Role.CLINIC_HEAD], at_window=False)


def entered(world, **values):
    return {
        "occasion": "schedule",
        "outcome": "taken",
        "panel": "strip_4",
        "observed": "y",
        "collected_on": world.day.isoformat(),
    } | values


def text_of(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def collected(session, world, who, panel="strip_4", **values):
    test = factories.save(session, UrineTest(person_id=who.id, collected_on=world.day, **factories.stamp(world)))
    how = {"occasion": "schedule", "outcome": "taken", "observed": True, "method": "strip", "panel": panel} | values
    factories.save(session, UrineCollection(urine_test_id=test.id, **how, **factories.stamp(world)))
    session.commit()
    return test


def test_a_strip_is_recorded_and_then_read(nurse, session, world, steady):
    answer = nurse.send(f"/people/{steady.id}/urine/new", entered(world))

    test_id = one_stored(session, UrineTest).id
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/urine/{test_id}/read")
    values = {"found_methadone": "found", "found_opiates": "found"}
    read_it = nurse.send(f"/urine/{test_id}/read", values)
    assert (read_it.status_code, read_it.headers["Location"]) == (303, f"/people/{steady.id}/urine")
    text = text_of(nurse, f"/people/{steady.id}/urine")
    assert "opiates: heroin, morphine, codeine: found" in text
    assert "waits for a prescriber" in text


def test_a_laboratory_answers_later(nurse, session, world, steady):
    answer = nurse.send(f"/people/{steady.id}/urine/new", entered(world, panel="laboratory"))

    assert answer.headers["Location"] == f"/people/{steady.id}/urine"
    assert "not read yet" in text_of(nurse, f"/people/{steady.id}/urine")
    assert steady.number in text_of(nurse, "/urine").split("Taken, not read yet")[1]


def test_the_ordered_medicine_is_asked_for_and_never_filled_in_before(nurse, session, world, steady):
    test = collected(session, world, steady)

    answer = nurse.send(f"/urine/{test.id}/read", {})

    assert answer.status_code == 422
    assert answer.get_data(as_text=True).count("Found, or not found?") == 1
    assert count_stored(session, UrineResult) == 0


def test_absent_medicine_shows_at_the_window_as_a_stop(nurse, session, world, steady):
    test = collected(session, world, steady)

    nurse.send(f"/urine/{test.id}/read", {"found_methadone": "not_found"})

    assert "medicine absent in the urine" in text_of(nurse, f"/window/{steady.id}")
    text = text_of(nurse, f"/people/{steady.id}/urine")
    assert "ABSENT, expected" in text
    assert "a strip: to be confirmed" in text
    assert "the medicine is absent" in text_of(nurse, "/urine")


def test_a_second_test_is_recorded_from_the_strip(nurse, session, world, steady):
    test = collected(session, world, steady)
    nurse.send(f"/urine/{test.id}/read", {"found_methadone": "not_found"})

    values = {"outcome": "taken", "panel": "laboratory_medicine", "collected_on": world.day.isoformat()}
    answer = nurse.send(f"/urine/{test.id}/confirm", values)

    assert answer.status_code == 303
    session.rollback()
    second = session.scalars(select(UrineCollection).order_by(UrineCollection.id.desc())).first()
    assert (second.confirms_id, second.occasion) == (test.id, "confirmation")


def test_a_diluted_sample_is_read_for_nothing(nurse, session, world, steady):
    test = collected(session, world, steady)

    answer = nurse.send(f"/urine/{test.id}/read", {"sample": "diluted"})

    assert answer.status_code == 303
    assert "diluted" in text_of(nurse, "/urine")


def test_a_refusal_is_recorded_and_stops_no_dose(nurse, session, world, steady):
    answer = nurse.send(f"/people/{steady.id}/urine/new", entered(world, outcome="refused"))

    assert answer.status_code == 303
    assert "STOP" not in text_of(nurse, f"/people/{steady.id}")
    assert "refused" in text_of(nurse, f"/people/{steady.id}/urine")


def test_bad_input_is_said_at_its_field_and_nothing_is_lost(nurse, session, world, steady):
    tomorrow = (world.day + timedelta(days=1)).isoformat()

    answer = nurse.send(f"/people/{steady.id}/urine/new", entered(world, collected_on=tomorrow, panel="strip_6"))

    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "This day has not come yet." in text
    assert '<option selected value="strip_6">' in text
    assert count_stored(session, UrineTest) == 0


def test_a_person_who_was_not_drawn_gives_none_by_draw(nurse, world, steady):
    answer = nurse.send(f"/people/{steady.id}/urine/new", entered(world, occasion="draw"))

    assert answer.status_code == 422
    assert "This person was not drawn, or was asked already." in answer.get_data(as_text=True)


def test_a_prescriber_decides_and_the_list_is_empty(nurse, client, session, world, steady):
    test = collected(session, world, steady)
    nurse.send(f"/urine/{test.id}/read", {"found_methadone": "found", "found_opiates": "found"})
    assert nurse.get(f"/urine/{test.id}/review").status_code == 403

    prescriber = client.sign_in(session, world, world.prescriber, at_window=False)
    answer = prescriber.send(f"/urine/{test.id}/review", {"decision": "talked; a lapse"})

    assert answer.status_code == 303
    assert one_stored(session, UrineReview).decision == "talked; a lapse"
    assert "talked; a lapse" in text_of(prescriber, f"/people/{steady.id}/urine")


def test_results_enter_the_evidence_for_take_homes(nurse, session, world, steady):
    test = collected(session, world, steady)
    nurse.send(f"/urine/{test.id}/read", {"found_methadone": "found"})

    session.rollback()
    results = dict(session.execute(select(UrineResult.substance, UrineResult.result)).all())

    assert results == {
        "methadone": UrineFound.PRESENT,
        "opiates": UrineFound.NEGATIVE,
        "amphetamines": UrineFound.NEGATIVE,
        "benzodiazepines": UrineFound.NEGATIVE,
    }


def test_without_an_approved_policy_nobody_is_due(nurse, steady):
    assert "No approved policy sets a schedule." in text_of(nurse, "/urine")


def test_an_approved_minimum_makes_people_due(nurse, session, world, clock, steady):
    digest = read(SHIPPED / f"{US_2024}.toml").digest
    values = {
        "profile": US_2024,
        "digest": digest,
        "in_force": True,
        "effective_on": world.day,
        "approved_at": world.at,
    }
    factories.save(session, PolicyApproval(**values, **factories.stamp(world, world.prescriber)))
    session.commit()

    early = text_of(nurse, f"/people/{steady.id}/urine")
    clock.forward(days=60)
    nurse = nurse.sign_in(session, world, world.nurse)

    assert "Next due by" in early
    due = text_of(nurse, "/urine").split("Due by policy")[1]
    assert steady.number in due
    assert US_2024 in due


def test_whoever_is_in_treatment_and_on_no_schedule_is_named(nurse, session, world, steady):
    bare = factories.person(session)
    factories.episode(session, world, bare)
    session.commit()
    before = text_of(nurse, "/urine")
    digest = read(SHIPPED / f"{US_2024}.toml").digest
    values = {"profile": US_2024, "digest": digest, "in_force": True, "effective_on": world.day}
    factories.save(session, PolicyApproval(approved_at=world.at, **values, **factories.stamp(world, world.prescriber)))
    session.commit()

    after = text_of(nurse, "/urine")

    assert "on no schedule" not in before
    assert "1 person in treatment is on no schedule" in after
    assert bare.number in after.split("on no schedule")[1] and "nothing is ordered yet" in after


def test_the_head_draws_and_anybody_can_do_it_again(head, session, world, steady, tmp_path):
    for _ in range(5):
        factories.patient(session, world)
    session.commit()

    answer = head.send("/urine/draws/new", {"wanted": "2"})

    made = one_stored(session, UrineDraw)
    assert answer.headers["Location"] == f"/urine/draws/{made.id}"
    text = text_of(head, f"/urine/draws/{made.id}")
    assert made.seed in text
    assert made.list_digest in text
    file = tmp_path / "draw.csv"
    file.write_bytes(head.get(f"/urine/draws/{made.id}.csv").data)
    checked = CliRunner().invoke(cli.commands(create_app), ["urine-draw", "check", str(file)])
    assert (checked.exit_code, "The draw holds: 2 of 6 people" in checked.output) == (0, True)
    file.write_bytes(file.read_bytes().replace(b",yes", b",no"))
    spared = CliRunner().invoke(cli.commands(create_app), ["urine-draw", "check", str(file)])
    assert spared.exit_code == 1
    assert "was drawn, and does not say so" in spared.output


def test_a_file_that_is_no_text_is_no_draw(tmp_path):
    file = tmp_path / "photo.png"
    file.write_bytes(b"\x89PNG\xff\xfe")

    checked = CliRunner().invoke(cli.commands(create_app), ["urine-draw", "check", str(file)])

    assert checked.exit_code == 1
    assert "no file of a draw" in checked.output


def test_the_sheet_of_a_draw_is_printed_and_noted(head, session, world, steady):
    head.send("/urine/draws/new", {"wanted": "1"})
    made = one_stored(session, UrineDraw)

    answer = head.send(f"/urine/draws/{made.id}.pdf", {"paper": "A4"}, page=f"/urine/draws/{made.id}")

    assert answer.data.startswith(b"%PDF")
    session.rollback()
    assert len(audited(session, AuditKind.REPORT_PRINTED)) == 1


def test_nobody_draws_more_than_there_are(head, session, steady):
    answer = head.send("/urine/draws/new", {"wanted": "99"})

    assert answer.status_code == 422
    assert "Draw between 1 and 1." in answer.get_data(as_text=True)
    assert count_stored(session, UrineDraw) == 0


def test_only_the_head_draws_and_a_peer_sees_nothing(nurse, client, session, world, steady):
    assert nurse.get("/urine/draws/new").status_code == 403
    assert nurse.get("/urine/draws").status_code == 200

    peer = client.sign_in(session, world, world.staff[Role.PEER], at_window=False)

    assert peer.get("/urine").status_code == 403
    assert peer.get(f"/people/{steady.id}/urine").status_code == 403


def test_a_urine_of_nobody_is_not_found(nurse):
    assert nurse.get("/urine/4711/read").status_code == 404
    assert nurse.get("/urine/draws/4711").status_code == 404


def test_a_urine_entered_by_mistake_is_taken_back_with_its_reason(nurse, session, world, steady):
    test = collected(session, world, steady)

    nothing = nurse.send(f"/urine/{test.id}/take-back", {"reason": ""})
    answer = nurse.send(f"/urine/{test.id}/take-back", {"reason": "entered twice"})

    assert nothing.status_code == 422
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/people/{steady.id}/urine")
    text = text_of(nurse, f"/people/{steady.id}/urine")
    assert "Taken back: entered twice" in text
    assert "Mistake?" not in text
    assert len(audited(session, AuditKind.URINE_TAKEN_BACK)) == 1


def test_an_inspector_takes_no_urine_back(client, session, world, steady):
    test = collected(session, world, steady)
    client.sign_in(session, world, world.staff[Role.INSPECTOR], at_window=False)

    assert client.get(f"/urine/{test.id}/take-back").status_code == 403
