"""Health tests: offered, answered, found, linked to care; never a condition."""

from datetime import timedelta

import pytest

from dispensary.errors import NotFound, Refused
from dispensary.queries import health_tests
from dispensary.services import health_tests as verbs
from models import HealthTestOffer
from models.enums import AuditKind, HealthTestKind, HealthTestResultKind, LinkedToCare, OfferAnswer
from tests import factories
from tests.rows import audited, count

HIV, HEPATITIS_C = HealthTestKind.HIV, HealthTestKind.HEPATITIS_C
POSITIVE, NEGATIVE = HealthTestResultKind.POSITIVE, HealthTestResultKind.NEGATIVE


@pytest.fixture
def who(session, world):
    return factories.patient(session, world)


def offer(session, world, who, answer=OfferAnswer.ACCEPTED, kind=HIV):
    (made,) = verbs.offer(session, person_id=who.id, answers={kind: answer}, act=world.act())
    return made


def find(session, world, made, result=POSITIVE, linked=LinkedToCare.REFERRED, **values):
    values = {"found_on": world.day} | values
    return verbs.find(session, offer_id=made.id, result=result, linked=linked, act=world.act(), **values)


def test_each_test_that_was_offered_has_its_answer(session, world, who):
    answers = {HIV: OfferAnswer.ACCEPTED, HEPATITIS_C: OfferAnswer.DECLINED}

    verbs.offer(session, person_id=who.id, answers=answers, act=world.act())

    lines = health_tests.offers_of(session, who.id)
    assert {line.kind: line.answer for line in lines} == answers
    assert [line.waits for line in lines if line.kind is HIV] == [True]
    assert len(audited(session, AuditKind.HEALTH_TEST_OFFERED)) == 2


def test_an_offer_of_nothing_is_refused(session, world, who):
    with pytest.raises(Refused, match="nothing_offered"):
        verbs.offer(session, person_id=who.id, answers={}, act=world.act())


def test_the_newest_finding_counts(session, world, who):
    made = offer(session, world, who)

    find(session, world, made, HealthTestResultKind.UNCLEAR, LinkedToCare.NOT_NEEDED)
    find(session, world, made, POSITIVE, LinkedToCare.IN_CARE)

    (line,) = health_tests.offers_of(session, who.id)
    assert (line.result, line.linked, line.turn, line.waits) == (POSITIVE, LinkedToCare.IN_CARE, 2, False)
    assert len(audited(session, AuditKind.HEALTH_TEST_FOUND)) == 2


@pytest.mark.parametrize("answer", [OfferAnswer.DECLINED, OfferAnswer.LATER])
def test_nothing_is_found_by_a_test_that_was_not_wanted(session, world, who, answer):
    made = offer(session, world, who, answer)

    with pytest.raises(Refused, match="not_wanted"):
        find(session, world, made)


def test_a_finding_lies_between_the_offer_and_today(session, world, who):
    made = offer(session, world, who)

    with pytest.raises(Refused, match="future"):
        find(session, world, made, found_on=world.day + timedelta(days=1))
    with pytest.raises(Refused, match="before_offer"):
        find(session, world, made, found_on=world.day - timedelta(days=1))


def test_somebody_who_has_it_already_was_found_so_before(session, world, who):
    made = offer(session, world, who, OfferAnswer.ALREADY_HAS)

    find(session, world, made, found_on=world.day - timedelta(days=1000))

    assert health_tests.offers_of(session, who.id)[0].result is POSITIVE


def test_an_offer_that_does_not_exist_is_not_found(session, world):
    with pytest.raises(NotFound, match="no_such_offer"):
        find(session, world, HealthTestOffer(id=4711))
    with pytest.raises(NotFound, match="no_such_offer"):
        health_tests.person_of_offer(session, 4711)


def test_the_counts_take_the_last_answer_and_the_last_finding_of_each_person(session, world, who):
    declined, never = factories.patient(session, world), factories.patient(session, world)
    find(session, world, offer(session, world, who))
    offer(session, world, who, OfferAnswer.ALREADY_HAS)
    offer(session, world, declined, OfferAnswer.DECLINED)
    left = factories.person(session)
    offer(session, world, left)

    found = health_tests.overview(session, world.site.id, world.day)

    hiv = next(one for one in found.counts if one.kind is HIV)
    assert found.in_treatment == 3
    assert (hiv.offered, hiv.accepted, hiv.declined, hiv.already) == (2, 0, 1, 1)
    assert (hiv.tested, hiv.positive, hiv.linked) == (1, 1, 1)
    assert {one.person_id for one in found.not_offered if HIV in one.missing} == {never.id}
    assert count(session, HealthTestOffer) == 4
