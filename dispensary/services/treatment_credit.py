"""Days in treatment elsewhere that count for the ladder of an episode."""

from sqlalchemy.orm import Session

from dispensary.errors import Conflict, Refused
from dispensary.queries import take_homes
from dispensary.services import audit, people
from dispensary.services.act import Act
from dispensary.services.take_homes import episode_of
from dispensary.wording import N_, say
from models import TreatmentCredit
from models.enums import AuditKind

MOST_CREDIT = 20 * 366


def credit_treatment(session: Session, *, person_id: int, days: int, reason: str, act: Act) -> TreatmentCredit:
    """Credit days in treatment elsewhere to the open episode, once: a documented choice, signed.

    Raises:
        Refused: no open episode, a number of days that cannot be, or no reason.
        Conflict: the episode has its credit already.
    """
    reason = people.line(reason, "reason", needed=True)
    if not 1 <= days <= MOST_CREDIT:
        words = say(N_("From 1 to %(most)s days."), most=MOST_CREDIT)
        raise Refused(words, code="days_out_of_range", field="days")
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    episode = episode_of(session, person_id)
    if credited := take_homes.credit_of(session, episode.id):
        words = say(N_("%(days)s days were credited before, by %(by)s."), days=credited.days, by=credited.by)
        raise Conflict(words, code="credited_before")
    credit = TreatmentCredit(episode_id=episode.id, days=days, reason=reason, **act.stamp)
    session.add(credit)
    session.flush()
    audit.record(session, AuditKind.TREATMENT_CREDITED, credit, act, person=person_id, days=days)
    return credit
