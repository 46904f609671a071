"""How people may be reached, as they agreed to it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from dispensary.queries.signs import same_person
from models import ContactRule, Person, Staff
from models.enums import Channel
from models.person import root_of

_RULE, _PERSON = ContactRule.__table__.c, Person.__table__.c
_ROOT = root_of(_PERSON)


@dataclass(frozen=True)
class Reach:
    """What somebody agreed to; what was not agreed is not done."""

    by_telephone: bool
    by_text: bool
    by_letter: bool
    by_visit: bool
    hours: str
    who_may_pick_up: str
    leave_message: bool
    message_from: str
    agreed_at: datetime
    by: str

    @property
    def terms(self) -> tuple[bool, bool, bool, bool, str, str, bool, str]:
        """What was agreed, without when and by whom."""
        return (
            self.by_telephone,
            self.by_text,
            self.by_letter,
            self.by_visit,
            self.hours,
            self.who_may_pick_up,
            self.leave_message,
            self.message_from,
        )

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The ways that were agreed."""
        asked = (
            (Channel.TELEPHONE, self.by_telephone),
            (Channel.TEXT, self.by_text),
            (Channel.LETTER, self.by_letter),
            (Channel.HOME_VISIT, self.by_visit),
        )
        return tuple(channel for channel, agreed in asked if agreed)


ASKED_FOR = frozenset({Channel.TELEPHONE, Channel.TEXT, Channel.LETTER, Channel.HOME_VISIT})
"""Ways that need somebody's word first; speaking to them at the window, or through their supporter, is agreed elsewhere."""


def rule_of(session: Session, person_id: int) -> Reach | None:
    """Return how one person may be reached; None where nobody has asked them yet."""
    query = _rules().where(same_person(_RULE.person_id, person_id)).order_by(_RULE.id.desc()).limit(1)
    row = session.execute(query).one_or_none()
    return Reach(*row[1:]) if row else None


def rules_of(session: Session, person_ids: Collection[int]) -> dict[int, Reach]:
    """Return how each of these people, by surviving record, may be reached; nobody whom nobody has asked yet is in it."""
    later = aliased(ContactRule)
    newest = ~exists().where(later.person_id == _RULE.person_id, later.turn > _RULE.turn)
    query = _rules().where(_ROOT.in_(person_ids), newest).order_by(_RULE.id)
    return {row[0]: Reach(*row[1:]) for row in session.execute(query)} if person_ids else {}


def last_turn(session: Session, person_id: int) -> int:
    """Return how often it was written down on this record; 0 where it never was."""
    return session.scalar(select(func.max(ContactRule.turn)).where(ContactRule.person_id == person_id)) or 0


def _rules() -> Select[*tuple[Any, ...]]:
    return (
        select(
            _ROOT,
            _RULE.by_telephone,
            _RULE.by_text,
            _RULE.by_letter,
            _RULE.by_visit,
            _RULE.hours,
            _RULE.who_may_pick_up,
            _RULE.leave_message,
            _RULE.message_from,
            _RULE.recorded_at,
            Staff.name,
        )
        .select_from(ContactRule)
        .join(Person, _PERSON.id == _RULE.person_id)
        .join(Staff, Staff.id == _RULE.recorded_by_id)
    )
