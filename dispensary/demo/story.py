"""The made-up clinic day by day: who comes when, what the nurse and the prescriber do, and what is written.

Each thing happens at its moment, in the order of time, so that the chains read as they would have grown. The usual dose
goes to the bulk writer; everything else is done by the services, with their rules.
"""

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from random import Random

from sqlalchemy.orm import Session

from dispensary.demo import mishaps, schedules
from dispensary.demo.cast import Character, Stay
from dispensary.demo.dice import chance
from dispensary.demo.doses import DoseWriter
from dispensary.demo.portraits import portrait
from dispensary.demo.setting import Clinic
from dispensary.demo.supplies import Supplies
from dispensary.errors import Refused
from dispensary.policy.stack import OrderLimits, stack
from dispensary.queries import dosing as facts_of
from dispensary.queries import orders as order_facts
from dispensary.queries import policy
from dispensary.rules.attendance import DayTaken, days_without_medicine
from dispensary.rules.dosing import DosingFacts, SiteRules, Slot, hold_limit, reasons_to_withhold, shown_digest
from dispensary.rules.order_drafts import OrderDraft
from dispensary.rules.orders import DueAmount, OrderFacts, TakenDay, due_amount
from dispensary.services import (
    day_close,
    dose_reversals,
    dosing,
    episodes,
    orders,
    people,
    photos,
    prescriber_desk,
    re_entry,
    stops,
)
from dispensary.services.act import Act
from dispensary.services.dosing import Shown
from dispensary.services.episodes import TransferIn
from dispensary.services.orders import Signing
from models import Dose
from models.enums import (
    Admission,
    EpisodeEndReason,
    EpisodeKind,
    NoticeKind,
    RefusedReason,
    ReversalReason,
    TaskReasonKind,
    TreatmentPhase,
    WithheldReason,
)
from models.units import Mg, plain

OPENS, CLOSES = time(6, 30), time(12, 0)
HALF = timedelta(hours=3)
"""Today the clinic opened three hours ago and closes in three."""

DAYS_IN_A_ROW = 3
GIVEN_UP = timedelta(days=21)
"""Unseen for longer, a person's stay is ended."""
UNSEEN = timedelta(days=15)
"""How long who drops out has not been seen when the stay is ended."""
ANSWERABLE = set(TaskReasonKind) - {TaskReasonKind.STOP}
EXPIRES_SOON, SEEN_LATELY = timedelta(days=2), timedelta(days=5)

Deed = Callable[[datetime], None]
MISHAPS = {mishaps.came_up: 20, mishaps.spilt: 30, mishaps.too_much: 90, mishaps.dosed_elsewhere: 15}
"""What goes wrong, each about once in so many days."""


@dataclass
class Patient:
    """One person while the story runs: what the station would read about them."""

    one: Character
    person_id: int
    stay: Stay
    episode_id: int
    first_due: date
    orders: list[OrderFacts] = field(default_factory=list)
    """Newest first."""
    transfer_on: date | None = None
    taken: dict[date, DayTaken] = field(default_factory=dict)
    parts_mg: dict[date, dict[int, Mg]] = field(default_factory=dict)
    last_at: datetime | None = None
    settled: tuple[int, DueAmount] | None = None
    """An order whose last step has taken effect, and what it says from then on."""
    covers: int = 1
    """How many days the last whole dose covers."""
    away_until: date | None = None
    step_waits: bool = False
    """The prescriber has been told that an upward step waits, and has not answered."""
    released_on: date | None = None
    """The day for which a prescriber has considered the days without medicine."""
    notice_id: int | None = None

    def order_on(self, day: date) -> OrderFacts | None:
        """Return the order that holds on a day."""
        return next((order for order in self.orders if order.holds_on(day)), None)

    def due_on(self, order: OrderFacts, day: date) -> DueAmount:
        """Return what an order says for a day."""
        if self.settled is not None and self.settled[0] == order.id:
            return self.settled[1]
        since = (TakenDay(d, parts) for d, parts in self.parts_mg.items() if d >= order.starts_on)
        due = due_amount(order, list(since) if len(order.steps) > 1 else [], day)
        if due.amounts_mg == order.steps[-1].amounts_mg and order.steps[-1].from_on <= day:
            self.settled = (order.id, due)
        return due

    def days_without(self, day: date) -> int:
        """Return the days without medicine before a day."""
        recent = dict(list(self.taken.items())[-60:])
        if self.transfer_on is not None:
            recent.setdefault(self.transfer_on, DayTaken.WHOLE)
        return days_without_medicine(recent, on=day, first_due=self.first_due, every_n_days=self.covers)

    def note(self, order: OrderFacts, part: int, taken_mg: Mg, day: date, at: datetime, *, whole: bool) -> None:
        """Remember what was taken."""
        self.parts_mg.setdefault(day, {})[part] = taken_mg
        done = whole and len(self.parts_mg[day]) >= order.parts
        self.taken[day] = DayTaken.WHOLE if done else DayTaken.PART
        self.covers = order.every_n_days if done else self.covers
        self.last_at = at


class Story:
    """The clinic's history from its first day to this moment."""

    def __init__(
        self, session: Session, clinic: Clinic, writer: DoseWriter, rules: SiteRules, rng: Random, now: datetime
    ) -> None:
        """Tell it with this session, up to now."""
        self.session, self.clinic, self.writer, self.rules, self.rng, self.now = (
            session, clinic, writer, rules, rng, now,
        )  # fmt: skip
        self.supplies = Supplies(session, clinic)
        self.patients: dict[int, Patient] = {}
        self.former: dict[int, Patient] = {}
        """People whose last stay has ended."""
        self.person_ids: dict[Character, int] = {}
        self.everyone: frozenset[int] = frozenset()
        self.limits = OrderLimits()
        self.to_go_wrong: list[mishaps.Mishap] = []
        self.day = date.min
        self.opens = self.closes = now
        self.agenda: list[tuple[datetime, int, Deed]] = []
        self.numbers = count()

    # --- a day

    def live(self, day: date, characters: list[Character], *, today: bool) -> None:
        """Live through one clinic day; today only until now."""
        self.day = day
        self.opens, self.closes = self._hours(day, today)
        self.limits = stack(self.clinic.profiles, policy.approvals(self.session, self.clinic.site_id, day), day)
        self.at(self.opens - timedelta(minutes=20), self._prepare)
        for one in characters:
            stay = next((s for s in one.stays if s.begins == day), None)
            if stay is not None:
                self.at(self.opens, self._admission(one, stay))
        for patient in list(self.patients.values()):
            self._expect(patient)
        self.to_go_wrong = []
        for mishap, days in MISHAPS.items():
            if chance(self.rng, 1 / days):
                hour = self.rng.uniform(0.1, 0.8)
                self.at(self.opens + (self.closes - self.opens) * hour, self._to_go_wrong(mishap))
        self.at(self.closes + timedelta(minutes=10), self._look_ahead)
        self.at(self.closes + timedelta(minutes=40), self._close)
        self._run()
        self.session.expunge_all()

    def _hours(self, day: date, today: bool) -> tuple[datetime, datetime]:
        if not today:
            opens, closes = (datetime.combine(day, t, self.clinic.zone).astimezone(UTC) for t in (OPENS, CLOSES))
            return opens, closes
        begins = datetime.combine(day, self.clinic.day_starts, self.clinic.zone).astimezone(UTC)
        return max(begins + timedelta(minutes=25), self.now - HALF), self.now + HALF

    def at(self, at: datetime, deed: Deed) -> None:
        """Let something happen at a moment of this day."""
        heapq.heappush(self.agenda, (at, next(self.numbers), deed))

    def _run(self) -> None:
        while self.agenda:
            at, _, deed = heapq.heappop(self.agenda)
            if at <= self.now:
                deed(at)
        self.writer.flush()

    def act(self, who: str, at: datetime, window_id: int | None = None) -> Act:
        """Return an act of a member of staff."""
        return self.clinic.act(who, at, self.day, window_id)

    def _service(self) -> None:
        """Let a service read what was written so far."""
        self.writer.flush()

    def stock_service(self, patient: Patient) -> None:
        """Let a service read what was written so far, and draw for a person."""
        self.writer.flush()
        one = patient.one
        self.writer.forget_shelf((self.clinic.windows[one.window], one.medication, one.form))

    def _prepare(self, at: datetime) -> None:
        self.writer.flush()
        self.writer.forget_stock()
        self.supplies.fill(self.day, at)

    def _close(self, at: datetime) -> None:
        self._service()
        day_close.close_day(self.session, clinic_day=self.day, key=self.clinic.key, act=self.act("nurse", at))

    # --- coming and going

    def _admission(self, one: Character, stay: Stay) -> Deed:
        def admit(at: datetime) -> None:
            self._service()
            if one not in self.person_ids:
                self.person_ids[one] = self._register(one, at)
                self.everyone |= {self.person_ids[one]}
            self._admit(one, stay, at)

        return admit

    def _register(self, one: Character, at: datetime) -> int:
        act = self.act("nurse2", at)
        person = people.register_person(
            self.session,
            family_name=one.who.family_name,
            given_name=one.who.given_name,
            birth_date=one.who.birth_date,
            sex=one.who.sex,
            identity_number=None,
            phone=one.who.phone,
            address=one.who.address,
            number="",
            distinct_from=self.everyone,
            act=act,
        )
        photo = photos.window_photo(portrait(self.rng))
        people.take_photo(self.session, person_id=person.id, photo=photo, act=act)
        people.issue_card(self.session, person_id=person.id, act=act)
        return person.id

    def _admit(self, one: Character, stay: Stay, at: datetime) -> None:
        person_id, act = self.person_ids[one], self.act("prescriber", at)
        transfer = None
        if stay.from_clinic:
            transfer = TransferIn(
                "Riverside Clinic", "Dr Hale", self.day - timedelta(days=1), one.target_mg, one.medication
            )
        admission = Admission.READMITTED if stay is not one.stays[0] else Admission.NEW
        episode = episodes.admit_patient(
            self.session,
            person_id=person_id,
            kind=EpisodeKind.MAINTENANCE,
            admission=Admission.TRANSFERRED_IN if transfer else admission,
            admitted_on=self.day,
            transfer=transfer,
            act=act,
        )
        patient = Patient(one, person_id, stay, episode.id, self.day)
        patient.transfer_on = transfer.last_dose_on if transfer else None
        if (before := self.former.get(person_id)) is not None:
            patient.taken, patient.parts_mg = before.taken, before.parts_mg
            patient.last_at, patient.covers = before.last_at, before.covers
        self.patients[person_id] = patient
        draft = schedules.steady(one, self.day, one.target_mg, "goes on as at the clinic before", early=True)
        self._sign(patient, draft if transfer else schedules.beginning(one, self.day), at, considering=True)
        self._visit(patient, self._arrival(patient))

    def _end(self, patient: Patient, at: datetime) -> None:
        reason = patient.stay.reason or EpisodeEndReason.DROPPED_OUT
        episodes.end_episode(
            self.session,
            person_id=patient.person_id,
            ended_on=self.day,
            reason=reason,
            note=f"as discussed in the team: {reason.value.replace('_', ' ')}",
            act=self.act("prescriber", at),
        )
        self.former[patient.person_id] = self.patients.pop(patient.person_id)

    # --- orders

    def _sign(self, patient: Patient, draft: OrderDraft, at: datetime, *, considering: bool = False) -> None:
        """Sign an order; with the days without medicine considered, it releases today's dose if that is held."""
        act = self.act("prescriber", at)
        days = patient.days_without(self.day) if considering else None
        again = {n: f"{plain(step.total_mg)} mg" for n, step in enumerate(draft.steps)}
        over_limit = ""
        while True:
            signing = Signing(draft, self.limits, over_limit, again, days)
            try:
                self._signed(patient, signing, act)
                break
            except Refused as refusal:
                if refusal.code != "over_limit" or over_limit:
                    raise
                over_limit = "tolerance known from earlier treatment; seen daily"
        patient.step_waits = False
        versions = order_facts.versions_of(self.session, patient.person_id)
        patient.orders = [v.facts for v in versions if v.episode_id == patient.episode_id and not v.never_held]
        patient.first_due = min(order.starts_on for order in patient.orders)
        if considering and draft.starts_on == self.day:
            patient.released_on = self.day
            self._release(patient, act)

    def _signed(self, patient: Patient, signing: Signing, act: Act) -> None:
        if patient.orders:
            orders.change_order(self.session, order_id=patient.orders[0].id, signing=signing, act=act)
            return
        orders.sign_order(
            self.session, person_id=patient.person_id, episode_id=patient.episode_id, signing=signing, act=act
        )

    def _release(self, patient: Patient, act: Act) -> None:
        """Release today's dose where it is held still."""
        held = re_entry.held_today(self.session, patient.person_id, act)
        if held is not None:
            re_entry.release_held_dose(
                self.session,
                person_id=patient.person_id,
                order_id=held.order.id,
                days_without_medicine=held.days_without_medicine,
                amount_mg=held.amount_mg,
                reason="seen and assessed today",
                act=act,
            )

    def _look_ahead(self, at: datetime) -> None:
        """After the last dose the prescriber ends stays and signs what will be needed."""
        self._service()
        for patient in list(self.patients.values()):
            order = patient.orders[0]
            last_seen = max(patient.taken, default=patient.stay.begins)
            if self._has_left(patient, last_seen):
                self._end(patient, at)
                self.close_task(patient, "stay has ended", at)
            elif patient.step_waits and patient.due_on(order, self.day).waiting_step is None:
                self.close_task(patient, "the step has taken effect", at)
                patient.step_waits = False
            elif order.ends_on - self.day <= EXPIRES_SOON and self.day - last_seen < SEEN_LATELY:
                self._renew(patient, order, order.ends_on + timedelta(days=1), at)
            elif patient.step_waits and self._steady_again(patient):
                self._renew(patient, order, self.day + timedelta(days=1), at)
            elif self._begins_taper(patient, order):
                amount = _total(self._usual(patient, order))
                self._sign(patient, schedules.taper(patient.one, self.day + timedelta(days=1), amount), at)

    def close_task(self, patient: Patient, resolution: str, at: datetime) -> None:
        """Let the prescriber answer what waits on the desk about a person."""
        act = self.act("prescriber", at)
        prescriber_desk.answer(
            self.session, person_id=patient.person_id, kinds=ANSWERABLE, resolution=resolution, act=act
        )

    def _has_left(self, patient: Patient, last_seen: date) -> bool:
        if patient.stay.ends is not None:
            return patient.stay.ends <= self.day
        return self.day - last_seen > GIVEN_UP

    def _usual(self, patient: Patient, order: OrderFacts) -> tuple[Mg, ...]:
        return patient.due_on(order, self.day).amounts_mg

    def _begins_taper(self, patient: Patient, order: OrderFacts) -> bool:
        if patient.stay.reason is not EpisodeEndReason.COMPLETED or patient.stay.ends is None:
            return False
        begins = patient.stay.ends - timedelta(days=schedules.TAPER_STEP_DAYS * schedules.TAPER_STEPS)
        return self.day >= begins and order.treatment_phase is not TreatmentPhase.TAPER

    def _steady_again(self, patient: Patient) -> bool:
        """Whether somebody whose step waits has taken the last doses all in a row."""
        return all(self.day - timedelta(days=n) in patient.taken for n in range(DAYS_IN_A_ROW))

    def _renew(self, patient: Patient, order: OrderFacts, first: date, at: datetime) -> None:
        total = _total(self._usual(patient, order))
        if total < patient.one.target_mg and order.treatment_phase is not TreatmentPhase.TAPER:
            draft = schedules.upwards(patient.one, first, total, "reviewed, goes on upwards")
        else:
            early = order.treatment_phase is TreatmentPhase.INDUCTION
            draft = schedules.steady(patient.one, first, total, "reviewed, goes on", early=early)
        self._sign(patient, draft, at)

    # --- visits

    def _expect(self, patient: Patient) -> None:
        """Decide whether a person comes today, and when."""
        if (patient.away_until is not None and self.day < patient.away_until) or self._is_dropping_out(patient):
            return
        if chance(self.rng, 0.003):
            patient.away_until = self.day + timedelta(days=self.rng.randint(2, 9))
            return
        order = patient.order_on(self.day)
        due = order is None or order.due_on(self.day)
        if due and chance(self.rng, patient.one.reliability):
            self._visit(patient, self._arrival(patient))

    def _is_dropping_out(self, patient: Patient) -> bool:
        ends = patient.stay.ends
        return patient.stay.reason is EpisodeEndReason.DROPPED_OUT and ends is not None and ends - self.day <= UNSEEN

    def _arrival(self, patient: Patient) -> datetime:
        hour = min(0.97, max(0.0, patient.one.hour + self.rng.gauss(0, 0.05)))
        at = self.opens + (self.closes - self.opens) * hour
        return at.replace(second=self.rng.randrange(60), microsecond=0) + timedelta(minutes=1)

    def _visit(self, patient: Patient, at: datetime) -> None:
        self.at(at, lambda moment: self._dose(patient, moment))

    def _dose(self, patient: Patient, at: datetime) -> None:
        """Let the nurse see a person and do what the rules say."""
        if patient.person_id not in self.patients:
            return
        order = patient.order_on(self.day)
        if order is None:
            self._start_again(patient, at)
            return
        part = len(patient.parts_mg.get(self.day, ())) + 1
        if part > order.parts or not order.due_on(self.day):
            return
        facts = self._facts(patient, order, part, at)
        if patient.released_on == self.day:
            self.released(patient, at)
        elif facts.days_without_medicine >= hold_limit(facts, self.rules):
            self._hold(patient, facts, at)
        elif chance(self.rng, 0.006):
            self._unusual(patient, facts, at)
        elif not self._goes_wrong(patient, facts, at):
            self.give(patient, facts, at)

    def _facts(self, patient: Patient, order: OrderFacts, part: int, at: datetime) -> DosingFacts:
        """Return what the station would show, but for the lines."""
        due = patient.due_on(order, self.day)
        return DosingFacts(
            person_id=patient.person_id,
            clinic_day=self.day,
            at=at,
            episode_id=patient.episode_id,
            ended=None,
            order=order,
            due_mg=due.amounts_mg[part - 1],
            parts_today=order.parts,
            slot=Slot(part, 1, None),
            previous_part_at=patient.last_at if part > 1 else None,
            last_day_at=patient.last_at if part == 1 else None,
            days_without_medicine=patient.days_without(self.day),
            released_mg=None,
            stops=(),
            lines=None,
            has_window=True,
            waiting_step=due.waiting_step,
            day_total_mg=_total(due.amounts_mg),
            taken_today_mg=_total(patient.parts_mg.get(self.day, {}).values()),
        )

    def nurse(self, patient: Patient, at: datetime) -> Act:
        """Return an act of the nurse at the window where a person is dosed."""
        return self.act(("nurse", "nurse2")[patient.one.window], at, self.clinic.windows[patient.one.window])

    def give(self, patient: Patient, facts: DosingFacts, at: datetime) -> None:
        """Give the usual dose."""
        act = self.nurse(patient, at)
        assert act.window_id is not None and facts.order is not None and facts.due_mg is not None
        lines = self.writer.lines(facts, act.window_id)
        told = facts.waiting_step is None or patient.step_waits
        if told and lines is not None and not any(line.opens for line in lines):
            reasons = reasons_to_withhold(replace(facts, lines=lines), self.rules)
            assert not reasons, [reason.code for reason in reasons]
            self.writer.give(facts, lines, act)
        else:
            self.stock_service(patient)
            self._one_by_one(patient, act)
            patient.step_waits = facts.waiting_step is not None
        patient.note(facts.order, facts.slot.part, facts.due_mg, self.day, at, whole=True)
        self._afterwards(patient, facts, at)

    def give_one_by_one(self, patient: Patient, facts: DosingFacts, at: datetime) -> Dose:
        """Give a dose by way of the service, and remember it."""
        assert facts.order is not None and facts.due_mg is not None
        dose = self._one_by_one(patient, self.nurse(patient, at))
        patient.note(facts.order, facts.slot.part, facts.due_mg, self.day, at, whole=True)
        return dose

    def _one_by_one(self, patient: Patient, act: Act) -> Dose:
        return dosing.record_dose(self.session, shown=self.shown(patient, act), site=self.rules, act=act)

    def shown(self, patient: Patient, act: Act) -> Shown:
        """Return what the station shows; where nothing can be poured, bottles that hold no more are changed first."""
        facts = self.station(patient, act)
        if facts.lines is None:
            assert act.window_id is not None
            self.supplies.refill(act.window_id, patient.one.medication, patient.one.form, act)
            facts = self.station(patient, act)
        return Shown(patient.person_id, shown_digest(facts, self.rules), facts.check_digits)

    def station(self, patient: Patient, act: Act) -> DosingFacts:
        """Return the facts as the station reads them."""
        return facts_of.facts_for(
            self.session,
            person_id=patient.person_id,
            site_id=act.site_id,
            window_id=act.window_id,
            clinic_day=act.clinic_day,
            at=act.at,
        )

    def _afterwards(self, patient: Patient, facts: DosingFacts, at: datetime) -> None:
        """Let a further part follow; pass a notice on, or leave one; sometimes the nurse has keyed by mistake."""
        assert facts.order is not None
        if facts.slot.part < facts.order.parts:
            wait = timedelta(hours=schedules.HOURS_BETWEEN_PARTS, minutes=self.rng.randint(5, 40))
            self._visit(patient, at + wait)
        if patient.notice_id is not None:
            self._service()
            stops.tick_notice(self.session, notice_id=patient.notice_id, act=self.nurse(patient, at))
            patient.notice_id = None
        elif chance(self.rng, 0.002):
            self._service()
            kind = self.rng.choice([NoticeKind.SEE_COUNSELLOR, NoticeKind.URINE_DUE, NoticeKind.PAPERS])
            notice = stops.set_notice(
                self.session, person_id=patient.person_id, kind=kind, act=self.act("counsellor", at)
            )
            patient.notice_id = notice.id

    # --- what is not usual

    def _start_again(self, patient: Patient, at: datetime) -> None:
        """Sign an order for somebody whose order ran out while they were away, then dose."""
        self._service()
        self._sign(patient, schedules.beginning(patient.one, self.day, again=True), at, considering=True)
        self.released(patient, at + timedelta(minutes=12))

    def released(self, patient: Patient, at: datetime) -> None:
        """Come back to the window with the prescriber's decision; a dose under a release is recorded one by one."""

        def take(moment: datetime) -> None:
            order = patient.order_on(self.day)
            assert order is not None
            self.stock_service(patient)
            dose = self._one_by_one(patient, self.nurse(patient, moment))
            patient.note(order, dose.part, dose.taken_mg, self.day, moment, whole=True)

        self.at(at, take)

    def _hold(self, patient: Patient, facts: DosingFacts, at: datetime) -> None:
        """Withhold after days without medicine; the prescriber releases the dose, or begins again lower."""
        self._service()
        dosing.withhold_dose(
            self.session,
            person_id=patient.person_id,
            reason=WithheldReason.DAYS_WITHOUT_MEDICINE,
            note="",
            act=self.nurse(patient, at),
        )
        self.at(at + timedelta(minutes=self.rng.randint(8, 25)), lambda moment: self._decide(patient, facts, moment))

    def _decide(self, patient: Patient, facts: DosingFacts, at: datetime) -> None:
        self._service()
        assert facts.order is not None
        total, days = _total(self._usual(patient, facts.order)), facts.days_without_medicine
        if days <= self.rules.hold_from_days + 1:
            self._release(patient, self.act("prescriber", at))
        else:
            low = schedules.lowered(patient.one, total)
            draft = schedules.upwards(patient.one, self.day, low, f"{days} days without medicine")
            self._sign(patient, draft, at, considering=True)
        self.released(patient, at + timedelta(minutes=6))

    def _unusual(self, patient: Patient, facts: DosingFacts, at: datetime) -> None:
        """Let one of the rarer things happen."""
        self.stock_service(patient)
        deed = self.rng.choices((self._sedated, self._refused, self._part, self._mistaken), (30, 30, 30, 10))[0]
        deed(patient, facts, at)

    def _to_go_wrong(self, mishap: mishaps.Mishap) -> Deed:
        def from_now_on(at: datetime) -> None:
            self.to_go_wrong.append(mishap)

        return from_now_on

    def _goes_wrong(self, patient: Patient, facts: DosingFacts, at: datetime) -> bool:
        """Let what is to go wrong today happen to the first person whom it can happen to."""
        happened = next((mishap for mishap in self.to_go_wrong if mishap(self, patient, facts, at)), None)
        if happened is not None:
            self.to_go_wrong.remove(happened)
        return happened is not None

    def _sedated(self, patient: Patient, facts: DosingFacts, at: datetime) -> None:
        act = self.nurse(patient, at)
        dosing.withhold_dose(
            self.session, person_id=patient.person_id, reason=WithheldReason.SEDATED, note="drowsy, slurred", act=act
        )
        (stop,) = facts_of.standing_stops(self.session, patient.person_id)

        def release(moment: datetime) -> None:
            self._service()
            stops.release_stop(
                self.session,
                stop_id=stop.id,
                reason="awake, oriented; doses go on tomorrow",
                act=self.act("prescriber", moment),
            )
            self.close_task(patient, "seen; fit again tomorrow", moment)

        self.at(max(at, self.closes) + timedelta(minutes=4), release)

    def _refused(self, patient: Patient, facts: DosingFacts, at: datetime) -> None:
        reason = self.rng.choice([RefusedReason.NOT_WANTED, RefusedReason.FEELS_UNWELL, RefusedReason.AMOUNT_DISPUTED])
        dosing.refuse_dose(
            self.session, person_id=patient.person_id, reason=reason, note="", act=self.nurse(patient, at)
        )

    def _part(self, patient: Patient, facts: DosingFacts, at: datetime) -> None:
        assert facts.order is not None and facts.due_mg is not None
        act = self.nurse(patient, at)
        taken = schedules.lowered(patient.one, facts.due_mg)
        if taken >= facts.due_mg:
            self.give(patient, facts, at)
            return
        dosing.record_part_dose(
            self.session,
            shown=self.shown(patient, act),
            site=self.rules,
            taken_mg=taken,
            reason=RefusedReason.FEELS_UNWELL,
            witnessed_by_id=self.clinic.staff["nurse3"],
            act=act,
        )
        patient.note(facts.order, facts.slot.part, taken, self.day, at, whole=False)

    def _mistaken(self, patient: Patient, facts: DosingFacts, at: datetime) -> None:
        """Record a dose before it is swallowed, take it back, and record it when it is."""
        assert facts.order is not None and facts.due_mg is not None
        dose = self._one_by_one(patient, self.nurse(patient, at))

        def take_back(moment: datetime) -> None:
            self.stock_service(patient)
            dose_reversals.reverse_dose(
                self.session,
                dose_id=dose.id,
                reason=ReversalReason.KEYED_BY_MISTAKE,
                note="confirmed before it was taken",
                poured=False,
                witnessed_by_id=None,
                act=self.nurse(patient, moment),
            )
            self.released(patient, moment + timedelta(minutes=2))

        self.at(at + timedelta(minutes=3), take_back)


def _total(amounts: Iterable[Mg]) -> Mg:
    return Mg(sum(amounts, Decimal(0)))
