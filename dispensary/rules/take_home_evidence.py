"""What the system knows that speaks for or against doses to take home, in words beside each criterion.

It is evidence, not a verdict: the words say what was counted and over which days. (product.md §7)
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from dispensary.policy.take_homes import Evidence
from dispensary.wording import N_, Words, say
from models.enums import BottleFate, CallBackOutcomeKind, DayStatus, StopKind, UrineFound, UrineOutcome
from models.units import Mg

WINDOW_DAYS = 28
"""Attendance and stops are looked at over the four weeks before today."""


CAME = frozenset({DayStatus.OBSERVED, DayStatus.PART, DayStatus.WITHHELD, DayStatus.REFUSED, DayStatus.ELSEWHERE})
"""The person came for the dose, here or elsewhere."""
DUE = CAME | {DayStatus.NO_SHOW}
"""Days on which a dose was to be taken in somebody's sight."""


@dataclass(frozen=True)
class UrineSeen:
    """One urine test: the day, what became of it, and what each substance that was looked for showed."""

    collected_on: date
    results: tuple[tuple[Words, UrineFound], ...] = ()
    outcome: UrineOutcome = UrineOutcome.TAKEN
    read: bool = True
    """Whether it is known what it showed."""


@dataclass(frozen=True)
class StopSeen:
    """A stop that was set in the window."""

    kind: StopKind
    set_on: date


@dataclass(frozen=True)
class Record:
    """What the system knows about one person, as plain values."""

    today: date
    days_in_treatment: int
    """Day 1 is the first dose of the episode, and credit comes on top; 0 before the first dose."""
    days: tuple[tuple[date, DayStatus], ...] = ()
    """Each of the 28 days before today and what became of it, oldest first."""
    urine: tuple[UrineSeen, ...] = ()
    """The latest tests, newest first."""
    bottles_gone: tuple[tuple[BottleFate, date], ...] = ()
    """Bottles lost, stolen or spilt in the last year."""
    bottles_altered: tuple[date, ...] = ()
    """Days on which a bottle came back with a broken seal or a residue unlike the medicine, in the last year."""
    call_backs: tuple[tuple[CallBackOutcomeKind, date], ...] = ()
    """How call-backs ended in the last year."""
    amount_mg: Mg | None = None
    amount_since: date | None = None
    """Since when the dose is what it is."""
    stops_standing: tuple[StopKind, ...] = ()
    stops_set: tuple[StopSeen, ...] = ()
    safety_until: date | None = None
    """Until when the newest safety check holds; None without one, or with something missing in it."""

    def evidence(self, kinds: Sequence[Evidence]) -> tuple[Words, ...]:
        """Return what is known, in words, for some kinds of evidence; nothing where only a person can know."""
        return tuple(words for kind in kinds for words in _SAID[kind](self))

    def besides(self, asked: Sequence[Evidence]) -> tuple[Words, ...]:
        """Return what is known and stands beside no criterion that is asked."""
        return self.evidence([kind for kind in Evidence if kind not in asked])


def days_until_regular(days: Sequence[tuple[date, DayStatus]]) -> int:
    """Return after how many more days attended the last four weeks show none missed; 0 if they do.

    Each day attended moves the window by one: the latest missed day falls out of it last.
    """
    missed = [number for number, (_, status) in enumerate(days, start=1) if status is DayStatus.NO_SHOW]
    return max(missed, default=0)


def _attendance(record: Record) -> Iterator[Words]:
    counted = Counter(status for _, status in record.days)
    due = sum(counted[status] for status in DUE)
    if not due:
        yield say(N_("No dose was due here in the last four weeks."))
        return
    came = sum(counted[status] for status in CAME)
    yield say(N_("Came on %(came)s of %(due)s days due in the last four weeks."), came=came, due=due)
    if no_shows := counted[DayStatus.NO_SHOW]:
        one, more = N_("Did not come: 1 day, the last on %(on)s."), N_("Did not come: %(n)s days, the last on %(on)s.")
        yield say(one if no_shows == 1 else more, n=no_shows, on=_last_missed(record))
    if withheld := counted[DayStatus.WITHHELD]:
        yield say(N_("Withheld: 1 day.") if withheld == 1 else N_("Withheld: %(n)s days."), n=withheld)
    if refused := counted[DayStatus.REFUSED]:
        yield say(N_("Refused: 1 day.") if refused == 1 else N_("Refused: %(n)s days."), n=refused)


def _last_missed(record: Record) -> date:
    return max(day for day, status in record.days if status is DayStatus.NO_SHOW)


def _urine(record: Record) -> Iterator[Words]:
    for test in record.urine:
        yield from _shown(test)
    if not record.urine:
        yield say(N_("No urine test is on record."))


def _shown(test: UrineSeen) -> Iterator[Words]:
    """Say what a urine showed; one that was refused, not sound or not read yet showed nothing, and is no negative."""
    on = test.collected_on
    if test.outcome is not UrineOutcome.TAKEN:
        yield say(N_("Urine of %(on)s: %(outcome)s. That is no negative."), on=on, outcome=test.outcome)
    elif not test.read:
        yield say(N_("Urine of %(on)s: taken, not read yet."), on=on)
    elif not test.results:
        yield say(N_("Urine of %(on)s: nothing noted."), on=on)
    else:
        for substance, found in test.results:
            if found is not UrineFound.NEGATIVE:
                yield say(N_("Urine of %(on)s: %(what)s %(result)s."), on=on, what=substance, result=found)
        clear = sum(found is UrineFound.NEGATIVE for _, found in test.results)
        if clear:
            yield say(N_("Urine of %(on)s: looked for and not found: %(n)s."), on=on, n=clear)


def _diversion(record: Record) -> Iterator[Words]:
    for fate, on in record.bottles_gone:
        yield say(N_("A bottle %(fate)s on %(on)s."), fate=fate, on=on)
    for on in record.bottles_altered:
        yield say(N_("A bottle came back altered on %(on)s."), on=on)
    for outcome, on in record.call_backs:
        yield say(N_("Call-back of %(on)s: %(outcome)s."), on=on, outcome=outcome)
    if not (record.bottles_gone or record.bottles_altered or record.call_backs):
        yield say(N_("No bottle lost or altered and no call-back in the last year."))


def _dose(record: Record) -> Iterator[Words]:
    if record.amount_mg is None or record.amount_since is None:
        yield say(N_("No order holds today."))
        return
    days = (record.today - record.amount_since).days
    words = N_("%(mg)s mg since %(since)s, %(days)s days.")
    yield say(words, mg=record.amount_mg, since=record.amount_since, days=days)


def _stops(record: Record) -> Iterator[Words]:
    for kind in record.stops_standing:
        yield say(N_("A stop stands: %(kind)s."), kind=kind)
    for stop in record.stops_set:
        yield say(N_("A stop was set on %(on)s: %(kind)s."), on=stop.set_on, kind=stop.kind)
    if not (record.stops_standing or record.stops_set):
        yield say(N_("No stop in the last four weeks."))


def _storage(record: Record) -> Iterator[Words]:
    if record.safety_until is None:
        yield say(N_("Storing doses safely was not gone through yet, or something was missing."))
    elif record.safety_until < record.today:
        yield say(N_("The talk about storing doses safely held until %(until)s."), until=record.safety_until)
    else:
        yield say(N_("The talk about storing doses safely holds until %(until)s."), until=record.safety_until)


_SAID = {
    Evidence.ATTENDANCE: _attendance,
    Evidence.URINE: _urine,
    Evidence.DIVERSION: _diversion,
    Evidence.DOSE: _dose,
    Evidence.STOPS: _stops,
    Evidence.STORAGE: _storage,
}
