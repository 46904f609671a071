"""Accounts, their roles and terminals: what signing in and the administrator's pages need."""

from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models import Staff, StaffRole, Terminal
from models.enums import Role


def terminal_by_code(session: Session, code: str) -> Terminal | None:
    """Return the terminal in use with this code."""
    return session.scalar(select(Terminal).where(Terminal.code == code, Terminal.retired_at.is_(None)))


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


def staff_names(session: Session) -> dict[int, str]:
    """Return everybody's name by id."""
    return {row.id: row.name for row in session.execute(select(Staff.id, Staff.name))}
