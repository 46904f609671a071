"""Stays in hospital or custody, recorded and ended, and why somebody missed a day."""

from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, Refused
from dispensary.queries import absences
from dispensary.queries.dosing import standing_stops
from dispensary.queries.people import episode_on, surviving
from dispensary.rules.events import OF_A_STAY
from dispensary.services import audit, events, people, stops
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import Absence, AbsenceEnd, MissedDayReason
from models.enums import AbsenceKind, AuditKind, MissedReason, StopKind

A_DAY = timedelta(days=1)
LONGEST_BACK = timedelta(days=366)


def record_absence(
    session: Session,
    *,
    person_id: int,
    kind: AbsenceKind,
    from_on: date,
    expected_until: date | None,
    place: str,
    told_by: str,
    act: Act,
) -> Absence:
    """Record that somebody is in hospital or custody, where dosing is unknown; the window and the prescriber hear of it.

    Args:
        from_on: the first clinic day away.
        expected_until: the last day away as far as it is known.

    Raises:
        Refused: a day cannot be right, or place or informant are missing.
        Conflict: the person is on record as away already.
    """
    place, told_by = people.line(place, "place", needed=True), people.line(told_by, "told_by", needed=True)
    if not act.clinic_day - LONGEST_BACK <= from_on <= act.clinic_day:
        words = say(N_("The first day away lies within the last year, today at the latest."))
        raise Refused(words, code="absence_from", field="from_on")
    if expected_until is not None and expected_until < from_on:
        words = say(N_("The stay cannot be expected to end before it began."))
        raise Refused(words, code="dates_in_order", field="expected_until")
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    _refuse_overlap(session, person_id, from_on)
    absence = write(
        session,
        Absence(
            person_id=person_id,
            kind=kind,
            from_on=from_on,
            expected_until=expected_until,
            place=place,
            told_by=told_by,
            **act.stamp,
        ),
    )
    events.tell_window(session, person_id=person_id, kind=OF_A_STAY[kind], act=act)
    audit.record(session, AuditKind.ABSENCE_RECORDED, absence, act, person=person_id, absence=kind, from_on=from_on)
    return absence


def end_absence(session: Session, *, absence_id: int, last_day: date, told_by: str, act: Act) -> AbsenceEnd:
    """Record the last day of a stay, or that it never was. Without a confirmed last dose a prescriber decides first.

    Args:
        last_day: the last clinic day away; the day before the first where the person was never away.

    Raises:
        NotFound: there is no such stay.
        Refused: the day cannot be right, or nobody is named as the informant.
        Conflict: its end is on record already.
    """
    told_by = people.line(told_by, "told_by", needed=True)
    stay = absences.stay(session, absence_id)
    person_id = surviving(session, stay.person_id)
    people.lock(session, person_id)
    stay = absences.stay(session, absence_id)
    if stay.last_day is not None:
        words = say(
            N_("The end is on record already: last day away %(day)s, by %(by)s."), day=stay.last_day, by=stay.ended_by
        )
        raise Conflict(words, code="ended_before")
    if not stay.from_on - A_DAY <= last_day <= act.clinic_day:
        words = say(
            N_(
                "The last day away is %(first)s at the earliest, which says that the stay never was, and today at the latest."
            ),
            first=stay.from_on - A_DAY,
        )
        raise Refused(words, code="absence_until", field="last_day")
    end = write(session, AbsenceEnd(absence_id=absence_id, last_day=last_day, told_by=told_by, **act.stamp))
    if last_day >= stay.from_on:
        _stop_until_decided(session, person_id, last_day, act)
    audit.record(session, AuditKind.ABSENCE_ENDED, end, act, person=person_id, absence_no=absence_id, last_day=last_day)
    return end


def explain_missed_day(
    session: Session, *, person_id: int, clinic_day: date, reason: MissedReason, note: str = "", act: Act
) -> MissedDayReason:
    """Note why somebody missed a day; a later note of the same day counts in its place.

    Raises:
        Refused: the day is not over or long gone, or another reason is not said in words.
    """
    note = people.line(note, "note", needed=reason is MissedReason.OTHER)
    if not act.clinic_day - LONGEST_BACK <= clinic_day <= act.clinic_day:
        words = say(N_("A missed day lies within the last year."))
        raise Refused(words, code="not_a_missed_day", field="clinic_day")
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    mine = (MissedDayReason.person_id == person_id, MissedDayReason.clinic_day == clinic_day)
    turn = (session.scalar(select(func.max(MissedDayReason.turn)).where(*mine)) or 0) + 1
    why = write(
        session,
        MissedDayReason(person_id=person_id, clinic_day=clinic_day, turn=turn, reason=reason, note=note, **act.stamp),
    )
    audit.record(
        session, AuditKind.MISSED_DAY_EXPLAINED, why, act, person=person_id, clinic_day=clinic_day, missed=reason
    )
    return why


def _refuse_overlap(session: Session, person_id: int, from_on: date) -> None:
    for stay in absences.stays_of(session, person_id):
        if stay.last_day is None:
            words = say(N_("On record as away since %(day)s already, by %(by)s."), day=stay.from_on, by=stay.by)
            raise Conflict(words, code="away_already")
        if stay.last_day >= from_on:
            words = say(N_("A stay until %(day)s is on record; the new one begins after it."), day=stay.last_day)
            raise Refused(words, code="absence_overlaps", field="from_on")


def _stop_until_decided(session: Session, person_id: int, last_day: date, act: Act) -> None:
    """Stop dosing until a prescriber decides, unless what was taken last is known; only of somebody in treatment here."""
    if episode_on(session, person_id, act.site_id) is None:
        return
    if absences.last_dose_confirmed(session, person_id, last_day):
        return
    if any(stop.kind is StopKind.ABSENCE for stop in standing_stops(session, person_id)):
        return
    stops.set_stop(session, person_id=person_id, kind=StopKind.ABSENCE, act=act)
