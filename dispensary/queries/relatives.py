"""Relatives on record in their own right: to which meetings they came, and whose they are, where that person agreed."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session

from dispensary.errors import NotFound
from dispensary.queries.groups import NOW
from dispensary.queries.people import full_name
from dispensary.queries.signs import same_person
from dispensary.queries.support import ROOT
from dispensary.wording import N_, say
from models import (
    Group,
    Person,
    Relative,
    RelativeAttendance,
    RelativeLink,
    RelativeLinkEnd,
)
from models.enums import GroupKind, Topic

_RELATIVE, _LINK, _END = Relative.__table__.c, RelativeLink.__table__.c, RelativeLinkEnd.__table__.c
_CAME, _MEETING, _PERSON = RelativeAttendance.__table__.c, NOW.c, Person.__table__.c


@dataclass(frozen=True)
class RelativeLine:
    """A relative, and how often they came."""

    id: int
    name: str
    phone: str
    came: int
    last_came: date | None


def relatives(session: Session, site_id: int) -> tuple[RelativeLine, ...]:
    """Return the relatives on record at a site, by name."""
    return _relatives(session, _RELATIVE.site_id == site_id)


def relative(session: Session, relative_id: int, site_id: int) -> RelativeLine:
    """Return one relative of a site.

    Raises:
        NotFound: there is none such here.
    """
    found = _relatives(session, (_RELATIVE.id == relative_id) & (_RELATIVE.site_id == site_id))
    if not found:
        raise NotFound(say(N_("There is no such relative on record here.")), code="no_such_relative")
    return found[0]


def _relatives(session: Session, wanted: ColumnElement[bool]) -> tuple[RelativeLine, ...]:
    query = (
        select(_RELATIVE.id, _RELATIVE.name, _RELATIVE.phone, func.count(_MEETING.id), func.max(_MEETING.clinic_day))
        .select_from(Relative)
        .outerjoin(RelativeAttendance, _CAME.relative_id == _RELATIVE.id)
        .outerjoin(NOW, _MEETING.outcome_id == _CAME.outcome_id)
        .where(wanted)
        .group_by(_RELATIVE.id, _RELATIVE.name, _RELATIVE.phone)
        .order_by(_RELATIVE.name, _RELATIVE.id)
    )
    return tuple(RelativeLine(*row) for row in session.execute(query))


@dataclass(frozen=True)
class CameTo:
    """A meeting that a relative came to."""

    group_id: int
    group: str
    kind: GroupKind
    day: date
    topic: Topic


def attended_by(session: Session, relative_id: int) -> tuple[CameTo, ...]:
    """Return to which meetings a relative came, the latest first."""
    query = (
        select(Group.id, Group.name, Group.kind, _MEETING.clinic_day, _MEETING.topic)
        .select_from(RelativeAttendance)
        .join(NOW, _MEETING.outcome_id == _CAME.outcome_id)
        .join(Group, Group.id == _MEETING.group_id)
        .where(_CAME.relative_id == relative_id)
        .order_by(_MEETING.clinic_day.desc(), _MEETING.id.desc())
    )
    return tuple(CameTo(*row) for row in session.execute(query))


@dataclass(frozen=True)
class LinkLine:
    """A relative's record that belongs to a person's, since that person agreed."""

    id: int
    relative_id: int
    relative: str
    person_id: int
    """The surviving record."""
    number: str
    name: str
    consent_on: date


def links_of_person(session: Session, person_id: int) -> tuple[LinkLine, ...]:
    """Return which relatives belong to a person by their consent; one that was taken back is not among them."""
    return _links(session, _links_that_stand().where(same_person(_LINK.person_id, person_id)))


def links_of_relative(session: Session, relative_id: int) -> tuple[LinkLine, ...]:
    """Return to whom a relative belongs, of those who agreed and have not taken it back."""
    return _links(session, _links_that_stand().where(_LINK.relative_id == relative_id))


def link(session: Session, link_id: int, site_id: int) -> LinkLine:
    """Return one link that stands.

    Raises:
        NotFound: there is none such here, or it was taken back.
    """
    found = _links(session, _links_that_stand().where(_LINK.id == link_id, _LINK.site_id == site_id))
    if not found:
        raise NotFound(say(N_("There is no such link on record, or it was taken back.")), code="no_such_link")
    return found[0]


def _links_that_stand() -> Select[Any]:
    return (
        select(_LINK.id, _LINK.relative_id, _RELATIVE.name, ROOT, _PERSON.number)
        .add_columns(_PERSON.family_name, _PERSON.given_name, _LINK.consent_on)
        .select_from(RelativeLink)
        .join(Relative, _RELATIVE.id == _LINK.relative_id)
        .join(Person, _PERSON.id == _LINK.person_id)
        .where(~exists().where(_END.link_id == _LINK.id))
        .order_by(_RELATIVE.name, _LINK.id)
    )


def _links(session: Session, query: Select[Any]) -> tuple[LinkLine, ...]:
    return tuple(
        LinkLine(row[0], row[1], row[2], row[3], row[4], full_name(row[5], row[6]), row[7])
        for row in session.execute(query)
    )


@dataclass(frozen=True)
class FamilyMonth:
    """How many relatives came to the meetings of a month."""

    meetings: int
    named: int
    counted: int
    """Who came without being on record."""

    @property
    def came(self) -> int:
        """How many came in all; one who came twice counts twice."""
        return self.named + self.counted


def family_months(session: Session, site_id: int, since: date) -> dict[str, FamilyMonth]:
    """Return for each month since a day how many relatives came to meetings, the latest month first."""
    named = select(func.count()).where(_CAME.outcome_id == _MEETING.outcome_id).scalar_subquery()
    open_ones = select(_MEETING.clinic_day, _MEETING.relatives, named).join(Group, Group.id == _MEETING.group_id)
    here = (_MEETING.site_id == site_id, _MEETING.clinic_day >= since, _MEETING.held, Group.open_to_relatives)
    met: Counter[str] = Counter()
    by_name: Counter[str] = Counter()
    unnamed: Counter[str] = Counter()
    for day, unnamed_ones, named_ones in session.execute(open_ones.where(*here)):
        month = f"{day:%Y-%m}"
        met[month] += 1
        by_name[month] += named_ones
        unnamed[month] += unnamed_ones
    return {month: FamilyMonth(met[month], by_name[month], unnamed[month]) for month in sorted(met, reverse=True)}
