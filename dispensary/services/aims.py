"""Writing down what somebody wants of treatment, in a word and in their own words, at entry and at each review."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.services import audit, people
from dispensary.services.act import Act
from dispensary.services.assessments import open_episode
from dispensary.services.facts import write
from dispensary.services.past_days import refuse_unless_past
from models import OwnAim
from models.enums import Aim, AuditKind

LONGEST = 1000


def say_aim(session: Session, *, person_id: int, aim: Aim, words: str, said_on: date, act: Act) -> OwnAim:
    """Write down what somebody wants of treatment; what they said before stays, and nothing changes by itself.

    Raises:
        Refused: the person is not in treatment here, nothing is said in their words, or the day cannot be right.
    """
    words = people.line(words, "words", needed=True, longest=LONGEST)
    refuse_unless_past(said_on, "said_on", act)
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    episode_id = open_episode(session, person_id, act)
    turn = (session.scalar(select(func.max(OwnAim.turn)).where(OwnAim.episode_id == episode_id)) or 0) + 1
    values = {"person_id": person_id, "episode_id": episode_id, "turn": turn, "aim": aim, "words": words}
    said = write(session, OwnAim(**values, said_on=said_on, **act.stamp))
    audit.record(session, AuditKind.AIM_SAID, said, act, person=person_id, aim=aim)
    return said
