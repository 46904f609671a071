"""A random draw for urine tests: the list is frozen first, then the seed is made, and both are kept for anybody to check."""

from collections.abc import Sequence
from secrets import token_hex

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import Refused
from dispensary.queries import absences, urine_schedule
from dispensary.rules import urine_draw
from dispensary.services import audit, people, urine_follow_up
from dispensary.services.act import Act
from dispensary.wording import N_, say
from models import UrineDraw, UrineDrawMember
from models.enums import AuditKind

SEED_BYTES = 16


def draw(session: Session, *, wanted: int, act: Act) -> UrineDraw:
    """Draw so many of those in treatment here, and leave each a notice at the window; it delays no dose.

    On the list is everyone in treatment with a medicine at this site, but guests and whoever is on record as away, in the
    order of their records. A second draw of a day is its second turn: every draw stays on record.

    Raises:
        Refused: nobody is on the list, or fewer than are wanted.
        Conflict: somebody drew at the same moment.
    """
    listed = frozen_list(session, act)
    if not 1 <= wanted <= len(listed):
        words = N_("There are %(n)s people to draw from. Draw between 1 and %(n)s.")
        empty = N_("Nobody in treatment here can be drawn today.")
        raise Refused(say(words if listed else empty, n=len(listed)), code="too_many_wanted", field="wanted")
    digest = urine_draw.list_digest(listed)
    seed = token_hex(SEED_BYTES)  # made only now that the list stands
    made = UrineDraw(
        drawn_on=act.clinic_day,
        turn=_turn(session, act),
        wanted=wanted,
        list_digest=digest,
        seed=seed,
        method=urine_draw.METHOD,
        **act.stamp,
    )
    session.add(made)
    session.flush()
    drawn = _keep(session, made, listed, act)
    for person_id in drawn:
        people.lock(session, person_id)  # all of them before the first notice enters the audit, which comes last
    for person_id in drawn:
        urine_follow_up.leave_notice(session, person_id, act)
    audit.record(session, AuditKind.URINE_DRAWN, made, act, listed=len(listed), wanted=wanted)
    return made


def frozen_list(session: Session, act: Act) -> list[int]:
    """Return the records of those who can be drawn now, in order."""
    away = absences.away_now(session, act.site_id)
    found = urine_schedule.treated(session, act.site_id, act.clinic_day)
    return [one.person_id for one in found if one.medication is not None and one.person_id not in away]


def _turn(session: Session, act: Act) -> int:
    query = select(func.max(UrineDraw.turn)).where(
        UrineDraw.site_id == act.site_id, UrineDraw.drawn_on == act.clinic_day
    )
    return (session.scalar(query) or 0) + 1


def _keep(session: Session, made: UrineDraw, listed: Sequence[int], act: Act) -> list[int]:
    """Keep every place of the list; return the records that were drawn, in order."""
    places = urine_draw.draw(listed, made.seed, made.wanted)
    session.add_all(
        UrineDrawMember(draw_id=made.id, number=one.number, person_id=one.person_id, drawn=one.drawn, **act.stamp)
        for one in places
    )
    session.flush()
    return sorted(one.person_id for one in places if one.drawn)
