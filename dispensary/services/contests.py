"""Contesting a decision: taken down in the person's words, answered in time by somebody who had no hand in it, on paper.

While it waits nothing gets worse: an ending is not carried out, and take-home doses are not lessened (`refuse_while_contested`).
"""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.clock import moment_on
from dispensary.errors import Conflict, NotFound, Refused
from dispensary.policy.turns import turn_rules
from dispensary.queries import contests as records
from dispensary.queries import endings as proposed
from dispensary.queries import here, sites
from dispensary.queries.people import surviving
from dispensary.rules.contests import ContestFacts, answer_by, fault_of_answering
from dispensary.services import audit, endings, people, prescriber_desk, stops, take_home_reviews, tasks
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.services.past_days import refuse_unless_past
from dispensary.wording import N_, say
from models import Contest, ContestAnswer, StopRelease
from models.enums import AuditKind, ContestAbout, ContestResult, Desk, TaskReasonKind

KIND = TaskReasonKind.CONTEST
LONGEST = 2000
A_DAY = timedelta(days=1)


def contest(
    session: Session, *, person_id: int, about: ContestAbout, subject_id: int, words: str, said_on: date, act: Act
) -> Contest:
    """Take down that somebody does not accept a decision; anybody here may write it down for them.

    Args:
        subject_id: of the stop, the take-home decision, what was declined, or the ending.
        words: in the person's words.

    Raises:
        NotFound: nothing of the kind was decided here about this person.
        Refused: nothing is said, or the day cannot be.
        Conflict: this was contested before.
    """
    words = people.line(words, "words", needed=True, longest=LONGEST)
    refuse_unless_past(said_on, "said_on", act)
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    known = [c for c in records.of_person(session, person_id) if (c.about, c.subject_id) == (about, subject_id)]
    if known:
        said = N_("This was contested on %(day)s already. Look at the answer, or wait for it.")
        raise Conflict(say(said, day=known[0].said_on), code="contested_before", field="subject")
    decided = records.contestable(session, person_id, act.site_id)
    if not any((one.about, one.subject_id) == (about, subject_id) for one in decided):
        raise NotFound(say(N_("There is no such decision about this person.")), code="nothing_to_contest")
    due_on = answer_by(said_on, turn_rules().contest_answered_within)
    due_on = max(due_on, act.clinic_day)
    made = write(
        session,
        Contest(
            person_id=person_id,
            about=about,
            said_on=said_on,
            words=words,
            answer_by=due_on,
            **{records.SUBJECT[about]: subject_id},
            **act.stamp,
        ),
    )
    _tell_desk(session, person_id, due_on, act)
    audit.record(session, AuditKind.CONTEST_MADE, made, act, person=person_id, about=about, answer_by=due_on)
    return made


def _tell_desk(session: Session, person_id: int, due_on: date, act: Act) -> None:
    have = sites.settings(session, act.site_id, due_on)
    due_at = moment_on(due_on + A_DAY, have.day_starts, have.zone, have.day_starts)
    tasks.note(
        session, person_id=person_id, desk=Desk.PRESCRIBER, kind=KIND, due_at=due_at, again_since=act.at, act=act
    )


def answer(
    session: Session, *, contest_id: int, result: ContestResult, reason: str, may_release: bool, act: Act
) -> ContestAnswer:
    """Answer a contest as somebody who had no hand in the decision; what is taken back is taken back at once.

    An ending is taken back, a stop released; take-home doses go to the desk of whoever decides on them, with this answer.

    Args:
        reason: why, as it will stand on the paper that the person gets.
        may_release: whether whoever answers may release a stop.

    Raises:
        NotFound: there is no such contest.
        Conflict: it was answered before.
        Refused: no reason, the same hand as decided, or a stop that only a prescriber may release.
    """
    here.refuse_elsewhere(session, Contest, contest_id, act.site_id)
    reason = people.line(reason, "reason", needed=True, longest=LONGEST)
    person_id = surviving(session, records.contest(session, contest_id).person_id)
    people.lock(session, person_id)
    contest = records.contest(session, contest_id)
    _refuse_unless_free(session, contest, result, may_release, act)
    made = write(
        session,
        ContestAnswer(contest_id=contest_id, result=result, reason=reason, decided_on=act.clinic_day, **act.stamp),
    )
    if result is not ContestResult.UPHELD:
        _put_right(session, contest, person_id, result, reason, act)
    prescriber_desk.answer(session, person_id=person_id, kinds=set(), resolution=reason, act=act)
    audit.record(
        session,
        AuditKind.CONTEST_ANSWERED,
        made,
        act,
        person=person_id,
        contest=contest_id,
        contest_result=result,
    )
    return made


def refuse_while_contested(session: Session, *, person_id: int) -> None:
    """Refuse to lessen somebody's take-home doses while they contest a decision about them; call behind their lock.

    Raises:
        Refused: a contest about take-home doses waits for its answer.
    """
    for one in records.of_person(session, person_id):
        if one.open and one.about in (ContestAbout.TAKE_HOME, ContestAbout.TAKE_HOME_DECLINED):
            words = N_(
                "The person contests a decision about take-home doses; until it is answered nothing gets worse for them."
                " Answer the contest first. If it is not safe, set a stop."
            )
            raise Refused(say(words), code="contested")


def _refuse_unless_free(
    session: Session, contest: ContestFacts, result: ContestResult, may_release: bool, act: Act
) -> None:
    if not contest.open:
        words = N_("This was answered on %(day)s by %(by)s.")
        raise Conflict(say(words, day=contest.decided_on, by=contest.answered_by), code="answered_before")
    deciders = records.deciders_of(session, contest.about, contest.subject_id)
    fault = fault_of_answering(deciders, act.by_id)
    if fault is not None:
        raise Refused(fault, code="same_hand")
    if contest.about is ContestAbout.STOP and result is not ContestResult.UPHELD and not may_release:
        words = N_("Only a prescriber releases a stop. Ask one who did not set it to answer.")
        raise Refused(say(words), code="may_not_release", field="result")


def _put_right(
    session: Session, contest: ContestFacts, person_id: int, result: ContestResult, reason: str, act: Act
) -> None:
    match contest.about:
        case ContestAbout.STOP:
            if _still_stands(session, contest.subject_id):
                stops.release_stop(session, stop_id=contest.subject_id, reason=reason[: people.LONGEST], act=act)
        case ContestAbout.ENDING:
            _go_on(session, contest.subject_id, person_id, reason, act)
        case _:
            take_home_reviews.note(session, person_id, act)


def _still_stands(session: Session, stop_id: int) -> bool:
    return session.scalar(select(StopRelease.id).where(StopRelease.stop_id == stop_id)) is None


def _go_on(session: Session, ending_id: int, person_id: int, reason: str, act: Act) -> None:
    """Let treatment go on, or, where it ended already, put the way back on the prescriber's desk."""
    if proposed.ending(session, ending_id).open:
        endings.take_back(session, ending_id=ending_id, reason=reason, act=act)
        return
    due_at = act.at + turn_rules().seen_when_back_within
    kind = TaskReasonKind.WANTS_BACK
    tasks.note(session, person_id=person_id, desk=Desk.PRESCRIBER, kind=kind, due_at=due_at, act=act)
