"""How somebody may be reached, as agreed with them: by which ways, when, who may pick up, and what may be said."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from dispensary.errors import Refused
from dispensary.queries import contact_rules as records
from dispensary.queries import support
from dispensary.services import audit, people
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import ContactRule
from models.enums import AuditKind, Channel


@dataclass(frozen=True)
class Terms:
    """What somebody agreed to."""

    by_telephone: bool = False
    by_text: bool = False
    by_letter: bool = False
    by_visit: bool = False
    hours: str = ""
    """When, in words."""
    who_may_pick_up: str = ""
    leave_message: bool = False
    message_from: str = ""
    """In what name a message may be left."""


def agree(session: Session, *, person_id: int, terms: Terms, act: Act) -> ContactRule:
    """Write down how a person may be reached from now on; what held before stays to be read.

    No way at all may be agreed too: then the person is spoken to at the window only.

    Raises:
        NotFound: there is no such person.
        Refused: a message may be left and nobody knows in what name, or nothing differs from what holds.
    """
    hours = people.line(terms.hours, "hours")
    who = people.line(terms.who_may_pick_up, "who_may_pick_up")
    message_from = people.line(terms.message_from, "message_from", needed=terms.leave_message)
    if message_from and not terms.leave_message:
        words = say(N_("A name belongs to a message that may be left. Tick that, or take the name out."))
        raise Refused(words, code="no_message", field="message_from")
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    before = records.rule_of(session, person_id)
    wanted = Terms(
        terms.by_telephone,
        terms.by_text,
        terms.by_letter,
        terms.by_visit,
        hours,
        who,
        terms.leave_message,
        message_from,
    )
    if before is not None and Terms(*before.terms) == wanted:
        raise Refused(say(N_("Nothing differs from what is on record.")), code="nothing_changed")
    kept = write(
        session,
        ContactRule(person_id=person_id, turn=records.last_turn(session, person_id) + 1, **vars(wanted), **act.stamp),
    )
    audit.record(session, AuditKind.CONTACT_RULE_AGREED, kept, act, person=person_id, turn=kept.turn)
    return kept


def refuse_unless_supported(session: Session, person_id: int, channel: Channel) -> None:
    """Check, before somebody is reached by way of a supporter, that both consents to that stand now.

    Raises:
        Refused: nobody stands by the person, or no more.
    """
    if channel is Channel.SUPPORTER and support.current(session, person_id) is None:
        words = N_("No supporter may be called: none is named, or the consent was taken back. Choose another way.")
        raise Refused(say(words), code="no_supporter", field="channel")
