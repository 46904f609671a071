"""What a person allows us to tell an agency: given with a scope and an expiry, and taken back whenever they wish."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.policy.agencies import agency_rules
from dispensary.queries import consents as records
from dispensary.queries.people import surviving
from dispensary.rules.consents import ALWAYS, needs_its_own, standing_beside
from dispensary.services import agencies, audit, people, signatures
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import AgencyConsent, AgencyConsentEnd, AgencyConsentScope
from models.enums import AuditKind, ConsentScope, SignedOn

LONGEST_BACK = timedelta(days=366)


@dataclass(frozen=True)
class Allowed:
    """What the person signed: which agency may be told what, for what purpose, and until when."""

    agency_id: int
    scopes: frozenset[ConsentScope]
    purpose: str
    signed_on: date
    signed_how: SignedOn
    expires_on: date
    """The last day on which it holds."""
    drawn: str = ""
    """The strokes of the pen, where the person signs on the screen."""


def give_consent(session: Session, *, person_id: int, allowed: Allowed, act: Act) -> AgencyConsent:
    """Record that a person allows us to tell an agency some things; whatever is told, that they are in treatment is too.

    Raises:
        NotFound: there is no such person, or no such agency here.
        Refused: nothing is chosen, what is chosen needs consents of their own, no purpose is said, a day cannot be,
            or nobody signed on the screen.
    """
    purpose = people.line(allowed.purpose, "purpose", needed=True, longest=500)
    agency = agencies.here(session, allowed.agency_id, act)
    agencies.refuse_retired(agency)
    _check_days(allowed, act)
    if not allowed.scopes:
        raise Refused(say(N_("Choose what may be told.")), code="no_scope", field="scopes")
    apart = needs_its_own(allowed.scopes, agency.kind)
    if apart is not None:
        words = N_("This needs a consent of its own, which covers nothing else: %(scope)s. Record two consents.")
        raise Refused(say(words, scope=apart), code="consent_apart", field="scopes")
    drawn = signatures.kept(allowed.signed_how, allowed.drawn)
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    consent = write(
        session,
        AgencyConsent(
            person_id=person_id,
            agency_id=agency.id,
            purpose=purpose,
            signed_on=allowed.signed_on,
            signed_how=allowed.signed_how,
            drawn=drawn,
            expires_on=allowed.expires_on,
            **act.stamp,
        ),
    )
    for scope in sorted(allowed.scopes | {ALWAYS}):
        write(session, AgencyConsentScope(consent_id=consent.id, scope=scope, **act.stamp))
    audit.record(
        session,
        AuditKind.AGENCY_CONSENT_GIVEN,
        consent,
        act,
        person=person_id,
        agency=agency.id,
        expires_on=allowed.expires_on,
        scopes=",".join(sorted(allowed.scopes | {ALWAYS})),
    )
    return consent


def take_back(session: Session, *, consent_id: int, how: str, act: Act) -> list[AgencyConsentEnd]:
    """Record that the person took back all that an agency may be told: from this moment nothing is told to it on a consent.

    Args:
        consent_id: one of the consents that stand for the agency; the others that stand end with it.
        how: how they said so, such as: in writing; by telephone, recognised by voice.

    Raises:
        NotFound: there is no such consent here.
        Conflict: it was taken back before.
        Refused: it is not said how.
    """
    how = _how(how)
    consent, person_id = _standing(session, consent_id, act)
    others = standing_beside(records.facts_of(session, person_id), consent_id, act.clinic_day)
    return [_end(session, one, person_id, how, act) for one in sorted({consent.id, *(other.id for other in others)})]


def take_back_one(session: Session, *, consent_id: int, how: str, act: Act) -> AgencyConsentEnd:
    """Record that the person took one consent back and leaves others for the same agency standing.

    Args:
        how: how they said so.

    Raises:
        NotFound: there is no such consent here.
        Conflict: it was taken back before.
        Refused: it is not said how.
    """
    how = _how(how)
    consent, person_id = _standing(session, consent_id, act)
    return _end(session, consent.id, person_id, how, act)


def _how(how: str) -> str:
    return people.line(how, "how", needed=True, longest=500)


def _standing(session: Session, consent_id: int, act: Act) -> tuple[AgencyConsent, int]:
    """Return a consent of this site that was not taken back, and whose it is, their record locked."""
    consent = session.get(AgencyConsent, consent_id)
    if consent is None or consent.site_id != act.site_id:
        raise NotFound(say(N_("There is no such consent on record here.")), code="no_such_consent")
    person_id = surviving(session, consent.person_id)
    people.lock(session, person_id)
    if session.scalar(select(AgencyConsentEnd.id).where(AgencyConsentEnd.consent_id == consent_id)) is not None:
        raise Conflict(say(N_("This consent was taken back before.")), code="consent_ended")
    return consent, person_id


def _end(session: Session, consent_id: int, person_id: int, how: str, act: Act) -> AgencyConsentEnd:
    ended = write(session, AgencyConsentEnd(consent_id=consent_id, ended_at=act.at, how=how, **act.stamp))
    audit.record(session, AuditKind.AGENCY_CONSENT_ENDED, ended, act, person=person_id, consent=consent_id)
    return ended


def _check_days(allowed: Allowed, act: Act) -> None:
    if not act.clinic_day - LONGEST_BACK <= allowed.signed_on <= act.clinic_day:
        words = say(N_("The day of signing lies within the last year, today at the latest."))
        raise Refused(words, code="signed_when", field="signed_on")
    if allowed.expires_on <= max(allowed.signed_on, act.clinic_day - timedelta(days=1)):
        words = say(N_("It would have expired already. Enter the last day on which it holds."))
        raise Refused(words, code="expired_already", field="expires_on")
    longest = agency_rules().consent_longest
    if allowed.expires_on > allowed.signed_on + longest:
        words = say(N_("A consent holds for %(days)s days at most; then it is asked for again."), days=longest.days)
        raise Refused(words, code="holds_too_long", field="expires_on")
