"""Accounts, their roles and terminals: what signing in and the administrator's pages need."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from dispensary.errors import NotFound
from dispensary.wording import N_, say
from models import Site, Staff, StaffRole, Terminal
from models.enums import Role


def terminal_by_code(session: Session, code: str) -> Terminal | None:
    """Return the terminal in use with this code."""
    return session.scalar(select(Terminal).where(Terminal.code == code, Terminal.retired_at.is_(None)))


def terminal_codes(session: Session, name: str) -> list[str]:
    """Return the codes of the terminals in use with this name; several sites may each have one."""
    return list(session.scalars(select(Terminal.code).where(Terminal.name == name, Terminal.retired_at.is_(None))))


def named(session: Session, username: str) -> int | None:
    """Return the account that somebody signs in with, whether it is in use or not; None where there is none."""
    return session.scalar(select(Staff.id).where(Staff.username == username))


def badge_holder(session: Session, code: str) -> int | None:
    """Return whose badge has this code; None for one that is not in use."""
    query = select(Staff.id).where(Staff.badge_code == code.strip().upper(), Staff.ended_at.is_(None))
    return session.scalar(query)


def badge_of(session: Session, staff_id: int) -> tuple[str, str] | None:
    """Return name and code of somebody's badge in use; None where they have none."""
    row = session.execute(select(Staff.name, Staff.badge_code).where(Staff.id == staff_id)).one_or_none()
    return (row.name, row.badge_code) if row and row.badge_code else None


def sites_of(session: Session, staff_id: int, on: date) -> list[int]:
    """Return the sites at which someone holds a role on a day, lowest id first."""
    query = (
        select(StaffRole.site_id)
        .where(
            StaffRole.staff_id == staff_id,
            StaffRole.from_on <= on,
            or_(StaffRole.until_on.is_(None), StaffRole.until_on >= on),
        )
        .distinct()
        .order_by(StaffRole.site_id)
    )
    return list(session.scalars(query))


def roles_of(session: Session, staff_id: int, site_id: int, on: date) -> frozenset[Role]:
    """Return the roles someone holds at a site on a day."""
    query = select(StaffRole.role).where(
        StaffRole.staff_id == staff_id,
        StaffRole.site_id == site_id,
        StaffRole.from_on <= on,
        or_(StaffRole.until_on.is_(None), StaffRole.until_on >= on),
    )
    return frozenset(session.scalars(query))


@dataclass(frozen=True)
class AccountLine:
    """One account, as the command line lists it; `roles` as `nurse at main`."""

    username: str
    name: str
    ended: bool
    signs_in: bool
    roles: tuple[str, ...]


def account_lines(session: Session, on: date) -> list[AccountLine]:
    """Return every account by sign-in name, with the roles it holds on a day."""
    held: dict[int, list[str]] = {}
    roles = select(StaffRole.staff_id, StaffRole.role, Site.code).join(Site, Site.id == StaffRole.site_id)
    for row in session.execute(roles.where(*_holds_on(on)).order_by(Site.code, StaffRole.role)):
        held.setdefault(row.staff_id, []).append(f"{row.role.value} at {row.code}")
    return [
        AccountLine(
            staff.username,
            staff.name,
            staff.ended_at is not None,
            staff.password_hash is not None,
            tuple(held.get(staff.id, ())),
        )
        for staff in session.scalars(select(Staff).order_by(Staff.username))
    ]


def role_held(session: Session, staff_id: int, site_id: int, role: Role, on: date) -> StaffRole | None:
    """Return the grant by which someone holds a role at a site on a day."""
    mine = (StaffRole.staff_id == staff_id, StaffRole.site_id == site_id, StaffRole.role == role)
    return session.scalar(select(StaffRole).where(*mine, *_holds_on(on)))


def _holds_on(on: date) -> tuple[ColumnElement[bool], ...]:
    return (StaffRole.from_on <= on, or_(StaffRole.until_on.is_(None), StaffRole.until_on >= on))


@dataclass(frozen=True)
class HeldRole:
    """A role at a site over a span of days."""

    id: int
    role: Role
    from_on: date
    until_on: date | None
    holds: bool
    """On the day that was asked about, or later."""


@dataclass(frozen=True)
class Account:
    """An account that can sign in, and the roles it was given at one site, oldest first."""

    id: int
    username: str
    name: str
    initials: str
    created_at: datetime
    ended_at: datetime | None
    has_badge: bool
    has_pin: bool
    roles: list[HeldRole]


def accounts(session: Session, site_id: int, on: date) -> list[Account]:
    """Return every account that can sign in, those in use first, by name, with its roles at a site."""
    table = Staff.__table__.c
    columns = (
        *(table.id, table.username, table.name, table.initials, table.created_at, table.ended_at),
        table.badge_code.is_not(None).label("has_badge"),
        table.pin_hash.is_not(None).label("has_pin"),
    )
    query = select(*columns).where(table.password_hash.is_not(None))
    rows = session.execute(query.order_by(table.ended_at.is_not(None), table.name, table.id)).all()
    roles = _held_roles(session, site_id, on)
    return [Account(**row._mapping, roles=roles.get(row.id, [])) for row in rows]


def account(session: Session, staff_id: int, site_id: int, on: date) -> Account:
    """Return one account that can sign in, with its roles at a site.

    Raises:
        NotFound: there is no such account.
    """
    found = next((one for one in accounts(session, site_id, on) if one.id == staff_id), None)
    if found is None:
        raise NotFound(say(N_("There is no such account.")), code="no_such_account")
    return found


def _held_roles(session: Session, site_id: int, on: date) -> dict[int, list[HeldRole]]:
    query = select(StaffRole.staff_id, StaffRole.id, StaffRole.role, StaffRole.from_on, StaffRole.until_on)
    held: dict[int, list[HeldRole]] = {}
    for row in session.execute(query.where(StaffRole.site_id == site_id).order_by(StaffRole.from_on, StaffRole.id)):
        holds = row.until_on is None or row.until_on >= on
        held.setdefault(row.staff_id, []).append(HeldRole(row.id, row.role, row.from_on, row.until_on, holds))
    return held
