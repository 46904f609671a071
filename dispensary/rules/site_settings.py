"""What each setting of a site may be. A hold may be set lower than the house rules allow, never higher."""

from collections.abc import Callable
from datetime import time
from zoneinfo import available_timezones

from dispensary.policy.house import house_rules
from dispensary.policy.programme_forms import NONE, programme_forms
from dispensary.policy.register_layouts import register_layouts
from dispensary.policy.risk import risk_card
from dispensary.wording import N_, Words, say
from models.enums import SettingKey

LATEST_START = time(6)
MOST_HOURS, MOST_MINUTES = 24, 60
MOST_NO_SHOWS, MOST_CALL_BACK_HOURS, A_YEAR = 180, 168, 365
MOST_PEOPLE, MOST_HIDDEN = 100_000, 50
MOST_VARIANCE_MG = 1000
MOST_READABILITY_MG = 10_000
MOST_COUNTERSIGN_HOURS, MOST_OBSERVATION_MINUTES = 168, 480


def fault_of(key: SettingKey, value: str) -> Words | None:
    """Return what is wrong with a value for a setting, in words, or None if it may be set."""
    return CHECKS[key](value)


def _time_zone(value: str) -> Words | None:
    if value in available_timezones():
        return None
    return say(N_("A time zone is named as in Asia/Ho_Chi_Minh."))


def _day_starts(value: str) -> Words | None:
    try:
        good = len(value) == len("03:00") and time.fromisoformat(value) <= LATEST_START
    except ValueError:
        good = False
    return None if good else say(N_("The clinic day starts between 00:00 and 06:00, written as 03:00."))


def _whole_number(least: int, most: int) -> Callable[[str], Words | None]:
    def check(value: str) -> Words | None:
        if value.isascii() and value.isdigit() and len(value) <= len(str(most)) and least <= int(value) <= most:
            return None
        return say(N_("A whole number from %(least)s to %(most)s."), least=least, most=most)

    return check


def _yes_or_no(value: str) -> Words | None:
    return None if value in ("yes", "no") else say(N_("Type yes or no."))


def _opening_days(value: str) -> Words | None:
    good = value and "".join(sorted(set(value) & set("1234567"))) == value
    return None if good else say(N_("The days of the week in order, Monday is 1: 12345 for Monday to Friday."))


def _folder(value: str) -> Words | None:
    good = value == "none" or (value.startswith("/") and "\0" not in value)
    return None if good else say(N_("A folder is written from its root, as in /media/pack; or type none."))


def _target(most: int) -> Callable[[str], Words | None]:
    number = _whole_number(1, most)

    def check(value: str) -> Words | None:
        if value == "none" or number(value) is None:
            return None
        return say(N_("A whole number from 1 to %(most)s; or type none."), most=most)

    return check


def _register_layout(value: str) -> Words | None:
    if value in register_layouts():
        return None
    return say(N_("The columns are named by one of: %(names)s."), names=", ".join(register_layouts()))


def _programme_forms(value: str) -> Words | None:
    names = value.split()
    if value == NONE or (names and len(set(names)) == len(names) and not set(names) - programme_forms().keys()):
        return None
    known = ", ".join(programme_forms())
    return say(N_("Forms are named once each, with blanks between, out of: %(names)s; or type none."), names=known)


CHECKS: dict[SettingKey, Callable[[str], Words | None]] = {
    SettingKey.TIME_ZONE: _time_zone,
    SettingKey.DAY_STARTS: _day_starts,
    SettingKey.MINIMUM_HOURS_BETWEEN_DAYS: _whole_number(0, MOST_HOURS),
    SettingKey.HOLD_FROM_DAYS: _whole_number(1, house_rules().hold_ceiling_days),
    SettingKey.HOLD_FROM_DAYS_INDUCTION: _whole_number(1, house_rules().hold_ceiling_days_induction),
    SettingKey.IDLE_MINUTES: _whole_number(1, MOST_MINUTES),
    SettingKey.SCREEN_SHOWS_NAMES: _yes_or_no,
    SettingKey.OPENING_DAYS: _opening_days,
    SettingKey.TELEPHONE_ORDERS: _yes_or_no,
    SettingKey.COUNTERSIGN_HOURS: _whole_number(1, MOST_COUNTERSIGN_HOURS),
    SettingKey.FIRST_DOSE_OBSERVATION_MINUTES: _whole_number(0, MOST_OBSERVATION_MINUTES),
    SettingKey.LOST_AFTER_NO_SHOWS: _whole_number(7, MOST_NO_SHOWS),
    SettingKey.CALL_BACK_HOURS: _whole_number(1, MOST_CALL_BACK_HOURS),
    SettingKey.SAFETY_CHECK_DAYS: _whole_number(1, A_YEAR),
    SettingKey.COUNT_WITNESS_ABOVE_MG: _whole_number(0, MOST_VARIANCE_MG),
    SettingKey.SCALE_READABILITY_MG: _whole_number(0, MOST_READABILITY_MG),
    SettingKey.PACK_FOLDER: _folder,
    SettingKey.BACKUP_FOLDER: _folder,
    SettingKey.RISK_RED_FROM: _whole_number(risk_card().red_least, risk_card().red_most),
    SettingKey.RISK_AMBER_A_DAY: _whole_number(0, A_YEAR),
    SettingKey.HIDE_BELOW: _whole_number(2, MOST_HIDDEN),
    SettingKey.PACK_EVERY_MINUTES: _whole_number(1, MOST_MINUTES),
    SettingKey.TARGET_IN_TREATMENT: _target(MOST_PEOPLE),
    SettingKey.TARGET_RETAINED_PERCENT: _target(100),
    SettingKey.TARGET_PLANNED_PERCENT: _target(100),
    SettingKey.TARGET_WAITING_DAYS: _target(A_YEAR),
    SettingKey.REGISTER_LAYOUT: _register_layout,
    SettingKey.PROGRAMME_FORMS: _programme_forms,
}
