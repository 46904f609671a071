"""The one pump of the made-up clinic: filled, primed each morning, cleaned and calibrated each week."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from dispensary.demo.setting import Clinic
from dispensary.queries import pumps as records
from dispensary.services import pumps
from dispensary.services.pumps import Poured, PumpEntry
from models.enums import PumpPoured, PumpRest
from models.units import Percent, quantity

PRIMED_DAILY = 14
"""Of so many days before today each morning's prime is in the log; before them that of the weekly calibration alone."""
A_WEEK = 7
FAILS_EVERY = 9
"""Weeks between two calibrations of which the first try fails."""
ENOUGH = 50
"""mL in the reservoir below which it waits for the next bottle."""
GOOD, TOO_LITTLE = ("10.02", "9.98", "10"), ("9.7", "9.74")


class Pumping:
    """What is done at the pump of the first window."""

    def __init__(self, session: Session, clinic: Clinic) -> None:
        """Keep the log of this clinic's pump."""
        self.session, self.clinic = session, clinic
        self.pump_id, self.weeks = 0, 0

    def found(self, day: date, at: datetime) -> None:
        """Put the pump in service, and say how far it may be off."""
        act, window_id = self.clinic.act("head", at, day), self.clinic.windows[0]
        entry = PumpEntry("Pump 1", "Peristaltic P-4", "P4-20418", window_id)
        product_id = next(iter(self.clinic.products))
        self.pump_id = pumps.list_pump(self.session, entry=entry, product_id=product_id, act=act).id
        pumps.set_rule(
            self.session,
            tolerance=Percent(Decimal(2)),
            every_days=A_WEEK,
            basis="Maker's manual of the P-4, chapter 6; the clinic head's decision",
            act=act,
        )

    def morning(self, day: date, at: datetime, days_left: int) -> None:
        """Do what is due at the pump before the window opens."""
        weekly = days_left % A_WEEK == 0
        if not weekly and days_left > PRIMED_DAILY:
            return
        act = self.clinic.act("nurse", at, day, self.clinic.windows[0])
        card = records.pump(self.session, self.pump_id, self.clinic.site_id, day)
        opened = next(iter(records.standing_open(self.session, card)), None)
        if opened is None:
            return
        shown = card.loaded.event_id if card.loaded else 0
        if card.loaded is None or card.loaded.container_id != opened[0]:
            rest = None if card.loaded is None else PumpRest.EMPTIED if card.loaded.emptied_at else PumpRest.TAKEN_OFF
            shown = pumps.change_reservoir(
                self.session, pump_id=card.id, shown=shown, container_id=opened[0], rest=rest, note="", act=act
            ).id
        if records.loaded_in(self.session, [card.id])[card.id].holds < ENOUGH:
            return
        back = Poured(PumpPoured.RETURNED)
        pumps.prime(self.session, pump_id=card.id, shown=shown, quantity=quantity(5), poured=back, act=act)
        if not weekly:
            return
        self.weeks += 1
        for volumes in (TOO_LITTLE, GOOD) if self.weeks % FAILS_EVERY == 0 else (GOOD,):
            pumps.calibrate(
                self.session,
                pump_id=card.id,
                shown=shown,
                asked=quantity(10),
                measured=[quantity(one) for one in volumes],
                means="10 mL measuring cylinder no. 3",
                poured=back,
                act=act,
            )
        pumps.clean(self.session, pump_id=card.id, means="warm water, then the medicine", note="", act=act)
        away = Poured(PumpPoured.WASTED, "the first after cleaning", self.clinic.staff["nurse2"])
        pumps.prime(self.session, pump_id=card.id, shown=shown, quantity=quantity(2), poured=away, act=act)
