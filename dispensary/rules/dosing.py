"""Whether a dose may be given now. All reasons are gathered, so that the nurse sees them together.

Hard rules 1 to 6 of the station (product.md §3), each a function of its own, in the order in which they are read.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import reduce
from zoneinfo import ZoneInfo

from dispensary.clock import clinic_day
from dispensary.permissions import Permission
from dispensary.policy.house import house_rules
from dispensary.policy.missed_doses import MissedDoseTables, none_in_force
from dispensary.reasons import Reason
from dispensary.rules.depots import InjectionWindow, Timing
from dispensary.rules.orders import OrderFacts, Step
from dispensary.rules.re_entry import Course, ReEntryInputs, ReEntryVerdict, decide
from dispensary.rules.stock import Line
from dispensary.wording import N_, Moment, Words, say
from models.enums import (
    ClaimKind,
    DoseOutcome,
    EpisodeEndReason,
    Medication,
    ReEntryAction,
    RefusedReason,
    StopKind,
    TreatmentPhase,
    WithheldReason,
)
from models.units import Mg

NOTHING = Mg(Decimal(0))
UTC = ZoneInfo("UTC")


@dataclass(frozen=True)
class StandingStop:
    """A stop that no prescriber has released."""

    id: int
    kind: StopKind
    set_by: str
    set_at: datetime
    decide_by: datetime
    note: str


@dataclass(frozen=True)
class TurnedAway:
    """A record of today that no dose was given, or taken."""

    id: int
    outcome: DoseOutcome
    at: datetime
    reason: WithheldReason | RefusedReason | None


@dataclass(frozen=True)
class Slot:
    """The slot of one part of today: free, or taken by whom and when."""

    part: int
    turn: int
    """The turn that a new claim would have."""
    release_id: int | None
    """The release that a new claim must name."""
    taken_at: datetime | None = None
    taken_by: str = ""
    kind: ClaimKind | None = None
    """What took it; None while it is free."""


@dataclass(frozen=True)
class SiteRules:
    """What the site has set, already no looser than the house rules allow."""

    hours_between_days: int
    hold_from_days: int
    hold_from_days_induction: int
    zone: ZoneInfo = UTC
    day_starts: time = time(3)
    opening_days: frozenset[int] = frozenset(range(1, 8))
    """The days of the week on which the clinic doses; Monday is 1."""
    missed_doses: Callable[[date], MissedDoseTables] = field(default=none_in_force, compare=False)
    """The approved missed-dose tables in force on a day; looked up only for somebody with days without medicine."""

    def hold_from(self, phase: TreatmentPhase) -> int:
        """Return from how many days without medicine a dose is held where no table speaks. Source: house.toml ceilings."""
        return self.hold_from_days_induction if phase is TreatmentPhase.INDUCTION else self.hold_from_days

    def judged(self, inputs: ReEntryInputs, medication: Medication, phase: TreatmentPhase) -> ReEntryVerdict:
        """Return what the re-entry gate says of a drug in a treatment phase, by the tables in force on the day."""
        tables = self.missed_doses(inputs.on)
        course = Course(medication, phase, self.hold_from(phase), tables.unreadable)
        return decide(inputs, course, tables.of(medication, phase))


@dataclass(frozen=True)
class DosingFacts:
    """Everything the decision needs, as it stands in the database at this moment."""

    person_id: int
    clinic_day: date
    at: datetime
    episode_id: int | None
    ended: EpisodeEndReason | None
    """How the last episode ended, when no episode is open."""
    order: OrderFacts | None
    due_mg: Mg | None
    """What the order says for this part of today; None when nothing is due."""
    parts_today: int
    slot: Slot
    previous_part_at: datetime | None
    """When the last part of today was taken."""
    last_day_at: datetime | None
    """When the last dose of an earlier day was taken."""
    re_entry: ReEntryInputs | None
    """What the re-entry gate decides on; None where yesterday's dose was taken and nothing else is to be considered."""
    released_mg: Mg | None
    """The amount a prescriber has released for today under this order."""
    stops: tuple[StandingStop, ...]
    lines: tuple[Line, ...] | None
    """How the due amount would be poured from this window; None when it cannot be."""
    has_window: bool
    waiting_step: Step | None
    """An upward step whose day has come but which may not take effect yet."""
    day_total_mg: Mg | None = None
    """What the order says for the whole of today; None when nothing is due."""
    taken_today_mg: Mg = NOTHING
    """What was swallowed today so far, in whatever part."""
    elsewhere_today_mg: Mg | None = None
    """The last dose at the clinic before, when that clinic gave it today."""
    turned_away: tuple[TurnedAway, ...] = ()
    """Each time today that no dose was given or taken."""
    part_not_before: datetime | None = None
    """The earliest moment of a further part that was ordered for today."""
    root_id: int | None = None
    """The surviving record, where this one was linked into another."""
    check_digits: str = ""
    """What somebody with a like name is asked for; empty where nobody in treatment has one."""
    trusted_at: datetime | None = None
    """The newest moment on record, which the clock cannot be before."""
    event_id: int | None = None
    """The newest event, such as an overdose, that no prescriber has answered; it stops nothing, and is seen first."""
    guest: bool = False
    """Another clinic's patient, dosed here for some days."""
    injection: InjectionWindow | None = None
    """When the next injection is due, where the order is for injections."""

    @property
    def days_without_medicine(self) -> int:
        """The days without medicine that count: the more cautious of record and answer."""
        return self.re_entry.days if self.re_entry else 0

    @property
    def no_shows_in_a_row(self) -> int:
        """How often in a row the person did not come when a dose was due; shown, never decided on here."""
        return self.re_entry.no_shows_in_a_row if self.re_entry else 0

    @property
    def next_due_on(self) -> date | None:
        """The next day after today on which a dose is due by the order; None if it ends before."""
        if self.injection is not None:
            return self.injection.due_on
        return self.order.next_due(self.clinic_day) if self.order else None

    closed_since: frozenset[date] = frozenset()
    """The days since the newest recording that are announced as closed; looked up only where a day seems skipped."""


def shown_digest(facts: DosingFacts, site: SiteRules) -> str:
    """Return the digest of what the page showed, one piece for each aspect, so that a change can be named.

    Container balances are left out on purpose: they change with every dose given here and mean nothing to this one,
    unless the amount is now split otherwise between two containers.
    """
    return ".".join(_aspects(facts, site).values())


def changed_since_shown(digest: str, facts: DosingFacts, site: SiteRules) -> list[Words]:
    """Return what differs from the picture that a digest was made of, the gravest first; nothing where all is the same."""
    now = _aspects(facts, site)
    shown = digest.split(".")
    if len(shown) != len(now):
        return [say(N_("the page"))]
    changed = {name for (name, piece), before in zip(now.items(), shown, strict=True) if piece != before}
    if len(changed) > 1:
        changed -= {"verdict"} if facts.due_mg is not None else {"verdict", "due", "lines"}
    return [say(ASPECTS[name], mg=facts.due_mg or NOTHING) for name in ASPECTS if name in changed]


ASPECTS = {
    "stops": N_("the stops"),
    "event": N_("what has happened to the person"),
    "turned_away": N_("what was recorded today"),
    "slot": N_("the day or its part"),
    "due": N_("the amount, now %(mg)s mg"),
    "order": N_("the order"),
    "days": N_("the days without medicine"),
    "lines": N_("the containers"),
    "verdict": N_("whether it may be given"),
    "person": N_("the person"),
}
"""What a page shows that a dose depends on, the gravest first, and how a change of it is told."""


def _aspects(facts: DosingFacts, site: SiteRules) -> dict[str, str]:
    shown: dict[str, object] = {
        "person": facts.person_id,
        "order": facts.order and [facts.order.id, facts.order.version],
        "due": str(facts.due_mg and facts.due_mg.normalize()),
        "stops": [stop.id for stop in facts.stops],
        "event": facts.event_id,
        "days": _days_shown(facts, site),
        "slot": [facts.clinic_day.isoformat(), facts.slot.part, facts.slot.turn],
        "turned_away": [record.id for record in facts.turned_away],
        "lines": [_line_shown(line) for line in facts.lines or ()],
        "verdict": [reason.code for reason in reasons_to_withhold(facts, site)],
    }
    return {name: hashlib.sha256(json.dumps(piece).encode()).hexdigest()[:12] for name, piece in shown.items()}


def _days_shown(facts: DosingFacts, site: SiteRules) -> list[object]:
    verdict = re_entry_verdict(facts, site)
    return [facts.days_without_medicine, *(verdict.mark if verdict else ())]


def _line_shown(line: Line) -> list[object]:
    container = line.container
    return [
        container.id,
        container.lot,
        str(container.strength.normalize()),
        str(line.quantity.normalize()),
        line.opens,
    ]


def record_linked_away(facts: DosingFacts, site: SiteRules) -> Reason | None:
    """Refuse on a record that was linked into another: that one holds the slots. Source: product.md §3 rule 2."""
    if facts.root_id is None:
        return None
    return Reason(
        "record_linked_away",
        say(N_("This record was linked with another one of the same person.")),
        say(N_("Search the person again: the record that survives opens.")),
    )


def clock_behind(facts: DosingFacts, site: SiteRules) -> Reason | None:
    """Refuse while the clock stands before the newest recording. Source: product.md §3 rule 11, house.toml clock."""
    if facts.trusted_at is None or facts.at >= facts.trusted_at - house_rules().clock_tolerance:
        return None
    return Reason(
        "clock_behind",
        say(
            N_("This computer's clock says %(now)s; the newest dose was recorded at %(newest)s."),
            now=Moment(facts.at),
            newest=Moment(facts.trusted_at),
        ),
        say(N_("Nothing is given until two people have confirmed date and time.")),
        override=Permission.CLOCK_CONFIRM,
    )


def clock_skipped_a_day(facts: DosingFacts, site: SiteRules) -> Reason | None:
    """Refuse when a day on which the clinic doses has passed without any dose. Source: product.md §3 rule 11."""
    if facts.trusted_at is None:
        return None
    newest = clinic_day(facts.trusted_at, site.zone, site.day_starts)
    between = (newest + timedelta(days=n) for n in range(1, (facts.clinic_day - newest).days))
    skipped = next(
        (day for day in between if day.isoweekday() in site.opening_days and day not in facts.closed_since), None
    )
    if skipped is None:
        return None
    return Reason(
        "clock_skipped_a_day",
        say(
            N_("Today should be %(today)s, yet nothing was recorded on %(skipped)s: the clock may be wrong."),
            today=facts.clinic_day,
            skipped=skipped,
        ),
        say(N_("Nothing is given until two people have confirmed date and time.")),
        override=Permission.CLOCK_CONFIRM,
    )


def not_in_treatment(facts: DosingFacts, site: SiteRules) -> Reason | None:
    """Refuse anyone without an open episode: discharged, transferred, dead. Source: product.md §3 rule 5."""
    if facts.episode_id is not None:
        return None
    if facts.ended is None:
        return Reason(
            "not_admitted",
            say(N_("Not admitted to treatment here.")),
            say(N_("A prescriber admits the person and signs an order.")),
        )
    return Reason(
        "episode_ended",
        say(N_("Treatment here has ended: %(how)s."), how=facts.ended),
        say(N_("A prescriber decides on re-admission.")),
    )


def order_not_active(facts: DosingFacts, site: SiteRules) -> Reason | None:
    """Refuse without a signed order that holds today. Source: product.md §3 rule 1."""
    if facts.order is not None or facts.episode_id is None:
        return None
    return Reason(
        "no_active_order",
        say(N_("No signed order holds today.")),
        say(N_("Ask the prescriber for an order; nothing is given without one.")),
        override=Permission.ORDER_SIGN,
    )


def not_due_today(facts: DosingFacts, site: SiteRules) -> Reason | None:
    """Refuse on a day on which the order has no dose; one that was taken says so itself. Source: product.md §3 rule 1, §4."""
    if (
        facts.order is None
        or facts.due_mg is not None
        or facts.slot.taken_at is not None
        or facts.injection is not None
    ):
        return None
    next_step = say(N_("Tell the person the next day on which a dose is due; a change is the prescriber's."))
    if facts.next_due_on is not None:
        words = N_("The next dose is due on %(day)s: tell the person; a change is the prescriber's.")
        next_step = say(words, day=facts.next_due_on)
    return Reason(
        "not_due_today",
        say(N_("The order has no dose for today.")),
        next_step,
        override=Permission.ORDER_SIGN,
    )


def injection_outside_window(facts: DosingFacts, site: SiteRules) -> Reason | None:
    """Refuse an early or late injection, unless released for this amount today. Source: product.md §4, CR §1.3."""
    if facts.injection is None or facts.slot.taken_at is not None:
        return None
    timing = facts.injection.timing(facts.clinic_day)
    released = facts.due_mg is not None and facts.released_mg is not None and facts.due_mg <= facts.released_mg
    if timing is Timing.INSIDE or released:
        return None
    window, citation = facts.injection, _citation(facts.order)
    return _injection_early(window, citation) if timing is Timing.EARLY else _injection_late(window, citation)


def _citation(order: OrderFacts | None) -> str:
    """Return on what the days of a window rest."""
    profile = order.depot.profile if order and order.depot else None
    return f"policy profile {profile}" if profile else "the prescriber's own figures, on the order"


def _injection_early(window: InjectionWindow, citation: str) -> Reason:
    return Reason(
        "injection_early",
        say(
            N_("The next injection is due on %(due)s; it may be given from %(from)s to %(until)s."),
            due=window.due_on,
            until=window.closes_on,
            **{"from": window.opens_on},
        ),
        say(N_("Tell the person the day. To inject today, the prescriber releases it.")),
        citation=citation,
        override=Permission.STOP_RELEASE,
    )


def _injection_late(window: InjectionWindow, citation: str) -> Reason:
    words = N_("The injection was due on %(due)s, at the latest on %(until)s.")
    return Reason(
        "injection_late",
        say(words, due=window.due_on, until=window.closes_on),
        say(N_("Ask the prescriber, who releases today's injection or signs a new order.")),
        citation=citation,
        override=Permission.STOP_RELEASE,
    )


def slot_taken(facts: DosingFacts, site: SiteRules) -> Reason | None:
    """Refuse a second dose in one slot, and a part beyond those ordered. Source: product.md §3 rule 2."""
    if facts.slot.taken_at is None:
        return None
    if facts.slot.kind is ClaimKind.TAKE_HOME:
        return Reason(
            "slot_taken",
            say(
                N_("The dose of today went home as a bottle, handed out %(at)s by %(by)s."),
                at=Moment(facts.slot.taken_at),
                by=facts.slot.taken_by,
            ),
            say(
                N_(
                    "Give nothing here. If that bottle is brought back unopened, take it back first: then a dose is due."
                )
            ),
            override=Permission.ORDER_SIGN,
        )
    return Reason(
        "slot_taken",
        say(N_("Dosed today at %(at)s by %(by)s."), at=facts.slot.taken_at, by=facts.slot.taken_by),
        say(N_("Give nothing more today. A further part needs the prescriber's order.")),
        override=Permission.ORDER_SIGN,
    )


def dosed_elsewhere_today(facts: DosingFacts, site: SiteRules) -> Reason | None:
    """Refuse on the day on which the clinic before gave its last dose. Source: product.md §3 rules 2 and 8."""
    if facts.elsewhere_today_mg is None:
        return None
    return Reason(
        "dosed_elsewhere_today",
        say(N_("The clinic before gave %(mg)s mg today, as it confirmed."), mg=facts.elsewhere_today_mg),
        say(N_("Give nothing more today; the first dose here is tomorrow's.")),
    )


def more_than_ordered(facts: DosingFacts, site: SiteRules) -> Reason | None:
    """Refuse what would take the day above its ordered total, whatever was recorded before. Source: product.md §3 rule 1."""
    if facts.due_mg is None or facts.day_total_mg is None:
        return None
    if facts.taken_today_mg + facts.due_mg <= facts.day_total_mg:
        return None
    return Reason(
        "more_than_ordered",
        say(
            N_("%(taken)s mg were taken today; with %(due)s mg it would be more than the %(total)s mg ordered."),
            taken=facts.taken_today_mg,
            due=facts.due_mg,
            total=facts.day_total_mg,
        ),
        say(N_("Give nothing more today, and show the prescriber what was recorded.")),
        override=Permission.ORDER_SIGN,
    )


def stop_standing(facts: DosingFacts, site: SiteRules) -> Reason | None:
    """Refuse while a stop stands. Source: product.md §3 rule 3."""
    if not facts.stops:
        return None
    stop = facts.stops[0]
    return Reason(
        "stop_standing",
        say(N_("Stop: %(kind)s, set by %(by)s, %(at)s."), kind=stop.kind, by=stop.set_by, at=Moment(stop.set_at)),
        say(N_("The prescriber decides; an answer is due %(due)s."), due=Moment(stop.decide_by)),
        override=Permission.STOP_RELEASE,
    )


def re_entry_verdict(facts: DosingFacts, site: SiteRules) -> ReEntryVerdict | None:
    """Return what the re-entry gate says of the order in force; None where it has nothing to consider.

    Of an injection that follows another one its own window says it: late asks the prescriber from the first day on. Of
    somebody on record as away it does not say what was given there.
    """
    if facts.order is None or facts.re_entry is None:
        return None
    if facts.injection is not None and not facts.injection.begins and not facts.re_entry.away:
        return None
    return site.judged(facts.re_entry, facts.order.medication, facts.order.treatment_phase)


def released_today(facts: DosingFacts) -> bool:
    """Return whether a prescriber has released this amount for today, knowing of the days without medicine."""
    if facts.released_mg is None or facts.due_mg is None:
        return False
    return (facts.day_total_mg or facts.due_mg) <= facts.released_mg


def too_many_days_without_medicine(facts: DosingFacts, site: SiteRules) -> Reason | None:
    """Hold what the re-entry gate holds, unless released for this amount today. Source: product.md §5."""
    verdict = re_entry_verdict(facts, site)
    if verdict is None or facts.due_mg is None or not verdict.holds or released_today(facts):
        return None
    next_step = N_("Hold and call the prescriber, who releases today's dose or signs a new order.")
    if verdict.ask_first:
        next_step = N_("Type A and ask; then call the prescriber, who releases today's dose or signs a new order.")
    return Reason(
        "days_without_medicine",
        reduce(lambda one, other: say(N_("%(one)s %(other)s"), one=one, other=other), verdict.why),
        say(next_step),
        citation=verdict.citation,
        override=Permission.STOP_RELEASE,
    )


def last_dose_not_asked(facts: DosingFacts, site: SiteRules) -> Reason | None:
    """Ask first what the person says, from the first day without medicine on. Source: product.md §5."""
    verdict = re_entry_verdict(facts, site)
    if verdict is None or facts.due_mg is None or released_today(facts):
        return None
    if not verdict.ask_first or verdict.holds:  # a hold says so itself
        return None
    one, more = (
        N_("1 day without medicine by the record, and nobody has asked yet when the last dose was taken."),
        N_("%(days)s days without medicine by the record, and nobody has asked yet when the last dose was taken."),
    )
    return Reason(
        "not_asked",
        say(one if verdict.inputs.days == 1 else more, days=verdict.inputs.days),
        say(N_("Type A: three short questions. What the person says is never held against them.")),
        citation="product.md §5: the gate first asks what the person says",
    )


def seen_first(facts: DosingFacts, site: SiteRules) -> bool:
    """Return whether somebody must confirm at the window that the person was seen and is not intoxicated.

    A release does not take this away: the prescriber decided on the days, and sobriety is seen at the window.
    """
    verdict = re_entry_verdict(facts, site)
    if verdict is None or facts.due_mg is None:
        return False
    return verdict.action is ReEntryAction.GIVE_IF_NOT_INTOXICATED


def too_soon_after_earlier_day(facts: DosingFacts, site: SiteRules) -> Reason | None:
    """Refuse within the site's least hours after the last dose of an earlier day. Source: product.md §3 rule 5."""
    if facts.last_day_at is None:
        return None
    earliest = facts.last_day_at + timedelta(hours=site.hours_between_days)
    if facts.at >= earliest:
        return None
    return Reason(
        "too_soon_after_last_day",
        say(N_("The last dose was at %(at)s, less than %(hours)s hours ago."),
            at=facts.last_day_at, hours=site.hours_between_days),
        say(N_("Ask the person to come back from %(from)s."), **{"from": earliest}),
    )  # fmt: skip


def too_soon_after_part(facts: DosingFacts, site: SiteRules) -> Reason | None:
    """Refuse within the order's least hours after the part before. Source: product.md §3 rule 5."""
    further_from = _further_part_from(facts)
    if further_from is not None and facts.at < further_from:
        return Reason(
            "too_soon_after_part",
            say(N_("The further part of today may be given from %(from)s."), **{"from": further_from}),
            say(N_("Ask the person to come back then.")),
        )
    if facts.previous_part_at is None or facts.slot.taken_at is not None:
        return None
    if facts.order is None or facts.order.hours_between_parts is None:
        return None
    earliest = facts.previous_part_at + timedelta(hours=facts.order.hours_between_parts)
    if facts.at >= earliest:
        return None
    return Reason(
        "too_soon_after_part",
        say(N_("The part before was taken at %(at)s; the order asks for %(hours)s hours between parts."),
            at=facts.previous_part_at, hours=facts.order.hours_between_parts),
        say(N_("Ask the person to come back from %(from)s."), **{"from": earliest}),
    )  # fmt: skip


def _further_part_from(facts: DosingFacts) -> datetime | None:
    """Return from when a further part may be given; its hours run anew where the part before was given again later."""
    if facts.part_not_before is None or facts.previous_part_at is None or facts.slot.taken_at is not None:
        return facts.part_not_before
    least = timedelta(hours=house_rules().supplement_after_hours)
    return max(facts.part_not_before, facts.previous_part_at + least)


def cannot_be_poured(facts: DosingFacts, site: SiteRules) -> Reason | None:
    """Refuse when the window's containers cannot make up the amount exactly. Source: product.md §3 rule 6."""
    if facts.due_mg is None or facts.lines is not None or facts.slot.taken_at is not None:
        return None
    if not facts.has_window:
        return Reason(
            "no_window",
            say(N_("This computer belongs to no dispensing window.")),
            say(N_("Use a terminal at a window, or ask the administrator to assign this one.")),
        )
    return Reason(
        "cannot_be_poured",
        say(N_("The opened containers here cannot make up %(mg)s mg exactly."), mg=facts.due_mg),
        say(N_("Open a container of a strength that fits, or bring one from the safe.")),
    )


WITHHOLD = (
    record_linked_away,
    clock_behind,
    clock_skipped_a_day,
    not_in_treatment,
    order_not_active,
    not_due_today,
    injection_outside_window,
    slot_taken,
    dosed_elsewhere_today,
    more_than_ordered,
    stop_standing,
    too_many_days_without_medicine,
    last_dose_not_asked,
    too_soon_after_earlier_day,
    too_soon_after_part,
    cannot_be_poured,
)


def reasons_to_withhold(facts: DosingFacts, site: SiteRules) -> list[Reason]:
    """Return every reason not to give this dose now; none means it may be given."""
    return [reason for check in WITHHOLD if (reason := check(facts, site))]


def first_free(slots: Sequence[Slot]) -> Slot:
    """Return the first slot of the day that is free, or the last one if all are taken."""
    return next((slot for slot in slots if slot.taken_at is None), slots[-1])
