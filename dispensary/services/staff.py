"""Accounts and roles. Somebody who may manage accounts always remains at a site that had one."""

import re
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dispensary.errors import Refused
from dispensary.services import audit, people, sign_in
from dispensary.services.act import Act
from dispensary.wording import N_, say
from models import Staff, StaffRole
from models.enums import AuditKind, Role

USERNAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,38}[a-z0-9])")
MOST_INITIALS = 5


def create_account(
    session: Session, *, username: str, name: str, initials: str, password_hash: str | None, act: Act
) -> Staff:
    """Create an account; it may do nothing until a role is given.

    Args:
        password_hash: Argon2id; none for a row that signs but cannot sign in, such as the import's.

    Raises:
        Refused: the sign-in name is taken or ill-formed, or name or initials are missing.
    """
    username = people.line(username, "username", needed=True).casefold()
    if not USERNAME.fullmatch(username):
        raise Refused(
            say(N_("A sign-in name is 2 to 40 plain letters, digits, points or dashes.")),
            code="username_shape",
            field="username",
        )
    if sign_in.find_staff(session, username) is not None:
        raise Refused(say(N_("This sign-in name is taken.")), code="username_taken", field="username")
    name = people.line(name, "name", needed=True)
    initials = people.line(initials, "initials", needed=True)
    if len(initials) > MOST_INITIALS:
        raise Refused(say(N_("At most %(most)s letters."), most=MOST_INITIALS), code="initials_long", field="initials")
    staff = Staff(username=username, name=name, initials=initials, password_hash=password_hash, created_at=act.at)
    session.add(staff)
    session.flush()
    audit.record(session, AuditKind.STAFF_CREATED, staff, act)
    return staff


def grant_role(
    session: Session,
    *,
    staff: Staff,
    role: Role,
    site_id: int,
    from_on: date,
    until_on: date | None = None,
    act: Act,
) -> StaffRole:
    """Give somebody a role at a site from a day on.

    Args:
        until_on: the last day; an inspector's role always has one.

    Raises:
        Refused: the account has ended, the days cannot be right, or the role is held then already.
    """
    _lock(session, [staff.id])
    if staff.ended_at is not None:
        raise Refused(say(N_("This account has ended.")), code="account_ended")
    if role is Role.INSPECTOR and until_on is None:
        raise Refused(say(N_("An inspector's role needs a last day.")), code="no_last_day", field="until_on")
    if until_on is not None and until_on < from_on:
        raise Refused(say(N_("The last day lies before the first.")), code="days_reversed", field="until_on")
    _refuse_held(session, staff, role, site_id, from_on, until_on)
    given = StaffRole(staff_id=staff.id, role=role, site_id=site_id, from_on=from_on, until_on=until_on)
    session.add(given)
    session.flush()
    audit.record(
        session,
        AuditKind.ROLE_GRANTED,
        given,
        act,
        staff=staff.id,
        role=role,
        role_site=site_id,
        from_on=from_on,
        until_on=until_on,
    )
    return given


def withdraw_role(session: Session, *, staff_role: StaffRole, act: Act) -> StaffRole:
    """Withdraw a role at once; what was done under it stays signed.

    Raises:
        Refused: it has ended already, or it is the last administrator's.
    """
    _lock_administrators(session, staff_role.staff_id)
    yesterday = min(act.clinic_day, act.at.date()) - timedelta(days=1)
    if staff_role.until_on is not None and staff_role.until_on <= yesterday:
        raise Refused(say(N_("This role has ended already.")), code="role_ended")
    if staff_role.role is Role.ADMINISTRATOR:
        _refuse_last_administrator(session, staff_role.staff_id, staff_role.site_id, act)
    staff_role.until_on = yesterday
    session.flush()
    audit.record(session, AuditKind.ROLE_WITHDRAWN, staff_role, act, staff=staff_role.staff_id, role=staff_role.role)
    return staff_role


def end_account(session: Session, *, staff: Staff, act: Act) -> Staff:
    """End an account: its sittings end at once, everywhere; what it signed stays signed.

    Raises:
        Refused: it has ended already, it is your own, or it is the last administrator's.
    """
    _lock_administrators(session, staff.id)
    session.refresh(staff)
    if staff.ended_at is not None:
        raise Refused(say(N_("This account has ended already.")), code="account_ended")
    if staff.id == act.by_id:
        raise Refused(say(N_("Nobody ends their own account. Ask another administrator.")), code="own_account")
    for site_id in _administers(session, staff.id, act):
        _refuse_last_administrator(session, staff.id, site_id, act)
    staff.ended_at = act.at
    session.flush()
    sign_in.end_all_sittings(session, staff=staff, at=act.at)
    audit.record(session, AuditKind.STAFF_ENDED, staff, act)
    return staff


def change_password(
    session: Session, *, staff: Staff, password_hash: str, act: Act, keep_sitting_id: int | None = None
) -> Staff:
    """Change a password and end the account's sittings, but for the one at which its owner is changing it.

    Raises:
        Refused: the account has ended, or is one that never signs in.
    """
    _lock(session, [staff.id])
    session.refresh(staff)
    if staff.ended_at is not None or staff.password_hash is None:
        raise Refused(say(N_("This account cannot sign in.")), code="no_sign_in")
    staff.password_hash = password_hash
    session.flush()
    sign_in.end_all_sittings(session, staff=staff, at=act.at, but_for=keep_sitting_id)
    audit.record(session, AuditKind.PASSWORD_CHANGED, staff, act)
    return staff


def _lock(session: Session, staff_ids: list[int]) -> None:
    session.execute(select(Staff.id).where(Staff.id.in_(staff_ids)).order_by(Staff.id).with_for_update(key_share=True))


def _lock_administrators(session: Session, staff_id: int) -> None:
    """Lock every administrator and this account, so that the last two cannot remove each other at once."""
    held = select(StaffRole.staff_id).where(StaffRole.role == Role.ADMINISTRATOR)
    _lock(session, [staff_id, *session.scalars(held)])


def _refuse_held(
    session: Session, staff: Staff, role: Role, site_id: int, from_on: date, until_on: date | None
) -> None:
    query = select(StaffRole.id).where(
        StaffRole.staff_id == staff.id,
        StaffRole.role == role,
        StaffRole.site_id == site_id,
        or_(StaffRole.until_on.is_(None), StaffRole.until_on >= from_on),
    )
    if until_on is not None:
        query = query.where(StaffRole.from_on <= until_on)
    if session.scalar(query.limit(1)) is not None:
        raise Refused(say(N_("This role is already held on some of these days.")), code="role_held", field="role")


def _administers(session: Session, staff_id: int, act: Act) -> list[int]:
    today = act.at.date()
    query = select(StaffRole.site_id).where(
        StaffRole.staff_id == staff_id,
        StaffRole.role == Role.ADMINISTRATOR,
        StaffRole.from_on <= today,
        or_(StaffRole.until_on.is_(None), StaffRole.until_on >= today),
    )
    return list(session.scalars(query.distinct().order_by(StaffRole.site_id)))


def _refuse_last_administrator(session: Session, staff_id: int, site_id: int, act: Act) -> None:
    today = act.at.date()
    others = (
        select(StaffRole.id)
        .join(Staff, Staff.id == StaffRole.staff_id)
        .where(
            StaffRole.site_id == site_id,
            StaffRole.role == Role.ADMINISTRATOR,
            StaffRole.staff_id != staff_id,
            StaffRole.from_on <= today,
            or_(StaffRole.until_on.is_(None), StaffRole.until_on >= today),
            Staff.ended_at.is_(None),
            Staff.password_hash.is_not(None),
        )
    )
    if session.scalar(others.limit(1)) is None:
        raise Refused(
            say(N_("This is the site's last administrator. Make another one first.")), code="last_administrator"
        )
