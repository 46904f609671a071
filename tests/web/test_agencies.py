"""Agencies, referrals, consents and disclosures by hand."""

import io

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from dispensary.services import agencies, call_plans, conferences, consents, outside_visits, referrals
from dispensary.services.conferences import Action, Conference, Party
from dispensary.services.outside_visits import Seen
from dispensary.services.referrals import Sent
from dispensary.web.disclosures.forms import SheetForm
from dispensary.web.disclosures.paper import handed_out
from models import (
    Agency,
    AgencyConsent,
    AgencyConsentEnd,
    AuditEvent,
    CallMade,
    CallPlan,
    CaseConference,
    ConferenceAction,
    ConferenceActionDone,
    Disclosure,
    DoseOrder,
    OutsideVisit,
    PrivacyStatement,
    Referral,
    ReferralClose,
    ReferralMeeting,
    ReferralReply,
)
from models.enums import AgencyKind, AuditKind, CallSeries, ConsentScope, DisclosureBasis, PrintedSheet, Role
from tests import factories
from tests.agencies import DAY, another_site, consented, listed, listed_medicines
from tests.rows import count_stored

PLAN = frozenset({ConsentScope.PLAN})


@pytest.fixture
def counsellor(client, session, world):
    return client.sign_in(session, world, world.staff[Role.COUNSELLOR], at_window=False)


@pytest.fixture
def head(client, session, world):
    return client.sign_in(session, world, world.staff[Role.CLINIC_HEAD], at_window=False)


@pytest.fixture
def shelter(session, world):
    made = listed(session, world)
    session.commit()
    return made


def text_of(answer):
    return " ".join(answer.get_data(as_text=True).split())


def paper(answer):
    assert answer.mimetype == "application/pdf", text_of(answer)
    pdf = PdfReader(io.BytesIO(answer.get_data()))
    return pdf, " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


def stored(session, column):
    session.rollback()
    found = session.scalars(select(column)).all()
    session.rollback()
    return found


AGENCY = {"name": "Legal Aid", "kind": "legal_advice", "contact": "Mr Le", "phone": "555-0133", "offers": "advice"}


def test_agency_is_put_into_the_directory_and_changed(counsellor, session):
    added = counsellor.send("/agencies/new", AGENCY)
    agency_id = stored(session, Agency.id)[0]
    changed = counsellor.send(f"/agencies/{agency_id}", {**AGENCY, "contact": "Ms Ho", "retired": "y"})

    assert (added.status_code, changed.status_code) == (303, 303)
    page = text_of(counsellor.get("/agencies/directory"))
    assert "Legal Aid" in page and "Ms Ho" in page and "no more since" in page


def test_agency_without_somebody_to_call_is_asked_for_and_nothing_typed_is_lost(counsellor, session):
    answer = counsellor.send("/agencies/new", {**AGENCY, "contact": ""})

    assert answer.status_code == 422 and 'value="Legal Aid"' in text_of(answer)
    assert count_stored(session, Agency) == 0


def test_nurse_reads_the_directory_and_may_not_write_it(nurse, shelter):
    assert nurse.get("/agencies/directory").status_code == 200
    assert nurse.get("/agencies/new").status_code == 403


def refer(client, who, agency, world, **values):
    wanted = {
        "agency_id": str(agency.id),
        "reason": "has nowhere to stay",
        "answer_by": (world.day + 14 * DAY).isoformat(),
    }
    return client.send(f"/referrals/of/{who.id}/new", wanted | values)


def test_referral_is_made_met_answered_and_closed(counsellor, session, world, who, shelter, clock):
    day = world.day.isoformat()
    made = refer(counsellor, who, shelter, world, meets_on=(world.day + DAY).isoformat(), meets_time="10:00")
    referral_id = stored(session, Referral.id)[0]
    put_off = {"meets_on": (world.day + 2 * DAY).isoformat(), "meets_time": "11:00"}
    steps = [
        counsellor.send(f"/referrals/{referral_id}/meeting", put_off),
        counsellor.send(
            f"/referrals/{referral_id}/met",
            {"meets_on": day, "meets_time": "06:30", "met_with": "Mr Le", "we_were_there": "y"},
        ),
        counsellor.send(
            f"/referrals/{referral_id}/answer", {"reply": "taken_on", "from_whom": "Ms Tran", "replied_on": day}
        ),
        counsellor.send(f"/referrals/{referral_id}/close", {"result": "helped", "closed_on": day}),
    ]

    assert [answer.status_code for answer in (made, *steps)] == [303] * 5
    assert count_stored(session, ReferralMeeting) == 3
    assert count_stored(session, ReferralReply) == count_stored(session, ReferralClose) == 1
    page = text_of(counsellor.get(f"/referrals/of/{who.id}"))
    assert "met Mr Le" in page and "taken on" in page and "helped" in page


def test_referral_that_waits_too_long_is_marked_where_everybody_looks(counsellor, session, world, who, shelter, clock):
    refer(counsellor, who, shelter, world, answer_by=world.day.isoformat())
    before = text_of(counsellor.get("/agencies"))
    clock.forward(days=1)
    counsellor.sign_in(session, world, world.staff[Role.COUNSELLOR], at_window=False)

    after = text_of(counsellor.get("/agencies"))

    assert "overdue" not in before and "Harbour Shelter" in before
    assert "overdue" in after and who.number in after


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"agency_id": ""}, "Choose one."),
        ({"reason": ""}, "Please fill this in."),
        ({"meets_on": "2026-03-03"}, "Day and time belong together."),
        ({"meets_on": "soon"}, "Type the day as year-month-day"),
        ({"answer_by": "1200-01-01"}, "Type the day as year-month-day"),
    ],
)
def test_referral_that_is_not_whole_is_asked_for(counsellor, session, world, who, shelter, values, said):
    answer = refer(counsellor, who, shelter, world, **values)

    assert answer.status_code == 422 and said in text_of(answer)
    assert count_stored(session, Referral) == 0


def test_way_back_is_asked_for_where_treatment_goes_elsewhere(counsellor, session, world, who):
    agency = listed(session, world, "Hill House", AgencyKind.RESIDENTIAL)
    session.commit()

    answer = refer(counsellor, who, agency, world)

    assert answer.status_code == 422 and "how the person comes back to us" in text_of(answer)


@pytest.fixture
def referral(session, world, who, shelter):
    sent = Sent(shelter.id, "has nowhere to stay", world.day + 14 * DAY, meets_at=world.at + DAY)
    made = referrals.refer(session, person_id=who.id, sent=sent, act=world.act())
    session.commit()
    return made


def test_sheet_for_an_agency_is_refused_without_the_persons_consent(counsellor, session, referral, shelter):
    answer = counsellor.send(f"/referrals/{referral.id}/sheet", {"agency_id": str(shelter.id)})

    assert answer.status_code == 422
    assert "No consent to tell this agency anything is on record." in text_of(answer)
    assert count_stored(session, Disclosure) == 0


def test_sheet_for_an_agency_carries_scope_and_notice_and_is_on_record(
    counsellor, session, world, who, referral, shelter
):
    consented(session, world, who, shelter, ConsentScope.SOCIAL)
    session.commit()

    answer = counsellor.send(f"/referrals/{referral.id}/sheet", {"agency_id": str(shelter.id), "recipient": "Ms Tran"})

    pdf, text = paper(answer)
    assert pdf.metadata.title == "Referral" and who.family_name not in str(pdf.metadata)
    for said in ("has nowhere to stay", "Harbour Shelter, Ms Tran", "The consent covers:", "housing, work and family"):
        assert said in text, said
    assert "must not be passed on" in text and ": ," not in text
    assert stored(session, Disclosure.recipient) == ["Harbour Shelter, Ms Tran"]
    assert AuditKind.REPORT_PRINTED in stored(session, AuditEvent.kind)


def test_person_may_carry_the_sheet_without_a_consent(counsellor, session, referral):
    answer = counsellor.send(f"/referrals/{referral.id}/sheet", {"agency_id": "hand"})

    _, text = paper(answer)
    assert "Handed to the person" in text and "Notice:" not in text
    assert stored(session, Disclosure.basis) == [DisclosureBasis.TO_THE_PERSON]


def test_sheet_goes_nowhere_until_it_is_chosen_to_whom(counsellor, session, referral):
    answer = counsellor.send(f"/referrals/{referral.id}/sheet", {"agency_id": ""})

    assert answer.status_code == 422 and "Choose one." in text_of(answer)
    assert count_stored(session, Disclosure) == 0


def consent(agency, world, **values):
    return {
        "agency_id": str(agency.id),
        "scopes": ["attendance", "last_dose"],
        "purpose": "a place to live",
        "signed_on": world.day.isoformat(),
        "signed_how": "paper",
        "expires_on": (world.day + 90 * DAY).isoformat(),
    } | values


def test_consent_is_recorded_and_taken_back(nurse, session, world, who, shelter):
    given = nurse.send(f"/disclosures/of/{who.id}/consent", consent(shelter, world))
    consent_id = stored(session, AgencyConsent.id)[0]
    before = text_of(nurse.get(f"/disclosures/of/{who.id}"))
    ended = nurse.send(f"/disclosures/consents/{consent_id}/take-back", {"how": "in writing"})

    assert (given.status_code, ended.status_code) == (303, 303)
    assert "last dose" in before and "until" in before
    assert "taken back" in text_of(nurse.get(f"/disclosures/of/{who.id}"))
    assert count_stored(session, AgencyConsentEnd) == 1


DRAWN = "10,20 12,22 14,25 18,30;40,50 41,52 45,55 60,70"


def test_consent_signed_on_the_screen_keeps_the_name_as_it_was_drawn(nurse, session, world, who, shelter):
    nurse.send(f"/disclosures/of/{who.id}/consent", consent(shelter, world, signed_how="screen", drawn=DRAWN))
    consent_id = stored(session, AgencyConsent.id)[0]

    page = text_of(nurse.get(f"/disclosures/of/{who.id}"))
    picture = nurse.get(f"/disclosures/consents/{consent_id}/signature.svg")

    assert stored(session, AgencyConsent.drawn) == [DRAWN]
    assert f"/disclosures/consents/{consent_id}/signature.svg" in page
    assert (picture.status_code, picture.mimetype) == (200, "image/svg+xml")


def test_consent_on_the_screen_that_nobody_signed_is_refused(nurse, session, world, who, shelter):
    answer = nurse.send(f"/disclosures/of/{who.id}/consent", consent(shelter, world, signed_how="screen"))

    assert answer.status_code == 422 and "Sign in the field with a pen or a finger" in text_of(answer)
    assert count_stored(session, AgencyConsent) == 0


def test_consent_on_paper_has_no_picture(nurse, session, world, who, shelter):
    made = consented(session, world, who, shelter)
    session.commit()

    assert nurse.get(f"/disclosures/consents/{made.id}/signature.svg").status_code == 404


@pytest.fixture
def two_consents(session, world, who, shelter):
    given = [consented(session, world, who, shelter, scope) for scope in (ConsentScope.PLAN, ConsentScope.ATTENDANCE)]
    session.commit()
    return given


def test_taking_back_one_of_two_consents_asks_how_much_and_takes_all_unless_told(nurse, session, who, two_consents):
    page = f"/disclosures/consents/{two_consents[1].id}/take-back"

    asked = text_of(nurse.get(page))
    nurse.send(page, {"how": "in person", "reach": "all"})

    assert "all that Harbour Shelter may be told" in asked
    assert f"Harbour Shelter may still be told until the day named: plan ({two_consents[0].expires_on})." in asked
    assert count_stored(session, AgencyConsentEnd) == 2
    assert "nothing may be told to this agency" in text_of(nurse.get(f"/disclosures/of/{who.id}"))


def test_what_stays_is_named_where_one_consent_of_two_is_taken_back(nurse, session, who, two_consents):
    page = f"/disclosures/consents/{two_consents[1].id}/take-back"

    neither = nurse.send(page, {"how": "in person", "reach": "some"})
    nurse.send(page, {"how": "in person", "reach": "one"})

    assert neither.status_code == 422
    assert stored(session, AgencyConsentEnd.consent_id) == [two_consents[1].id]
    said = text_of(nurse.get(f"/disclosures/of/{who.id}"))
    assert "The consent is taken back. Harbour Shelter may still be told until the day named: plan (" in said


def test_consent_of_another_site_is_shown_with_its_site_and_taken_back_there(nurse, session, world, who):
    elsewhere = another_site(session, world)
    theirs = consented(session, elsewhere, who, listed(session, elsewhere))
    session.commit()

    shown = text_of(nurse.get(f"/disclosures/of/{who.id}"))

    assert "told on, and taken back, at Hill Clinic" in shown
    page = f"/disclosures/consents/{theirs.id}/take-back"
    assert page not in shown
    assert nurse.get(page).status_code == 404


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"scopes": []}, "Choose what may be told."),
        ({"scopes": ["everything"]}, "Choose from the list."),
        ({"scopes": ["counselling_notes", "plan"]}, "needs a consent of its own"),
        ({"purpose": ""}, "Please fill this in."),
        ({"signed_how": ""}, "Choose one."),
        ({"expires_on": "2020-01-01"}, "It would have expired already."),
    ],
)
def test_consent_that_cannot_be_is_refused_at_its_field(nurse, session, world, who, shelter, values, said):
    answer = nurse.send(f"/disclosures/of/{who.id}/consent", consent(shelter, world, **values))

    assert answer.status_code == 422 and said in text_of(answer)
    assert count_stored(session, AgencyConsent) == 0


@pytest.fixture
def dosed(session, world, who):
    order = session.scalars(select(DoseOrder).where(DoseOrder.person_id == who.id)).one()
    factories.dose(session, world, who, order)
    session.commit()
    return who


CALL = {
    "recipient": "Dr Moor, ward 3, Harbour Hospital",
    "call_back": "555-0199",
    "basis": "emergency",
    "purpose": "found unconscious",
    "told": "80 mg of methadone this morning",
}


def test_hospitals_call_for_the_last_dose_is_one_screen_and_one_row(nurse, session, dosed):
    screen = text_of(nurse.get(f"/disclosures/of/{dosed.id}/last-dose"))
    answer = nurse.send(f"/disclosures/of/{dosed.id}/last-dose", CALL)

    assert "Last dose taken here: 80 mg" in screen and "No take-home dose is with the person." in screen
    assert answer.status_code == 303
    assert stored(session, Disclosure.call_back) == ["555-0199"]
    page = text_of(nurse.get(f"/disclosures/of/{dosed.id}"))
    assert "Dr Moor, ward 3" in page and "found unconscious" in page and "called back at 555-0199" in page


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("recipient", "Please fill this in."),
        ("call_back", "Please fill this in."),
        ("basis", "Choose one."),
        ("purpose", "Please fill this in."),
        ("told", "Please fill this in."),
    ],
)
def test_call_for_the_last_dose_says_who_called_back_where_and_why(nurse, session, dosed, missing, said):
    answer = nurse.send(f"/disclosures/of/{dosed.id}/last-dose", {**CALL, missing: ""})

    assert answer.status_code == 422 and said in text_of(answer)
    assert "Harbour Hospital" in text_of(answer) or missing == "recipient"
    assert count_stored(session, Disclosure) == 0


def test_urine_result_to_a_court_is_told_on_its_own_consent_only(counsellor, session, world, who):
    court = listed(session, world, "District Court", AgencyKind.COURT)
    consented(session, world, who, court, ConsentScope.URINE_RESULTS)
    session.commit()
    told = {
        "agency_id": str(court.id),
        "basis": "consent",
        "way": "file",
        "scopes": ["urine_results"],
        "told": "urine of 1 March: nothing found",
    }

    together = counsellor.send(f"/disclosures/of/{who.id}/tell", {**told, "scopes": ["urine_results", "attendance"]})
    alone = counsellor.send(f"/disclosures/of/{who.id}/tell", told)

    assert together.status_code == 422 and "apart from all else" in text_of(together)
    assert alone.status_code == 303
    assert count_stored(session, Disclosure) == 1


def test_peer_and_inspector_see_nothing_of_it(client, session, world, who):
    for role in (Role.PEER, Role.INSPECTOR, Role.ADMINISTRATOR):
        client.sign_in(session, world, world.staff[role], at_window=False)
        for address in (f"/disclosures/of/{who.id}", f"/referrals/of/{who.id}", "/agencies"):
            assert client.get(address).status_code == 403, (role, address)


def test_clinic_head_approves_the_statement_whose_notice_then_stands_on_every_sheet(
    head, session, world, who, referral, shelter
):
    consented(session, world, who, shelter, ConsentScope.SOCIAL)
    session.commit()
    before = text_of(head.get("/disclosures/statement"))
    words = {"text": "What you say stays here.\r\nBut: danger to a child.", "notice": "Keep\r\nthis to yourself."}
    approved = head.send("/disclosures/statement/approve", {**words, "approved_on": world.day.isoformat()})

    answer = head.send(f"/referrals/{referral.id}/sheet", {"agency_id": str(shelter.id)})

    assert "None is approved yet" in before and approved.status_code == 303
    assert "Keep this to yourself." in paper(answer)[1]
    assert "<p>But: danger to a child.</p>" in text_of(head.get("/disclosures/statement"))
    assert count_stored(session, PrivacyStatement) == 1


def test_statement_is_printed_for_the_person_to_keep_and_names_no_clinic_around_it(counsellor, session, world):
    text = "We tell nobody that you come here.\nBut: danger to a child."
    agencies.approve_statement(session, text=text, notice="Do not pass on.", approved_on=world.day, act=world.act())
    session.commit()

    answer = counsellor.send("/disclosures/statement.pdf", {"paper": "A4"}, page="/disclosures/statement")

    words = " ".join(paper(answer)[1].split())
    assert "We tell nobody that you come here." in words and "But: danger to a child." in words
    assert "I can take it back at any time" in words
    assert world.site.name not in words
    assert AuditKind.REPORT_PRINTED in stored(session, AuditEvent.kind)


def test_statement_is_not_printed_before_the_clinic_head_has_approved_one(counsellor):
    assert "Print for the person to keep" not in counsellor.get("/disclosures/statement").text


def test_counsellor_does_not_approve_the_statement(counsellor):
    assert counsellor.get("/disclosures/statement/approve").status_code == 403


def test_calls_are_begun_made_and_ended(counsellor, session, world, who):
    since = (world.day - 7 * DAY).isoformat()
    begun = counsellor.send(
        f"/referrals/of/{who.id}/calls", {"series": "after_release", "since_on": since, "release_kind": "probation"}
    )
    plan_id = stored(session, CallPlan.id)[0]
    due = text_of(counsellor.get("/agencies"))
    called = counsellor.send(
        f"/referrals/calls/{plan_id}",
        {
            "due_on": (world.day - 6 * DAY).isoformat(),
            "channel": "telephone",
            "outcome": "reached",
            "in_mutual_aid": "no",
            "wants_back": "y",
        },
    )
    page = text_of(counsellor.get(f"/referrals/of/{who.id}"))
    ended = counsellor.send(f"/referrals/calls/{plan_id}/end", {"reason": "is back in treatment"})

    assert [answer.status_code for answer in (begun, called, ended)] == [303] * 3
    assert "due" in due and "probation" in due
    assert "wants to come back" in page and "goes to no mutual-aid group" in page
    assert stored(session, CallMade.wants_back) == [True]


def test_release_without_its_kind_is_asked_for(counsellor, session, world, who):
    answer = counsellor.send(
        f"/referrals/of/{who.id}/calls", {"series": "after_release", "since_on": world.day.isoformat()}
    )

    assert answer.status_code == 422 and "Say how custody ended" in text_of(answer)
    assert count_stored(session, CallPlan) == 0


def test_same_calls_planned_again_for_the_same_day_are_told_apart(counsellor, session, world, who):
    plan = call_plans.begin(session, person_id=who.id, series=CallSeries.AFTERCARE, since_on=world.day, act=world.act())
    call_plans.end(session, plan_id=plan.id, reason="a mistake", act=world.act())
    session.commit()

    answer = counsellor.send(
        f"/referrals/of/{who.id}/calls", {"series": "aftercare", "since_on": world.day.isoformat()}
    )

    assert answer.status_code == 409 and "planned before" in text_of(answer)


CONFERENCE = {"about": "housing after release", "person_was_there": "y", "scopes": ["plan"], "told": "the goals"}


def test_conference_is_recorded_and_its_sheet_goes_to_who_was_there(counsellor, session, world, who, shelter):
    consented(session, world, who, shelter, ConsentScope.PLAN)
    session.commit()
    rows = {
        "held_on": world.day.isoformat(),
        "parties-0-agency_id": str(shelter.id),
        "parties-0-who": "Ms Tran",
        "actions-0-what": "ask for a room",
        "actions-0-who": "Ms Tran",
        "actions-0-due_on": (world.day + 7 * DAY).isoformat(),
    }

    held = counsellor.send(f"/referrals/of/{who.id}/conference", CONFERENCE | rows)

    assert held.status_code == 303, text_of(held)
    conference_id = stored(session, CaseConference.id)[0]
    assert "ask for a room" in text_of(counsellor.get(f"/referrals/of/{who.id}"))
    answer = counsellor.send(f"/referrals/conferences/{conference_id}/sheet", {"agency_id": str(shelter.id)})
    _, text = paper(answer)
    assert "ask for a room" in text and "housing after release" in text and "The consent covers:" in text
    assert count_stored(session, Disclosure) == 2


def test_sheet_of_a_conference_goes_to_no_agency_that_was_not_there(counsellor, session, world, who, shelter):
    consented(session, world, who, shelter, ConsentScope.PLAN)
    absent = listed(session, world, "Legal Aid")
    consented(session, world, who, absent, ConsentScope.PLAN)
    session.commit()
    party = {"held_on": world.day.isoformat(), "parties-0-agency_id": str(shelter.id), "parties-0-who": "Ms Tran"}
    counsellor.send(f"/referrals/of/{who.id}/conference", CONFERENCE | party)
    conference_id = stored(session, CaseConference.id)[0]

    answer = counsellor.send(f"/referrals/conferences/{conference_id}/sheet", {"agency_id": str(absent.id)})

    assert answer.mimetype == "text/html" and "This agency was not at the table." in text_of(answer)
    assert count_stored(session, Disclosure) == 1


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({}, "Name at least one agency that was there."),
        ({"parties-0-who": "Ms Tran"}, "Choose the agency of everybody who was there."),
        ({"parties-0-agency_id": "1", "parties-0-who": "Ms Tran"}, "No consent to tell this agency anything"),
        ({"parties-0-agency_id": "1", "actions-0-what": "ask"}, "Say by when it is to be done."),
        ({"parties-0-agency_id": "many"}, "Not a valid choice"),
    ],
)
def test_conference_that_is_not_whole_is_refused_and_keeps_what_was_typed(
    counsellor, session, world, who, shelter, rows, said
):
    rows = {k: str(shelter.id) if v == "1" else v for k, v in rows.items()}

    answer = counsellor.send(
        f"/referrals/of/{who.id}/conference", CONFERENCE | {"held_on": world.day.isoformat()} | rows
    )

    assert answer.status_code == 422 and said in text_of(answer)
    assert 'value="housing after release"' in text_of(answer)
    assert count_stored(session, CaseConference) == count_stored(session, Disclosure) == 0


def test_what_was_agreed_is_ticked_as_done(counsellor, session, world, who, shelter):
    consented(session, world, who, shelter, ConsentScope.PLAN)
    conference = Conference(
        world.day,
        person_was_there=False,
        about="housing",
        parties=[Party(shelter.id, "Ms Tran", PLAN, "the goals")],
        actions=[Action("ask for a room", "Ms Tran", world.day)],
    )
    made = conferences.hold(session, person_id=who.id, conference=conference, act=world.act())
    action_id = session.scalars(select(ConferenceAction.id).where(ConferenceAction.conference_id == made.id)).one()
    session.commit()

    answer = counsellor.send(f"/referrals/actions/{action_id}/done", {"done_on": world.day.isoformat()})

    assert answer.status_code == 303
    assert count_stored(session, ConferenceActionDone) == 1


VISIT = {
    "where": "Quay Pharmacy",
    "prescriber": "Dr Moor",
    "medicine": "diazepam 5 mg",
    "source": "the pharmacy's list",
}


def test_third_visit_elsewhere_offers_the_factual_letter_which_says_where_each_came_from(
    counsellor, session, world, who
):
    for days in (20, 10):
        seen = Seen(world.day - days * DAY, "Hill Practice", "Dr Low", "codeine", "a letter")
        outside_visits.note_visit(
            session, person_id=who.id, seen=seen, listed=listed_medicines(world.day), act=world.act()
        )
    session.commit()
    before = text_of(counsellor.get(f"/referrals/of/{who.id}"))

    counsellor.send(f"/referrals/of/{who.id}/visit", {**VISIT, "seen_on": world.day.isoformat()})

    after = text_of(counsellor.get(f"/referrals/of/{who.id}"))
    answer = counsellor.send(f"/referrals/of/{who.id}/factual-letter", {})
    pdf, text = paper(answer)
    assert "offer the factual letter" not in before and "offer the factual letter" in after
    assert "the pharmacy's list" in text and "a letter" in text and "Handed to the person" in text
    assert pdf.metadata.title == "What we know of" and "Harbour Clinic" not in text
    assert count_stored(session, OutsideVisit) == 3
    assert stored(session, Disclosure.basis) == [DisclosureBasis.TO_THE_PERSON]


def test_factual_letter_cuts_nothing_of_what_is_known(counsellor, session, world, who):
    known = (
        "the discharge letter that her brother brought along on the morning after, with the stamps of ward and pharmacy"
    )
    counsellor.send(f"/referrals/of/{who.id}/visit", {**VISIT, "source": known, "seen_on": world.day.isoformat()})

    _, text = paper(counsellor.send(f"/referrals/of/{who.id}/factual-letter", {}))

    assert known in " ".join(text.split()) and "…" not in text


def test_factual_letter_about_nothing_is_refused(counsellor, session, who):
    answer = counsellor.send(f"/referrals/of/{who.id}/factual-letter", {})

    assert answer.status_code == 422 and "No visit elsewhere is on record" in text_of(answer)
    assert count_stored(session, Disclosure) == 0


def test_pages_of_records_that_are_not_there_are_not_found(counsellor, who):
    for address in (
        "/referrals/99/answer",
        "/referrals/calls/99",
        "/referrals/conferences/99/sheet",
        "/referrals/actions/99/done",
        "/disclosures/consents/99/take-back",
        "/agencies/99",
        f"/referrals/of/{who.id + 99}",
    ):
        assert counsellor.get(address).status_code == 404, address


HISTORY = (ConsentScope.ATTENDANCE, ConsentScope.MEDICINE_AND_DOSE, ConsentScope.LAST_DOSE)


def handed(client, who, **values):
    return client.send(f"/paper/person/{who.id}/history/hand-out", {"agency_id": "", "recipient": ""} | values)


def test_history_for_an_agency_carries_consent_scope_and_notice_and_is_recorded(
    counsellor, session, world, who, dosed, shelter
):
    consented(session, world, who, shelter, *HISTORY)
    session.commit()

    answer = handed(counsellor, who, agency_id=str(shelter.id))

    said = paper(answer)[1]
    assert "Told to: Harbour Shelter." in said
    assert "The consent covers: • attendance" in said
    assert "Notice:" in said
    assert "For use in this clinic" not in said
    assert count_stored(session, Disclosure) == 1


def test_history_without_a_consent_that_covers_it_is_refused_and_nothing_is_told(
    counsellor, session, world, who, dosed, shelter
):
    none = handed(counsellor, who, agency_id=str(shelter.id))
    consent = consented(session, world, who, shelter, ConsentScope.ATTENDANCE)
    session.commit()
    too_little = handed(counsellor, who, agency_id=str(shelter.id))
    consents.take_back(session, consent_id=consent.id, how="in person", act=world.act())
    session.commit()
    taken_back = handed(counsellor, who, agency_id=str(shelter.id))

    assert [answer.status_code for answer in (none, too_little, taken_back)] == [422] * 3
    assert "No consent to tell this agency anything is on record." in text_of(none)
    assert "does not cover this: medicine and dose" in text_of(too_little)
    assert "took this consent back" in text_of(taken_back)
    assert count_stored(session, Disclosure) == 0


def test_history_goes_into_the_persons_own_hand_without_a_consent(counsellor, session, who, dosed):
    answer = handed(counsellor, who, agency_id="hand")

    assert "Handed to the person" in paper(answer)[1]
    assert count_stored(session, Disclosure) == 1


def test_history_for_the_clinic_says_that_it_stays_there(counsellor, session, who, dosed):
    page = f"/paper/person/{who.id}/history"

    answer = counsellor.send(f"{page}.pdf", {"paper": "A4"}, page=page)

    assert "For use in this clinic." in paper(answer)[1]
    assert count_stored(session, Disclosure) == 0


def test_a_sheet_never_names_another_consent_than_its_row(counsellor, session, world, who, shelter):
    consented(session, world, who, shelter, *HISTORY)
    newest = consented(session, world, who, shelter, ConsentScope.ATTENDANCE)
    session.commit()
    refused = []

    def draw(_session, ground):
        consents.take_back_one(session, consent_id=ground.consent.id, how="by telephone", act=world.act())
        session.commit()
        return b"the sheet"

    with counsellor:
        counsellor.get(f"/disclosures/of/{who.id}")
        form = SheetForm(formdata=None, agency_id=str(shelter.id))
        form.validate_on_submit, form.refuse = lambda: True, refused.append
        answer = handed_out(
            form,
            who.id,
            sheet=PrintedSheet.FACTUAL_LETTER,
            scopes=frozenset({ConsentScope.ATTENDANCE}),
            draw=draw,
            name="letter.pdf",
        )

    assert answer is None
    assert [refusal.code for refusal in refused] == ["ground_changed"]
    assert stored(session, AgencyConsentEnd.consent_id) == [newest.id]
    assert count_stored(session, Disclosure) == 0
