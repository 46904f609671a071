"""The directory, the statement of confidentiality, consents for agencies, and visits elsewhere."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import agencies as directory
from dispensary.queries import consents as known
from dispensary.queries import outside_visits as visits
from dispensary.services import agencies, consents, outside_visits
from dispensary.services.agencies import AgencyEntry
from dispensary.services.outside_visits import Seen
from models import AgencyConsent, PrivacyStatement
from models.enums import AgencyKind, AuditKind, ConsentScope
from tests import factories
from tests.agencies import DAY, another_site, consented, listed, listed_medicines
from tests.rows import audited_kinds, count

ENTRY = AgencyEntry("Harbour Shelter", AgencyKind.HOUSING, "Ms Tran", "555-0142")


@pytest.fixture
def who(session, world):
    return factories.patient(session, world)


def change(session, world, agency, entry=ENTRY, **values):
    return agencies.change_agency(session, agency_id=agency.id, entry=entry, act=world.act(), **values)


def test_agency_is_in_the_directory_until_it_is_retired(session, world):
    agency = listed(session, world)
    before = directory.directory(session, world.site.id)

    change(session, world, agency, retired=True)

    assert [one.name for one in before] == ["Harbour Shelter"]
    assert directory.directory(session, world.site.id) == []
    assert directory.directory(session, world.site.id, with_retired=True)[0].retired_on == world.day
    assert audited_kinds(session) == [AuditKind.AGENCY_LISTED, AuditKind.AGENCY_CHANGED]


def test_retired_agency_comes_back(session, world):
    agency = listed(session, world)
    change(session, world, agency, retired=True)

    change(session, world, agency)

    assert directory.agency(session, agency.id, world.site.id).retired_on is None


@pytest.mark.parametrize("missing", ["name", "contact", "phone"])
def test_agency_needs_a_name_and_somebody_to_call(session, world, missing):
    with pytest.raises(Refused) as refused:
        listed(session, world, **{missing: " "})

    assert (refused.value.code, refused.value.field) == ("blank", missing)


def test_agency_stands_in_the_directory_once(session, world):
    listed(session, world)
    other = listed(session, world, "Legal Aid", AgencyKind.LEGAL_ADVICE)

    with pytest.raises(Refused) as again:
        listed(session, world)
    with pytest.raises(Refused) as renamed:
        change(session, world, other)

    assert again.value.code == renamed.value.code == "name_taken"


def test_change_that_changes_nothing_is_refused(session, world):
    with pytest.raises(Refused) as refused:
        change(session, world, listed(session, world))

    assert refused.value.code == "nothing_changed"


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        (replace(ENTRY, name="Police Station 4"), "name"),
        (replace(ENTRY, kind=AgencyKind.PROBATION), "kind"),
    ],
)
def test_agency_that_people_let_us_tell_things_is_not_made_another_one(session, world, who, entry, field):
    agency = listed(session, world)
    consent = consented(session, world, who, agency)

    change(session, world, agency, replace(ENTRY, phone="555-0199"))
    with pytest.raises(Refused) as refused:
        change(session, world, agency, entry)
    consents.take_back(session, consent_id=consent.id, how="in person", act=world.act())
    change(session, world, agency, entry)

    assert (refused.value.code, refused.value.field) == ("consents_stand", field)
    assert directory.agency(session, agency.id, world.site.id).name == entry.name


def test_agency_that_is_not_here_cannot_be_changed_or_shown(session, world):
    with pytest.raises(NotFound):
        agencies.change_agency(session, agency_id=99, entry=ENTRY, act=world.act())
    with pytest.raises(NotFound):
        directory.agency(session, 99, world.site.id)


def approve(session, world, text="What is said here stays here.\r\n\r\nBut: danger to a child.", **values):
    values = {"notice": "Not to be passed on.", "approved_on": world.day} | values
    return agencies.approve_statement(session, text=text, act=world.act(), **values)


def test_newest_approved_statement_counts(session, world):
    approve(session, world)
    approve(session, world, notice="Keep this to yourself.")

    found = known.statement(session, world.site.id)

    assert (found.turn, found.notice) == (2, "Keep this to yourself.")
    assert found.text == "What is said here stays here.\nBut: danger to a child."
    assert count(session, PrivacyStatement) == 2
    assert audited_kinds(session)[-1] == AuditKind.PRIVACY_STATEMENT_APPROVED


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"text": " \n "}, "text"),
        ({"text": "x" * 6001}, "text"),
        ({"notice": ""}, "notice"),
        ({"approved_on": None}, "approved_on"),
    ],
)
def test_statement_without_text_notice_or_a_day_that_has_come_is_refused(session, world, values, field):
    if "approved_on" in values:
        values = {"approved_on": world.day + DAY}

    with pytest.raises(Refused) as refused:
        approve(session, world, **values)

    assert refused.value.field == field


def test_consent_covers_what_was_ticked_and_that_the_person_is_in_treatment(session, world, who):
    consented(session, world, who, listed(session, world), ConsentScope.PLAN)

    [given] = known.facts_of(session, who.id)

    assert given.scopes == {ConsentScope.PLAN, ConsentScope.IN_TREATMENT}
    assert given.holds_on(world.day) and given.holds_on(given.expires_on)
    assert not given.holds_on(given.expires_on + DAY)
    assert audited_kinds(session)[-1] == AuditKind.AGENCY_CONSENT_GIVEN


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"purpose": ""}, "blank"),
        ({"scopes": frozenset()}, "no_scope"),
        ({"scopes": frozenset({ConsentScope.COUNSELLING_NOTES, ConsentScope.PLAN})}, "consent_apart"),
        ({"signed_on": 1}, "signed_when"),
        ({"signed_on": -400}, "signed_when"),
        ({"expires_on": -1}, "expired_already"),
        ({"expires_on": 400}, "holds_too_long"),
        ({"agency_id": 99}, "no_such_agency"),
    ],
)
def test_consent_that_cannot_be_is_refused(session, world, who, values, code):
    agency = listed(session, world)
    moved = {k: world.day + v * DAY for k, v in values.items() if k in ("signed_on", "expires_on")}

    with pytest.raises((Refused, NotFound)) as refused:
        consented(session, world, who, agency, **(values | moved))

    assert refused.value.code == code
    assert count(session, AgencyConsent) == 0


def test_nobody_consents_to_an_agency_that_was_retired(session, world, who):
    agency = listed(session, world)
    change(session, world, agency, retired=True)

    with pytest.raises(Refused) as refused:
        consented(session, world, who, agency)

    assert refused.value.code == "agency_retired"


def test_consent_is_taken_back_once_and_says_how(session, world, who):
    consent = consented(session, world, who, listed(session, world))

    with pytest.raises(Refused):
        consents.take_back(session, consent_id=consent.id, how=" ", act=world.act())
    consents.take_back(session, consent_id=consent.id, how="in writing", act=world.act())
    with pytest.raises(Conflict) as refused:
        consents.take_back(session, consent_id=consent.id, how="in writing", act=world.act())

    assert refused.value.code == "consent_ended"
    [given] = known.consents_of(session, who.id)
    assert (given.facts.ended_on, given.taken_back) == (world.day, "in writing")
    assert audited_kinds(session)[-1] == AuditKind.AGENCY_CONSENT_ENDED


def test_taking_back_ends_all_that_the_agency_may_be_told_and_nothing_else(session, world, who):
    shelter, court = listed(session, world), listed(session, world, "District Court", AgencyKind.COURT)
    wide = consented(session, world, who, shelter, ConsentScope.ATTENDANCE, ConsentScope.PLAN)
    gone = consented(session, world, who, shelter, signed_on=world.day - 9 * DAY, expires_on=world.day)
    stays = consented(session, world, who, court)
    newest = consented(session, world, who, shelter, ConsentScope.ATTENDANCE)
    tomorrow = world.at + DAY

    ends = consents.take_back(session, consent_id=newest.id, how="in person", act=world.act(at=tomorrow))

    assert [end.consent_id for end in ends] == [wide.id, newest.id]
    assert audited_kinds(session)[-2:] == [AuditKind.AGENCY_CONSENT_ENDED] * 2
    ended = {one.id for one in known.facts_of(session, who.id) if one.ended_on is not None}
    assert ended == {wide.id, newest.id}
    assert {gone.id, stays.id} & ended == set(), "one had expired before, the other is for another agency"


def test_one_consent_alone_is_taken_back_where_the_person_says_that_the_others_stay(session, world, who):
    agency = listed(session, world)
    wide = consented(session, world, who, agency, ConsentScope.ATTENDANCE, ConsentScope.PLAN)
    newest = consented(session, world, who, agency, ConsentScope.ATTENDANCE)

    with pytest.raises(Refused):
        consents.take_back_one(session, consent_id=newest.id, how=" ", act=world.act())
    consents.take_back_one(session, consent_id=newest.id, how="in person", act=world.act())
    with pytest.raises(Conflict):
        consents.take_back_one(session, consent_id=newest.id, how="in person", act=world.act())

    assert [one.id for one in known.facts_of(session, who.id) if one.holds_on(world.day)] == [wide.id]
    assert audited_kinds(session)[-1] == AuditKind.AGENCY_CONSENT_ENDED


@pytest.mark.parametrize("verb", [consents.take_back, consents.take_back_one])
def test_consent_that_is_not_here_cannot_be_taken_back(session, world, who, verb):
    elsewhere = another_site(session, world)
    theirs = consented(session, elsewhere, who, listed(session, elsewhere))

    with pytest.raises(NotFound):
        verb(session, consent_id=99, how="in writing", act=world.act())
    with pytest.raises(NotFound):
        verb(session, consent_id=theirs.id, how="in writing", act=world.act())


def note(session, world, who, days_ago=1, **values):
    seen = Seen(
        **{
            "seen_on": world.day - days_ago * DAY,
            "where": "Quay Pharmacy",
            "prescriber": "Dr Moor",
            "medicine": "diazepam",
            "source": "the pharmacy's list",
        }
        | values
    )
    return outside_visits.note_visit(
        session, person_id=who.id, seen=seen, listed=listed_medicines(world.day), act=world.act()
    )


def test_third_visit_elsewhere_within_thirty_days_offers_the_factual_letter(session, world, who):
    note(session, world, who, 40)
    note(session, world, who, 20)
    note(session, world, who, 10)
    before = visits.letter_is_due(visits.visits_of(session, who.id), world.day)

    note(session, world, who, 1)

    assert not before
    assert visits.letter_is_due(visits.visits_of(session, who.id), world.day)
    assert audited_kinds(session)[-1] == AuditKind.OUTSIDE_VISIT_NOTED


@pytest.mark.parametrize(
    ("values", "field"), [({"where": ""}, "where"), ({"source": ""}, "source"), ({"days_ago": -1}, "seen_on")]
)
def test_visit_without_place_or_source_or_in_the_future_is_refused(session, world, who, values, field):
    with pytest.raises(Refused) as refused:
        note(session, world, who, **values)

    assert refused.value.field == field
    assert session.scalars(select(AgencyConsent)).all() == []
