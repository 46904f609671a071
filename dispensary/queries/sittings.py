"""Who is signed in: one read a request, for the gate."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from dispensary.permissions import Permission, permissions_of
from models import Staff, StaffRole, StaffSession, Terminal, Window


@dataclass(frozen=True)
class Sitting:
    """One member of staff at one terminal, and what they may do at this site."""

    id: int
    code: str
    staff_id: int
    name: str
    initials: str
    site_id: int
    terminal_id: int | None
    terminal: str
    window_id: int | None
    window: str
    locked_at: datetime | None
    permissions: frozenset[Permission]


_SITTING = (
    select(
        StaffSession.id,
        StaffSession.staff_id,
        StaffSession.site_id,
        StaffSession.locked_at,
        Staff.name,
        Staff.initials,
        Terminal.id.label("terminal_id"),
        Terminal.name.label("terminal"),
        Terminal.window_id,
        Window.name.label("window"),
        StaffRole.role,
    )
    .join(Staff, Staff.id == StaffSession.staff_id)
    .outerjoin(Terminal, and_(Terminal.id == StaffSession.terminal_id, Terminal.retired_at.is_(None)))
    .outerjoin(Window, Window.id == Terminal.window_id)
    .join(
        StaffRole,
        and_(
            StaffRole.staff_id == Staff.id,
            StaffRole.site_id == StaffSession.site_id,
            StaffRole.from_on <= bindparam("on"),
            or_(StaffRole.until_on.is_(None), StaffRole.until_on >= bindparam("on")),
        ),
    )
    .where(StaffSession.code == bindparam("code"), StaffSession.ended_at.is_(None), Staff.ended_at.is_(None))
)


def sitting(session: Session, code: str, on: date) -> Sitting | None:
    """Return the sitting with this code if it still runs and the person still works here, else None.

    Args:
        code: the random code from the cookie.
        on: the day on which the roles must be held.
    """
    rows = session.execute(_SITTING, {"code": code, "on": on}).all()
    if not rows:
        return None
    first = rows[0]
    return Sitting(
        id=first.id,
        code=code,
        staff_id=first.staff_id,
        name=first.name,
        initials=first.initials,
        site_id=first.site_id,
        terminal_id=first.terminal_id,
        terminal=first.terminal or "",
        window_id=first.window_id,
        window=first.window or "",
        locked_at=first.locked_at,
        permissions=permissions_of(frozenset(row.role for row in rows)),
    )
