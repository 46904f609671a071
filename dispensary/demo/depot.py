"""A few people of the made-up clinic have injections instead of coming for doses: on time, every week, and late."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from dispensary.demo import admissions, window
from dispensary.demo.cast import Character, Stay
from dispensary.demo.names import MadeUp
from dispensary.demo.patient import Patient
from dispensary.demo.prescribing import sign
from dispensary.demo.scene import Scene
from dispensary.policy.depot_windows import DepotWindows
from dispensary.rules.depots import DepotTerms
from dispensary.rules.order_drafts import OrderDraft
from dispensary.rules.orders import Step
from dispensary.services import injections
from models.enums import DepotInterval, Form, InjectionSite, Medication, TreatmentPhase
from models.units import Mg, mg

SIDES = (InjectionSite.ABDOMEN_LEFT, InjectionSite.ABDOMEN_RIGHT, InjectionSite.THIGH_LEFT, InjectionSite.THIGH_RIGHT)
ORDER_HOLDS = timedelta(days=360)


@dataclass(frozen=True)
class Rhythm:
    """Who has injections how often, and until when they came."""

    interval: DepotInterval
    every_days: int
    amount: str
    begins: int
    """So many days before the last one."""
    comes_until: int = 1
    """The last injection lies at least so many days before the last one."""


RHYTHMS = (
    Rhythm(DepotInterval.MONTHLY, 28, "96", begins=6 * 28),
    Rhythm(DepotInterval.WEEKLY, 7, "24", begins=15 * 7 + 3),
    Rhythm(DepotInterval.MONTHLY, 28, "96", begins=4 * 28 + 8, comes_until=30),
)
"""One whose injection is due today, one who comes every week, one whose window closed yesterday."""


class Depots:
    """Those who have injections, from day to day."""

    def __init__(self, who: list[MadeUp], windows: DepotWindows) -> None:
        """Let these people have injections by the windows in force."""
        self._who = list(zip(who, RHYTHMS, strict=False))
        self._windows = windows
        self._patients: dict[Rhythm, Patient] = {}
        self._next: dict[Rhythm, date] = {}

    def come(self, scene: Scene, at: datetime) -> None:
        """Admit those who begin today, and inject those who are due."""
        scene.write_up()
        for number, (who, rhythm) in enumerate(self._who):
            moment = at + timedelta(minutes=25 * number)
            if scene.days_left == rhythm.begins:
                self._begin(scene, who, rhythm, moment)
            if self._next.get(rhythm) == scene.day and scene.days_left >= rhythm.comes_until:
                scene.at(moment + timedelta(minutes=10), partial(self._inject, scene, rhythm))

    def _begin(self, scene: Scene, who: MadeUp, rhythm: Rhythm, at: datetime) -> None:
        one = Character(
            who=who,
            medication=Medication.BUPRENORPHINE,
            form=Form.INJECTION,
            target_mg=mg(rhythm.amount),
            parts=1,
            every_n_days=1,
            weekdays=(),
            reliability=1,
            hour=0.4,
            window=0,
            stays=(Stay(scene.day, None, None, from_clinic=False),),
        )
        patient = admissions.admitted(scene, one, one.stays[0], at)
        del scene.patients[patient.person_id]
        sign(scene, patient, self._order(rhythm, one, scene.day), at)
        self._patients[rhythm], self._next[rhythm] = patient, scene.day

    def _order(self, rhythm: Rhythm, one: Character, day: date) -> OrderDraft:
        (window,) = [w for w in self._windows.in_force if w.rule.interval is rhythm.interval]
        rule = window.rule
        return OrderDraft(
            medication=one.medication,
            form=one.form,
            treatment_phase=TreatmentPhase.MAINTENANCE,
            starts_on=day,
            ends_on=day + ORDER_HOLDS,
            steps=(Step(day, (Mg(one.target_mg),)),),
            reason="wishes to come less often",
            depot=DepotTerms(
                rule.interval,
                rule.interval_days,
                rule.early_days,
                rule.late_days,
                rule.second_from_days,
                window.profile,
                window.digest,
            ),
        )

    def _inject(self, scene: Scene, rhythm: Rhythm, at: datetime) -> None:
        patient = self._patients[rhythm]
        scene.write_up_shelf(patient)
        act = scene.nurse(patient, at)
        into = SIDES[(scene.day.toordinal() // rhythm.every_days) % len(SIDES)]
        injections.record_injection(
            scene.session, shown=window.shown(scene, patient, act), into=into, site=scene.rules, act=act
        )
        self._next[rhythm] = scene.day + timedelta(days=rhythm.every_days)
