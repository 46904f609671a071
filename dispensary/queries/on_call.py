"""Whom to call: who may sign orders at a site, and which of them is on call on a day."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dispensary.permissions import ROLES, Permission
from models import OnCallDuty, Staff, StaffRole
from models.enums import Role

SIGNING = tuple(role for role, may in ROLES.items() if Permission.ORDER_SIGN in may)


@dataclass(frozen=True)
class Colleague:
    """A member of staff to be named or chosen."""

    id: int
    name: str


@dataclass(frozen=True)
class RotaDay:
    """One clinic day of the rota; nobody is on call where there is no prescriber."""

    day: date
    prescriber: Colleague | None
    phone: str


def prescribers(session: Session, site_id: int, on: date) -> list[Colleague]:
    """Return who may sign orders at a site on a day, by name."""
    return _holding(session, site_id, on, SIGNING)


def clinic_heads(session: Session, site_id: int, on: date) -> list[Colleague]:
    """Return who leads the clinic on a day, by name."""
    return _holding(session, site_id, on, (Role.CLINIC_HEAD,))


def _holding(session: Session, site_id: int, on: date, roles: tuple[Role, ...]) -> list[Colleague]:
    query = (
        select(Staff.id, Staff.name)
        .join(StaffRole, StaffRole.staff_id == Staff.id)
        .where(
            StaffRole.site_id == site_id,
            StaffRole.role.in_(roles),
            StaffRole.from_on <= on,
            or_(StaffRole.until_on.is_(None), StaffRole.until_on >= on),
            Staff.ended_at.is_(None),
        )
        .distinct()
        .order_by(Staff.name, Staff.id)
    )
    return [Colleague(*row) for row in session.execute(query)]


def rota(session: Session, site_id: int, first: date, days: int) -> list[RotaDay]:
    """Return the rota of so many days from a day on; the newest entry of each day counts."""
    query = (
        select(OnCallDuty.clinic_day, Staff.id, Staff.name, OnCallDuty.phone)
        .join(Staff, Staff.id == OnCallDuty.prescriber_id)
        .where(OnCallDuty.site_id == site_id, OnCallDuty.clinic_day.between(first, first + timedelta(days=days - 1)))
        .order_by(OnCallDuty.version)
    )
    set_for = {day: RotaDay(day, Colleague(id_, name), phone) for day, id_, name, phone in session.execute(query)}
    return [set_for.get(day, RotaDay(day, None, "")) for day in (first + timedelta(days=n) for n in range(days))]


def on_call(session: Session, site_id: int, on: date) -> RotaDay:
    """Return who is on call on a clinic day."""
    return rota(session, site_id, on, 1)[0]
