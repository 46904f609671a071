"""Who else may collect somebody's doses, and the talk about keeping them safely."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, Refused
from dispensary.queries import take_home_care as records
from dispensary.services import audit, people
from dispensary.services.act import Act
from dispensary.wording import N_, say
from models import Collector, CollectorEnd, SafetyCheck
from models.enums import AuditKind, NaloxoneOffer


def name_collector(
    session: Session,
    *,
    person_id: int,
    name: str,
    relation: str,
    authority: str,
    from_on: date,
    until_on: date,
    act: Act,
) -> Collector:
    """Name another person who may collect somebody's doses, on the authority that they signed.

    Args:
        relation: who it is to them.
        authority: where the signed paper is: its date or number.

    Raises:
        Refused: a name, relation or paper is missing, or the days cannot be.
    """
    name, relation = people.line(name, "name", needed=True), people.line(relation, "relation", needed=True)
    authority = people.line(authority, "authority", needed=True)
    if until_on < from_on:
        raise Refused(say(N_("The last day is before the first.")), code="days_reversed", field="until_on")
    if until_on < act.clinic_day:
        raise Refused(say(N_("This day has passed.")), code="past_day", field="until_on")
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    collector = Collector(
        person_id=person_id,
        name=name,
        relation=relation,
        authority=authority,
        from_on=from_on,
        until_on=until_on,
        **act.stamp,
    )
    session.add(collector)
    session.flush()
    audit.record(session, AuditKind.COLLECTOR_NAMED, collector, act, person=person_id, until_on=until_on)
    return collector


def end_collector(session: Session, *, collector_id: int, reason: str, act: Act) -> CollectorEnd:
    """Withdraw somebody's authority to collect doses.

    Raises:
        NotFound: nobody was named under this number.
        Conflict: it was withdrawn before.
    """
    reason = people.line(reason, "reason", needed=True)
    person_id = records.person_of_collector(session, collector_id)
    people.lock(session, person_id)
    if session.scalar(select(CollectorEnd.id).where(CollectorEnd.collector_id == collector_id)) is not None:
        raise Conflict(say(N_("This authority was withdrawn before.")), code="collector_ended")
    ended = CollectorEnd(collector_id=collector_id, reason=reason, **act.stamp)
    session.add(ended)
    session.flush()
    audit.record(session, AuditKind.COLLECTOR_ENDED, ended, act, person=person_id, collector=collector_id)
    return ended


def check_safety(
    session: Session,
    *,
    person_id: int,
    locked_storage: bool,
    taught: bool,
    child_resistant: bool,
    naloxone: NaloxoneOffer,
    note: str = "",
    act: Act,
) -> SafetyCheck:
    """Record the talk about keeping doses safely; only one with nothing missing lets doses go home.

    Raises:
        Refused: something is missing and the note does not say what was agreed.
    """
    note = people.line(note, "note")
    if not (locked_storage and taught and child_resistant) and not note:
        words = N_("Something is missing. Write what was agreed; until it is there no dose goes home.")
        raise Refused(say(words), code="missing_unexplained", field="note")
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    check = SafetyCheck(
        person_id=person_id,
        clinic_day=act.clinic_day,
        locked_storage=locked_storage,
        taught=taught,
        child_resistant=child_resistant,
        naloxone=naloxone,
        note=note,
        **act.stamp,
    )
    session.add(check)
    session.flush()
    audit.record(session, AuditKind.SAFETY_CHECKED, check, act, person=person_id)
    return check
