"""Handing bottles over at the window: one for each dose, each with its day, its slot and its stock; and their labels.

Everything happens behind the locks of a dose at the window: the person, this window's containers, the heads of the
chains. What the page showed is worked out again behind them; whoever is second is told who was first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import dosing as facts_of
from dispensary.queries import going_home, taking_home
from dispensary.queries.going_home import Asked, Terms
from dispensary.queries.signs import same_person
from dispensary.rules.bottles import IssuePlan, PlannedBottle, contents_of
from dispensary.rules.dosing import DosingFacts, Slot
from dispensary.rules.names import is_blank
from dispensary.services import audit, dosing, incidents, linked_slots, lock, people, pouring, stock
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import Bottle, BottleLine, Claim, ClaimRelease, Collector, CollectorEnd, LabelPrint, Movement, TakeHomeIssue
from models.enums import AuditKind, ClaimKind, LabelLayout


@dataclass(frozen=True)
class Handover:
    """What the page showed when bottles were confirmed, and who takes them."""

    person_id: int
    digest: str
    digits: str = ""
    """The last two digits of the number, typed because somebody else has a like name."""
    one_off_id: int | None = None
    """None: on the standing decision."""
    collector_id: int | None = None
    """None: the person."""
    identity_seen: str = ""
    """Which document the collector showed."""


def issue_bottles(session: Session, *, handover: Handover, terms: Terms, act: Act) -> TakeHomeIssue:
    """Hand over what was decided for the days until the person comes again: one bottle for each dose.

    Each bottle takes the slot of its day, and draws its dose from this window's opened containers, once.

    Args:
        terms: what the site has set, and the policy in force there.

    Raises:
        Conflict: the dose of a day was taken first, or what was shown has changed.
        Refused: something stands against it, nothing was decided for these days, or the collector may not take them;
            carries every reason.
    """
    facts = dosing.facts_behind_locks(session, handover.person_id, act)
    _check_collector(session, handover, act)
    asked = Asked(handover.one_off_id, collected=handover.collector_id is not None)
    plan = going_home.issue_plan(session, facts, asked, terms, site_id=act.site_id, window_id=act.window_id)
    _check_plan(plan, facts, handover)
    issue = write(session, _issue(session, handover, act))
    filled = pouring.fill(session, [planned.lines for planned in plan.bottles], act)
    for number, (planned, movements) in enumerate(zip(plan.bottles, filled, strict=True), start=1):
        _hand_over(session, issue, planned, movements, number, len(plan.bottles), act)
    days = plan.days
    audit.record(
        session,
        AuditKind.BOTTLES_ISSUED,
        issue,
        act,
        person=handover.person_id,
        bottles=len(plan.bottles),
        first_on=days[0],
        last_on=days[-1],
        total_mg=plan.total_mg,
        contents=contents_of([(b.dose.day, b.dose.part, b.dose.amount_mg) for b in plan.bottles]),
    )
    stock.enter_register(session, [movement for movements in filled for movement in movements], act)
    return issue


def _check_collector(session: Session, handover: Handover, act: Act) -> None:
    """Refuse a collector without authority on this day, or whose identity nobody saw."""
    if handover.collector_id is None:
        return
    ended = select(CollectorEnd.collector_id)
    query = select(Collector.id).where(
        Collector.id == handover.collector_id,
        same_person(Collector.__table__.c.person_id, handover.person_id),
        Collector.from_on <= act.clinic_day,
        Collector.until_on >= act.clinic_day,
        Collector.id.not_in(ended),
    )
    if session.scalar(query) is None:
        words = N_("This collector has no authority for today. Look at the signed paper, or let the person come.")
        raise Refused(say(words), code="no_authority", field="collector_id")
    if is_blank(handover.identity_seen):
        words = N_("Say which document the collector showed; without one nothing is handed over.")
        raise Refused(say(words), code="identity_not_seen", field="identity_seen")


def _check_plan(plan: IssuePlan, facts: DosingFacts, handover: Handover) -> None:
    """Refuse what changed since it was shown, then everything that stands against it."""
    if plan.digest != handover.digest:
        taken = next((reason for reason in plan.left_out if reason.code == "slot_taken"), None)
        if taken is not None and not plan.bottles:
            raise Conflict(taken.message, code="slot_taken")
        changed = N_(
            "Something changed since this page was opened: the days, the amounts or the containers. Nothing was handed"
            " over. Look again, then confirm."
        )
        raise Conflict(say(changed), code="changed_since_shown")
    if not plan.may_go:
        none = say(N_("No bottle may be handed over now."))
        raise Refused(none, reasons=(*plan.against, *plan.left_out), code="not_to_take_home")
    if facts.check_digits and handover.digits != facts.check_digits:
        ask = say(N_("Somebody else in treatment has a like name. Ask for the last two digits of the number."))
        raise Refused(ask, code="identity_unchecked", field="digits")


def _issue(session: Session, handover: Handover, act: Act) -> TakeHomeIssue:
    decision = None
    if handover.one_off_id is None:
        decision = taking_home.allowed(session, handover.person_id, act.clinic_day).decision
    seen = people.line(handover.identity_seen, "identity_seen") if handover.collector_id is not None else None
    return TakeHomeIssue(
        person_id=handover.person_id,
        clinic_day=act.clinic_day,
        decision_id=decision.id if decision else None,
        one_off_id=handover.one_off_id,
        collector_id=handover.collector_id,
        identity_seen=seen,
        window_id=act.window_id,
        terminal_id=act.terminal_id,
        issued_at=act.at,
        **act.stamp,
    )


def _hand_over(
    session: Session,
    issue: TakeHomeIssue,
    planned: PlannedBottle,
    movements: Sequence[Movement],
    number: int,
    of_number: int,
    act: Act,
) -> None:
    """Write one bottle: the claim of its day, what is in it, and the movements that filled it."""
    dose, slot = planned.dose, planned.slot
    if planned.instead_of is not None:
        slot = _make_way(session, planned, issue.person_id, act)
    claim = write(session, incidents.claim_of(slot, issue.person_id, dose.day, ClaimKind.TAKE_HOME, act))
    bottle = write(
        session,
        Bottle(
            issue_id=issue.id,
            person_id=issue.person_id,
            number=number,
            of_number=of_number,
            covers_on=dose.day,
            part=dose.part,
            claim_id=claim.id,
            order_id=dose.order_id,
            medication=dose.medication,
            form=dose.form,
            amount_mg=dose.amount_mg,
            **act.stamp,
        ),
    )
    for line, movement in enumerate(movements, start=1):
        write(
            session,
            BottleLine(
                bottle_id=bottle.id,
                line=line,
                container_id=movement.container_id,
                product_id=movement.product_id,
                quantity=movement.quantity,
                movement_id=movement.id,
                **act.stamp,
            ),
        )


def _make_way(session: Session, planned: PlannedBottle, person_id: int, act: Act) -> Slot:
    """Free the slot that a bottle which is gone still holds, under whichever record it went home, and return it."""
    assert planned.instead_of is not None  # only then something has to make way
    released = release(session, planned.instead_of, act)
    if released.person_id == person_id:
        return replace(planned.slot, release_id=released.id)
    day, part = planned.dose.day, planned.dose.part
    linked_slots.settle(session, person_id=released.person_id, clinic_day=day, part=part, act=act)
    return facts_of.slot_of(session, person_id, day, part)


def release(session: Session, claim_id: int, act: Act) -> ClaimRelease:
    """Free the slot that a bottle holds, once; part of an act that is audited by itself."""
    claim = session.get_one(Claim, claim_id)
    return write(
        session,
        ClaimRelease(
            claim_id=claim.id,
            person_id=claim.person_id,
            clinic_day=claim.clinic_day,
            part=claim.part,
            turn=claim.turn,
            **act.stamp,
        ),
    )


def note_labels_printed(session: Session, *, issue_id: int, layout: LabelLayout, act: Act) -> LabelPrint:
    """Note that the labels of an issue are printed; every printing after the first is marked as a reprint on them.

    Raises:
        NotFound: there is no such issue here.
    """
    person_id = session.scalar(
        select(TakeHomeIssue.person_id).where(TakeHomeIssue.id == issue_id, TakeHomeIssue.site_id == act.site_id)
    )
    if person_id is None:
        raise NotFound(say(N_("Nothing was handed out under this number here.")), code="no_such_issue")
    lock.person(session, person_id)
    before = session.scalars(select(func.count()).where(LabelPrint.issue_id == issue_id)).one()
    printed = write(
        session,
        LabelPrint(issue_id=issue_id, printing=before + 1, layout=layout, printed_at=act.at, **act.stamp),
    )
    audit.record(session, AuditKind.LABELS_PRINTED, printed, act, issue=issue_id, printing=printed.printing)
    return printed
