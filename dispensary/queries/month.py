"""What a month is told by beside the indicators: stops, bottles, flags, incidents, counts, jobs, backups, seconds at the window.

Each part is one statement over all the days that were asked for; whoever tells a month takes the rows of its days.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.clock import clinic_day, moment_on
from dispensary.queries import sites
from dispensary.rules.stock_counts import variance
from models import (
    BackupDrill,
    BackupRun,
    Bottle,
    BottleEnd,
    CallBack,
    CallBackOutcome,
    Container,
    DayClose,
    DayCloseDifference,
    Dose,
    DoseException,
    DosingIncident,
    JobRun,
    Person,
    Product,
    RiskFlag,
    StockCount,
    StockCountLine,
    Stop,
    StopRelease,
    TakeHomeIssue,
    Task,
    Terminal,
)
from models.enums import (
    BaseUnit,
    BottleFate,
    BottleState,
    CallBackOutcomeKind,
    DrillOutcome,
    IncidentKind,
    JobOutcome,
    Origin,
    RiskLane,
    StopKind,
    TaskOutcome,
)
from models.person import root_of
from models.units import Quantity

A_DAY, MINUTE, MILLISECOND = timedelta(days=1), timedelta(minutes=1), timedelta(milliseconds=1)
_ROOT = root_of(Person)


@dataclass(frozen=True)
class StopTold:
    """A stop that was set, and when a prescriber released it."""

    day: date
    person_id: int
    kind: StopKind
    minutes: int | None
    """From the stop to the decision; None while nobody has decided."""
    late: bool
    """Decided after the answer was due."""


@dataclass(frozen=True)
class Handed:
    """Bottles handed over at one time."""

    day: date
    person_id: int
    bottles: int


@dataclass(frozen=True)
class Ended:
    """A bottle of which it is known what became of it."""

    day: date
    person_id: int
    fate: BottleFate
    state: BottleState | None


@dataclass(frozen=True)
class Called:
    """Somebody who was asked to bring in every bottle."""

    day: date
    person_id: int
    outcome: CallBackOutcomeKind | None


@dataclass(frozen=True)
class Raised:
    """Somebody whom the nightly scan raised."""

    day: date
    person_id: int
    lane: RiskLane
    capped: bool
    outcome: TaskOutcome | None
    """How the task about it ended; None while it is open, or where nobody was told."""


@dataclass(frozen=True)
class Incident:
    """Something was swallowed that was wrong."""

    day: date
    person_id: int
    kind: IncidentKind


@dataclass(frozen=True)
class Overridden:
    """A rule that would have refused what paper says happened, and was acknowledged."""

    day: date
    person_id: int
    code: str


@dataclass(frozen=True)
class CountedLine:
    """One container of a count, and how far what was found is from the books."""

    day: date
    label: str
    product: str
    unit: BaseUnit
    differs_by: Quantity
    """Found less books; 0 where they agree."""


@dataclass(frozen=True)
class Closed:
    """A clinic day that was closed, for the first time or again."""

    day: date
    differs: bool


@dataclass(frozen=True)
class RanJob:
    """One attempt at a job."""

    day: date
    job: str
    outcome: JobOutcome


@dataclass(frozen=True)
class BackedUp:
    """One copy of the whole database, and what came of its newest drill."""

    day: date
    file: str
    outcome: DrillOutcome | None


@dataclass(frozen=True)
class Timed:
    """One dose that was measured at the window."""

    day: date
    terminal: str
    milliseconds: int


@dataclass(frozen=True)
class MonthRows:
    """Everything of some days, in the order of the days."""

    stops: tuple[StopTold, ...]
    handed: tuple[Handed, ...]
    ended: tuple[Ended, ...]
    called: tuple[Called, ...]
    raised: tuple[Raised, ...]
    incidents: tuple[Incident, ...]
    overridden: tuple[Overridden, ...]
    counted: tuple[CountedLine, ...]
    closed: tuple[Closed, ...]
    jobs: tuple[RanJob, ...]
    backups: tuple[BackedUp, ...]
    timed: tuple[Timed, ...]

    def of(self, first: date, last: date) -> "MonthRows":
        """Return the rows of some of the days."""
        return replace(
            self,
            **{
                part.name: tuple(row for row in getattr(self, part.name) if first <= row.day <= last)
                for part in fields(self)
            },
        )


def rows(session: Session, site_id: int, first: date, last: date) -> MonthRows:
    """Return everything of a site's clinic days, the first and the last included, as it is on record now."""
    asked = _Asked(session, site_id, first, last)
    return MonthRows(
        stops=_stops(asked),
        handed=_handed(asked),
        ended=_ended(asked),
        called=_called(asked),
        raised=_raised(asked),
        incidents=_incidents(asked),
        overridden=_overridden(asked),
        counted=_counted(asked),
        closed=_closed(asked),
        jobs=tuple(RanJob(*row) for row in _read(asked, _of_days(asked, JobRun, JobRun.job, JobRun.outcome))),
        backups=_backups(asked),
        timed=_timed(asked),
    )


class _Asked:
    """The days of a site, and the moments between which they lie."""

    def __init__(self, session: Session, site_id: int, first: date, last: date) -> None:
        have = sites.settings(session, site_id, last)
        self.session, self.site_id, self.first, self.last = session, site_id, first, last
        self.zone, self.starts = have.zone, have.day_starts
        self.since = moment_on(first, self.starts, self.zone, self.starts)
        self.until = moment_on(last + A_DAY, self.starts, self.zone, self.starts)

    def day(self, at: datetime) -> date:
        """Return the clinic day of a moment."""
        return clinic_day(at, self.zone, self.starts)


def _read(asked: _Asked, query: Any) -> Sequence[Any]:
    found: Sequence[Any] = asked.session.execute(query).all()
    return found


def _of_days(asked: _Asked, table: Any, *columns: Any) -> Any:
    """Select some columns of a site's facts by the clinic day that stands with each."""
    query = select(table.clinic_day, *columns).where(
        table.site_id == asked.site_id, table.clinic_day.between(asked.first, asked.last)
    )
    return query.order_by(table.clinic_day, table.id)


def _between(asked: _Asked, table: Any, moment: Any, *columns: Any) -> Any:
    """Select some columns of a site's facts by a moment."""
    query = select(moment, *columns).where(table.site_id == asked.site_id, moment >= asked.since, moment < asked.until)
    return query.order_by(moment, table.id)


def _stops(asked: _Asked) -> tuple[StopTold, ...]:
    query = _between(asked, Stop, Stop.set_at, _ROOT, Stop.kind, Stop.decide_by, StopRelease.released_at)
    query = query.join(Person, Person.id == Stop.person_id).outerjoin(StopRelease, StopRelease.stop_id == Stop.id)
    return tuple(
        StopTold(
            asked.day(set_at),
            person_id,
            kind,
            None if released_at is None else (released_at - set_at) // MINUTE,
            released_at is not None and released_at > decide_by,
        )
        for set_at, person_id, kind, decide_by, released_at in _read(asked, query)
    )


def _handed(asked: _Asked) -> tuple[Handed, ...]:
    query = _of_days(asked, TakeHomeIssue, _ROOT, func.count(Bottle.id))
    query = query.join(Person, Person.id == TakeHomeIssue.person_id).join(Bottle, Bottle.issue_id == TakeHomeIssue.id)
    return tuple(
        Handed(*row) for row in _read(asked, query.group_by(TakeHomeIssue.id, TakeHomeIssue.clinic_day, _ROOT))
    )


def _ended(asked: _Asked) -> tuple[Ended, ...]:
    query = _of_days(asked, BottleEnd, _ROOT, BottleEnd.fate, BottleEnd.state)
    query = query.join(Bottle, Bottle.id == BottleEnd.bottle_id).join(Person, Person.id == Bottle.person_id)
    return tuple(Ended(*row) for row in _read(asked, query))


def _called(asked: _Asked) -> tuple[Called, ...]:
    query = _between(asked, CallBack, CallBack.called_at, _ROOT, CallBackOutcome.outcome)
    query = query.join(Person, Person.id == CallBack.person_id)
    query = query.outerjoin(CallBackOutcome, CallBackOutcome.call_back_id == CallBack.id)
    return tuple(Called(asked.day(at), *rest) for at, *rest in _read(asked, query))


def _raised(asked: _Asked) -> tuple[Raised, ...]:
    query = (
        select(RiskFlag.night, _ROOT, RiskFlag.lane, RiskFlag.capped, Task.outcome)
        .join(Person, Person.id == RiskFlag.person_id)
        .outerjoin(Task, Task.id == RiskFlag.task_id)
        .where(RiskFlag.site_id == asked.site_id, RiskFlag.night.between(asked.first, asked.last))
        .order_by(RiskFlag.night, RiskFlag.id)
    )
    return tuple(Raised(*row) for row in _read(asked, query))


def _incidents(asked: _Asked) -> tuple[Incident, ...]:
    query = _between(asked, DosingIncident, DosingIncident.noticed_at, _ROOT, DosingIncident.kind)
    query = query.join(Person, Person.id == DosingIncident.person_id)
    return tuple(Incident(asked.day(at), *rest) for at, *rest in _read(asked, query))


def _overridden(asked: _Asked) -> tuple[Overridden, ...]:
    query = _of_days(asked, Dose, _ROOT, DoseException.code).join(Person, Person.id == Dose.person_id)
    query = query.join(DoseException, DoseException.dose_id == Dose.id).order_by(DoseException.id)
    return tuple(Overridden(*row) for row in _read(asked, query))


def _counted(asked: _Asked) -> tuple[CountedLine, ...]:
    line = StockCountLine
    query = _of_days(
        asked, StockCount, Container.label, Product.name, Product.unit, line.found, line.measured, line.books
    )
    query = query.join(line, line.count_id == StockCount.id).join(Container, Container.id == line.container_id)
    query = query.join(Product, Product.id == Container.product_id).order_by(line.id)
    return tuple(
        CountedLine(day, label, product, unit, variance(books, found, measured))
        for day, label, product, unit, found, measured, books in _read(asked, query)
    )


def _closed(asked: _Asked) -> tuple[Closed, ...]:
    query = _of_days(asked, DayClose, DayCloseDifference.id)
    query = query.outerjoin(DayCloseDifference, DayCloseDifference.day_close_id == DayClose.id)
    return tuple(Closed(day, differs is not None) for day, differs in _read(asked, query))


def _backups(asked: _Asked) -> tuple[BackedUp, ...]:
    newest = select(func.max(BackupDrill.id)).where(BackupDrill.backup_id == BackupRun.id).correlate(BackupRun)
    query = (
        select(BackupRun.made_at, BackupRun.file, BackupDrill.outcome)
        .outerjoin(BackupDrill, BackupDrill.id == newest.scalar_subquery())
        .where(BackupRun.made_at >= asked.since, BackupRun.made_at < asked.until)
        .order_by(BackupRun.made_at, BackupRun.id)
    )
    return tuple(BackedUp(asked.day(at), *rest) for at, *rest in _read(asked, query))


def _timed(asked: _Asked) -> tuple[Timed, ...]:
    query = _of_days(asked, Dose, Terminal.name, Dose.recorded_at, Dose.scanned_at)
    query = query.outerjoin(Terminal, Terminal.id == Dose.terminal_id)
    query = query.where(Dose.origin == Origin.WINDOW, Dose.scanned_at.is_not(None))
    return tuple(
        Timed(day, terminal or "", (recorded_at - scanned_at) // MILLISECOND)
        for day, terminal, recorded_at, scanned_at in _read(asked, query)
    )
