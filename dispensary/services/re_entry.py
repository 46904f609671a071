"""The re-entry gate at work: what a person says is written down, and a held dose is released for the ordered amount.

A release is stated in mg and holds for one clinic day.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, Refused
from dispensary.queries import dosing, expected, sites
from dispensary.queries.expected import Expected
from dispensary.rules.dosing import DosingFacts, SiteRules, re_entry_verdict, too_many_days_without_medicine
from dispensary.rules.orders import OrderFacts
from dispensary.rules.re_entry import ReEntryVerdict
from dispensary.services import audit, people, prescriber_desk
from dispensary.services.act import Act
from dispensary.services.facts import write as write_fact
from dispensary.services.re_entry_decisions import note_decision
from dispensary.wording import N_, say
from models import ReEntryAnswer, ReEntryRelease
from models.enums import Answer, AuditKind, Medication, TaskReasonKind, TreatmentPhase
from models.units import Mg

LONGEST_BACK = timedelta(days=3660)


@dataclass(frozen=True)
class Told:
    """What somebody says at the window of the last dose, and of what was used since."""

    as_recorded: Answer
    used_full_agonist: Answer
    last_dose_on: date | None = None
    """Where it differs from the record; None if it is not known."""
    last_dose_mg: Mg | None = None


def note_answer(session: Session, *, person_id: int, told: Told, act: Act) -> ReEntryAnswer:
    """Write down what somebody says of the last dose; asked again on the same day, the last answer counts.

    Raises:
        NotFound: there is no such person.
        Refused: the day told is not before today, or the amount is none.
    """
    differs = told.as_recorded is not Answer.YES
    day, amount = (told.last_dose_on, told.last_dose_mg) if differs else (None, None)
    if day is not None and not act.clinic_day - LONGEST_BACK <= day < act.clinic_day:
        words = say(N_("The last dose was before today. Leave the day empty if it is not known."))
        raise Refused(words, code="not_a_day_before", field="last_dose_on")
    if amount is not None and amount <= 0:
        words = say(N_("An amount is more than 0 mg. Leave it empty if it is not known."))
        raise Refused(words, code="amount", field="last_dose_mg")
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    mine = (ReEntryAnswer.person_id == person_id, ReEntryAnswer.clinic_day == act.clinic_day)
    answer = write_fact(
        session,
        ReEntryAnswer(
            person_id=person_id,
            clinic_day=act.clinic_day,
            turn=(session.scalar(select(func.max(ReEntryAnswer.turn)).where(*mine)) or 0) + 1,
            as_recorded=told.as_recorded,
            last_dose_on=day,
            last_dose_mg=amount,
            used_full_agonist=told.used_full_agonist,
            asked_at=act.at,
            **act.stamp,
        ),
    )
    audit.record(session, AuditKind.RE_ENTRY_ASKED, answer, act, person=person_id)
    return answer


@dataclass(frozen=True)
class Held:
    """A dose that the window holds today: under which order, how much, and what the gate says of it."""

    order: OrderFacts
    amount_mg: Mg
    """The day's total."""
    verdict: ReEntryVerdict

    @property
    def days_without_medicine(self) -> int:
        """The days that count."""
        return self.verdict.inputs.days


_RELEASED = select(ReEntryRelease.id).where(
    ReEntryRelease.order_id == bindparam("order_id"), ReEntryRelease.clinic_day == bindparam("clinic_day")
)


def held_today(session: Session, person_id: int, act: Act) -> Held | None:
    """Return the dose that the re-entry gate holds today, or None if it holds none."""
    facts = _facts(session, person_id, act)
    return held_dose(facts, _rules(session, act))


def held_dose(facts: DosingFacts, site: SiteRules) -> Held | None:
    """Return the dose that the re-entry gate holds by these facts, or None if it holds none."""
    verdict = re_entry_verdict(facts, site)
    if verdict is None or facts.order is None or facts.day_total_mg is None:
        return None
    if too_many_days_without_medicine(facts, site) is None:
        return None
    return Held(facts.order, facts.day_total_mg, verdict)


def held_everywhere(session: Session, act: Act) -> list[tuple[Expected, Held]]:
    """Return everyone at this site whose dose the gate holds today, those with the fewest days without medicine first."""
    site = _rules(session, act)
    everyone = expected.everyone_expected(
        session, site_id=act.site_id, window_id=None, clinic_day=act.clinic_day, at=act.at
    )
    held = [(who, found) for who in everyone if (found := held_dose(who.facts, site))]
    return sorted(held, key=lambda one: one[1].days_without_medicine)


def verdict_for(
    session: Session, person_id: int, medication: Medication, phase: TreatmentPhase, act: Act
) -> ReEntryVerdict | None:
    """Return what the gate would say today of an order for a drug in a phase; None where it has nothing to consider."""
    facts, site = _facts(session, person_id, act), _rules(session, act)
    if facts.re_entry is None:
        return None
    return site.judged(facts.re_entry, medication, phase)


def days_held(session: Session, person_id: int, phase: TreatmentPhase, act: Act) -> int | None:
    """Return the days for which an order of any drug in this phase would be held today; None if none would."""
    facts, site = _facts(session, person_id, act), _rules(session, act)
    if facts.re_entry is None:
        return None
    held = (site.judged(facts.re_entry, drug, phase).holds for drug in Medication)
    return facts.days_without_medicine if any(held) else None


def _facts(session: Session, person_id: int, act: Act) -> DosingFacts:
    return dosing.facts_for(
        session, person_id=person_id, site_id=act.site_id, window_id=None, clinic_day=act.clinic_day, at=act.at
    )


def _rules(session: Session, act: Act) -> SiteRules:
    return sites.settings(session, act.site_id, act.clinic_day).rules


def release_held_dose(
    session: Session, *, person_id: int, order_id: int, days_without_medicine: int, amount_mg: Mg, reason: str, act: Act
) -> ReEntryRelease:
    """Release today's held dose under the order in force.

    The prescriber's task closes with it when nothing else on it waits.

    Args:
        order_id: the version that was shown.
        days_without_medicine: as shown and considered.
        amount_mg: the day's total as shown.

    Raises:
        NotFound: there is no such person.
        Conflict: what was shown has changed: another version, count or amount, or nothing is held any more.
        Refused: no reason was given.
    """
    reason = people.line(reason, "reason", needed=True)
    people.lock(session, person_id)
    held = held_today(session, person_id, act)
    if held is None:
        raise Conflict(say(N_("No dose of this person is held now.")), code="nothing_held")
    if (held.order.id, held.days_without_medicine, held.amount_mg) != (order_id, days_without_medicine, amount_mg):
        raise Conflict(
            say(
                N_("This has changed: it is now %(mg)s mg after %(days)s days without medicine. Look again."),
                mg=held.amount_mg,
                days=held.days_without_medicine,
            ),
            code="shown_has_changed",
        )
    refuse_released(session, order_id, act)
    release = write(session, person_id=person_id, order_id=order_id, held_days=days_without_medicine,
                    amount_mg=amount_mg, reason=reason, act=act, verdict=held.verdict)  # fmt: skip
    kinds = {TaskReasonKind.DAYS_WITHOUT_MEDICINE}
    prescriber_desk.answer(session, person_id=person_id, kinds=kinds, resolution=reason, act=act)
    return release


def refuse_released(session: Session, order_id: int, act: Act) -> None:
    """Refuse a second release of one order on one day.

    Raises:
        Conflict: it was released before, for fewer days or less, or before the person said otherwise.
    """
    if session.scalar(_RELEASED, {"order_id": order_id, "clinic_day": act.clinic_day}) is not None:
        words = N_(
            "Today's dose was released before: for fewer days or less, or before the person said otherwise. Sign the order"
            " anew to decide again."
        )
        raise Conflict(say(words), code="released_before")


def write(
    session: Session,
    *,
    person_id: int,
    order_id: int,
    held_days: int,
    amount_mg: Mg,
    reason: str,
    act: Act,
    verdict: ReEntryVerdict | None = None,
) -> ReEntryRelease:
    """Write the release of today's dose under an order; whoever calls it has decided that it is held.

    Args:
        verdict: what the gate said, kept beside the release.
    """
    release = ReEntryRelease(
        person_id=person_id,
        order_id=order_id,
        clinic_day=act.clinic_day,
        days_without_medicine=held_days,
        amount_mg=amount_mg,
        reason=reason,
        released_at=act.at,
        **act.stamp,
    )
    session.add(release)
    session.flush()
    audit.record(
        session,
        AuditKind.RE_ENTRY_RELEASED,
        release,
        act,
        person=person_id,
        order=order_id,
        clinic_day=act.clinic_day,
        days_without_medicine=held_days,
        amount_mg=amount_mg,
    )
    note_decision(session, verdict, release, act)
    return release
