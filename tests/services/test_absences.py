"""Stays in hospital or custody: recorded, ended, and the stop where nobody knows the last dose; reasons for missed days."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import absences as records
from dispensary.queries.dosing import standing_stops
from dispensary.queries.signs import signs_of
from dispensary.services import absences
from models import TaskReason
from models.enums import AbsenceKind, AuditKind, MissedReason, StopKind, TaskReasonKind
from tests import factories
from tests.rows import audited_kinds

DAY = timedelta(days=1)


@pytest.fixture
def who(session, world):
    return factories.patient(session, world, starts_on=world.day - 60 * DAY)


def away(session, world, who, **values):
    values = {
        "kind": AbsenceKind.HOSPITAL,
        "from_on": world.day - 5 * DAY,
        "expected_until": None,
        "place": "Harbour Hospital, ward 3",
        "told_by": "the ward",
    } | values
    return absences.record_absence(session, person_id=who.id, act=world.act(), **values)


def back(session, world, absence, last_day, told_by="the person"):
    return absences.end_absence(session, absence_id=absence.id, last_day=last_day, told_by=told_by, act=world.act())


def stops(session, who):
    return [stop.kind for stop in standing_stops(session, who.id)]


def test_stay_is_a_sign_at_the_window_and_a_prescribers_task(session, world, who):
    away(session, world, who)

    assert signs_of(session, who.id, world.day).away
    assert session.scalars(select(TaskReason.kind)).all() == [TaskReasonKind.HOSPITAL]
    assert audited_kinds(session)[-1] == AuditKind.ABSENCE_RECORDED
    assert [stay.lasts for stay in records.lasting_stays(session, who.id)] == [True]
    assert set(records.away_now(session, world.site.id)) == {who.id}


def test_return_without_a_verified_last_dose_stops_dosing_until_decided(session, world, who):
    absence = away(session, world, who)

    back(session, world, absence, world.day - DAY)

    assert stops(session, who) == [StopKind.ABSENCE]
    assert not signs_of(session, who.id, world.day).away
    assert AuditKind.ABSENCE_ENDED in audited_kinds(session)


def test_return_with_a_verified_last_dose_stops_nothing(session, world, who):
    absence = away(session, world, who)
    factories.elsewhere(session, world, who, at=world.at - DAY)

    back(session, world, absence, world.day - DAY)

    assert stops(session, who) == []


def test_verified_dose_earlier_in_the_stay_is_not_the_last_one(session, world, who):
    absence = away(session, world, who)
    factories.elsewhere(session, world, who, at=world.at - 3 * DAY)

    back(session, world, absence, world.day - DAY)

    assert stops(session, who) == [StopKind.ABSENCE]


def test_stay_that_never_was_stops_nothing(session, world, who):
    absence = away(session, world, who)

    back(session, world, absence, world.day - 6 * DAY)

    assert stops(session, who) == []
    assert records.stays_of(session, who.id)[0].never_was


def test_end_of_a_stay_of_somebody_not_in_treatment_stops_nothing(session, world):
    stranger = factories.person(session)
    absence = away(session, world, stranger)

    back(session, world, absence, world.day)

    assert stops(session, stranger) == []


WRONG = [
    ({"from_on": 1}, "absence_from"),
    ({"from_on": -400}, "absence_from"),
    ({"expected_until": -6}, "dates_in_order"),
    ({"place": " "}, "blank"),
    ({"told_by": ""}, "blank"),
]


@pytest.mark.parametrize(("changed", "code"), WRONG)
def test_stay_that_cannot_be_right_is_refused(session, world, who, changed, code):
    changed = {key: world.day + value * DAY if isinstance(value, int) else value for key, value in changed.items()}

    with pytest.raises(Refused) as refusal:
        away(session, world, who, **changed)

    assert refusal.value.code == code


def test_nobody_is_away_twice_at_once(session, world, who):
    absence = away(session, world, who)

    with pytest.raises(Conflict, match="away_already"):
        away(session, world, who, kind=AbsenceKind.CUSTODY)
    back(session, world, absence, world.day - 2 * DAY)
    with pytest.raises(Refused, match="absence_overlaps"):
        away(session, world, who, from_on=world.day - 2 * DAY)
    assert away(session, world, who, from_on=world.day - DAY)


def test_end_is_recorded_once_and_lies_within_the_stay(session, world, who):
    absence = away(session, world, who)

    for wrong in (world.day - 7 * DAY, world.day + DAY):
        with pytest.raises(Refused, match="absence_until"):
            back(session, world, absence, wrong)
    back(session, world, absence, world.day)
    with pytest.raises(Conflict, match="ended_before"):
        back(session, world, absence, world.day)
    with pytest.raises(NotFound):
        records.stay(session, absence.id + 99)


def test_newest_reason_for_a_missed_day_counts(session, world, who):
    def explain(reason, note="", on=world.day - DAY):
        return absences.explain_missed_day(
            session, person_id=who.id, clinic_day=on, reason=reason, note=note, act=world.act()
        )

    explain(MissedReason.ILL)
    second = explain(MissedReason.OTHER, "the ferry did not run")

    found = records.reasons_of(session, who.id, world.day - 3 * DAY, world.day)
    assert second.turn == 2
    assert [(why.day, why.reason, why.note) for why in found.values()] == [
        (world.day - DAY, MissedReason.OTHER, "the ferry did not run")
    ]
    assert records.newest_reasons(session, world.site.id, world.day - 3 * DAY)[who.id].reason is MissedReason.OTHER
    assert audited_kinds(session)[-2:] == [AuditKind.MISSED_DAY_EXPLAINED] * 2
    with pytest.raises(Refused, match="blank"):
        explain(MissedReason.OTHER)
    with pytest.raises(Refused, match="not_a_missed_day"):
        explain(MissedReason.ILL, on=world.day + DAY)
