"""The programme of a pair: begun in a weekly group, recorded week by week, and ended with the next step."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, Refused
from dispensary.policy.support import support_rules
from dispensary.queries import groups as group_records
from dispensary.queries import programmes as records
from dispensary.queries import support
from dispensary.queries.programmes import PairSeen, ProgrammeLine, Week
from dispensary.rules.programme import Span
from dispensary.services import audit, groups, people
from dispensary.services.act import Act
from dispensary.services.assessments import open_episode
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import Activity, ActivityResult, PairWeek, Programme, ProgrammeEnd
from models.enums import ActivityKind, AuditKind, GroupKind, ProgrammeEndReason

LONGEST = 200
LONGEST_STEP = 500
FURTHEST = timedelta(days=92)
"""So far ahead or back a programme may begin."""
MOST_A_WEEK = 9
LEFT = "left treatment before"
"""What is noted as the next step where the programme had ended with the treatment; a fixed phrase."""


def begin_programme(session: Session, *, person_id: int, group_id: int, starts_on: date, act: Act) -> Programme:
    """Begin the programme of a person and who stands by them; the person joins the group, if not in it already.

    Raises:
        NotFound: there is no such person or group.
        Refused: the person is not in treatment here, nobody stands by them, the group is not for pairs, or the day is far.
        Conflict: a programme of theirs runs already.
    """
    if abs(starts_on - act.clinic_day) > FURTHEST:
        raise Refused(say(N_("This day is more than three months away.")), code="far_day", field="starts_on")
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    open_episode(session, person_id, act)
    by = support.current(session, person_id)
    if by is None or by.site_id != act.site_id:
        words = N_("Nobody stands by this person with both consents. Name the supporter first.")
        raise Refused(say(words), code="no_supporter")
    if starts_on < max(by.person_agreed_on, by.supporter_agreed_on):
        agreed = max(by.person_agreed_on, by.supporter_agreed_on)
        words = N_("Both have agreed since %(day)s. The programme begins then at the earliest.")
        raise Refused(say(words, day=agreed), code="before_consent", field="starts_on")
    _refuse_another(session, person_id, starts_on)
    _refuse_group(session, group_id, starts_on, act)
    weeks = support_rules().weeks
    begun = write(
        session,
        Programme(
            person_id=person_id,
            supporter_id=by.id,
            group_id=group_id,
            starts_on=starts_on,
            weeks=weeks,
            **act.stamp,
        ),
    )
    audit.record(session, AuditKind.PROGRAMME_BEGUN, begun, act, person=person_id, starts_on=starts_on)
    if all(one.group_id != group_id or one.last_day for one in group_records.groups_of(session, person_id)):
        groups.join(session, group_id=group_id, person_id=person_id, from_on=starts_on, act=act)
    return begun


def _refuse_another(session: Session, person_id: int, starts_on: date) -> None:
    for other in records.programmes_of(session, person_id):
        if other.runs:
            words = N_("A programme of this person runs already. Go on with it, or end it first.")
            raise Conflict(say(words), code="programme_runs")
        if other.ended_on and starts_on <= other.ended_on:
            words = N_("An earlier programme ended on %(day)s. Begin after it.")
            raise Refused(say(words, day=other.ended_on), code="programme_then", field="starts_on")


def _refuse_group(session: Session, group_id: int, starts_on: date, act: Act) -> None:
    group = group_records.group(session, group_id, act.site_id, act.clinic_day)
    if group.kind is not GroupKind.COMMUNITY_SUPPORT or not group.open_to_relatives:
        words = N_("This group is not for pairs. Choose one for community support to which relatives may come.")
        raise Refused(say(words), code="group_not_for_pairs", field="group_id")
    if group.closed_on and group.closed_on < Span(starts_on, support_rules().weeks).last_day:
        words = N_("This group closes on %(day)s, before the weeks are over. Choose another one.")
        raise Refused(say(words, day=group.closed_on), code="group_closes", field="group_id")


def record_pair_week(session: Session, *, programme_id: int, week: int, seen: PairSeen, act: Act) -> PairWeek:
    """Record who of a pair came in a week, and whether there was conflict or self-help; a later record counts in its place.

    Raises:
        NotFound: there is no such programme here.
        Refused: the week is not one of its weeks, has not begun, nothing differs, or the group's sheet says otherwise.
        Conflict: the consent was taken back.
    """
    programme, now = _locked(session, programme_id, week, act)
    _refuse_ahead(programme, now, act)
    if now.pair == seen:
        raise Refused(say(N_("Nothing differs from what is on record.")), code="nothing_changed")
    _refuse_against_sheet(now, seen)
    mine = (PairWeek.programme_id == programme_id, PairWeek.week == week)
    kept = write(
        session,
        PairWeek(
            programme_id=programme_id,
            week=week,
            turn=(session.scalar(select(func.max(PairWeek.turn)).where(*mine)) or 0) + 1,
            person_came=seen.person_came,
            supporter_came=seen.supporter_came,
            conflict=seen.conflict,
            self_help_contact=seen.self_help_contact,
            **act.stamp,
        ),
    )
    audit.record(session, AuditKind.PAIR_WEEK_RECORDED, kept, act, programme=programme_id, week=week)
    return kept


def _refuse_against_sheet(week: Week, seen: PairSeen) -> None:
    if week.came is None or week.came == seen.person_came:
        return
    day = week.sheets[0].day
    words = N_("The group’s sheet of %(day)s says that the person came. Correct it there first, if that is wrong.")
    if not week.came:
        words = N_("The group’s sheet of %(day)s says that the person did not come. Correct it there first.")
    raise Refused(say(words, day=day), code="sheet_differs", field="who")


@dataclass(frozen=True)
class Planned:
    """What a pair plans to do together, and which drug-free people or place they meet there."""

    kind: ActivityKind
    what: str
    meets: str


def plan_activity(session: Session, *, programme_id: int, week: int, planned: Planned, act: Act) -> Activity:
    """Write down what a pair plans to do in a week, this one or one ahead.

    Raises:
        NotFound: there is no such programme here.
        Refused: the week is not one of its weeks, or it is not said what is done or whom they meet.
        Conflict: the programme is over.
    """
    what = people.line(planned.what, "what", needed=True, longest=LONGEST)
    meets = people.line(planned.meets, "meets", needed=True, longest=LONGEST)
    programme, now = _locked(session, programme_id, week, act)
    if not programme.runs:
        words = N_("This programme ended on %(day)s. Nothing more is planned in it.")
        raise Conflict(say(words, day=programme.ended_on), code="programme_over")
    if len(now.activities) >= MOST_A_WEEK:
        raise Refused(say(N_("So much is planned in this week already.")), code="enough_planned")
    number = max((one.number for one in now.activities), default=0) + 1
    kept = write(
        session,
        Activity(
            programme_id=programme_id,
            week=week,
            number=number,
            kind=planned.kind,
            what=what,
            meets=meets,
            **act.stamp,
        ),
    )
    audit.record(session, AuditKind.ACTIVITY_PLANNED, kept, act, programme=programme_id, week=week, number=number)
    return kept


def tell_of_activity(session: Session, *, activity_id: int, done: bool, act: Act) -> ActivityResult:
    """Record whether a pair did what they had planned; a later record counts in its place.

    Raises:
        NotFound: there is no such activity here.
        Refused: its week has not begun, or nothing differs.
        Conflict: the consent was taken back.
    """
    found = records.programme_of_activity(session, activity_id, act.site_id)
    weeks = [week for week in records.weeks(session, found) for one in week.activities if one.id == activity_id]
    programme, now = _locked(session, found.id, weeks[0].number, act)
    _refuse_ahead(programme, now, act)
    if any(one.id == activity_id and one.done is done for one in now.activities):
        raise Refused(say(N_("Nothing differs from what is on record.")), code="nothing_changed")
    mine = select(func.max(ActivityResult.turn)).where(ActivityResult.activity_id == activity_id)
    kept = write(
        session,
        ActivityResult(
            activity_id=activity_id,
            turn=(session.scalar(mine) or 0) + 1,
            done=done,
            told_on=act.clinic_day,
            **act.stamp,
        ),
    )
    audit.record(session, AuditKind.ACTIVITY_TOLD, kept, act, activity=activity_id, done=int(done))
    return kept


def end_programme(
    session: Session, *, programme_id: int, reason: ProgrammeEndReason, next_step: str, act: Act
) -> ProgrammeEnd:
    """End a programme today: its weeks are done, or the person leaves it. What comes next is always asked.

    Raises:
        NotFound: there is no such programme here.
        Refused: the weeks are not done yet, it is not said what comes next, or it is for the supporter's page to end it.
        Conflict: it ended before.
    """
    found = records.programme(session, programme_id, act.site_id)
    people.lock(session, found.person_id)
    now = records.programme(session, programme_id, act.site_id)
    if not now.runs:
        raise Conflict(say(N_("This programme ended on %(day)s."), day=now.ended_on), code="programme_over")
    if reason in (ProgrammeEndReason.SUPPORTER_LEFT, ProgrammeEndReason.CONSENT_WITHDRAWN):
        words = N_("Record at the supporter that they left or the consent was taken back; the programme ends with it.")
        raise Refused(say(words), code="ends_with_supporter", field="reason")
    if reason is ProgrammeEndReason.COMPLETED and now.span.days_of(now.weeks)[0] > act.clinic_day:
        words = N_("The last week begins on %(day)s. Before it a programme is not completed.")
        raise Refused(say(words, day=now.span.days_of(now.weeks)[0]), code="not_done_yet", field="reason")
    return _end(session, now, reason, next_step, act)


def end_with_supporter(
    session: Session, *, person_id: int, reason: ProgrammeEndReason, next_step: str, act: Act
) -> ProgrammeEnd | None:
    """End the programme that a person has with their supporter, whose consent has ended; None where none is to be ended.

    One that ended with the treatment is ended too: nothing more is recorded of the two.
    """
    found = next((one for one in records.programmes_of(session, person_id) if one.end_reason is None), None)
    if found is None:
        return None
    return _end(session, found, reason, next_step if found.runs else next_step or LEFT, act)


def _end(
    session: Session, programme: ProgrammeLine, reason: ProgrammeEndReason, next_step: str, act: Act
) -> ProgrammeEnd:
    next_step = people.line(next_step, "next_step", needed=True, longest=LONGEST_STEP)
    end = write(
        session,
        ProgrammeEnd(
            programme_id=programme.id,
            ended_on=act.clinic_day,
            reason=reason,
            next_step=next_step,
            **act.stamp,
        ),
    )
    said = {"person": programme.person_id, "programme": programme.id, "programme_end": reason}
    audit.record(session, AuditKind.PROGRAMME_ENDED, end, act, **said)
    for one in group_records.groups_of(session, programme.person_id):
        if one.group_id == programme.group_id and one.last_day is None:
            last_day = max(one.from_on, act.clinic_day)
            groups.leave(session, member_id=one.id, last_day=last_day, reason=next_step[: people.LONGEST], act=act)
    return end


def _locked(session: Session, programme_id: int, week: int, act: Act) -> tuple[ProgrammeLine, Week]:
    people.lock(session, records.programme(session, programme_id, act.site_id).person_id)
    programme = records.programme(session, programme_id, act.site_id)
    if programme.end_reason is ProgrammeEndReason.CONSENT_WITHDRAWN:
        words = N_("The consent was taken back on %(day)s. Nothing more is recorded of the two.")
        raise Conflict(say(words, day=programme.ended_on), code="consent_withdrawn")
    if not 1 <= week <= programme.weeks:
        words = N_("The programme has the weeks 1 to %(last)s.")
        raise Refused(say(words, last=programme.weeks), code="no_such_week")
    return programme, records.weeks(session, programme)[week - 1]


def _refuse_ahead(programme: ProgrammeLine, week: Week, act: Act) -> None:
    if week.first > act.clinic_day:
        words = N_("This week begins on %(day)s. Record it once it has begun.")
        raise Refused(say(words, day=week.first), code="week_ahead")
    if programme.ended_on and week.first > programme.ended_on:
        words = N_("This programme ended on %(day)s. Nothing is recorded of the weeks after it.")
        raise Conflict(say(words, day=programme.ended_on), code="programme_over")
