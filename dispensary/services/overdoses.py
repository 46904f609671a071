"""Overdoses, whoever tells of them: the window and the prescriber hear at once, and somebody follows up within days."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.policy.house import house_rules
from dispensary.queries import here, overdoses
from dispensary.queries.deaths import told_dead
from dispensary.queries.people import surviving
from dispensary.services import audit, deaths, events, outreach_contacts, people, supplies, tasks
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.services.past_days import refuse_unless_past
from dispensary.wording import N_, say
from models import Overdose, OverdoseCorrection, OverdoseFollowUp, Task, TaskReason
from models.enums import AuditKind, Desk, OverdoseHelp, SupplyKind, TaskOutcome, TaskReasonKind

LONGEST_NOTE = 1000
FOLLOWED_UP, TAKEN_BACK = "followed up", "recorded by mistake"
"""What is noted where the task ends by itself; fixed words."""


@dataclass(frozen=True)
class Told:
    """What somebody tells of an overdose."""

    happened_on: date
    place: str
    helped_by: OverdoseHelp
    naloxone_given: bool
    hospital: bool
    survived: bool
    told_by: str
    """Who tells of it: the person, a friend, the ambulance; in words."""
    note: str = ""
    """For those who read case notes; the window never sees it."""


def record(
    session: Session, *, told: Told, person_id: int | None = None, contact_id: int | None = None, act: Act
) -> Overdose:
    """Record an overdose: the window and the prescriber hear of it now, and somebody speaks with the person within days.

    Of a contact whom nobody has recognised yet they hear once it is known who it is; until then the counsellors' list has it.

    Args:
        person_id: whose overdose it was, if it is somebody on record.
        contact_id: whose, if it is somebody met in outreach; of a recognised contact it becomes the person's by itself.

    Raises:
        NotFound: there is no such person, or no such contact here.
        Refused: the day cannot be right, it is not said where or who tells, or the record was linked into another one.
        Conflict: the contact was recognised just now.
    """
    place, told_by = people.line(told.place, "place", needed=True), people.line(told.told_by, "told_by", needed=True)
    note = people.line(told.note, "note", longest=LONGEST_NOTE)
    refuse_unless_past(told.happened_on, "happened_on", act)
    if contact_id is not None:
        person_id = outreach_contacts.lock_with_person(session, contact_id, act)
    elif person_id is not None:
        people.lock(session, person_id)
        people.refuse_linked_away(session, person_id)
    overdose = write(
        session,
        Overdose(
            person_id=person_id,
            contact_id=contact_id,
            happened_on=told.happened_on,
            place=place,
            helped_by=told.helped_by,
            naloxone_given=told.naloxone_given,
            hospital=told.hospital,
            survived=told.survived,
            told_by=told_by,
            note=note,
            **act.stamp,
        ),
    )
    if person_id is not None:
        _tell(session, person_id, overdose, act, waits=True)
    audit.record(session, AuditKind.OVERDOSE_RECORDED, overdose, act, person=person_id, happened_on=told.happened_on)
    return overdose


def tell_of_recognised(session: Session, *, contact_id: int, person_id: int, act: Act) -> None:
    """Tell window and prescriber of what was told of a contact before it was known who it is; behind both locks."""
    query = select(Overdose).where(Overdose.contact_id == contact_id, Overdose.person_id.is_(None), overdoses.STANDS)
    for overdose in session.scalars(query.order_by(Overdose.happened_on, Overdose.id)).all():
        followed = select(OverdoseFollowUp.id).where(OverdoseFollowUp.overdose_id == overdose.id)
        _tell(session, person_id, overdose, act, waits=session.scalar(followed.limit(1)) is None)


def follow_up(
    session: Session, *, overdose_id: int, done_on: date, what: str, naloxone: int, act: Act
) -> OverdoseFollowUp:
    """Record what was done after an overdose; with it the counselling desk's task ends if nothing else waits on it.

    Args:
        naloxone: how many kits of naloxone the person has got again; 0 for none.

    Raises:
        NotFound: there is no such overdose.
        Refused: nothing is said, the day cannot be right, or nobody is left to follow up.
        Conflict: it was taken back as recorded by mistake.
    """
    overdose = _of_here(session, overdose_id, act)
    what = people.line(what, "what", needed=True, longest=LONGEST_NOTE)
    person_id = _locked(session, overdose, act)
    _refuse_taken_back(session, overdose_id)
    _check(overdose, done_on, act)
    done = write(
        session,
        OverdoseFollowUp(overdose_id=overdose_id, done_on=done_on, what=what, naloxone_again=naloxone > 0, **act.stamp),
    )
    audit.record(session, AuditKind.OVERDOSE_FOLLOWED_UP, done, act, person=person_id, overdose=overdose_id)
    if naloxone:
        to = {"person_id": person_id, "contact_id": overdose.contact_id if person_id is None else None}
        given = {SupplyKind.NALOXONE: naloxone}
        supplies.give(session, items=given, given_on=done_on, taught=True, **to, act=act)
    if person_id is not None:
        _close_task(session, person_id, act, FOLLOWED_UP, TaskOutcome.DONE)
    return done


def take_back(session: Session, *, overdose_id: int, reason: str, act: Act) -> OverdoseCorrection:
    """Take back an overdose that was recorded by mistake: it stays to be read, and counts nowhere.

    The window goes on showing that something was told until the prescriber, who heard of it, closes the task.

    Args:
        reason: what was wrong, such as: another person's; told twice.

    Raises:
        NotFound: there is no such overdose.
        Refused: no reason is given.
        Conflict: it was taken back before.
    """
    overdose = _of_here(session, overdose_id, act)
    reason = people.line(reason, "reason", needed=True)
    person_id = _locked(session, overdose, act)
    _refuse_taken_back(session, overdose_id)
    made = write(session, OverdoseCorrection(overdose_id=overdose_id, reason=reason, **act.stamp))
    audit.record(session, AuditKind.OVERDOSE_TAKEN_BACK, made, act, person=person_id, overdose=overdose_id)
    if person_id is not None:
        _close_task(session, person_id, act, TAKEN_BACK, TaskOutcome.NOT_NEEDED)
    return made


def _of_here(session: Session, overdose_id: int, act: Act) -> Overdose:
    here.refuse_elsewhere(session, Overdose, overdose_id, act.site_id)
    overdose = session.get(Overdose, overdose_id)
    if overdose is None:
        raise NotFound(say(N_("There is no such overdose on record.")), code="no_such_overdose")
    return overdose


def _refuse_taken_back(session: Session, overdose_id: int) -> None:
    if session.scalar(select(OverdoseCorrection.id).where(OverdoseCorrection.overdose_id == overdose_id)) is not None:
        raise Conflict(say(N_("This overdose was taken back as recorded by mistake.")), code="overdose_taken_back")


def _locked(session: Session, overdose: Overdose, act: Act) -> int | None:
    """Lock whose overdose it was; return the person, None where nobody knows yet who the contact is."""
    if overdose.person_id is not None:
        person_id = surviving(session, overdose.person_id)
        people.lock(session, person_id)
        return person_id
    assert overdose.contact_id is not None  # a rule of the table
    return outreach_contacts.lock_with_person(session, overdose.contact_id, act)


def _tell(session: Session, person_id: int, overdose: Overdose, act: Act, *, waits: bool) -> None:
    """Tell the desks; of somebody who died no desk is asked to reach them, and a prescriber decides about the treatment."""
    events.tell_window(session, person_id=person_id, kind=TaskReasonKind.OVERDOSE, act=act)
    if overdose.hospital:
        events.tell_window(session, person_id=person_id, kind=TaskReasonKind.HOSPITAL, act=act)
    if not overdose.survived:
        deaths.tell(session, person_id=person_id, act=act)
    elif waits and not told_dead(session, person_id):
        due_at = act.at + house_rules().follow_up_overdose_within
        kind = TaskReasonKind.OVERDOSE
        tasks.note(session, person_id=person_id, desk=Desk.COUNSELLING, kind=kind, due_at=due_at, act=act)


def _check(overdose: Overdose, done_on: date, act: Act) -> None:
    if not overdose.survived:
        words = say(
            N_("The person did not survive this overdose. The prescriber ends the treatment on the person's page.")
        )
        raise Refused(words, code="not_survived")
    refuse_unless_past(done_on, "done_on", act)
    if done_on < overdose.happened_on:
        words = say(N_("The overdose was on %(day)s. This cannot lie before."), day=overdose.happened_on)
        raise Refused(words, code="before_overdose", field="done_on")


def _close_task(session: Session, person_id: int, act: Act, resolution: str, outcome: TaskOutcome) -> None:
    """Close the counselling desk's task if it was about overdoses alone and none of them waits any more."""
    query = select(Task).where(Task.person_id == person_id, Task.desk == Desk.COUNSELLING, Task.resolved_at.is_(None))
    task = session.scalar(query)
    if task is None or overdoses.not_followed_up(session, person_id):
        return
    if set(session.scalars(select(TaskReason.kind).where(TaskReason.task_id == task.id))) == {TaskReasonKind.OVERDOSE}:
        tasks.resolve(session, task=task, resolution=resolution, outcome=outcome, act=act)
