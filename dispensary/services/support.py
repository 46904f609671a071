"""Somebody who stands by a person in treatment: the programme offered, a supporter named with both consents, and ended.

Declining closes nothing. The person may take a consent back on any day; from that moment the supporter is shown nothing,
is not called, and their telephone number is not kept.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, Refused
from dispensary.queries import support as records
from dispensary.queries.support import SupporterLine
from dispensary.services import audit, people, programmes
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.services.past_days import refuse_unless_past
from dispensary.wording import N_, say
from models import Supporter, SupporterConsent, SupportOffer
from models.enums import AuditKind, DeclineReason, OfferAnswer, ProgrammeEndReason, Relation

LONGEST_RULES = 500
ENDS = frozenset({ProgrammeEndReason.CONSENT_WITHDRAWN, ProgrammeEndReason.SUPPORTER_LEFT})
WILLING = frozenset({OfferAnswer.ACCEPTED, OfferAnswer.ALREADY_HAS})


def offer_programme(
    session: Session, *, person_id: int, offered_on: date, answer: OfferAnswer, why: DeclineReason | None, act: Act
) -> SupportOffer:
    """Record that the programme was offered to a person, and what they said; no answer closes anything.

    Raises:
        NotFound: there is no such person.
        Refused: it was declined and not said why, or a reason stands beside another answer, or the day cannot be right.
    """
    refuse_unless_past(offered_on, "offered_on", act)
    if answer is OfferAnswer.DECLINED and why is None:
        raise Refused(say(N_("Choose why it was declined.")), code="declined_says_why", field="why")
    if answer is not OfferAnswer.DECLINED and why is not None:
        words = say(N_("A reason is asked only where it was declined. Take it out, or change the answer."))
        raise Refused(words, code="why_without_decline", field="why")
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    offer = write(
        session, SupportOffer(person_id=person_id, offered_on=offered_on, answer=answer, why=why, **act.stamp)
    )
    audit.record(session, AuditKind.SUPPORT_OFFERED, offer, act, person=person_id, answer=answer)
    return offer


@dataclass(frozen=True)
class Naming:
    """Who stands by a person, as both agreed."""

    name: str
    relation: Relation
    phone: str
    contact_rules: str
    drug_free: bool
    """Both say that the supporter uses no drugs; asked, and not kept."""
    person_agreed_on: date
    supporter_agreed_on: date
    about_doses: bool = False
    about_urine: bool = False


def name_supporter(session: Session, *, person_id: int, naming: Naming, act: Act) -> Supporter:
    """Put on record who stands by a person, with both consents and what the person lets them see.

    Raises:
        NotFound: there is no such person.
        Refused: the programme was not accepted, no name is said, a day cannot be right, or the supporter uses drugs.
        Conflict: somebody stands by the person already.
    """
    reached = _reached(naming.name, naming.phone, naming.contact_rules)
    if not naming.drug_free:
        words = N_("The supporter is somebody who uses no drugs, as both say. Choose somebody else together.")
        raise Refused(say(words), code="not_drug_free", field="drug_free")
    refuse_unless_past(naming.person_agreed_on, "person_agreed_on", act)
    refuse_unless_past(naming.supporter_agreed_on, "supporter_agreed_on", act)
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    _refuse_unasked(session, person_id)
    if records.current(session, person_id) is not None:
        words = N_("Somebody stands by this person already. End that first, if the person wants somebody else.")
        raise Conflict(say(words), code="supporter_already")
    supporter = Supporter(
        person_id=person_id,
        site_id=act.site_id,
        relation=naming.relation,
        person_agreed_on=naming.person_agreed_on,
        supporter_agreed_on=naming.supporter_agreed_on,
        ended_on=None,
        **reached,
    )
    session.add(supporter)
    session.flush()
    audit.record(session, AuditKind.SUPPORTER_NAMED, supporter, act, person=person_id)
    _let_see(session, supporter.id, person_id, naming.about_doses, naming.about_urine, naming.person_agreed_on, act)
    return supporter


def change_supporter(
    session: Session, *, supporter_id: int, name: str, phone: str, contact_rules: str, act: Act
) -> Supporter:
    """Change how a supporter is reached.

    Raises:
        NotFound: there is no such supporter here.
        Refused: no name is said, or a text is too long.
        Conflict: they no longer stand by the person.
    """
    reached = _reached(name, phone, contact_rules)
    person_id = _locked(session, supporter_id, act).person_id
    supporter = session.get_one(Supporter, supporter_id, populate_existing=True)
    for key, text in reached.items():
        setattr(supporter, key, text)
    session.flush()
    audit.record(session, AuditKind.SUPPORTER_CHANGED, supporter, act, person=person_id)
    return supporter


def let_see(
    session: Session, *, supporter_id: int, about_doses: bool, about_urine: bool, agreed_on: date, act: Act
) -> SupporterConsent:
    """Record what the person lets their supporter see from now on, more or less than before.

    Raises:
        NotFound: there is no such supporter here.
        Refused: the day cannot be right, or nothing differs.
        Conflict: they no longer stand by the person.
    """
    refuse_unless_past(agreed_on, "agreed_on", act)
    now = _locked(session, supporter_id, act)
    if (now.about_doses, now.about_urine) == (about_doses, about_urine):
        raise Refused(say(N_("Nothing differs from what is on record.")), code="nothing_changed")
    return _let_see(session, supporter_id, now.person_id, about_doses, about_urine, agreed_on, act)


def end_supporter(
    session: Session, *, supporter_id: int, reason: ProgrammeEndReason, next_step: str, act: Act
) -> Supporter:
    """Record that a person took their consent back, or that the supporter stands by them no more; from today.

    The supporter is shown nothing any more, and how they are reached is not kept. A programme that runs ends with it.

    Args:
        next_step: what comes next for the person; needed where a programme runs.

    Raises:
        NotFound: there is no such supporter here.
        Refused: the reason is of something else, or it is not said what comes next.
        Conflict: it ended before.
    """
    if reason not in ENDS:
        words = N_("Say whether the person took the consent back, or the supporter left.")
        raise Refused(say(words), code="ends_otherwise", field="reason")
    person_id = _locked(session, supporter_id, act).person_id
    programmes.end_with_supporter(session, person_id=person_id, reason=reason, next_step=next_step, act=act)
    supporter = session.get_one(Supporter, supporter_id, populate_existing=True)
    supporter.ended_on, supporter.phone, supporter.contact_rules = act.clinic_day, "", ""
    session.flush()
    audit.record(session, AuditKind.SUPPORTER_ENDED, supporter, act, person=person_id, programme_end=reason)
    return supporter


def _refuse_unasked(session: Session, person_id: int) -> None:
    offers = records.offers_of(session, person_id)
    if not offers or offers[0].answer not in WILLING:
        words = N_("The person has not said yes to the programme. Offer it first, and record the answer.")
        raise Refused(say(words), code="not_accepted")


def _reached(name: str, phone: str, contact_rules: str) -> dict[str, str]:
    return {
        "name": people.line(name, "name", needed=True),
        "phone": people.line(phone, "phone"),
        "contact_rules": people.line(contact_rules, "contact_rules", longest=LONGEST_RULES),
    }


def _locked(session: Session, supporter_id: int, act: Act) -> SupporterLine:
    people.lock(session, records.supporter(session, supporter_id, act.site_id).person_id)
    now = records.supporter(session, supporter_id, act.site_id)
    if not now.stands:
        words = N_("This ended on %(day)s. Nothing more is kept of them.")
        raise Conflict(say(words, day=now.ended_on), code="supporter_ended")
    return now


def _let_see(
    session: Session, supporter_id: int, person_id: int, about_doses: bool, about_urine: bool, agreed_on: date, act: Act
) -> SupporterConsent:
    mine = select(func.max(SupporterConsent.turn)).where(SupporterConsent.supporter_id == supporter_id)
    consent = write(
        session,
        SupporterConsent(
            supporter_id=supporter_id,
            turn=(session.scalar(mine) or 0) + 1,
            agreed_on=agreed_on,
            about_doses=about_doses,
            about_urine=about_urine,
            **act.stamp,
        ),
    )
    said = {"about_doses": int(about_doses), "about_urine": int(about_urine)}
    audit.record(
        session, AuditKind.SUPPORTER_CONSENT_GIVEN, consent, act, person=person_id, supporter=supporter_id, **said
    )
    return consent
