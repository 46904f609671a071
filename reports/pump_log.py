"""The log of a pump over some clinic days: what was done at it, from which lot, what was measured, and by whom.

The same rows on the screen and on paper. What was taken back stays legible, and says by whom and why.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reportlab.platypus import Flowable, Spacer
from sqlalchemy.orm import Session

from dispensary.queries import pumps as queries
from dispensary.queries.pumps import LogLine, PumpCard, RuleSet
from dispensary.wording import N_, Moment, Speaker, Words, in_unit, say
from models.enums import PumpEventKind
from models.units import Percent, plain
from reports import page
from reports.ledger import Column, Ledger, Row, Text
from reports.page import Heading

TITLE = say(N_("Log of a pump"))
COLUMNS = (
    (N_("When"), 66),
    (N_("What"), 62),
    (N_("Container and lot"), 104),
    (N_("How much"), 150),
    (N_("What came of it"), 104),
    (N_("By"), 76),
    (N_("Witness"), 76),
    (N_("Remarks"), 140),
)
AIR = 8.0
"""Points over the table."""
NOTHING = say(N_("Nothing is in the log of these days."))
NO_RULE = say(
    N_(
        "The clinic head has not set how far a pump may be off and how often it is calibrated. No national figure is known"
        " for either: take them from the maker's manual or the law of the place."
    )
)


@dataclass(frozen=True)
class PumpLogFigures:
    """A pump as it stands, the rule it is judged by, and its log over the days of a heading."""

    about: Heading
    card: PumpCard
    rule: RuleSet | None
    lines: tuple[LogLine, ...]
    today: date

    @property
    def pump_words(self) -> Words:
        """Which pump, in words."""
        words = N_("%(name)s, %(maker)sserial number %(serial)s, at %(window)s, pours %(product)s")
        maker = f"{self.card.maker}, " if self.card.maker else ""
        return say(
            words,
            name=self.card.name,
            maker=maker,
            serial=self.card.serial_no,
            window=self.card.window,
            product=self.card.product,
        )

    @property
    def rule_words(self) -> Words:
        """By which rule it is judged."""
        return NO_RULE if self.rule is None else in_force(self.rule)


def in_force(rule: RuleSet) -> Words:
    """Return the site's rule, and that it is the site's."""
    words = N_(
        "Calibrated every %(days)s days; each measured volume within %(tolerance)s of what was asked for. Set by %(by)s on"
        " %(day)s on this basis: %(basis)s. No national figure is known."
    )
    return say(
        words,
        days=rule.every_days,
        tolerance=percent(rule.tolerance),
        by=rule.by,
        day=rule.clinic_day,
        basis=rule.basis,
    )


def figures(session: Session, pump_id: int, site_id: int, today: date, *, about: Heading) -> PumpLogFigures:
    """Return a pump of a site and its log over the days of the heading.

    Raises:
        NotFound: there is no such pump there.
    """
    card = queries.pump(session, pump_id, site_id, today)
    lines = queries.log(session, pump_id, about.first, about.last)
    return PumpLogFigures(about, card, queries.rule_in_force(session, site_id), tuple(lines), today)


def cells(line: LogLine, speak: Speaker) -> list[str]:
    """Return one entry in the order of COLUMNS."""
    return [
        speak(Moment(line.done_at)),
        speak(line.kind),
        _containers(line, speak),
        speak(how_much(line)),
        speak(came_of_it(line)),
        line.by,
        line.witness or "–",
        remarks(line, speak),
    ]


def how_much(line: LogLine) -> Words:
    """Return what was poured out; of a calibration what was asked for and what was measured each time."""
    if line.quantity is None or line.poured is None:
        return say("–")
    poured = say(N_("%(quantity)s %(where)s"), quantity=in_unit(line.quantity, line.unit), where=line.poured)
    if line.asked is None:
        return poured
    measured = ", ".join(
        f"{plain(one)} ({percent(off, signed=True)})" for one, off in zip(line.measured, line.off_by, strict=True)
    )
    words = N_("asked %(asked)s; measured %(measured)s; in all %(poured)s")
    return say(words, asked=in_unit(line.asked, line.unit), measured=measured, poured=poured)


def came_of_it(line: LogLine) -> Words:
    """Return whether a calibration passed, or what became of the rest in a reservoir."""
    if line.passed is not None and line.tolerance is not None:
        words = N_("✓ passed, within %(tolerance)s") if line.passed else N_("✕ failed, not within %(tolerance)s")
        return say(words, tolerance=percent(line.tolerance))
    if line.rest is not None:
        return say(N_("the one before, %(label)s: %(rest)s"), label=line.before, rest=line.rest)
    return say("–")


def remarks(line: LogLine, speak: Speaker) -> str:
    """Return what else is to be said, and who took the entry back and why."""
    said = [line.note]
    if line.means:
        with_words = N_("with %(means)s") if line.kind is PumpEventKind.CLEANING else N_("measured with %(means)s")
        said.insert(0, speak(say(with_words, means=line.means)))
    if line.taken_back_at is not None:
        words = N_("TAKEN BACK by %(by)s, %(at)s: %(why)s")
        at = Moment(line.taken_back_at)
        said.append(speak(say(words, by=line.taken_back_by, at=at, why=line.taken_back_why)))
    return "; ".join(filter(None, said)) or "–"


def percent(share: Percent, *, signed: bool = False) -> str:
    """Return a share with its sign of percent; with a plus or a minus where it is a difference."""
    sign = "" if not signed or share == 0 else "+" if share > 0 else "−"
    return f"{sign}{plain(abs(share))}\N{NO-BREAK SPACE}%"


def _containers(line: LogLine, speak: Speaker) -> str:
    if not line.container:
        return "–"
    return speak(say(N_("%(label)s, lot %(lot)s"), label=line.container, lot=line.lot))


def render(figures: PumpLogFigures, *, speak: Speaker) -> bytes:
    """Return the log as PDF."""
    language = figures.about.language

    def text(words: Words, **look: float | bool) -> Text:
        return Text(speak(words), language=language, **{"size": 9.0, "above": 4.0, **look})  # type: ignore[arg-type]

    standing = figures.card.standing
    stands = say(N_("On %(day)s: %(sign)s %(state)s."), day=figures.today, sign=standing.symbol, state=standing.words)
    story: list[Flowable] = [
        text(figures.pump_words, size=11.0, bold=True),
        text(stands, bold=True),
        text(figures.rule_words),
    ]
    story.append(Spacer(1, AIR))
    story.append(_ledger(figures.lines, speak, language) if figures.lines else text(NOTHING))
    return page.build(story, title=TITLE, about=figures.about, speak=speak, landscape=True)


def _ledger(lines: Sequence[LogLine], speak: Speaker, language: str) -> Ledger:
    columns = [Column(speak(say(title)), share) for title, share in COLUMNS]
    rows = [Row(cells(line, speak), struck=not line.stands) for line in lines]
    return Ledger(columns, rows, language=language, row_height=0)
