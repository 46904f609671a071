"""What the nightly scan raised: what is open, with every reason, who was told of when, and who is left out until when."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from dispensary.policy.risk import Position, Share, risk_card
from dispensary.queries import absences, caseload, deaths
from dispensary.queries.caseload import Keeper
from dispensary.queries.people import full_name
from dispensary.queries.signs import same_person
from dispensary.rules.risk import RiskReason
from dispensary.rules.risk_raising import Told
from models import (
    Episode,
    EpisodeEnd,
    EpisodeEndCorrection,
    Person,
    RiskFlag,
    RiskFlagReason,
    RiskSnooze,
    RiskSnoozeEnd,
    Staff,
    Task,
    TaskHandOver,
    TaskReason,
)
from models.enums import Desk, RiskLane, SnoozeReason, TaskOutcome, TaskReasonKind
from models.person import root_of

_FLAG, _REASON, _TASK = RiskFlag.__table__.c, RiskFlagReason.__table__.c, Task.__table__.c
_SNOOZE, _END, _PERSON = RiskSnooze.__table__.c, RiskSnoozeEnd.__table__.c, Person.__table__.c
_HAND, _LATER = aliased(TaskHandOver), aliased(TaskHandOver)
_LAST = ~exists().where(_LATER.task_id == _HAND.task_id, _LATER.turn > _HAND.turn)
_STAY, _STAY_END = Episode.__table__.c, EpisodeEnd.__table__.c
_CORRECTED = EpisodeEndCorrection.__table__.c.episode_end_id
_ROOT = root_of(_PERSON)


@dataclass(frozen=True)
class Flag:
    """Somebody who was raised on a night."""

    id: int
    person_id: int
    number: str
    name: str
    night: date
    lane: RiskLane
    points: int
    card: str
    no_shows: int
    missed_14: int
    drug: str
    capped: bool
    task_id: int | None
    outcome: TaskOutcome | None
    """What came of its task."""
    answered: bool
    """Whether nothing of it is open any more."""
    owner: str
    """Who has its task; empty where it waits for whoever comes first, or is closed."""
    reasons: tuple[RiskReason, ...]
    """Every row of the card, those with points first, those not known last."""
    keeper: Keeper | None
    """On whose caseload the person is."""

    @property
    def others(self) -> tuple[Position, Share | None]:
        """What became of others in that position: by no-shows in a row, and of who still came by missed days in the last 14."""
        card = risk_card()
        table = (card.returned if self.no_shows else card.attending)[self.drug]
        return table, table.at(self.no_shows or self.missed_14)

    @property
    def scored(self) -> tuple[RiskReason, ...]:
        """The rows that gave points."""
        return tuple(one for one in self.reasons if one.points)

    @property
    def counted(self) -> tuple[RiskReason, ...]:
        """The rows that were counted and gave none."""
        return tuple(one for one in self.reasons if one.known and not one.points)

    @property
    def not_known(self) -> tuple[RiskReason, ...]:
        """The rows about which nothing is on record."""
        return tuple(one for one in self.reasons if not one.known)


@dataclass(frozen=True)
class Snoozed:
    """Somebody who is left out for a while."""

    id: int
    person_id: int
    number: str
    name: str
    reason: SnoozeReason
    note: str
    from_on: date
    until_on: date


def open_flags(session: Session, site_id: int, today: date) -> list[Flag]:
    """Return the newest flag of everyone with an open task about one, RED first, then by points.

    Where a record was linked into another one, its task went on in that one's.
    """
    tasks = _open_tasks(session, site_id)
    rows = session.execute(_flags().where(_FLAG.site_id == site_id, ~_FLAG.capped, _ROOT.in_(tasks)))
    found = {row.root: row for row in rows}
    flags = [
        replace(one, task_id=tasks[one.person_id][0], owner=tasks[one.person_id][1] or "")
        for one in _with_reasons(session, list(found.values()), caseload.keepers(session, site_id, today))
    ]
    return sorted(flags, key=lambda one: (one.lane is RiskLane.AMBER, -one.no_shows, -one.points, one.number))


def _open_tasks(session: Session, site_id: int) -> dict[int, tuple[int, str | None]]:
    """Return the open task about a flag and who has it, by surviving record."""
    owner, kinds = aliased(Staff), (TaskReasonKind.RISK_RED, TaskReasonKind.RISK_AMBER)
    query = (
        select(_ROOT, _TASK.id, owner.name)
        .select_from(Task)
        .join(Person, _PERSON.id == _TASK.person_id)
        .outerjoin(_HAND, and_(_HAND.task_id == _TASK.id, _LAST))
        .outerjoin(owner, owner.id == _HAND.owner_id)
        .where(_TASK.site_id == site_id, _TASK.desk == Desk.COUNSELLING, _TASK.resolved_at.is_(None))
        .where(exists().where(TaskReason.task_id == _TASK.id, TaskReason.kind.in_(kinds)))
        .order_by(_TASK.id)
    )
    return {row[0]: (row[1], row[2]) for row in session.execute(query)}


def capped_on(session: Session, site_id: int, night: date) -> int:
    """Return how many more were at risk on a night than the clinic can follow up."""
    query = select(func.count()).where(_FLAG.site_id == site_id, _FLAG.night == night, _FLAG.capped)
    return session.scalar(query) or 0


def last_night(session: Session, site_id: int) -> date | None:
    """Return the last night on which anybody was raised."""
    night: date | None = session.scalar(select(func.max(_FLAG.night)).where(_FLAG.site_id == site_id))
    return night


def flags_of(session: Session, person_id: int) -> list[Flag]:
    """Return every flag of a person that somebody was told of, the newest first."""
    rows = session.execute(_flags().where(same_person(_FLAG.person_id, person_id), ~_FLAG.capped)).all()
    return _with_reasons(session, rows[::-1], {})


def told(session: Session, site_id: int, person_id: int | None = None) -> dict[int, Told]:
    """Return when each person was told of last, by surviving record; of one only, if one is named."""
    query = (
        select(_ROOT, _FLAG.night, _FLAG.lane)
        .select_from(RiskFlag)
        .join(Person, _PERSON.id == _FLAG.person_id)
        .where(_FLAG.site_id == site_id, ~_FLAG.capped)
        .order_by(_FLAG.night, _FLAG.id)
    )
    if person_id is not None:
        query = query.where(same_person(_FLAG.person_id, person_id))
    return {root: Told(night, lane) for root, night, lane in session.execute(query)}


def last_amber(session: Session, site_id: int, since: date) -> dict[int, date]:
    """Return the last night since a day on which each person was counted as AMBER, told of or not, by surviving record."""
    query = (
        select(_ROOT, func.max(_FLAG.night))
        .select_from(RiskFlag)
        .join(Person, _PERSON.id == _FLAG.person_id)
        .where(_FLAG.site_id == site_id, _FLAG.night >= since, _FLAG.lane == RiskLane.AMBER)
        .group_by(_ROOT)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def raised_on(session: Session, site_id: int, night: date) -> dict[int, tuple[RiskLane, bool]]:
    """Return who was raised on a night, with the lane and whether somebody was told."""
    query = (
        select(_ROOT, _FLAG.lane, _FLAG.capped)
        .select_from(RiskFlag)
        .join(Person, _PERSON.id == _FLAG.person_id)
        .where(_FLAG.site_id == site_id, _FLAG.night == night)
    )
    return {root: (lane, not capped) for root, lane, capped in session.execute(query)}


def looked_for(session: Session, site_id: int) -> frozenset[int]:
    """Return everyone at a site who is expected as things stand now: in care, not away, and not told to have died."""
    over = exists().where(_STAY_END.episode_id == _STAY.id, _STAY_END.id.not_in(select(_CORRECTED)))
    query = select(_ROOT).select_from(Episode).join(Person, _PERSON.id == _STAY.person_id)
    here = session.scalars(query.where(_STAY.site_id == site_id, ~over).distinct())
    return frozenset(here) - absences.away_now(session, site_id).keys() - deaths.all_told_dead(session)


def left_out(session: Session, site_id: int, night: date) -> list[Snoozed]:
    """Return who is left out of the tasks of a night, by the day on which that ends."""
    query = _snoozes().where(
        _SNOOZE.site_id == site_id,
        _SNOOZE.from_on <= night,
        _SNOOZE.until_on >= night,
        ~exists().where(_END.snooze_id == _SNOOZE.id, _END.ended_on <= night),
    )
    return [_snoozed(row) for row in session.execute(query)]


def snooze_of(session: Session, snooze_id: int, site_id: int) -> Snoozed | None:
    """Return one that was not ended; None if there is none such here."""
    query = _snoozes().where(_SNOOZE.id == snooze_id, _SNOOZE.site_id == site_id)
    row = session.execute(query.where(~exists().where(_END.snooze_id == _SNOOZE.id))).one_or_none()
    return _snoozed(row) if row else None


def _snoozes() -> Select[Any]:
    return (
        select(
            _SNOOZE.id,
            _ROOT.label("root"),
            _PERSON.number,
            _PERSON.family_name,
            _PERSON.given_name,
            _SNOOZE.reason,
            _SNOOZE.note,
            _SNOOZE.from_on,
            _SNOOZE.until_on,
        )
        .select_from(RiskSnooze)
        .join(Person, _PERSON.id == _SNOOZE.person_id)
        .order_by(_SNOOZE.until_on, _SNOOZE.id)
    )


def _snoozed(row: Any) -> Snoozed:
    name = full_name(row.family_name, row.given_name)
    return Snoozed(row.id, row.root, row.number, name, row.reason, row.note, row.from_on, row.until_on)


def _flags() -> Select[Any]:
    owner = aliased(Staff)
    return (
        select(
            RiskFlag,
            _ROOT.label("root"),
            _PERSON.number,
            _PERSON.family_name,
            _PERSON.given_name,
            _TASK.outcome,
            _TASK.resolved_at,
            owner.name.label("owner"),
        )
        .join(Person, _PERSON.id == _FLAG.person_id)
        .outerjoin(Task, _TASK.id == _FLAG.task_id)
        .outerjoin(_HAND, and_(_HAND.task_id == _FLAG.task_id, _LAST))
        .outerjoin(owner, owner.id == _HAND.owner_id)
        .order_by(_FLAG.night, _FLAG.id)
    )


def _with_reasons(session: Session, rows: Any, keepers: dict[int, Keeper]) -> list[Flag]:
    reasons: dict[int, list[RiskReason]] = defaultdict(list)
    ids = [row.RiskFlag.id for row in rows]
    for start in range(0, len(ids), 500):
        some = select(_REASON.flag_id, _REASON.factor, _REASON.counted, _REASON.points)
        some = some.where(_REASON.flag_id.in_(ids[start : start + 500]))
        for flag_id, factor, counted, points in session.execute(some.order_by(_REASON.id)):
            reasons[flag_id].append(RiskReason(factor, counted, points))
    return [
        Flag(
            id=row.RiskFlag.id,
            person_id=row.root,
            number=row.number,
            name=full_name(row.family_name, row.given_name),
            night=row.RiskFlag.night,
            lane=row.RiskFlag.lane,
            points=row.RiskFlag.points,
            card=row.RiskFlag.card,
            no_shows=row.RiskFlag.no_shows,
            missed_14=row.RiskFlag.missed_14,
            drug=row.RiskFlag.drug,
            capped=row.RiskFlag.capped,
            task_id=row.RiskFlag.task_id,
            outcome=row.outcome,
            answered=row.resolved_at is not None,
            owner=row.owner or "",
            reasons=tuple(reasons[row.RiskFlag.id]),
            keeper=keepers.get(row.root),
        )
        for row in rows
    ]
