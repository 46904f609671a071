"""While somebody is in custody: who doses there, the day of release with its slot, and a first dose that is ready then."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from dispensary.clock import clinic_day, moment_on
from dispensary.errors import Conflict, Refused
from dispensary.policy.turns import turn_rules
from dispensary.queries import absences as stays
from dispensary.queries import custody as records
from dispensary.queries import sites
from dispensary.queries.absences import Stay
from dispensary.queries.people import surviving
from dispensary.services import absences, audit, discharges, people, tasks
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import AbsenceEnd, CustodyPlan
from models.enums import AbsenceKind, AuditKind, CallSeries, Desk, ReleaseKind, TaskReasonKind

KIND = TaskReasonKind.RELEASE_DAY
LONGEST = 500
LONGEST_AHEAD = timedelta(days=20 * 366)
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Known:
    """What is known of a custody."""

    release_on: date | None
    release_kind: ReleaseKind
    contact: str
    """Who doses there, and how they are reached."""
    slot_at: datetime | None
    """When the person is expected at the window on the day of release."""
    last_dose_told: bool


def plan(session: Session, *, absence_id: int, known: Known, act: Act) -> CustodyPlan:
    """Write down what is known of a custody; when the release is near, the prescriber prepares the first dose.

    Raises:
        NotFound: there is no such stay.
        Conflict: the stay is over.
        Refused: it is no custody, nobody is named, or a day or the slot cannot be right.
    """
    contact = people.line(known.contact, "contact", needed=True, longest=LONGEST)
    stay, person_id = _locked(session, absence_id)
    _check(session, stay, known, act)
    before = records.newest(session, absence_id)
    made = write(
        session,
        CustodyPlan(
            absence_id=absence_id,
            turn=before.turn + 1 if before else 1,
            release_on=known.release_on,
            release_kind=known.release_kind,
            contact=contact,
            slot_at=known.slot_at,
            last_dose_told=known.last_dose_told,
            **act.stamp,
        ),
    )
    if known.release_on is not None and known.release_on <= act.clinic_day + turn_rules().release_prepared_before:
        _prepare(session, person_id, known.release_on, act)
    audit.record(
        session,
        AuditKind.CUSTODY_PLANNED,
        made,
        act,
        person=person_id,
        release_kind=known.release_kind,
        release_on=known.release_on,
    )
    return made


def prepare(session: Session, absence_id: int, act: Act) -> None:
    """Put the first dose after a release on the prescriber's desk, if the stay still lasts and its day is known."""
    try:
        _, person_id = _locked(session, absence_id)
    except Conflict:  # found by an earlier read
        return
    known = records.newest(session, absence_id)
    if known is not None and known.release_on is not None:
        _prepare(session, person_id, known.release_on, act)


def release(
    session: Session, *, absence_id: int, last_day: date, told_by: str, kind: ReleaseKind, calls: bool, act: Act
) -> AbsenceEnd:
    """Record that a custody is over, and begin the calls after a release that the person agreed to.

    Args:
        last_day: the last clinic day away; without a confirmed last dose a prescriber decides before the next one.

    Raises:
        NotFound: there is no such stay.
        Conflict: its end is on record.
        Refused: the day cannot be right, or nobody is named.
    """
    stay, person_id = _locked(session, absence_id)
    end = absences.end_absence(session, absence_id=absence_id, last_day=last_day, told_by=told_by, act=act)
    if calls and last_day >= stay.from_on:
        discharges.begin_calls(session, person_id, CallSeries.AFTER_RELEASE, last_day + A_DAY, act, release_kind=kind)
    return end


def _prepare(session: Session, person_id: int, release_on: date, act: Act) -> None:
    """Note it due before the day of release begins; at once where that has come."""
    have = sites.settings(session, act.site_id, release_on)
    begins = moment_on(release_on, have.day_starts, have.zone, have.day_starts)
    due_at = max(begins, act.at + turn_rules().seen_when_back_within)
    tasks.note(
        session, person_id=person_id, desk=Desk.PRESCRIBER, kind=KIND, due_at=due_at, again_since=act.at, act=act
    )


def _locked(session: Session, absence_id: int) -> tuple[Stay, int]:
    person_id = surviving(session, stays.stay(session, absence_id).person_id)
    people.lock(session, person_id)
    stay = stays.stay(session, absence_id)
    if stay.kind is not AbsenceKind.CUSTODY:
        raise Refused(say(N_("This is no custody. End a stay in hospital on the person's page.")), code="no_custody")
    if not stay.lasts:
        words = N_("The end is on record already: last day away %(day)s, by %(by)s.")
        raise Conflict(say(words, day=stay.last_day, by=stay.ended_by), code="ended_before")
    return stay, person_id


def _check(session: Session, stay: Stay, known: Known, act: Act) -> None:
    if known.release_on is None:
        if known.slot_at is not None:
            words = N_("A slot is on the day of release. Enter that day first.")
            raise Refused(say(words), code="slot_without_day", field="release_on")
        return
    if not max(stay.from_on, act.clinic_day) <= known.release_on <= act.clinic_day + LONGEST_AHEAD:
        words = N_("The release lies ahead. If the person is out already, record that the custody is over.")
        raise Refused(say(words), code="release_gone_by", field="release_on")
    if known.slot_at is not None:
        have = sites.settings(session, act.site_id, known.release_on)
        if clinic_day(known.slot_at, have.zone, have.day_starts) != known.release_on:
            words = N_("The slot is on the day of release, so that no day without medicine follows.")
            raise Refused(say(words), code="slot_another_day", field="slot_time")
