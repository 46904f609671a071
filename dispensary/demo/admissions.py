"""People come to the made-up clinic: registered the first time, admitted each time, with an order and a first visit."""

from datetime import datetime, timedelta

from dispensary.demo import away, mishaps, schedules, visits
from dispensary.demo.cast import Character, Stay
from dispensary.demo.patient import Patient
from dispensary.demo.portraits import portrait
from dispensary.demo.prescribing import sign
from dispensary.demo.scene import Deed, Scene
from dispensary.services import episodes, people, photos
from dispensary.services.episodes import TransferIn
from models.enums import Admission, EpisodeKind


def admission(scene: Scene, one: Character, stay: Stay) -> Deed:
    """Return the deed by which somebody's stay begins."""

    def admit(at: datetime) -> None:
        patient = admitted(scene, one, stay, at)
        draft = schedules.steady(one, scene.day, one.target_mg, "goes on as at the clinic before", early=True)
        first = draft if patient.transfer_on else schedules.beginning(one, scene.day)
        sign(scene, patient, first, at, considering=stay is not one.stays[0])
        visits.come(scene, patient)

    return admit


def _register(scene: Scene, one: Character, at: datetime) -> int:
    act = scene.act("nurse2", at)
    person = people.register_person(
        scene.session,
        family_name=one.who.family_name,
        given_name=one.who.given_name,
        birth_date=one.who.birth_date,
        sex=one.who.sex,
        identity_number=None,
        phone=one.who.phone,
        address=one.who.address,
        number="",
        distinct_from=frozenset(scene.person_ids.values()),
        act=act,
    )
    photo = photos.window_photo(portrait(scene.rng))
    people.take_photo(scene.session, person_id=person.id, photo=photo, act=act)
    people.issue_card(scene.session, person_id=person.id, act=act)
    return person.id


def admitted(scene: Scene, one: Character, stay: Stay, at: datetime) -> Patient:
    """Register somebody who comes the first time, and admit them."""
    scene.write_up()
    if one not in scene.person_ids:
        scene.person_ids[one] = _register(scene, one, at)
    person_id = scene.person_ids[one]
    transfer = _transfer(scene, one) if stay.from_clinic else None
    admission = Admission.READMITTED if stay is not one.stays[0] else Admission.NEW
    episode = episodes.admit_patient(
        scene.session,
        person_id=person_id,
        kind=EpisodeKind.MAINTENANCE,
        admission=Admission.TRANSFERRED_IN if transfer else admission,
        admitted_on=scene.day,
        transfer=transfer,
        act=scene.act("prescriber", at),
    )
    patient = Patient(one, person_id, stay, episode.id, scene.day)
    patient.transfer_on = transfer.last_dose_on if transfer else None
    if (before := scene.former.get(person_id)) is not None:
        patient.taken, patient.parts_mg = before.taken, before.parts_mg
        patient.last_at, patient.covers = before.last_at, before.covers
        if before.taken_in:
            away.note_out(scene, person_id, at)
            mishaps.decided(scene, patient)(at)
    scene.patients[person_id] = patient
    return patient


def _transfer(scene: Scene, one: Character) -> TransferIn:
    yesterday = scene.day - timedelta(days=1)
    return TransferIn("Riverside Clinic", "Dr Hale", yesterday, one.target_mg, one.medication)
