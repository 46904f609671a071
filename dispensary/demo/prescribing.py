"""What the made-up prescriber decides about a person: orders signed, held doses released, questions at the desk answered."""

from datetime import datetime

from dispensary.demo.patient import Patient
from dispensary.demo.scene import Scene
from dispensary.errors import Refused
from dispensary.queries import orders as order_facts
from dispensary.rules.order_drafts import OrderDraft
from dispensary.services import orders, prescriber_desk, re_entry
from dispensary.services.act import Act
from dispensary.services.orders import Signing
from models.enums import TaskReasonKind
from models.units import plain

ANSWERABLE = set(TaskReasonKind) - {TaskReasonKind.STOP}


def sign(scene: Scene, patient: Patient, draft: OrderDraft, at: datetime, *, considering: bool = False) -> None:
    """Sign an order; with the days without medicine considered, it releases today's dose if that is held."""
    days = _days_to_consider(scene, patient, draft, at) if considering else None
    again = {n: f"{plain(step.total_mg)} mg" for n, step in enumerate(draft.steps)}
    over_limit = ""
    while True:
        try:
            _signed(scene, patient, Signing(draft, scene.limits, over_limit, again, days), scene.act("prescriber", at))
            break
        except Refused as refusal:
            if refusal.code != "over_limit" or over_limit:
                raise
            over_limit = "tolerance known from earlier treatment; seen daily"
    patient.step_waits = False
    versions = order_facts.versions_of(scene.session, patient.person_id)
    patient.orders = [v.facts for v in versions if v.episode_id == patient.episode_id and not v.never_held]
    patient.first_due = min(order.starts_on for order in patient.orders)
    if considering and draft.starts_on == scene.day:
        patient.released_on = scene.day
        release(scene, patient, at)


def _days_to_consider(scene: Scene, patient: Patient, draft: OrderDraft, at: datetime) -> int:
    """Return the days without medicine that the page of an order shows."""
    act = scene.act("prescriber", at)
    verdict = re_entry.verdict_for(scene.session, patient.person_id, draft.medication, draft.treatment_phase, act)
    return verdict.inputs.days if verdict else 0


def _signed(scene: Scene, patient: Patient, signing: Signing, act: Act) -> None:
    if patient.orders:
        orders.change_order(scene.session, order_id=patient.orders[0].id, signing=signing, act=act)
        return
    orders.sign_order(
        scene.session, person_id=patient.person_id, episode_id=patient.episode_id, signing=signing, act=act
    )


def release(scene: Scene, patient: Patient, at: datetime) -> None:
    """Release today's dose where it is held still."""
    act = scene.act("prescriber", at)
    held = re_entry.held_today(scene.session, patient.person_id, act)
    if held is not None:
        re_entry.release_held_dose(
            scene.session,
            person_id=patient.person_id,
            order_id=held.order.id,
            days_without_medicine=held.days_without_medicine,
            amount_mg=held.amount_mg,
            reason="seen and assessed today",
            act=act,
        )


def answer_desk(scene: Scene, patient: Patient, resolution: str, at: datetime) -> None:
    """Let the prescriber answer what waits on the desk about a person."""
    act = scene.act("prescriber", at)
    prescriber_desk.answer(scene.session, person_id=patient.person_id, kinds=ANSWERABLE, resolution=resolution, act=act)
