"""What happened to a person shows at the window until a prescriber has answered, whichever form it came through."""

from datetime import UTC, timedelta

import pytest
from sqlalchemy import select

from dispensary.policy.profiles import SHIPPED, load
from dispensary.policy.stack import alert_list
from dispensary.queries import dosing
from dispensary.queries.events import open_events
from dispensary.queries.signs import signs_of
from dispensary.rules.dosing import SiteRules, changed_since_shown, shown_digest
from dispensary.services import absences, case_notes, conferences, events, health, outside_visits, prescriber_desk
from dispensary.services.conferences import Conference, Party
from dispensary.services.outside_visits import Seen
from dispensary.wording import Speaker
from models import Task
from models.enums import AbsenceKind, ConsentScope, Desk, Role, TaskReasonKind
from tests import factories
from tests.agencies import consented, listed
from tests.rows import count

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SITE = SiteRules(hours_between_days=8, hold_from_days=3, hold_from_days_induction=2)


@pytest.fixture
def who(session, world):
    return factories.patient(session, world)


@pytest.fixture
def medicines(world):
    return alert_list(load([SHIPPED]), [], world.day)


def by(world, role=Role.COUNSELLOR, **values):
    return world.act(world.staff[role], **values)


def kinds(session, who):
    return [one.kind for one in open_events(session, who.id)]


def stay(session, world, who, kind, medicines):
    absences.record_absence(
        session,
        person_id=who.id,
        kind=kind,
        from_on=world.day,
        expected_until=None,
        place="a house",
        told_by="the brother",
        act=by(world),
    )


def hospital(session, world, who, medicines):
    stay(session, world, who, AbsenceKind.HOSPITAL, medicines)


def custody(session, world, who, medicines):
    stay(session, world, who, AbsenceKind.CUSTODY, medicines)


def pregnancy(session, world, who, medicines):
    health.note_pregnancy(session, person_id=who.id, expected_on=None, act=by(world))


def sedative(session, world, who, medicines):
    health.note_medicine(
        session, person_id=who.id, name="alprazolam", since=world.day, until=None, listed=medicines, act=by(world)
    )


def visit(session, world, who, medicines):
    seen = Seen(world.day, "Quay Pharmacy", "", "diazepam 10 mg", "the pharmacy's list")
    outside_visits.note_visit(session, person_id=who.id, seen=seen, listed=medicines, act=by(world))


def visit_with_a_tick(session, world, who, medicines):
    told = (TaskReasonKind.HOSPITAL,)
    seen = Seen(world.day, "General Hospital", "", "", "a letter", tells=told)
    outside_visits.note_visit(session, person_id=who.id, seen=seen, listed=medicines, act=by(world))


def note(session, world, who, medicines):
    told = (TaskReasonKind.OVERDOSE,)
    case_notes.write_note(
        session, person_id=who.id, text="Told me of Friday.", about_on=world.day, tells=told, act=by(world)
    )


def conference(session, world, who, medicines):
    shelter = listed(session, world)
    consented(session, world, who, shelter, ConsentScope.SOCIAL)
    party = Party(shelter.id, "Ms Tran", frozenset({ConsentScope.SOCIAL}), "a room")
    held = Conference(world.day, True, "a room", [party], [], tells=(TaskReasonKind.CUSTODY,))
    conferences.hold(session, person_id=who.id, conference=held, act=by(world))


@pytest.mark.parametrize(
    ("entered", "event"),
    [
        (hospital, TaskReasonKind.HOSPITAL),
        (custody, TaskReasonKind.CUSTODY),
        (pregnancy, TaskReasonKind.PREGNANCY),
        (sedative, TaskReasonKind.NEW_MEDICINE),
        (visit, TaskReasonKind.NEW_MEDICINE),
        (visit_with_a_tick, TaskReasonKind.HOSPITAL),
        (note, TaskReasonKind.OVERDOSE),
        (conference, TaskReasonKind.CUSTODY),
    ],
)
def test_it_reaches_window_and_prescriber_through_whichever_form(session, world, who, medicines, entered, event):
    before = signs_of(session, who.id, world.day).event_id

    entered(session, world, who, medicines)

    assert before is None
    assert signs_of(session, who.id, world.day).event_id is not None
    (shown,) = open_events(session, who.id)
    assert (shown.kind, shown.told_at, shown.by) == (event, world.at, "Carl Brook")
    task = session.scalars(select(Task)).one()
    assert (task.desk, task.person_id, task.opened_at) == (Desk.PRESCRIBER, who.id, world.at)
    assert world.at < task.due_at <= world.at + DAY


def test_it_goes_when_the_prescriber_has_answered(session, world, who, medicines):
    pregnancy(session, world, who, medicines)
    task = session.scalars(select(Task)).one()

    prescriber_desk.close_task(session, task_id=task.id, resolution="spoke with her", act=by(world, Role.PRESCRIBER))

    assert signs_of(session, who.id, world.day).event_id is None
    assert kinds(session, who) == []


def test_what_happened_again_is_an_event_of_its_own(session, world, who):
    events.tell_window(session, person_id=who.id, kind=TaskReasonKind.OVERDOSE, act=by(world))
    first = signs_of(session, who.id, world.day).event_id

    events.tell_window(session, person_id=who.id, kind=TaskReasonKind.OVERDOSE, act=by(world, at=world.at + HOUR))

    assert signs_of(session, who.id, world.day).event_id > first
    assert kinds(session, who) == [TaskReasonKind.OVERDOSE] * 2
    assert count(session, Task) == 1


def test_what_waits_for_a_prescriber_and_is_no_event_is_not_shown(session, world, who, medicines):
    health.note_medicine(
        session, person_id=who.id, name="rifampicin", since=world.day, until=None, listed=medicines, act=by(world)
    )

    assert signs_of(session, who.id, world.day).event_id is None


def test_it_is_shown_for_the_record_that_survives_a_link(session, world, who, medicines):
    other = factories.person(session)
    pregnancy(session, world, other, medicines)
    other.root_id = who.id
    session.flush()

    assert kinds(session, who) == [TaskReasonKind.PREGNANCY]


def test_only_events_are_told_so(session, world, who):
    with pytest.raises(ValueError, match="not an event"):
        events.tell_window(session, person_id=who.id, kind=TaskReasonKind.URINE, act=by(world))


def test_a_dose_shown_before_it_was_told_is_not_given_without_a_look(session, world, who):
    def look():
        return dosing.facts_for(
            session,
            person_id=who.id,
            site_id=world.site.id,
            window_id=world.window.id,
            clinic_day=world.day,
            at=world.at,
        )

    shown = shown_digest(look(), SITE)

    events.tell_window(session, person_id=who.id, kind=TaskReasonKind.OVERDOSE, act=by(world))

    (changed,) = changed_since_shown(shown, look(), SITE)
    assert Speaker(str, UTC)(changed) == "what has happened to the person"
