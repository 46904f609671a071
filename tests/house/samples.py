"""A clinic with one record of each kind, and from it a sample for every gap in an address."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from dispensary.web.here import table_of
from models import Base
from models.enums import PlaceKind, Role, SignedOn, Signer
from tests import factories
from tests.factories import World
from tests.migrations.least_rows import Rows

OF_SOMEBODY_ELSE = ("episode_end",)
"""What would close other pages of the same person."""


SIGNED = "10,100 60,40 90,120 140,60 190,110;210,80 260,60 300,120 350,90"
"""A name drawn on the screen."""


class Samples:
    """Fills in addresses with records that exist."""

    def __init__(self, session: Session, world: World) -> None:
        """Furnish a small clinic: somebody with photo and card, dosed today; other records are made when an address asks."""
        self.session, self.world = session, world
        who = factories.patient(session, world)
        world.nurse.badge_code = "KB-OFTHENURSEFORSHOW"
        order = session.scalars(select(Base.metadata.tables["dose_order"].c.id)).first()
        self.rows = Rows(session)
        self._know("site", world.site.id)
        self._know("staff", world.nurse.id)
        self._know("person", who.id)
        self._know("dose_order", order)
        self._know("dispensing_window", world.window.id)
        self._know("terminal", world.terminal.id)
        self._know("product", world.products["methadone"].id)
        self._know("container", world.containers["methadone"].id)
        self._know("lot", world.containers["methadone"].lot_id)
        self._know("place", world.places[PlaceKind.SAFE].id)
        self._know("episode", self._row("dose_order", order)["episode_id"])
        self._dose(who, order)
        for table in ("person_photo", "person_card"):
            self.rows.one(table)
        met = self.rows.add("outreach_contact", made_by_id=world.staff[Role.PEER].id, person_id=None)
        self.rows.one("instrument_score")
        screened = self.rows.add("instrument_score", person_id=None, outreach_contact_id=met["id"])
        self.screening_id = screened["id"]
        self.rows.add("meeting_outcome")
        self.rows.add("agency_consent", signed_how=SignedOn.SCREEN, drawn=SIGNED)
        self.rows.add("plan_signature", signer=Signer.PERSON, signed_how=SignedOn.SCREEN, drawn=SIGNED)
        self.other_id = factories.person(session).id
        self.incoming_id = self._incoming()["id"]
        self._trip()
        session.commit()

    def _incoming(self) -> dict[str, Any]:
        self.rows.one("consignment")  # the one sent from here
        there = self.rows.add("site")
        return self.rows.add("consignment", site_id=there["id"], to_site_id=self.world.site.id, addressee="")

    def _trip(self) -> None:
        """Lay a kit that is out, in the hands of the nurse."""
        self.rows.add("kit_trip", place_id=self.kit()["id"])
        witness = {"recorded_by_id": self.world.witness.id, "taken_by_id": self.world.nurse.id}
        self.rows.add("kit_hand_over", **witness)

    def kit(self) -> dict[str, Any]:
        """Return the row of a kit of the site, made on first use."""
        if "a kit" not in self.rows.first:
            window = self.rows.add("dispensing_window")
            made = self.rows.add("place", kind=PlaceKind.OFF_SITE_KIT, name="Kit A", window_id=window["id"])
            self.rows.first["a kit"] = made
        return self.rows.first["a kit"]

    def _dose(self, who: Any, order_id: Any) -> None:
        from models import DoseOrder, Movement, RegisterEntry

        made = factories.dose(self.session, self.world, who, self.session.get_one(DoseOrder, order_id))
        self._know("dose", made.id)
        self._know("claim", made.claim_id)
        line = select(RegisterEntry.id).join(Movement, Movement.id == RegisterEntry.movement_id)
        self._know("register_entry", self.session.scalars(line.where(Movement.dose_id == made.id)).one())

    def _row(self, table: str, key: Any) -> dict[str, Any]:
        return dict(self.session.execute(select(Base.metadata.tables[table]).filter_by(id=key)).mappings().one())

    def _know(self, table: str, key: Any) -> None:
        self.rows.first[table] = self._row(table, key)

    def address(self, rule: Rule) -> str:
        """Return the address of a rule with every gap filled in."""
        values = {gap: self.value(gap) for gap in rule.arguments - set(rule.defaults or {})}
        adapter = rule.map.bind("localhost") if rule.map else None
        assert adapter is not None
        return adapter.build(rule.endpoint, values | (rule.defaults or {}), method=next(iter(rule.methods or ())))

    def value(self, gap: str) -> Any:
        """Return something that fits a gap: the id of a record, a day, or a word known by the name of the gap."""
        if gap in self.words():
            return self.words()[gap]
        if gap == "kit_id":
            row = self.kit()
            self.session.commit()
            return row["id"]
        table = table_of(gap)
        assert table is not None, f"neither tests/house/samples.py nor dispensary/web/here.py knows <{gap}>"
        row = self._apart(table.name) if table.name in OF_SOMEBODY_ELSE else self.rows.one(table.name)
        self.session.commit()
        return row["id"]

    def _apart(self, table: str) -> dict[str, Any]:
        apart = Rows(self.session)
        apart.first = {name: self.rows.first[name] for name in ("site", "staff")}
        return apart.one(table)

    def words(self) -> dict[str, Any]:
        """Return samples for gaps that are no id."""
        return {
            "incoming_id": self.incoming_id,
            "day": self.world.day.isoformat(),
            "clinic_day": self.world.day.isoformat(),
            "from_on": (self.world.day - timedelta(days=7)).isoformat(),
            "until_on": self.world.day.isoformat(),
            "form": "csv",
            "first_on": self.world.day.isoformat(),
            "last_on": self.world.day.isoformat(),
            "month": f"{self.world.day:%Y-%m}",
            "other_id": self.other_id,
            "screening_id": self.screening_id,
            "number": 1,  # of a page
            "copy": 1,
            "profile_id": "uk-orange-2017",
            "parts": 2,
            "filename": "dispensary.css",
            "setting": "idle_minutes",
            "fact_kind": "qtc",
            "domain": "housing",
            "instrument": "phq_9",
            "occasion": "entry",
            "where": "engagement",
            "item": "naloxone",
            "restricted_part": "case_notes",
            "desk": "counselling",
            "figure": "on-medicine",
            "programme_form": "kp_mat",
        }
