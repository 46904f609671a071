"""Setting where somebody's journey stands: engagement, delivery, community integration, completion; back again as it comes."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import Refused
from dispensary.queries.journey import stages_of_episode
from dispensary.rules.journey import stage_now
from dispensary.services import audit, people
from dispensary.services.act import Act
from dispensary.services.assessments import open_episode
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import Episode, StageChange
from models.enums import AuditKind, JourneyStage

LONGEST = 500


def set_stage(
    session: Session, *, person_id: int, stage: JourneyStage, from_on: date, reason: str, act: Act
) -> StageChange:
    """Set at which stage a journey stands from a day on. It changes no dose and ends no treatment.

    Raises:
        Refused: the person is not in treatment here, it stands there already, no reason is given, or the day lies before
            the last change or ahead.
    """
    reason = people.line(reason, "reason", needed=True, longest=LONGEST)
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    episode_id = open_episode(session, person_id, act)
    admitted_on = session.scalars(select(Episode.admitted_on).where(Episode.id == episode_id)).one()
    now = stage_now(stages_of_episode(session, episode_id), admitted_on)
    if now.stage is stage:
        words = N_("The journey stands there since %(day)s. Choose another stage.")
        raise Refused(say(words, day=now.from_on), code="stands_there", field="stage")
    if not now.from_on <= from_on <= act.clinic_day:
        words = N_("The day lies between %(day)s, when the last stage began, and today.")
        raise Refused(say(words, day=now.from_on), code="not_within_stage", field="from_on")
    last = select(func.max(StageChange.turn)).where(StageChange.episode_id == episode_id)
    turn = (session.scalar(last) or 0) + 1
    values = {"episode_id": episode_id, "turn": turn, "stage": stage, "from_on": from_on, "reason": reason}
    change = write(session, StageChange(**values, **act.stamp))
    audit.record(session, AuditKind.STAGE_CHANGED, change, act, person=person_id, stage=stage, from_on=from_on)
    return change
