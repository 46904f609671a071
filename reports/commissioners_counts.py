"""The commissioner's counts, with the target beside what was reached. What leaves the clinic hides small counts of people."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from reportlab.platypus import Flowable
from sqlalchemy.orm import Session

from dispensary.queries import sites
from dispensary.queries.journey_counts import JourneyCounts, journey_counts
from dispensary.rules.commissioners_counts import PLANNED, Share, hidden
from dispensary.rules.subtraction import Tie, adds_up, worked_out
from dispensary.wording import N_, Speaker, Words, say
from models.enums import EpisodeEndReason
from models.units import plain
from reports import page
from reports.ledger import Column, Ledger, Row, Text
from reports.page import Heading
from reports.sheet import Cell, Sheet

TITLE = say(N_("Counts for the commissioner"))
COLUMNS = (
    (N_("What"), 190, False),
    (N_("People"), 45, True),
    (N_("Of"), 45, True),
    (N_("%"), 35, True),
    (N_("Days"), 45, True),
    (N_("Target"), 70, False),
    (N_("Reached"), 50, False),
)
"""Heading, share of the paper's width, and whether numbers stand in the column."""
FEW, NOT_SHOWN = N_("under %(n)s"), N_("not shown")
NOT_YET = say(N_("not known yet"))
REACHED, MISSED = say(N_("yes")), say(N_("no"))
NOTES = (
    say(N_("Guests of other clinics are in none of these counts.")),
    say(
        N_(
            "Retained: of those admitted in the period and long enough ago, who was in treatment without a break on the day"
            " 12 weeks after the admission, whatever became of the others."
        )
    ),
    say(
        N_(
            "It goes by admission and recorded end alone. The figures of retention go by doses as well: there somebody who stays"
            " away so many days is lost, whether or not an end is recorded, and day 0 is the first dose."
        )
    ),
    say(N_("Planned exits are completed treatments and hand-overs to another clinic; who died is in neither count.")),
    say(
        N_(
            "Days of waiting count from the day on the list to the admission. The median is the wait of the one in the middle."
        )
    ),
)


@dataclass(frozen=True)
class Line:
    """One count, with its target if there is one. None is a number that there is not."""

    what: Words
    n: int | None = None
    of: int | None = None
    percent: Decimal | None = None
    days: Decimal | None = None
    target: Words | None = None
    reached: bool | None = None
    few: bool = False
    """Whether numbers of it are too small to leave the clinic, or would give away another that is."""
    shields: bool = False
    """Whether the number itself is large enough and is left out only for the sake of another."""
    not_yet: bool = False
    """Whether there is no number because it is too early to tell."""
    key: str = ""
    """Its name in what adds up; none of a line that adds up with no other."""


@dataclass(frozen=True)
class CountsFigures:
    """The counts of the period of a heading."""

    about: Heading
    counts: JourneyCounts
    hide_below: int

    @property
    def lines(self) -> list[Line]:
        """Every count, whole."""
        return list(_lines(self.counts))

    @property
    def outside(self) -> list[Line]:
        """Every count, as it may leave the clinic."""
        return _outside(self.counts, self.hide_below)


def figures(session: Session, site_id: int, *, today: date, about: Heading) -> CountsFigures:
    """Return the counts of the period of the heading, as they stand today."""
    counts = journey_counts(session, site_id, about.first, about.last, today)
    return CountsFigures(about, counts, sites.settings(session, site_id, today).hide_below)


def _lines(counts: JourneyCounts) -> Iterator[Line]:
    targets, waits = counts.targets, counts.waited
    yield Line(
        say(N_("in treatment on %(day)s"), day=counts.last),
        counts.in_treatment,
        target=_at_least(targets.in_treatment, N_("%(n)s people")),
        reached=counts.met(targets.in_treatment, counts.in_treatment),
    )
    yield Line(say(N_("admitted")), counts.admitted, key="admitted")
    yield _retained(counts)
    yield Line(say(N_("admitted too late to tell")), counts.retained.too_early, key="too-late")
    yield Line(say(N_("treatments that ended")), sum(counts.exits.values()), key="ended")
    for reason, n in counts.exits.items():
        yield Line(say(N_("– %(reason)s"), reason=reason), n, key=reason)
    planned = _share(say(N_("planned exits")), counts.planned, counts, targets.planned_percent)
    yield replace(planned, key="planned")
    yield Line(say(N_("admitted from the waiting list; median days of waiting")), waits.n, days=waits.median)
    if waits.longest is not None:
        yield Line(say(N_("the longest of these waits")), days=_whole(waits.longest))
    if targets.waiting_days is not None:
        share = Share(waits.in_time, waits.n)
        target = say(N_("%(n)s days at most"), n=targets.waiting_days)
        reached = None if not waits.n else waits.in_time == waits.n
        yield Line(say(N_("waited no longer than the target")), share.n, share.of, share.percent, None, target, reached)
    yield Line(say(N_("waiting now; the longest wait so far")), counts.still_waiting, days=_whole(counts.waits_longest))


def _retained(counts: JourneyCounts) -> Line:
    """Return the share that stayed; of days too late for anybody to have stayed so long, that it is not known yet."""
    what, target = say(N_("retained for 12 weeks")), counts.targets.retained_percent
    if not counts.retained.known:
        return Line(what, target=_at_least(target, N_("%(n)s%%")), not_yet=True)
    return replace(_share(what, counts.retained.share, counts, target), key="retained")


def _share(what: Words, share: Share, counts: JourneyCounts, target: int | None) -> Line:
    asked = _at_least(target, N_("%(n)s%%"))
    return Line(what, share.n, share.of, share.percent, None, asked, counts.met(target, share.percent))


def _at_least(target: int | None, words: str) -> Words | None:
    return None if target is None else say(words, n=target)


def _whole(days: int | None) -> Decimal | None:
    return None if days is None else Decimal(days)


def _outside(counts: JourneyCounts, least: int) -> list[Line]:
    """Return the lines with small counts taken out, and what would give them away."""
    reasons = dict(zip(counts.exits, hidden(list(counts.exits.values()), least), strict=True))
    made: list[Line] = []
    for line in _lines(counts):
        reason = line.what.values.get("reason")
        if line.not_yet:
            made.append(line)
        elif reason is not None:
            few = reasons[reason] is None
            made.append(replace(line, n=reasons[reason], few=few, shields=few and (line.n or 0) >= least))
        elif line.of is not None and line.n is not None:
            made.append(_share_outside(line, Share(line.n, line.of), least))
        elif line.n is None:
            made.append(replace(line, days=None, few=True, shields=True) if made[-1].few else line)
        else:
            made.append(_count_outside(line, least))
    return _without_subtraction(counts, made, least)


def _without_subtraction(counts: JourneyCounts, made: list[Line], least: int) -> list[Line]:
    """Leave out one line more, a share rather than a count, as long as a small count follows from the others."""
    ties = _ties(counts)
    numbers = {line.key: line.n for line in _lines(counts)} | {f"{line.key} of": line.of for line in _lines(counts)}
    secret = {name for name, n in numbers.items() if n is not None and 0 < n < least}
    while True:
        told = {line.key: line.n for line in made} | {f"{line.key} of": line.of for line in made}
        if not worked_out(ties, {name for name, n in told.items() if n is None}) & secret:
            return made
        shield = min(
            (line for line in made if line.key and (line.n, line.of) != (None, None)),
            key=lambda line: (line.of is None, line.key in ("admitted", "ended"), line.n == 0, line.n or 0),
        )
        made = [_left_out(line, least) if line is shield else line for line in made]


def _ties(counts: JourneyCounts) -> list[Tie]:
    """Return how the lines add up."""
    ended = [adds_up("ended", counts.exits), adds_up("planned", PLANNED & counts.exits.keys())]
    ended.append(adds_up("planned of", counts.exits.keys() - {EpisodeEndReason.DIED}))
    return [adds_up("admitted", ("retained of", "too-late")), *ended] if counts.retained.known else ended


def _left_out(line: Line, least: int) -> Line:
    return replace(
        line, n=None, of=None, percent=None, days=None, reached=None, few=True, shields=(line.n or 0) >= least
    )


def _share_outside(line: Line, share: Share, least: int) -> Line:
    if share.may_leave(least):
        return line
    of = share.of if share.of == 0 or share.of >= least else None
    return replace(line, n=None, of=of, percent=None, reached=None, few=True, shields=share.n >= least)


def _count_outside(line: Line, least: int) -> Line:
    if line.n is None or line.n == 0 or line.n >= least:
        return line
    return replace(line, n=None, days=None, reached=None, few=True)


def cells(line: Line, least: int, speak: Speaker) -> list[Cell]:
    """Return one line in the order of COLUMNS, the same in every file."""
    n: Cell = line.n
    if line.few and line.n is None:
        n = speak(say(NOT_SHOWN) if line.shields else say(FEW, n=least))
    if line.not_yet:
        n = speak(NOT_YET)
    reached = None if line.reached is None else REACHED if line.reached else MISSED
    return [
        speak(line.what),
        n,
        line.of,
        line.percent,
        line.days,
        speak(line.target) if line.target else "",
        speak(reached) if reached else "",
    ]


def as_sheet(figures: CountsFigures, speak: Speaker) -> Sheet:
    """Return the counts as a table for other programs, as they may leave the clinic."""
    rows = [cells(line, figures.hide_below, speak) for line in figures.outside]
    return Sheet(speak(TITLE), [speak(say(title)) for title, _, _ in COLUMNS], rows)


def render(figures: CountsFigures, *, speak: Speaker) -> bytes:
    """Return the counts as PDF, as they may leave the clinic."""
    language = figures.about.language
    columns = [Column(speak(say(title)), share, number) for title, share, number in COLUMNS]
    rows = [Row([_text(cell) for cell in cells(line, figures.hide_below, speak)]) for line in figures.outside]
    small = say(
        N_("Counts of people from 1 to %(n)s are not shown, nor what would give them away."), n=figures.hide_below - 1
    )
    story: list[Flowable] = [Ledger(columns, rows, language=language, row_height=15.0)]
    story += [Text(speak(note), size=9, language=language, above=5) for note in (*NOTES, small)]
    return page.build(story, title=TITLE, about=figures.about, speak=speak)


def _text(cell: Cell) -> str:
    return "" if cell is None else plain(cell) if isinstance(cell, Decimal) else str(cell)
