"""The least row that each table accepts, worked out from the table itself; what its rules ask for beyond that is listed."""

import itertools
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Enum,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    insert,
    select,
)
from sqlalchemy.orm import Session

from models import Base
from models.base import Instant, Thousandths
from models.enums import (
    BottleFate,
    ConsignmentFate,
    ContainerSealing,
    DestructionReason,
    DoseOutcome,
    MovementKind,
    PumpPoured,
    RiskLane,
    Role,
    UrineMethod,
)

AT = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
DAY = date(2026, 3, 2)
numbers = itertools.count(1000)

WHAT_RULES_ASK: dict[str, dict[str, Any]] = {
    "paper_signature": {"role": Role.CLINIC_HEAD},
    "agency_consent": {"expires_on": date(2026, 6, 2)},
    "bottle": {"number": 1, "of_number": 1, "part": 1},
    "bottle_end": {"fate": BottleFate.LOST},
    "brief_intervention": {"minutes": 15},
    "call_back": {"due_by": datetime(2026, 3, 3, 7, 0, tzinfo=UTC), "bottles": 2},
    "care_plan": {"review_on": date(2026, 6, 2)},
    "claim": {"part": 1, "turn": 1},
    "consignment_end": {"fate": ConsignmentFate.LOST, "note": "not in the van"},
    "cohort_course": {"seen_until_on": DAY},
    "closure_list_line": {"other_way": "dosed at the other site"},
    "day_close_difference": {"note": "counted again", "differences": "[{}]"},
    "depot_plan": {"interval_days": 28, "early_days": 7, "late_days": 7},
    "destruction_line": {"reason": DestructionReason.EXPIRED},
    "dose": {"outcome": DoseOutcome.GIVEN, "ordered_mg": Decimal(1), "wasted_mg": Decimal(0), "part": 1},
    "dose_order": {"version": 1, "parts": 1},
    "downtime_pack": {"copies": 1},
    "glass_broken": {"until_at": datetime(2026, 3, 2, 11, 0, tzinfo=UTC)},
    "consignment": {"to_site_id": None, "addressee": "Prison pharmacy"},
    "consignment_arrival": {"turn": 1},
    "contact_rule": {"leave_message": True},
    "kit_hand_over": {"turn": 1, "sealed": True, "seal_no": "S-1"},
    "kit_return": {"sealed": True, "seal_no": "S-1"},
    "kit_trip": {"turn": 1, "expected_back_at": AT + timedelta(hours=4)},
    "programme": {"weeks": 12},
    "private_rating": {"relation": 3, "waiting": 3},
    "ending": {"contest_by": date(2026, 3, 16), "last_day": date(2026, 3, 23)},
    "follow_up_kept": {"look_again_on": date(2026, 3, 9)},
    "movement": {"kind": MovementKind.DISPENSE},
    "pump_event": {"quantity": Decimal(1), "poured": PumpPoured.RETURNED},
    "urine_collection": {"method": UrineMethod.STRIP},
    "risk_flag": {"capped": True, "lane": RiskLane.AMBER},
    "risk_flag_reason": {"counted": Decimal(1)},
    "risk_model": {"known_until": date(2026, 4, 1), "may_be_promoted": True},
    "risk_trip": {"expected": Decimal(1)},
    "risk_snooze": {"until_on": date(2026, 3, 9)},
    "session_outcome": {"minutes": 45},
    "container_seal": {"occasion": ContainerSealing.COUNTED, "was_open": False},
    "counted_seal": {"another": False},
    "stock_level": {"reorder_at": Decimal(1), "order_up_to": Decimal(2)},
    "stock_count_line": {"sealed": True},
    "take_home_decision": {"every_weeks": 1, "most_days": 6, "criteria": "[]", "review_on": date(2026, 6, 2)},
}
"""Values without which a rule of the table would refuse the row."""

ANOTHER: dict[str, tuple[str, dict[str, Any]]] = {
    "to_place_id": ("place", {"name": "elsewhere"}),
    "root_id": ("person", {}),
    "taken_by_id": ("staff", {}),
    "prescriber_id": ("staff", {}),
    "witnessed_by_id": ("staff", {}),
}
"""References that a rule wants to be to another row than the shared one: its table, and what tells it apart."""

NEEDED_ANYWAY = {
    "brief_intervention": ("person_id",),
    "consignment_end": ("witnessed_by_id",),
    "container_seal": ("count_line_id",),
    "contest": ("stop_id",),
    "disclosure": ("consent_id",),
    "dose": ("claim_id", "order_id"),
    "instrument_score": ("person_id",),
    "overdose": ("person_id",),
    "pump_event": ("container_id", "witnessed_by_id"),
    "pump_event_taken_back": ("witnessed_by_id",),
    "take_home_issue": ("decision_id",),
    "bottle_end": ("witnessed_by_id",),
}
"""References that may be empty, but not in the least row."""


class Rows:
    """Makes rows, and the rows they refer to; each table's first row is shared by all that refer to it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.first: dict[str, dict[str, Any]] = {}

    def add(self, name: str, /, **values: Any) -> dict[str, Any]:
        """Insert the least row of a table, with these values where they are given, and return all its columns."""
        table = Base.metadata.tables[name]
        row = WHAT_RULES_ASK.get(name, {}) | values
        row = {**self._references(table, row), **row}
        for column in table.columns:
            if column.name not in row and not column.nullable and column.default is None and not column.primary_key:
                row[column.name] = self._value(column)
        made = self.session.execute(insert(table).values(row)).inserted_primary_key[0]
        whole = dict(self.session.execute(select(table).where(table.c.id == made)).mappings().one())
        self.first.setdefault(name, whole)
        return whole

    def one(self, name: str) -> dict[str, Any]:
        """Return the shared row of a table, made on first use."""
        return self.first.get(name) or self.add(name)

    def _references(self, table: Table, row: dict[str, Any]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for rule in sorted(table.foreign_key_constraints, key=lambda r: (-len(r.elements), r.column_keys)):
            if self._wanted(table, rule, row):
                parent = self._parent(rule)
                for element in rule.elements:
                    values.setdefault(element.parent.name, parent[element.column.name])
        return values

    def _wanted(self, table: Table, rule: ForeignKeyConstraint, row: dict[str, Any]) -> bool:
        own = [element.parent for element in rule.elements]
        needed = NEEDED_ANYWAY.get(table.name, ())
        return all(not column.nullable or column.name in needed for column in own) and not any(
            column.name in row for column in own if len(own) == 1
        )

    def _parent(self, rule: ForeignKeyConstraint) -> dict[str, Any]:
        own = rule.elements[0].parent.name
        return self.another(*ANOTHER[own]) if own in ANOTHER else self.one(rule.referred_table.name)

    def another(self, name: str, values: dict[str, Any]) -> dict[str, Any]:
        """Return a second shared row of a table, made on first use."""
        self.one(name)
        if f"another {name}" not in self.first:
            self.first[f"another {name}"] = self.add(name, **values)
        return self.first[f"another {name}"]

    def _value(self, column: Column[Any]) -> Any:
        if isinstance(column.type, Enum):
            return next(iter(column.type.enum_class or ()))
        return next(make(column) for kind, make in VALUES.items() if isinstance(column.type, kind))


VALUES: dict[type, Callable[[Column[Any]], Any]] = {
    Thousandths: lambda column: Decimal(1),
    Instant: lambda column: AT,
    Date: lambda column: DAY,
    Uuid: lambda column: uuid.uuid4(),
    Boolean: lambda column: False,
    LargeBinary: lambda column: b"\xff",
    Text: lambda column: f"{column.name} {next(numbers)}",
    Integer: lambda column: next(numbers),
}
