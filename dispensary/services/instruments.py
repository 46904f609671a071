"""Entering the score of a questionnaire, taking a mistaken one back, and what was done at once about self-harm."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.policy.instruments import Definition
from dispensary.queries import here, instruments
from dispensary.queries.instruments import Taken
from dispensary.queries.people import surviving
from dispensary.reasons import Reason
from dispensary.rules.instruments import asks_for_safety, faults_of, score_of
from dispensary.services import audit, people, tasks
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.services.past_days import refuse_unless_past
from dispensary.wording import N_, Moment, say
from models import InstrumentCorrection, InstrumentItem, InstrumentScore, OutreachContact, SafetyStep
from models.enums import AuditKind, Desk, SafetyAction, TaskReasonKind

SETTLED_BY_TALK = (SafetyAction.TALKED_NO_PLAN, SafetyAction.SAFETY_PLAN_MADE)
"""After any other step a prescriber looks the same day."""
LONGEST_NOTE = 500


def score_instrument(
    session: Session,
    *,
    definition: Definition,
    values: Mapping[str, int],
    taken_on: date,
    act: Act,
    person_id: int | None = None,
    outreach_contact_id: int | None = None,
) -> InstrumentScore:
    """Enter a questionnaire of a person, or of somebody met in outreach; the total is worked out, never typed.

    Where an answer speaks of self-harm, a task for counselling is open from this moment on, whatever becomes of the page.

    Raises:
        NotFound: there is no such person or contact.
        Refused: answers are missing or cannot be, all of them named; or the day cannot be right.
    """
    if faults := faults_of(definition, values):
        next_step = say(N_("Look at the sheet once more."))
        reasons = [Reason(f"item_{fault.item}", fault.message, next_step) for fault in faults]
        raise Refused(say(N_("Some answers are missing or cannot be.")), reasons=reasons, code="answers")
    refuse_unless_past(taken_on, "taken_on", act)
    if person_id is None:
        _lock_contact(session, outreach_contact_id)
    else:
        people.lock(session, person_id)
        people.refuse_linked_away(session, person_id)
    score = write(
        session,
        InstrumentScore(
            person_id=person_id,
            outreach_contact_id=outreach_contact_id,
            instrument=definition.instrument,
            edition=definition.edition,
            taken_on=taken_on,
            total=score_of(definition, values).total,
            **act.stamp,
        ),
    )
    for item in (item for item in definition.items if item.key in values):
        write(session, InstrumentItem(score_id=score.id, item=item.key, value=values[item.key], **act.stamp))
    if person_id is not None and asks_for_safety(definition, values):
        _tell(session, person_id, Desk.COUNSELLING, act)
    audit.record(session, AuditKind.INSTRUMENT_SCORED, score, act, instrument=definition.instrument, person=person_id)
    return score


def take_safety_step(session: Session, *, score_id: int, action: SafetyAction, note: str, act: Act) -> SafetyStep:
    """Record what was done at once about thoughts of self-harm; unless talking settled it, a prescriber looks the same day.

    Raises:
        NotFound: there is no such score of a person.
        Refused: no answer of it speaks of self-harm.
        Conflict: the step is on record already.
    """
    here.refuse_elsewhere(session, InstrumentScore, score_id, act.site_id)
    note = people.line(note, "note", longest=LONGEST_NOTE)
    taken = instruments.score(session, score_id)
    if taken.person_id is None:
        raise NotFound(say(N_("There is no such score of a person.")), code="no_such_score")
    person_id = surviving(session, taken.person_id)
    people.lock(session, person_id)
    if not taken.asks_for_safety:
        words = say(N_("No answer of this questionnaire speaks of self-harm. Note the talk as a session."))
        raise Refused(words, code="nothing_to_settle")
    if session.scalar(select(SafetyStep.id).where(SafetyStep.score_id == score_id)) is not None:
        raise Conflict(
            say(N_("What was done is on record already. Note what followed as a session.")), code="step_taken"
        )
    step = write(session, SafetyStep(score_id=score_id, action=action, note=note, **act.stamp))
    if action not in SETTLED_BY_TALK:
        _tell(session, person_id, Desk.PRESCRIBER, act)
    audit.record(session, AuditKind.SAFETY_STEP_TAKEN, step, act, person=person_id, safety=action)
    return step


def take_back(session: Session, *, score_id: int, reason: str, act: Act) -> InstrumentCorrection:
    """Take back a questionnaire that was entered by mistake: it stays to be read, and counts nowhere.

    An answer that speaks of self-harm still asks for its safety step, and the task for counselling stays open: that the
    sheet was a mistake is for somebody to find out by asking.

    Args:
        reason: what was wrong, such as: another person's; entered twice; an answer mistyped, entered anew.

    Raises:
        NotFound: there is no such score.
        Refused: no reason is given.
        Conflict: it was taken back before.
    """
    here.refuse_elsewhere(session, InstrumentScore, score_id, act.site_id)
    reason = people.line(reason, "reason", needed=True)
    _lock_whose(session, instruments.score(session, score_id))
    taken = instruments.score(session, score_id)
    if taken.mistake is not None:
        words = N_("%(by)s took this questionnaire back at %(at)s.")
        refused = say(words, by=taken.mistake.by, at=Moment(taken.mistake.at))
        raise Conflict(refused, code="score_taken_back")
    made = write(session, InstrumentCorrection(score_id=score_id, reason=reason, **act.stamp))
    said = {"instrument": taken.instrument, "person": taken.person_id, "score": score_id}
    audit.record(session, AuditKind.INSTRUMENT_TAKEN_BACK, made, act, **said)
    return made


def _lock_whose(session: Session, taken: Taken) -> None:
    """Lock whoever a questionnaire is of: the surviving record, or who was met in outreach."""
    if taken.person_id is None:
        _lock_contact(session, taken.outreach_contact_id)
    else:
        people.lock(session, surviving(session, taken.person_id))


def _tell(session: Session, person_id: int, desk: Desk, act: Act) -> None:
    tasks.note(session, person_id=person_id, desk=desk, kind=TaskReasonKind.SAFETY, act=act)


def _lock_contact(session: Session, outreach_contact_id: int | None) -> None:
    query = select(OutreachContact.id).where(OutreachContact.id == outreach_contact_id).with_for_update(key_share=True)
    if session.scalar(query) is None:
        raise NotFound(say(N_("There is no such contact.")), code="no_such_contact")
