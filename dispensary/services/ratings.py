"""Entering the slips from the box: how people found staff and waiting. No slip names anybody, and no day is kept."""

from datetime import date

from sqlalchemy.orm import Session

from dispensary.errors import Refused
from dispensary.services import audit, people
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import PrivateRating
from models.enums import AuditKind

WORST, BEST = 1, 5
LONGEST = 500


def enter_rating(
    session: Session, *, month: date, relation: int, waiting: int, words: str = "", act: Act
) -> PrivateRating:
    """Enter one slip; who wrote it is not asked, and the box is emptied once a month so that no day tells either.

    Args:
        month: any day of the month in which the slip was put into the box.
        relation: how staff were found, from 1 (poor) to 5 (good).
        waiting: how the waiting was found, likewise.

    Raises:
        Refused: the month lies ahead, or a rating is none.
    """
    words = people.line(words, "words", longest=LONGEST)
    first = month.replace(day=1)
    if first > act.clinic_day:
        raise Refused(say(N_("This month has not begun.")), code="in_the_future", field="month")
    for field, rating in (("relation", relation), ("waiting", waiting)):
        if not WORST <= rating <= BEST:
            said = say(N_("From %(worst)s (poor) to %(best)s (good)."), worst=WORST, best=BEST)
            raise Refused(said, code="rating", field=field)
    rated = write(session, PrivateRating(month=first, relation=relation, waiting=waiting, words=words, **act.stamp))
    audit.record(session, AuditKind.RATING_ENTERED, rated, act)
    return rated
