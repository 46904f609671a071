"""The list of the nightly scan: reasons as counts with points, what is not known, what became of others; never at the window."""

from datetime import timedelta

from sqlalchemy import select

from dispensary.services import caseload, risk
from models import RiskSnooze
from models.enums import Role
from tests.jobs.test_risk_scan import came
from tests.rows import count

DAY = timedelta(days=1)


def raised(session, world):
    who = came(session, world, ago=3)
    for one in risk.to_raise(session, world.site.id, world.day - DAY):
        risk.raise_flag(session, one, world.act())
    for one in risk.to_raise(session, world.site.id, world.day):
        risk.raise_flag(session, one, world.act())
    session.commit()
    return who


def test_list_shows_each_reason_as_a_count_with_its_points(session, world, client):
    who = raised(session, world)
    client.sign_in(session, world, world.staff[Role.COUNSELLOR], at_window=False)

    page = client.get("/risk").get_data(as_text=True)

    assert who.number in page
    assert "scheduled days missed in a row: 3 (7 points)" in page
    assert "Not known, no points:" in page
    assert "32 % did not end" in page
    assert "n = 3235" in page
    assert "CTN-0027" in page


def test_a_nurse_at_the_window_sees_nothing_of_it(session, world, client):
    who = raised(session, world)
    client.sign_in(session, world, world.staff[Role.NURSE])

    assert client.get("/risk").status_code == 403
    assert client.get(f"/people/{who.id}/risk").status_code == 403


def test_leaving_out_and_back_in(session, world, client):
    who = raised(session, world)
    client.sign_in(session, world, world.staff[Role.COUNSELLOR], at_window=False)

    until = (world.day + 7 * DAY).isoformat()
    page = client.send(f"/people/{who.id}/risk/leave-out", {"reason": "travel", "until_on": until})

    assert page.status_code == 303
    out = session.scalars(select(RiskSnooze)).one()
    assert until in client.get("/risk").get_data(as_text=True)
    again = client.send(f"/people/{who.id}/risk/leave-out", {"reason": "travel", "until_on": until})
    assert "left out already" in again.get_data(as_text=True)
    assert count(session, RiskSnooze) == 1
    assert out.person_id == who.id


def test_list_names_who_has_the_task_and_says_so_where_nobody_has(session, world, client):
    counsellor = world.staff[Role.COUNSELLOR]
    alone = came(session, world, ago=4)
    kept = came(session, world, ago=5)
    asked = {"person_ids": [kept.id], "counsellor_id": counsellor.id, "from_on": world.day, "reason": "first talk"}
    caseload.hand_over(session, **asked, act=world.act())
    session.commit()
    for one in risk.to_raise(session, world.site.id, world.day - DAY):
        risk.raise_flag(session, one, world.act())
    session.commit()
    client.sign_in(session, world, counsellor, at_window=False)

    page = client.get("/risk").get_data(as_text=True)
    own = client.get("/worklist/counselling").get_data(as_text=True)
    of_person = client.get(f"/people/{kept.id}/risk").get_data(as_text=True)

    assert page.count(f"<strong>{counsellor.name}</strong>") == 1
    assert "nobody yet: whoever comes first" in page
    assert kept.number in own
    assert alone.number not in own
    assert "1 task of the clinic is nobody’s" in own
    assert f"open: {counsellor.name}" in of_person
