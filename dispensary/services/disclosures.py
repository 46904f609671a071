"""The one gate through which anything about a person leaves the clinic: checked before it is told, recorded when it is.

Whoever prints or exports a sheet for an agency asks `ground_for` first, prints what it returns on the sheet
(reports/disclosed), and calls `tell` in the unit of work that notes the printing.
"""

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from dispensary.errors import NotFound, Refused
from dispensary.queries import consents
from dispensary.reasons import Reason
from dispensary.rules.consents import ALWAYS, ConsentFacts, Ground, needs_its_own, relied_on
from dispensary.services import audit, people
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, Words, say
from models import Agency, Disclosure, DisclosureScope
from models.enums import AuditKind, ConsentScope, DisclosureBasis, DisclosureWay

LONGEST_TOLD = 2000
HAS_NO_CALLER = frozenset({DisclosureBasis.TO_THE_PERSON})


@dataclass(frozen=True)
class Telling:
    """What is to be told: to whom, on what ground, what of it, for what, and how."""

    basis: DisclosureBasis
    scopes: frozenset[ConsentScope]
    told: str
    """What is said, or which sheet goes out, in words."""
    way: DisclosureWay
    agency_id: int | None = None
    recipient: str = ""
    """Who there is told; the agency itself where nobody is named."""
    purpose: str = ""
    """For what; with a consent, the consent's own purpose where none is given."""
    call_back: str = ""
    """The number that was called back before anything was said on the telephone."""


def ground_for(session: Session, *, person_id: int, telling: Telling, act: Act) -> Ground:
    """Return on what ground something may be told about a person today; nothing is recorded.

    Raises:
        NotFound: there is no such agency here.
        Refused: nobody is named, nothing is chosen, the call was not called back, the ground is not said, there is no
            consent that stands and covers it, or an agency is told as if it were the person.
    """
    agency = _agency(session, telling.agency_id, act)
    _refuse_beside_the_person(telling)
    recipient = people.line(telling.recipient, "recipient", needed=agency is None)
    if agency is not None:
        recipient = f"{agency.name}, {recipient}" if recipient else agency.name
    people.line(telling.told, "told", needed=True, longest=LONGEST_TOLD)
    if not telling.scopes:
        raise Refused(say(N_("Choose what is told.")), code="no_scope", field="scopes")
    if telling.way is DisclosureWay.TELEPHONE and telling.basis not in HAS_NO_CALLER:
        people.line(telling.call_back, "call_back", needed=True)
    scopes = telling.scopes | {ALWAYS}
    if telling.basis is DisclosureBasis.CONSENT:
        return _on_consent(session, person_id, telling, recipient, agency, scopes, act)
    purpose = people.line(telling.purpose, "purpose", needed=telling.basis not in HAS_NO_CALLER, longest=500)
    return Ground(telling.basis, recipient, scopes, purpose, consent=None, notice="")


def tell(session: Session, *, person_id: int, telling: Telling, act: Act) -> Disclosure:
    """Record that something about a person is told, once it is sure that it may be.

    Raises:
        NotFound: there is no such person, or no such agency here.
        Refused: as `ground_for`, or the record was linked into another one.
    """
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    ground = ground_for(session, person_id=person_id, telling=telling, act=act)
    disclosure = write(
        session,
        Disclosure(
            person_id=person_id,
            agency_id=telling.agency_id,
            recipient=ground.recipient,
            call_back=people.line(telling.call_back, "call_back"),
            basis=ground.basis,
            consent_id=ground.consent.id if ground.consent else None,
            purpose=ground.purpose,
            told=people.line(telling.told, "told", longest=LONGEST_TOLD),
            way=telling.way,
            told_at=act.at,
            **act.stamp,
        ),
    )
    for scope in sorted(ground.scopes):
        write(session, DisclosureScope(disclosure_id=disclosure.id, scope=scope, **act.stamp))
    audit.record(
        session,
        AuditKind.DISCLOSURE_MADE,
        disclosure,
        act,
        person=person_id,
        basis=ground.basis,
        way=telling.way,
        scopes=",".join(sorted(ground.scopes)),
    )
    return disclosure


def _on_consent(
    session: Session,
    person_id: int,
    telling: Telling,
    recipient: str,
    agency: Agency | None,
    scopes: frozenset[ConsentScope],
    act: Act,
) -> Ground:
    if agency is None:
        words = N_("A consent is given for one agency. Choose it from the directory, or put it there first.")
        raise Refused(say(words), code="no_agency", field="agency_id")
    apart = needs_its_own(scopes, agency.kind)
    if apart is not None:
        words = N_("This is told apart from all else, on a consent of its own: %(scope)s. Tell it by itself.")
        raise Refused(say(words, scope=apart), code="told_apart", field="scopes")
    found = relied_on(consents.facts_of(session, person_id), agency.id, scopes, act.clinic_day)
    if not isinstance(found, ConsentFacts):
        words = N_("Nothing may be told to %(agency)s now.")
        named = [replace(reason, message=_of(agency, reason)) for reason in found]
        raise Refused(say(words, agency=agency.name), reasons=named, code=found[0].code)
    purpose = people.line(telling.purpose, "purpose", longest=500) or found.purpose
    return Ground(telling.basis, recipient, scopes, purpose, found, consents.notice(session, act.site_id))


def _refuse_beside_the_person(telling: Telling) -> None:
    if telling.basis is DisclosureBasis.TO_THE_PERSON and telling.agency_id is not None:
        words = N_(
            "What goes into the person's own hand goes to no agency. Leave the agency out, or choose its ground."
        )
        raise Refused(say(words), code="agency_as_person", field="agency_id")


def _of(agency: Agency, reason: Reason) -> Words:
    return say(N_("%(agency)s: %(why)s"), agency=agency.name, why=reason.message)


def _agency(session: Session, agency_id: int | None, act: Act) -> Agency | None:
    if agency_id is None:
        return None
    agency = session.get(Agency, agency_id)
    if agency is None or agency.site_id != act.site_id:
        raise NotFound(say(N_("There is no such agency in the directory here.")), code="no_such_agency")
    return agency
