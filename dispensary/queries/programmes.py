"""Programmes of pairs as they stand: week by week who came, what was planned and done, and what the group's sheets say."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from dispensary.clock import clinic_day
from dispensary.errors import NotFound
from dispensary.queries import groups, sites
from dispensary.queries.people import EpisodeSpan, episodes_of, full_name
from dispensary.queries.signs import same_person
from dispensary.queries.support import ROOT
from dispensary.rules.programme import Span, Together, together
from dispensary.wording import N_, say
from models import (
    Activity,
    ActivityResult,
    Group,
    PairWeek,
    Person,
    Programme,
    ProgrammeEnd,
    Supporter,
)
from models.enums import ActivityKind, Attendance, EpisodeEndReason, ProgrammeEndReason, Relation

A_DAY = timedelta(days=1)
_PROGRAMME, _END, _PERSON = Programme.__table__.c, ProgrammeEnd.__table__.c, Person.__table__.c
_WEEK, _ACTIVITY, _RESULT = PairWeek.__table__.c, Activity.__table__.c, ActivityResult.__table__.c


@dataclass(frozen=True)
class ProgrammeLine:
    """A programme: who with whom, in which group, from when on, and how it ended."""

    id: int
    site_id: int
    person_id: int
    """The surviving record."""
    number: str
    name: str
    supporter_id: int
    supporter: str
    relation: Relation
    group_id: int
    group: str
    starts_on: date
    weeks: int
    ended_on: date | None
    end_reason: ProgrammeEndReason | None
    next_step: str
    left: EpisodeEndReason | None = None
    """How the person left treatment, where the programme ended by that and nobody ended it; a death among them."""

    @property
    def span(self) -> Span:
        """Its weeks."""
        return Span(self.starts_on, self.weeks)

    @property
    def runs(self) -> bool:
        """Whether nobody has ended it, and the person is still in treatment."""
        return self.ended_on is None

    def week_on(self, day: date) -> int:
        """Return in which week it is on a day, or was when it ended."""
        return self.span.week_on(min(day, self.ended_on or day))


def programme(session: Session, programme_id: int, site_id: int) -> ProgrammeLine:
    """Return one programme of a site.

    Raises:
        NotFound: there is none such here.
    """
    found = _read(session, (_PROGRAMME.id == programme_id) & (_PROGRAMME.site_id == site_id))
    if not found:
        raise NotFound(say(N_("There is no such programme on record here.")), code="no_such_programme")
    return found[0]


def programmes_of(session: Session, person_id: int) -> tuple[ProgrammeLine, ...]:
    """Return every programme of a person, the latest first."""
    return _read(session, same_person(_PROGRAMME.person_id, person_id))


def running(session: Session, site_id: int) -> tuple[ProgrammeLine, ...]:
    """Return the programmes of a site that run, by the person's name."""
    found = [one for one in _read(session, (_PROGRAMME.site_id == site_id) & _END.id.is_(None)) if one.runs]
    return tuple(sorted(found, key=lambda one: (one.name.casefold(), one.id)))


def ended(session: Session, site_id: int, since: date) -> tuple[ProgrammeLine, ...]:
    """Return the programmes of a site that ended since a day, by themselves too, the latest first."""
    asked = _read(session, (_PROGRAMME.site_id == site_id) & ((_END.ended_on >= since) | _END.id.is_(None)))
    found = [one for one in asked if one.ended_on and one.ended_on >= since]
    return tuple(sorted(found, key=lambda one: (one.ended_on or since, one.id), reverse=True))


def _read(session: Session, wanted: ColumnElement[bool]) -> tuple[ProgrammeLine, ...]:
    query = (
        select(
            _PROGRAMME.id,
            _PROGRAMME.site_id,
            ROOT.label("person_id"),
            _PERSON.number,
            _PERSON.family_name,
            _PERSON.given_name,
            _PROGRAMME.supporter_id,
            Supporter.name.label("supporter"),
            Supporter.relation,
            _PROGRAMME.group_id,
            Group.name.label("group_name"),
            _PROGRAMME.starts_on,
            _PROGRAMME.weeks,
            _PROGRAMME.recorded_at,
            _END.ended_on,
            _END.reason,
            _END.next_step,
        )
        .select_from(Programme)
        .join(Person, _PERSON.id == _PROGRAMME.person_id)
        .join(Supporter, Supporter.id == _PROGRAMME.supporter_id)
        .join(Group, Group.id == _PROGRAMME.group_id)
        .outerjoin(ProgrammeEnd, _END.programme_id == _PROGRAMME.id)
        .where(wanted)
        .order_by(_PROGRAMME.starts_on.desc(), _PROGRAMME.id.desc())
    )
    rows = session.execute(query).all()
    spans = episodes_of(session, sorted({row.person_id for row in rows if row.ended_on is None}))
    return tuple(_line(row, _left(session, row, spans.get(row.person_id, []))) for row in rows)


def _left(session: Session, row: Any, spans: Sequence[EpisodeSpan]) -> EpisodeSpan | None:
    """Return the end of treatment with which a programme ended that nobody ended; None while treatment goes on.

    Whoever is in treatment again on that day or the next goes on with it, as where the kind of treatment changed.
    """
    over = [one for one in spans if one.ended_on is not None and one.end_reason is not EpisodeEndReason.LINKED]
    if not over:
        return None
    have = sites.settings_at(session, row.site_id, row.recorded_at)
    since = clinic_day(row.recorded_at, have.zone, have.day_starts)
    found = next((one for one in over if one.ended_on and one.ended_on >= since and not _goes_on(one, spans)), None)
    if found is None and all(one.ended_on is not None for one in spans):
        return over[-1]
    return found


def _goes_on(span: EpisodeSpan, spans: Sequence[EpisodeSpan]) -> bool:
    last = span.ended_on or date.max - A_DAY
    return any(other.id != span.id and last <= other.admitted_on <= last + A_DAY for other in spans)


def _line(row: Any, left: EpisodeSpan | None) -> ProgrammeLine:
    if row.ended_on is not None:
        left = None
    return ProgrammeLine(
        id=row.id,
        site_id=row.site_id,
        person_id=row.person_id,
        number=row.number,
        name=full_name(row.family_name, row.given_name),
        supporter_id=row.supporter_id,
        supporter=row.supporter,
        relation=row.relation,
        group_id=row.group_id,
        group=row.group_name,
        starts_on=row.starts_on,
        weeks=row.weeks,
        ended_on=left.ended_on if left else row.ended_on,
        end_reason=row.reason,
        next_step=row.next_step or "",
        left=left.end_reason if left else None,
    )


@dataclass(frozen=True)
class PairSeen:
    """What is on record of a pair's week."""

    person_came: bool
    supporter_came: bool
    conflict: bool
    self_help_contact: bool

    @property
    def who(self) -> Together:
        """Who of the two came."""
        return together(person_came=self.person_came, supporter_came=self.supporter_came)


@dataclass(frozen=True)
class ActivityLine:
    """Something that a pair planned, and whether it was done."""

    id: int
    programme_id: int
    week: int
    number: int
    kind: ActivityKind
    what: str
    meets: str
    done: bool | None
    """None where nobody has told yet."""


@dataclass(frozen=True)
class OnSheet:
    """What the group's attendance sheet says of the person."""

    day: date
    attendance: Attendance


@dataclass(frozen=True)
class Week:
    """One week of a programme."""

    number: int
    first: date
    last: date
    pair: PairSeen | None
    activities: tuple[ActivityLine, ...]
    sheets: tuple[OnSheet, ...]

    @property
    def done(self) -> int:
        """How many activities were done."""
        return sum(one.done is True for one in self.activities)

    @property
    def came(self) -> bool | None:
        """Whether the person came by the group's sheets; None where no meeting of the week is on record."""
        if not self.sheets:
            return None
        return any(sheet.attendance is Attendance.CAME for sheet in self.sheets)


def weeks(session: Session, programme: ProgrammeLine) -> tuple[Week, ...]:
    """Return the weeks of a programme, the first first."""
    return weeks_of(session, [programme])[programme.id]


def weeks_of(session: Session, programmes: Sequence[ProgrammeLine]) -> dict[int, tuple[Week, ...]]:
    """Return the weeks of several programmes."""
    ids = [one.id for one in programmes]
    pairs, planned = _pairs(session, ids), _activities(session, ids)
    meetings = {group_id: groups.meetings(session, group_id) for group_id in {one.group_id for one in programmes}}
    return {
        one.id: tuple(
            Week(
                number,
                *one.span.days_of(number),
                pairs.get((one.id, number)),
                tuple(planned[one.id, number]),
                _sheets(one, number, meetings[one.group_id]),
            )
            for number in range(1, one.weeks + 1)
        )
        for one in programmes
    }


def _pairs(session: Session, ids: Sequence[int]) -> dict[tuple[int, int], PairSeen]:
    query = (
        select(_WEEK.programme_id, _WEEK.week)
        .add_columns(_WEEK.person_came, _WEEK.supporter_came, _WEEK.conflict, _WEEK.self_help_contact)
        .where(_WEEK.programme_id.in_(ids))
        .order_by(_WEEK.turn)
    )
    return {(row[0], row[1]): PairSeen(*row[2:]) for row in session.execute(query)}


def _activities(session: Session, ids: Sequence[int]) -> dict[tuple[int, int], list[ActivityLine]]:
    told = (
        select(_RESULT.activity_id, _RESULT.done)
        .join(Activity, _ACTIVITY.id == _RESULT.activity_id)
        .where(_ACTIVITY.programme_id.in_(ids))
        .order_by(_RESULT.turn)
    )
    done = {row[0]: bool(row[1]) for row in session.execute(told)}
    query = (
        select(_ACTIVITY.id, _ACTIVITY.programme_id, _ACTIVITY.week, _ACTIVITY.number, _ACTIVITY.kind)
        .add_columns(_ACTIVITY.what, _ACTIVITY.meets)
        .where(_ACTIVITY.programme_id.in_(ids))
        .order_by(_ACTIVITY.number)
    )
    found: dict[tuple[int, int], list[ActivityLine]] = defaultdict(list)
    for row in session.execute(query):
        found[row.programme_id, row.week].append(ActivityLine(**row._mapping, done=done.get(row.id)))
    return found


def _sheets(programme: ProgrammeLine, week: int, meetings: Iterable[groups.Meeting]) -> tuple[OnSheet, ...]:
    first, last = programme.span.days_of(week)
    return tuple(
        OnSheet(one.day, one.attendance[programme.person_id])
        for one in meetings
        if first <= one.day <= last and one.held and programme.person_id in one.attendance
    )


def programme_of_activity(session: Session, activity_id: int, site_id: int) -> ProgrammeLine:
    """Return the programme that an activity was planned in.

    Raises:
        NotFound: there is no such activity here.
    """
    programme_id = session.scalar(select(_ACTIVITY.programme_id).where(_ACTIVITY.id == activity_id))
    if programme_id is None:
        raise NotFound(say(N_("There is no such activity on record here.")), code="no_such_activity")
    return programme(session, programme_id, site_id)
