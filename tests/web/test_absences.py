"""The pages of stays in hospital or custody and of missed days, and what the window shows of them."""

from datetime import timedelta

from dispensary.queries import absences as records
from models.enums import MissedReason

DAY = timedelta(days=1)


def test_stay_is_recorded_shown_at_the_window_and_ended_there(nurse, session, world, who):
    first = world.day - 3 * DAY

    nurse.send(
        f"/people/{who.id}/away",
        {"kind": "hospital", "place": "Ward 3", "from_on": first.isoformat(), "expected_until": "", "told_by": "ward"},
    )

    assert "On record as in hospital since" in nurse.get(f"/window/{who.id}").text
    (stay,) = records.stays_of(session, who.id)
    nurse.send(f"/people/absences/{stay.id}/end", {"last_day": (world.day - DAY).isoformat(), "told_by": "the person"})
    page = nurse.get(f"/people/{who.id}").text
    assert "Back: record the end" not in page
    assert "STOP" in page
    assert "Do not give" in nurse.get(f"/window/{who.id}").text


def test_reason_for_a_missed_day_is_noted(nurse, session, world, who):
    day = world.day - DAY

    nurse.send(f"/people/{who.id}/missed/{day.isoformat()}", {"reason": "ill", "note": ""})

    assert records.reasons_of(session, who.id, day, day)[day].reason is MissedReason.ILL
    assert nurse.get(f"/people/{who.id}/missed/some-day").status_code == 404
