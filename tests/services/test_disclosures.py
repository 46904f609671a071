"""The one gate through which anything about a person leaves the clinic."""

import json
from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from sqlalchemy import select

from dispensary.errors import NotFound, Refused
from dispensary.policy.agencies import agency_rules
from dispensary.queries.disclosures import disclosures_of
from dispensary.services import agencies, consents, disclosures
from dispensary.services.disclosures import Telling
from models import Disclosure, DisclosureScope
from models.enums import AgencyKind, AuditKind, ConsentScope, DisclosureBasis, DisclosureWay, Role
from tests import factories
from tests.agencies import DAY, consented, listed
from tests.rows import audited, count

ATTENDANCE = frozenset({ConsentScope.ATTENDANCE})


@pytest.fixture
def who(session, world):
    return factories.patient(session, world)


def on_consent(agency, **values):
    telling = Telling(
        basis=DisclosureBasis.CONSENT,
        scopes=ATTENDANCE,
        told="came every day this week",
        way=DisclosureWay.PRINT,
        agency_id=agency.id,
    )
    return replace(telling, **values)


def tell(session, world, who, telling, **changes):
    return disclosures.tell(session, person_id=who.id, telling=telling, act=world.act(**changes))


def test_told_on_a_consent_that_covers_it_it_is_on_record_with_consent_scope_and_purpose(session, world, who):
    agency = listed(session, world)
    consent = consented(session, world, who, agency)

    made = tell(session, world, who, on_consent(agency, recipient="Ms Tran"))

    assert (made.consent_id, made.purpose, made.recipient) == (
        consent.id,
        "a place to live",
        "Harbour Shelter, Ms Tran",
    )
    scopes = session.scalars(select(DisclosureScope.scope).order_by(DisclosureScope.scope)).all()
    assert scopes == [ConsentScope.ATTENDANCE, ConsentScope.IN_TREATMENT]
    row = audited(session, AuditKind.DISCLOSURE_MADE)[-1]
    assert json.loads(row.body)["basis"] == "consent" and "came every day" not in row.body
    assert [one.told for one in disclosures_of(session, who.id)] == ["came every day this week"]


def test_without_a_consent_nothing_is_told_and_nothing_is_recorded(session, world, who):
    agency = listed(session, world)

    with pytest.raises(Refused) as refused:
        tell(session, world, who, on_consent(agency))

    assert refused.value.code == "no_consent"
    assert count(session, Disclosure) == 0


def test_after_the_person_took_the_consent_back_nothing_is_told(session, world, who):
    agency = listed(session, world)
    consent = consented(session, world, who, agency)
    consents.take_back(session, consent_id=consent.id, how="in person", act=world.act())

    with pytest.raises(Refused) as refused:
        tell(session, world, who, on_consent(agency))

    assert refused.value.code == "consent_taken_back"


def test_what_the_consent_does_not_cover_is_not_told(session, world, who):
    agency = listed(session, world)
    consented(session, world, who, agency)

    with pytest.raises(Refused) as refused:
        tell(session, world, who, on_consent(agency, scopes=ATTENDANCE | {ConsentScope.HEALTH}))

    assert [reason.code for reason in refused.value.reasons] == ["consent_does_not_cover"]
    assert all(reason.next_step.msgid for reason in refused.value.reasons)


def test_urine_result_to_a_court_goes_alone_on_a_consent_of_its_own(session, world, who):
    court = listed(session, world, "District Court", AgencyKind.COURT)
    consented(session, world, who, court, ConsentScope.URINE_RESULTS)
    urine = frozenset({ConsentScope.URINE_RESULTS})

    made = tell(session, world, who, on_consent(court, scopes=urine))
    with pytest.raises(Refused) as refused:
        tell(session, world, who, on_consent(court, scopes=urine | ATTENDANCE))

    assert made.consent_id is not None
    assert refused.value.code == "told_apart"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"scopes": frozenset()}, "no_scope", "scopes"),
        ({"told": " "}, "blank", "told"),
        ({"agency_id": None}, "blank", "recipient"),
        ({"agency_id": None, "recipient": "Dr Moor"}, "no_agency", "agency_id"),
        ({"way": DisclosureWay.TELEPHONE}, "blank", "call_back"),
        ({"basis": DisclosureBasis.EMERGENCY}, "blank", "purpose"),
        ({"basis": DisclosureBasis.COURT_ORDER}, "blank", "purpose"),
    ],
)
def test_telling_that_is_not_whole_is_refused_at_its_field(session, world, who, changes, code, field):
    agency = listed(session, world)
    consented(session, world, who, agency)

    with pytest.raises(Refused) as refused:
        tell(session, world, who, on_consent(agency, **changes))

    assert (refused.value.code, refused.value.field) == (code, field)


def test_emergency_needs_no_consent_but_its_name_and_a_number_that_was_called_back(session, world, who):
    telling = Telling(
        basis=DisclosureBasis.EMERGENCY,
        scopes=frozenset({ConsentScope.LAST_DOSE}),
        told="last dose 80 mg yesterday",
        way=DisclosureWay.TELEPHONE,
        recipient="Harbour Hospital, Dr Moor",
        purpose="found unconscious",
        call_back="555-0100",
    )

    made = tell(session, world, who, telling)

    assert (made.basis, made.consent_id, made.call_back) == (DisclosureBasis.EMERGENCY, None, "555-0100")


def test_ground_holds_the_houses_notice_until_the_site_has_approved_its_own(session, world, who):
    agency = listed(session, world)
    consented(session, world, who, agency)
    before = disclosures.ground_for(session, person_id=who.id, telling=on_consent(agency), act=world.act())
    agencies.approve_statement(
        session,
        text="What you say stays here.",
        notice="Not to be passed on.",
        approved_on=world.day,
        act=world.act(world.staff[Role.CLINIC_HEAD]),
    )

    after = disclosures.ground_for(session, person_id=who.id, telling=on_consent(agency), act=world.act())

    assert before.notice == agency_rules().notice
    assert after.notice == "Not to be passed on."
    assert count(session, Disclosure) == 0, "looking at the ground records nothing"


def test_what_is_handed_to_the_person_needs_neither_consent_nor_purpose(session, world, who):
    telling = Telling(
        basis=DisclosureBasis.TO_THE_PERSON,
        scopes=ATTENDANCE,
        told="a letter",
        way=DisclosureWay.PRINT,
        recipient="the person",
    )

    assert tell(session, world, who, telling).purpose == ""


def test_no_agency_is_told_as_if_it_were_the_person(session, world, who):
    agency = listed(session, world)
    telling = Telling(
        basis=DisclosureBasis.TO_THE_PERSON,
        scopes=ATTENDANCE,
        told="a letter",
        way=DisclosureWay.TELEPHONE,
        agency_id=agency.id,
    )

    with pytest.raises(Refused) as refused:
        tell(session, world, who, telling)

    assert (refused.value.code, refused.value.field) == ("agency_as_person", "agency_id")


def test_consent_of_a_record_that_was_linked_holds_for_the_surviving_one(session, world, who):
    agency = listed(session, world)
    consented(session, world, who, agency)
    root = factories.patient(session, world)
    who.root_id = root.id
    session.flush()

    made = tell(session, world, root, on_consent(agency))
    with pytest.raises(Refused) as refused:
        tell(session, world, who, on_consent(agency))

    assert made.person_id == root.id
    assert refused.value.code == "record_linked_away"


def test_consent_holds_through_its_last_day(session, world, who):
    agency = listed(session, world)
    consented(session, world, who, agency, expires_on=world.day + DAY)
    later = world.at + timedelta(days=2)

    tell(session, world, who, on_consent(agency), at=world.at + DAY)
    with pytest.raises(Refused) as refused:
        tell(session, world, who, on_consent(agency), at=later.astimezone(UTC))

    assert refused.value.code == "consent_expired"


def test_agency_of_another_site_is_not_known_here(session, world, who):
    agency = listed(session, world)

    with pytest.raises(NotFound):
        tell(session, world, who, on_consent(agency, agency_id=agency.id + 99))
