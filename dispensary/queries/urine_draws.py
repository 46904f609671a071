"""Random draws as they stand on record: the frozen list, the seed, who was drawn and what became of it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, func, literal, select
from sqlalchemy.orm import Session

from dispensary.errors import NotFound
from dispensary.queries.people import full_name
from dispensary.queries.signs import same_person
from dispensary.wording import N_, say
from models import Person, Staff, UrineCollection, UrineCorrection, UrineDraw, UrineDrawMember
from models.enums import UrineOutcome

_HOW, _PERSON = UrineCollection.__table__.c, Person.__table__.c
_MISTAKEN = exists().where(UrineCorrection.__table__.c.urine_test_id == _HOW.urine_test_id)


@dataclass(frozen=True)
class DrawLine:
    """One random draw."""

    id: int
    site_id: int
    drawn_on: date
    turn: int
    listed: int
    wanted: int
    given: int
    """Of those drawn, how many were asked for the urine since."""
    list_digest: str
    seed: str
    method: str
    drawn_by: str
    drawn_at: datetime


@dataclass(frozen=True)
class DrawnPerson:
    """One place of the frozen list, with what became of it."""

    member_id: int
    number: int
    """The place."""
    person_id: int
    """The record that stood on the list."""
    person_number: str
    name: str
    drawn: bool
    outcome: UrineOutcome | None


def draws(session: Session, site_id: int, limit: int = 50) -> list[DrawLine]:
    """Return the newest draws of a site, the newest first."""
    return _draws(session, UrineDraw.__table__.c.site_id == site_id, limit)


def draw(session: Session, draw_id: int, site_id: int) -> DrawLine:
    """Return one draw of a site.

    Raises:
        NotFound: there is none with this id here.
    """
    one = UrineDraw.__table__.c
    found = _draws(session, (one.id == draw_id) & (one.site_id == site_id), 1)
    if not found:
        raise NotFound(say(N_("There is no such draw on record.")), code="no_such_draw")
    return found[0]


def _draws(session: Session, wanted: ColumnElement[bool], limit: int) -> list[DrawLine]:
    one, member = UrineDraw.__table__.c, UrineDrawMember.__table__.c
    listed = select(func.count()).where(member.draw_id == one.id).scalar_subquery()
    answered = _HOW.draw_member_id == member.id
    given = select(func.count()).where(member.draw_id == one.id, answered, ~_MISTAKEN).scalar_subquery()
    query = (
        select(one.id, one.site_id, one.drawn_on, one.turn, listed, one.wanted, given, one.list_digest, one.seed)
        .add_columns(one.method, Staff.name, one.recorded_at)
        .join(Staff, Staff.id == one.recorded_by_id)
        .where(wanted)
        .order_by(one.drawn_on.desc(), one.turn.desc())
        .limit(limit)
    )
    return [DrawLine(*row) for row in session.execute(query)]


def members(session: Session, draw_id: int) -> list[DrawnPerson]:
    """Return the frozen list of a draw, place by place."""
    return _members(session, UrineDrawMember.__table__.c.draw_id == draw_id)


def drawn_and_not_asked(
    session: Session, site_id: int, since: date, person_id: int | None = None
) -> list[tuple[date, DrawnPerson]]:
    """Return who was drawn since a day and not asked yet, with the day of the draw, the oldest first."""
    member, one = UrineDrawMember.__table__.c, UrineDraw.__table__.c
    waiting = member.drawn & ~exists().where(_HOW.draw_member_id == member.id, ~_MISTAKEN)
    own = literal(True) if person_id is None else same_person(member.person_id, person_id)
    query = select(member.id, one.drawn_on).join(UrineDraw, one.id == member.draw_id)
    recent = query.where(one.site_id == site_id, one.drawn_on >= since, waiting, own)
    days = {row[0]: row[1] for row in session.execute(recent)}
    found = [(days[one.member_id], one) for one in _members(session, member.id.in_(days))]
    return sorted(found, key=lambda pair: (pair[0], pair[1].member_id))


def answered(session: Session, member_id: int) -> int:
    """Return how often a place of a draw was answered; more than once only where the entry before was a mistake."""
    return session.scalar(select(func.count()).where(_HOW.draw_member_id == member_id)) or 0


def _members(session: Session, wanted: ColumnElement[bool]) -> list[DrawnPerson]:
    member = UrineDrawMember.__table__.c
    query = (
        select(member.id, member.number, member.person_id, _PERSON.number, _PERSON.family_name, _PERSON.given_name)
        .add_columns(member.drawn, _HOW.outcome)
        .join(Person, _PERSON.id == member.person_id)
        .outerjoin(UrineCollection, (_HOW.draw_member_id == member.id) & ~_MISTAKEN)
        .where(wanted)
        .order_by(member.draw_id, member.number)
    )
    return [
        DrawnPerson(place[0], place[1], place[2], place[3], full_name(place[4], place[5]), place[6], place[7])
        for place in session.execute(query)
    ]
