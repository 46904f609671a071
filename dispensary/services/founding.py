"""Founding a clinic: its first site with settings and window, and the administrator who makes everything else."""

from dataclasses import dataclass, field
from datetime import date, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from dispensary.clock import clinic_day
from dispensary.errors import Refused
from dispensary.policy.house import house_rules
from dispensary.queries import sites as sites_of
from dispensary.rules import passwords
from dispensary.services import seals, sites, staff
from dispensary.services.act import Act
from dispensary.wording import N_, say
from models import Site, Staff
from models.enums import Role, SealOccasion, SettingKey


@dataclass(frozen=True)
class FirstSite:
    """What is asked about the first site."""

    code: str
    name: str
    time_zone: str
    window: str


@dataclass(frozen=True)
class FirstAdministrator:
    """What is asked about the first administrator; the password has been hashed already."""

    username: str
    name: str
    initials: str
    password_hash: str = field(repr=False)


def found_clinic(
    session: Session, *, site: FirstSite, administrator: FirstAdministrator, key: Ed25519PrivateKey, at: datetime
) -> Site:
    """Make the first site with its settings, places, window and audit chain, and its first administrator; seal the start.

    Raises:
        Refused: a clinic is there already, or something that was asked for cannot be right.
    """
    if sites_of.first_site_id(session):
        raise Refused(say(N_("This database already holds a clinic.")), code="founded_before")
    by = sites.set_up_staff(session, at)
    made = sites.create_site(session, code=site.code, name=site.name, time_zone=site.time_zone, by_id=by.id, at=at)
    act = act_of_set_up(session, by, made.id, at)
    for key_of, value in house_rules().site_defaults.items():
        if key_of is not SettingKey.TIME_ZONE:
            sites.change_setting(session, key=key_of, value=value, effective_on=act.clinic_day, act=act)
    sites.add_window(session, name=site.window, act=act)
    account = staff.create_account(
        session,
        username=administrator.username,
        name=administrator.name,
        initials=administrator.initials,
        password_hash=administrator.password_hash,
        act=act,
    )
    staff.grant_role(session, staff=account, role=Role.ADMINISTRATOR, site_id=made.id, from_on=first_day(act), act=act)
    seals.seal_heads(session, occasion=SealOccasion.ON_DEMAND, key=key, act=act)
    return made


def act_of_set_up(session: Session, by: Staff, site_id: int, at: datetime) -> Act:
    """Return an act at the command line, which nobody is signed in to: the set-up's own row signs it."""
    have = sites_of.settings_at(session, site_id, at)
    return Act(by_id=by.id, site_id=site_id, at=at, clinic_day=clinic_day(at, have.zone, have.day_starts))


def first_day(act: Act) -> date:
    """Return the first day of a role that holds at once: the earlier of the clinic's day and the calendar's in UTC."""
    return min(act.clinic_day, act.at.date())


def check_password(password: str, username: str) -> None:
    """Refuse a password that may not be used.

    Raises:
        Refused: says what is wrong with it.
    """
    if fault := passwords.fault_of(password, username):
        raise Refused(fault, code="password", field="password")
