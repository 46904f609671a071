"""Ending treatment against the person's wish: proposed by one, agreed to by the other, told in writing, contested, carried out.

Prescriber and clinic head decide together. Doses go on until the last day, and for as long as a contest waits for its
answer; nobody can end an episode as ended by the clinic by any other way (services/episodes asks `refuse_alone`).
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, Refused
from dispensary.policy.turns import turn_rules
from dispensary.queries import accounts, here
from dispensary.queries import endings as records
from dispensary.queries.people import episode_on, surviving
from dispensary.rules.endings import (
    HANDS,
    WAYS,
    EndingFacts,
    fault_of_dates,
    fault_of_hands,
    in_the_way,
)
from dispensary.services import audit, people, prescriber_desk, tasks
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import Ending, EndingAgreement, EndingNotice, EndingOutcome
from models.enums import AuditKind, Channel, Desk, EndingReason, EndingResult, Role, TaskReasonKind

KIND = TaskReasonKind.ENDING
LONGEST = 2000


@dataclass(frozen=True)
class Proposal:
    """Why treatment is to end, what was offered instead, and the days."""

    reason: EndingReason
    account: str
    """What happened, as it will stand on the notice."""
    offered_instead: str
    """What was offered to avoid it, and what the person said to it; where else they may be treated."""
    notice_on: date
    contest_by: date
    last_day: date


def propose(session: Session, *, person_id: int, proposal: Proposal, act: Act) -> Ending:
    """Propose to end somebody's treatment against their wish; nothing changes for them until the other hand agrees.

    Raises:
        Refused: not in treatment here, something is not said, the days leave no time, or the proposer is neither
            prescriber nor clinic head.
        Conflict: an ending is proposed already.
    """
    account = people.line(proposal.account, "account", needed=True, longest=LONGEST)
    offered = people.line(proposal.offered_instead, "offered_instead", needed=True, longest=LONGEST)
    _check_dates(proposal, act)
    if not _roles(session, act.by_id, act) & HANDS:
        words = N_("A prescriber or the clinic head proposes an ending. Tell one of them what happened.")
        raise Refused(say(words), code="no_hand")
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    episode_id = episode_on(session, person_id, act.site_id)
    if episode_id is None:
        raise Refused(say(N_("There is no open episode to end.")), code="no_open_episode")
    _refuse_proposed(session, episode_id)
    turns = session.scalar(select(func.max(Ending.turn)).where(Ending.episode_id == episode_id)) or 0
    made = write(
        session,
        Ending(
            person_id=person_id,
            episode_id=episode_id,
            turn=turns + 1,
            reason=proposal.reason,
            account=account,
            offered_instead=offered,
            notice_on=proposal.notice_on,
            contest_by=proposal.contest_by,
            last_day=proposal.last_day,
            **act.stamp,
        ),
    )
    tasks.note(session, person_id=person_id, desk=Desk.PRESCRIBER, kind=KIND, again_since=act.at, act=act)
    audit.record(
        session,
        AuditKind.ENDING_PROPOSED,
        made,
        act,
        person=person_id,
        ending=proposal.reason,
        contest_by=proposal.contest_by,
    )
    return made


def agree(session: Session, *, ending_id: int, act: Act) -> EndingAgreement:
    """Give the second hand to a proposed ending.

    Raises:
        NotFound: there is no such ending.
        Conflict: it was agreed to, carried out or taken back before.
        Refused: the same person proposed it, the two are not prescriber and clinic head, or the day of the notice is gone.
    """
    ending, person_id = _locked(session, ending_id, act)
    if ending.agreed_by_id is not None:
        raise Conflict(say(N_("%(by)s agreed to this before."), by=ending.agreed_by), code="agreed_before")
    if act.by_id == ending.proposed_by_id:
        words = N_("You proposed it. The other of prescriber and clinic head agrees, or it does not happen.")
        raise Refused(say(words), code="same_hand")
    fault = fault_of_hands(_roles(session, ending.proposed_by_id, act), _roles(session, act.by_id, act))
    if fault is not None:
        raise Refused(fault, code="wrong_hands")
    _refuse_late_notice(ending, act)
    made = write(session, EndingAgreement(ending_id=ending_id, agreed_at=act.at, **act.stamp))
    prescriber_desk.answer(session, person_id=person_id, kinds={KIND}, resolution=AGREED, act=act)
    audit.record(session, AuditKind.ENDING_AGREED, made, act, person=person_id, ending_id=ending_id)
    return made


AGREED = "both agreed; the notice is to be handed over"
"""What is noted on the task; a fixed phrase."""


def hand_notice(session: Session, *, ending_id: int, way: Channel, act: Act) -> EndingNotice:
    """Record that the written notice is in the person's hand; from now on they can contest it with paper in hand.

    Raises:
        NotFound: there is no such ending.
        Conflict: it was handed over before, or the ending is over.
        Refused: the second hand is missing, the day of the notice is gone, or no paper comes by this way.
    """
    ending, person_id = _locked(session, ending_id, act)
    if ending.handed_on is not None:
        raise Conflict(say(N_("The notice was handed over on %(day)s."), day=ending.handed_on), code="handed_before")
    if ending.agreed_by_id is None:
        words = N_("Only one hand: there is no notice before prescriber and clinic head have both agreed.")
        raise Refused(say(words), code="one_hand")
    if way not in WAYS:
        raise Refused(say(N_("A notice is on paper. Choose how it was handed over.")), code="no_paper", field="way")
    _refuse_late_notice(ending, act)
    made = write(session, EndingNotice(ending_id=ending_id, handed_on=act.clinic_day, way=way, **act.stamp))
    audit.record(session, AuditKind.ENDING_NOTICE_HANDED, made, act, person=person_id, ending_id=ending_id, channel=way)
    return made


def take_back(session: Session, *, ending_id: int, reason: str, act: Act) -> EndingOutcome:
    """Take a proposed ending back: treatment goes on as before. Either hand may, and whoever answers a contest.

    Raises:
        NotFound: there is no such ending.
        Conflict: it is over.
        Refused: no reason is given.
    """
    _, person_id = _locked(session, ending_id, act)
    reason = people.line(reason, "reason", needed=True, longest=LONGEST)
    made = _decide(session, ending_id, person_id, EndingResult.TAKEN_BACK, reason, act)
    prescriber_desk.answer(session, person_id=person_id, kinds={KIND}, resolution=reason, act=act)
    return made


def refuse_alone(session: Session, *, episode_id: int, act: Act) -> None:
    """Refuse to end an episode as ended by the clinic unless an ending is agreed, told, not contested, and due.

    Raises:
        Refused: it says everything that stands in the way.
    """
    ending = records.open_of_episode(session, episode_id)
    if ending is None:
        words = N_(
            "Nobody ends treatment against the person's wish alone. Propose an ending: prescriber and clinic head agree,"
            " the person is told in writing and may contest it, and doses go on until then."
        )
        raise Refused(say(words), code="no_ending_agreed", field="reason")
    found = in_the_way(ending, act.clinic_day)
    if found:
        raise Refused(say(N_("Treatment cannot end now.")), reasons=found, code=found[0].code)


def note_carried_out(session: Session, *, ending_id: int, person_id: int, reason: str, act: Act) -> EndingOutcome:
    """Note that an ending was carried out; call once the episode has ended, behind the person's lock."""
    return _decide(session, ending_id, person_id, EndingResult.ENDED, reason, act)


def _decide(
    session: Session, ending_id: int, person_id: int, result: EndingResult, reason: str, act: Act
) -> EndingOutcome:
    made = write(
        session,
        EndingOutcome(ending_id=ending_id, result=result, decided_on=act.clinic_day, reason=reason, **act.stamp),
    )
    audit.record(
        session, AuditKind.ENDING_DECIDED, made, act, person=person_id, ending_id=ending_id, ending_result=result
    )
    return made


def _check_dates(proposal: Proposal, act: Act) -> None:
    rules = turn_rules()
    fault = fault_of_dates(
        proposal.notice_on,
        proposal.contest_by,
        proposal.last_day,
        today=act.clinic_day,
        contest_within=rules.contest_within,
        answered_within=rules.contest_answered_within,
    )
    if fault is not None:
        raise Refused(fault[1], code="no_time_to_contest", field=fault[0])


def _refuse_proposed(session: Session, episode_id: int) -> None:
    before = records.open_of_episode(session, episode_id)
    if before is not None:
        words = N_("An ending was proposed by %(by)s already. Agree to that one, or take it back first.")
        raise Conflict(say(words, by=before.proposed_by), code="proposed_before")


def _refuse_late_notice(ending: EndingFacts, act: Act) -> None:
    if act.clinic_day > ending.notice_on:
        words = N_(
            "The notice was to be in the person's hand by %(day)s, so the time to contest would be too short."
            " Take this back and propose it anew with later days."
        )
        raise Refused(say(words, day=ending.notice_on), code="notice_too_late")


def _locked(session: Session, ending_id: int, act: Act) -> tuple[EndingFacts, int]:
    here.refuse_elsewhere(session, Ending, ending_id, act.site_id)
    person_id = surviving(session, records.ending(session, ending_id).person_id)
    people.lock(session, person_id)
    return refuse_over(session, ending_id), person_id


def refuse_over(session: Session, ending_id: int) -> EndingFacts:
    """Return a proposed ending that nobody has carried out or taken back; call behind the person's lock.

    Raises:
        NotFound: there is no such ending.
        Conflict: it is over; says how and when.
    """
    ending = records.ending(session, ending_id)
    if ending.result is not None:
        words = N_("This ending is over: %(result)s on %(day)s.")
        raise Conflict(say(words, result=ending.result, day=ending.decided_on), code="ending_over")
    return ending


def _roles(session: Session, staff_id: int, act: Act) -> frozenset[Role]:
    return accounts.roles_of(session, staff_id, act.site_id, act.clinic_day)
