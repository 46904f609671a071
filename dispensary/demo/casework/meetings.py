"""Sessions with one person, about once a month each, and two groups a week."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from dispensary.demo.counsellors import Appointment
from dispensary.demo.dice import chance
from dispensary.demo.scene import Scene
from dispensary.queries import groups as expected
from dispensary.services import case_notes, group_meetings, groups, sessions
from dispensary.services.group_meetings import Meeting
from dispensary.services.groups import Terms
from dispensary.services.sessions import Outcome
from models.enums import Attendance, Discipline, GroupKind, SessionKind, Topic

DAY = timedelta(days=1)
SLOTS = (time(7, 30), time(8, 15), time(9, 0), time(9, 45), time(10, 30), time(11, 15))
MINUTES = 40
AGAIN_IN = (21, 34)
"""The next date lies so many days ahead."""
SUNDAY = 7
CAME = ((Attendance.CAME, 76), (Attendance.NO_SHOW, 13), (Attendance.EXCUSED, 9), (Attendance.CALLED_OFF_BY_US, 2))
KINDS = (SessionKind.COUNSELLING, SessionKind.COUNSELLING, SessionKind.MOTIVATIONAL_INTERVIEW, SessionKind.CASE_REVIEW)
TOPICS = (Topic.RELAPSE_PREVENTION, Topic.FAMILY, Topic.WORK, Topic.HOUSING, Topic.MOOD, Topic.HEALTH, Topic.NEXT_STEP)
NOTES = (
    "Sleeps better since the dose is higher. Wants to talk about work next time.",
    "The sister came along for the last ten minutes. She would like to know what to do after a lapse.",
    "Worried about the rent; the letter to the landlord is written together on Thursday.",
    "Used once at the weekend, told of it unasked. What came before: a payday alone.",
    "Two weeks without using. Proud of it. Asks when fewer visits are possible.",
)
GROUPS = (
    ("Staying well", GroupKind.RELAPSE_PREVENTION, 0, "10:30", "counsellor", False),
    ("Family evening", GroupKind.FAMILY_PROGRAMME, 3, "11:00", "counsellor2", True),
)
"""Name, what for, how many days after this last one's day of the week, when, by whom, and whether relatives come."""
IN_A_GROUP = 9


def in_the_evening(scene: Scene, at: datetime) -> None:
    """Record the sessions and groups of the day, and arrange the next dates."""
    _begin_groups(scene, at)
    for day in sorted(d for d in scene.casework.dates if d <= scene.day):
        for one in scene.casework.dates.pop(day):
            _record(scene, one, at)
    _arrange_first(scene, at)
    _meet(scene, at)


def on_the_last_morning(scene: Scene) -> None:
    """Let each session of this day be recorded once it is over, if that lies before now."""
    for one in scene.casework.dates.pop(scene.day, []):
        scene.at(one.starts_at + timedelta(minutes=MINUTES + 10), partial(_record_later, scene, one))


def _record_later(scene: Scene, one: Appointment, at: datetime) -> None:
    scene.write_up()
    _record(scene, one, at)


def _record(scene: Scene, one: Appointment, at: datetime) -> None:
    rng, act = scene.casework.rng, scene.act(one.who, at)
    (attendance,) = rng.choices([a for a, _ in CAME], [weight for _, weight in CAME])
    came = attendance is Attendance.CAME and one.person_id in scene.patients
    if not came and attendance is Attendance.CAME:
        attendance = Attendance.CALLED_OFF_BY_US
    outcome = Outcome(
        attendance=attendance,
        minutes=rng.choice((25, 30, 40, 45)) if came else None,
        topics=rng.sample(TOPICS, rng.randint(1, 2)) if came else (),
        family_came=came and chance(rng, 0.08),
    )
    sessions.record(scene.session, session_id=one.session_id, outcome=outcome, act=act)
    if came and chance(rng, 0.4):
        case_notes.write_note(
            scene.session,
            person_id=one.person_id,
            text=rng.choice(NOTES),
            about_on=scene.day,
            session_id=one.session_id,
            act=act,
        )
    if one.person_id in scene.patients and chance(rng, 0.9):
        _arrange(scene, one.person_id, rng.randint(*AGAIN_IN), at)


def _arrange_first(scene: Scene, at: datetime) -> None:
    """Arrange a date with whoever came on a caseload today."""
    waiting = {one.person_id for day in scene.casework.dates.values() for one in day}
    taken_on = scene.casework.met | waiting
    for person_id in [p for p in scene.casework.keeper if p not in taken_on and p in scene.patients]:
        scene.casework.met.add(person_id)
        _arrange(scene, person_id, scene.casework.rng.randint(1, AGAIN_IN[1]), at)


def _arrange(scene: Scene, person_id: int, days: int, at: datetime) -> None:
    who = scene.casework.keeper[person_id]
    day = scene.day + timedelta(days=days)
    if day.isoweekday() == SUNDAY and days != scene.days_left:
        day += DAY
    taken = [one.starts_at for one in scene.casework.dates.get(day, []) if one.who == who]
    free = [moment for slot in SLOTS if (moment := _moment(scene, day, slot)) not in taken]
    if not free:
        return
    starts_at = scene.casework.rng.choice(free)
    made = sessions.arrange(
        scene.session,
        person_id=person_id,
        kind=scene.casework.rng.choice(KINDS),
        discipline=Discipline.COUNSELLING,
        with_id=scene.clinic.staff[who],
        starts_at=starts_at,
        minutes=MINUTES,
        act=scene.act(who, at),
    )
    scene.casework.dates.setdefault(day, []).append(Appointment(made.id, person_id, starts_at, who))


def _moment(scene: Scene, day: date, slot: time) -> datetime:
    return datetime.combine(day, slot, scene.clinic.zone).astimezone(UTC)


def _begin_groups(scene: Scene, at: datetime) -> None:
    if scene.casework.groups or not scene.casework.keeper:
        return
    last_day = scene.day + timedelta(days=scene.days_left)
    for name, kind, later, starts_at, who, relatives in GROUPS:
        act = scene.act(who, at)
        terms = Terms(
            name=name,
            kind=kind,
            weekday=(last_day + timedelta(days=later)).isoweekday(),
            starts_at=starts_at,
            minutes=75,
            led_by_id=scene.clinic.staff[who],
            open_to_relatives=relatives,
        )
        made = groups.make_group(scene.session, terms=terms, opened_on=scene.day, act=act)
        mine = [person_id for person_id, keeper in scene.casework.keeper.items() if keeper == who]
        members = sorted(scene.casework.rng.sample(mine, min(IN_A_GROUP, len(mine))))
        for person_id in members:
            groups.join(scene.session, group_id=made.id, person_id=person_id, from_on=scene.day, act=act)
        scene.casework.groups.append(made.id)


def _meet(scene: Scene, at: datetime) -> None:
    """Record the group of this day of the week."""
    if not scene.casework.groups:
        return
    last_day, rng = scene.day + timedelta(days=scene.days_left), scene.casework.rng
    for group_id, (_, _, later, _, who, relatives) in zip(scene.casework.groups, GROUPS, strict=True):
        if (last_day + timedelta(days=later)).isoweekday() != scene.day.isoweekday():
            continue
        members = [one.person_id for one in expected.members(scene.session, group_id, scene.day)]
        if not members:
            continue
        came: Sequence[Attendance] = rng.choices(
            (Attendance.CAME, Attendance.NO_SHOW, Attendance.EXCUSED), (75, 17, 8), k=len(members)
        )
        meeting = Meeting(
            held=True,
            topic=rng.choice((Topic.RELAPSE_PREVENTION, Topic.LIFE_SKILLS, Topic.EDUCATION)),
            led_by_id=scene.clinic.staff[who],
            minutes=75,
            attendance=dict(zip(members, came, strict=True)),
            relatives=rng.randint(1, 4) if relatives else 0,
        )
        group_meetings.record_meeting(
            scene.session, group_id=group_id, day=scene.day, meeting=meeting, act=scene.act(who, at)
        )
