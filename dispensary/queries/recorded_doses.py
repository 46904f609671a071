"""One dose as it was recorded, for the pages that confirm it or put it right."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, aliased

from dispensary.queries.signs import takes_home
from models import Dose, DoseObservation, DoseReversal, Person, Staff
from models.enums import DoseOutcome, Form, Medication, ObservationKind
from models.units import Mg


@dataclass(frozen=True)
class RecordedDose:
    """One dose as it was recorded, for the page that confirms it."""

    id: int
    person_id: int
    number: str
    family_name: str
    given_name: str
    clinic_day: date
    part: int
    outcome: DoseOutcome
    medication: Medication
    form: Form | None
    ordered_mg: Mg | None
    taken_mg: Mg
    taken_at: datetime
    by: str
    reversed_at: datetime | None
    spoke_at: datetime | None = None
    """When it was noted that the person spoke after it."""
    first_of_episode: bool = False
    """Nothing was swallowed in this episode before it."""
    note: str = ""
    takes_home: bool = False
    """Doses to take home were decided on for the day of it."""

    @property
    def injected(self) -> bool:
        """Whether it was an injection that was given."""
        return self.form is Form.INJECTION and self.outcome is DoseOutcome.GIVEN


def recorded(session: Session, dose_id: int, site_id: int) -> RecordedDose | None:
    """Return one dose of a site as it was recorded, or None."""
    query = (
        select(
            Dose.id,
            Dose.person_id,
            Person.number,
            Person.family_name,
            Person.given_name,
            Dose.clinic_day,
            Dose.part,
            Dose.outcome,
            Dose.medication,
            Dose.form,
            Dose.ordered_mg,
            Dose.taken_mg,
            Dose.taken_at,
            Staff.name.label("by"),
            DoseReversal.reversed_at,
            DoseObservation.observed_at.label("spoke_at"),
            _first_of_episode().label("first_of_episode"),
            Dose.note,
            takes_home(_of_the_person, Dose.__table__.c.clinic_day).label("takes_home"),
        )
        .join(Person, Person.id == Dose.person_id)
        .join(Staff, Staff.id == Dose.recorded_by_id)
        .outerjoin(
            DoseObservation,
            (DoseObservation.dose_id == Dose.id) & (DoseObservation.kind == ObservationKind.SPOKE_SWALLOWED),
        )
        .outerjoin(DoseReversal, DoseReversal.dose_id == Dose.id)
        .where(Dose.id == dose_id, Dose.site_id == site_id)
    )
    row = session.execute(query).mappings().one_or_none()
    return RecordedDose(**row) if row else None


def _of_the_person(column: ColumnElement[int]) -> ColumnElement[bool]:
    return column == Dose.__table__.c.person_id


def _first_of_episode() -> ColumnElement[bool]:
    """Match a dose before which nothing was swallowed in its episode."""
    before = aliased(Dose)
    undone = exists().where(DoseReversal.dose_id == before.id)
    earlier = exists().where(
        before.person_id == Dose.person_id,
        before.episode_id == Dose.episode_id,
        before.taken_at < Dose.taken_at,
        before.taken_mg > 0,
        ~undone,
    )
    return ~earlier
