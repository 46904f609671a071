"""The agencies around the clinic: whom people are referred to, what comes of it, and the calls after somebody has left."""

from datetime import datetime, timedelta

from dispensary.demo.dice import chance
from dispensary.demo.scene import Scene
from dispensary.policy.agencies import agency_rules
from dispensary.queries import call_plans as calls_of
from dispensary.services import agencies, call_plans, referrals
from dispensary.services.agencies import AgencyEntry
from dispensary.services.call_plans import Call
from dispensary.services.referrals import Sent
from models.enums import AgencyKind, AttemptOutcome, CallSeries, Channel, ReferralResult, ReplyKind

AGENCIES = (
    AgencyEntry("Northgate Shelter", AgencyKind.HOUSING, "Ms Tran", "555-0201"),
    AgencyEntry("Harbour Job Centre", AgencyKind.WORK, "Mr Okoye", "555-0202"),
    AgencyEntry("Mill Road Legal Advice", AgencyKind.LEGAL_ADVICE, "Ms Ruiz", "555-0203"),
    AgencyEntry("Doctors at the Quay", AgencyKind.PRIMARY_CARE, "Dr Amin", "555-0204"),
    AgencyEntry("Open Door, mutual aid", AgencyKind.MUTUAL_AID, "Pat", "555-0205"),
)
REASONS = ("has nowhere to stay", "wants to work again", "a fine that cannot be paid", "a wound that does not heal")
A_WEEK = 0.35
"""How likely somebody is referred on an evening."""
ANSWERED, CLOSED = 0.08, 0.04
"""How likely an open referral is answered, or closed, on an evening."""
CALLED = 0.7
"""How many calls are made on their day."""


def in_the_evening(scene: Scene, at: datetime) -> None:
    """Refer somebody now and then, take in answers, and call those who have left."""
    work = scene.casework
    if not work.agencies:
        act = scene.act("counsellor", at)
        made = [agencies.list_agency(scene.session, entry=entry, act=act) for entry in AGENCIES]
        work.agencies = [one.id for one in made]
    if work.keeper and chance(work.rng, A_WEEK):
        _refer(scene, at)
    _answers(scene, at)
    _call(scene, at)


def _refer(scene: Scene, at: datetime) -> None:
    work = scene.casework
    here = [p for p in work.keeper if p in scene.patients and p not in work.referrals.values()]
    if not here:
        return
    person_id = work.rng.choice(here)
    sent = Sent(
        agency_id=work.rng.choice(work.agencies),
        reason=work.rng.choice(REASONS),
        answer_by=scene.day + agency_rules().answer_within,
        way_back="comes back to us at any time; the place is kept for three months",
        meets_at=at + timedelta(days=3) if chance(work.rng, 0.5) else None,
    )
    made = referrals.refer(scene.session, person_id=person_id, sent=sent, act=scene.act(work.keeper[person_id], at))
    work.referrals[made.id] = person_id


def _answers(scene: Scene, at: datetime) -> None:
    work, act = scene.casework, scene.act("counsellor", at)
    for referral_id in list(work.referrals):
        if chance(work.rng, ANSWERED):
            referrals.answer(
                scene.session,
                referral_id=referral_id,
                reply=work.rng.choice((ReplyKind.TAKEN_ON, ReplyKind.WAITING_LIST)),
                from_whom="the duty desk",
                replied_on=scene.day,
                act=act,
            )
        elif chance(work.rng, CLOSED):
            referrals.close(
                scene.session,
                referral_id=referral_id,
                result=work.rng.choice((ReferralResult.HELPED, ReferralResult.DID_NOT_ARRIVE)),
                closed_on=scene.day,
                act=act,
            )
            del work.referrals[referral_id]


def _call(scene: Scene, at: datetime) -> None:
    """Begin to call whoever has left, and make the calls that are due."""
    work, act = scene.casework, scene.act("counsellor2", at)
    for person_id in [p for p in scene.former if p in work.keeper and p not in work.called]:
        call_plans.begin(scene.session, person_id=person_id, series=CallSeries.AFTERCARE, since_on=scene.day, act=act)
        work.called.add(person_id)
    for plan in calls_of.due(scene.session, scene.clinic.site_id, scene.day) if work.called else ():
        if chance(work.rng, CALLED):
            outcome = work.rng.choice((AttemptOutcome.REACHED, AttemptOutcome.NO_ANSWER))
            call = Call(due_on=plan.waiting()[0], channel=Channel.TELEPHONE, outcome=outcome)
            call_plans.record_call(scene.session, plan_id=plan.id, call=call, act=act)
