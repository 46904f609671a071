"""The page of the clinic's calendar."""

from datetime import timedelta

import pytest

from dispensary.queries.calendar import closures_of
from models.enums import ClosureKind, Role

DAY = timedelta(days=1)
ANNOUNCE, NOW = "/calendar/closed-days", "/calendar/closed-days/now"


@pytest.fixture
def head(client, session, world):
    return client.sign_in(session, world, world.staff[Role.CLINIC_HEAD], at_window=False)


def closures(session, world):
    session.rollback()
    return closures_of(session, world.site.id, world.day, world.day + 60 * DAY)


def asked(world, **changes):
    first = world.day + DAY
    return {"first": first.isoformat(), "last": "", "kind": "holiday", "reason": "New year"} | changes


def test_clinic_head_announces_days_and_takes_one_back(head, session, world):
    first = world.day + DAY

    head.send(ANNOUNCE, asked(world, last=(first + DAY).isoformat()), page="/calendar")

    made = closures(session, world)
    assert [(closed.day, closed.kind) for closed in made] == [
        (first, ClosureKind.HOLIDAY),
        (first + DAY, ClosureKind.HOLIDAY),
    ]
    assert head.get(f"/calendar/{first:%Y-%m}").text.count("✕ public holiday") == 2

    head.send(f"/calendar/closed-days/{made[0].id}/take-back", {"reason": "we open after all"})

    assert [closed.day for closed in closures(session, world)] == [first + DAY]


def test_nurse_marks_today_as_closed_from_now(client, session, world):
    client.sign_in(session, world, world.nurse)

    client.send(NOW, {"happened": "no power since 10:20"}, page="/calendar")

    assert [(closed.day, closed.kind) for closed in closures(session, world)] == [(world.day, ClosureKind.SUDDEN)]
    assert "Today is marked as closed: no power since 10:20" in client.get("/calendar").text


def test_refusal_stands_at_its_field_and_keeps_what_was_typed(head, session, world):
    yesterday = (world.day - DAY).isoformat()

    answer = head.send(ANNOUNCE, asked(world, first=yesterday), page="/calendar")

    assert answer.status_code == 422
    assert "begins on 2026-03-02 at the earliest" in answer.text
    assert 'value="New year"' in answer.text
    assert not closures(session, world)


@pytest.mark.parametrize("month", ["2026-13", "0001-01", "now", "9999-12"])
def test_month_that_is_none_is_not_found(head, month):
    assert head.get(f"/calendar/{month}").status_code == 404


def test_day_that_no_calendar_has_is_shown_with_this_month(head, world):
    answer = head.send(ANNOUNCE, asked(world, first="0001-01-01"), page="/calendar")

    assert answer.status_code == 422
