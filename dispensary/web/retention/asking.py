"""What an address asks about retention: groups, gap, interval, period, and whose courses."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from flask import request

from dispensary.analytics.survival import Interval
from dispensary.errors import Refused
from dispensary.policy.retention import retention_rules
from dispensary.queries import imported_cohorts
from dispensary.queries.retention import Asked
from dispensary.web import edge
from dispensary.web.database import db
from dispensary.wording import N_, say
from reports.retention_figures import DRUGS, By, Period, Question

Word = TypeVar("Word", bound=StrEnum)
A_DAY = timedelta(days=1)
LONGEST = 36_525
MOST_DAYS = 100
"""How many days one table says."""
NOT_UNDERSTOOD = N_("What was asked about retention was not understood. Open the page from the menu and choose again.")


def by_address() -> dict[str, str]:
    """Return what the address says of what is asked."""
    told = {
        "of": request.args.get("of"),
        "by": request.args.get("by"),
        "gap": request.args.get("gap"),
        "ci": request.args.get("ci"),
        "cohort": request.args.get("cohort"),
        "landmark": request.args.get("landmark"),
        "days": request.args.get("days"),
        "follow_up": request.args.get("follow_up"),
        "from": request.args.get("from"),
        "until": request.args.get("until"),
        "medication": request.args.get("medication"),
        "dose_day": request.args.get("dose_day"),
    }
    return {name: word for name, word in told.items() if word}


def question(told: Mapping[str, str]) -> Question:
    """Return what an address or a form asks; what it leaves out is as usual.

    Raises:
        Refused: a word, number or day that there is not.
    """
    house = retention_rules()
    imported = told.get("of") or None
    if imported is not None and imported not in imported_cohorts.names(db.session()):
        raise _not_understood()
    act = edge.act()
    follow_up = told.get("follow_up")
    return Question(
        by=_word(By, told, "by", By.MEDICATION),
        asked=Asked(
            gap=_number(told, "gap", house.usual_gap),
            looked_at=act.clinic_day if imported else act.clinic_day - A_DAY,
            landmark=_number(told, "landmark", house.landmark),
            first=_day(told, "from", date.min),
            last=_day(told, "until", date.max),
            follow_up=_number(told, "follow_up", 0) if follow_up else None,
            site_id=None if told.get("by") == By.CLINIC else act.site_id,
            told_drug=_drug(told) if imported else None,
            told_dose_day=_number(told, "dose_day", 0) if imported and told.get("dose_day") else None,
        ),
        interval=_word(Interval, told, "ci", Interval.LOG_LOG),
        period=_word(Period, told, "cohort", Period.MONTH),
        imported=imported,
        days=_days(told),
    )


def address_of(asked: Question) -> dict[str, str]:
    """Return a question as it stands in an address."""
    days, told = asked.asked, {"by": asked.by.value, "gap": str(asked.asked.gap), "ci": asked.interval.value}
    told |= {"cohort": asked.period.value, "landmark": str(days.landmark)}
    optional = {
        "of": asked.imported,
        "days": ",".join(map(str, asked.days)),
        "follow_up": str(days.follow_up) if days.follow_up else None,
        "medication": days.told_drug,
        "dose_day": str(days.told_dose_day) if days.told_dose_day is not None else None,
        "from": days.first.isoformat() if days.first > date.min else None,
        "until": days.last.isoformat() if days.last < date.max else None,
    }
    return told | {key: value for key, value in optional.items() if value}


def _word(kind: type[Word], told: Mapping[str, str], key: str, usual: Word) -> Word:
    try:
        return kind(told[key]) if told.get(key) else usual
    except ValueError:
        raise _not_understood() from None


def _number(told: Mapping[str, str], key: str, usual: int) -> int:
    text = told.get(key)
    if not text:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(LONGEST)) and 0 < int(text) <= LONGEST):
        raise _not_understood()
    return int(text)


def _days(told: Mapping[str, str]) -> tuple[int, ...]:
    """Return the days that the table under the curve is asked to say, each once; none for the usual ones."""
    words = told.get("days", "").replace(",", " ").split()
    if len(words) > MOST_DAYS:
        raise _not_understood()
    return tuple(sorted({_number({"day": word}, "day", 0) for word in words}))


def _drug(told: Mapping[str, str]) -> str | None:
    drug = told.get("medication") or None
    if drug is not None and drug not in DRUGS:
        raise _not_understood()
    return drug


def _day(told: Mapping[str, str], key: str, usual: date) -> date:
    try:
        return date.fromisoformat(told[key]) if told.get(key) else usual
    except ValueError:
        raise _not_understood() from None


def _not_understood() -> Refused:
    return Refused(say(NOT_UNDERSTOOD), code="not_understood")
