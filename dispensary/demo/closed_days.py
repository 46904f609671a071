"""The days on which the made-up clinic is closed: announced in time, from one hour to the next, and one still to come."""

from datetime import date, datetime, timedelta

from dispensary.demo.patient import Patient
from dispensary.demo.scene import Scene
from dispensary.queries import closure_needs
from dispensary.queries.closure_needs import ClosureLine, Needs
from dispensary.services import calendar
from dispensary.services import closures as lists
from models.enums import ClosureKind

SUDDEN, PLANNED, TO_COME = 20, 47, -5
"""How many days before the last one the clinic is closed."""
ANNOUNCED_BEFORE, SIGNED_BEFORE = 14, 3
ANOTHER_WAY = "dosed at Harbour Hospital, ward 3, from nine to eleven"


def announce(scene: Scene) -> None:
    """Let a closure be announced before the clinic opens: of this day, or of one two weeks ahead."""
    ahead = scene.day + timedelta(days=ANNOUNCED_BEFORE)
    if scene.days_left == SUDDEN:
        _close(scene, scene.day, ClosureKind.SUDDEN, "no water since five in the morning")
    elif scene.days_left == PLANNED + ANNOUNCED_BEFORE:
        _close(scene, ahead, ClosureKind.PLANNED, "new floor at the windows")
    elif scene.days_left == TO_COME + ANNOUNCED_BEFORE:
        _close(scene, ahead, ClosureKind.HOLIDAY, "public holiday")


def _close(scene: Scene, day: date, kind: ClosureKind, reason: str) -> None:
    def say_so(at: datetime) -> None:
        scene.write_up()
        act = scene.act("admin", at)
        calendar.announce_closed(scene.session, first=day, last=day, kind=kind, reason=reason, act=act)

    scene.at(scene.opens - timedelta(minutes=30), say_so)
    scene.closed.add(day)


def sign_list(scene: Scene, at: datetime) -> None:
    """Sign who gets doses for the planned closure, and how everybody else is dosed."""
    day = scene.day + timedelta(days=SIGNED_BEFORE)
    if scene.days_left != PLANNED + SIGNED_BEFORE or day not in scene.closed:
        return
    needs = _needs(scene, day, at)
    if not needs.lines:
        return
    goes_home = {line.person_id for line in needs.lines if line.proposed and _is_steady(scene, line)}
    lists.sign_list(
        scene.session,
        first=day,
        last=day,
        other_ways={line.person_id: ANOTHER_WAY for line in needs.lines if line.person_id not in goes_home},
        shown=needs.digest,
        policy=scene.take_homes,
        act=scene.act("prescriber", at),
    )
    for person_id in goes_home:
        scene.patients[person_id].takes_home = True


def _needs(scene: Scene, day: date, at: datetime) -> Needs:
    return closure_needs.needs(
        scene.session,
        scene.clinic.site_id,
        first=day,
        last=day,
        today=scene.day,
        at=at,
        policy=scene.take_homes,
    )


def _is_steady(scene: Scene, line: ClosureLine) -> bool:
    """Whether the prescriber gives somebody a dose home: one amount a day, not one that is going up or down."""
    patient: Patient | None = scene.patients.get(line.person_id)
    return patient is not None and patient.is_steady
