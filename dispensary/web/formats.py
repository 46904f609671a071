"""How values look on a page: the Jinja filters. Numbers are printed exactly; a unit always stands beside them."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from flask import Flask
from flask_babel import get_locale

from dispensary.rules.likeness import masked
from dispensary.web import edge
from dispensary.wording import in_unit, place_injected, what_became
from models.enums import BaseUnit, DoseOutcome
from models.enums import Form as DrugForm
from models.units import plain


def mg(amount: Decimal | None) -> str:
    """Return an amount with its unit: `0.5 mg`, never `.5` or `5.0`."""
    return "" if amount is None else f"{plain(amount)}\N{NO-BREAK SPACE}mg"


def qty(quantity: Decimal | None, unit: BaseUnit) -> str:
    """Return a quantity with its unit on one line: `8.5 mL`, `2 tablets`."""
    return "" if quantity is None else edge.speaker()(in_unit(quantity, unit)).replace(" ", "\N{NO-BREAK SPACE}")


def clock_time(at: datetime | None) -> str:
    """Return the clinic's local time of a moment, to the minute."""
    return "" if at is None else at.astimezone(edge.settings().zone).strftime("%H:%M")


def moment(at: datetime | None) -> str:
    """Return day and local time of a moment."""
    return "" if at is None else edge.speaker().moment(at)


def day(on: date | None) -> str:
    """Return a day with its weekday: `Sat 2026-11-21`."""
    return "" if on is None else f"{format_date(on, 'EEE', locale=get_locale())} {on.isoformat()}"


def weekday(on: date | None) -> str:
    """Return a day within a known month: `Sat 21`."""
    return "" if on is None else f"{format_date(on, 'EEE', locale=get_locale())} {on.day:02}"


def say(what: Any) -> str:
    """Return words or a vocabulary word in the language of the request."""
    return edge.speaker()(what)


def became(outcome: DoseOutcome, form: DrugForm | None) -> str:
    """Return what became of a dose; an injection is injected, not given to be swallowed."""
    return edge.speaker()(what_became(outcome, form))


def site_of_body(note: str) -> str:
    """Return the place on the body that an injection's record keeps; any other note as it was written."""
    return edge.speaker()(place_injected(note))


def init_app(app: Flask) -> None:
    """Give the filters to the templates."""
    filters: dict[str, Callable[..., str]] = {
        "mg": mg,
        "qty": qty,
        "figure": plain,
        "clock_time": clock_time,
        "moment": moment,
        "day": day,
        "weekday": weekday,
        "say": say,
        "became": became,
        "site_of_body": site_of_body,
        "masked": masked,
    }
    for name, function in filters.items():
        app.add_template_filter(function, name)
