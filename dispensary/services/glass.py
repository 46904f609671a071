"""Opening a restricted part of a record without the permission, with a reason, for a while; and that a clinic head saw it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.policy.house import house_rules
from dispensary.queries import glass
from dispensary.rules.glass import LEAST_REASON
from dispensary.services import audit, people
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import GlassBroken, GlassSeen
from models.enums import AuditKind, RestrictedPart


def break_glass(session: Session, *, person_id: int, part: RestrictedPart, reason: str, act: Act) -> GlassBroken:
    """Open a restricted part of a person's record for whoever acts, for as many hours as the house allows.

    Raises:
        NotFound: there is no such person.
        Refused: the reason says nothing, or the record was linked into another one.
        Conflict: it stands open for them already.
    """
    reason = people.line(reason, "reason", needed=True, longest=500)
    if len(reason) < LEAST_REASON:
        words = say(N_("Say in some words why it has to be read now. The clinic head reads this."))
        raise Refused(words, code="reason_too_short", field="reason")
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    until = glass.open_until(session, person_id=person_id, part=part, staff_id=act.by_id)
    if until is not None and act.at < until:
        raise Conflict(say(N_("It stands open for you already. Go back and read it.")), code="open_already")
    broken = write(
        session,
        GlassBroken(
            person_id=person_id,
            part=part,
            reason=reason,
            opened_at=act.at,
            until_at=act.at + house_rules().glass_open_for,
            **act.stamp,
        ),
    )
    audit.record(session, AuditKind.GLASS_BROKEN, broken, act, person=person_id, part=part)
    return broken


def tick_seen(session: Session, *, glass_id: int, act: Act) -> GlassSeen:
    """Tick that a clinic head has seen who opened what, and why.

    Raises:
        NotFound: nothing such was opened here.
        Conflict: it was ticked before, or by whoever opened it.
    """
    broken = session.get(GlassBroken, glass_id)
    if broken is None or broken.site_id != act.site_id:
        raise NotFound(say(N_("Nothing such was opened here.")), code="no_such_glass")
    people.lock(session, broken.person_id)
    if broken.recorded_by_id == act.by_id:
        words = N_("You opened this yourself. It stays on the list until another clinic head ticks it.")
        raise Conflict(say(words), code="own_glass")
    if session.scalar(select(GlassSeen.id).where(GlassSeen.glass_id == glass_id)) is not None:
        raise Conflict(say(N_("Another clinic head has ticked this already.")), code="seen_before")
    seen = write(session, GlassSeen(glass_id=glass_id, seen_at=act.at, **act.stamp))
    audit.record(session, AuditKind.GLASS_SEEN, seen, act, glass=glass_id, person=broken.person_id)
    return seen
