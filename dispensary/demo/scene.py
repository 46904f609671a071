"""Where the story plays: the clinic, who is in treatment, today's hours, and what is still to happen today.

Each thing happens at its moment, in the order of time. What is done, and when, the modules beside this one decide.
"""

import heapq
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import count
from random import Random

from sqlalchemy.orm import Session

from dispensary.demo.cast import Character
from dispensary.demo.counsellors import Casework
from dispensary.demo.doses import DoseWriter
from dispensary.demo.patient import Patient
from dispensary.demo.setting import Clinic
from dispensary.demo.supplies import Supplies
from dispensary.policy.stack import OrderLimits
from dispensary.policy.take_homes import TakeHomePolicy
from dispensary.queries.sites import SiteSettings
from dispensary.rules.dosing import DosingFacts, SiteRules
from dispensary.services.act import Act

Deed = Callable[[datetime], None]
Happening = Callable[["Scene", Patient, DosingFacts, datetime], bool]
"""What befalls a person at a moment instead of the usual dose; False where it cannot, and nothing was done."""


class Scene:
    """The clinic as everybody in the story finds it."""

    def __init__(
        self,
        session: Session,
        clinic: Clinic,
        writer: DoseWriter,
        settings: SiteSettings,
        rng: Random,
        now: datetime,
        casework: Casework,
    ) -> None:
        """Set it with this session; nothing happens after now."""
        self.casework = casework
        self.session, self.clinic, self.writer, self.settings, self.rng, self.now = (
            session, clinic, writer, settings, rng, now,
        )  # fmt: skip
        self.rules: SiteRules = settings.rules
        self.supplies = Supplies(session, clinic)
        self.person_ids: dict[Character, int] = {}
        self.patients: dict[int, Patient] = {}
        self.former: dict[int, Patient] = {}
        """People whose last stay has ended."""
        self.limits, self.take_homes = OrderLimits(), TakeHomePolicy()
        self.to_go_wrong: list[Happening] = []
        self.closed: set[date] = set()
        """The days that were announced as closed."""
        self.back_today: list[tuple[Patient, timedelta]] = []
        """Who comes back on the last day after some away, and how long before the story ends."""
        self.day = self.lived_until = date.min
        self.days_left = 0
        """How many days come after this one."""
        self.opens = self.closes = now
        self._agenda: list[tuple[datetime, int, Deed]] = []
        self._numbers = count()

    def at(self, at: datetime, deed: Deed) -> None:
        """Let something happen at a moment of this day."""
        heapq.heappush(self._agenda, (at, next(self._numbers), deed))

    def play(self) -> None:
        """Let everything happen that is to happen today, but for what lies after now."""
        while self._agenda:
            at, _, deed = heapq.heappop(self._agenda)
            if at <= self.now:
                deed(at)
        self.write_up()

    def act(self, who: str, at: datetime, window_id: int | None = None) -> Act:
        """Return an act of a member of staff."""
        return self.clinic.act(who, at, self.day, window_id)

    def nurse(self, patient: Patient, at: datetime) -> Act:
        """Return an act of the nurse at the window where a person is dosed."""
        return self.act(("nurse", "nurse2")[patient.one.window], at, self.clinic.windows[patient.one.window])

    def daily(self) -> list[Patient]:
        """Return those in treatment who come for one dose every day."""
        return [p for p in self.patients.values() if p.one.parts == p.one.every_n_days == 1 and not p.one.weekdays]

    def write_up(self) -> None:
        """Let a service read what happened so far."""
        self.writer.flush()

    def write_up_shelf(self, patient: Patient) -> None:
        """Let a service read what happened so far, and draw for a person."""
        self.write_up()
        one = patient.one
        self.writer.forget_shelf((self.clinic.windows[one.window], one.medication, one.form))
