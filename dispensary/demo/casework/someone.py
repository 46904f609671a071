"""Whom something happens to that happens once: somebody who stays in treatment, and nobody twice."""

from dispensary.demo.patient import Patient
from dispensary.demo.scene import Scene
from models.enums import Sex


def somebody(scene: Scene, sex: Sex | None = None) -> Patient | None:
    """Return somebody of whom nothing of the kind is known yet, or None."""
    work = scene.casework
    found = [
        patient
        for person_id, patient in sorted(scene.patients.items())
        if person_id in work.keeper
        and person_id not in work.singled_out
        and not patient.takes_home
        and not patient.taken_in
        and patient.away_until is None
        and patient.stay.ends is None
        and sex in (None, patient.one.who.sex)
    ]
    if not found:
        return None
    chosen = work.rng.choice([patient for patient in found if patient.is_steady] or found)
    work.singled_out.add(chosen.person_id)
    return chosen
