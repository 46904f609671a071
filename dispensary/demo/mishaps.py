"""What goes wrong now and then at the made-up clinic, each by the services, with the prescriber's answer that morning.

A dose comes up, a cup tips over, too much is poured, somebody was dosed elsewhere.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from dispensary.demo import schedules
from dispensary.policy.stack import bands_in_force
from dispensary.queries import dosing as facts_of
from dispensary.queries import policy, stock
from dispensary.rules.attendance import DayTaken
from dispensary.rules.dosing import DosingFacts, shown_digest
from dispensary.rules.stock import lines_for
from dispensary.services import elsewhere, incidents, replacements, spills, stops, vomiting
from dispensary.services.dosing import Shown
from dispensary.services.elsewhere import Confirmed, Reported
from dispensary.services.incidents import Swallowed
from models.enums import Alertness, ElsewhereSource, IncidentKind, Medication
from models.units import Mg

if TYPE_CHECKING:
    from dispensary.demo.story import Deed, Patient, Story

TOO_MUCH_MG = Mg(Decimal(10))
UNTIL_IT_CAME_UP, UNTIL_ORDERED, UNTIL_REPLACED = (timedelta(minutes=n) for n in (14, 9, 6))
HOSPITAL = "Harbour Hospital"
DAY = timedelta(days=1)
Mishap = Callable[["Story", "Patient", DosingFacts, datetime], bool]
"""Something that goes wrong for a person at a moment; False where it cannot happen to them, and nothing was done."""


def came_up(story: "Story", patient: "Patient", facts: DosingFacts, at: datetime) -> bool:
    """Give a dose that comes up under the nurse's eyes; the prescriber orders a part of it again."""
    if patient.one.medication is not Medication.METHADONE or facts.parts_today > 1:
        return False
    story.stock_service(patient)
    dose = story.give_one_by_one(patient, facts, at)
    bands = bands_in_force(
        story.clinic.profiles, policy.approvals(story.session, story.clinic.site_id, story.day), story.day
    )

    def note(moment: datetime) -> None:
        story.stock_service(patient)
        vomiting.record_vomiting(
            story.session,
            person_id=patient.person_id,
            dose_id=dose.id,
            minutes_after=UNTIL_IT_CAME_UP // timedelta(minutes=1) - 1,
            witnessed=True,
            note="",
            bands=bands,
            act=story.nurse(patient, moment),
        )
        patient.taken[story.day] = DayTaken.PART
        story.at(moment + UNTIL_ORDERED, order)

    def order(moment: datetime) -> None:
        story.stock_service(patient)
        replacements.order_replacement(
            story.session,
            dose_id=dose.id,
            amount_mg=schedules.lowered(patient.one, dose.taken_mg),
            reason="came up within minutes, seen by the nurse",
            act=story.act("prescriber", moment),
        )
        story.at(moment + UNTIL_REPLACED, replace)

    def replace(moment: datetime) -> None:
        story.stock_service(patient)
        act = story.nurse(patient, moment)
        shown = story.shown(patient, act)
        waiting = replacements.waiting_for(story.session, patient.person_id, dose.id, act)
        now = replacements.facts_at_window(story.session, story.station(patient, act), waiting, act)
        replacements.give_replacement(
            story.session,
            shown=Shown(patient.person_id, shown_digest(now, story.rules), shown.digits),
            dose_id=dose.id,
            site=story.rules,
            act=act,
        )
        patient.taken[story.day], patient.last_at = DayTaken.WHOLE, moment

    story.at(at + UNTIL_IT_CAME_UP, note)
    return True


def spilt(story: "Story", patient: "Patient", facts: DosingFacts, at: datetime) -> bool:
    """Spill a poured dose before a witness, and pour it again."""
    story.stock_service(patient)
    act = story.nurse(patient, at)
    spills.record_spill(
        story.session,
        shown=story.shown(patient, act),
        site=story.rules,
        note="the cup tipped over",
        witnessed_by_id=story.clinic.staff["nurse3"],
        act=act,
    )
    story.released(patient, at + timedelta(minutes=2))
    return True


def too_much(story: "Story", patient: "Patient", facts: DosingFacts, at: datetime) -> bool:
    """Pour more than was ordered; the person is watched, and dosing goes on tomorrow."""
    act = story.nurse(patient, at)
    order, due = facts.order, facts.due_mg
    assert order is not None and due is not None and act.window_id is not None
    story.stock_service(patient)
    containers = stock.containers_at_window(story.session, act.window_id, order.medication, order.form)
    lines = lines_for(Mg(due + TOO_MUCH_MG), containers, on=story.day)
    if order.medication is not Medication.METHADONE or order.parts > 1 or lines is None:
        return False
    incident = incidents.record_incident(
        story.session,
        person_id=patient.person_id,
        what=Swallowed(
            order.medication,
            order.form,
            taken_mg=Mg(due + TOO_MUCH_MG),
            taken_at=at,
            clinic_day=story.day,
            lines=lines,
            ordered_mg=due,
            order_id=order.id,
        ),
        kind=IncidentKind.WRONG_AMOUNT,
        note="read 10 mg too much off the cup",
        act=act,
    )
    patient.note(order, 1, Mg(due + TOO_MUCH_MG), story.day, at, whole=True)

    def watch(moment: datetime) -> None:
        story.stock_service(patient)
        incidents.observe(
            story.session,
            incident_id=incident.id,
            alertness=Alertness.AWAKE,
            breaths_per_minute=14,
            note="",
            act=story.nurse(patient, moment),
        )

    story.at(at + timedelta(minutes=45), watch)
    story.at(max(at + timedelta(hours=1), story.closes) + timedelta(minutes=6), _decided(story, patient))
    return True


def dosed_elsewhere(story: "Story", patient: "Patient", facts: DosingFacts, at: datetime) -> bool:
    """Hear that somebody who missed yesterday was dosed in hospital; the ward confirms it, and today's dose is given."""
    yesterday, order, due = story.day - DAY, facts.order, facts.due_mg
    assert order is not None and due is not None
    missed = yesterday not in patient.taken and yesterday >= patient.first_due and order.due_on(yesterday)
    if not missed or order.parts > 1 or order.every_n_days > 1 or len(order.steps) > 1:
        return False
    story.stock_service(patient)
    taken_at = at - timedelta(hours=20)
    report = elsewhere.report_elsewhere(
        story.session,
        person_id=patient.person_id,
        told=Reported(ElsewhereSource.HOSPITAL, HOSPITAL, order.medication, None, taken_at, yesterday, "the person"),
        act=story.nurse(patient, at),
    )

    def confirm(moment: datetime) -> None:
        story.stock_service(patient)
        elsewhere.verify_elsewhere(
            story.session,
            elsewhere_dose_id=report.id,
            confirmed=Confirmed(order.medication, due, taken_at, yesterday),
            verifier="ward sister, called back by telephone",
            act=story.nurse(patient, moment),
        )
        patient.note(order, 1, due, yesterday, taken_at, whole=True)
        _decided(story, patient)(moment)
        story.released(patient, moment + timedelta(minutes=4))

    story.at(at + timedelta(minutes=12), confirm)
    return True


def _decided(story: "Story", patient: "Patient") -> "Deed":
    """Let the prescriber decide: the stop is released, and what waits on the desk is answered."""

    def decide(moment: datetime) -> None:
        story.stock_service(patient)
        act = story.act("prescriber", moment)
        for stop in facts_of.standing_stops(story.session, patient.person_id):
            stops.release_stop(story.session, stop_id=stop.id, reason="looked into; doses go on", act=act)
        story.close_task(patient, "looked into; doses go on", moment)

    return decide
