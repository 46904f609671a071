"""Reports of theft and loss as they stand on record: what was told, what was done about it, and whether it is closed."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, aliased

from dispensary.errors import NotFound
from dispensary.queries import policy
from dispensary.rules.loss_deadlines import StepDone, StepDue, steps_due
from dispensary.wording import N_, Words, say
from models import (
    Container,
    LossReport,
    LossReportEnd,
    LossReportLine,
    LossStep,
    LossStepTakenBack,
    Product,
    Staff,
)
from models.enums import BaseUnit, LossKind, LossStepKind, PoliceTold
from models.units import MgPerUnit, Quantity


@dataclass(frozen=True)
class LossLine:
    """One line of a report."""

    number: int
    product_id: int
    product: str
    unit: BaseUnit
    strength: MgPerUnit
    lot: str
    container_id: int | None
    container: str
    quantity: Quantity


@dataclass(frozen=True)
class LossStepLine:
    """One step on record."""

    id: int
    kind: LossStepKind
    done_on: date
    number: str
    to_whom: str
    note: str
    by: str
    recorded_at: datetime
    taken_back_why: str | None
    taken_back_by: str | None


@dataclass(frozen=True)
class LossEnd:
    """How a report was closed."""

    closed_on: date
    reason: str
    recovered: str
    open_steps: int
    by: str
    recorded_at: datetime


@dataclass(frozen=True)
class LossCard:
    """One report with all that is on record of it."""

    id: int
    site_id: int
    kind: LossKind
    first_on: date
    last_on: date
    discovered_on: date
    discovered_by: str
    circumstances: str
    police: PoliceTold
    police_who: str
    police_number: str
    carrier: str
    measures: str
    by: str
    recorded_at: datetime
    lines: tuple[LossLine, ...] = ()
    steps: tuple[LossStepLine, ...] = ()
    end: LossEnd | None = None
    due: tuple[StepDue, ...] = ()
    unreadable: Words | None = None
    """Why nobody knows what is asked for."""

    @property
    def open_steps(self) -> tuple[StepDue, ...]:
        """What is asked for and was not done."""
        return tuple(one for one in self.due if not one.is_done)

    @property
    def late_steps(self) -> tuple[StepDue, ...]:
        """What was not done in time, whether it was done since or not."""
        return tuple(one for one in self.due if one.is_late)

    @property
    def product_ids(self) -> frozenset[int]:
        """The products that are missing."""
        return frozenset(line.product_id for line in self.lines)


def reports(session: Session, site_id: int, today: date, limit: int = 200) -> list[LossCard]:
    """Return the reports of a site, those that are open first, then the newest discovered first."""
    cards = _cards(session, site_id, today, LossReport.site_id == site_id, limit)
    return sorted(cards, key=lambda card: card.end is not None)


def report(session: Session, report_id: int, site_id: int, today: date) -> LossCard:
    """Return one report of a site.

    Raises:
        NotFound: there is none with this id here.
    """
    found = _cards(session, site_id, today, and_(LossReport.id == report_id, LossReport.site_id == site_id), 1)
    if not found:
        raise NotFound(say(N_("There is no such report here.")), code="no_such_loss")
    return found[0]


def asking(session: Session, site_id: int, today: date) -> list[LossCard]:
    """Return the reports of a site that still ask for something: those not closed, and those closed with a step undone."""
    return [card for card in reports(session, site_id, today) if card.end is None or card.open_steps]


def earlier(session: Session, card: LossCard, today: date) -> list[LossCard]:
    """Return the reports of the same products that were made before one, the newest first."""
    of_them = select(LossReportLine.report_id).where(LossReportLine.product_id.in_(card.product_ids))
    wanted = and_(LossReport.site_id == card.site_id, LossReport.id < card.id, LossReport.id.in_(of_them))
    return _cards(session, card.site_id, today, wanted, 200)


def _cards(session: Session, site_id: int, today: date, wanted: ColumnElement[bool], limit: int) -> list[LossCard]:
    report, columns = LossReport.__table__.c, [f for f in LossCard.__dataclass_fields__ if f in LossReport.__table__.c]
    query = (
        select(*(report[name] for name in columns), Staff.name.label("by"))
        .join(Staff, Staff.id == report.recorded_by_id)
        .where(wanted)
        .order_by(report.discovered_on.desc(), report.id.desc())
        .limit(limit)
    )
    cards = [LossCard(**row) for row in session.execute(query).mappings()]
    return _filled(session, site_id, today, cards)


def _filled(session: Session, site_id: int, today: date, cards: list[LossCard]) -> list[LossCard]:
    ids = [card.id for card in cards]
    lines, steps, ends = _lines(session, ids), _steps(session, ids), _ends(session, ids)
    asked: dict[date, Any] = {}
    filled = []
    for card in cards:
        end = ends.get(card.id)
        counts_on = end.closed_on if end else today
        if counts_on not in asked:
            asked[counts_on] = policy.loss_deadlines(session, site_id, counts_on)
        known = asked[counts_on]
        done = [StepDone(s.kind, s.done_on) for s in steps[card.id] if s.taken_back_why is None]
        filled.append(
            replace(
                card,
                lines=tuple(lines[card.id]),
                steps=tuple(steps[card.id]),
                end=end,
                due=steps_due(known.of(card.discovered_on), card.discovered_on, done, today),
                unreadable=known.unreadable,
            )
        )
    return filled


def _lines(session: Session, ids: Collection[int]) -> dict[int, list[LossLine]]:
    query = (
        select(
            LossReportLine.report_id,
            LossReportLine.number,
            LossReportLine.product_id,
            Product.name.label("product"),
            Product.unit,
            Product.strength,
            LossReportLine.lot_number.label("lot"),
            LossReportLine.container_id,
            func.coalesce(Container.label, "").label("container"),
            LossReportLine.quantity,
        )
        .join(Product, Product.id == LossReportLine.product_id)
        .outerjoin(Container, Container.id == LossReportLine.container_id)
        .where(LossReportLine.report_id.in_(ids))
        .order_by(LossReportLine.number)
    )
    return _by_report(session, query, LossLine)


def _steps(session: Session, ids: Collection[int]) -> dict[int, list[LossStepLine]]:
    who = aliased(Staff)
    query = (
        select(
            LossStep.report_id,
            LossStep.id,
            LossStep.kind,
            LossStep.done_on,
            LossStep.number,
            LossStep.to_whom,
            LossStep.note,
            Staff.name.label("by"),
            LossStep.recorded_at,
            LossStepTakenBack.reason.label("taken_back_why"),
            who.name.label("taken_back_by"),
        )
        .join(Staff, Staff.id == LossStep.recorded_by_id)
        .outerjoin(LossStepTakenBack, LossStepTakenBack.step_id == LossStep.id)
        .outerjoin(who, who.id == LossStepTakenBack.recorded_by_id)
        .where(LossStep.report_id.in_(ids))
        .order_by(LossStep.done_on, LossStep.id)
    )
    return _by_report(session, query, LossStepLine)


def _ends(session: Session, ids: Collection[int]) -> dict[int, LossEnd]:
    query = (
        select(
            LossReportEnd.report_id,
            LossReportEnd.closed_on,
            LossReportEnd.reason,
            LossReportEnd.recovered,
            LossReportEnd.open_steps,
            Staff.name.label("by"),
            LossReportEnd.recorded_at,
        )
        .join(Staff, Staff.id == LossReportEnd.recorded_by_id)
        .where(LossReportEnd.report_id.in_(ids))
    )
    return {report_id: found[0] for report_id, found in _by_report(session, query, LossEnd).items()}


def _by_report(session: Session, query: Any, kind: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(query).mappings():
        values = dict(row)
        found[values.pop("report_id")].append(kind(**values))
    return found
