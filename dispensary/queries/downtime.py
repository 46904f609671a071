"""Days on which doses went onto paper, the packs printed for them, and what became of each copy."""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.queries.sites import of_a_kit
from models import DowntimeDay, DowntimeEntered, DowntimePack, OnCallDuty, PackCopyTick, Staff, Window
from models.enums import PackCopyFate


def first_window(session: Session, site_id: int) -> int | None:
    """Return the window whose containers a sheet shows, where it is printed at no window: the site's first."""
    usable = (Window.site_id == site_id, Window.closed_at.is_(None), ~of_a_kit())
    query = select(Window.id).where(*usable).order_by(Window.id)
    return session.scalar(query.limit(1))


@dataclass(frozen=True)
class OnCall:
    """Whom to call on a day, and under which number."""

    name: str
    phone: str


def on_call(session: Session, site_id: int, clinic_day: date) -> OnCall | None:
    """Return the prescriber to call on a clinic day, or None where nobody was set."""
    query = (
        select(Staff.name, OnCallDuty.phone)
        .join(Staff, Staff.id == OnCallDuty.prescriber_id)
        .where(OnCallDuty.site_id == site_id, OnCallDuty.clinic_day == clinic_day)
        .order_by(OnCallDuty.version.desc())
    )
    row = session.execute(query.limit(1)).one_or_none()
    return OnCall(*row) if row else None


@dataclass(frozen=True)
class PaperDay:
    """A clinic day on which doses went onto paper."""

    id: int
    clinic_day: date
    turn: int
    reason: str
    declared_at: datetime
    declared_by: str
    sheets: int | None
    """How many sheets were entered, once somebody has signed that this is all."""
    signed_at: datetime | None
    signed_by: str | None

    @property
    def waits(self) -> bool:
        """Whether paper of this day is still to be entered."""
        return self.signed_at is None


def paper_days(session: Session, site_id: int, newest: int = 30) -> list[PaperDay]:
    """Return the downtime days of a site, the newest first; those not yet entered before all others."""
    declared_by, signed_by = Staff.__table__.alias(), Staff.__table__.alias()
    query = (
        select(
            DowntimeDay.id,
            DowntimeDay.clinic_day,
            DowntimeDay.turn,
            DowntimeDay.reason,
            DowntimeDay.declared_at,
            declared_by.c.name,
            DowntimeEntered.sheets,
            DowntimeEntered.signed_at,
            signed_by.c.name,
        )
        .join(declared_by, declared_by.c.id == DowntimeDay.recorded_by_id)
        .outerjoin(DowntimeEntered, DowntimeEntered.downtime_day_id == DowntimeDay.id)
        .outerjoin(signed_by, signed_by.c.id == DowntimeEntered.recorded_by_id)
        .where(DowntimeDay.site_id == site_id)
        .order_by(DowntimeEntered.id.is_not(None), DowntimeDay.clinic_day.desc(), DowntimeDay.turn.desc())
    )
    return [PaperDay(*row) for row in session.execute(query.limit(newest))]


def waiting_day(session: Session, site_id: int, clinic_day: date) -> PaperDay | None:
    """Return the declaration of a clinic day whose paper is not yet entered, or None."""
    return next((day for day in paper_days(session, site_id) if day.waits and day.clinic_day == clinic_day), None)


def not_yet_entered(session: Session, site_id: int, first: date | None = None, last: date | None = None) -> list[date]:
    """Return the clinic days of a site, oldest first, whose paper nobody has signed as entered; of a period if given."""
    entered = select(DowntimeEntered.downtime_day_id)
    query = select(DowntimeDay.clinic_day).where(DowntimeDay.site_id == site_id, DowntimeDay.id.not_in(entered))
    if first is not None:
        query = query.where(DowntimeDay.clinic_day >= first)
    if last is not None:
        query = query.where(DowntimeDay.clinic_day <= last)
    return list(session.scalars(query.distinct().order_by(DowntimeDay.clinic_day)))


@dataclass(frozen=True)
class PackCopy:
    """One numbered copy of a pack, and what became of it."""

    number: int
    fate: PackCopyFate | None
    ticked_at: datetime | None
    ticked_by: str | None


@dataclass(frozen=True)
class Pack:
    """One printing of the downtime pack."""

    id: int
    clinic_day: date
    printing: int
    printed_at: datetime
    printed_by: str
    copies: list[PackCopy] = field(default_factory=list)

    @property
    def open(self) -> int:
        """How many copies are not accounted for."""
        return sum(1 for copy in self.copies if copy.fate is None)


def packs(session: Session, site_id: int, newest: int = 60) -> list[Pack]:
    """Return the printings of a site with each copy and what became of it, the newest first."""
    query = (
        select(
            DowntimePack.id,
            DowntimePack.clinic_day,
            DowntimePack.printing,
            DowntimePack.printed_at,
            Staff.name,
            DowntimePack.copies,
        )
        .join(Staff, Staff.id == DowntimePack.recorded_by_id)
        .where(DowntimePack.site_id == site_id)
        .order_by(DowntimePack.clinic_day.desc(), DowntimePack.printing.desc())
    )
    rows = session.execute(query.limit(newest)).all()
    ticks = _ticks(session, [row.id for row in rows])
    return [
        Pack(*row[:-1], copies=[ticks.get((row.id, n), PackCopy(n, None, None, None)) for n in _numbers(row.copies)])
        for row in rows
    ]


def _numbers(copies: int) -> range:
    return range(1, copies + 1)


def _ticks(session: Session, pack_ids: list[int]) -> dict[tuple[int, int], PackCopy]:
    query = (
        select(PackCopyTick.pack_id, PackCopyTick.copy, PackCopyTick.fate, PackCopyTick.ticked_at, Staff.name)
        .join(Staff, Staff.id == PackCopyTick.recorded_by_id)
        .where(PackCopyTick.pack_id.in_(pack_ids))
    )
    return {(row[0], row[1]): PackCopy(*row[1:]) for row in session.execute(query)}
