"""Bottles that went home: whose, for which days, and what became of each."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session, aliased

from dispensary.queries.people import full_name
from dispensary.queries.signs import same_person
from models import (
    Bottle,
    BottleEnd,
    Person,
    Staff,
    TakeHomeIssue,
)
from models.enums import (
    BottleFate,
    BottleState,
    Form,
    Medication,
    Residue,
    SealState,
)
from models.person import root_of
from models.units import Mg, Quantity


@dataclass(frozen=True)
class Ended:
    """What became of a bottle."""

    fate: BottleFate
    state: BottleState | None
    seal: SealState | None
    residue: Residue | None
    quantity: Quantity | None
    early: bool
    told: str
    at: datetime
    by: str
    witness: str


@dataclass(frozen=True)
class BottleOnRecord:
    """One bottle that went home."""

    id: int
    issue_id: int
    person_id: int
    """The record that stands for the person now, under whichever of their records it went home."""
    number: int
    of_number: int
    covers_on: date
    part: int
    order_id: int
    medication: Medication
    form: Form
    amount_mg: Mg
    issued_on: date
    issued_at: datetime
    issued_by: str
    ended: Ended | None = None

    def over(self, today: date) -> bool:
        """Return whether the day on which it is to be taken has passed, so that it should be empty."""
        return self.covers_on < today


BECAME = 14
"""From which column on a row of `_bottles` says what became of the bottle."""
_BY, _WITNESS, _GAVE = aliased(Staff), aliased(Staff), aliased(Staff)


@cache
def _bottles() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Bottle.id,
            Bottle.issue_id,
            root_of(Person),
            Bottle.number,
            Bottle.of_number,
            Bottle.covers_on,
            Bottle.part,
            Bottle.order_id,
            Bottle.medication,
            Bottle.form,
            Bottle.amount_mg,
            TakeHomeIssue.clinic_day,
            TakeHomeIssue.issued_at,
            _GAVE.name,
            BottleEnd.fate,
            BottleEnd.state,
            BottleEnd.seal,
            BottleEnd.residue,
            BottleEnd.quantity,
            BottleEnd.early,
            BottleEnd.told,
            BottleEnd.ended_at,
            _BY.name,
            func.coalesce(_WITNESS.name, ""),
        )
        .join(TakeHomeIssue, TakeHomeIssue.id == Bottle.issue_id)
        .join(Person, Person.id == Bottle.person_id)
        .join(_GAVE, _GAVE.id == TakeHomeIssue.recorded_by_id)
        .outerjoin(BottleEnd, BottleEnd.bottle_id == Bottle.id)
        .outerjoin(_BY, _BY.id == BottleEnd.recorded_by_id)
        .outerjoin(_WITNESS, _WITNESS.id == BottleEnd.witnessed_by_id)
        .order_by(Bottle.covers_on, Bottle.part, Bottle.id)
    )


def _read(session: Session, query: Select[*tuple[Any, ...]]) -> list[BottleOnRecord]:
    return [_bottle(*row) for row in session.execute(query)]


def _bottle(*row: Any) -> BottleOnRecord:
    made, ended = BottleOnRecord(*row[:BECAME]), row[BECAME:]
    return replace(made, ended=Ended(*ended)) if ended[0] is not None else made


def _not_ended() -> ColumnElement[bool]:
    return Bottle.id.not_in(select(BottleEnd.bottle_id))


_AT_HOME = _bottles().where(same_person(Bottle.__table__.c.person_id), _not_ended())


def at_home(session: Session, person_id: int) -> list[BottleOnRecord]:
    """Return the bottles of a person of which nothing became yet, under whichever of their records, the first day first."""
    return [_bottle(*row) for row in session.execute(_AT_HOME, {"person_id": person_id})]


def of_person(session: Session, person_id: int, newest: int = 60) -> list[BottleOnRecord]:
    """Return the newest bottles of a person of which something became, the latest first."""
    query = _bottles().where(same_person(Bottle.__table__.c.person_id, person_id), ~_not_ended())
    return _read(session, query.order_by(None).order_by(BottleEnd.ended_at.desc(), Bottle.id.desc()).limit(newest))


def of_issue(session: Session, issue_id: int) -> list[BottleOnRecord]:
    """Return the bottles of one handover, in order."""
    return _read(session, _bottles().where(Bottle.issue_id == issue_id))


def bottle(session: Session, bottle_id: int, site_id: int) -> BottleOnRecord | None:
    """Return one bottle of a site, or None."""
    found = _read(session, _bottles().where(Bottle.id == bottle_id, Bottle.site_id == site_id))
    return found[0] if found else None


def bottle_of_code(session: Session, code: str, site_id: int) -> int | None:
    """Return the id of the bottle with this code on its label, or None."""
    try:
        uid = UUID(code.strip())
    except ValueError:
        return None
    return session.scalar(select(Bottle.id).where(Bottle.uid == uid, Bottle.site_id == site_id))


@dataclass(frozen=True)
class PersonsBottles:
    """What one person has at home, counted."""

    person_id: int
    number: str
    name: str
    first_on: date
    last_on: date
    full: int
    """Bottles whose day has not passed."""
    due_back: int
    """Bottles whose day has passed, empty by now, still to be brought back."""


def everyones(session: Session, site_id: int, today: date) -> list[PersonsBottles]:
    """Return who of a site has bottles at home, or has some to bring back, by number."""
    over = func.sum(case((Bottle.covers_on < today, 1), else_=0))
    root = root_of(Person)
    query = (
        select(root, func.min(Bottle.covers_on), func.max(Bottle.covers_on), func.count() - over, over)
        .join(Person, Person.id == Bottle.person_id)
        .where(Bottle.site_id == site_id, _not_ended())
        .group_by(root)
    )
    rows = session.execute(query).all()
    who = {one.id: one for one in session.scalars(select(Person).where(Person.id.in_([row[0] for row in rows])))}
    found = [
        PersonsBottles(i, who[i].number, full_name(who[i].family_name, who[i].given_name), first, last, full, back)
        for i, first, last, full, back in rows
    ]
    return sorted(found, key=lambda one: one.number)
