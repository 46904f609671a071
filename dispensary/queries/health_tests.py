"""Health tests as they stand on record: offers, answers and findings of one person, and the counts of everyone."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import NotFound
from dispensary.queries import urine_schedule
from dispensary.queries.signs import same_person
from dispensary.wording import N_, say
from models import HealthTestOffer, HealthTestResult, Person, Staff
from models.enums import HealthTestKind, HealthTestResultKind, LinkedToCare, OfferAnswer
from models.person import root_of

_OFFER, _FOUND = HealthTestOffer.__table__.c, HealthTestResult.__table__.c


@dataclass(frozen=True)
class OfferLine:
    """One offer, what the person said, and what was found; the answer and the finding are shown to few."""

    id: int
    kind: HealthTestKind
    offered_on: date
    offered_by: str
    answer: OfferAnswer
    result: HealthTestResultKind | None
    linked: LinkedToCare | None
    found_on: date | None
    turn: int
    """How often a finding was entered; the newest counts."""
    site_id: int
    """Where it was recorded, and where alone it is opened."""

    @property
    def waits(self) -> bool:
        """Whether the person wanted the test, and nothing was entered yet."""
        return self.answer is OfferAnswer.ACCEPTED and self.result is None


def offers_of(session: Session, person_id: int) -> list[OfferLine]:
    """Return every offer to a person, under whichever of their records, the newest first."""
    newest = select(func.max(_FOUND.turn)).where(_FOUND.offer_id == _OFFER.id).correlate(HealthTestOffer)
    query = (
        select(_OFFER.id, _OFFER.kind, _OFFER.offered_on, Staff.name, _OFFER.answer)
        .add_columns(_FOUND.result, _FOUND.linked, _FOUND.found_on, func.coalesce(_FOUND.turn, 0), _OFFER.site_id)
        .select_from(HealthTestOffer)
        .join(Staff, Staff.id == _OFFER.recorded_by_id)
        .outerjoin(HealthTestResult, (_FOUND.offer_id == _OFFER.id) & (_FOUND.turn == newest.scalar_subquery()))
        .where(same_person(_OFFER.person_id, person_id))
        .order_by(_OFFER.offered_on.desc(), _OFFER.id.desc())
    )
    return [OfferLine(*row) for row in session.execute(query)]


def person_of_offer(session: Session, offer_id: int) -> int:
    """Return whose offer it is.

    Raises:
        NotFound: there is no such offer.
    """
    query = select(root_of(Person)).join(HealthTestOffer, _OFFER.person_id == Person.id)
    found = session.scalar(query.where(_OFFER.id == offer_id))
    if found is None:
        raise NotFound(say(N_("There is no such offer on record.")), code="no_such_offer")
    return found


@dataclass(frozen=True)
class TestCounts:
    """Of those in treatment now: how many were offered one test, what they said last, and what was found last."""

    kind: HealthTestKind
    offered: int
    accepted: int
    declined: int
    later: int
    already: int
    tested: int
    positive: int
    linked: int
    """Of the positive: in care, or referred."""


@dataclass(frozen=True)
class Untested:
    """Somebody in treatment, and the tests that were never offered."""

    person_id: int
    number: str
    name: str
    missing: tuple[HealthTestKind, ...]


@dataclass(frozen=True)
class Overview:
    """The counts of each test, and to whom some were never offered."""

    in_treatment: int
    counts: tuple[TestCounts, ...]
    not_offered: tuple[Untested, ...]


def overview(session: Session, site_id: int, today: date) -> Overview:
    """Return the counts of those in treatment at a site, and to whom a test was never offered."""
    people = urine_schedule.treated(session, site_id, today)
    latest = _latest(session, {one.person_id for one in people})
    counts = tuple(_counts(kind, [line for (_, k), line in latest.items() if k is kind]) for kind in HealthTestKind)
    missing = (
        Untested(one.person_id, one.number, one.name, never)
        for one in people
        if (never := tuple(kind for kind in HealthTestKind if (one.person_id, kind) not in latest))
    )
    return Overview(len(people), counts, tuple(missing))


def last_offered(session: Session, until: date) -> dict[HealthTestKind, dict[int, date]]:
    """Return when each test was last offered to each person by a day, by surviving record and wherever it was offered."""
    root = root_of(Person)
    query = (
        select(_OFFER.kind, root, func.max(_OFFER.offered_on))
        .select_from(HealthTestOffer)
        .join(Person, Person.id == _OFFER.person_id)
        .where(_OFFER.offered_on <= until)
        .group_by(_OFFER.kind, root)
    )
    found: dict[HealthTestKind, dict[int, date]] = {kind: {} for kind in HealthTestKind}
    for kind, person_id, day in session.execute(query):
        found[kind][person_id] = day
    return found


Latest = tuple[OfferAnswer, HealthTestResultKind | None, LinkedToCare | None]


def _latest(session: Session, people: set[int]) -> dict[tuple[int, HealthTestKind], Latest]:
    """Return the last answer to each test, with the newest finding that any offer of it led to."""
    root = root_of(Person)
    query = (
        select(root, _OFFER.kind, _OFFER.answer, _FOUND.result, _FOUND.linked)
        .select_from(HealthTestOffer)
        .join(Person, Person.id == _OFFER.person_id)
        .outerjoin(HealthTestResult, _FOUND.offer_id == _OFFER.id)
        .order_by(_OFFER.offered_on, _OFFER.id, _FOUND.turn)
    )
    found: dict[tuple[int, HealthTestKind], Latest] = {}
    for person_id, kind, answer, result, linked in session.execute(query):
        if person_id in people:
            _, before, was_linked = found.get((person_id, kind), (answer, None, None))
            found[person_id, kind] = (answer, result, linked) if result else (answer, before, was_linked)
    return found


def _counts(kind: HealthTestKind, latest: list[Latest]) -> TestCounts:
    answers = Counter(answer for answer, _, _ in latest)
    found: list[HealthTestResultKind] = [r for _, r, _ in latest if r and r is not HealthTestResultKind.NOT_DONE]
    positive = HealthTestResultKind.POSITIVE
    cared = (LinkedToCare.IN_CARE, LinkedToCare.REFERRED)
    return TestCounts(
        kind,
        len(latest),
        answers[OfferAnswer.ACCEPTED],
        answers[OfferAnswer.DECLINED],
        answers[OfferAnswer.LATER],
        answers[OfferAnswer.ALREADY_HAS],
        len(found),
        found.count(positive),
        sum(1 for _, result, linked in latest if result is positive and linked in cared),
    )
