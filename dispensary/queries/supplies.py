"""What was handed out to reduce harm: month by month, and to one person."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.queries.signs import same_person
from dispensary.rules.harm_reduction import months_until
from models import OutreachContact, Staff, SupplyIssue
from models.enums import SupplyKind

_ISSUE = SupplyIssue.__table__.c


@dataclass(frozen=True)
class MonthOfSupplies:
    """What a site handed out in a month of the calendar."""

    month: date
    """Its first day."""
    pieces: dict[SupplyKind, int]
    to_people: int
    """Pieces that went to people on record; the rest went to contacts and to people unknown."""
    to_contacts: int
    taught: int
    """Kits of naloxone whose use was shown."""

    @property
    def total(self) -> int:
        """All pieces together."""
        return sum(self.pieces.values())


def by_month(session: Session, site_id: int, today: date, months: int) -> list[MonthOfSupplies]:
    """Return what a site handed out in each of the last months, the present one first; months of nothing are there too."""
    wanted = months_until(today, months)
    query = select(_ISSUE.given_on, _ISSUE.kind, _ISSUE.quantity, _ISSUE.person_id, _ISSUE.contact_id, _ISSUE.taught)
    rows = session.execute(query.where(_ISSUE.site_id == site_id, _ISSUE.given_on >= wanted[-1])).all()
    pieces: dict[date, Counter[SupplyKind]] = defaultdict(Counter)
    to: dict[date, Counter[str]] = defaultdict(Counter)
    for given_on, kind, quantity, person_id, contact_id, taught in rows:
        month = given_on.replace(day=1)
        pieces[month][kind] += quantity
        to[month]["people"] += quantity if person_id is not None else 0
        to[month]["contacts"] += quantity if contact_id is not None else 0
        to[month]["taught"] += quantity if taught and kind is SupplyKind.NALOXONE else 0
    return [
        MonthOfSupplies(
            month,
            {kind: pieces[month][kind] for kind in SupplyKind},
            to[month]["people"],
            to[month]["contacts"],
            to[month]["taught"],
        )
        for month in wanted
    ]


@dataclass(frozen=True)
class Handed:
    """One kind of thing that was handed to somebody."""

    given_on: date
    kind: SupplyKind
    quantity: int
    taught: bool
    by: str
    in_outreach: bool
    """Before it was known who the contact was, or met outside."""


def of_person(session: Session, person_id: int) -> list[Handed]:
    """Return what somebody got, the newest first; what they got as an outreach contact too."""
    met = select(OutreachContact.id).where(same_person(OutreachContact.__table__.c.person_id, person_id))
    query = (
        select(_ISSUE.given_on, _ISSUE.kind, _ISSUE.quantity, _ISSUE.taught, Staff.name, _ISSUE.contact_id.is_not(None))
        .join(Staff, Staff.id == _ISSUE.recorded_by_id)
        .where(same_person(_ISSUE.person_id, person_id) | _ISSUE.contact_id.in_(met))
        .order_by(_ISSUE.given_on.desc(), _ISSUE.id.desc())
    )
    return [Handed(*row) for row in session.execute(query)]


def of_contact(session: Session, contact_id: int) -> list[tuple[SupplyKind, int]]:
    """Return how much of each kind a contact has got so far."""
    query = select(_ISSUE.kind, func.sum(_ISSUE.quantity)).where(_ISSUE.contact_id == contact_id).group_by(_ISSUE.kind)
    return sorted((kind, int(pieces)) for kind, pieces in session.execute(query))
