"""Health tests: offered, answered, found, and whether a finding led to care. Never a condition of anything."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import NotFound, Refused
from dispensary.queries import here
from dispensary.services import audit, people
from dispensary.services.act import Act
from dispensary.wording import N_, say
from models import HealthTestOffer, HealthTestResult, Person
from models.enums import AuditKind, HealthTestKind, HealthTestResultKind, LinkedToCare, OfferAnswer
from models.person import root_of

WITH_A_RESULT = (OfferAnswer.ACCEPTED, OfferAnswer.ALREADY_HAS)
"""Answers after which there may be something to enter."""


def offer(
    session: Session, *, person_id: int, answers: Mapping[HealthTestKind, OfferAnswer], act: Act
) -> list[HealthTestOffer]:
    """Note which health tests were offered to a person today, and what they said to each; no answer closes anything.

    Raises:
        Refused: nothing was offered, or the record was linked into another one.
    """
    if not answers:
        raise Refused(say(N_("Enter at least one answer, or leave the page.")), code="nothing_offered")
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    return [_offer(session, person_id, kind, answer, act) for kind, answer in answers.items()]


def _offer(session: Session, person_id: int, kind: HealthTestKind, answer: OfferAnswer, act: Act) -> HealthTestOffer:
    made = HealthTestOffer(person_id=person_id, kind=kind, offered_on=act.clinic_day, answer=answer, **act.stamp)
    session.add(made)
    session.flush()
    audit.record(session, AuditKind.HEALTH_TEST_OFFERED, made, act, person=person_id)
    return made


def find(
    session: Session,
    *,
    offer_id: int,
    result: HealthTestResultKind,
    linked: LinkedToCare,
    found_on: date,
    act: Act,
) -> HealthTestResult:
    """Enter what a health test found and whether it led to care; entered again, the newer entry counts.

    Raises:
        NotFound: there is no such offer.
        Refused: the test was not wanted, or a day that cannot be.
        Conflict: somebody entered it at the same moment.
    """
    here.refuse_elsewhere(session, HealthTestOffer, offer_id, act.site_id)
    made = session.execute(
        select(HealthTestOffer, root_of(Person))
        .join(Person, Person.id == HealthTestOffer.person_id)
        .where(HealthTestOffer.id == offer_id)
    ).one_or_none()
    if made is None:
        raise NotFound(say(N_("There is no such offer on record.")), code="no_such_offer")
    offered, person_id = made
    _check(offered, found_on, act)
    people.lock(session, person_id)
    before = session.scalar(select(func.max(HealthTestResult.turn)).where(HealthTestResult.offer_id == offer_id))
    values = {"result": result, "linked": linked, "found_on": found_on}
    found = HealthTestResult(offer_id=offer_id, turn=(before or 0) + 1, **values, **act.stamp)
    session.add(found)
    session.flush()
    audit.record(session, AuditKind.HEALTH_TEST_FOUND, found, act, person=person_id, offer=offer_id)
    return found


def _check(offered: HealthTestOffer, found_on: date, act: Act) -> None:
    if offered.answer not in WITH_A_RESULT:
        words = N_("The person did not want this test. If they want it now, note a new offer first.")
        raise Refused(say(words), code="not_wanted")
    if found_on > act.clinic_day:
        raise Refused(say(N_("This day has not come yet.")), code="future", field="found_on")
    if offered.answer is OfferAnswer.ACCEPTED and found_on < offered.offered_on:
        raise Refused(say(N_("The test was accepted later than this day.")), code="before_offer", field="found_on")
