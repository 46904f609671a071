"""Two records of one person: linking them, so that slots, stops, runs and history are shared, and taking a link back.

Both are signed by two people, and neither erases anything: a link and its undoing are facts of their own.
"""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import dosing as facts_of
from dispensary.queries import links
from dispensary.queries.links import LinkPlan, StandingLink
from dispensary.services import audit, episodes, incidents, linked_slots, linked_tasks, people, stops, tasks
from dispensary.services.act import Act
from dispensary.wording import N_, say
from models import (
    Dose,
    DoseReversal,
    EpisodeEndCorrection,
    Person,
    PersonLink,
    PersonUnlink,
)
from models.enums import (
    AuditKind,
    CardEnd,
    Desk,
    EpisodeEndReason,
    IncidentKind,
    OrderEndReason,
    StopKind,
    TaskReasonKind,
)

DAY = timedelta(days=1)


def link_records(
    session: Session,
    *,
    root_id: int,
    person_id: int,
    shown: str,
    reason: str,
    witnessed_by_id: int | None,
    act: Act,
) -> PersonLink:
    """Let one record of a person end in another one: from now on the two share slots, stops, runs and history.

    The surviving record takes over the slots of the other; where both swallowed something today, the later dose is a
    dosing incident; where both swallowed something on a day before, or two orders differ, an order problem stops dosing
    until a prescriber has decided. The other's episode, orders and card end.

    Args:
        root_id: the record that survives.
        person_id: the record that ends.
        shown: the digest of the consequences, as the page showed them.

    Raises:
        NotFound: one of them is no record.
        Conflict: linked before, or what would happen has changed since it was shown.
        Refused: the same record, a survivor that ended itself, the only one in treatment is to end, no reason or witness.
    """
    reason = people.line(reason, "reason", needed=True)
    _check_witness(witnessed_by_id, act)
    linked_slots.lock_records(session, {root_id, person_id})
    plan = links.plan(session, root_id=root_id, person_id=person_id, clinic_day=act.clinic_day)
    _check(plan, shown)
    records = links.family(session, person_id)
    link = PersonLink(
        person_id=person_id,
        root_id=root_id,
        reason=reason,
        linked_at=act.at,
        witnessed_by_id=witnessed_by_id,
        **act.stamp,
    )
    session.add(link)
    session.flush()
    session.execute(update(Person).where(Person.id.in_(records)).values(root_id=root_id))
    for slot in sorted(plan.ends.slots, key=lambda slot: (slot.clinic_day, slot.part)):
        linked_slots.settle(session, person_id=root_id, clinic_day=slot.clinic_day, part=slot.part, act=act)
    _end_other(session, plan, reason, act)
    _stop_where_needed(session, plan, reason, act)
    linked_tasks.move(session, records, root_id, reason, act)
    audit.record(
        session,
        AuditKind.RECORDS_LINKED,
        link,
        act,
        person=person_id,
        root=root_id,
        witness=witnessed_by_id,
        slots=len(plan.shared_slots),
        twice=len(plan.days_taken_twice),
    )
    return link


def _check_witness(witnessed_by_id: int | None, act: Act) -> None:
    if witnessed_by_id is None:
        raise Refused(say(N_("A second person must sign here.")), code="no_witness", field="witness_username")
    if witnessed_by_id == act.by_id:
        raise Refused(say(N_("You cannot witness your own act.")), code="witness_is_self", field="witness_username")


def refuse_impossible(plan: LinkPlan) -> None:
    """Refuse two records that cannot be linked this way round; says what to do instead.

    Raises:
        Conflict: the record that is to end was linked before.
        Refused: the same record, a survivor that ended itself, or the only one in treatment is to end.
    """
    if plan.survivor.identity.id == plan.ends.identity.id:
        raise Refused(say(N_("This is the same record. Choose the other one.")), code="same_record")
    if plan.ends.root_id is not None:
        raise Conflict(say(N_("This record was linked with another one before.")), code="linked_before")
    if plan.survivor.root_id is not None:
        words = N_("This record was linked with another one itself. Choose the one that survives.")
        raise Refused(say(words), code="survivor_ended")
    if plan.ends.open_episode and not plan.survivor.open_episode:
        words = N_("Only the record that would end is in treatment. Let that one survive.")
        raise Refused(say(words), code="ends_the_treated")


def _check(plan: LinkPlan, shown: str) -> None:
    refuse_impossible(plan)
    if shown != plan.digest:
        words = N_("Something changed since this page was opened. Nothing was linked. Look again, then sign.")
        raise Conflict(say(words), code="changed_since_shown")


def _end_other(session: Session, plan: LinkPlan, reason: str, act: Act) -> None:
    """End the other record's episode and orders, where the survivor has an episode, and its card."""
    person_id = plan.ends.identity.id
    if span := plan.ends_episode:
        dosed_today = any(dose.clinic_day == act.clinic_day for dose in plan.ends.doses)
        last_day = act.clinic_day if dosed_today else act.clinic_day - DAY
        ended_on = max(act.clinic_day, span.admitted_on)
        episodes.write_end(session, span=span, ended_on=ended_on, reason=EpisodeEndReason.LINKED, note=reason, act=act)
        episodes.end_orders(session, person_id=person_id, last_day=last_day, reason=OrderEndReason.LINKED, act=act)
    if plan.ends.card is not None:
        people.revoke_card(session, person_id=person_id, because=CardEnd.REPLACED, act=act)


def _stop_where_needed(session: Session, plan: LinkPlan, reason: str, act: Act) -> None:
    if (twice := plan.second_dose) and not twice.incident:
        dose = session.get_one(Dose, twice.id)
        incidents.note_incident(session, dose=dose, kind=IncidentKind.TWICE, note=reason, act=act)
    if plan.stops_until_decided:
        _stop(session, plan.survivor.identity.id, reason, act)


def _stop(session: Session, person_id: int, note: str, act: Act) -> None:
    """Set an order problem, unless one stands."""
    if StopKind.ORDER_PROBLEM not in {stop.kind for stop in facts_of.standing_stops(session, person_id)}:
        stops.set_stop(session, person_id=person_id, kind=StopKind.ORDER_PROBLEM, note=note, act=act)


def unlink_records(
    session: Session, *, link_id: int, reason: str, witnessed_by_id: int | None, act: Act
) -> PersonUnlink:
    """Take back a link that was a mistake: from now on the two records are of two people again.

    Slots that one held for the other are free. The episode that ended with the link stands again; its orders stay ended,
    and a prescriber is told. What the desks still owe of what came with the link is owed to both, and so is every event told
    of since. Doses recorded in between stay where they were recorded; as nobody can tell from the record
    who swallowed them, dosing of both stops until a prescriber has decided.

    Raises:
        NotFound: there is no such link.
        Conflict: it was taken back before.
        Refused: no reason, or no witness.
    """
    reason = people.line(reason, "reason", needed=True)
    _check_witness(witnessed_by_id, act)
    link = _lock_link(session, link_id)
    records = links.family(session, link.root_id)
    taken = _taken_since(session, records, link)
    shared = links.linked_slots(session, link.root_id)
    unlink = PersonUnlink(
        link_id=link_id, reason=reason, unlinked_at=act.at, witnessed_by_id=witnessed_by_id, **act.stamp
    )
    session.add(unlink)
    session.flush()
    for record in records:
        top = _top(session, record)
        session.execute(update(Person).where(Person.id == record).values(root_id=top if top != record else None))
    for slot in sorted(shared, key=lambda slot: (slot.clinic_day, slot.part)):
        linked_slots.settle(session, person_id=link.root_id, clinic_day=slot.clinic_day, part=slot.part, act=act)
    _restore(session, link.person_id, reason, act)
    linked_tasks.give_back(session, link, _top(session, link.root_id), act)
    if taken:
        for person_id in (_top(session, link.root_id), link.person_id):
            _stop(session, person_id, reason, act)
    audit.record(
        session,
        AuditKind.RECORDS_UNLINKED,
        unlink,
        act,
        person=link.person_id,
        root=link.root_id,
        witness=witnessed_by_id,
        doses_since=taken,
    )
    return unlink


def _lock_link(session: Session, link_id: int) -> StandingLink:
    found = session.get(PersonLink, link_id)
    if found is None:
        raise NotFound(say(N_("There is no such link on record.")), code="no_such_link")
    linked_slots.lock_records(session, {found.person_id, found.root_id})
    if session.scalar(select(PersonUnlink.id).where(PersonUnlink.link_id == link_id)) is not None:
        raise Conflict(say(N_("This link was already taken back.")), code="unlinked_before")
    return links.link(session, link_id)


def _top(session: Session, person_id: int) -> int:
    parent = links.parent_of(session, person_id)
    return person_id if parent is None else _top(session, parent)


def _taken_since(session: Session, records: Collection[int], link: StandingLink) -> int:
    """Return how many doses were recorded as swallowed while the records were one."""
    undone = exists().where(DoseReversal.dose_id == Dose.id)
    query = select(Dose.id).where(
        Dose.person_id.in_(records), Dose.recorded_at > link.linked_at, Dose.taken_mg > 0, ~undone
    )
    return len(session.scalars(query).all())


def _restore(session: Session, person_id: int, reason: str, act: Act) -> None:
    """Let the episode that ended with the link stand again, and tell the prescriber that it has no order."""
    for end in episodes.ends_of(session, person_id, EpisodeEndReason.LINKED):
        correction = EpisodeEndCorrection(episode_end_id=end.id, reason=reason, **act.stamp)
        session.add(correction)
        session.flush()
        audit.record(session, AuditKind.EPISODE_END_CORRECTED, correction, act, person=person_id, episode_end=end.id)
        tasks.note(
            session,
            person_id=person_id,
            desk=Desk.PRESCRIBER,
            kind=TaskReasonKind.ORDER_ENDING,
            act=act,
        )
