"""What a nurse reports as swallowed, made into a dosing incident: how it was poured, and which record it stands in place of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from dispensary.errors import NotFound, Refused
from dispensary.queries import people as records
from dispensary.queries import stock as shelf
from dispensary.rules.dosing import DosingFacts
from dispensary.rules.stock import ContainerFacts, Line, lines_for
from dispensary.services import dose_reversals, dosing, incidents, linked_slots, lock
from dispensary.services.act import Act
from dispensary.services.incidents import Swallowed
from dispensary.wording import N_, say
from models import Container, Dose, DoseLine, DosingIncident
from models.enums import DoseOutcome, Form, IncidentKind, Medication, ReversalReason
from models.units import Mg, Quantity, exact


class Drawn(StrEnum):
    """Where what was swallowed came from."""

    AS_A_DOSE = "as_a_dose"
    ONE_CONTAINER = "one_container"
    NOT_FROM_HERE = "not_from_here"


@dataclass(frozen=True)
class Told:
    """What a nurse says was swallowed, and from where."""

    medication: Medication
    taken_mg: Mg
    taken_at: datetime
    certain: bool
    drawn: Drawn = Drawn.AS_A_DOSE
    container_id: int | None = None


def report_incident(
    session: Session,
    *,
    person_id: int,
    told: Told,
    kind: IncidentKind,
    note: str,
    intended_person_id: int | None = None,
    instead_of: int | None = None,
    act: Act,
) -> DosingIncident:
    """Record an incident from what is told of it, in place of a wrong record if there is one.

    The wrong record is reversed in the same step: its stock goes back, and what was really swallowed is drawn.

    Args:
        instead_of: the dose on record that did not happen as it says; the person on it is the one it was meant for,
            unless that is said otherwise.

    Raises:
        NotFound: no such person, or no such dose here.
        Conflict: the wrong record was reversed before.
        Refused: what was told cannot be, or cannot have been poured like that.
    """
    wrong = _wrong_record(session, instead_of, act)
    person_id = records.surviving(session, person_id)
    _lock_all(session, person_id, wrong, act)
    if wrong is not None:
        _take_back(session, wrong, kind, note, act)
        intended_person_id = intended_person_id or wrong.person_id
    facts = dosing.station_facts(session, person_id, act)
    return incidents.record_incident(
        session,
        person_id=person_id,
        what=_swallowed(session, told, facts, wrong, act),
        kind=kind,
        note=note,
        intended_person_id=intended_person_id,
        act=act,
    )


def _wrong_record(session: Session, dose_id: int | None, act: Act) -> Dose | None:
    if dose_id is None:
        return None
    dose = session.get(Dose, dose_id)
    if dose is None or dose.site_id != act.site_id:
        raise NotFound(say(N_("There is no such dose here.")), code="no_such_dose")
    if dose.outcome not in (DoseOutcome.GIVEN, DoseOutcome.PART_GIVEN, DoseOutcome.REPLACEMENT):
        words = N_("This record says of no dose that it was given here. Open the person, and press I.")
        raise Refused(say(words), code="no_wrong_dose")
    if dose.clinic_day != act.clinic_day:
        words = N_(
            "This dose is not of today. Reverse it with a note, then enter the incident on the person's own page."
        )
        raise Refused(say(words), code="not_of_today")
    return dose


def _lock_all(session: Session, person_id: int, wrong: Dose | None, act: Act) -> None:
    """Lock everything that both halves of the change need, in the one order: people, then containers, each by id."""
    linked_slots.lock_records(session, {person_id, *([wrong.person_id] if wrong else [])})
    if wrong is None or lock.one_writer(session):
        return
    drawn_from = select(DoseLine.container_id).where(DoseLine.dose_id == wrong.id)
    here = and_(Container.window_id == act.window_id, Container.emptied_at.is_(None))
    both = select(Container.id).where(or_(here, Container.id.in_(drawn_from))).order_by(Container.id)
    session.execute(both.with_for_update(key_share=True)).all()


def _take_back(session: Session, wrong: Dose, kind: IncidentKind, note: str, act: Act) -> None:
    """Reverse the wrong record as of something that did not happen; nothing of it was wasted."""
    of_another = kind is IncidentKind.WRONG_PERSON
    reason = ReversalReason.WRONG_PERSON_ON_SCREEN if of_another else ReversalReason.KEYED_BY_MISTAKE
    dose_reversals.reverse_dose(
        session, dose_id=wrong.id, reason=reason, note=note, poured=False, witnessed_by_id=None, act=act
    )


def _swallowed(session: Session, told: Told, facts: DosingFacts, wrong: Dose | None, act: Act) -> Swallowed:
    order = facts.order if facts.order and facts.order.medication is told.medication else None
    lines = _lines(session, told, facts, wrong, act)
    form = lines[0].container.form if lines else order.form if order else None
    return Swallowed(
        medication=told.medication,
        form=form,
        taken_mg=told.taken_mg,
        taken_at=told.taken_at,
        clinic_day=act.clinic_day,
        lines=lines,
        ordered_mg=facts.due_mg if order else None,
        order_id=order.id if order else None,
        part=facts.slot.part,
        certain=told.certain,
    )


def _lines(session: Session, told: Told, facts: DosingFacts, wrong: Dose | None, act: Act) -> tuple[Line, ...]:
    if told.drawn is Drawn.NOT_FROM_HERE:
        return ()
    here = shelf.opened_at_window(session, act.window_id) if act.window_id else []
    if told.drawn is Drawn.ONE_CONTAINER:
        return (_from_one(told, here),)
    return _as_a_dose(session, told, facts, wrong, here, act)


def _from_one(told: Told, here: Sequence[ContainerFacts]) -> Line:
    container = next((c for c in here if c.id == told.container_id), None)
    if container is None:
        words = N_("This container is not open at this window. Choose another, or say that it came from none of them.")
        raise Refused(say(words), code="not_open_here", field="source")
    if container.medication is not told.medication:
        words = N_("This container holds another medicine than the one named. Correct one of them.")
        raise Refused(say(words), code="other_medicine", field="source")
    try:
        return Line(container, Quantity(exact(told.taken_mg / container.strength)))
    except ValueError:
        words = N_("This amount cannot be measured from that container. Enter what it would come to.")
        raise Refused(say(words), code="not_exact", field="taken_mg") from None


def _as_a_dose(
    session: Session,
    told: Told,
    facts: DosingFacts,
    wrong: Dose | None,
    here: Sequence[ContainerFacts],
    act: Act,
) -> tuple[Line, ...]:
    """Return the lines by which the window would pour this amount."""
    form = _form(told, facts, wrong, here)
    lines = None
    if form is not None and act.window_id is not None:
        containers = shelf.containers_at_window(session, act.window_id, told.medication, form)
        lines = lines_for(told.taken_mg, containers, on=act.clinic_day)
    if lines is None:
        words = N_(
            "The opened containers here do not make up %(mg)s mg. Choose the one it came from, or that it came from none."
        )
        raise Refused(say(words, mg=told.taken_mg), code="cannot_be_poured", field="source")
    return lines


def _form(told: Told, facts: DosingFacts, wrong: Dose | None, here: Sequence[ContainerFacts]) -> Form | None:
    """Return the form it had: as recorded wrongly, as ordered, or the only one of this medicine that is open here."""
    if wrong is not None and wrong.medication is told.medication:
        return wrong.form
    if facts.order is not None and facts.order.medication is told.medication:
        return facts.order.form
    forms = {container.form for container in here if container.medication is told.medication}
    return forms.pop() if len(forms) == 1 else None
