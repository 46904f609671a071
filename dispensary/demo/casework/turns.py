"""What comes once: a contest that is answered, a wish about a taper, and an ending that is proposed and taken back."""

from datetime import datetime, timedelta

from dispensary.demo.casework.someone import somebody
from dispensary.demo.scene import Scene
from dispensary.policy.turns import turn_rules
from dispensary.services import contests, endings, take_home_requests, tapers
from dispensary.services.endings import Proposal
from models.enums import AskedBy, ContestAbout, ContestResult, EndingReason, TaperWish

DECLINED, CONTESTED, ANSWERED = 22, 19, 16
WISHED, TOLD = 28, 25
PROPOSED, TAKEN_BACK = 33, 30
"""So many days before the last one; on none of them is the clinic closed."""


def in_the_evening(scene: Scene, at: datetime) -> None:
    """Do what has its day today."""
    steps = {
        DECLINED: _decline,
        CONTESTED: _contest,
        ANSWERED: _answer,
        WISHED: _wish,
        TOLD: _tell,
        PROPOSED: _propose,
        TAKEN_BACK: _take_back,
    }
    if (step := steps.get(scene.days_left)) is not None:
        step(scene, at)


def _decline(scene: Scene, at: datetime) -> None:
    if (patient := somebody(scene)) is None:
        return
    asked = take_home_requests.ask(
        scene.session,
        person_id=patient.person_id,
        wish="Sundays at home, because of the bus",
        reason=None,
        first_on=None,
        last_on=None,
        act=scene.act("counsellor", at),
    )
    declined = take_home_requests.decline(
        scene.session,
        asked_id=asked.id,
        reason="no place at home yet where bottles can be locked away",
        act=scene.act("prescriber", at),
    )
    scene.casework.declined = patient.person_id, declined.id


def _contest(scene: Scene, at: datetime) -> None:
    work = scene.casework
    if work.declined is None or work.declined[0] not in scene.patients:
        return
    made = contests.contest(
        scene.session,
        person_id=work.declined[0],
        about=ContestAbout.TAKE_HOME_DECLINED,
        subject_id=work.declined[1],
        words="I have a box with a lock since Monday. My sister has seen it.",
        said_on=scene.day,
        act=scene.act("counsellor", at),
    )
    work.contest_id = made.id


def _answer(scene: Scene, at: datetime) -> None:
    if scene.casework.contest_id is None:
        return
    contests.answer(
        scene.session,
        contest_id=scene.casework.contest_id,
        result=ContestResult.UPHELD,
        reason="The box is good, but the room is shared by four. Once the move is over it is looked at anew.",
        may_release=False,
        act=scene.act("head", at),
    )


def _wish(scene: Scene, at: datetime) -> None:
    if (patient := somebody(scene)) is None:
        return
    made = tapers.ask(
        scene.session,
        person_id=patient.person_id,
        wish=TaperWish.BEGIN,
        asked_by=AskedBy.PERSON,
        words="A little less from spring on, five at a time.",
        said_on=scene.day,
        act=scene.act("counsellor", at),
    )
    scene.casework.wish_id = made.id


def _tell(scene: Scene, at: datetime) -> None:
    if scene.casework.wish_id is None:
        return
    words = "Not before the move is over; we speak of it again on the first of the month."
    tapers.answer(
        scene.session,
        taper_request_id=scene.casework.wish_id,
        followed=False,
        words=words,
        act=scene.act("prescriber", at),
    )


def _propose(scene: Scene, at: datetime) -> None:
    if (patient := somebody(scene)) is None:
        return
    rules = turn_rules()
    notice_on = scene.day + timedelta(days=2)
    contest_by = notice_on + rules.contest_within
    proposal = Proposal(
        reason=EndingReason.THREATS,
        account="Threatened the guard at the door on two mornings.",
        offered_instead="Another hour, and a talk with the guard and the head; said to think about it.",
        notice_on=notice_on,
        contest_by=contest_by,
        last_day=contest_by + rules.contest_answered_within,
    )
    act = scene.act("prescriber", at)
    made = endings.propose(scene.session, person_id=patient.person_id, proposal=proposal, act=act)
    scene.casework.ending_id = made.id


def _take_back(scene: Scene, at: datetime) -> None:
    if scene.casework.ending_id is None:
        return
    reason = "Spoke with the guard and apologised; comes at eleven now."
    endings.take_back(scene.session, ending_id=scene.casework.ending_id, reason=reason, act=scene.act("head", at))
