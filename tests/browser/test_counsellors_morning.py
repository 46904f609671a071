"""A counsellor's morning, by keyboard alone: who misses doses, the call, the task closed, a session recorded, the sheet."""

from datetime import timedelta

from sqlalchemy import select

from dispensary.services import caseload, due_work, groups, sessions
from dispensary.services.groups import Terms
from models import SessionOutcome, Task
from models.enums import Discipline, GroupKind, Role, SessionKind, TaskOutcome
from tests import factories

DAY = timedelta(days=1)


def absent(clinic, days, **names):
    """Somebody who was dosed, and has not come for so many days."""
    world, begins = clinic.world, clinic.world.day - (days + 1) * DAY
    with clinic.record() as session:
        who = factories.person(session, phone="555 0147", **names)
        stay = factories.episode(session, world, who, admitted_on=begins)
        of = factories.order(session, world, who, in_episode=stay, starts_on=begins)
        factories.dose(session, world, who, of, at=world.at - (days + 1) * DAY)
        factories.trust_clock(session, world, world.at)
    return who


def on_caseload(clinic, *people):
    me = clinic.world.staff[Role.COUNSELLOR]
    with clinic.record() as session:
        caseload.hand_over(
            session,
            person_ids=[one.id for one in people],
            counsellor_id=me.id,
            from_on=clinic.world.day,
            reason="new here",
            act=clinic.world.act(me),
        )


def night(clinic):
    """What the night does: whatever is due goes to the desk."""
    with clinic.record() as session:
        owed, _ = due_work.owed(session, clinic.world.site.id, clinic.world.day)
        for one in owed:
            due_work.tell(session, one, clinic.world.act())


def test_who_missed_doses_is_called_as_they_wish_and_the_morning_ends_with_a_clear_list(clinic, sit):
    world, me = clinic.world, clinic.world.staff[Role.COUNSELLOR]
    missing = absent(clinic, 4, family_name="Haugen", given_name="Ida")
    elsewhere = absent(clinic, 3, family_name="Pereira", given_name="Rui")
    absent(clinic, 0, family_name="Quist", given_name="Eva")  # dosed yesterday: the clinic worked
    coming, _ = clinic.patient(family_name="Lindqvist", given_name="Per")
    on_caseload(clinic, missing, coming)
    with clinic.record() as session:
        sessions.arrange(
            session,
            person_id=coming.id,
            kind=SessionKind.COUNSELLING,
            discipline=Discipline.COUNSELLING,
            with_id=me.id,
            starts_at=world.at,
            minutes=45,
            act=world.act(me),
        )
    night(clinic)
    counsellor = sit(me)

    counsellor.sees_page("Counselling desk").sees("Haugen Ida").sees("555 0147").sees("Lindqvist Per")
    assert "Pereira" not in counsellor.page.locator("main").inner_text()
    counsellor.follow("The whole clinic")
    counsellor.sees_page("Counselling desk").sees("Pereira Rui")
    counsellor.follow("My caseload")

    calls(counsellor, missing, name=me.name)
    records(counsellor, coming)

    counsellor.go("/worklist/counselling?who=all").sees("Pereira Rui")
    text = counsellor.prints("Print as PDF").text
    assert elsewhere.number in text
    assert missing.number not in text
    with clinic.record() as session:
        task = session.scalars(select(Task).where(Task.person_id == missing.id)).one()
        assert (task.outcome, task.resolution) == (TaskOutcome.AGREED, "works nights, comes tomorrow at eight")
        assert session.scalars(select(SessionOutcome)).one().minutes == 40
    night(clinic)
    counsellor.go("/worklist/counselling").sees("No task is open.")


def test_a_full_day_stands_on_one_screen_the_first_lines_of_every_block_without_scrolling(clinic, sit):
    world, me = clinic.world, clinic.world.staff[Role.COUNSELLOR]
    missing = [absent(clinic, 3 + n, family_name=f"Haugen {n}", given_name="Ida Marie") for n in range(12)]
    on_caseload(clinic, *missing)
    with clinic.record() as session:
        for n, one in enumerate(missing[:8]):
            starts_at = world.at + timedelta(minutes=15 * n)
            kind, by = SessionKind.COUNSELLING, Discipline.COUNSELLING
            arranged = {"kind": kind, "discipline": by, "with_id": me.id, "starts_at": starts_at, "minutes": 15}
            sessions.arrange(session, person_id=one.id, **arranged, act=world.act(me))
        for name in ("Staying well", "Together"):
            terms = Terms(name, GroupKind.RELAPSE_PREVENTION, world.day.isoweekday(), "14:00", 90, me.id, False)
            groups.make_group(session, terms=terms, opened_on=world.day, act=world.act(me))
    night(clinic)
    page = sit(me).sees_page("Counselling desk").page

    for width in (1366, 1024):
        page.set_viewport_size({"width": width, "height": 768})
        shown = page.evaluate(SHOWN)
        assert all(rows >= 10 for rows in shown["rows"]), shown
        assert all(seen >= 2 for seen in shown["seen"]), shown
        assert (shown["tall"], shown["broad"]) == (768, width)


SHOWN = """() => {
  const boxes = [...document.querySelectorAll('.desk-box')];
  const rows = box => [...box.querySelectorAll('tbody tr')];
  const within = box => rows(box).filter(row => row.getBoundingClientRect().bottom
      <= Math.min(innerHeight, box.getBoundingClientRect().bottom));
  const page = document.documentElement;
  return {rows: boxes.map(box => rows(box).length), seen: boxes.map(box => within(box).length),
          tall: page.scrollHeight, broad: page.scrollWidth};
}"""
"""How many lines each block of the desk has, how many of them are on the screen, and whether the page itself scrolls."""


def calls(counsellor, missing, *, name):
    """Take the task, ask how the person may be reached, ring, and close it."""
    counsellor.sees_page("Counselling desk").sees("nobody yet").follow("Tasks")
    counsellor.sees_page("Worklist: counselling").sees("Not asked yet how they may be reached")
    counsellor.reach(counsellor.page.get_by_role("link", name=f"Open the task of {missing.number}"))
    counsellor.press("Enter")
    counsellor.sees_page("Task").sees("missed doses").push("Take it")
    counsellor.sees(name).follow("Agree how they may be reached")
    counsellor.sees_page("How the person may be reached").tick("Telephone")
    counsellor.fill("When", "after 18:00")
    counsellor.tick("A message may be left")
    counsellor.fill("In what name", "Carl")
    counsellor.push("Agree")
    counsellor.sees("telephone; when: after 18:00; a message may be left, from “Carl”")
    counsellor.reach(counsellor.page.get_by_role("row").filter(has_text="counselling").get_by_role("link"))
    counsellor.press("Enter")
    counsellor.sees_page("Task").choose("telephone")
    counsellor.choose("reached")
    counsellor.fill("Note (may stay empty)", "works nights, comes tomorrow at eight")
    counsellor.pick("The task", "agreed")
    counsellor.push("Record")
    counsellor.sees_page("Worklist: counselling").sees("No task is open.")


def records(counsellor, coming):
    """Record the first session of the day."""
    counsellor.follow("Counselling desk")
    counsellor.sees_page("Counselling desk").follow(f"Record {coming.number}")
    counsellor.sees_page("What became of the session").choose("came")
    counsellor.fill("Minutes", "40")
    counsellor.push("Record")
    counsellor.sees("Recorded.").go("/desk").sees_page("Counselling desk").sees("came, 40 minutes")
