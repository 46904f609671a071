"""How long people stay in treatment: the same figures in words, as tables for other programs, and on paper."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from reportlab.platypus import Flowable

from dispensary.analytics.printed import chance, machine, number, percent
from dispensary.analytics.survival import Interval, Point
from dispensary.policy.retention import retention_rules
from dispensary.rules.retention import Exit
from dispensary.wording import N_, Speaker, Words, say
from reports import page
from reports.charts import fitted
from reports.ledger import Column as PaperColumn
from reports.ledger import Ledger, Row, Text
from reports.page import Heading
from reports.retention_chart import chart, drawn
from reports.retention_figures import DRUGS, By, LostShare, Period, Question, RetentionFigures
from reports.sheet import Cell, Sheet

TITLE = say(N_("Retention"))
LONG = 14
"""A heading of so many letters stands on two lines on paper."""
EXITS: dict[Exit | None, Words] = {
    Exit.LOST: say(N_("Lost")),
    Exit.TRANSFERRED: say(N_("Transferred")),
    Exit.DIED: say(N_("Died")),
    Exit.CUSTODY: say(N_("Custody")),
    Exit.COMPLETED: say(N_("Completed as planned")),
    None: say(N_("In treatment")),
}
GROUPED_BY: dict[By, Words] = {
    By.CLINIC: say(N_("clinic")),
    By.MEDICATION: say(N_("medication")),
    By.COHORT: say(N_("period of admission")),
    By.DOSE_LANDMARK: say(N_("dose on the landmark day")),
}
PERIODS: dict[Period, Words] = {
    Period.MONTH: say(N_("month")),
    Period.QUARTER: say(N_("quarter")),
    Period.YEAR: say(N_("year")),
}
INTERVALS: dict[Interval, Words] = {
    Interval.LOG: say(N_("95 % intervals: Greenwood, on the logarithm (log)")),
    Interval.LOG_LOG: say(N_("95 % intervals: Greenwood, on the log-log scale (log-log)")),
}


def span(point: Point | LostShare) -> str:
    """Return an interval in percent; a dash where none is defined."""
    return "–" if point.lower is None or point.upper is None else f"{percent(point.lower)}–{percent(point.upper)}"


def rules(figures: RetentionFigures) -> list[Words]:
    """Return how the figures are counted, in the words that stand on every sheet."""
    question, asked = figures.question, figures.question.asked
    told = []
    if figures.daily:
        told.append(
            say(
                N_(
                    "Lost: from the first day of the first run of %(gap)s days without a dose. Take-home days, doses"
                    " elsewhere and days covered by an injection are days with a dose; closed days do not count."
                ),
                gap=asked.gap,
            )
        )
        told.append(say(N_("Day 0 is the day of the first dose. Looked at until %(day)s."), day=asked.looked_at))
    else:
        told.append(
            say(
                N_(
                    "No daily doses, so no rule of days without one: lost on the recorded day of leaving, in days from the"
                    " admission (day 0)."
                )
            )
        )
        if asked.looked_at < date.max:
            told.append(say(N_("Looked at until %(day)s."), day=asked.looked_at))
    told += _told_by_whoever_asks(question)
    if asked.follow_up is not None:
        told.append(say(N_("Nobody is followed for longer than %(n)s days."), n=asked.follow_up))
    told.append(INTERVALS[question.interval])
    told.append(
        say(
            N_(
                "Transfer, death, custody and planned completion are ways out of their own and never a loss;"
                " the curve counts them as last seen."
            )
        )
    )
    if question.by is By.DOSE_LANDMARK:
        told.append(
            say(
                N_(
                    "Groups go by the dose of day %(day)s, or the last before it, never by the largest, and are followed"
                    " from that day on. %(n)s courses are in none: over by then, or without a known dose."
                ),
                day=asked.landmark,
                n=figures.left_out,
            )
        )
        if question.imported is None and not all(course.daily for course in figures.everybody.courses):
            told.append(say(N_("Where a history came in without daily doses, it is the dose that was ordered.")))
    told.append(
        say(
            N_(
                "The 12 weeks of the counts for the commissioner are another figure: they go by admission and recorded end"
                " alone, whatever was dosed."
            )
        )
    )
    if figures.never_dosed:
        told.append(say(N_("Admitted and never dosed, in none of the curves: %(n)s."), n=figures.never_dosed))
    return told


def _told_by_whoever_asks(question: Question) -> list[Words]:
    """Return what is in no file of an imported cohort and was said for this question."""
    asked, told = question.asked, []
    if question.imported is not None and asked.told_drug is not None:
        told.append(
            say(N_("Where the cohort names no medicine, whoever asks says: %(drug)s."), drug=DRUGS[asked.told_drug])
        )
    if question.imported is not None and asked.told_dose_day is not None:
        words = N_("Where the cohort does not say of which day a dose is, whoever asks says: day %(day)s.")
        told.append(say(words, day=asked.told_dose_day))
    return told


Columns = tuple[tuple[str, str], ...]
"""The name of each value for other programs, and its heading."""
LOWER, UPPER = N_("Lower"), N_("Upper")


@dataclass(frozen=True)
class Table:
    """One table of the figures: its name, columns and rows, the same for every file and for the command."""

    key: str
    name: Words
    columns: Columns
    rows: Sequence[Sequence[Words | Cell]]

    def said(self, speak: Speaker) -> list[list[Cell]]:
        """Return the rows in a language."""
        return [[speak(cell) if isinstance(cell, Words) else cell for cell in row] for row in self.rows]

    def as_sheet(self, speak: Speaker) -> Sheet:
        """Return the table in a language, with its headings."""
        return Sheet(speak(self.name), [speak(say(heading)) for _, heading in self.columns], self.said(speak))

    def as_records(self, speak: Speaker) -> list[dict[str, Any]]:
        """Return each row as named values."""
        names = [name for name, _ in self.columns]
        return [{name: machine(cell) for name, cell in zip(names, row, strict=True)} for row in self.said(speak)]


def tables(figures: RetentionFigures) -> list[Table]:
    """Return every table of the figures."""
    return [_curve(figures), _summary(figures), _tests(figures), _exits(figures), _cohorts(figures), _lost(figures)]


CURVE: Columns = (
    ("group", N_("Group")),
    ("day", N_("Day")),
    ("at_risk", N_("At risk")),
    ("lost", N_("Lost so far")),
    ("share", N_("Share retained")),
    ("lower", LOWER),
    ("upper", UPPER),
)
STEPS: Columns = (
    ("group", N_("Group")),
    ("day", N_("Day")),
    ("at_risk", N_("At risk")),
    ("lost", N_("Lost on it")),
    ("censored", N_("Last seen on it")),
    ("share", N_("Share retained")),
    ("lower", LOWER),
    ("upper", UPPER),
)
SUMMARY: Columns = (
    ("group", N_("Group")),
    ("courses", N_("Courses")),
    ("lost", N_("Lost")),
    ("transferred", N_("Transferred")),
    ("died", N_("Died")),
    ("custody", N_("Custody")),
    ("completed", N_("Completed as planned")),
    ("in_treatment", N_("In treatment")),
    ("median_days", N_("Median days")),
    ("lower", LOWER),
    ("upper", UPPER),
)
TESTS: Columns = (
    ("compared", N_("Compared")),
    ("chi_square", N_("Chi-square")),
    ("degrees_of_freedom", N_("Degrees of freedom")),
    ("p", N_("p")),
)
WAYS_OUT: Columns = (
    ("group", N_("Group")),
    ("day", N_("Day")),
    ("way_out", N_("Way out")),
    ("share", N_("Share gone")),
    ("lower", LOWER),
    ("upper", UPPER),
)
COHORTS: Columns = (
    ("cohort", N_("Began in")),
    ("courses", N_("Courses")),
    ("months", N_("Months")),
    ("day", N_("Day")),
    ("here", N_("Here")),
    ("here_lower", LOWER),
    ("here_upper", UPPER),
    ("anywhere", N_("Anywhere, if known")),
    ("anywhere_lower", LOWER),
    ("anywhere_upper", UPPER),
)
LOST: Columns = (
    ("month", N_("Admitted in")),
    ("courses", N_("Courses")),
    ("by_day", N_("By day")),
    ("share", N_("Share lost")),
    ("lower", LOWER),
    ("upper", UPPER),
    ("courses_before", N_("Courses the year before")),
    ("share_before", N_("Share lost the year before")),
    ("before_lower", LOWER),
    ("before_upper", UPPER),
)


def _curve(figures: RetentionFigures) -> Table:
    rows = [
        [line.group.name, line.day, line.point.at_risk, line.point.left, *_three(line.point)] for line in figures.lines
    ]
    return Table("curve", say(N_("Curve")), CURVE, rows)


def _steps(figures: RetentionFigures) -> Table:
    """Return the whole life table: each day on which somebody was lost or last seen."""
    rows = [
        [
            group.name,
            int(day),
            int(at_risk),
            int(left),
            int(censored),
            *_three(group.curve.at(int(day))),
        ]
        for group in figures.groups
        for table in [group.curve.table]
        for day, at_risk, left, censored in zip(table.times, table.at_risk, table.left, table.censored, strict=True)
    ]
    return Table("steps", say(N_("Every step")), STEPS, rows)


def _three(point: Point | LostShare | None) -> tuple[Decimal | None, ...]:
    return (None, None, None) if point is None else tuple(map(number, (point.share, point.lower, point.upper)))


def _summary(figures: RetentionFigures) -> Table:
    rows = []
    for group in figures.summed:
        median = group.curve.median
        ended = [len(group.ended(way)) for way in (*Exit, None)]
        rows.append([group.name, len(group.courses), *ended, median.day, median.lower, median.upper])
    return Table("groups", say(N_("Groups")), SUMMARY, rows)


def _tests(figures: RetentionFigures) -> Table:
    rows = [[t.of, number(t.found.chi_square), t.found.freedom, chance(t.found.p)] for t in figures.tests]
    return Table("log_rank", say(N_("Log-rank")), TESTS, rows)


def _exits(figures: RetentionFigures) -> Table:
    rows = [
        [group.name, day, EXITS[way], *(number(v) for v in group.incidence[way].at(day))]
        for group, day, way in figures.exits_said
    ]
    return Table("ways_out", say(N_("Ways out")), WAYS_OUT, rows)


def _cohorts(figures: RetentionFigures) -> Table:
    rows = [
        [line.name, len(line.courses), months, days, *_three(here), *_three(anywhere)]
        for line in figures.cohorts
        for (months, days), here, anywhere in zip(retention_rules().months, line.here, line.anywhere, strict=True)
    ]
    return Table("cohorts", say(N_("Cohorts")), COHORTS, rows)


def _lost(figures: RetentionFigures) -> Table:
    rows = [
        [f"{line.month:%Y-%m}", line.people, day, *_three(lost), line.people_before, *_three(before)]
        for line in figures.lost_by_month
        for day, lost, before in zip(retention_rules().lost_by, line.lost, line.lost_before, strict=True)
    ]
    return Table("lost_by_month", say(N_("Lost by month")), LOST, rows)


TABLES: dict[str, Callable[[RetentionFigures], Table]] = {
    "curve": _curve,
    "groups": _summary,
    "log_rank": _tests,
    "ways_out": _exits,
    "cohorts": _cohorts,
    "lost_by_month": _lost,
    "steps": _steps,
}
"""Every table by its key, for a file of one of them."""


def as_dict(figures: RetentionFigures, speak: Speaker) -> dict[str, Any]:
    """Return everything for another program: the rules in words, and each table as a list of named values."""
    question, asked = figures.question, figures.question.asked
    return {
        "by": question.by.value,
        "gap_days": asked.gap if figures.daily else None,
        "interval": question.interval.value,
        "looked_at": asked.looked_at.isoformat() if figures.daily else None,
        "follow_up_days": asked.follow_up,
        "landmark_day": asked.landmark if question.by is By.DOSE_LANDMARK else None,
        "imported": question.imported,
        "never_dosed": figures.never_dosed,
        "left_out": figures.left_out,
        "rules": [speak(rule) for rule in rules(figures)],
        **{table.key: table.as_records(speak) for table in (*tables(figures), _steps(figures))},
    }


def outside(figures: RetentionFigures, least: int) -> list[Table]:
    """Return every table as it may leave the clinic.

    Groups of fewer than so many courses are left out, and with them the line of everybody, from which they could be worked
    out; so are all numbers of a line that say of fewer than so many people how they fared.
    """
    kept = [group for group in figures.groups if len(group.courses) >= least]
    whole = len(kept) == len(figures.groups)
    seen = replace(figures, groups=tuple(kept))
    cohorts = [line for line in figures.cohorts if len(line.courses) >= least]
    months = [line for line in figures.lost_by_month if line.people >= least]
    seen = replace(seen, cohorts=tuple(cohorts), lost_by_month=tuple(months))
    return [
        _rows_kept(_curve(seen), [not _few(least, line.point.left, line.point.at_risk) for line in seen.lines]),
        _summary_outside(seen, least, with_everybody=whole),
        _tests(seen) if whole else replace(_tests(seen), rows=()),
        _rows_kept(_exits(seen), [not _few(least, group.gone_by(way, day)) for group, day, way in seen.exits_said]),
        _rows_kept(
            _cohorts(seen),
            [
                not any(_few(least, point.left, len(line.courses) - point.left) for point in both if point)
                for line in cohorts
                for both in zip(line.here, line.anywhere, strict=True)
            ],
        ),
        _rows_kept(
            _lost(seen),
            [
                not any(_few(least, one.left) for one in both if one) and not _few(least, line.people_before)
                for line in months
                for both in zip(line.lost, line.lost_before, strict=True)
            ],
        ),
    ]


def _few(least: int, *counts: int) -> bool:
    return any(0 < count < least for count in counts)


def _rows_kept(table: Table, kept: Sequence[bool]) -> Table:
    return replace(table, rows=[row for row, keep in zip(table.rows, kept, strict=True) if keep])


def _summary_outside(figures: RetentionFigures, least: int, *, with_everybody: bool) -> Table:
    """Return the line of each group; where one way out has few, how many took which is said of none."""
    table = _summary(figures)
    ways = slice(2, 2 + len(EXITS))
    rows = []
    for group, row in zip(figures.summed, table.rows, strict=True):
        if group is figures.everybody and not with_everybody:
            continue
        told = list(row)
        if any(isinstance(cell, int) and _few(least, cell) for cell in told[ways]):
            told[ways] = [None] * len(EXITS)
        rows.append(told)
    return replace(table, rows=rows)


def as_sheets(figures: RetentionFigures, least: int, speak: Speaker) -> list[Sheet]:
    """Return the tables for a spreadsheet, as they may leave the clinic, and how they are counted."""
    counted = Sheet(speak(say(N_("How it is counted"))), [speak(TITLE)], [[speak(rule)] for rule in rules(figures)])
    return [*(table.as_sheet(speak) for table in outside(figures, least)), counted]


def render(figures: RetentionFigures, least: int, *, about: Heading, speak: Speaker) -> bytes:
    """Return the figures as PDF, as they may leave the clinic."""
    language = about.language
    small = say(N_("Groups of fewer than %(n)s are not shown, nor lines that tell of fewer."), n=least)
    story: list[Flowable] = [Text(speak(rule), size=9, language=language, above=2) for rule in (*rules(figures), small)]
    if drawn(figures.groups, least):
        story.append(fitted(chart(figures, speak, least=least)))
    for table in outside(figures, least):
        if table.rows:
            story += on_paper(table, language, speak)
    return page.build(story, title=TITLE, about=about, speak=speak)


def on_paper(table: Table, language: str, speak: Speaker, *, first: int = 130) -> list[Flowable]:
    """Return a table as it is laid on paper under its name; the first column takes so large a share of the width."""
    rows = [Row(["–" if cell is None else str(cell) for cell in row]) for row in table.said(speak)]
    columns = [
        PaperColumn(_two_lines(speak(say(heading))), first if n == 0 else 62, not _of_words(table, n))
        for n, (_, heading) in enumerate(table.columns)
    ]
    return [
        Text(speak(table.name), size=10, bold=True, language=language, above=10, with_next=True),
        Ledger(columns, rows, language=language),
    ]


def _of_words(table: Table, column: int) -> bool:
    """Return whether words stand in a column of a table, as in the first; all others are numbers."""
    return column == 0 or any(isinstance(row[column], Words) for row in table.rows)


def _two_lines(heading: str) -> str:
    """Return a long heading on two lines, broken near its middle."""
    words = heading.split(" ")
    if len(heading) < LONG or len(words) == 1:
        return heading
    middle = min(range(1, len(words)), key=lambda n: abs(len(" ".join(words[:n])) - len(heading) / 2))
    return " ".join(words[:middle]) + "\n" + " ".join(words[middle:])
