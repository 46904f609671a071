"""What is told at the window of something that happened before now: at what time, and about whom."""

from datetime import date, datetime, time
from typing import Any

from flask_babel import gettext
from sqlalchemy.orm import Session
from wtforms import TimeField
from wtforms.widgets import TextInput

from dispensary.clock import clinic_day, moment_on
from dispensary.errors import Refused
from dispensary.queries.paper_entry import people_called
from dispensary.web import edge
from dispensary.wording import N_, say


class ClockField(TimeField):
    """A time of day, in hours and minutes, typed as this house prints it."""

    widget = TextInput()

    def process_formdata(self, valuelist: Any) -> None:
        """Turn what was typed into a time; nothing typed is no time."""
        self.data: Any = None
        text = valuelist[0].strip() if valuelist else ""
        if not text:
            return
        try:
            self.data = datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a time of day, joined to its day later
        except ValueError:
            raise ValueError(gettext("Type the time as hours and minutes, such as 07:45.")) from None


def time_now() -> time:
    """Return the clinic's local time, to the minute."""
    return edge.now().astimezone(edge.settings().zone).time().replace(second=0, microsecond=0)


def moment_today(at: time) -> datetime:
    """Return the moment of a local time on today's clinic day."""
    return moment_on(edge.act().clinic_day, at, edge.settings().zone, edge.settings().day_starts)


def moment_of(day: date, at: time) -> datetime:
    """Return the moment of a local time on a day of the calendar."""
    return moment_on(day, at, edge.settings().zone, time.min)


def day_of(at: datetime) -> date:
    """Return the clinic day of a moment."""
    return clinic_day(at, edge.settings().zone, edge.settings().day_starts)


def the_one(session: Session, text: str, field: str) -> int:
    """Return whom a whole number or a card means; part of a number could be somebody else's, and so could a name.

    Raises:
        Refused: nobody.
    """
    found = people_called(session, [text]).get(text)
    if found is None:
        words = N_("This does not mean exactly one person. Scan the card, or type the whole number.")
        raise Refused(say(words), code="not_one_person", field=field)
    return found
