"""Writing down what keeps somebody in treatment and what makes staying hard, as they say it, each time they are asked."""

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from sqlalchemy.orm import Session

from dispensary.errors import Refused
from dispensary.queries import motives as known
from dispensary.rules.names import is_blank
from dispensary.services import audit, people
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.services.past_days import refuse_unless_past
from dispensary.wording import N_, say
from models import SaidBarrier, SaidMotive
from models.enums import AuditKind, Barrier, Motive, SaidOccasion

R = TypeVar("R", Motive, Barrier)
LONGEST = 300


def write_down_reasons(
    session: Session,
    *,
    person_id: int,
    occasion: SaidOccasion,
    motives: Mapping[Motive, str],
    barriers: Mapping[Barrier, str],
    said_on: date,
    act: Act,
) -> None:
    """Write down what somebody said on one occasion: why they stay and what makes it hard; when leaving, why they leave.

    Args:
        motives: what they stay for, each with their own words where they gave any.
        barriers: what makes it hard, likewise.

    Raises:
        Refused: nothing was said, another reason is not said in words, the day cannot be right, or it is on record.
    """
    if not motives and not barriers:
        words = say(N_("Tick what was said. If the person does not want to answer, leave this page."))
        raise Refused(words, code="nothing_said")
    stays, hard = _in_words(motives, Motive.OTHER), _in_words(barriers, Barrier.OTHER)
    refuse_unless_past(said_on, "said_on", act)
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    before = known.said_on_one_day(session, person_id, occasion, said_on)
    if before.motives & set(motives) or before.barriers & set(barriers):
        words = say(N_("Some of this is on record for this day already. Tick only what is new."))
        raise Refused(words, code="said_already")
    shared = {"person_id": person_id, "said_on": said_on, "occasion": occasion, **act.stamp}
    for motive, text in stays.items():
        row = write(session, SaidMotive(motive=motive, words=text, **shared))
        audit.record(session, AuditKind.MOTIVE_SAID, row, act, person=person_id, motive=motive)
    for barrier, text in hard.items():
        told = write(session, SaidBarrier(barrier=barrier, words=text, **shared))
        audit.record(session, AuditKind.BARRIER_SAID, told, act, person=person_id, barrier=barrier)


def _in_words(said: Mapping[R, str], other: R) -> dict[R, str]:
    """Return the person's own words, composed; another reason than those named is only known by them."""
    if other in said and is_blank(said[other]):
        raise Refused(say(N_("Say in words what else it is.")), code="other_in_words")
    return {reason: people.line(text, "words", longest=LONGEST) for reason, text in said.items()}
