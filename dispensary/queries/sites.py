"""What a site has set, as of a day."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, bindparam, exists, func, select
from sqlalchemy.orm import Session

from dispensary.clock import clinic_day
from dispensary.policy.house import house_rules
from dispensary.policy.programme_forms import named
from dispensary.queries import policy
from dispensary.rules.dosing import SiteRules
from models import AuditEvent, Place, Site, SiteSetting, Terminal, Window
from models.enums import PlaceKind, SettingKey
from models.units import Grams, Mg, grams, mg


@dataclass(frozen=True)
class Targets:
    """What the site is to reach, as its commissioner sets it; None where nothing is set."""

    in_treatment: int | None
    retained_percent: int | None
    planned_percent: int | None
    waiting_days: int | None


@dataclass(frozen=True)
class SiteSettings:
    """A site's settings in force on a day."""

    zone: ZoneInfo
    day_starts: time
    rules: SiteRules
    idle_minutes: int
    screen_shows_names: bool
    telephone_orders: bool
    countersign_within: timedelta
    first_dose_observation: timedelta
    lost_after_no_shows: int
    """After so many in a row somebody is proposed as lost to follow-up."""
    safety_check_days: int
    """So long a talk about take-home safety holds."""
    call_back_within: timedelta
    """So long somebody has to bring in the bottles."""
    count_witness_above: Mg
    """A count that differs by more than this in all is signed by a witness too."""
    scale_readability: Grams
    """One step of the scale on which open liquids are weighed; 0 where nothing is."""
    pack_folder: str
    """Where the rolling downtime pack is written; `none` where the site names no folder."""
    pack_every: timedelta
    backup_folder: str
    """Where backups are copied a second time; `none` where the site names no folder."""
    risk_red_from: int
    """From how many no-shows in a row the nightly scan raises RED."""
    risk_amber_a_day: int
    """How many people it raises as AMBER in a night at most."""
    hide_below: int
    """Counts of people from one up to this many are not shown in what leaves the clinic."""
    targets: Targets
    register_layout: str
    """Which columns the controlled-drug register has here, unless others are asked for."""
    programme_forms: tuple[str, ...]
    """Which forms programmes ask of the site each month, in its own order."""


def settings(session: Session, site_id: int, on: date) -> SiteSettings:
    """Return what the site has set, as in force on a day.

    A hold looser than the house rules allow is cut to their ceiling.
    """
    return _for_gate(session, site_id, _in_force(_all_rows(session, site_id), on))


def settings_at(session: Session, site_id: int, at: datetime) -> SiteSettings:
    """Return what the site has set, as in force on the clinic day that a moment belongs to.

    Which day that is depends on the zone and on when the day starts, which are settings themselves: the ones in force
    on the moment's day in UTC decide it.
    """
    rows = _all_rows(session, site_id)
    first = _in_force(rows, at.date())
    return _for_gate(session, site_id, _in_force(rows, clinic_day(at, first.zone, first.day_starts)))


def day_at(session: Session, site_id: int, at: datetime) -> date:
    """Return the clinic day of a site that a moment belongs to."""
    have = settings_at(session, site_id, at)
    return clinic_day(at, have.zone, have.day_starts)


def _for_gate(session: Session, site_id: int, have: SiteSettings) -> SiteSettings:
    """Return settings by which the re-entry gate finds the approved tables, once it needs them."""
    return replace(have, rules=replace(have.rules, missed_doses=policy.missed_doses(session, site_id)))


_ROWS = (
    select(SiteSetting.__table__.c.key, SiteSetting.__table__.c.value, SiteSetting.__table__.c.effective_on)
    .where(SiteSetting.__table__.c.site_id == bindparam("site_id"))
    .order_by(SiteSetting.__table__.c.effective_on, SiteSetting.__table__.c.version)
)


def _all_rows(session: Session, site_id: int) -> list[tuple[SettingKey, str, date]]:
    return [(row.key, row.value, row.effective_on) for row in session.execute(_ROWS, {"site_id": site_id})]


def _in_force(rows: list[tuple[SettingKey, str, date]], on: date) -> SiteSettings:
    house = house_rules()
    values = house.site_defaults | {key: value for key, value, effective_on in rows if effective_on <= on}
    zone, day_starts = ZoneInfo(values[SettingKey.TIME_ZONE]), time.fromisoformat(values[SettingKey.DAY_STARTS])
    return SiteSettings(
        zone=zone,
        day_starts=day_starts,
        rules=SiteRules(
            zone=zone,
            day_starts=day_starts,
            opening_days=frozenset(int(day) for day in values[SettingKey.OPENING_DAYS]),
            hours_between_days=int(values[SettingKey.MINIMUM_HOURS_BETWEEN_DAYS]),
            hold_from_days=min(int(values[SettingKey.HOLD_FROM_DAYS]), house.hold_ceiling_days),
            hold_from_days_induction=min(
                int(values[SettingKey.HOLD_FROM_DAYS_INDUCTION]), house.hold_ceiling_days_induction
            ),
        ),
        idle_minutes=int(values[SettingKey.IDLE_MINUTES]),
        screen_shows_names=values[SettingKey.SCREEN_SHOWS_NAMES] == "yes",
        telephone_orders=values[SettingKey.TELEPHONE_ORDERS] == "yes",
        countersign_within=timedelta(hours=int(values[SettingKey.COUNTERSIGN_HOURS])),
        first_dose_observation=timedelta(minutes=int(values[SettingKey.FIRST_DOSE_OBSERVATION_MINUTES])),
        lost_after_no_shows=int(values[SettingKey.LOST_AFTER_NO_SHOWS]),
        safety_check_days=int(values[SettingKey.SAFETY_CHECK_DAYS]),
        call_back_within=timedelta(hours=int(values[SettingKey.CALL_BACK_HOURS])),
        count_witness_above=mg(values[SettingKey.COUNT_WITNESS_ABOVE_MG]),
        scale_readability=grams(f"{values[SettingKey.SCALE_READABILITY_MG]}e-3"),
        pack_folder=values[SettingKey.PACK_FOLDER],
        backup_folder=values[SettingKey.BACKUP_FOLDER],
        risk_red_from=int(values[SettingKey.RISK_RED_FROM]),
        risk_amber_a_day=int(values[SettingKey.RISK_AMBER_A_DAY]),
        hide_below=int(values[SettingKey.HIDE_BELOW]),
        pack_every=timedelta(minutes=int(values[SettingKey.PACK_EVERY_MINUTES])),
        targets=Targets(
            in_treatment=_target(values[SettingKey.TARGET_IN_TREATMENT]),
            retained_percent=_target(values[SettingKey.TARGET_RETAINED_PERCENT]),
            planned_percent=_target(values[SettingKey.TARGET_PLANNED_PERCENT]),
            waiting_days=_target(values[SettingKey.TARGET_WAITING_DAYS]),
        ),
        register_layout=values[SettingKey.REGISTER_LAYOUT],
        programme_forms=named(values[SettingKey.PROGRAMME_FORMS]),
    )


def _target(value: str) -> int | None:
    return None if value == "none" else int(value)


def site(session: Session, site_id: int) -> Site:
    """Return one site's card."""
    return session.get_one(Site, site_id)


def sites(session: Session) -> list[Site]:
    """Return all sites, by name."""
    return list(session.scalars(select(Site).order_by(Site.name)))


def first_month(session: Session, site_id: int) -> date | None:
    """Return the first day of the month in which a site's record begins; None where nothing is on it yet."""
    event = AuditEvent.__table__.c
    query = select(event.recorded_at).where(event.site_id == site_id).order_by(event.number).limit(1)
    begun = session.scalar(query)
    return None if begun is None else day_at(session, site_id, begun).replace(day=1)


def first_site_id(session: Session) -> int:
    """Return the id of the oldest site; 0 where none has been made."""
    return session.scalar(select(func.min(Site.id))) or 0


def windows(session: Session, site_id: int) -> list[Window]:
    """Return the site's open windows, by name; a kit's is none of them."""
    query = select(Window).where(Window.site_id == site_id, Window.closed_at.is_(None), ~of_a_kit())
    return list(session.scalars(query.order_by(Window.name)))


def windows_and_kits(session: Session, site_id: int) -> list[Window]:
    """Return where a terminal may stand: the site's open windows and its kits, by name."""
    query = select(Window).where(Window.site_id == site_id, Window.closed_at.is_(None))
    return list(session.scalars(query.order_by(Window.name)))


def of_a_kit() -> ColumnElement[bool]:
    """Return the condition that a window is that of an off-site kit."""
    return exists().where(Place.window_id == Window.id, Place.kind == PlaceKind.OFF_SITE_KIT).correlate(Window)


def terminals(session: Session, site_id: int) -> list[Terminal]:
    """Return the site's terminals in use, by name."""
    query = select(Terminal).where(Terminal.site_id == site_id, Terminal.retired_at.is_(None))
    return list(session.scalars(query.order_by(Terminal.name)))


@dataclass(frozen=True)
class SettingLine:
    """One setting: what is in force, since when if the site set it, and what is to come."""

    key: SettingKey
    value: str
    since: date | None
    """None while the house rules' own value holds."""
    coming: list[tuple[date, str]]


def setting_lines(session: Session, site_id: int, on: date) -> list[SettingLine]:
    """Return each setting of a site as of a day, in a fixed order."""
    table = SiteSetting.__table__.c
    query = select(table.key, table.effective_on, table.value).where(table.site_id == site_id)
    days: dict[SettingKey, dict[date, str]] = {key: {} for key in SettingKey}
    for row in session.execute(query.order_by(table.effective_on, table.version)):
        days[row.key][row.effective_on] = row.value
    lines = []
    for key, values in days.items():
        since = max((day for day in values if day <= on), default=None)
        value = house_rules().site_defaults[key] if since is None else values[since]
        lines.append(SettingLine(key, value, since, [(day, values[day]) for day in sorted(values) if day > on]))
    return lines
