"""What is counted of everyone at a site at the close of a night, or of many nights at once, from facts of that day and before.

Of urines, what was found counts from the day after they were taken, and not before it was written down here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Case, and_, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import Session

from dispensary.analytics.day_grid import MEDICATIONS
from dispensary.analytics.features import FORTNIGHT, NONE, Features, Urines, features
from dispensary.clock import clinic_day
from dispensary.policy.minimums import MinimumOf
from dispensary.policy.risk import risk_card
from dispensary.policy.urine import urine_policy
from dispensary.queries import policy, sites
from dispensary.queries.day_grids import THESE, Days, grids
from dispensary.queries.day_statements import written
from dispensary.queries.written_later import close_of
from dispensary.rules.risk import RiskFeatures
from dispensary.rules.urine import NOT_FOUND, SAMPLE
from models import UrineCollection, UrineCorrection, UrineResult, UrineTest
from models.enums import Origin, UrineOutcome
from models.units import Mg

A_DAY = timedelta(days=1)
SCAN_DAYS = 42
"""So many days are looked at for the points: the longest count of the card and a fortnight more."""
LOOKS_BACK = (SCAN_DAYS, 4 * SCAN_DAYS, risk_card().history_days)
"""Of whom nothing is found in so many days, more are looked at, a year at most."""
_TEST, _HOW, _RESULT = UrineTest.__table__.c, UrineCollection.__table__.c, UrineResult.__table__.c
KINDS = ("opioid", "stimulant", "benzodiazepine")


def _found(kind: str) -> Case[int]:
    """Return 1 for a result that was found of a class of substances, else 0."""
    named = func.lower(_RESULT.substance).in_(sorted(risk_card().urine_classes[kind]))
    return case((and_(named, func.lower(_RESULT.result).not_in(sorted(NOT_FOUND))), 1), else_=0)


_URINES = (
    select(
        _TEST.person_id,
        _TEST.collected_on,
        _TEST.origin,
        _HOW.panel,
        func.min(_RESULT.recorded_at).label("read_at"),
        *(func.max(_found(kind)).label(kind) for kind in KINDS),
    )
    .outerjoin(UrineCollection, _HOW.urine_test_id == _TEST.id)
    .outerjoin(UrineResult, and_(_RESULT.urine_test_id == _TEST.id, written(UrineResult.__table__)))
    .where(
        _TEST.person_id.in_(THESE),
        _TEST.collected_on.between(bindparam("since"), bindparam("until")),
        ~exists().where(UrineCorrection.__table__.c.urine_test_id == _TEST.id, written(UrineCorrection.__table__)),
        or_(_TEST.origin == Origin.IMPORT, _RESULT.id.is_not(None)),
        or_(_HOW.id.is_(None), _HOW.outcome == UrineOutcome.TAKEN),
    )
    .group_by(_TEST.id, _TEST.person_id, _TEST.collected_on, _TEST.origin, _HOW.id, _HOW.panel)
    .having(func.coalesce(func.sum(case((_RESULT.substance == SAMPLE, 1), else_=0)), 0) == 0)
)


@dataclass(frozen=True)
class NightFeatures:
    """Everyone who was in treatment on at least one of some nights: arrays of nights by people."""

    nights: tuple[date, ...]
    people: NDArray[np.int64]
    """Surviving records, in order."""
    counted: Features
    urine_scheduled: NDArray[np.bool_]
    """Whether a policy in force on the night asked for urine tests of the person."""

    def of(self, night: int, person: int) -> RiskFeatures:
        """Return what was counted of one person on one night, by their places in the arrays."""
        at, one = (night, person), self.counted
        medication = MEDICATIONS[one.medication[at]]
        assert medication is not None, "only of somebody in treatment"
        opioid = int(one.opioid[at])
        return RiskFeatures(
            medication=medication,
            no_shows=int(one.no_shows[at]),
            other_missed=int(one.other_missed[at]),
            missed_14=int(one.missed_14[at]),
            days_in_treatment=int(one.days_in_treatment[at]),
            amount_mg=_mg(one.amount[at]),
            amount_before_mg=_mg(one.amount_before[at]),
            opioid_positive=None if opioid == NONE else bool(opioid),
            opioid_age=_known(one.opioid_age[at]),
            urine_age=_known(one.urine_age[at]),
            urine_scheduled=bool(self.urine_scheduled[at]),
        )


def features_of(
    session: Session, site_id: int, nights: Sequence[date], history_days: int | None = None
) -> NightFeatures:
    """Return what is counted of everyone at a site at the close of some nights, which are in order.

    Args:
        history_days: how many days before the first night are looked at; a year, as the card says, if not given.
    """
    first = nights[0] - ((history_days or risk_card().history_days) - 1) * A_DAY
    asks = _Asks(session, site_id, tuple(nights))
    return asks.gathered(asks.part(days) for days in grids(session, site_id, first, nights))


def features_of_tonight(session: Session, site_id: int, night: date) -> NightFeatures:
    """Return what the card counts of everyone on one night; `missed_share` and `below_own_most` are of the last days only.

    Of whom no dose is on record in the first four weeks of these days, more days are looked at, and then a year: each row of
    missed days is counted to its end, and each amount is compared.
    """
    asks = _Asks(session, site_id, (night,))

    def parts() -> Iterator[_Part]:
        absent: set[int] | None = None
        for back in LOOKS_BACK:
            people, absent = absent, set()
            for days in grids(session, site_id, night - (back - 1) * A_DAY, [night], people):
                part, grid = asks.part(days), days.grid
                begun_before = grid.since[:, -1] < 0
                unseen = begun_before & part.counted.active[0] & ~(grid.amount[:, :-FORTNIGHT] > 0).any(axis=1)
                unseen &= back < LOOKS_BACK[-1]
                absent.update(part.people[unseen].tolist())
                yield part.only(~unseen)
            if not absent:
                return

    return asks.gathered(parts())


@dataclass(frozen=True)
class _Part:
    """What was counted of some people on some nights."""

    nights: tuple[date, ...]
    people: NDArray[np.int64]
    counted: Features

    def only(self, keep: NDArray[np.bool_]) -> "_Part":
        return _Part(self.nights, self.people[keep], self.counted.people(keep))


@dataclass(frozen=True)
class _Asks:
    """One question: which nights of which site."""

    session: Session
    site_id: int
    nights: tuple[date, ...]

    def part(self, days: Days) -> _Part:
        """Return what is counted in the grid of some people."""
        card = risk_card()
        counted = features(days.grid, self._urines(days), days.columns, before=card.lowered_ago_days)
        return _Part(days.nights, np.array(list(days.records), np.int64), counted)

    def gathered(self, parts: Iterable[_Part]) -> NightFeatures:
        """Return all parts as one."""
        found = list(parts)
        people = np.unique(np.concatenate([np.zeros(0, np.int64), *(part.people for part in found)]))
        into = {}
        for one in fields(Features):
            of_nobody = bool if one.name == "active" else np.int32
            kind = getattr(found[0].counted, one.name).dtype if found else of_nobody
            into[one.name] = np.zeros((len(self.nights), len(people)), kind)
        for part in found:
            rows = np.array([self.nights.index(night) for night in part.nights])
            where = np.ix_(rows, np.searchsorted(people, part.people))
            for name, array in into.items():
                array[where] = getattr(part.counted, name)
        counted = Features(**into)
        return NightFeatures(self.nights, people, counted, self._scheduled(counted))

    def _scheduled(self, counted: Features) -> NDArray[np.bool_]:
        """Return of whom a policy in force on each night asks for urine tests."""
        found = np.zeros(counted.active.shape, np.bool_)
        for n, night in enumerate(self.nights):
            in_force = policy.minimums(self.session, self.site_id, night)
            if not in_force.in_force:
                continue
            both = counted.medication[n].astype(np.int64) << 32 | np.maximum(counted.days_in_treatment[n], 0)
            kinds, which = np.unique(both, return_inverse=True)
            asked = [
                in_force.of(MinimumOf.URINE, MEDICATIONS[one >> 32], (one & 0xFFFFFFFF) + 1) is not None
                if one >> 32
                else False
                for one in kinds.tolist()
            ]
            found[n] = np.array(asked, np.bool_)[which]
        return found & counted.active

    def _urines(self, days: Days) -> Urines:
        """Return the urines of some people that were read before the last of the nights.

        They are looked for further and further back, until of each one was tested for opioids: of older ones none counts.
        """
        row_of = {record: row for row, records in enumerate(days.records.values()) for record in records}
        rows: list[tuple[int, ...]] = []
        first, until = days.nights[0], days.nights[-1] - A_DAY
        tonight = days.grid.column(first)
        for back in LOOKS_BACK:
            since = first - back * A_DAY
            found = self._urines_of(days, row_of, since, until)
            tested = {row for row, _, known, opioid, *_ in found if opioid != NONE and known <= tonight}
            row_of = {record: row for record, row in row_of.items() if row not in tested}
            rows, until = [*found, *rows], since - A_DAY
        return Urines.of(rows)

    def _urines_of(self, days: Days, row_of: Mapping[int, int], since: date, until: date) -> list[tuple[int, ...]]:
        closes = close_of(self.session, self.site_id, days.nights[-1])
        asked = {"people": list(row_of), "since": since, "until": until, "as_of": closes}
        have, rows = sites.settings(self.session, self.site_id, days.nights[-1]), []
        for test in self.session.execute(_URINES, asked):
            taken = days.grid.column(test.collected_on)
            known = taken + 1
            if test.origin is not Origin.IMPORT:
                known = max(known, days.grid.column(clinic_day(test.read_at, have.zone, have.day_starts)))
            rows.append((row_of[test.person_id], taken, known, *self._looked_for(test)))
        return rows

    def _looked_for(self, test: Any) -> Iterator[int]:
        """Return for each class of substances what was found, and -1 where the panel does not look for it.

        Of an imported test only what was found is on record: it counts as a test for all.
        """
        for kind in KINDS:
            found = getattr(test, kind)
            yield found if found or test.panel is None or _looks_for(test.panel, kind) else NONE


@cache
def _looks_for(panel: str, kind: str) -> bool:
    known = urine_policy().panels.get(panel)
    return known is not None and any(one.key in risk_card().urine_classes[kind] for one in known.substances)


def _known(number: Any) -> int | None:
    return None if number == NONE else int(number)


def _mg(thousandths: Any) -> Mg | None:
    return None if thousandths == NONE else Mg(Decimal(int(thousandths)) / 1000)
