"""The day on which something happened or was said: today at the latest, and not so long ago that it is a slip of the keys."""

from datetime import date, timedelta

from dispensary.errors import Refused
from dispensary.services.act import Act
from dispensary.wording import N_, say

LONGEST_BACK = timedelta(days=366)


def refuse_unless_past(day: date, field: str, act: Act) -> None:
    """Refuse a day that lies ahead, or more than a year back.

    Raises:
        Refused: it does.
    """
    if day > act.clinic_day:
        words = say(N_("This day lies ahead. Enter it when it has come."))
        raise Refused(words, code="in_the_future", field=field)
    if day < act.clinic_day - LONGEST_BACK:
        words = say(N_("This is more than a year ago. Check the year."))
        raise Refused(words, code="too_long_ago", field=field)
