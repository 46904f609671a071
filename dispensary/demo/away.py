"""Who stays away from the made-up clinic for longer: in hospital, in custody, or without a word; and who comes back today."""

from datetime import date, datetime, timedelta

from dispensary.demo import mishaps
from dispensary.demo.patient import Patient
from dispensary.demo.scene import Deed, Scene
from dispensary.queries import absences as absences_of
from dispensary.queries.follow_up import proposals
from dispensary.services import absences, custody, follow_up
from models.enums import AbsenceKind, MissedReason, ReleaseKind

GONE = (40, 36, 34, 24, 16, 11, 8)
"""So many days before the last one somebody comes no more, without a word."""
KEPT = 2
"""So many days before the last one the team decides to go on looking for the first of them."""
IN_THE_END = {12: AbsenceKind.CUSTODY, 6: AbsenceKind.HOSPITAL, 3: AbsenceKind.HOSPITAL}
SHORT_CUSTODY, OUT_AGAIN = 33, 9
"""So many days before the last one somebody is taken into custody, and released so many days later."""
BACK_TODAY = {7: 7, 5: 13}
"""So many days before the last one somebody misses a first dose, and comes back today, so many minutes ago."""
PLACES = {AbsenceKind.HOSPITAL: "Harbour Hospital, ward 5", AbsenceKind.CUSTODY: "Northgate remand centre"}
TOLD_BY = {AbsenceKind.HOSPITAL: "the ward, called back", AbsenceKind.CUSTODY: "the person's brother, by telephone"}
WHY = (
    (MissedReason.ILL, 20),
    (MissedReason.WORK, 20),
    (MissedReason.FAMILY, 12),
    (MissedReason.MONEY_OR_DISTANCE, 12),
    (MissedReason.FORGOT, 10),
    (MissedReason.NOT_REACHED, 26),
)
ASKED_AFTER = 30
"""In the last so many days the counsellor notes why people missed."""
UNTIL_DECIDED, UNTIL_SEEN = timedelta(minutes=20), timedelta(minutes=35)


def leave(scene: Scene) -> None:
    """Let those leave who do so today, as the story has it."""
    if scene.days_left in GONE and (patient := _somebody(scene)):
        patient.away_until = date.max
    if scene.days_left == SHORT_CUSTODY and (patient := _somebody(scene)):
        patient.away_until = scene.day + timedelta(days=OUT_AGAIN)
        taken_in(scene, patient, AbsenceKind.CUSTODY, patient.away_until)
    if scene.days_left in BACK_TODAY and (patient := _somebody(scene)):
        patient.away_until = date.max
        scene.back_today.append((patient, timedelta(minutes=BACK_TODAY[scene.days_left])))
    if scene.days_left in IN_THE_END and (patient := _somebody(scene)):
        patient.away_until = date.max
        taken_in(scene, patient, IN_THE_END[scene.days_left], scene.day + timedelta(days=20))


def _somebody(scene: Scene) -> Patient | None:
    """Return somebody in the middle of treatment of whom nothing special is known, or None."""
    found = [
        p for p in scene.daily() if p.is_steady and not p.takes_home and p.away_until is None and p.stay.ends is None
    ]
    return scene.rng.choice(found) if found else None


def taken_in(scene: Scene, patient: Patient, kind: AbsenceKind, until: date) -> None:
    """Let the clinic hear this morning that somebody is in hospital or custody."""

    def hear(at: datetime) -> None:
        scene.write_up()
        absences.record_absence(
            scene.session,
            person_id=patient.person_id,
            kind=kind,
            from_on=scene.day,
            expected_until=until if kind is AbsenceKind.HOSPITAL else None,
            place=PLACES[kind],
            told_by=TOLD_BY[kind],
            act=scene.act("counsellor", at),
        )

    scene.at(scene.opens + timedelta(hours=2), hear)
    patient.taken_in = True


def note_out(scene: Scene, person_id: int, at: datetime) -> None:
    """Note that somebody is out of hospital or custody since this morning."""
    stay = next(s for s in absences_of.stays_of(scene.session, person_id) if s.last_day is None)
    last_day, act = scene.day - timedelta(days=1), scene.act("nurse3", at)
    if stay.kind is AbsenceKind.CUSTODY:
        custody.release(
            scene.session,
            absence_id=stay.id,
            last_day=last_day,
            told_by="the person, with a paper of the centre",
            kind=ReleaseKind.BAIL,
            calls=True,
            act=act,
        )
    else:
        told_by = "the person, with a letter of the ward"
        absences.end_absence(scene.session, absence_id=stay.id, last_day=last_day, told_by=told_by, act=act)


def let_out(scene: Scene, patient: Patient, see: Deed) -> None:
    """Let somebody come straight from hospital or custody: the stay is ended, a prescriber decides, then they are seen."""
    patient.taken_in, patient.last_plain = False, None

    def end(at: datetime) -> None:
        scene.write_up()
        note_out(scene, patient.person_id, at)
        scene.at(at + UNTIL_DECIDED, mishaps.decided(scene, patient))
        scene.at(at + UNTIL_SEEN, see)

    scene.at(scene.opens + timedelta(minutes=15), end)


def note_why(scene: Scene, at: datetime) -> None:
    """Let the counsellor note why two of those who missed yesterday did."""
    if scene.days_left > ASKED_AFTER:
        return
    yesterday = scene.day - timedelta(days=1)
    missed = [p for p in scene.daily() if p.missed(yesterday) and not p.taken_in and yesterday not in scene.closed]
    for patient in scene.rng.sample(missed, min(2, len(missed))):
        (reason,) = scene.rng.choices([why for why, _ in WHY], [weight for _, weight in WHY])
        absences.explain_missed_day(
            scene.session,
            person_id=patient.person_id,
            clinic_day=yesterday,
            reason=reason,
            act=scene.act("counsellor", at),
        )


def keep_looking(scene: Scene, at: datetime) -> None:
    """Let the team go on looking for whoever has not come for the longest."""
    if scene.days_left != KEPT:
        return
    lost_after = scene.settings.lost_after_no_shows
    proposed = proposals(scene.session, scene.clinic.site_id, scene.day, after_no_shows=lost_after)
    if proposed:
        follow_up.keep_looking(
            scene.session,
            episode_id=proposed[0].row.episode_id,
            reason="a cousin has seen him in the market hall; outreach goes there on Fridays",
            look_again_on=scene.day + timedelta(days=14),
            act=scene.act("counsellor", at),
        )
