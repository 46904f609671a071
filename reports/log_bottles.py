"""Bottles in the dispensing log: what was taken home and what was brought back, with the fields of 21 CFR 1304.24(a)(7)."""

from collections.abc import Callable
from typing import Any

from dispensary.queries.dispensed_bottles import BroughtBack, TakenHome
from dispensary.wording import N_, Speaker, say
from models.units import plain
from reports import sheet
from reports.dispensing_figures import BackRow, DispensingLogFigures, HomeRow
from reports.dose_words import dispensed, strength

HOME = say(N_("Taken home in bottles, one dose in each (in the totals)"))
BACK = say(N_("Brought back in bottles: kept apart for destruction, not in stock again"))

HOME_COLUMNS = (
    (say(N_("Row")), 22, True),
    (say(N_("Date and time")), 64, False),
    (say(N_("Number")), 40, False),
    (say(N_("Name")), 102, False),
    (say(N_("Substance")), 92, False),
    (say(N_("Form")), 50, False),
    (say(N_("Strength")), 62, False),
    (say(N_("Taken home,\nmg")), 50, True),
    (say(N_("Taken home,\nmL or units")), 60, True),
    (say(N_("Bottles")), 36, True),
    (say(N_("For the days")), 110, False),
    (say(N_("Dispenser's\ninitials")), 48, False),
    (say(N_("Collected by")), 98, False),
)
BACK_COLUMNS = (
    (say(N_("Row")), 22, True),
    (say(N_("Date and time")), 64, False),
    (say(N_("Number")), 40, False),
    (say(N_("Name")), 120, False),
    (say(N_("Substance")), 92, False),
    (say(N_("Strength")), 62, False),
    (say(N_("Brought back,\nmL or units")), 70, True),
    (say(N_("It was for")), 60, False),
    (say(N_("State")), 60, False),
    (say(N_("Taken back by")), 56, False),
    (say(N_("Witness")), 50, False),
)


def days_of(taken: TakenHome) -> str:
    """Return the days that bottles cover: one, or the first and the last."""
    first, last = taken.first_on.isoformat(), taken.last_on.isoformat()
    return first if first == last else f"{first} – {last}"


def home_cells(row: HomeRow, speak: Speaker) -> tuple[str, ...]:
    """Return what went home at one time as text, in the order of HOME_COLUMNS."""
    taken = row.taken
    return (
        str(row.number),
        speak.moment(taken.at),
        taken.number,
        taken.name,
        speak(taken.product.medication),
        speak(taken.product.form),
        strength(taken.product, speak),
        f"{plain(taken.taken_mg)} mg",
        dispensed(taken.quantity, taken.product, speak),
        str(taken.bottles),
        days_of(taken),
        taken.by.initials,
        taken.collector,
    )


def back_cells(row: BackRow, speak: Speaker) -> tuple[str, ...]:
    """Return what was brought back as text, in the order of BACK_COLUMNS."""
    back = row.back
    return (
        str(row.number),
        speak.moment(back.at),
        back.number,
        back.name,
        speak(back.product.medication),
        strength(back.product, speak),
        dispensed(back.quantity, back.product, speak),
        back.covers_on.isoformat(),
        speak(back.state),
        back.by.initials,
        back.witness,
    )


def parts(
    figures: DispensingLogFigures,
) -> list[tuple[Any, tuple[Any, ...], tuple[Any, ...], Callable[[Any, Speaker], tuple[str, ...]]]]:
    """Return the tables about bottles that have rows: title, columns, rows, and how a row is said."""
    tables = (
        (HOME, HOME_COLUMNS, figures.taken_home, home_cells),
        (BACK, BACK_COLUMNS, figures.brought_back, back_cells),
    )
    return [(title, columns, rows, cells) for title, columns, rows, cells in tables if rows]


def home_values(row: HomeRow, speak: Speaker) -> dict[str, sheet.Cell]:
    """Return what went home under the headings of the log's table for other programs."""
    taken = row.taken
    return {
        "section": speak(say(N_("taken home"))),
        "row": row.number,
        "clinic day": taken.clinic_day,
        "time": speak.moment(taken.at),
        **_whose(taken, speak),
        "taken home, units": taken.quantity,
        "taken home, form": speak(taken.product.form),
        "taken home, bottles": taken.bottles,
        "taken home, first day": taken.first_on,
        "taken home, last day": taken.last_on,
        "collected by": taken.collector,
        "dispenser's initials": taken.by.initials,
        "dispenser": taken.by.name,
        "lot": ", ".join(taken.lots),
        "origin": speak(taken.origin),
        "recorded at": speak.moment(taken.recorded_at),
    }


def back_values(row: BackRow, speak: Speaker) -> dict[str, sheet.Cell]:
    """Return what was brought back under the same headings."""
    back = row.back
    return {
        "section": speak(say(N_("brought back"))),
        "row": row.number,
        "clinic day": back.clinic_day,
        "time": speak.moment(back.at),
        **_whose(back, speak),
        "brought back, units": back.quantity,
        "taken home, first day": back.covers_on,
        "outcome": speak(back.state),
        "dispenser's initials": back.by.initials,
        "dispenser": back.by.name,
        "witness": back.witness,
    }


def _whose(one: TakenHome | BroughtBack, speak: Speaker) -> dict[str, sheet.Cell]:
    product = one.product
    return {
        "number": one.number,
        "name": one.name,
        "substance": speak(product.medication),
        "form": speak(product.form),
        "strength, mg per unit": product.strength,
        "unit": speak(product.unit),
    }
