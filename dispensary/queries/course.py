"""The way of one person from the first contact on, each step with its day: what a continuum of care is made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from dispensary.queries import call_plans, instruments, intake, journey, outreach, plans, waiting
from dispensary.queries.people import EpisodeSpan, episodes_of
from dispensary.wording import N_, Words, say
from models.enums import EpisodeKind, Instrument, IntakeItem


@dataclass(frozen=True)
class Step:
    """One step of the way."""

    what: Words
    on: date | None
    """None for one that has not come yet."""
    detail: Words | None = None


def course_of(session: Session, person_id: int, site_id: int) -> list[Step]:
    """Return the steps of a person's way with their days, in the order of the continuum of care.

    Before the admission those on record; of the present treatment also those that have not come yet.
    """
    spans = [one for one in episodes_of(session, [person_id]).get(person_id, []) if one.kind is not EpisodeKind.GUEST]
    return [
        *sorted(_before(session, person_id), key=lambda step: step.on or date.max),
        *(_ended(session, person_id, spans[:-1]) if spans else ()),
        *(_treatment(session, person_id, spans[-1], site_id) if spans else ()),
    ]


def _before(session: Session, person_id: int) -> Iterator[Step]:
    """Yield the steps before an admission, kind by kind as they follow on each other, the oldest first."""
    for met in outreach.contacts_of_person(session, person_id)[::-1]:
        yield Step(say(N_("outreach contact")), met.first_met_on, say(N_("meetings: %(n)s"), n=met.meetings))
    for taken in instruments.scores_of(session, person_id, Instrument.ASSIST)[::-1]:
        if taken.counts:
            yield Step(say(N_("screening")), taken.taken_on, say("%(instrument)s", instrument=taken.instrument))
    for given in outreach.interventions_of(session, person_id)[::-1]:
        words = say("%(about)s: %(result)s", about=given.about, result=given.result)
        yield Step(say(N_("brief intervention")), given.given_on, words)
    for came in waiting.came(session, person_id)[::-1]:
        how = say("%(agency)s", agency=came.agency) if came.agency else say(N_("by themselves or through a peer"))
        yield Step(say(N_("came to us")), came.received_on, how)
    for one in waiting.waiting_of(session, person_id)[::-1]:
        yield Step(say(N_("waiting")), one.since_on, _waited(one))


def _waited(one: waiting.WaitingLine) -> Words:
    if one.ended_on is None:
        return say(N_("waits still"))
    words = N_("until %(day)s, %(n)s days: %(reason)s")
    return say(words, day=one.ended_on, n=(one.ended_on - one.since_on).days, reason=one.reason)


def _ended(session: Session, person_id: int, spans: list[EpisodeSpan]) -> Iterator[Step]:
    """Yield the treatments before this one; history is kept when somebody comes back."""
    for span in spans:
        yield Step(say(N_("treatment before")), span.admitted_on, _end_of(span))


def _end_of(span: EpisodeSpan) -> Words | None:
    return say(N_("until %(day)s: %(reason)s"), day=span.ended_on, reason=span.end_reason) if span.ended_on else None


def _treatment(session: Session, person_id: int, span: EpisodeSpan, site_id: int) -> list[Step]:
    """Return the steps of the treatment that goes on, or that ended last."""
    since = span.admitted_on
    with_doses = span.kind is not EpisodeKind.COUNSELLING_ONLY
    dosed = Step(say(N_("first dose")), journey.first_dose_on(session, person_id, since)) if with_doses else None
    entry = _entry(session, person_id, site_id) if span.ended_on is None else {}
    steps = [
        Step(say(N_("admission")), since, say("%(admission)s; %(kind)s", admission=span.admission, kind=span.kind)),
        entry.get(IntakeItem.CONSENT),
        entry.get(IntakeItem.MEDICAL_ASSESSMENT) if with_doses else None,
        dosed,
        entry.get(IntakeItem.ASSESSMENT),
        *_plans(session, person_id, since),
        *(
            Step(say(N_("stage: %(stage)s"), stage=one.stage), one.from_on)
            for one in journey.stage_lines(session, person_id)[::-1]
            if one.from_on >= since
        ),
    ]
    if span.ended_on is not None:
        steps.append(Step(say(N_("treatment ended")), span.ended_on, say("%(reason)s", reason=span.end_reason)))
    return [step for step in steps if step is not None] + _calls(session, person_id, since)


ENTRY = {
    IntakeItem.CONSENT: say(N_("consent to treatment")),
    IntakeItem.MEDICAL_ASSESSMENT: say(N_("medical assessment")),
    IntakeItem.ASSESSMENT: say(N_("assessment by parts of life")),
}


def _entry(session: Session, person_id: int, site_id: int) -> dict[IntakeItem, Step]:
    entered = intake.intake_of(session, person_id, site_id)
    done = {line.item: line.found.on for line in entered.lines if line.done and line.found} if entered else {}
    return {item: Step(words, done.get(item)) for item, words in ENTRY.items()}


def _plans(session: Session, person_id: int, since: date) -> Iterator[Step]:
    agreed = sorted(plan.agreed_on for plan in plans.plans_of(session, person_id) if plan.agreed_on >= since)
    yield Step(say(N_("first plan")), agreed[0] if agreed else None)
    for day in agreed[1:]:
        yield Step(say(N_("plan reviewed")), day)


def _calls(session: Session, person_id: int, since: date) -> list[Step]:
    return [
        Step(say("%(series)s", series=one.series), one.since_on, say(N_("calls made: %(n)s"), n=len(one.made)))
        for one in call_plans.plans_of(session, person_id)
        if one.since_on >= since
    ]
