"""The safety picture: everything the nurse sees about one person before a dose."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.queries.absences import Stay, lasting_stays
from dispensary.queries.days_at_home import days_at_home
from dispensary.queries.dosing import PastDose, gather
from dispensary.queries.events import OpenEvent, open_events
from dispensary.queries.guests import GuestOf, guest_of
from dispensary.queries.likeness import LikePerson, people_alike
from dispensary.queries.signs import Signs, same_person, signs_of
from dispensary.rules.dosing import DosingFacts
from models import Notice, NoticeTick, Staff
from models.enums import DoseOutcome, NoticeKind
from models.units import Mg

STRIP_DAYS = 7


@dataclass(frozen=True)
class DayOnStrip:
    """One of the last days, as the strip at the window shows it."""

    day: date
    outcome: DoseOutcome | None
    """None: nothing is on record."""
    taken_mg: Mg
    at_home: bool = False
    """A dose of this day went home and is presumed to be taken."""


@dataclass(frozen=True)
class StandingNotice:
    """A notice that has not been passed on."""

    id: int
    kind: NoticeKind
    note: str
    set_by: str


@dataclass(frozen=True)
class Identity:
    """Who stands at the window: two identifiers and the photo."""

    person_id: int
    number: str
    family_name: str
    given_name: str
    birth_date: date | None
    photo: str | None
    """The digest of the photo, which is part of its address; None without one."""
    root_id: int | None
    """The surviving record, if this one was linked into it."""


@dataclass(frozen=True)
class SafetyPicture:
    """Everything the nurse sees before a dose."""

    identity: Identity
    facts: DosingFacts
    strip: tuple[DayOnStrip, ...]
    """The last seven days and today, oldest first."""
    notices: tuple[StandingNotice, ...]
    dose_today: int | None
    """The dose last recorded today, which may be reversed."""
    signs: Signs
    """What else has to be looked up for the page."""
    alike: tuple[LikePerson, ...] = ()
    """Who else in treatment has a like name."""
    guest: GuestOf | None = None
    """The clinic whose patient this is, where the person is a guest here."""
    away: tuple[Stay, ...] = ()
    """Where the person is on record as being: hospital, custody."""
    events: tuple[OpenEvent, ...] = ()
    """What happened, such as an overdose, and no prescriber has answered."""


def safety_picture(
    session: Session, *, person_id: int, site_id: int, window_id: int | None, clinic_day: date, at: datetime
) -> SafetyPicture | None:
    """Return what the station shows about a person, or None if there is no such person."""
    signs = signs_of(session, person_id, clinic_day)
    if signs is None:
        return None
    facts, past = gather(session, signs, site_id, window_id, clinic_day, at)
    first = clinic_day - timedelta(days=STRIP_DAYS)
    at_home = days_at_home(session, person_id, first, clinic_day) if signs.takes_home else frozenset()
    return SafetyPicture(
        identity=Identity(
            signs.person_id,
            signs.number,
            signs.family_name,
            signs.given_name,
            signs.birth_date,
            signs.photo,
            signs.root_id,
        ),
        facts=facts,
        strip=_strip(past, at_home, clinic_day),
        notices=notices(session, person_id) if signs.notices else (),
        dose_today=_last_dose_of(past, clinic_day),
        signs=signs,
        alike=people_alike(session, person_id) if signs.alike else (),
        guest=guest_of(session, facts.episode_id) if facts.guest else None,
        away=lasting_stays(session, person_id) if signs.away else (),
        events=open_events(session, person_id) if signs.event_id is not None else (),
    )


_NOTICE = Notice.__table__.c
_NOTICES = (
    select(_NOTICE.id, _NOTICE.kind, _NOTICE.note, Staff.__table__.c.name)
    .outerjoin(NoticeTick.__table__, NoticeTick.__table__.c.notice_id == _NOTICE.id)
    .join(Staff.__table__, Staff.__table__.c.id == _NOTICE.recorded_by_id)
    .where(same_person(_NOTICE.person_id), NoticeTick.__table__.c.id.is_(None))
    .order_by(_NOTICE.set_at, _NOTICE.id)
)


def notices(session: Session, person_id: int) -> tuple[StandingNotice, ...]:
    """Return the notices that have not been passed on, oldest first."""
    return tuple(StandingNotice(*row) for row in session.execute(_NOTICES, {"person_id": person_id}))


def _strip(past: Sequence[PastDose], at_home: Collection[date], today: date) -> tuple[DayOnStrip, ...]:
    days = [today - timedelta(days=n) for n in range(STRIP_DAYS, -1, -1)]
    return tuple(_day_on_strip(day, [d for d in past if d.day == day], day in at_home) for day in days)


def _day_on_strip(day: date, doses: Sequence[PastDose], at_home: bool) -> DayOnStrip:
    if not doses:
        return DayOnStrip(day, None, Mg(Decimal(0)), at_home)
    taken = Mg(sum((d.taken_mg for d in doses), Decimal(0)))
    last = max(doses, key=lambda d: (d.taken_mg > 0, d.taken_at))
    return DayOnStrip(day, last.outcome, taken, at_home)


def _last_dose_of(past: Sequence[PastDose], day: date) -> int | None:
    here = (DoseOutcome.GIVEN, DoseOutcome.PART_GIVEN, DoseOutcome.REPLACEMENT)
    return max((d.id for d in past if d.day == day and d.outcome in here), default=None)
