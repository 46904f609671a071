"""Intake: what is asked at entry, done or half done, and the consent to treatment. None of it is asked before a dose is given."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import Refused
from dispensary.rules.intake import EDITION
from dispensary.services import audit, people
from dispensary.services.act import Act
from dispensary.services.assessments import open_episode
from dispensary.services.facts import write
from dispensary.services.past_days import refuse_unless_past
from dispensary.wording import N_, say
from models import IntakeStep, TreatmentConsent
from models.enums import AuditKind, IntakeItem

LONGEST_NOTE = 500
KEPT_ELSEWHERE = frozenset(
    {IntakeItem.CONSENT, IntakeItem.CONTACT, IntakeItem.ORDER, IntakeItem.PLAN, IntakeItem.OWN_AIM}
)
"""What is known from the record itself, and is never ticked by hand."""


def take_step(
    session: Session, *, person_id: int, item: IntakeItem, complete: bool, done_on: date, note: str, act: Act
) -> IntakeStep:
    """Record that something asked at intake was done, or begun; a later entry of the same thing counts in its place.

    Args:
        complete: whether it is done; what is half done is saved as it is.

    Raises:
        Refused: the person is not in treatment here, the thing is known from the record itself, or the day cannot be right.
    """
    if item in KEPT_ELSEWHERE:
        words = say(N_("This is known from the record itself. Enter it on its own page."))
        raise Refused(words, code="kept_elsewhere")
    note = people.line(note, "note", longest=LONGEST_NOTE)
    refuse_unless_past(done_on, "done_on", act)
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    episode_id = open_episode(session, person_id, act)
    mine = (IntakeStep.episode_id == episode_id, IntakeStep.item == item)
    turn = (session.scalar(select(func.max(IntakeStep.turn)).where(*mine)) or 0) + 1
    values = {"episode_id": episode_id, "item": item, "turn": turn, "complete": complete, "done_on": done_on}
    step = write(session, IntakeStep(**values, note=note, **act.stamp))
    audit.record(session, AuditKind.INTAKE_RECORDED, step, act, person=person_id, intake=item, complete=complete)
    return step


def record_consent(session: Session, *, person_id: int, given: bool, signed_on: date, act: Act) -> TreatmentConsent:
    """Record what somebody answered to the consent to treatment; the later answer counts, and a no closes nothing.

    Args:
        given: whether they signed; otherwise they declined, and may sign later.

    Raises:
        Refused: the person is not in treatment here, or the day cannot be right.
    """
    refuse_unless_past(signed_on, "signed_on", act)
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    episode_id = open_episode(session, person_id, act)
    last = select(func.max(TreatmentConsent.turn)).where(TreatmentConsent.episode_id == episode_id)
    turn = (session.scalar(last) or 0) + 1
    values = {"episode_id": episode_id, "turn": turn, "edition": EDITION, "given": given, "signed_on": signed_on}
    consent = write(session, TreatmentConsent(**values, **act.stamp))
    audit.record(session, AuditKind.CONSENT_RECORDED, consent, act, person=person_id, given=given)
    return consent
