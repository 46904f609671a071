"""The grid that enters paper: rows recorded once whatever is pressed, rows with something to say kept as typed."""

import time
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select

import models
from dispensary.services import downtime
from models import Dose, DoseException, DosingIncident
from models.enums import DoseOutcome, IncidentKind, MovementKind, Origin, Role, StopKind
from models.units import mg
from tests.client import StrictClient, hidden_fields
from tests.factories import patient, person, role, save, staff, stamp

DAY = timedelta(days=1)


@pytest.fixture
def day(session, world):
    """Yesterday went onto paper."""
    downtime.declare_day(session, clinic_day=world.day - DAY, reason="power cut", act=world.act())
    session.commit()
    return world.day - DAY


def came(session, world, **values):
    made = patient(session, world, starts_on=world.day - DAY, **values)
    session.commit()
    return made


def grid(day):
    return f"/downtime/{day}/entry"


def row(who, **values):
    """One row as a nurse types it: given at eight by the first nurse, unless told otherwise."""
    typed = {"o": "G", "t": "8:00", "b": "RA"} | values
    return {f"p{who.id}-{name}": value for name, value in typed.items()}


def other(nth, /, **values):
    typed = {"o": "G", "t": "8:00", "b": "RA"} | values
    return {f"x{nth}-{name}": value for name, value in typed.items()}


def doses(session):
    session.rollback()
    return session.scalars(select(Dose).order_by(Dose.id)).all()


def text_of(answer):
    return answer.get_data(as_text=True)


def test_rows_filled_in_are_recorded_and_leave_the_grid(nurse, session, world, day):
    one, two, absent = came(session, world), came(session, world, amount="45"), came(session, world)

    answer = nurse.send(grid(day), row(one) | row(two, t="0915", m="45"))

    assert answer.status_code == 303
    assert [(d.person_id, d.taken_mg, d.origin) for d in doses(session)] == [
        (one.id, mg("80"), Origin.PAPER),
        (two.id, mg("45"), Origin.PAPER),
    ]
    shown = text_of(nurse.get(answer.headers["Location"]))
    assert "2 rows are recorded" in shown
    assert f'name="p{absent.id}-o"' in shown
    assert f'name="p{one.id}-o"' not in shown
    assert "On record from paper of this day: 2" in shown


def test_initials_are_typed_once_for_all_rows(nurse, session, world, day):
    who = came(session, world)

    nurse.send(grid(day), row(who, b="") | {"by": "wr"})

    assert doses(session)[0].given_by_id == world.witness.id


def test_same_grid_sent_twice_records_each_row_once(nurse, session, world, day):
    one, two = came(session, world), came(session, world)
    sent = hidden_fields(nurse.get(grid(day)), grid(day)) | row(one) | row(two)

    first, again = nurse.post(grid(day), data=sent), nurse.post(grid(day), data=sent)

    assert first.status_code == again.status_code == 303
    assert len(doses(session)) == 2


def test_grid_that_was_changed_and_sent_again_from_the_page_before_loses_no_row(nurse, session, world, day):
    one, two = came(session, world), came(session, world)
    blank = hidden_fields(nurse.get(grid(day)), grid(day))
    nurse.post(grid(day), data=blank | other(1, n=one.number, m="80"))

    nurse.post(grid(day), data=blank | other(1, n=two.number, m="80"))

    assert {d.person_id for d in doses(session)} == {one.id, two.id}


def test_two_terminals_that_enter_the_same_paper_record_it_once(nurse, session, world, day, app):
    who = came(session, world)
    second = app.test_client().sign_in(session, world, world.witness)
    assert isinstance(second, StrictClient)
    sent = hidden_fields(nurse.get(grid(day)), grid(day)) | row(who)
    same = hidden_fields(second.get(grid(day)), grid(day)) | row(who)

    nurse.post(grid(day), data=sent)
    answer = second.post(grid(day), data=same)

    assert answer.status_code == 422
    assert "Entered from paper already" in text_of(answer)
    assert "It happened all the same" not in text_of(answer)
    assert len(doses(session)) == 1


def test_row_with_something_to_say_stays_as_typed_and_is_recorded_once_ticked(nurse, session, world, day):
    good, held = came(session, world), came(session, world)
    stop = {"kind": StopKind.SEDATION, "decide_by": world.at, "set_at": world.at - 2 * DAY}
    save(session, models.Stop(person_id=held.id, **stop, **stamp(world)))
    session.commit()

    asked = nurse.send(grid(day), row(good) | row(held, t="8:20"))
    shown = text_of(asked)
    mark = shown.split(f'name="p{held.id}-k" value="')[1].split('"')[0]
    answer = nurse.post(grid(day), data=hidden_fields(asked, grid(day)) | row(held, t="8:20") | {f"p{held.id}-k": mark})

    assert asked.status_code == 422
    assert "Stop: sedation" in shown
    assert 'value="8:20"' in shown
    assert "1 row is recorded" in shown
    assert "1 row is not recorded yet" in shown
    assert f'<a href="#p{held.id}-said">{held.number}</a>' in shown
    assert answer.status_code == 303
    assert session.scalars(select(DoseException.code)).all() == ["stop_standing"]
    assert [d.person_id for d in doses(session)] == [good.id, held.id]


def test_second_dose_on_the_paper_becomes_an_incident(nurse, session, world, day):
    who = came(session, world)
    nurse.send(grid(day), row(who))

    asked = nurse.send(grid(day), other(1, n=who.number, m="80", t="11:30"))
    mark = text_of(asked).split('name="x1-k" value="')[1].split('"')[0]
    again = other(1, n=who.number, m="80", t="11:30", k=mark)
    answer = nurse.post(grid(day), data=hidden_fields(asked, grid(day)) | again)

    assert "It becomes a dosing incident: a second dose" in text_of(asked) or "twice" in text_of(asked)
    assert answer.status_code == 303
    assert session.scalars(select(DosingIncident.kind)).all() == [IncidentKind.TWICE]


WRONG = [
    ({"o": "Z"}, "G given, P part"),
    ({"t": "25:00"}, "The time as on the paper"),
    ({"t": ""}, "The time as on the paper"),
    ({"b": "QQ"}, "Nobody with these initials gave doses"),
    ({"b": ""}, "Who gave it?"),
    ({"m": "eighty"}, "Digits, more than 0"),
    ({"o": "W"}, "Why? Type the letter"),
    ({"o": "W", "r": "Q"}, "One of the letters S"),
    ({"o": "P", "m": "30", "r": "U"}, "Who saw the rest destroyed?"),
    ({"o": "P", "m": "30", "r": "U", "w": "AV"}, "could witness here"),
]


@pytest.mark.parametrize(("typed", "told"), WRONG)
def test_field_that_is_not_understood_says_so_and_nothing_typed_is_lost(nurse, session, world, day, typed, told):
    who = came(session, world)

    answer = nurse.send(grid(day), row(who, **typed))

    assert answer.status_code == 422
    assert told in text_of(answer)
    for value in typed.values():
        assert f'value="{value}"' in text_of(answer)
    assert doses(session) == []


def test_number_that_is_nobodys_says_so(nurse, session, world, day):
    answer = nurse.send(grid(day), other(1, n="P99999"))

    assert "Nobody has this number or card" in text_of(answer)


def test_person_who_was_not_expected_is_entered_by_number_with_the_medicine(nurse, session, world, day):
    who = person(session)
    session.commit()

    asked = nurse.send(grid(day), other(1, n=who.number.lower(), m="40", x="methadone:liquid"))

    assert "No" in text_of(asked)
    assert "It happened all the same" in text_of(asked)
    assert doses(session) == []


def test_letters_of_all_outcomes_are_recorded(nurse, session, world, day):
    given, part, withheld, refused = (came(session, world) for _ in range(4))

    answer = nurse.send(
        grid(day),
        row(given, o="g")
        | row(part, o="p", m="30", r="u", w="DF")
        | row(withheld, o="w", r="s")
        | row(refused, o="r", r="n"),
    )

    assert answer.status_code == 303
    assert [d.outcome for d in doses(session)] == [
        DoseOutcome.GIVEN,
        DoseOutcome.PART_GIVEN,
        DoseOutcome.WITHHELD,
        DoseOutcome.REFUSED,
    ]
    wasted = session.scalars(select(models.Movement).where(models.Movement.kind == MovementKind.WASTE)).one()
    assert wasted.witnessed_by_id == world.prescriber.id


def test_initials_of_two_nurses_ask_for_the_name(nurse, session, world, day):
    role(session, staff(session, "Rita Abel"), world.site, Role.NURSE)
    who = came(session, world)

    told = nurse.send(grid(day), row(who))
    answer = nurse.send(grid(day), row(who, b=world.nurse.username))

    assert "Several people have these initials" in text_of(told)
    assert answer.status_code == 303


def test_amount_that_changed_after_the_page_was_opened_is_asked_about(nurse, session, world, day):
    who = came(session, world)
    sent = hidden_fields(nurse.get(grid(day)), grid(day)) | row(who)
    sent[f"p{who.id}-d"] = "60"

    answer = nurse.post(grid(day), data=sent)

    assert "The amount due is now 80 mg; this page said 60 mg" in text_of(answer)


def test_day_not_declared_shows_no_grid_and_takes_no_row(nurse, session, world):
    who = came(session, world)
    path = grid(world.day)

    shown = nurse.get(path)
    answer = nurse.post(path, data=hidden_fields(nurse.get("/downtime"), "/downtime/days") | row(who))

    assert "Declare it first" in text_of(shown)
    assert answer.status_code == 422
    assert doses(session) == []


def test_morning_of_three_hundred_rows_is_recorded_in_one_go(nurse, session, world, day):
    people = [patient(session, world, amount="30", starts_on=day) for _ in range(300)]
    session.commit()
    sent = hidden_fields(nurse.get(grid(day)), grid(day))
    for who in people:
        sent |= row(who)

    began = time.monotonic()
    answer = nurse.post(grid(day), data=urlencode(sent), content_type="application/x-www-form-urlencoded")
    took = time.monotonic() - began

    assert answer.status_code == 303
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Dose)) == 300
    assert took < 60


def test_no_field_of_a_huge_or_damaged_grid_breaks_the_page(nurse, session, world, day):
    sent = hidden_fields(nurse.get(grid(day)), grid(day))
    odd = {"p999999999-o": "G", "p-o": "G", "x1-n": "a" * 5000, "x2-n": "\x00", "-o": "G", "x3-p": "٣", "x3-o": "G"}

    answer = nurse.post(grid(day), data=sent | odd)

    assert answer.status_code == 422
    assert doses(session) == []
