"""Handing out what reduces harm: to a person, to somebody met in outreach, or to somebody unknown. No name is ever asked."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import NotFound, Refused
from dispensary.services import audit, health, people
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.services.past_days import refuse_unless_past
from dispensary.wording import N_, say
from models import OutreachContact, SupplyIssue
from models.enums import AuditKind, SupplyKind

MOST = 2000
"""Pieces of one kind handed out at once; more is a slip of the keys."""


def give(
    session: Session,
    *,
    items: Mapping[SupplyKind, int],
    given_on: date,
    taught: bool,
    person_id: int | None = None,
    contact_id: int | None = None,
    act: Act,
) -> list[SupplyIssue]:
    """Record what was handed out at once; naloxone for a person on record is held by them from then on.

    Args:
        items: how many pieces of each kind.
        taught: whether its use was shown.
        person_id: to whom, if it is somebody on record.
        contact_id: to whom, if it is somebody met in outreach; neither where it is somebody unknown.

    Raises:
        NotFound: there is no such person or contact here.
        Refused: nothing is handed out, a number or the day cannot be right, or the record was linked into another one.
    """
    _check(items)
    refuse_unless_past(given_on, "given_on", act)
    if person_id is not None:
        people.lock(session, person_id)
        people.refuse_linked_away(session, person_id)
    if contact_id is not None:
        _check_contact(session, contact_id, act)
    issues = []
    for kind, quantity in items.items():
        to = {"person_id": person_id, "contact_id": contact_id}
        values = {"kind": kind, "quantity": quantity, "given_on": given_on, "taught": taught}
        issue = write(session, SupplyIssue(**to, **values, **act.stamp))
        audit.record(session, AuditKind.SUPPLIES_GIVEN, issue, act, quantity=quantity, supply=kind)
        issues.append(issue)
    if person_id is not None and SupplyKind.NALOXONE in items:
        health.note_naloxone(session, person_id=person_id, supplied_on=given_on, act=act)
    return issues


def _check(items: Mapping[SupplyKind, int]) -> None:
    if not items:
        raise Refused(say(N_("Enter how many of at least one thing, or leave the page.")), code="nothing_given")
    for kind, quantity in items.items():
        if not 0 < quantity <= MOST:
            words = say(N_("From 1 to %(most)s pieces at once."), most=MOST)
            raise Refused(words, code="quantity", field=kind.value)


def _check_contact(session: Session, contact_id: int, act: Act) -> None:
    here = select(OutreachContact.id).where(OutreachContact.id == contact_id, OutreachContact.site_id == act.site_id)
    if session.scalar(here) is None:
        raise NotFound(say(N_("There is no such contact.")), code="no_such_contact")
