"""What the labels of bottles say, and on what they were last printed."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.queries.people import full_name
from models import Bottle, DoseOrder, LabelPrint, Person, Staff, TakeHomeIssue
from models.enums import Form, LabelLayout, Medication
from models.units import Mg


def last_layout(session: Session, site_id: int) -> LabelLayout:
    """Return on what labels were last printed at a site; a sheet at first."""
    query = select(LabelPrint.layout).where(LabelPrint.site_id == site_id).order_by(LabelPrint.id.desc()).limit(1)
    return session.scalar(query) or LabelLayout.SHEET


@dataclass(frozen=True)
class LabelFacts:
    """What one bottle's label says."""

    uid: UUID
    bottle_id: int
    number: int
    of_number: int
    covers_on: date
    part: int
    parts: int
    medication: Medication
    form: Form
    amount_mg: Mg
    issued_on: date
    prescriber: str
    person: str
    """Family name first."""
    person_number: str


def label_facts(session: Session, issue_id: int) -> list[LabelFacts]:
    """Return what the labels of one handover say, in the order of its bottles."""
    query = (
        select(
            Bottle.uid,
            Bottle.id.label("bottle_id"),
            Bottle.number,
            Bottle.of_number,
            Bottle.covers_on,
            Bottle.part,
            DoseOrder.parts,
            Bottle.medication,
            Bottle.form,
            Bottle.amount_mg,
            TakeHomeIssue.clinic_day.label("issued_on"),
            Staff.name.label("prescriber"),
            Person.family_name,
            Person.given_name,
            Person.number.label("person_number"),
        )
        .join(TakeHomeIssue, TakeHomeIssue.id == Bottle.issue_id)
        .join(DoseOrder, DoseOrder.id == Bottle.order_id)
        .join(Staff, Staff.id == DoseOrder.signed_by_id)
        .join(Person, Person.id == Bottle.person_id)
        .where(Bottle.issue_id == issue_id)
        .order_by(Bottle.number)
    )
    return [_label(**row) for row in session.execute(query).mappings()]


def _label(family_name: str, given_name: str, **values: Any) -> LabelFacts:
    return LabelFacts(person=full_name(family_name, given_name), **values)
