"""The data-quality list: what cannot be right or is missing, each with the reason in words, on the screen and as a table."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from dispensary.queries.data_quality import Wrong, everything_wrong
from dispensary.rules.data_quality import Fault
from dispensary.wording import N_, Moment, Speaker, Words, say
from reports.sheet import Cell, Sheet

TITLE = say(N_("Data quality"))
NAMES: dict[Fault, Words] = {
    Fault.BORN_IMPOSSIBLE: say(N_("impossible date of birth")),
    Fault.DOSE_BEFORE_BIRTH: say(N_("dose before birth")),
    Fault.ADMITTED_BEFORE_BIRTH: say(N_("admitted before birth")),
    Fault.ADMITTED_AHEAD: say(N_("admitted on a day to come")),
    Fault.ENDED_BEFORE_ADMITTED: say(N_("ended before admitted")),
    Fault.DOSE_AHEAD: say(N_("dose of a time to come")),
    Fault.DOSE_BEFORE_ADMISSION: say(N_("dose before the admission")),
    Fault.DOSE_AFTER_EXIT: say(N_("dose after the end of treatment")),
    Fault.DOSE_WHEN_CLOSED: say(N_("doses on a closed day")),
    Fault.DOSE_OUTSIDE_ORDER: say(N_("dose outside its order")),
    Fault.MORE_THAN_ORDERED: say(N_("more taken than ordered")),
    Fault.NO_DOSE_AT_ALL: say(N_("open, and no dose at all")),
    Fault.PAPER_WAITS: say(N_("paper not yet entered")),
    Fault.TWICE: say(N_("one day taken twice")),
    Fault.LIKELY_SAME: say(N_("perhaps one person")),
}
REASONS: dict[Fault, str] = {
    Fault.BORN_IMPOSSIBLE: N_("The date of birth, %(on)s, cannot be right."),
    Fault.DOSE_BEFORE_BIRTH: N_("A dose is on record for %(on)s, before the person was born (%(beside)s)."),
    Fault.ADMITTED_BEFORE_BIRTH: N_("Admitted on %(on)s, before the person was born (%(beside)s)."),
    Fault.ADMITTED_AHEAD: N_("The admission is dated %(on)s, which has not come yet."),
    Fault.ENDED_BEFORE_ADMITTED: N_("The treatment ended on %(beside)s, before the admission on %(on)s."),
    Fault.DOSE_AHEAD: N_("A dose of %(on)s has a time that had not come when it was recorded."),
    Fault.DOSE_BEFORE_ADMISSION: N_("A dose was given here on %(on)s, before any admission here (%(beside)s)."),
    Fault.DOSE_AFTER_EXIT: N_("A dose was given here on %(on)s; the treatment had ended on %(beside)s."),
    Fault.DOSE_WHEN_CLOSED: N_("Doses given on %(on)s, a day on which the clinic was closed by its calendar: %(n)s."),
    Fault.DOSE_OUTSIDE_ORDER: N_(
        "A dose was given on %(on)s under an order that did not hold on that day (%(beside)s)."
    ),
    Fault.MORE_THAN_ORDERED: N_("More was taken on %(on)s than was ordered."),
    Fault.NO_DOSE_AT_ALL: N_(
        "The clinic was open on %(on)s and no dose of anybody is on record, nor paper that waits."
    ),
    Fault.PAPER_WAITS: N_("Doses of %(on)s went onto paper, and nobody has signed that all of it is entered."),
    Fault.TWICE: N_("One part of %(on)s was taken, or taken home, %(n)s times."),
    Fault.LIKELY_SAME: N_("Like names and the same date of birth: %(other)s."),
}
SAME_PAPER = N_("The same identity number: %(other)s.")
IN_FILES = (N_("Fault"), N_("Day"), N_("On record since"), N_("Number"), N_("Name"), N_("Reason"), N_("Imported"))
YES = say(N_("imported"))


@dataclass(frozen=True)
class QualityFigures:
    """What is wrong at a site, the newest first, and how much of each kind."""

    since: date
    rows: tuple[Wrong, ...]

    @property
    def counts(self) -> list[tuple[Fault, int]]:
        """How many rows there are of each kind that has any."""
        many = Counter(row.fault for row in self.rows)
        return [(fault, many[fault]) for fault in Fault if many[fault]]

    def of(self, fault: Fault | None) -> Sequence[Wrong]:
        """Return the rows of one kind, or all of them."""
        return [row for row in self.rows if fault is None or row.fault is fault]


def figures(session: Session, site_id: int, *, today: date, since: date) -> QualityFigures:
    """Return what is wrong at a site in the days since one."""
    return QualityFigures(since, tuple(everything_wrong(session, site_id, today, since)))


def reason(row: Wrong) -> Words:
    """Return in words what is wrong with a record."""
    words = SAME_PAPER if row.same_paper else REASONS[row.fault]
    return say(words, on=row.on, beside=row.beside, n=row.n, other=row.other)


def as_sheet(rows: Sequence[Wrong], speak: Speaker) -> Sheet:
    """Return rows as a table for other programs."""
    made: list[list[Cell]] = [
        [
            speak(NAMES[row.fault]),
            row.on,
            speak(Moment(row.recorded_at)) if row.recorded_at else "",
            row.number,
            row.name,
            speak(reason(row)),
            speak(YES) if row.imported else "",
        ]
        for row in rows
    ]
    return Sheet(speak(TITLE), [speak(say(title)) for title in IN_FILES], made)
