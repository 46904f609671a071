"""Whom the night raised, by keyboard alone: why, as counts; taken, spoken with, closed; another one left out; the own sheet."""

from datetime import timedelta

from sqlalchemy import select

from dispensary.services import risk
from models import RiskFlag, RiskSnooze, Task
from models.enums import Role, SnoozeReason, TaskOutcome
from tests.browser.test_counsellors_morning import absent, on_caseload

DAY = timedelta(days=1)


def scan(clinic):
    """What the night does: whoever is in a lane is raised."""
    with clinic.record() as session:
        for one in risk.to_raise(session, clinic.world.site.id, clinic.world.day - DAY):
            risk.raise_flag(session, one, clinic.world.act())


def test_who_was_raised_at_night_is_taken_and_spoken_with_another_left_out_and_the_sheet_is_the_persons(clinic, sit):
    world, me = clinic.world, clinic.world.staff[Role.COUNSELLOR]
    raised = absent(clinic, 3, family_name="Haugen", given_name="Ida")
    away = absent(clinic, 4, family_name="Pereira", given_name="Rui")
    absent(clinic, 0, family_name="Quist", given_name="Eva")  # dosed yesterday: the clinic worked
    on_caseload(clinic, away)
    scan(clinic)
    counsellor = sit(me)

    counsellor.sees_page("Counselling desk").follow("Nightly scan")
    counsellor.sees_page("Nightly scan").sees("RED: ").sees(raised.number)
    counsellor.sees("scheduled days missed in a row: 3 (7 points)").sees("days in treatment here: 3 (4 points)")
    counsellor.sees("Not known, no points: ").sees("an opioid urine of the last 28 days")
    counsellor.sees("32 % did not end").sees("nobody yet: whoever comes first").sees(me.name)

    counsellor.follow(f"Task {raised.number}")
    counsellor.sees_page("Task").sees("nightly scan: RED").push("Take it")
    counsellor.sees(me.name).follow("Nightly scan: RED")
    counsellor.sees_page("Nightly scan of a person").sees(f"open: {me.name}")
    sheet = counsellor.prints("Print as PDF, to hand over in person").text
    assert "scheduled days missed in a row: 3 (7 points)" in sheet
    assert "Not known, no points:" in sheet
    counsellor.follow("Nightly scan")
    counsellor.sees_page("Nightly scan").follow(f"Task {raised.number}")
    closes(counsellor)

    counsellor.go("/risk").sees_page("Nightly scan").follow(f"Leave out {away.number}")
    counsellor.sees_page("Leave out of the nightly scan").choose("travel")
    until = (world.day + 7 * DAY).isoformat()
    counsellor.fill_day("Last night on which nobody is told", until)
    counsellor.push("Leave out until then")
    counsellor.sees("Left out.").sees(until)

    counsellor.go(f"/people/{raised.id}/risk").sees_page("Nightly scan of a person").sees("agreed")
    with clinic.record() as session:
        flag = session.scalars(select(RiskFlag).where(RiskFlag.person_id == raised.id)).one()
        assert session.get_one(Task, flag.task_id).outcome is TaskOutcome.AGREED
        out = session.scalars(select(RiskSnooze)).one()
        assert (out.person_id, out.reason) == (away.id, SnoozeReason.TRAVEL)


def closes(counsellor):
    """Note the talk, and close the task with what came of it."""
    counsellor.sees_page("Task").choose("at the window")
    counsellor.choose("reached")
    counsellor.fill("Note (may stay empty)", "comes before work from tomorrow on")
    counsellor.pick("The task", "agreed")
    counsellor.push("Record")
    counsellor.sees_page("Worklist: counselling")
