"""Urine tests: what was asked for and what became of it, what it showed, and what a prescriber made of it.

What a finding leads to is proposed to those who decide; only where somebody takes doses home and the medicine is absent does
dosing wait for the prescriber, the same day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from dispensary.errors import Conflict, Refused
from dispensary.policy.urine import Panel, urine_policy
from dispensary.queries import here, urine_draws, urine_schedule, urines
from dispensary.queries.urine_draws import DrawnPerson
from dispensary.queries.urines import UrineLine
from dispensary.rules.urine import SAMPLE, judged
from dispensary.services import audit, people, prescriber_desk, urine_follow_up
from dispensary.services.act import Act
from dispensary.wording import N_, Moment, say
from models import (
    UrineCollection,
    UrineCorrection,
    UrineResult,
    UrineReview,
    UrineTest,
)
from models.enums import (
    AuditKind,
    Desk,
    TaskReasonKind,
    UrineMethod,
    UrineOccasion,
    UrineOutcome,
)

LATEST_ENTRY = timedelta(days=366)
"""A urine further back is imported, or a slip of the keys."""
READINGS = (UrineOutcome.TAKEN, UrineOutcome.DILUTED, UrineOutcome.TAMPERED)
"""What a reading may show of the sample itself."""
KIND = TaskReasonKind.URINE


@dataclass(frozen=True)
class Asked:
    """How a urine was asked for, and what became of it."""

    occasion: UrineOccasion
    outcome: UrineOutcome
    observed: bool
    panel: str
    """What it was, or was to be, looked at for."""
    collected_on: date
    confirms_id: int | None = None
    """The strip that it is to confirm."""


def record(session: Session, *, person_id: int, asked: Asked, act: Act) -> UrineTest:
    """Record that a urine was asked for, and whether it was taken; what it showed is entered once it is read.

    One that was drawn at random answers the oldest draw that the person has not answered. A notice at the window that a
    urine is due is passed on with it.

    Raises:
        Refused: a day that cannot be, a panel nobody knows, nobody drawn, or nothing to confirm.
        Conflict: the draw was answered at the same moment.
    """
    panel = _panel(asked.panel)
    _check_day(asked.collected_on, act)
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    _check_confirmed(session, person_id, asked)
    test = UrineTest(person_id=person_id, collected_on=asked.collected_on, **act.stamp)
    session.add(test)
    session.flush()
    drawn = _drawn(session, person_id, act) if asked.occasion is UrineOccasion.DRAW else None
    how = UrineCollection(
        urine_test_id=test.id,
        occasion=asked.occasion,
        outcome=asked.outcome,
        observed=asked.observed,
        method=panel.method if asked.outcome is UrineOutcome.TAKEN else None,
        panel=panel.key,
        draw_member_id=drawn,
        turn=1 + urine_draws.answered(session, drawn) if drawn else 1,
        confirms_id=asked.confirms_id if asked.occasion is UrineOccasion.CONFIRMATION else None,
        **act.stamp,
    )
    session.add(how)
    session.flush()
    if asked.outcome is not UrineOutcome.NOT_ABLE:
        urine_follow_up.pass_on_notices(session, person_id, act)
    if asked.occasion is UrineOccasion.CONFIRMATION:
        urine_follow_up.answer(session, person_id, Desk.NURSE, UrineOccasion.CONFIRMATION.value, act)
    urine_follow_up.follow(session, urines.urine(session, test.id), act)
    audit.record(
        session,
        AuditKind.URINE_COLLECTED,
        how,
        act,
        person=person_id,
        urine_occasion=asked.occasion,
        urine=asked.outcome,
    )
    return test


def read(
    session: Session, *, test_id: int, found: Mapping[str, bool], sample: UrineOutcome, act: Act
) -> tuple[UrineResult, ...]:
    """Enter what a urine showed: each substance of its panel, found or not.

    Args:
        test_id: a urine that was taken.
        found: whether each substance was found; empty for a sample that is not sound.
        sample: taken where the sample is sound, else diluted or tampered with, and then no substance is read.

    Raises:
        NotFound: there is no such urine.
        Refused: it was not taken, or a substance of the panel is missing or is none of it.
        Conflict: what it showed was entered before.
    """
    person_id = _lock_person(session, test_id, act)
    line = urines.urine(session, test_id)
    _refuse_unreadable(line)
    if sample is UrineOutcome.TAKEN:
        _check_whole(line.panel, found)
        expected = urine_schedule.expected_of(session, person_id, line.site_id, line.collected_on)
        values = [(key, what.value) for key, what in judged(found, expected, urine_policy()).items()]
    else:
        values = [(SAMPLE, sample.value)]
    results = [UrineResult(urine_test_id=test_id, substance=key, result=what, **act.stamp) for key, what in values]
    session.add_all(results)
    session.flush()
    urine_follow_up.follow(session, urines.urine(session, test_id), act)
    audit.record(session, AuditKind.URINE_READ, results[0], act, person=person_id, urine_test=test_id)
    return tuple(results)


def review(session: Session, *, test_id: int, decision: str, act: Act) -> UrineReview:
    """Write down what a prescriber made of a urine that asks for a look; a stop and take-homes are decided on their own.

    Raises:
        NotFound: there is no such urine.
        Refused: nothing about it asks for a look, or no decision is written.
        Conflict: somebody decided about it before.
    """
    person_id = _lock_person(session, test_id, act)
    decision = people.line(decision, "decision", needed=True)
    line = urines.urine(session, test_id)
    if line.decision is not None:
        words = N_("%(by)s decided about this urine on %(on)s.")
        raise Conflict(say(words, by=line.decided_by, on=line.decided_on), code="urine_reviewed")
    if not line.findings:
        raise Refused(say(N_("Nothing about this urine asks for a decision. Leave it as it is.")), code="no_finding")
    made = UrineReview(urine_test_id=test_id, decision=decision, decided_on=act.clinic_day, **act.stamp)
    session.add(made)
    session.flush()
    prescriber_desk.answer(session, person_id=person_id, kinds={KIND}, resolution=decision, act=act)
    audit.record(session, AuditKind.URINE_REVIEWED, made, act, person=person_id, urine_test=test_id)
    return made


def take_back(session: Session, *, test_id: int, reason: str, act: Act) -> UrineCorrection:
    """Take back a urine that was entered by mistake: it stays to be read, counts nowhere, and its draw is open again.

    Args:
        reason: what was wrong, such as: another person's; entered twice; a substance mistyped, entered anew.

    Raises:
        NotFound: there is no such urine.
        Refused: no reason is given.
        Conflict: it was taken back before.
    """
    person_id = _lock_person(session, test_id, act)
    reason = people.line(reason, "reason", needed=True)
    line = urines.urine(session, test_id)
    if line.mistake is not None:
        words = N_("%(by)s took this urine back at %(at)s.")
        raise Conflict(say(words, by=line.mistake.by, at=Moment(line.mistake.at)), code="urine_taken_back")
    made = UrineCorrection(urine_test_id=test_id, reason=reason, **act.stamp)
    session.add(made)
    session.flush()
    if line.occasion is UrineOccasion.DRAW and _waiting_draws(session, person_id, act):
        urine_follow_up.leave_notice(session, person_id, act)
    urine_follow_up.undo(session, line, reason, act)
    audit.record(session, AuditKind.URINE_TAKEN_BACK, made, act, person=person_id, urine_test=test_id)
    return made


def _panel(key: str) -> Panel:
    panel = urine_policy().panels.get(key)
    if panel is None:
        raise Refused(say(N_("Choose what it is looked at for.")), code="no_such_panel", field="panel")
    return panel


def _check_day(day: date, act: Act) -> None:
    if day > act.clinic_day:
        raise Refused(say(N_("This day has not come yet.")), code="future", field="collected_on")
    if day < act.clinic_day - LATEST_ENTRY:
        words = N_("This is more than a year ago. Look at the day again.")
        raise Refused(say(words), code="too_long_ago", field="collected_on")


def _check_confirmed(session: Session, person_id: int, asked: Asked) -> None:
    """Check that a second test confirms a strip of this person that showed something."""
    if asked.occasion is not UrineOccasion.CONFIRMATION:
        return
    own = {line.id: line for line in urines.of_person(session, person_id)}
    first = own.get(asked.confirms_id or 0)
    if first is None or first.method is not UrineMethod.STRIP or not first.findings:
        words = N_("A second test confirms a strip that showed something. Open that strip and press its button there.")
        raise Refused(say(words), code="nothing_to_confirm", field="occasion")


def _drawn(session: Session, person_id: int, act: Act) -> int:
    """Return the oldest place of a draw that the person has not answered."""
    waiting = _waiting_draws(session, person_id, act)
    if not waiting:
        words = N_("This person was not drawn, or was asked already. Choose another reason.")
        raise Refused(say(words), code="not_drawn", field="occasion")
    return waiting[0][1].member_id


def _waiting_draws(session: Session, person_id: int, act: Act) -> list[tuple[date, DrawnPerson]]:
    since = act.clinic_day - urine_policy().listed_for
    return urine_draws.drawn_and_not_asked(session, act.site_id, since, person_id)


def _lock_person(session: Session, test_id: int, act: Act) -> int:
    """Lock the surviving record of whoever a urine of this site is of."""
    here.refuse_elsewhere(session, UrineTest, test_id, act.site_id)
    person_id = urines.urine(session, test_id).person_id
    people.lock(session, person_id)
    return person_id


def _refuse_unreadable(line: UrineLine) -> None:
    if line.mistake is not None:
        raise Conflict(say(N_("This urine was taken back. Enter it anew, if there was one.")), code="urine_taken_back")
    if line.read:
        raise Conflict(say(N_("What this urine showed is on record already.")), code="urine_read")
    if line.outcome is not UrineOutcome.TAKEN:
        words = N_("This urine was not taken, so it shows nothing. Ask for another one.")
        raise Refused(say(words), code="not_taken")


def _check_whole(panel: str, found: Mapping[str, bool]) -> None:
    """Check that everything the panel looks for was read, and nothing else."""
    if set(found) != {one.key for one in _panel(panel).substances}:
        raise Refused(say(N_("Enter each substance of the panel: found, or not found.")), code="not_whole")
