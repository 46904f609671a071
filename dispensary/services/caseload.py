"""Whose people are whose: put on a counsellor's caseload, or handed over, one person or many at once."""

from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import Refused
from dispensary.queries import caseload as records
from dispensary.services import audit, people, worklist
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import Caseload
from models.enums import AuditKind

LONGEST_AHEAD = timedelta(days=92)


def hand_over(
    session: Session,
    *,
    person_ids: Collection[int],
    counsellor_id: int | None,
    from_on: date,
    reason: str,
    act: Act,
) -> list[Caseload]:
    """Put people on a counsellor's caseload from a day on, all or none of them; whoever is on it already stays.

    Args:
        counsellor_id: None takes them off without a successor, to be found by whoever looks at the whole clinic.

    Raises:
        Refused: nobody is chosen, the counsellor is none of this site, the day is past or far off, no reason is said, or
            all of them are on that caseload already.
    """
    reason = people.line(reason, "reason", needed=True)
    if not person_ids:
        raise Refused(say(N_("Choose at least one person.")), code="nobody", field="people")
    if not act.clinic_day <= from_on <= act.clinic_day + LONGEST_AHEAD:
        raise Refused(say(N_("From today on, three months ahead at most.")), code="from_day", field="from_on")
    _check_counsellor(session, counsellor_id, from_on, act)
    chosen = sorted(set(person_ids))
    for person_id in chosen:
        people.lock(session, person_id)
        people.refuse_linked_away(session, person_id)
    moving = [one for one in chosen if _counsellor_id(session, one, from_on) != counsellor_id]
    if not moving:
        raise Refused(say(N_("All of them are there already. Nothing was changed.")), code="nothing_changed")
    return [_hand_over(session, one, counsellor_id, from_on, reason, act) for one in moving]


def _counsellor_id(session: Session, person_id: int, on: date) -> int | None:
    keeper = records.counsellor_of(session, person_id, on)
    return keeper.counsellor_id if keeper else None


def _check_counsellor(session: Session, counsellor_id: int | None, from_on: date, act: Act) -> None:
    here = {one.id for one in records.colleagues(session, act.site_id, from_on, records.COUNSELLORS)}
    if counsellor_id is not None and counsellor_id not in here:
        words = say(N_("Choose a counsellor of this site."))
        raise Refused(words, code="not_a_counsellor", field="counsellor_id")


def _hand_over(
    session: Session, person_id: int, counsellor_id: int | None, from_on: date, reason: str, act: Act
) -> Caseload:
    turn = (session.scalar(select(func.max(Caseload.turn)).where(Caseload.person_id == person_id)) or 0) + 1
    kept = write(
        session,
        Caseload(
            person_id=person_id, turn=turn, counsellor_id=counsellor_id, from_on=from_on, reason=reason, **act.stamp
        ),
    )
    audit.record(session, AuditKind.CASELOAD_CHANGED, kept, act, person=person_id, counsellor=counsellor_id or "–")
    worklist.follow_caseload(session, person_id, act)
    return kept
