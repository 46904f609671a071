"""A programme in figures: progress at a glance, urine tests before and during it, and on how many days the dose was had."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from dispensary.policy.support import SupportRules, support_rules
from dispensary.queries import ledger, urine_draws, urines
from dispensary.queries.programmes import ProgrammeLine, Week
from dispensary.rules.day_status import status_of
from dispensary.rules.programme import Comparison, Share, Together, Urine, share
from dispensary.rules.urine import COVERED
from models.enums import DayStatus

A_DAY = timedelta(days=1)
NOT_ASKED = frozenset({DayStatus.NOT_SCHEDULED, DayStatus.OUTSIDE_TREATMENT, DayStatus.AWAITED})
"""Days on which nobody was to have a dose, or which are not over."""


@dataclass(frozen=True)
class Progress:
    """How far a pair is: weeks begun, those in which both came, activities planned and done, and what is not recorded."""

    week: int
    begun: int
    """Weeks that have begun."""
    recorded: int
    together: int
    planned: int
    done: int
    conflicts: int
    self_help: int
    missing: tuple[int, ...]
    """Weeks that are over and not recorded; none is asked for once the person has left treatment, or died."""
    asks_next_step: bool

    @property
    def over(self) -> bool:
        """Whether its last week has passed."""
        return self.week > self.begun


def progress(programme: ProgrammeLine, weeks: Sequence[Week], today: date) -> Progress:
    """Return how far a pair is on a day."""
    until = min(today, programme.ended_on or today)
    begun = [week for week in weeks if week.first <= until]
    seen = [week.pair for week in begun if week.pair is not None]
    number = programme.week_on(today)
    return Progress(
        week=number,
        begun=len(begun),
        recorded=len(seen),
        together=sum(pair.who is Together.BOTH for pair in seen),
        planned=sum(len(week.activities) for week in begun),
        done=sum(week.done for week in begun),
        conflicts=sum(pair.conflict for pair in seen),
        self_help=sum(pair.self_help_contact for pair in seen),
        missing=() if programme.left else tuple(w.number for w in begun if w.last < until and w.pair is None),
        asks_next_step=not programme.left
        and programme.span.asks_next_step(min(number, programme.weeks), support_rules()),
    )


def comparison(session: Session, programme: ProgrammeLine, today: date) -> Comparison:
    """Return the share of positive urine tests in the weeks before a programme and in its own, as far as they have come."""
    rules: SupportRules = support_rules()
    first, last = programme.span.before
    return Comparison(
        before=_share(session, programme, first, min(last, today), today),
        during=_share(session, programme, programme.starts_on, min(programme.span.last_day, today), today),
        rules=rules,
    )


def _share(session: Session, programme: ProgrammeLine, first: date, last: date, today: date) -> Share:
    lines = urines.between(session, programme.person_id, first, last)
    drawn = urine_draws.drawn_and_not_asked(session, programme.site_id, first, programme.person_id)
    return share(
        [Urine(line.outcome, line.read, line.positive) for line in lines],
        missed=sum(day <= last and day < today for day, _ in drawn),
    )


@dataclass(frozen=True)
class DoseDays:
    """On how many days of some weeks the dose was had; never how much."""

    had: int
    due: int


def dose_days(session: Session, programme: ProgrammeLine, today: date) -> DoseDays:
    """Return on how many days of a programme's weeks the dose was had, of those on which one was due."""
    first, last = programme.starts_on, min(programme.span.last_day, today)
    days = ledger.person_days(session, programme.person_id, programme.site_id, until=today)
    every = [first + n * A_DAY for n in range((last - first).days + 1)]
    statuses = [status_of(days, day, today) for day in every]
    due = [status for status in statuses if status not in NOT_ASKED]
    return DoseDays(had=sum(status in COVERED for status in due), due=len(due))
