"""Episodes of care: admission, the end, and the correction of an end that was recorded by mistake."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import orders
from dispensary.queries.people import EpisodeSpan, episodes_of
from dispensary.services import audit, call_backs, call_plans, endings, one_off_take_homes, people, take_homes, waiting
from dispensary.services.act import Act
from dispensary.wording import N_, say
from models import Dose, DoseOrder, DoseReversal, Episode, EpisodeEnd, EpisodeEndCorrection, OrderEnd
from models.enums import (
    Admission,
    AuditKind,
    EpisodeEndReason,
    EpisodeKind,
    Medication,
    OrderEndReason,
)
from models.units import Mg


@dataclass(frozen=True)
class TransferIn:
    """What the clinic somebody comes from says of the last dose, and who there confirmed it."""

    clinic: str
    confirmed_by: str
    last_dose_on: date
    last_dose_mg: Mg
    last_dose_medication: Medication


def admit_patient(
    session: Session,
    *,
    person_id: int,
    kind: EpisodeKind,
    admission: Admission,
    admitted_on: date,
    transfer: TransferIn | None,
    act: Act,
) -> Episode:
    """Begin an episode of care.

    Args:
        transfer: the confirmed last dose of somebody who is transferred in; none for anybody else.

    Raises:
        Refused: an episode is open, the day or the kind of admission cannot be right, or the transfer is not whole.
    """
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    before = episodes_of(session, [person_id]).get(person_id, [])
    _refuse_open(before)
    _check_admission_day(before, admitted_on, act)
    _check_admission_kind(before, admission)
    _check_transfer(admission, transfer, admitted_on)
    episode = Episode(
        person_id=person_id,
        kind=kind,
        admission=admission,
        admitted_on=admitted_on,
        transferred_from=f"{transfer.clinic.strip()}; {transfer.confirmed_by.strip()}" if transfer else "",
        last_dose_on=transfer.last_dose_on if transfer else None,
        last_dose_mg=transfer.last_dose_mg if transfer else None,
        last_dose_medication=transfer.last_dose_medication if transfer else None,
        **act.stamp,
    )
    session.add(episode)
    session.flush()
    audit.record(
        session,
        AuditKind.PERSON_ADMITTED,
        episode,
        act,
        person=person_id,
        episode_kind=kind,
        admission=admission,
        admitted_on=admitted_on,
    )
    waiting.end_by_admission(session, person_id=person_id, admitted_on=admitted_on, act=act)
    if kind is not EpisodeKind.GUEST:
        call_plans.end_with_return(session, person_id=person_id, act=act)
    return episode


def end_episode(
    session: Session, *, person_id: int, ended_on: date, reason: EpisodeEndReason, note: str, act: Act
) -> EpisodeEnd:
    """End a person's open episode, and with it the orders and take-home decisions that would outlive it.

    Args:
        ended_on: the last day of the episode, and the last day of its orders.
        note: what lies behind the reason; an ending always says.

    Raises:
        Refused: there is no open episode, the day cannot be right, or a dose was recorded after it.
    """
    people.lock(session, person_id)
    open_one = next((s for s in episodes_of(session, [person_id]).get(person_id, []) if s.ended_on is None), None)
    if open_one is None:
        raise Refused(say(N_("There is no open episode to end.")), code="no_open_episode")
    _check_end_day(session, open_one, ended_on, act)
    note = people.line(note, "note", needed=True)
    end = write_end(session, span=open_one, ended_on=ended_on, reason=reason, note=note, act=act)
    end_orders(session, person_id=person_id, last_day=ended_on, reason=OrderEndReason.EPISODE_ENDED, act=act)
    take_homes.end_with_episode(session, person_id=person_id, last_day=ended_on, act=act)
    one_off_take_homes.end_with_episode(session, person_id=person_id, last_day=ended_on, reason=note, act=act)
    call_backs.note_wrong_bottles(session, person_id=person_id, act=act)
    return end


def write_end(
    session: Session, *, span: EpisodeSpan, ended_on: date, reason: EpisodeEndReason, note: str, act: Act
) -> EpisodeEnd:
    """Write the end of an open episode; call behind the person's lock, and end the orders with it.

    Raises:
        Refused: the clinic ends it against the person's wish, and no ending is agreed, told, free of contest and due.
    """
    if reason is EpisodeEndReason.ENDED_BY_CLINIC:
        endings.refuse_alone(session, episode_id=span.id, act=act)
    turns = session.scalar(select(func.max(EpisodeEnd.turn)).where(EpisodeEnd.episode_id == span.id)) or 0
    end = EpisodeEnd(episode_id=span.id, turn=turns + 1, ended_on=ended_on, reason=reason, note=note, **act.stamp)
    session.add(end)
    session.flush()
    audit.record(session, AuditKind.EPISODE_ENDED, end, act, person=span.person_id, ended_on=ended_on, reason=reason)
    return end


def ends_of(session: Session, person_id: int, reason: EpisodeEndReason) -> list[EpisodeEnd]:
    """Return the ends of a record's own episodes that have this reason and were not taken back."""
    query = (
        select(EpisodeEnd)
        .join(Episode, Episode.id == EpisodeEnd.episode_id)
        .where(
            Episode.person_id == person_id,
            EpisodeEnd.reason == reason,
            EpisodeEnd.id.not_in(select(EpisodeEndCorrection.episode_end_id)),
        )
    )
    return list(session.scalars(query))


def correct_episode_end(session: Session, *, episode_end_id: int, reason: str, act: Act) -> EpisodeEndCorrection:
    """Take back an end that was recorded by mistake: the episode stands again; its orders must be signed anew.

    Raises:
        NotFound: there is no such end.
        Conflict: it was corrected already.
        Refused: another episode has begun since.
    """
    query = (
        select(Episode.person_id, Episode.id)
        .join(EpisodeEnd, EpisodeEnd.episode_id == Episode.id)
        .where(EpisodeEnd.id == episode_end_id)
    )
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFound(say(N_("There is no such end on record.")), code="no_such_end")
    reason = people.line(reason, "reason", needed=True)
    people.lock(session, found.person_id)
    spans = episodes_of(session, [found.person_id])[found.person_id]
    if all(span.end_id != episode_end_id for span in spans):
        raise Conflict(say(N_("This end was already corrected.")), code="corrected_before")
    people.refuse_linked_away(session, found.person_id)
    if any(span.id > found.id for span in spans):
        raise Refused(say(N_("Another episode has begun since. This end stays as it is.")), code="later_episode")
    correction = EpisodeEndCorrection(episode_end_id=episode_end_id, reason=reason, **act.stamp)
    session.add(correction)
    session.flush()
    audit.record(
        session, AuditKind.EPISODE_END_CORRECTED, correction, act, person=found.person_id, episode_end=episode_end_id
    )
    call_plans.end_with_return(session, person_id=found.person_id, act=act)
    return correction


def _refuse_open(before: list[EpisodeSpan]) -> None:
    for span in before:
        if span.ended_on is None:
            raise Refused(
                say(N_("An episode is open since %(on)s. End it before another begins."), on=span.admitted_on),
                code="episode_open",
            )
        if span.end_reason is EpisodeEndReason.DIED:
            raise Refused(
                say(N_("On record as died on %(on)s. If that is a mistake, correct that end first."), on=span.ended_on),
                code="on_record_as_died",
            )


def _check_admission_day(before: list[EpisodeSpan], admitted_on: date, act: Act) -> None:
    if admitted_on > act.clinic_day:
        raise Refused(say(N_("This day has not come yet.")), code="future_day", field="admitted_on")
    last = max((span.ended_on for span in before if span.ended_on is not None), default=None)
    if last is not None and admitted_on < last:
        raise Refused(
            say(N_("The last episode ended on %(on)s; this one cannot begin before that."), on=last),
            code="before_last_end",
            field="admitted_on",
        )


def _check_admission_kind(before: list[EpisodeSpan], admission: Admission) -> None:
    if before and admission is Admission.NEW:
        raise Refused(
            say(N_("There is an earlier episode on record. Choose re-admitted or transferred in.")),
            code="not_new",
            field="admission",
        )
    if not before and admission is Admission.READMITTED:
        raise Refused(
            say(N_("There is no earlier episode on record. Choose new or transferred in.")),
            code="never_admitted",
            field="admission",
        )


def _check_transfer(admission: Admission, transfer: TransferIn | None, admitted_on: date) -> None:
    if (admission is Admission.TRANSFERRED_IN) != (transfer is not None):
        raise Refused(
            say(
                N_("A transfer in, and nothing else, comes with its last dose: clinic, who confirmed it, day, amount.")
            ),
            code="transfer_not_whole",
            field="admission",
        )
    if transfer is None:
        return
    people.line(transfer.clinic, "clinic", needed=True)
    people.line(transfer.confirmed_by, "confirmed_by", needed=True)
    if transfer.last_dose_mg <= 0:
        raise Refused(say(N_("This must be more than zero.")), code="no_amount", field="last_dose_mg")
    if transfer.last_dose_on > admitted_on:
        raise Refused(
            say(N_("The last dose elsewhere cannot lie after the admission.")),
            code="last_dose_later",
            field="last_dose_on",
        )


def _check_end_day(session: Session, span: EpisodeSpan, ended_on: date, act: Act) -> None:
    if ended_on > act.clinic_day:
        raise Refused(say(N_("This day has not come yet.")), code="future_day", field="ended_on")
    if ended_on < span.admitted_on:
        raise Refused(
            say(N_("The episode began on %(on)s; it cannot end before that."), on=span.admitted_on),
            code="before_admission",
            field="ended_on",
        )
    later = select(func.max(Dose.clinic_day)).where(
        Dose.person_id == span.person_id, Dose.id.not_in(select(DoseReversal.dose_id))
    )
    last_dose_on = session.scalar(later)
    if last_dose_on is not None and last_dose_on > ended_on:
        raise Refused(
            say(N_("A dose is on record for %(on)s; the episode cannot end before that."), on=last_dose_on),
            code="dose_later",
            field="ended_on",
        )


def end_orders(session: Session, *, person_id: int, last_day: date, reason: OrderEndReason, act: Act) -> None:
    """End every order that would hold after a day; one that never began ends the day before its start."""
    query = select(DoseOrder.id, DoseOrder.starts_on).where(
        DoseOrder.person_id == person_id,
        last_day < orders.LAST_DAY,
        DoseOrder.starts_on <= orders.LAST_DAY,
    )
    for row in session.execute(query.order_by(DoseOrder.id)).all():
        held_until = max(last_day, row.starts_on - timedelta(days=1))
        end = OrderEnd(order_id=row.id, last_day=held_until, reason=reason, **act.stamp)
        session.add(end)
        session.flush()
        audit.record(
            session, AuditKind.ORDER_ENDED, end, act, order=end.order_id, last_day=end.last_day, reason=end.reason
        )
