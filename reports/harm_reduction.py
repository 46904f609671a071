"""Supplies and overdoses month by month, on the screen and as a table for other programs, which hides small counts of people."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from dispensary.queries import overdoses, sites, supplies
from dispensary.queries.overdoses import MonthOfOverdoses
from dispensary.queries.supplies import MonthOfSupplies
from dispensary.rules.harm_reduction import shown_count
from dispensary.wording import N_, Speaker, say
from models.enums import SupplyKind
from reports.sheet import Cell, Sheet

TITLE = say(N_("Harm reduction by month"))
OVERDOSES = (
    N_("Overdoses told"),
    N_("Naloxone given"),
    N_("Taken to hospital"),
    N_("Died"),
    N_("Followed up"),
)


FEW = N_("under %(n)s")


@dataclass(frozen=True)
class MonthsFigures:
    """The months, the present one first: what was handed out, and what was told of."""

    supplies: tuple[MonthOfSupplies, ...]
    overdoses: tuple[MonthOfOverdoses, ...]


def figures(session: Session, site_id: int, today: date, months: int) -> MonthsFigures:
    """Return the figures of the last months at a site, from its first month on record."""
    given = supplies.by_month(session, site_id, today, months)
    told = overdoses.by_month(session, site_id, today, months)
    counted = [month.month for month in given if month.total] + [month.month for month in told if month.told]
    first = min([sites.first_month(session, site_id) or today.replace(day=1), *counted])
    return MonthsFigures(
        tuple(month for month in given if month.month >= first),
        tuple(month for month in told if month.month >= first),
    )


def as_sheet(figures: MonthsFigures, speak: Speaker, least: int) -> Sheet:
    """Return them as one table, a row a month, as they may leave the clinic.

    Args:
        least: from how many overdoses on they are told in numbers, so that nobody is known by theirs.
    """
    few = speak(say(FEW, n=least))

    def outside(told: int) -> Cell:
        shown = shown_count(told, least)
        return few if shown is None else shown

    headings = [
        speak(say(N_("Month"))),
        *(speak(say(N_("%(what)s, pieces"), what=kind)) for kind in SupplyKind),
        speak(say(N_("To people on record, pieces"))),
        speak(say(N_("To outreach contacts, pieces"))),
        *(speak(say(title)) for title in OVERDOSES),
    ]
    rows: list[list[Cell]] = [
        [
            f"{month.month:%Y-%m}",
            *(month.pieces[kind] for kind in SupplyKind),
            month.to_people,
            month.to_contacts,
            *map(outside, (told.told, told.naloxone, told.hospital, told.not_survived, told.followed_up)),
        ]
        for month, told in zip(figures.supplies, figures.overdoses, strict=True)
    ]
    return Sheet(speak(TITLE), headings, rows)
