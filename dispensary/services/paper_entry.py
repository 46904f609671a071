"""Entering what stands on paper: each row for itself, judged as of its own day and time, and never lost.

Who enters, and when, is kept beside who gave, and when. Stock is drawn from what stands open at this window now.
(product.md §3 rules 9 to 11)
"""

from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from dispensary.errors import Refused
from dispensary.queries import dosing as facts_of
from dispensary.queries import downtime, stock
from dispensary.queries import paper_entry as entries
from dispensary.queries import people as records
from dispensary.reasons import Reason
from dispensary.rules import dosing as dosing_rules
from dispensary.rules import paper_entry as rules
from dispensary.rules.dosing import DosingFacts, SiteRules
from dispensary.rules.paper_entry import Misread, PaperOutcome, PaperRow, Verdict
from dispensary.rules.stock import Line, lines_for, share_taken
from dispensary.services import audit, dosing, incidents, lock
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.services.incidents import Swallowed
from dispensary.services.pouring import Poured
from dispensary.services.re_entry_decisions import note_decision
from dispensary.wording import N_, Speaker, say
from models import Dose, DoseException
from models.enums import AuditKind, DoseOutcome, Form, Medication
from models.units import Mg


class NotAcknowledged(Refused):
    """The row has something to say; it is recorded once somebody ticks that it happened all the same."""

    def __init__(self, verdict: Verdict) -> None:
        """Keep what would become of the row, and what is to be acknowledged."""
        words = say(N_("Tick that it happened all the same, or put the row right."))
        super().__init__(words, reasons=verdict.exceptions, code="not_acknowledged")
        self.verdict = verdict


def enter_row(
    session: Session, *, row: PaperRow, clinic_day: date, seen: str, site: SiteRules, speak: Speaker, act: Act
) -> Dose:
    """Record one row of the paper of a clinic day.

    Args:
        seen: the mark of what was ticked as having happened all the same; empty for no tick.
        speak: the language in which an incident's note says what was odd.
        act: of now, by whoever enters it.

    Raises:
        Misread: a field is missing, cannot be, or the row was entered already.
        NotAcknowledged: a rule would have withheld it, and nobody has ticked that it happened all the same.
        Refused: the day is not declared, this computer's clock is not trusted, or the stock cannot make it up.
    """
    if downtime.waiting_day(session, act.site_id, clinic_day) is None:
        words = N_("%(day)s is not declared as a day on paper, or its paper is signed as entered. Declare it first.")
        raise Refused(say(words, day=clinic_day), code="not_declared")
    if row.at > act.at:
        raise Misread(say(N_("This is later than now.")), code="in_the_future", field="at")
    row = replace(row, person_id=records.surviving(session, row.person_id))
    facts = _facts_then(session, row, clinic_day, site, act)
    verdict = rules.judge(row, facts, site, _before(session, facts))
    if verdict.exceptions and seen != verdict.mark:
        raise NotAcknowledged(verdict)
    dose = _record(session, row, facts, verdict, site, speak, act)
    _keep_exceptions(session, dose, verdict, act)
    return dose


def _facts_then(session: Session, row: PaperRow, clinic_day: date, site: SiteRules, act: Act) -> DosingFacts:
    """Return the facts behind the locks, as of the paper's day and time; nothing is entered by a wrong clock."""
    lock.person(session, row.person_id)
    lock.window(session, act.window_id)
    facts = facts_of.facts_for(
        session,
        person_id=row.person_id,
        site_id=act.site_id,
        window_id=act.window_id,
        clinic_day=clinic_day,
        at=row.at,
    )
    if wrong := rules.wrong_clock(facts, site, now=act.at, today=act.clinic_day):
        raise _because(wrong)
    return rules.as_of_paper(replace(facts, stops=entries.stops_at(session, row.person_id, row.at)))


def _before(session: Session, facts: DosingFacts) -> tuple[rules.EnteredBefore, ...]:
    """Return what was entered of this person and day; read only where anything is on record."""
    if facts.slot.taken_at is None and not facts.turned_away and facts.taken_today_mg == 0:
        return ()
    return tuple(entries.entered_before(session, facts.person_id, facts.clinic_day))


def _record(
    session: Session,
    row: PaperRow,
    facts: DosingFacts,
    verdict: Verdict,
    site: SiteRules,
    speak: Speaker,
    act: Act,
) -> Dose:
    if row.outcome not in rules.SWALLOWED:
        return _nothing_swallowed(session, row, facts, site, act)
    if verdict.incident is not None:
        return _incident(session, row, facts, verdict, speak, act)
    if facts.lines is None:
        reason = dosing_rules.cannot_be_poured(facts, site)
        assert reason is not None
        raise _because(reason)
    then, gate = act.of(row.at, facts.clinic_day), dosing_rules.re_entry_verdict(facts, site)
    if row.outcome is PaperOutcome.GIVEN:
        poured = [Poured(line, line.quantity) for line in facts.lines]
        return dosing.record_poured(
            session, facts, poured, DoseOutcome.GIVEN, then, given_by_id=row.given_by_id, verdict=gate
        )
    _check_witness(row, act)
    return dosing.record_poured(
        session,
        facts,
        _part(facts.lines, verdict.taken_mg),
        DoseOutcome.PART_GIVEN,
        then,
        refused_reason=row.refused_reason,
        witnessed_by_id=row.witness_id,
        given_by_id=row.given_by_id,
        verdict=gate,
    )


def _part(lines: tuple[Line, ...], taken_mg: Mg) -> list[Poured]:
    shares = share_taken(lines, taken_mg)
    if shares is None:
        words = say(N_("This amount cannot be measured in the strength that was poured."))
        raise Misread(words, code="part_not_exact", field="taken_mg")
    return [Poured(line, share) for line, share in zip(lines, shares, strict=True)]


def _check_witness(row: PaperRow, act: Act) -> None:
    if row.witness_id == row.given_by_id:
        words = say(N_("Whoever gave the dose cannot witness its waste. Type the initials of the second person."))
        raise Misread(words, code="witness_gave_it", field="witness")
    if row.witness_id == act.by_id:
        words = say(N_("You are this row's witness: somebody else enters it. Leave it blank, and sign out."))
        raise Misread(words, code="witness_is_self", field="witness")


def _incident(session: Session, row: PaperRow, facts: DosingFacts, verdict: Verdict, speak: Speaker, act: Act) -> Dose:
    assert verdict.incident is not None and verdict.medicine is not None
    ordered = facts.order is not None and verdict.medicine == (facts.order.medication, facts.order.form)
    incident = incidents.record_incident(
        session,
        person_id=row.person_id,
        what=Swallowed(
            *verdict.medicine,
            taken_mg=verdict.taken_mg,
            taken_at=row.at,
            clinic_day=facts.clinic_day,
            lines=_lines(session, verdict.medicine, verdict.taken_mg, facts.clinic_day, act),
            ordered_mg=facts.due_mg if ordered else None,
            order_id=facts.order.id if facts.order and ordered else None,
            part=facts.slot.part,
            given_by_id=row.given_by_id,
        ),
        kind=verdict.incident,
        note=" ".join(speak(reason.message) for reason in verdict.exceptions),
        act=act,
    )
    return session.get_one(Dose, incident.dose_id)


def _lines(
    session: Session, medicine: tuple[Medication, Form], taken_mg: Mg, clinic_day: date, act: Act
) -> tuple[Line, ...]:
    if act.window_id is None:
        words = N_("This computer belongs to no dispensing window. Enter paper at a terminal of a window.")
        raise Refused(say(words), code="no_window")
    containers = stock.containers_at_window(session, act.window_id, *medicine)
    lines = lines_for(taken_mg, containers, on=clinic_day)
    if lines is None:
        words = N_(
            "The opened containers here cannot make up %(mg)s mg exactly. Open a container that fits, then enter again."
        )
        raise Refused(say(words, mg=taken_mg), code="cannot_be_poured")
    return lines


def _nothing_swallowed(session: Session, row: PaperRow, facts: DosingFacts, site: SiteRules, act: Act) -> Dose:
    withheld = row.outcome is PaperOutcome.WITHHELD
    then = act.of(row.at, facts.clinic_day)
    dose = dosing.dose_of(facts, DoseOutcome.WITHHELD if withheld else DoseOutcome.REFUSED, then)
    dose.ordered_mg = facts.due_mg if facts.due_mg is not None or facts.parts_today > 1 else facts.day_total_mg
    dose.taken_mg = dose.wasted_mg = rules.NOTHING
    dose.given_by_id = row.given_by_id
    dose.withheld_reason, dose.refused_reason = row.withheld_reason, row.refused_reason
    write(session, dose)
    kind = AuditKind.DOSE_WITHHELD if withheld else AuditKind.DOSE_REFUSED
    audit.record(session, kind, dose, then, person=row.person_id, reason=row.withheld_reason or row.refused_reason)
    note_decision(session, dosing_rules.re_entry_verdict(facts, site), dose, then)
    if dose.withheld_reason and not entries.swallowed_after(session, row.person_id, row.at):
        dosing.ask_prescriber(session, row.person_id, dose.withheld_reason, act)
    return dose


def _keep_exceptions(session: Session, dose: Dose, verdict: Verdict, act: Act) -> None:
    for reason in verdict.exceptions:
        kept = write(session, DoseException(dose_id=dose.id, code=reason.code, **act.stamp))
        values = {"person": dose.person_id, "dose": dose.id, "code": reason.code}
        audit.record(session, AuditKind.EXCEPTION_ACKNOWLEDGED, kept, act, **values)


def _because(reason: Reason) -> Refused:
    return Refused(reason.message, reasons=(reason,), code=reason.code)
