"""Papers that are made by themselves and kept: the day's log once the day is over, and the downtime pack before opening.

Each comes with its figures in short exact words, so that what the books say later can be held against the paper.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from dispensary.queries import calendar, downtime, sites
from dispensary.rules.archive import ABOUT
from dispensary.wording import N_, Speaker
from models.enums import ArchivedKind
from models.units import plain
from reports import dispensing_log, downtime_pack, month, page
from reports.dispensing_figures import LogRow
from reports.dispensing_log import DispensingLogFigures
from reports.downtime_pack import PackFigures
from reports.figures import Figure
from reports.month import MonthSummary
from reports.page import Heading

BY = N_("the computer, by itself")
DOSES_GIVEN = N_("Doses given")
NOT_GIVEN = N_("Withheld or refused")
STRUCK = N_("Reversed")
SPILT = N_("Spilt before it was swallowed")
BOTTLES = N_("Bottles handed over")
BROUGHT_BACK = N_("Bottles brought back")
NOT_ENTERED = N_("Paper not yet entered")
CONSUMED = N_("Consumed of %(of)s")
LOST = N_("Wasted or spilt of %(of)s")
TAKEN_HOME = N_("Taken home of %(of)s")
DOSE = N_("Dose no. %(of)s")
REVERSED_AFTERWARDS = N_("Reversed on these days: dose no. %(of)s")
GIVEN_ELSEWHERE = N_("Given elsewhere: dose no. %(of)s")
EXPECTED = N_("People expected")
FIGURE = N_("Figure %(of)s")
OF_THE_NIGHT = "machinery"
HELD = N_("People to whom nothing is given")


@dataclass(frozen=True)
class NewPaper:
    """A paper as it was drawn, and its figures by name."""

    content: bytes
    figures: Mapping[str, str]
    language: str
    paper: str
    """A4 or Letter."""


Draw = Callable[[Session, int, date, date, datetime, Speaker], NewPaper | None]
"""Draws the paper of a site's clinic days, the first and the last included, as things stand at a moment; None where there is
nothing to keep."""


def day_log(session: Session, site_id: int, first: date, last: date, at: datetime, speak: Speaker) -> NewPaper | None:
    """Return the dispensing log of some days; None of days on which the clinic was closed and nothing happened."""
    log = _log(session, site_id, first, last, at, speak)
    happened = log.rows or log.earlier or log.elsewhere or log.spilt or log.totals
    if not happened and not calendar.is_open(session, site_id, last):
        return None
    content = dispensing_log.render(log, speak=speak)
    return NewPaper(content, figures_of_log(log), log.about.language, log.about.paper)


def day_pack(session: Session, site_id: int, first: date, last: date, at: datetime, speak: Speaker) -> NewPaper | None:
    """Return the downtime pack of a day that begins; None of one on which the clinic is closed."""
    if not calendar.is_open(session, site_id, last):
        return None
    pack = downtime_pack.figures(
        session,
        site_id,
        clinic_day=last,
        window_id=downtime.first_window(session, site_id),
        site=sites.settings_at(session, site_id, at).rules,
        printing=None,
        about=_about(session, site_id, first, last, at, speak),
    )
    content = downtime_pack.render(pack, speak=speak)
    return NewPaper(content, figures_of_pack(pack), pack.about.language, pack.about.paper)


def month_summary(
    session: Session, site_id: int, first: date, last: date, at: datetime, speak: Speaker
) -> NewPaper | None:
    """Return the summary of a month, with every number: it is kept for the clinic; what is handed on is printed without."""
    made = _month(session, site_id, first, last, at, speak)
    return NewPaper(month.render(made, speak=speak), figures_of_month(made), made.about.language, made.about.paper)


def figures_of_month(made: MonthSummary) -> dict[str, str]:
    """Return what a summary says, by the key of each figure and its English words: its number, of a share both numbers.

    What ran in the night itself is left out: the job that keeps the paper is on record only after it.
    """
    plain_words = Speaker(str, ZoneInfo("UTC"))
    return {
        _of(FIGURE, f"{one.key}: {plain_words(one.what)}"): _number(one)
        for section in made.sections
        if section.key != OF_THE_NIGHT
        for one in section.figures
        if one.n is not None
    }


def _number(one: Figure) -> str:
    said = plain(one.n) if isinstance(one.n, Decimal) else str(one.n)
    return said if one.of is None else f"{said} / {one.of}"


def figures_of_log(log: DispensingLogFigures) -> dict[str, str]:
    """Return what a log says, by name: the counts, the totals of each product, and every dose by its number."""
    figures = {
        DOSES_GIVEN: str(log.doses_given),
        NOT_GIVEN: str(log.not_given),
        STRUCK: str(log.struck),
        SPILT: str(len(log.spilt)),
        BOTTLES: str(log.bottles),
        BROUGHT_BACK: str(len(log.brought_back)),
        NOT_ENTERED: ", ".join(day.isoformat() for day in log.paper_waits),
    }
    for total in log.totals:
        unit = total.product.unit.value
        for name, quantity in ((CONSUMED, total.consumed), (LOST, total.lost), (TAKEN_HOME, total.taken_home)):
            figures[_of(name, total.product.name)] = f"{plain(quantity)} {unit}"
    for name, rows in ((DOSE, log.rows), (REVERSED_AFTERWARDS, log.earlier), (GIVEN_ELSEWHERE, log.elsewhere)):
        figures |= {_of(name, row.dose.id): _dose(row) for row in rows if not row.continued}
    return figures


def _dose(row: LogRow) -> str:
    dose = row.dose
    said = f"{dose.number}, {plain(dose.taken_mg)} mg, {dose.outcome.value.replace('_', ' ')}"
    return f"{said}, reversed" if dose.reversal else said


def figures_of_pack(pack: PackFigures) -> dict[str, str]:
    """Return what a pack says, by name."""
    return {EXPECTED: str(len(pack.rows)), HELD: str(pack.held)}


def _of(name: str, about: object) -> str:
    return f"{name}{ABOUT}{about}"


def _log(session: Session, site_id: int, first: date, last: date, at: datetime, speak: Speaker) -> DispensingLogFigures:
    about = _about(session, site_id, first, last, at, speak)
    return dispensing_log.figures(session, site_id, first, last, about=about)


def _about(session: Session, site_id: int, first: date, last: date, at: datetime, speak: Speaker) -> Heading:
    return page.heading(session, site_id, first, last, printed_by=speak.translate(BY), printed_at=at)


def _log_now(
    session: Session, site_id: int, first: date, last: date, at: datetime, speak: Speaker
) -> Mapping[str, str]:
    return figures_of_log(_log(session, site_id, first, last, at, speak))


def _month(session: Session, site_id: int, first: date, last: date, at: datetime, speak: Speaker) -> MonthSummary:
    about = _about(session, site_id, first, last, at, speak)
    return month.figures(session, site_id, today=sites.day_at(session, site_id, at), about=about)


def _month_now(
    session: Session, site_id: int, first: date, last: date, at: datetime, speak: Speaker
) -> Mapping[str, str]:
    return figures_of_month(_month(session, site_id, first, last, at, speak))


Now = Callable[[Session, int, date, date, datetime, Speaker], Mapping[str, str]]

NOW: dict[ArchivedKind, Now] = {ArchivedKind.DAY_LOG: _log_now, ArchivedKind.MONTH_SUMMARY: _month_now}
"""How the figures of a kind of paper stand in the books today. A pack says what was true before opening, and is compared
with nothing."""
