"""What people contest, what can be contested, who decided it, and which answers wait."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from dispensary.errors import NotFound
from dispensary.queries import endings, sites, take_homes
from dispensary.queries.people import full_name
from dispensary.queries.signs import same_person
from dispensary.rules.contests import ContestFacts
from dispensary.wording import N_, Words, say
from models import (
    Contest,
    ContestAnswer,
    Person,
    Staff,
    Stop,
    StopRelease,
    TakeHomeDecision,
    TakeHomeDecisionEnd,
    TakeHomeRequest,
    TakeHomeRequestEnd,
)
from models.enums import ContestAbout, EndingResult
from models.person import root_of

_CONTEST, _ANSWER = Contest.__table__.c, ContestAnswer.__table__.c
SUBJECT = {
    ContestAbout.STOP: "stop_id",
    ContestAbout.TAKE_HOME: "take_home_decision_id",
    ContestAbout.TAKE_HOME_DECLINED: "declined_id",
    ContestAbout.ENDING: "ending_id",
}
"""Which column names what is contested."""


def of_person(session: Session, person_id: int) -> list[ContestFacts]:
    """Return what a person contested, what waits first, then the newest."""
    query = _contests(same_person(_CONTEST.person_id, person_id))
    return _read(session, query.order_by(_ANSWER.id.is_not(None), _CONTEST.id.desc()))


def waiting(session: Session, site_id: int) -> list[ContestFacts]:
    """Return what waits for an answer at a site, the one due first at the head."""
    query = _contests((_CONTEST.site_id == site_id) & _ANSWER.id.is_(None))
    return _read(session, query.order_by(_CONTEST.answer_by, _CONTEST.id))


def contest(session: Session, contest_id: int) -> ContestFacts:
    """Return one contest.

    Raises:
        NotFound: there is none such.
    """
    found = _read(session, _contests(_CONTEST.id == contest_id))
    if not found:
        raise NotFound(say(N_("There is no such contest on record.")), code="no_such_contest")
    return found[0]


def _contests(wanted: ColumnElement[bool]) -> Select[Any]:
    own, root, answered_by = aliased(Person), aliased(Person), aliased(Staff)
    subject = func.coalesce(_CONTEST.stop_id, _CONTEST.take_home_decision_id, _CONTEST.declined_id, _CONTEST.ending_id)
    return (
        select(
            _CONTEST.id,
            root.id,
            _CONTEST.site_id,
            root.number,
            root.family_name,
            root.given_name,
            _CONTEST.about,
            subject,
            _CONTEST.said_on,
            _CONTEST.words,
            _CONTEST.answer_by,
            Staff.name,
            _ANSWER.result,
            func.coalesce(_ANSWER.reason, ""),
            _ANSWER.decided_on,
            answered_by.name,
        )
        .select_from(Contest)
        .join(own, own.id == _CONTEST.person_id)
        .join(root, root.id == root_of(own))
        .join(Staff, Staff.id == _CONTEST.recorded_by_id)
        .outerjoin(ContestAnswer, _ANSWER.contest_id == _CONTEST.id)
        .outerjoin(answered_by, answered_by.id == _ANSWER.recorded_by_id)
        .where(wanted)
    )


def _read(session: Session, query: Select[Any]) -> list[ContestFacts]:
    return [_facts(*row) for row in session.execute(query)]


def _facts(
    contest_id: int, person_id: int, site_id: int, number: str, family: str, given: str, *rest: Any
) -> ContestFacts:
    return ContestFacts(contest_id, person_id, site_id, number, full_name(family, given), *rest)


@dataclass(frozen=True)
class Contestable:
    """A decision about a person that they may contest."""

    about: ContestAbout
    subject_id: int
    on: date
    words: Words
    deciders: frozenset[int]
    by: str
    """Whose decision it is, by name."""


def contestable(session: Session, person_id: int, site_id: int) -> list[Contestable]:
    """Return what a person may contest at a site and has not contested yet: stops that stand, and what that site decided."""
    known = {(one.about, one.subject_id) for one in of_person(session, person_id)}
    every = [*_stops(session, person_id), *_take_homes(session, person_id, site_id)]
    every += [*_declined(session, person_id, site_id), *_endings(session, person_id, site_id)]
    return [one for one in every if (one.about, one.subject_id) not in known]


def deciders_of(session: Session, about: ContestAbout, subject_id: int) -> frozenset[int]:
    """Return who had a hand in what is contested, whether or not it still stands."""
    match about:
        case ContestAbout.STOP:
            by = [select(Stop.recorded_by_id).where(Stop.id == subject_id)]
        case ContestAbout.TAKE_HOME:
            ended = TakeHomeDecisionEnd.decision_id == subject_id
            by = [
                select(TakeHomeDecision.recorded_by_id).where(TakeHomeDecision.id == subject_id),
                select(TakeHomeDecisionEnd.recorded_by_id).where(ended),
            ]
        case ContestAbout.TAKE_HOME_DECLINED:
            by = [select(TakeHomeRequestEnd.recorded_by_id).where(TakeHomeRequestEnd.id == subject_id)]
        case ContestAbout.ENDING:
            return endings.ending(session, subject_id).deciders
    return frozenset(one for query in by for one in session.scalars(query))


def _stops(session: Session, person_id: int) -> list[Contestable]:
    query = (
        select(Stop, Staff.name)
        .join(Staff, Staff.id == Stop.recorded_by_id)
        .where(same_person(Stop.__table__.c.person_id, person_id), Stop.id.not_in(select(StopRelease.stop_id)))
        .order_by(Stop.id.desc())
    )
    return [
        Contestable(
            ContestAbout.STOP,
            stop.id,
            sites.day_at(session, stop.site_id, stop.set_at),
            say(N_("Stop: %(kind)s"), kind=stop.kind),
            frozenset({stop.recorded_by_id}),
            by,
        )
        for stop, by in session.execute(query)
    ]


NEWEST = 3
"""So many take-home decisions, the newest ones, are offered; older ones were replaced long since."""


def _take_homes(session: Session, person_id: int, site_id: int) -> list[Contestable]:
    found = []
    decided = [line for line in take_homes.decisions_of(session, person_id) if line.site_id == site_id]
    for line in decided[:NEWEST]:
        words = say(N_("Take-home decision: %(n)s days at most at one time"), n=line.facts.most_days)
        if line.end_reason is not None:
            words = say(N_("Take-home decision that was ended: %(why)s"), why=line.end_reason)
        deciders = deciders_of(session, ContestAbout.TAKE_HOME, line.facts.id)
        by = line.ended_by or line.decided_by
        on = line.facts.last_day or line.facts.effective_on
        found.append(Contestable(ContestAbout.TAKE_HOME, line.facts.id, on, words, deciders, by))
    return found


def _declined(session: Session, person_id: int, site_id: int) -> list[Contestable]:
    query = (
        select(TakeHomeRequestEnd, Staff.name)
        .join(TakeHomeRequest, TakeHomeRequest.id == TakeHomeRequestEnd.asked_id)
        .join(Staff, Staff.id == TakeHomeRequestEnd.recorded_by_id)
        .where(same_person(TakeHomeRequest.__table__.c.person_id, person_id), TakeHomeRequestEnd.site_id == site_id)
        .order_by(TakeHomeRequestEnd.id.desc())
        .limit(NEWEST)
    )
    return [
        Contestable(
            ContestAbout.TAKE_HOME_DECLINED,
            end.id,
            sites.day_at(session, end.site_id, end.recorded_at),
            say(N_("Take-home doses declined: %(why)s"), why=end.reason),
            frozenset({end.recorded_by_id}),
            by,
        )
        for end, by in session.execute(query)
    ]


def _endings(session: Session, person_id: int, site_id: int) -> list[Contestable]:
    return [
        Contestable(
            ContestAbout.ENDING,
            one.id,
            one.notice_on,
            say(N_("Ending of treatment: %(why)s"), why=one.reason),
            one.deciders,
            one.proposed_by,
        )
        for one in endings.of_person(session, person_id)
        if one.site_id == site_id and one.result is not EndingResult.TAKEN_BACK
    ]
