"""What was fitted for the nightly scan, and what of it is in use: versions, decisions, the newest that was promoted."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.analytics.calibration import Line
from dispensary.analytics.frozen import LocalModel, chance, code_digest, line_of
from dispensary.analytics.local_columns import NAMES
from dispensary.policy.evaluation import looking_back
from dispensary.policy.risk import DRUGS, risk_card
from models import RiskModel, RiskModelDecision, Staff
from models.enums import Medication, RiskModelKind, RiskModelStep

BUPRENORPHINE = DRUGS[Medication.BUPRENORPHINE]
_MODEL, _DECISION = RiskModel.__table__.c, RiskModelDecision.__table__.c


@dataclass(frozen=True)
class Decided:
    """Somebody put a version into use, or took it out again."""

    step: RiskModelStep
    at: datetime
    by: str
    reason: str


@dataclass(frozen=True)
class Version:
    """A fitted version, with what was decided about it, oldest first."""

    id: int
    kind: RiskModelKind
    version: str
    card: str
    coefficients: str
    data_from: date
    data_until: date
    known_until: date
    code_digest: str
    people: int
    nights: int
    events: int
    dropouts: int
    metrics: dict[str, Any]
    may_be_promoted: bool
    fitted_at: datetime
    decisions: tuple[Decided, ...]

    @property
    def in_use(self) -> bool:
        """Whether the last decision put it into use."""
        return bool(self.decisions) and self.decisions[-1].step is RiskModelStep.PROMOTED

    @property
    def fits_this_program(self) -> bool:
        """Whether it goes with the card of this program, and reads the columns that it counts."""
        known = self.kind is RiskModelKind.RECALIBRATION or self.local.names == NAMES
        return self.card == risk_card().version and known

    @property
    def same_code(self) -> bool:
        """Whether the code that counts is, to the byte, the one it was fitted with."""
        return self.code_digest == code_digest()

    def chance(self, points: int, drug: str) -> float:
        """Return the probability that a recalibration has for some points."""
        return chance(points, drug == BUPRENORPHINE, looking_back().map, self.line)

    @property
    def line(self) -> Line:
        """The two numbers of a recalibration."""
        return line_of(self.coefficients)

    @property
    def local(self) -> LocalModel:
        """The model of the clinic's own."""
        return LocalModel.of(self.coefficients)


def versions(session: Session, site_id: int) -> list[Version]:
    """Return every version of a site, oldest first."""
    decided: dict[int, list[Decided]] = {}
    query = (
        select(_DECISION.model_id, _DECISION.decision, _DECISION.recorded_at, Staff.username, _DECISION.reason)
        .join(Staff, Staff.id == _DECISION.recorded_by_id)
        .where(_DECISION.site_id == site_id)
        .order_by(_DECISION.id)
    )
    for row in session.execute(query):
        decided.setdefault(row.model_id, []).append(Decided(row.decision, row.recorded_at, row.username, row.reason))
    rows = session.execute(select(RiskModel.__table__).where(_MODEL.site_id == site_id).order_by(_MODEL.id))
    return [_version(row, tuple(decided.get(row.id, ()))) for row in rows]


def version(session: Session, site_id: int, name: str) -> Version | None:
    """Return one version of a site by its name; None if there is none such."""
    return next((one for one in versions(session, site_id) if one.version == name), None)


def in_use(session: Session, site_id: int, kind: RiskModelKind) -> Version | None:
    """Return the version of a kind that was put into use last and is still; None where the points stand alone."""
    used = [one for one in versions(session, site_id) if one.kind is kind and one.in_use]
    return max(used, key=lambda one: one.decisions[-1].at) if used else None


def newest(session: Session, site_id: int, kind: RiskModelKind) -> Version | None:
    """Return the version of a kind in use, or, where none is, the newest that runs beside."""
    used = in_use(session, site_id, kind)
    beside = [one for one in versions(session, site_id) if one.kind is kind and not one.decisions]
    return used or (beside[-1] if beside else None)


def _version(row: Any, decisions: tuple[Decided, ...]) -> Version:
    return Version(
        id=row.id,
        kind=row.kind,
        version=row.version,
        card=row.card,
        coefficients=row.coefficients,
        data_from=row.data_from,
        data_until=row.data_until,
        known_until=row.known_until,
        code_digest=row.code_digest,
        people=row.people,
        nights=row.nights,
        events=row.events,
        dropouts=row.dropouts,
        metrics=json.loads(row.metrics),
        may_be_promoted=row.may_be_promoted,
        fitted_at=row.recorded_at,
        decisions=decisions,
    )
