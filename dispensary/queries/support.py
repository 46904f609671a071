"""Who stands by a person in treatment: offers of the programme, supporters, and what they may see."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, aliased

from dispensary.errors import NotFound
from dispensary.queries.signs import same_person
from dispensary.wording import N_, say
from models import Person, Staff, Supporter, SupporterConsent, SupportOffer
from models.enums import DeclineReason, OfferAnswer, Relation
from models.person import root_of

_OFFER, _SUPPORTER, _SEES = SupportOffer.__table__.c, Supporter.__table__.c, SupporterConsent.__table__.c
_PERSON = Person.__table__.c
ROOT = root_of(_PERSON)


@dataclass(frozen=True)
class Offer:
    """The programme as it was offered, and what the person said."""

    offered_on: date
    answer: OfferAnswer
    why: DeclineReason | None
    by: str


def offers_of(session: Session, person_id: int) -> tuple[Offer, ...]:
    """Return every offer to a person, the latest first."""
    query = (
        select(_OFFER.offered_on, _OFFER.answer, _OFFER.why, Staff.name)
        .join(Staff, Staff.id == _OFFER.recorded_by_id)
        .where(same_person(_OFFER.person_id, person_id))
        .order_by(_OFFER.offered_on.desc(), _OFFER.id.desc())
    )
    return tuple(Offer(*row) for row in session.execute(query))


@dataclass(frozen=True)
class OfferCounts:
    """What was said to the offers of some days, by answer, and why some were declined."""

    answers: dict[OfferAnswer, int]
    reasons: dict[DeclineReason, int]

    @property
    def all(self) -> int:
        """How many offers were made."""
        return sum(self.answers.values())


def offer_counts(session: Session, site_id: int, first: date, last: date) -> OfferCounts:
    """Return what was said to the offers that a site made from one day to another."""
    here = (_OFFER.site_id == site_id, _OFFER.offered_on >= first, _OFFER.offered_on <= last)
    answers: Counter[OfferAnswer] = Counter()
    reasons: Counter[DeclineReason] = Counter()
    query = select(_OFFER.answer, _OFFER.why, func.count()).where(*here).group_by(_OFFER.answer, _OFFER.why)
    for answer, why, count in session.execute(query):
        answers[answer] += count
        if why is not None:
            reasons[why] += count
    return OfferCounts(
        {answer: answers[answer] for answer in OfferAnswer if answers[answer]},
        {why: reasons[why] for why in DeclineReason if reasons[why]},
    )


@dataclass(frozen=True)
class SupporterLine:
    """Somebody who stands by a person, with both consents and what the person lets them see."""

    id: int
    person_id: int
    """The surviving record."""
    site_id: int
    name: str
    relation: Relation
    phone: str
    contact_rules: str
    person_agreed_on: date
    supporter_agreed_on: date
    ended_on: date | None
    sees_since: date | None
    about_doses: bool
    about_urine: bool

    @property
    def stands(self) -> bool:
        """Whether both agree still; if not, nothing is shown to them and nobody reaches them."""
        return self.ended_on is None


def supporters_of(session: Session, person_id: int) -> tuple[SupporterLine, ...]:
    """Return who stands or stood by a person, who stands first."""
    return _read(session, same_person(_SUPPORTER.person_id, person_id))


def current(session: Session, person_id: int) -> SupporterLine | None:
    """Return who stands by a person now, and may be reached about them; None where nobody does."""
    return next((one for one in supporters_of(session, person_id) if one.stands), None)


def supporter(session: Session, supporter_id: int, site_id: int) -> SupporterLine:
    """Return one supporter of a site.

    Raises:
        NotFound: there is none such here.
    """
    found = _read(session, (_SUPPORTER.id == supporter_id) & (_SUPPORTER.site_id == site_id))
    if not found:
        raise NotFound(say(N_("There is no such supporter on record here.")), code="no_such_supporter")
    return found[0]


def _read(session: Session, wanted: ColumnElement[bool]) -> tuple[SupporterLine, ...]:
    later = aliased(SupporterConsent)
    newest = select(func.max(later.turn)).where(later.supporter_id == _SUPPORTER.id).correlate(Supporter)
    query: Any = (
        select(
            _SUPPORTER.id,
            ROOT.label("person_id"),
            _SUPPORTER.site_id,
            _SUPPORTER.name,
            _SUPPORTER.relation,
            _SUPPORTER.phone,
            _SUPPORTER.contact_rules,
            _SUPPORTER.person_agreed_on,
            _SUPPORTER.supporter_agreed_on,
            _SUPPORTER.ended_on,
            _SEES.agreed_on.label("sees_since"),
            func.coalesce(_SEES.about_doses, False).label("about_doses"),
            func.coalesce(_SEES.about_urine, False).label("about_urine"),
        )
        .select_from(Supporter)
        .join(Person, _PERSON.id == _SUPPORTER.person_id)
        .outerjoin(SupporterConsent, and_(_SEES.supporter_id == _SUPPORTER.id, _SEES.turn == newest.scalar_subquery()))
        .where(wanted)
        .order_by(_SUPPORTER.ended_on.is_not(None), _SUPPORTER.id.desc())
    )
    return tuple(SupporterLine(**row._mapping) for row in session.execute(query))
