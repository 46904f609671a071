"""What is known of each custody: when somebody comes out, who doses there, and when they are expected at the window."""

from datetime import UTC, date, datetime, time, timedelta

from dispensary.demo.scene import Scene
from dispensary.queries import absences
from dispensary.services import custody
from dispensary.services.custody import Known
from models.enums import AbsenceKind, ReleaseKind

EXPECTED_AT = time(9, 30)
UNTIL_OUT = timedelta(days=14)
"""Where the day is not told, it is taken to lie so far off."""
CONTACT = "Nurse Adeyemi, Northgate remand centre, 555-0341"


def in_the_evening(scene: Scene, at: datetime) -> None:
    """Write down what is known of whoever was taken in."""
    work = scene.casework
    for person_id, patient in scene.patients.items():
        if not patient.taken_in:
            work.planned.discard(person_id)
        elif person_id not in work.planned:
            work.planned.add(person_id)
            until = patient.away_until
            _plan(scene, person_id, scene.day + UNTIL_OUT if until in (None, date.max) else until, at)


def _plan(scene: Scene, person_id: int, release_on: date | None, at: datetime) -> None:
    lasting = [stay for stay in absences.stays_of(scene.session, person_id) if stay.lasts]
    for stay in lasting:
        if stay.kind is not AbsenceKind.CUSTODY or release_on is None or release_on <= scene.day:
            continue
        slot_at = datetime.combine(release_on, EXPECTED_AT, scene.clinic.zone).astimezone(UTC)
        known = Known(
            release_on=release_on,
            release_kind=ReleaseKind.BAIL,
            contact=CONTACT,
            slot_at=slot_at,
            last_dose_told=True,
        )
        custody.plan(scene.session, absence_id=stay.id, known=known, act=scene.act("counsellor", at))
