"""Entering what about somebody's health is to be seen before a dose, and ending what holds no more."""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.policy.alerts import AlertList
from dispensary.queries import health
from dispensary.rules.alerts import course_is_over, keys_of, qtc_entries
from dispensary.rules.events import EVENTS, event_of_medicine
from dispensary.rules.names import folded
from dispensary.services import audit, events, people, tasks
from dispensary.services.act import Act
from dispensary.wording import N_, say
from models import HealthFact, HealthFactEnd
from models.enums import AuditKind, Desk, HealthFactKind, TaskReasonKind

LEAST_MS, MOST_MS = 200, 900
"""Outside of these no heart beats; a slip of the keys."""


def note_allergy(session: Session, *, person_id: int, substance: str, reaction: str = "", act: Act) -> HealthFact:
    """Note what somebody is allergic to, and what it does to them.

    Raises:
        Refused: no substance is named, or this allergy is on record.
    """
    substance = people.line(substance, "substance", needed=True)
    reaction = people.line(reaction, "reaction")
    text = f"{substance} ({reaction})" if reaction else substance
    return _enter(session, HealthFactKind.ALLERGY, person_id, act, noted_on=act.clinic_day, text=text)


def note_pregnancy(session: Session, *, person_id: int, expected_on: date | None, act: Act) -> HealthFact:
    """Note a pregnancy, with the day the child is expected if it is known; the window and the prescriber hear of it.

    Raises:
        Refused: a pregnancy stands on record already, or the day has passed.
    """
    if expected_on is not None and expected_on < act.clinic_day:
        raise Refused(
            say(N_("This day has passed. Leave it empty if it is not known.")), code="passed", field="until_on"
        )
    values = {"noted_on": act.clinic_day, "until_on": expected_on}
    return _enter(session, HealthFactKind.PREGNANCY, person_id, act, tells=TaskReasonKind.PREGNANCY, **values)


def note_qtc(
    session: Session, *, person_id: int, qtc_ms: int, measured_on: date, listed: AlertList, act: Act
) -> HealthFact:
    """Note a QTc from an ECG; one in a pressing band of the site's list goes to the prescriber.

    Raises:
        Refused: no heart has such a QTc, or it was measured later than today.
    """
    if not LEAST_MS <= qtc_ms <= MOST_MS:
        words = say(N_("A QTc lies between %(least)s and %(most)s ms."), least=LEAST_MS, most=MOST_MS)
        raise Refused(words, code="qtc_impossible", field="qtc_ms")
    _refuse_future(measured_on, "noted_on", act)
    pressing = any(entry.urgent for entry in qtc_entries(qtc_ms, listed.entries))
    values = {"noted_on": measured_on, "qtc_ms": qtc_ms}
    return _enter(
        session, HealthFactKind.QTC, person_id, act, tells=TaskReasonKind.HEALTH if pressing else None, **values
    )


def note_medicine(
    session: Session,
    *,
    person_id: int,
    name: str,
    since: date,
    until: date | None,
    listed: AlertList,
    act: Act,
) -> HealthFact:
    """Note another medicine that somebody takes; one that the site's list knows goes to the prescriber.

    One to ask about before the dose, such as a sedative, shows at the window too, until the prescriber has answered.

    Raises:
        Refused: no name, days that cannot be, or this medicine is on record.
    """
    name = people.line(name, "name", needed=True)
    _refuse_future(since, "noted_on", act)
    if until is not None and until < since:
        raise Refused(say(N_("It ends before it begins.")), code="ends_before", field="until_on")
    about = listed.about(HealthFactKind.MEDICINE, None)
    known = sorted(keys_of(name, about))
    values = {"noted_on": since, "until_on": until, "text": name, "item": known[0] if known else ""}
    return _enter(session, HealthFactKind.MEDICINE, person_id, act, tells=event_of_medicine(name, about), **values)


def note_naloxone(session: Session, *, person_id: int, supplied_on: date, act: Act) -> HealthFact:
    """Note that somebody was supplied with naloxone.

    Raises:
        Refused: it was supplied later than today.
    """
    _refuse_future(supplied_on, "noted_on", act)
    return _enter(session, HealthFactKind.NALOXONE, person_id, act, noted_on=supplied_on)


def end_fact(session: Session, *, health_fact_id: int, reason: str, act: Act) -> HealthFactEnd:
    """Note that something holds no more, or was entered by mistake; it stays legible.

    Raises:
        NotFound: there is no such entry.
        Refused: no reason is given.
        Conflict: it was ended before.
    """
    reason = people.line(reason, "reason", needed=True)
    person_id = health.person_of_fact(session, health_fact_id)
    if person_id is None:
        raise NotFound(say(N_("There is no such entry on record.")), code="no_such_health_fact")
    people.lock(session, person_id)
    ended = select(HealthFactEnd.id).where(HealthFactEnd.health_fact_id == health_fact_id)
    if session.scalar(ended) is not None:
        raise Conflict(say(N_("This entry was ended before.")), code="ended_before")
    end = HealthFactEnd(health_fact_id=health_fact_id, ended_on=act.clinic_day, reason=reason, **act.stamp)
    session.add(end)
    session.flush()
    audit.record(session, AuditKind.HEALTH_FACT_ENDED, end, act, person=person_id, health_fact=health_fact_id)
    return end


def _enter(
    session: Session,
    kind: HealthFactKind,
    person_id: int,
    act: Act,
    *,
    tells: TaskReasonKind | None = None,
    **values: Any,
) -> HealthFact:
    people.lock(session, person_id)
    fact = HealthFact(person_id=person_id, kind=kind, **values, **act.stamp)
    _refuse_twice(session, fact, act.clinic_day)
    session.add(fact)
    session.flush()
    if tells in EVENTS:
        events.tell_window(session, person_id=person_id, kind=tells, act=act)
    elif tells is not None:
        tasks.note(session, person_id=person_id, desk=Desk.PRESCRIBER, kind=tells, act=act)
    audit.record(session, AuditKind.HEALTH_FACT_ENTERED, fact, act, person=person_id, fact_kind=kind)
    return fact


def _refuse_twice(session: Session, fact: HealthFact, on: date) -> None:
    """Refuse what stands already: the same words of one kind, or a second pregnancy; a second course is none."""
    if fact.kind in (HealthFactKind.QTC, HealthFactKind.NALOXONE):
        return
    same = [f for f in health.standing(session, fact.person_id) if f.kind is fact.kind and not course_is_over(f, on)]
    if any(folded(one.text) == folded(fact.text or "") for one in same):
        raise Refused(
            say(N_("This is on record already. If it has changed, end that entry first, then enter it anew.")),
            code="stands_already",
        )


def _refuse_future(day: date, field: str, act: Act) -> None:
    if day > act.clinic_day:
        raise Refused(say(N_("This day lies ahead. Enter it when it has come.")), code="in_the_future", field=field)
