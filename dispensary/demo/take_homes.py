"""Doses that go home from the made-up clinic: who may, the bottles handed over, and what becomes of them."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from dispensary.demo.dice import chance
from dispensary.demo.patient import Patient
from dispensary.demo.scene import Scene
from dispensary.queries import bottles as bottles_of
from dispensary.queries import going_home, take_home_evidence, taking_home
from dispensary.queries import take_home_reviews as reviews
from dispensary.queries.going_home import Asked, Terms
from dispensary.rules.take_home_criteria import name_of
from dispensary.services import (
    bottle_returns,
    bottles,
    call_backs,
    dosing,
    one_off_take_homes,
    take_home_care,
    take_home_reviews,
    take_homes,
)
from dispensary.services.bottles import Handover
from dispensary.services.take_homes import Wish
from models.enums import (
    Answer,
    BottleFate,
    CallBackOutcomeKind,
    CallBackReason,
    LabelLayout,
    Medication,
    NaloxoneOffer,
    OneOffReason,
)

TALKED_OVER = 55
"""So many days before the last one, safety is gone through with many who have come for long."""
DECIDED = {58: "15", 56: "36", 53: "24", 45: "135", 41: "4", 38: "26", 33: "15", 29: "2", 26: "37", 22: "14", 17: "246"}
"""So many days before the last one somebody is allowed doses, and comes on these days of the week."""
STEADY_FOR = timedelta(days=60)
REVIEW_AFTER = timedelta(days=90)
A_WEEK = 7
LEFT_OPEN = 2
"""In the last so many evenings nobody looks at what is to be reviewed."""


def in_the_evening(scene: Scene, at: datetime) -> None:
    """Decide about doses to take home, as the story has it for this day."""
    if scene.days_left >= LEFT_OPEN:
        _review(scene, at)
    if scene.days_left == TALKED_OVER:
        for patient in [p for p in scene.daily() if p.is_steady and chance(scene.rng, 0.85)]:
            _talk(scene, patient, at)
    if scene.days_left in DECIDED and (deserving := _deserving(scene)):
        _decide(scene, deserving, DECIDED[scene.days_left], at)
    for befalls, days_left in HAPPENINGS.items():
        if scene.days_left == days_left:
            befalls(scene, at)


def _review(scene: Scene, at: datetime) -> None:
    """Let what was decided stand, after a look at whoever missed a day or was held."""
    for patient in [p for p in scene.patients.values() if p.decided]:
        if reviews.open_review(scene.session, patient.person_id) is not None:
            take_home_reviews.keep(
                scene.session,
                person_id=patient.person_id,
                rationale="talked it over: once, with good reason",
                act=scene.act("prescriber", at),
            )


def _deserving(scene: Scene) -> Patient | None:
    """Return the steadiest of those who have come for long and take nothing home yet."""
    found = [
        patient
        for patient in scene.daily()
        if patient.is_steady
        and not patient.decided
        and patient.one.medication is Medication.METHADONE
        and patient.stay.ends is None
        and scene.day - patient.stay.begins >= STEADY_FOR
        and patient.has_come(scene.day, A_WEEK)
    ]
    return max(found, key=lambda patient: (patient.one.reliability, patient.person_id), default=None)


def _talk(scene: Scene, patient: Patient, at: datetime) -> None:
    take_home_care.check_safety(
        scene.session,
        person_id=patient.person_id,
        locked_storage=True,
        taught=True,
        child_resistant=True,
        naloxone=scene.rng.choice([NaloxoneOffer.GIVEN, NaloxoneOffer.HAS_IT, NaloxoneOffer.DECLINED]),
        act=scene.act("nurse3", at),
    )
    patient.talked_on = scene.day


def _decide(scene: Scene, patient: Patient, attends_on: str, at: datetime) -> None:
    if patient.talked_on is None:
        _talk(scene, patient, at)
    known = take_home_evidence.eligibility_of(
        scene.session, patient.person_id, scene.clinic.site_id, scene.day, scene.take_homes
    )
    assert known is not None
    first = scene.day + timedelta(days=1)
    take_homes.decide(
        scene.session,
        person_id=patient.person_id,
        wish=Wish(attends_on, 1, _longest_gap(attends_on), first, first + REVIEW_AFTER),
        answers={name_of(seen): Answer.YES for seen in known.criteria},
        rationale="steady for months, works, keeps the doses locked away",
        policy=scene.take_homes,
        act=scene.act("prescriber", at),
    )
    patient.decided = patient.takes_home = True
    if scene.days_left == max(DECIDED):
        _name_collector(scene, patient, at)


def _longest_gap(attends_on: str) -> int:
    """Return how many days lie at most between two visits."""
    days = [int(day) for day in attends_on]
    return max((after - day - 1) % A_WEEK for day, after in zip(days, [*days[1:], days[0]], strict=True))


def _name_collector(scene: Scene, patient: Patient, at: datetime) -> None:
    take_home_care.name_collector(
        scene.session,
        person_id=patient.person_id,
        name="Lan Ortega",
        relation="sister",
        authority=f"letter of {scene.day}",
        from_on=scene.day,
        until_on=scene.day + timedelta(days=365),
        act=scene.act("nurse3", at),
    )


def hand_over(scene: Scene, patient: Patient, at: datetime) -> None:
    """Take back what is empty, and hand over what was decided for the days until the next visit."""
    scene.write_up_shelf(patient)
    act = scene.nurse(patient, at)
    _take_back_empties(scene, patient, at)
    on = taking_home.allowed(scene.session, patient.person_id, scene.day)
    if on.decision is None and not on.one_offs:
        patient.takes_home = patient.decided
        return
    facts = dosing.station_facts(scene.session, patient.person_id, act)
    terms = Terms(scene.rules, scene.settings.safety_check_days, lambda: scene.take_homes)
    for asked in [Asked(), *(Asked(one_off.days.id) for one_off in on.one_offs)]:
        plan = going_home.issue_plan(
            scene.session,
            facts,
            asked,
            terms,
            site_id=scene.clinic.site_id,
            window_id=act.window_id,
        )
        if plan.may_go:
            issue = bottles.issue_bottles(
                scene.session,
                handover=Handover(patient.person_id, plan.digest, facts.check_digits, asked.one_off_id),
                terms=terms,
                act=act,
            )
            bottles.note_labels_printed(scene.session, issue_id=issue.id, layout=LabelLayout.ROLL_62, act=act)
            patient.bottles.update(plan.days)


def _take_back_empties(scene: Scene, patient: Patient, at: datetime) -> None:
    over = [b.id for b in bottles_of.at_home(scene.session, patient.person_id) if b.covers_on < scene.day]
    if over and chance(scene.rng, 0.7):
        bottle_returns.take_back_empties(scene.session, bottle_ids=over, act=scene.nurse(patient, at))


def _with_bottles(scene: Scene) -> list[Patient]:
    """Return who has bottles at home for tomorrow or later."""
    return [p for p in scene.patients.values() if max(p.bottles, default=date.min) > scene.day]


def _call_back(scene: Scene, at: datetime) -> tuple[int, int] | None:
    """Call somebody's bottles back until tomorrow evening; return the call-back and how many bottles it is about."""
    held = _with_bottles(scene)
    if not held:
        return None
    until = datetime.combine(scene.day + timedelta(days=1), time(17), scene.clinic.zone)
    made = call_backs.call_back(
        scene.session,
        person_id=scene.rng.choice(held).person_id,
        reason=CallBackReason.RANDOM,
        channel="telephone",
        note="",
        due_by=until.astimezone(at.tzinfo),
        act=scene.act("nurse3", at),
    )
    return made.id, made.bottles


def _call_back_until_all_there(scene: Scene, at: datetime) -> None:
    """Call somebody's bottles back, who brings every one within the hour and takes them home again."""
    made = _call_back(scene, at)

    def close(moment: datetime) -> None:
        assert made is not None
        scene.write_up()
        call_backs.close_call_back(
            scene.session,
            call_back_id=made[0],
            outcome=CallBackOutcomeKind.ALL_THERE,
            brought=made[1],
            note="",
            act=scene.act("nurse3", moment),
        )

    if made is not None:
        scene.at(at + timedelta(minutes=20), close)


def _lose(scene: Scene, at: datetime) -> None:
    """Note that somebody lost the bottle of the last day that they have one for; its day lies after the story."""
    held = _with_bottles(scene)
    if not held:
        return
    patient = scene.rng.choice(held)
    last = bottles_of.at_home(scene.session, patient.person_id)[-1]
    bottle_returns.note_gone(
        scene.session,
        bottle_id=last.id,
        fate=BottleFate.LOST,
        told="left in the bus, nothing was found at the lost property office",
        act=scene.act("nurse3", at),
    )


def _allow_journey(scene: Scene, at: datetime) -> None:
    """Allow somebody who takes nothing home the doses of three days away."""
    found = [p for p in scene.daily() if p.talked_on is not None and not p.decided and p.is_steady]
    if not found:
        return
    patient = scene.rng.choice(found)
    first = scene.day + timedelta(days=2)
    one_off_take_homes.allow_once(
        scene.session,
        person_id=patient.person_id,
        reason=OneOffReason.JOURNEY,
        first_on=first,
        last_on=first + timedelta(days=2),
        rationale="a wedding in the family, four hours away by train",
        policy=scene.take_homes,
        act=scene.act("prescriber", at),
    )
    patient.takes_home = True


HAPPENINGS: dict[Callable[[Scene, datetime], object], int] = {
    _call_back_until_all_there: 11,
    _allow_journey: 1,
    _call_back: 1,
    _lose: 1,
}
"""What befalls somebody in the evening, so many days before the last one."""
