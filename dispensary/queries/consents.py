"""What people allow us to tell agencies, and the site's own statement of confidentiality."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.clock import clinic_day
from dispensary.policy.agencies import agency_rules
from dispensary.queries import sites
from dispensary.queries.signs import same_person
from dispensary.rules.consents import ConsentFacts
from models import Agency, AgencyConsent, AgencyConsentEnd, AgencyConsentScope, Person, PrivacyStatement, Site, Staff
from models.enums import AgencyKind, ConsentScope
from models.person import root_of


@dataclass(frozen=True)
class GivenConsent:
    """A consent as the page shows it."""

    facts: ConsentFacts
    site_id: int
    site: str
    """Where it was recorded, and where alone it is told on and taken back."""
    agency_kind: AgencyKind
    recorded_at: datetime
    by: str
    taken_back: str
    """How the person took it back; empty while they have not."""
    drawn: str | None
    """The name as it was signed on the screen."""


def consents_of(session: Session, person_id: int) -> list[GivenConsent]:
    """Return every consent that a person gave, the newest first."""
    consent, end = AgencyConsent.__table__.c, AgencyConsentEnd.__table__.c
    query = (
        select(AgencyConsent, Site.name, Agency.name, Agency.kind, Staff.name, end.ended_at, end.how)
        .join(Agency, Agency.id == consent.agency_id)
        .join(Site, Site.id == consent.site_id)
        .join(Staff, Staff.id == consent.recorded_by_id)
        .outerjoin(AgencyConsentEnd, end.consent_id == consent.id)
        .where(same_person(consent.person_id, person_id))
        .order_by(consent.signed_on.desc(), consent.id.desc())
    )
    rows = session.execute(query).all()
    scopes = _scopes(session, [row[0].id for row in rows])
    return [
        GivenConsent(
            _facts(session, given, agency, ended_at, scopes),
            given.site_id,
            site,
            kind,
            given.recorded_at,
            by,
            how or "",
            given.drawn,
        )
        for given, site, agency, kind, by, ended_at, how in rows
    ]


def facts_of(session: Session, person_id: int) -> list[ConsentFacts]:
    """Return every consent that a person gave, as the rules want to know it."""
    return [given.facts for given in consents_of(session, person_id)]


def _facts(
    session: Session,
    given: AgencyConsent,
    agency: str,
    ended_at: datetime | None,
    scopes: dict[int, frozenset[ConsentScope]],
) -> ConsentFacts:
    return ConsentFacts(
        id=given.id,
        agency_id=given.agency_id,
        agency=agency,
        purpose=given.purpose,
        signed_on=given.signed_on,
        signed_how=given.signed_how,
        expires_on=given.expires_on,
        ended_on=_day_of(session, given.site_id, ended_at) if ended_at else None,
        scopes=scopes.get(given.id, frozenset()),
    )


def _day_of(session: Session, site_id: int, at: datetime) -> date:
    have = sites.settings_at(session, site_id, at)
    return clinic_day(at, have.zone, have.day_starts)


def _scopes(session: Session, consent_ids: list[int]) -> dict[int, frozenset[ConsentScope]]:
    query = select(AgencyConsentScope.consent_id, AgencyConsentScope.scope)
    found: dict[int, set[ConsentScope]] = {}
    for consent_id, scope in session.execute(query.where(AgencyConsentScope.consent_id.in_(consent_ids))):
        found.setdefault(consent_id, set()).add(scope)
    return {consent_id: frozenset(scopes) for consent_id, scopes in found.items()}


@dataclass(frozen=True)
class Statement:
    """The site's own statement of confidentiality, as approved."""

    turn: int
    text: str
    notice: str
    approved_on: date
    by: str


def statement(session: Session, site_id: int) -> Statement | None:
    """Return the statement that a site approved last; None where it has approved none."""
    query = (
        select(
            PrivacyStatement.turn,
            PrivacyStatement.text,
            PrivacyStatement.notice,
            PrivacyStatement.approved_on,
            Staff.name,
        )
        .join(Staff, Staff.id == PrivacyStatement.recorded_by_id)
        .where(PrivacyStatement.site_id == site_id)
        .order_by(PrivacyStatement.turn.desc())
        .limit(1)
    )
    row = session.execute(query).one_or_none()
    return Statement(*row) if row else None


def notice(session: Session, site_id: int) -> str:
    """Return what stands on every sheet that goes out on a consent: the site's own notice, or the house's until then."""
    approved = statement(session, site_id)
    return approved.notice if approved else agency_rules().notice


def stand_for(session: Session, agency_id: int, today: date) -> bool:
    """Return whether anybody's consent to tell an agency something stands today."""
    consent = AgencyConsent.__table__.c
    query = (
        select(consent.id)
        .outerjoin(AgencyConsentEnd, AgencyConsentEnd.consent_id == consent.id)
        .where(consent.agency_id == agency_id, consent.expires_on >= today, AgencyConsentEnd.id.is_(None))
    )
    return session.scalar(query.limit(1)) is not None


def person_of(session: Session, consent_id: int, site_id: int) -> int | None:
    """Return whose consent it is, by surviving record; None where a site has none such."""
    query = (
        select(root_of(Person))
        .join(AgencyConsent, AgencyConsent.person_id == Person.id)
        .where(AgencyConsent.id == consent_id, AgencyConsent.site_id == site_id)
    )
    return session.scalar(query)
