"""The made-up clinic day by day: opened, lived through and closed.

Each thing happens at its moment, in the order of time, so that the chains read as they would have grown. What people come
for and what is done about it stands in the modules that this one calls.
"""

from datetime import UTC, date, datetime, time, timedelta

from dispensary.demo import admissions, away, casework, closed_days, evening, mishaps, nights, take_homes, visits
from dispensary.demo.cast import Character
from dispensary.demo.depot import Depots
from dispensary.demo.dice import chance
from dispensary.demo.scene import Deed, Happening, Scene
from dispensary.policy.stack import stack, take_home_policy
from dispensary.queries import policy
from dispensary.services import day_close
from models.enums import CountKind

OPENS, CLOSES = time(6, 30), time(12, 0)
HALF = timedelta(hours=3)
"""Today the clinic opened three hours ago and closes in three."""

MISHAPS = {mishaps.came_up: 20, mishaps.spilt: 30, mishaps.too_much: 90, mishaps.dosed_elsewhere: 15}
"""What goes wrong, each about once in so many days."""


def live(scene: Scene, day: date, characters: list[Character], depots: Depots, *, days_left: int) -> None:
    """Live through one clinic day; the last one, today, only until now."""
    scene.day, scene.days_left = day, days_left
    scene.opens, scene.closes = _hours(scene, today=days_left == 0)
    approvals = policy.approvals(scene.session, scene.clinic.site_id, day)
    scene.limits = stack(scene.clinic.profiles, approvals, day)
    scene.take_homes = take_home_policy(scene.clinic.profiles, approvals, day)
    closed_days.announce(scene)
    nights.expect_morning(scene)
    if day not in scene.closed:
        _open(scene, characters)
        scene.at(scene.opens + timedelta(minutes=30), lambda at: depots.come(scene, at))
    scene.play()
    scene.session.expunge_all()


def _open(scene: Scene, characters: list[Character]) -> None:
    """Let everybody come who comes today, and close in the evening."""
    scene.at(scene.opens - timedelta(minutes=20), lambda at: _prepare(scene, at))
    for one in characters:
        stay = next((s for s in one.stays if scene.lived_until < s.begins <= scene.day), None)
        if stay is not None:
            scene.at(scene.opens, admissions.admission(scene, one, stay))
    scene.lived_until = scene.day
    away.leave(scene)
    for patient in list(scene.patients.values()):
        visits.expect(scene, patient)
    if scene.days_left == 0:
        visits.come_back(scene)
    _draw_mishaps(scene)
    if scene.supplies.rounds.is_due(scene.days_left):
        scene.at(scene.opens + timedelta(minutes=45), lambda at: _go_out(scene, at))
        scene.at(scene.closes - timedelta(minutes=30), lambda at: _come_back(scene, at))
    scene.at(scene.closes + timedelta(minutes=10), lambda at: evening.look_ahead(scene, at))
    scene.at(scene.closes + timedelta(minutes=15), lambda at: _decide(scene, at))
    casework.on_the_last_morning(scene)
    scene.at(scene.closes + timedelta(minutes=25), lambda at: casework.in_the_evening(scene, at))
    scene.at(scene.closes + timedelta(minutes=40), lambda at: _close(scene, at))


def _decide(scene: Scene, at: datetime) -> None:
    """Decide on what concerns doses at home, days closed, and people who stay away."""
    scene.write_up()
    closed_days.sign_list(scene, at)
    take_homes.in_the_evening(scene, at)
    away.note_why(scene, at)
    away.keep_looking(scene, at)


def _hours(scene: Scene, today: bool) -> tuple[datetime, datetime]:
    clinic = scene.clinic
    if not today:
        opens, closes = (datetime.combine(scene.day, t, clinic.zone).astimezone(UTC) for t in (OPENS, CLOSES))
        return opens, closes
    begins = datetime.combine(scene.day, clinic.day_starts, clinic.zone).astimezone(UTC)
    return max(begins + timedelta(minutes=25), scene.now - HALF), scene.now + HALF


def _draw_mishaps(scene: Scene) -> None:
    """Draw what goes wrong today, and from what moment on it may."""
    scene.to_go_wrong = []
    for mishap, days in MISHAPS.items():
        if chance(scene.rng, 1 / days):
            hour = scene.rng.uniform(0.1, 0.8)
            scene.at(scene.opens + (scene.closes - scene.opens) * hour, _from_now_on(scene, mishap))


def _from_now_on(scene: Scene, mishap: Happening) -> Deed:
    def may_happen(at: datetime) -> None:
        scene.to_go_wrong.append(mishap)

    return may_happen


def _prepare(scene: Scene, at: datetime) -> None:
    scene.write_up()
    scene.writer.forget_stock()
    scene.supplies.stockroom.count(CountKind.OPENING, scene.day, at, scene.days_left)
    scene.supplies.fill(scene.day, at)
    scene.supplies.pumping.morning(scene.day, at, scene.days_left)
    scene.supplies.stockroom.count(CountKind.WEEKLY, scene.day, at, scene.days_left)


def _go_out(scene: Scene, at: datetime) -> None:
    scene.write_up()
    scene.supplies.pack_kit(scene.day, at)
    scene.writer.forget_stock()


def _come_back(scene: Scene, at: datetime) -> None:
    scene.write_up()
    scene.supplies.rounds.come_back(scene.day, at)
    scene.writer.forget_stock()


def _close(scene: Scene, at: datetime) -> None:
    scene.write_up()
    scene.supplies.stockroom.count(CountKind.CLOSING, scene.day, at, scene.days_left)
    day_close.close_day(scene.session, clinic_day=scene.day, key=scene.clinic.key, act=scene.act("nurse", at))
