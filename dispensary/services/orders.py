"""Signing orders: a new one, a new version of one, or the end of one. The signature is the act of the prescriber.

Everything happens behind the person's lock. A new version ends whatever of its own line still holds on or after its first
day, in the same transaction, so that never more than one order of a person holds on a day.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta

from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.policy.house import house_rules
from dispensary.policy.stack import OrderLimits
from dispensary.queries import doses_taken, orders, people
from dispensary.queries.orders import OrderVersion
from dispensary.rules.order_drafts import OrderDraft, amounts_to_type_again, faults, says
from dispensary.rules.order_limits import reasons_over_limit
from dispensary.rules.orders import Step, weekdays_text
from dispensary.rules.re_entry import ReEntryVerdict
from dispensary.services import audit, call_backs, guests, prescriber_desk, re_entry
from dispensary.services.act import Act
from dispensary.services.people import line, lock
from dispensary.wording import N_, say
from models import DepotPlan, DoseOrder, Episode, OrderEnd, OrderStep
from models.enums import AuditKind, EpisodeKind, OrderEndReason, TaskReasonKind
from models.units import plain

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Signing:
    """What a prescriber sends with a draft when signing it."""

    draft: OrderDraft
    limits: OrderLimits
    over_limit_reason: str = ""
    """Why the order goes over a limit; needed only when it does."""
    amounts_again: Mapping[int, str] = field(default_factory=dict)
    """Amounts typed a second time with their unit, by number of the step from 0."""
    days_considered: int | None = None
    """The days without medicine that the prescriber has considered; None when the box was not ticked."""


def sign_order(session: Session, *, person_id: int, episode_id: int, signing: Signing, act: Act) -> DoseOrder:
    """Sign a person's order in an open episode at this site.

    Raises:
        NotFound: no such person, or no such open episode here.
        Conflict: another order holds on some of these days; it is changed, not overlaid.
        Refused: the draft cannot be carried out, goes over a limit without a reason, or an amount far from the last
            one was not typed a second time; each with its field.
    """
    lock(session, person_id)
    versions = orders.versions_of(session, person_id)
    _check(session, person_id, episode_id, versions, signing, act)
    _refuse_overlap(versions, signing.draft, but=())
    return _sign(session, person_id, episode_id, None, signing, act)


def change_order(session: Session, *, order_id: int, signing: Signing, act: Act) -> DoseOrder:
    """Sign a new version of an order, with the reason for the change; what it replaces ends the day before it starts.

    Raises:
        NotFound: there is no such order here.
        Conflict: another version was signed first, or an order of another line holds on some of these days.
        Refused: as for a new order; or no reason; or today's dose was taken and the change adds no further part.
    """
    line(signing.draft.reason, "reason", needed=True)
    old, versions = _locked(session, order_id, act)
    person_id = old.person_id
    _refuse_replaced(old, versions)
    _check(session, person_id, old.episode_id, versions, signing, act)
    own = _line_of(old, versions)
    _refuse_overlap(versions, signing.draft, but={version.facts.id for version in own})
    order = _sign(session, person_id, old.episode_id, old, signing, act)
    last_day = signing.draft.starts_on - DAY
    _end(session, own, last_day=last_day, reason=OrderEndReason.REPLACED, note="", act=act)
    call_backs.note_wrong_bottles(session, person_id=person_id, act=act)
    return order


def stop_order(session: Session, *, order_id: int, last_day: date, reason: str, act: Act) -> None:
    """Stop an order and every version of its line: none of them holds after its last day.

    Args:
        last_day: the last clinic day on which a dose is due; yesterday, if nothing more is to be given today.

    Raises:
        NotFound: there is no such order here.
        Conflict: another version was signed first, or nothing of it holds after that day.
        Refused: no reason, a day before yesterday, or yesterday although today's dose was taken.
    """
    reason = line(reason, "reason", needed=True)
    old, versions = _locked(session, order_id, act)
    _refuse_replaced(old, versions)
    if last_day < act.clinic_day - DAY:
        raise Refused(say(N_("An order can be stopped from today on, not in the past.")), field="last_day")
    if last_day < act.clinic_day and orders.parts_claimed(session, old.person_id, act.clinic_day):
        raise Refused(say(N_("Today's dose was already taken: today is the earliest last day.")), field="last_day")
    own = _line_of(old, versions)
    if not _end(session, own, last_day=last_day, reason=OrderEndReason.STOPPED, note=reason, act=act):
        raise Conflict(say(N_("This order does not hold after %(day)s anyway."), day=last_day), code="ended_before")
    answered = {
        TaskReasonKind.STEP_WAITS,
        TaskReasonKind.ORDER_ENDING,
        TaskReasonKind.DAYS_WITHOUT_MEDICINE,
        TaskReasonKind.DEPOT_WINDOW,
    }
    prescriber_desk.answer(session, person_id=old.person_id, kinds=answered, resolution=reason, act=act)
    call_backs.note_wrong_bottles(session, person_id=old.person_id, act=act)


def _locked(session: Session, order_id: int, act: Act) -> tuple[OrderVersion, list[OrderVersion]]:
    """Return an order of this site and every version of its person's orders, the newest first, behind the person's lock."""
    order = session.get(DoseOrder, order_id)
    if order is None or order.site_id != act.site_id:
        raise NotFound(say(N_("There is no such order here.")), code="no_such_order")
    lock(session, order.person_id)
    versions = orders.versions_of(session, order.person_id)
    return next(v for v in versions if v.facts.id == order_id), versions


def _refuse_replaced(old: OrderVersion, versions: Sequence[OrderVersion]) -> None:
    newer = next((v for v in versions if v.replaces_id == old.facts.id), None)
    if newer is not None:
        raise Conflict(
            say(
                N_("Version %(version)s was signed by %(by)s at %(at)s. Look at that one."),
                version=newer.facts.version,
                by=newer.facts.signed_by,
                at=newer.facts.signed_at,
            ),
            code="order_replaced",
        )


def _line_of(newest: OrderVersion, versions: Sequence[OrderVersion]) -> list[OrderVersion]:
    """Return a version and all that it replaced, one after the other, the newest first."""
    by_id = {version.facts.id: version for version in versions}
    own = [newest]
    while own[-1].replaces_id is not None:
        own.append(by_id[own[-1].replaces_id])
    return own


def _check(
    session: Session, person_id: int, episode_id: int, versions: Sequence[OrderVersion], signing: Signing, act: Act
) -> None:
    """Refuse what cannot or may not be signed; the first thing wrong is named at its field."""
    draft = signing.draft
    _refuse_without_episode(session, person_id, episode_id, act)
    guests.refuse_beyond_stay(session, episode_id=episode_id, ends_on=draft.ends_on)
    for fault in faults(draft, act.clinic_day, house_rules().order_ceiling_days):
        raise Refused(fault.words, code="cannot_be_ordered", field=fault.field)
    _refuse_after_todays_dose(session, person_id, draft, act)
    _refuse_unless_typed_again(session, person_id, signing)
    history = doses_taken.history(session, person_id, episode_id, act.clinic_day, versions)
    reasons = reasons_over_limit(draft, history, signing.limits)
    if reasons and not line(signing.over_limit_reason, "over_limit_reason"):
        words = say(N_("This order goes over a limit. Type the reason below, or change it."))
        raise Refused(words, reasons=reasons, code="over_limit", field="over_limit_reason")


def _refuse_without_episode(session: Session, person_id: int, episode_id: int, act: Act) -> None:
    spans = people.episodes_of(session, [person_id]).get(person_id, [])
    span = next((s for s in spans if s.id == episode_id and s.ended_on is None), None)
    if span is None or session.get_one(Episode, episode_id).site_id != act.site_id:
        raise NotFound(say(N_("This person is not in treatment here. Admit them first.")), code="no_open_episode")
    if span.kind is EpisodeKind.COUNSELLING_ONLY:
        raise Refused(say(N_("This episode is for counselling only; it has no orders.")), code="counselling_only")


def _refuse_after_todays_dose(session: Session, person_id: int, draft: OrderDraft, act: Act) -> None:
    """Let an order that starts today after a dose only add further parts to it. Source: product.md §3 rule 2, §4."""
    claimed = orders.parts_claimed(session, person_id, act.clinic_day)
    if draft.starts_on > act.clinic_day or not claimed:
        return
    today = doses_taken.taken_days(session, person_id, act.clinic_day)
    taken = today[0].parts_mg if today else {}
    last = doses_taken.last_taken(session, person_id)
    same_drug = last is not None and last.compares_with(draft)
    ordered = dict(enumerate(draft.steps[0].amounts_mg, start=1))
    kept = all(part in taken and ordered.get(part) == taken[part] for part in claimed)
    if not (same_drug and kept and draft.parts > max(claimed)):
        words = N_(
            "Today's dose was already taken: the order starts tomorrow, or it keeps what was taken as the first "
            "part of today and adds a further part."
        )
        raise Refused(say(words), code="dosed_today", field="starts_on")


def _refuse_unless_typed_again(session: Session, person_id: int, signing: Signing) -> None:
    last = doses_taken.last_taken(session, person_id)
    for number in amounts_to_type_again(signing.draft, last):
        total = signing.draft.steps[number].total_mg
        typed = signing.amounts_again.get(number, "").strip()
        if says(typed, total):
            continue
        where = "amount_again" if number == 0 else f"steps-{number - 1}-amount_again"
        if typed:
            words = say(N_("This is not the amount above. Check both; with the unit, as in 80 mg."))
        elif number == 0 and last is not None:
            text = N_("The last dose taken was %(last)s mg of %(drug)s. Type the day's total again with its unit.")
            words = say(text, last=last.total_mg, drug=last.medication)
        else:
            words = say(N_("This is more than twice or less than half the amount before. Type it again with its unit."))
        raise Refused(words, code="type_again", field=where)


def _refuse_overlap(versions: Sequence[OrderVersion], draft: OrderDraft, but: Collection[int]) -> None:
    for version in versions:
        facts = version.facts
        if facts.id in but or version.never_held:
            continue
        if facts.starts_on <= draft.ends_on and draft.starts_on <= facts.ends_on:
            words = N_("Another order holds from %(first)s to %(last)s. Change or stop that one.")
            raise Conflict(say(words, first=facts.starts_on, last=facts.ends_on), code="orders_overlap")


def write_order(session: Session, order: DoseOrder, steps: Sequence[Step], act: Act, /, **said: object) -> None:
    """Write a signed order with what it says from each of its days on, part by part; its audit row says `said` too."""
    session.add(order)
    session.flush()
    session.add_all(
        OrderStep(order_id=order.id, from_on=step.from_on, part=part, amount_mg=amount_mg, **act.stamp)
        for step in steps
        for part, amount_mg in enumerate(step.amounts_mg, start=1)
    )
    session.flush()
    audit.record(session, AuditKind.ORDER_SIGNED, order, act, **said)


def _sign(
    session: Session, person_id: int, episode_id: int, old: OrderVersion | None, signing: Signing, act: Act
) -> DoseOrder:
    draft = signing.draft
    held = _held(session, person_id, signing, act)
    order = DoseOrder(
        person_id=person_id,
        episode_id=episode_id,
        version=old.facts.version + 1 if old else 1,
        replaces_id=old.facts.id if old else None,
        medication=draft.medication,
        form=draft.form,
        treatment_phase=draft.treatment_phase,
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
        every_n_days=draft.every_n_days,
        weekdays=weekdays_text(draft.weekdays),
        parts=draft.parts,
        hours_between_parts=draft.hours_between_parts,
        reason=line(draft.reason, "reason"),
        over_limit_reason=line(signing.over_limit_reason, "over_limit_reason") or None,
        signed_by_id=act.by_id,
        signed_at=act.at,
        **act.stamp,
    )
    write_order(session, order, draft.steps, act, steps=_said(draft), **_window(draft))
    if draft.depot is not None:
        session.add(DepotPlan(order_id=order.id, **asdict(draft.depot), **act.stamp))
        session.flush()
    answered = {TaskReasonKind.STEP_WAITS, TaskReasonKind.ORDER_ENDING, TaskReasonKind.DEPOT_WINDOW}
    if held is not None:
        re_entry.write(session, person_id=person_id, order_id=order.id, held_days=held.inputs.days,
                       amount_mg=draft.steps[0].total_mg, reason=order.reason, act=act, verdict=held)  # fmt: skip
        answered.add(TaskReasonKind.DAYS_WITHOUT_MEDICINE)
    prescriber_desk.answer(session, person_id=person_id, kinds=answered, resolution=order.reason, act=act)
    return order


def _window(draft: OrderDraft) -> dict[str, str]:
    """Return the window of injections as the audit keeps it: `28 -7 +7`, and the profile it is from."""
    if (terms := draft.depot) is None:
        return {}
    return {"window": f"{terms.interval_days} -{terms.early_days} +{terms.late_days} {terms.profile or ''}".strip()}


def _said(draft: OrderDraft) -> str:
    """Return the steps as the audit keeps them: `2026-03-02 30+20; 2026-03-07 40+20`."""
    return "; ".join(f"{s.from_on.isoformat()} {'+'.join(plain(mg) for mg in s.amounts_mg)}" for s in draft.steps)


def _held(session: Session, person_id: int, signing: Signing, act: Act) -> ReEntryVerdict | None:
    """Return what the re-entry gate says of today's dose that this signature releases, or None when it releases nothing.

    Raises:
        Refused: the count is another by now.
    """
    considered = signing.days_considered
    if considered is not None:
        line(signing.draft.reason, "reason", needed=True)
    if considered is None or signing.draft.starts_on != act.clinic_day:
        return None
    draft = signing.draft
    verdict = re_entry.verdict_for(session, person_id, draft.medication, draft.treatment_phase, act)
    if verdict is None or not verdict.holds:
        return None
    if verdict.inputs.days != considered:
        words = N_("It is %(days)s days without medicine now. Consider that, then tick again.")
        raise Refused(say(words, days=verdict.inputs.days), code="days_have_changed", field="days_considered")
    return verdict


def _end(
    session: Session, own: Sequence[OrderVersion], *, last_day: date, reason: OrderEndReason, note: str, act: Act
) -> list[OrderEnd]:
    """End every version of a line that holds after a day; one that has not started by then never starts."""
    ends = []
    for version in own:
        facts = version.facts
        if version.never_held or facts.ends_on <= last_day:
            continue
        end = OrderEnd(
            order_id=facts.id,
            last_day=max(last_day, facts.starts_on - DAY),
            reason=reason,
            note=note,
            **act.stamp,
        )
        session.add(end)
        session.flush()
        audit.record(session, AuditKind.ORDER_ENDED, end, act)
        ends.append(end)
    return ends
