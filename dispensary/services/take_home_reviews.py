"""A missed dose, a dose withheld or a stop opens a review of take-home doses, never a silent cut (product.md §7).

The decision stands until a prescriber ends or replaces it. While the review is open, what it holds is shown at the window
with who decides and by when; the prescriber answers it by leaving the decision as it is, deciding anew or ending it.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Select, join, select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict
from dispensary.queries import ledger, sites
from dispensary.queries import take_home_reviews as reviews
from dispensary.queries.signs import same_person
from dispensary.rules.ledger import status_of
from dispensary.services import audit, people, prescriber_desk, tasks
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import Person, Stop, StopRelease, TakeHomeDecision, TakeHomeDecisionEnd, TakeHomeReview, Task, TaskReason
from models.enums import AuditKind, DayStatus, Desk, Origin, TaskReasonKind
from models.person import root_of

MISSED = frozenset({DayStatus.NO_SHOW, DayStatus.WITHHELD, DayStatus.REFUSED})
KIND = TaskReasonKind.TAKE_HOME_REVIEW


def open_reviews(
    session: Session, site_id: int, clinic_day: date, act: Act, among: Sequence[int] | None = None
) -> list[int]:
    """Put on the prescriber's desk everybody with a standing decision who missed a day, or about whom a stop stands.

    Safe to run twice: whoever was put there on that day or later is not put there again, decided or not.

    Args:
        clinic_day: the day that is over; whoever was still awaited did not come.
        among: these people alone.

    Returns:
        Those who were put on the desk by this run.
    """
    asked = to_review(session, site_id, clinic_day) if among is None else among
    opened = []
    for person_id in asked:
        people.lock(session, person_id)
        if _is_to_review(session, person_id, site_id, clinic_day):
            note(session, person_id, act)
            opened.append(person_id)
    return opened


def to_review(session: Session, site_id: int, clinic_day: date) -> list[int]:
    """Return who is to be put on the desk for a day; this only reads, however long it takes."""
    standing = _with_decisions(session, site_id, clinic_day)
    return [person_id for person_id in standing if _is_to_review(session, person_id, site_id, clinic_day)]


def _is_to_review(session: Session, person_id: int, site_id: int, clinic_day: date) -> bool:
    if _noted_of(session, person_id, site_id, clinic_day):
        return False
    return _stopped(session, person_id) or _missed(session, person_id, site_id, clinic_day)


def note_if_deciding(session: Session, person_id: int, act: Act) -> None:
    """Open the review of somebody with a standing decision, at once; call behind the person's lock."""
    if session.scalar(_standing(act.clinic_day).where(same_person(_DECISION.person_id, person_id)).limit(1)):
        note(session, person_id, act)


def note(session: Session, person_id: int, act: Act) -> None:
    """Put a review on the prescriber's desk; call behind the person's lock."""
    tasks.note(
        session,
        person_id=person_id,
        desk=Desk.PRESCRIBER,
        kind=KIND,
        again_since=reviews.answered_at(session, person_id),
        act=act,
    )


def keep(session: Session, *, person_id: int, rationale: str, act: Act) -> TakeHomeReview:
    """Answer a review: the decision stands as it is, and what waited for the answer goes home again.

    Raises:
        Conflict: no review is open; somebody answered it first.
        Refused: nobody said why.
    """
    rationale = people.line(rationale, "rationale", needed=True)
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    if reviews.open_review(session, person_id) is None:
        words = N_("No review is open: it was answered before. Look at what stands.")
        raise Conflict(say(words), code="nothing_to_review")
    made = write(session, TakeHomeReview(person_id=person_id, rationale=rationale, reviewed_at=act.at, **act.stamp))
    prescriber_desk.answer(session, person_id=person_id, kinds={KIND}, resolution=rationale, act=act)
    audit.record(session, AuditKind.TAKE_HOME_REVIEWED, made, act, person=person_id)
    return made


_DECISION, _ENDED = TakeHomeDecision.__table__.c, TakeHomeDecisionEnd.__table__.c


def _standing(on: date) -> Select[tuple[int]]:
    ended = select(_ENDED.decision_id).where(_ENDED.last_day < on)
    return select(_DECISION.person_id).where(_DECISION.effective_on <= on, _DECISION.id.not_in(ended))


def _with_decisions(session: Session, site_id: int, on: date) -> list[int]:
    """Return whose decisions of a site hold on a day, by their surviving record."""
    query = select(root_of(Person)).where(Person.id.in_(_standing(on).where(_DECISION.site_id == site_id))).distinct()
    return sorted(session.scalars(query))


def _missed(session: Session, person_id: int, site_id: int, day: date) -> bool:
    days = ledger.person_days(session, person_id, site_id, until=day)
    return status_of(days, day, day + timedelta(days=1)) in MISSED


def _stopped(session: Session, person_id: int) -> bool:
    """Return whether a stop stands that no prescriber has answered for since it was set."""
    stop, answered = Stop.__table__.c, reviews.answered_at(session, person_id)
    query = select(stop.id).where(same_person(stop.person_id, person_id), stop.id.not_in(select(StopRelease.stop_id)))
    if answered is not None:
        query = query.where(stop.set_at >= answered)
    return session.scalar(query.limit(1)) is not None


def _noted_of(session: Session, person_id: int, site_id: int, clinic_day: date) -> bool:
    """Return whether a review is open, or one was opened for a day or later.

    At the window it is opened for the day on which it is noted; by itself only after its day is over, so that what was
    noted in the early hours of a day is about the day before.
    """
    joined = join(TaskReason, Task, Task.id == TaskReason.task_id)
    noted = select(TaskReason.noted_at, TaskReason.origin).select_from(joined)
    mine = (same_person(Task.__table__.c.person_id, person_id), TaskReason.kind == KIND)
    begins = _start_of(session, site_id, clinic_day)
    ends = _start_of(session, site_id, clinic_day + timedelta(days=1))
    rows = session.execute(noted.where(*mine, TaskReason.noted_at >= begins))
    of_this_day = any(row.origin is not Origin.JOB or row.noted_at >= ends for row in rows)
    return of_this_day or reviews.open_review(session, person_id) is not None


def _start_of(session: Session, site_id: int, day: date) -> datetime:
    settings = sites.settings(session, site_id, day)
    return datetime.combine(day, settings.day_starts, settings.zone)
