"""What lies ready on the last day: whom to call, what the shift before wrote, what is known of a few people's health."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from dispensary.demo.setting import Clinic
from dispensary.policy.stack import alert_list
from dispensary.queries import policy
from dispensary.services import health, on_call, shift_notes

ROTA, MONTH = timedelta(days=13), timedelta(days=30)
PHONE = "555-0142"
NOTE = "The printer at window 2 takes its paper from the upper tray only."


def furnish_today(session: Session, clinic: Clinic, people: Sequence[int], now: datetime, today: date) -> None:
    """Fill the rota for two weeks, leave a note for the next shift, and note a few people's health."""
    prescriber = clinic.act("prescriber", now, today)
    on_call.set_on_call(
        session,
        first=today,
        last=today + ROTA,
        prescriber_id=clinic.staff["prescriber"],
        phone=PHONE,
        act=clinic.act("head", now, today),
    )
    shift_notes.write_note(session, text=NOTE, act=clinic.act("nurse3", now, today))
    listed = alert_list(clinic.profiles, policy.approvals(session, clinic.site_id, today), today)
    for person_id in people[:1]:
        health.note_allergy(session, person_id=person_id, substance="penicillin", reaction="rash", act=prescriber)
    for person_id in people[1:2]:
        measured_on = today - MONTH
        health.note_qtc(
            session, person_id=person_id, qtc_ms=462, measured_on=measured_on, listed=listed, act=prescriber
        )
