"""A kit that goes along once a week: packed by two, passed on twice, counted when it is back; nothing was needed of it."""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from dispensary.demo.setting import Clinic
from dispensary.queries import kits as records
from dispensary.queries import stock_counts as shelves
from dispensary.rules.stock_counts import Looked
from dispensary.services import kits, sites
from dispensary.services.kits import Closed, Packing
from dispensary.services.stock_counts import Counting
from models.enums import CountFound, CountKind
from models.units import mg

A_WEEK, WEEKDAY = 7, 3
"""It goes every seventh day, and was last away three days before today."""
LAST_WEEKS = 6
"""Of so many weeks before today."""
WHERE_TO = "Night shelter, Quay Street"


class Rounds:
    """The kit, and where it is."""

    def __init__(self, session: Session, clinic: Clinic) -> None:
        """Go out with the kit of this clinic."""
        self.session, self.clinic = session, clinic
        self.kit_id, self.turn, self.trip_id = 0, 0, 0

    def found(self, day: date, at: datetime) -> None:
        """Put the kit in service."""
        self.kit_id = sites.add_kit(self.session, name="Kit A", act=self.clinic.act("admin", at, day)).id

    @staticmethod
    def is_due(days_left: int) -> bool:
        """Return whether it goes out on the clinic day that lies so many before today."""
        return days_left % A_WEEK == WEEKDAY and days_left <= LAST_WEEKS * A_WEEK

    def pack(self, container_id: int, day: date, at: datetime) -> None:
        """Pack one sealed container of the safe, together, and give the kit to whoever takes it along."""
        self.turn += 1
        packing = Packing(self.turn, WHERE_TO, self._seal, at + timedelta(hours=5))
        trip = kits.pack(
            self.session,
            kit_id=self.kit_id,
            packing=packing,
            container_ids=[container_id],
            witnessed_by_id=self.clinic.staff["nurse2"],
            act=self.clinic.act("nurse", at, day),
        )
        self.trip_id = trip.id
        self._hand_over(1, "nurse", "nurse3", day, at)

    def come_back(self, day: date, at: datetime) -> None:
        """Bring the kit back to somebody who did not have it, and who counts it."""
        self._hand_over(2, "nurse3", "nurse2", day, at)
        trip = records.trip(self.session, self.clinic.site_id, self.trip_id)
        assert trip is not None
        shelf = shelves.shelf_of(self.session, self.clinic.site_id, trip.window_id, day)
        looked = {one.id: Looked(one.expected.seq, CountFound.WHOLE, basis=one.expected.basis) for one in shelf}
        kits.take_back(
            self.session,
            trip_id=self.trip_id,
            closed=Closed(3, sealed=True, seal_no=self._seal),
            counting=Counting(CountKind.KIT_RETURN, trip.window_id, looked),
            witness_above=mg(1000),
            witnessed_by_id=self.clinic.staff["nurse3"],
            act=self.clinic.act("nurse2", at, day),
        )

    @property
    def _seal(self) -> str:
        return f"K {self.turn:04}"

    def _hand_over(self, turn: int, giver: str, taker: str, day: date, at: datetime) -> None:
        kits.hand_over(
            self.session,
            trip_id=self.trip_id,
            closed=Closed(turn, sealed=True, seal_no=self._seal),
            taken_by_id=self.clinic.staff[taker],
            act=self.clinic.act(giver, at, day),
        )
