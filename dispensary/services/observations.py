"""What was seen after a dose: the person spoke, so that it was swallowed; a tablet or film dissolved, or nobody saw it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import after_dose
from dispensary.queries.after_dose import LastDose
from dispensary.rules.vomiting import is_left_to_dissolve
from dispensary.services import audit, lock, stops
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import Dose, DoseObservation
from models.enums import AuditKind, Form, NoticeKind, ObservationKind

NOT_SEEN_NOTICE = N_("Nobody saw the last tablet or film dissolve: watch this one to the end.")
"""What the next visit is told; a fixed phrase."""


def note_spoke(session: Session, *, dose_id: int, act: Act) -> DoseObservation:
    """Note that the person spoke after a dose, so that it was swallowed; a second time changes nothing.

    Raises:
        NotFound: there is no such dose here, or it was reversed.
        Refused: it is a dose of another day.
    """
    dose = _locked(session, dose_id, act)
    if dose.form is Form.INJECTION:
        raise Refused(say(N_("It was injected: nothing was swallowed. Scan the next card.")), code="injected")
    if dose.clinic_day != act.clinic_day:
        words = say(N_("This dose was taken on %(day)s; only today's are noted. Scan the next card."),
                    day=dose.clinic_day)  # fmt: skip
        raise Refused(words, code="another_day")
    return _noted(session, dose_id, ObservationKind.SPOKE_SWALLOWED) or _write(
        session, dose, ObservationKind.SPOKE_SWALLOWED, act
    )


def note_dissolved(session: Session, *, dose_id: int, seen: bool, act: Act) -> DoseObservation:
    """Note that a tablet or film dissolved, or that nobody saw it; the latter is told at the next visit.

    Raises:
        NotFound: there is no such dose here, or it was reversed.
        Conflict: the other was noted before.
        Refused: it was neither a tablet nor a film.
    """
    dose = _locked(session, dose_id, act)
    if not is_left_to_dissolve(dose.form):
        words = say(N_("Only a tablet or a film is watched until it has dissolved. Type S for a dose that was drunk."))
        raise Refused(words, code="not_dissolving")
    kind, other = ObservationKind.DISSOLVED, ObservationKind.NOT_SEEN
    if not seen:
        kind, other = other, kind
    if before := _noted(session, dose_id, other):
        words = say(N_("It was noted at %(at)s: %(kind)s. That stays."), at=before.observed_at, kind=other)
        raise Conflict(words, code="noted_before")
    if before := _noted(session, dose_id, kind):
        return before
    noted = _write(session, dose, kind, act)
    if not seen:
        stops.set_notice(session, person_id=dose.person_id, kind=NoticeKind.OTHER, note=NOT_SEEN_NOTICE, act=act)
    return noted


def _locked(session: Session, dose_id: int, act: Act) -> LastDose:
    person_id = session.scalar(select(Dose.person_id).where(Dose.id == dose_id, Dose.site_id == act.site_id))
    if person_id is not None:
        lock.person(session, person_id)
    dose = after_dose.dose(session, dose_id, act.site_id)
    if dose is None:
        words = say(N_("No dose was swallowed here, so nothing can be noted of one. Look at the person's page."))
        raise NotFound(words, code="no_such_dose")
    return dose


def _noted(session: Session, dose_id: int, kind: ObservationKind) -> DoseObservation | None:
    query = select(DoseObservation).where(DoseObservation.dose_id == dose_id, DoseObservation.kind == kind)
    return session.scalar(query)


def _write(session: Session, dose: LastDose, kind: ObservationKind, act: Act) -> DoseObservation:
    row = DoseObservation(dose_id=dose.id, kind=kind, observed_at=act.at, **act.stamp)
    noted = write(session, row)
    audit.record(session, AuditKind.DOSE_OBSERVED, noted, act, person=dose.person_id, dose=dose.id, observed=kind)
    return noted
