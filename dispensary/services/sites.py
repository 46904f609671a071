"""Sites, their dated settings, windows and terminals."""

import re
import secrets
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.clock import clinic_day
from dispensary.errors import NotFound, Refused
from dispensary.policy.house import house_rules
from dispensary.rules import site_settings
from dispensary.services import audit, chains, people
from dispensary.services.act import Act
from dispensary.wording import N_, say
from models import Place, Site, SiteSetting, Staff, Terminal, Window
from models.enums import AuditKind, ChainKind, Origin, PlaceKind, SettingKey

CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,19}")
PAPERS = ("A4", "Letter")


def set_up_staff(session: Session, at: datetime) -> Staff:
    """Return the row by which setting up a clinic signs, before anybody works there; nobody signs in as it.

    It stands on no audit, since the first site, and with it the first chain, is only being made.
    """
    row = session.scalar(select(Staff).where(Staff.username == "set-up"))
    if row is None:
        row = Staff(username="set-up", name="Set-up", initials="-", password_hash=None, created_at=at)
        session.add(row)
        session.flush()
    return row


def create_site(
    session: Session,
    *,
    code: str,
    name: str,
    time_zone: str,
    by_id: int,
    at: datetime,
    address: str = "",
    phone: str = "",
    language: str = "en",
    paper: str = "A4",
    origin: Origin = Origin.DESK,
) -> Site:
    """Create a site with its audit chain, its places but for windows, and its time zone.

    Args:
        by_id: the member of staff who makes it, who may work elsewhere; its own first row carries its own site.

    Raises:
        Refused: the short name, the name, the zone or the paper cannot be right.
    """
    code, name = people.line(code, "code", needed=True).casefold(), people.line(name, "name", needed=True)
    if not CODE.fullmatch(code):
        raise Refused(say(N_("A short name is plain letters, digits and dashes.")), code="code_shape", field="code")
    if session.scalar(select(Site.id).where(Site.code == code)) is not None:
        raise Refused(say(N_("Another site has this short name.")), code="code_taken", field="code")
    if paper not in PAPERS:
        raise Refused(say(N_("Paper is A4 or Letter.")), code="paper", field="paper")
    if fault := site_settings.fault_of(SettingKey.TIME_ZONE, time_zone):
        raise Refused(fault, code="time_zone", field="time_zone")
    site = Site(
        code=code,
        name=name,
        address=people.line(address, "address"),
        phone=people.line(phone, "phone"),
        language=language,
        paper=paper,
    )
    session.add(site)
    session.flush()
    starts = time.fromisoformat(house_rules().site_defaults[SettingKey.DAY_STARTS])
    # The moment's day in UTC decides which zone holds (queries.sites.settings_at); east of there the clinic is a day on.
    today = min(clinic_day(at, ZoneInfo(time_zone), starts), at.date())
    act = Act(by_id=by_id, site_id=site.id, at=at, clinic_day=today, origin=origin)
    outside = (kind for kind in PlaceKind if kind not in (PlaceKind.WINDOW, PlaceKind.OFF_SITE_KIT))
    session.add_all(Place(site_id=site.id, kind=kind) for kind in outside)
    chains.create_head(session, site.id, ChainKind.AUDIT)
    session.flush()
    audit.record(session, AuditKind.SITE_CREATED, site, act)
    change_setting(session, key=SettingKey.TIME_ZONE, value=time_zone, effective_on=today, act=act)
    return site


def change_setting(session: Session, *, key: SettingKey, value: str, effective_on: date, act: Act) -> SiteSetting:
    """Set one of the site's settings from a day on; history keeps what held before.

    Raises:
        Refused: the value cannot be right, or the day has passed.
    """
    value = people.line(value, "value", needed=True)
    if fault := site_settings.fault_of(key, value):
        raise Refused(fault, code="setting_value", field="value")
    if effective_on < act.clinic_day:
        raise Refused(
            say(N_("A setting holds from today on at the earliest: what has happened stays as it was.")),
            code="day_passed",
            field="effective_on",
        )
    _lock_site(session, act)
    query = select(func.max(SiteSetting.version)).where(
        SiteSetting.site_id == act.site_id, SiteSetting.key == key, SiteSetting.effective_on == effective_on
    )
    setting = SiteSetting(
        key=key,
        value=value,
        effective_on=effective_on,
        version=(session.scalar(query) or 0) + 1,
        **act.stamp,
    )
    session.add(setting)
    session.flush()
    audit.record(session, AuditKind.SITE_SETTING_CHANGED, setting, act, key=key, value=value, effective_on=effective_on)
    return setting


def add_window(session: Session, *, name: str, act: Act) -> Window:
    """Add a dispensing window to the site, with the place at which its stock stands.

    Raises:
        Refused: a window of this name is here already.
    """
    window, _ = _add_place(session, PlaceKind.WINDOW, name, act)
    audit.record(session, AuditKind.WINDOW_CREATED, window, act)
    return window


def add_kit(session: Session, *, name: str, act: Act) -> Place:
    """Add an off-site kit to the site: a place with a window of its own, at which its terminal may stand.

    Raises:
        Refused: a window or kit of this name is here already.
    """
    _, place = _add_place(session, PlaceKind.OFF_SITE_KIT, name, act)
    audit.record(session, AuditKind.KIT_ADDED, place, act, window=place.window_id)
    return place


def _add_place(session: Session, kind: PlaceKind, name: str, act: Act) -> tuple[Window, Place]:
    name = people.line(name, "name", needed=True)
    _lock_site(session, act)
    taken = select(Window.id).where(Window.site_id == act.site_id, Window.name == name)
    if session.scalar(taken) is not None:
        raise Refused(say(N_("A window of this name is already here.")), code="window_taken", field="name")
    window = Window(site_id=act.site_id, name=name)
    session.add(window)
    session.flush()
    place = Place(site_id=act.site_id, kind=kind, name=name, window_id=window.id)
    session.add(place)
    session.flush()
    return window, place


def name_terminal(session: Session, *, name: str, window_id: int | None, act: Act) -> Terminal:
    """Make a computer one of the site's terminals; its random code goes into the computer's own long-lived cookie.

    Args:
        window_id: the window it stands at; none for a desk.

    Raises:
        Refused: a terminal in use has this name.
        NotFound: the window is none of this site's.
    """
    name = people.line(name, "name", needed=True)
    _lock_site(session, act)
    taken = select(Terminal.id).where(
        Terminal.site_id == act.site_id, Terminal.name == name, Terminal.retired_at.is_(None)
    )
    if session.scalar(taken) is not None:
        raise Refused(say(N_("A terminal in use has this name.")), code="terminal_taken", field="name")
    here = select(Window.id).where(Window.id == window_id, Window.site_id == act.site_id, Window.closed_at.is_(None))
    if window_id is not None and session.scalar(here) is None:
        raise NotFound(say(N_("There is no such window here.")), code="no_such_window")
    terminal = Terminal(site_id=act.site_id, window_id=window_id, name=name, code=secrets.token_urlsafe(24))
    session.add(terminal)
    session.flush()
    audit.record(session, AuditKind.TERMINAL_NAMED, terminal, act, window=window_id)
    return terminal


def retire_terminal(session: Session, *, terminal_id: int, act: Act) -> Terminal:
    """Take a computer out of use as a terminal; its cookie names nothing any more.

    Raises:
        NotFound: it is none of this site's terminals in use.
    """
    query = select(Terminal).where(
        Terminal.id == terminal_id, Terminal.site_id == act.site_id, Terminal.retired_at.is_(None)
    )
    terminal = session.scalar(query.with_for_update(key_share=True).execution_options(populate_existing=True))
    if terminal is None:
        raise NotFound(say(N_("There is no such terminal in use here.")), code="no_such_terminal")
    terminal.retired_at = act.at
    session.flush()
    audit.record(session, AuditKind.TERMINAL_RETIRED, terminal, act)
    return terminal


def _lock_site(session: Session, act: Act) -> None:
    session.execute(select(Site.id).where(Site.id == act.site_id).with_for_update(key_share=True))
