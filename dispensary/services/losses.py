"""Theft and loss of controlled stock: reported, worked step by step, closed. Nothing here changes stock.

What is missing stays in the books until an authorised adjustment takes it out, so that a report alone hides nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from dispensary.errors import NotFound, Refused
from dispensary.queries import loss_facts
from dispensary.queries import losses as records
from dispensary.rules.losses import contents_of, fault_of_days, fault_of_quantity
from dispensary.services import audit, people
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import LossReport, LossReportEnd, LossReportLine, LossStep, LossStepTakenBack, Product
from models.enums import AuditKind, LossKind, LossStepKind, PoliceTold
from models.units import Quantity

LONGEST = 500
LONGEST_STORY = 2000
MOST_LINES = 12
NOT_OF_A_LINE = frozenset({"id", "request_id"})


@dataclass(frozen=True)
class LineTold:
    """One line as it is told."""

    product_id: int
    quantity: Quantity
    lot: str = ""
    container: str = ""
    """The label on it, if it is known."""


@dataclass(frozen=True)
class LossTold:
    """What is told of a loss."""

    kind: LossKind
    first_on: date
    last_on: date
    discovered_on: date
    discovered_by: str
    circumstances: str
    police: PoliceTold
    police_who: str = ""
    police_number: str = ""
    carrier: str = ""
    measures: str = ""


def report_loss(session: Session, *, told: LossTold, lines: Sequence[LineTold], act: Act) -> LossReport:
    """Report a theft or a loss of stock. The books stay as they are.

    Raises:
        Refused: days that cannot be, circumstances that nobody can read, no line, or more missing than was ever held.
    """
    fault = fault_of_days(told.first_on, told.last_on, told.discovered_on, act.clinic_day)
    if fault is not None:
        raise Refused(fault[1], code="impossible_days", field=fault[0])
    _check_police(told)
    values = {
        "discovered_by": people.line(told.discovered_by, "discovered_by", needed=True),
        "circumstances": people.line(told.circumstances, "circumstances", needed=True, longest=LONGEST_STORY),
        "police_who": people.line(told.police_who, "police_who"),
        "police_number": people.line(told.police_number, "police_number"),
        "carrier": people.line(told.carrier, "carrier"),
        "measures": people.line(told.measures, "measures", longest=LONGEST_STORY),
    }
    checked = _checked_lines(session, told, lines, act)
    report = write(
        session,
        LossReport(
            kind=told.kind,
            first_on=told.first_on,
            last_on=told.last_on,
            discovered_on=told.discovered_on,
            police=told.police,
            **values,
            **act.stamp,
        ),
    )
    rows = [write(session, LossReportLine(report_id=report.id, **line, **act.stamp)) for line in checked]
    audit.record(
        session,
        AuditKind.LOSS_REPORTED,
        report,
        act,
        loss_kind=told.kind,
        discovered_on=told.discovered_on,
        lines=len(rows),
        contents=contents_of([_columns(row) for row in rows]),
    )
    return report


def _check_police(told: LossTold) -> None:
    if told.police is not PoliceTold.YES and (told.police_who or told.police_number):
        field = "police_who" if told.police_who else "police_number"
        raise Refused(say(N_("Say yes to the police, or leave this empty.")), code="police_not_told", field=field)


def _checked_lines(session: Session, told: LossTold, lines: Sequence[LineTold], act: Act) -> list[dict[str, object]]:
    if not lines:
        raise Refused(
            say(N_("Name at least one product and how much of it is missing.")), code="no_line", field="lines"
        )
    if len(lines) > MOST_LINES:
        raise Refused(say(N_("At most %(n)s lines stand in one report."), n=MOST_LINES), code="lines", field="lines")
    checked: list[dict[str, object]] = []
    before: dict[object, Decimal] = {}
    for number, line in enumerate(lines, start=1):
        product = session.get(Product, line.product_id)
        if product is None:
            raise NotFound(say(N_("There is no such product.")), code="no_product")
        container_id, lot = _named(session, told, line, number, act)
        on_the_way = told.kind is LossKind.IN_TRANSIT and container_id is None
        held = loss_facts.held(
            session,
            act.site_id,
            product,
            lot="" if on_the_way else lot,
            container_id=container_id,
            until=told.discovered_on,
        )
        same = ("container", container_id) if container_id is not None else ("lot", product.id, lot)
        of_the_same = Quantity(before.get(same, Decimal(0)) + line.quantity) if container_id or lot else line.quantity
        others = Quantity(before.get(product.id, Decimal(0)) + line.quantity - of_the_same)
        fault = fault_of_quantity(line.quantity, held, Quantity(Decimal(0)), on_the_way=True)
        fault = fault or fault_of_quantity(of_the_same, held, others, on_the_way=on_the_way)
        if fault is not None:
            words = say(N_("Line %(number)s: %(fault)s"), number=number, fault=fault)
            raise Refused(words, code="impossible_quantity", field="lines")
        before[same] = of_the_same
        if not on_the_way:
            before[product.id] = before.get(product.id, Decimal(0)) + line.quantity
        checked.append(
            {
                "number": number,
                "product_id": product.id,
                "container_id": container_id,
                "lot_number": lot,
                "quantity": line.quantity,
            }
        )
    return checked


def _named(session: Session, told: LossTold, line: LineTold, number: int, act: Act) -> tuple[int | None, str]:
    """Return the container and the lot that a line names, as the books know them."""
    label, lot = people.line(line.container, "lines"), people.line(line.lot, "lines")
    if label:
        found = loss_facts.container_labelled(session, act.site_id, label)
        if found is None or found[1] != line.product_id:
            words = N_(
                "Line %(number)s: no container %(label)s of this product is in the books here. Leave it empty if it is not known."
            )
            raise Refused(say(words, number=number, label=label), code="no_such_container", field="lines")
        if lot and lot != found[2]:
            words = N_("Line %(number)s: container %(label)s is of lot %(lot)s.")
            raise Refused(say(words, number=number, label=label, lot=found[2]), code="other_lot", field="lines")
        return found[0], found[2]
    known = not lot or loss_facts.lot_is_known(session, act.site_id, line.product_id, lot)
    if not known and told.kind is not LossKind.IN_TRANSIT:
        words = N_(
            "Line %(number)s: no lot %(lot)s of this product is in the books here. Leave it empty if it is not known."
        )
        raise Refused(say(words, number=number, lot=lot), code="no_such_lot", field="lines")
    return None, lot


def _columns(line: LossReportLine) -> dict[str, object]:
    return {c.key: getattr(line, c.key) for c in LossReportLine.__table__.columns if c.key not in NOT_OF_A_LINE}


def record_step(
    session: Session,
    *,
    report_id: int,
    kind: LossStepKind,
    done_on: date,
    number: str,
    to_whom: str,
    note: str,
    act: Act,
) -> LossStep:
    """Record that something was done about a loss; of a closed report too, since what is late stays late until it is done.

    Args:
        number: the number that was given for it; empty where none was.
        to_whom: whom it was told or sent to.

    Raises:
        NotFound: there is no such report here.
        Refused: a day before the discovery or ahead, nobody named, or nothing said of what else was done.
    """
    report = _here(session, report_id, act)
    if not report.discovered_on <= done_on <= act.clinic_day:
        words = say(N_("From the day of discovery, %(day)s, to today."), day=report.discovered_on)
        raise Refused(words, code="done_when", field="done_on")
    step = write(
        session,
        LossStep(
            report_id=report_id,
            kind=kind,
            done_on=done_on,
            number=people.line(number, "number"),
            to_whom=people.line(to_whom, "to_whom", needed=True),
            note=people.line(note, "note", needed=kind is LossStepKind.OTHER, longest=LONGEST_STORY),
            **act.stamp,
        ),
    )
    audit.record(session, AuditKind.LOSS_STEP_DONE, step, act, report=report_id, loss_step=kind, done_on=done_on)
    return step


def take_back_step(session: Session, *, step_id: int, reason: str, act: Act) -> LossStepTakenBack:
    """Take back a step that was entered and not done: it stays legible, and its deadline runs again.

    Raises:
        NotFound: there is no such step here.
        Refused: no reason.
        Conflict: by way of the unique rule, when it was taken back before.
    """
    step = session.get(LossStep, step_id)
    if step is None or step.site_id != act.site_id:
        raise NotFound(say(N_("There is no such step here.")), code="no_such_step")
    taken_back = write(
        session,
        LossStepTakenBack(step_id=step_id, reason=people.line(reason, "reason", needed=True), **act.stamp),
    )
    audit.record(
        session,
        AuditKind.LOSS_STEP_TAKEN_BACK,
        taken_back,
        act,
        step_no=step_id,
        report=step.report_id,
        loss_step=step.kind,
    )
    return taken_back


def close_report(
    session: Session, *, report_id: int, reason: str, recovered: str, despite_open: bool, act: Act
) -> LossReportEnd:
    """Close a report. What was not done in time stays visible, and what is not done yet is still asked for.

    Args:
        recovered: what was found again, in words; it comes back into stock by the stock's own pages.
        despite_open: whoever closes it has seen that a step which is asked for is not done.

    Raises:
        NotFound: there is no such report here.
        Refused: no reason, closed before, or a step that is asked for is not done and that was not seen.
    """
    _here(session, report_id, act)
    card = records.report(session, report_id, act.site_id, act.clinic_day)
    if card.end is not None:
        raise Refused(say(N_("This report was closed on %(day)s."), day=card.end.closed_on), code="closed_before")
    why = people.line(reason, "reason", needed=True, longest=LONGEST_STORY)
    undone = len(card.open_steps)
    if (undone or card.unreadable) and not despite_open:
        words = N_(
            "A step that is asked for is not done. Do it first, or tick that it stays undone and say in the reason why."
        )
        raise Refused(say(words), code="steps_open", field="despite_open")
    end = write(
        session,
        LossReportEnd(
            report_id=report_id,
            closed_on=act.clinic_day,
            reason=why,
            recovered=people.line(recovered, "recovered", longest=LONGEST_STORY),
            open_steps=undone,
            **act.stamp,
        ),
    )
    audit.record(session, AuditKind.LOSS_CLOSED, end, act, report=report_id, undone=undone)
    return end


def _here(session: Session, report_id: int, act: Act) -> LossReport:
    report = session.get(LossReport, report_id)
    if report is None or report.site_id != act.site_id:
        raise NotFound(say(N_("There is no such report here.")), code="no_such_loss")
    return report
