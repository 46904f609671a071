"""A dose that came up again: it stays recorded as swallowed, and the prescriber is asked what follows."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from dispensary.errors import Conflict, Refused
from dispensary.policy.house import house_rules
from dispensary.policy.stack import VomitBands
from dispensary.queries import after_dose
from dispensary.queries.after_dose import LastDose
from dispensary.rules.vomiting import band_of
from dispensary.services import audit, lock, people, tasks
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import Vomiting
from models.enums import AuditKind, Desk, Form, TaskReasonKind


def record_vomiting(
    session: Session,
    *,
    person_id: int,
    dose_id: int,
    minutes_after: int,
    witnessed: bool,
    note: str,
    bands: VomitBands,
    act: Act,
) -> Vomiting:
    """Record that a person's last dose of today came up again, and open the prescriber's task.

    Args:
        dose_id: the dose as the page showed it.
        minutes_after: whole minutes since it was swallowed.
        witnessed: staff saw it; only then does a band of the policy hold.
        bands: of the profiles in force here today.

    Raises:
        Conflict: another dose was recorded since, or this one was noted as vomited before.
        Refused: nothing was swallowed here today, or it would have come up later than now.
    """
    note = people.line(note, "note")
    lock.person(session, person_id)
    dose = _dose_that_came_up(session, person_id, dose_id, act)
    vomited_at = _moment(dose, minutes_after, act)
    band = band_of(bands, dose.medication, minutes_after, witnessed=witnessed)
    vomiting = write(
        session,
        Vomiting(
            dose_id=dose.id,
            person_id=person_id,
            clinic_day=act.clinic_day,
            vomited_at=vomited_at,
            minutes_after=minutes_after,
            witnessed=witnessed,
            profile=band.profile if band else None,
            band=band.rule.number if band else None,
            note=note,
            **act.stamp,
        ),
    )
    audit.record(
        session,
        AuditKind.DOSE_VOMITED,
        vomiting,
        act,
        person=person_id,
        dose=dose.id,
        minutes=minutes_after,
        witnessed=int(witnessed),
        profile=vomiting.profile,
        band=vomiting.band,
    )
    kind = TaskReasonKind.VOMITED
    due_at = act.at + house_rules().answer_within[kind]
    tasks.note(session, person_id=person_id, desk=Desk.PRESCRIBER, kind=kind, due_at=due_at, act=act)
    return vomiting


def _dose_that_came_up(session: Session, person_id: int, dose_id: int, act: Act) -> LastDose:
    dose = after_dose.last_dose(session, person_id, act.clinic_day)
    if dose is None:
        words = say(N_("No dose was swallowed here today, so none can have come up. Look at the person's page again."))
        raise Refused(words, code="nothing_swallowed")
    if dose.form is Form.INJECTION:
        raise Refused(say(N_("Today's dose was injected: it cannot come up. Tell the prescriber.")), code="injected")
    if dose.id != dose_id:
        words = say(N_("Another dose was recorded since this page was opened. Look again, then record it."))
        raise Conflict(words, code="another_dose")
    if dose.vomiting_id is not None:
        words = say(N_("It is on record already that this dose came up %(minutes)s minutes after it was swallowed."),
                    minutes=dose.minutes_after)  # fmt: skip
        raise Conflict(words, code="vomited_before")
    return dose


def _moment(dose: LastDose, minutes_after: int, act: Act) -> datetime:
    since = max(act.at - dose.taken_at, timedelta(0)) // timedelta(minutes=1)
    if not 0 <= minutes_after <= since:
        words = say(N_("The dose was swallowed %(minutes)s minutes ago: type no more than that."), minutes=since)
        raise Refused(words, code="minutes_out_of_range", field="minutes_after")
    return dose.taken_at + timedelta(minutes=minutes_after)
