"""The numbers on the seals of containers, as they are on record."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from dispensary.rules.container_seals import SealOnRecord, plain_number
from models import Container, ContainerSeal, Movement, Staff
from models.enums import ContainerSealing


@dataclass(frozen=True)
class SealWritten:
    """One number that came on record for a container's seal."""

    id: int
    number: str
    occasion: ContainerSealing
    was_open: bool
    note: str
    at: datetime
    by: str
    witness: str


def on_record(session: Session, container_ids: Iterable[int]) -> dict[int, SealOnRecord]:
    """Return the number that the seal of each container carries, by container; none of one whose seal was broken since."""
    last = (
        select(func.max(Movement.container_seq))
        .where(Movement.container_id == Container.id)
        .correlate(Container)
        .scalar_subquery()
    )
    query = (
        select(
            Container.id.label("container_id"),
            Container.opened_at,
            ContainerSeal.id,
            ContainerSeal.number,
            ContainerSeal.was_open,
            ContainerSeal.container_seq,
            last.label("seq"),
        )
        .join(ContainerSeal, ContainerSeal.container_id == Container.id)
        .where(Container.id.in_(list(container_ids)))
        .order_by(ContainerSeal.id)
    )
    newest = {row.container_id: row for row in session.execute(query)}
    return {
        key: SealOnRecord(row.id, row.number)
        for key, row in newest.items()
        if row.was_open == (row.opened_at is not None) and (not row.was_open or row.container_seq == row.seq)
    }


def seals_of(session: Session, container_id: int) -> list[SealWritten]:
    """Return every number that was ever on record for a container's seal, newest first."""
    by, witness = aliased(Staff), aliased(Staff)
    query = (
        select(
            ContainerSeal.id,
            ContainerSeal.number,
            ContainerSeal.occasion,
            ContainerSeal.was_open,
            ContainerSeal.note,
            ContainerSeal.recorded_at.label("at"),
            by.name.label("by"),
            func.coalesce(witness.name, "").label("witness"),
        )
        .select_from(ContainerSeal)
        .join(by, by.id == ContainerSeal.recorded_by_id)
        .outerjoin(witness, witness.id == ContainerSeal.witnessed_by_id)
        .where(ContainerSeal.container_id == container_id)
        .order_by(ContainerSeal.id.desc())
    )
    return [SealWritten(**row) for row in session.execute(query).mappings()]


def carried_here(session: Session, site_id: int) -> dict[str, int]:
    """Return which container of the site carries each number now, by the number as it is compared."""
    query = select(ContainerSeal.container_id).join(Container, Container.id == ContainerSeal.container_id)
    there = session.scalars(query.where(Container.site_id == site_id, Container.emptied_at.is_(None)).distinct()).all()
    return {plain_number(seal.number): key for key, seal in on_record(session, there).items()}
