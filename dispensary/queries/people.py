"""People: finding them, and what the page about a person shows."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, false, func, or_, select
from sqlalchemy.orm import Session

from dispensary.errors import NotFound
from dispensary.queries.guests import GuestOf, guest_of
from dispensary.queries.signs import same_person
from dispensary.rules.likeness import keys_of
from dispensary.rules.names import composed, folded, search_key
from dispensary.wording import N_, Moment, Words, say
from models import (
    Episode,
    EpisodeEnd,
    EpisodeEndCorrection,
    NameKey,
    Notice,
    NoticeTick,
    Person,
    PersonCard,
    PersonPhoto,
    Staff,
    Stop,
    StopRelease,
)
from models.enums import Admission, CardEnd, EpisodeEndReason, EpisodeKind, Medication, NoticeKind, Sex, StopKind
from models.person import root_of
from models.units import Mg

MOST_FOUND = 50
PHONE_ENDS = 4
"""By so many last digits numbers of the same phone are looked for, before they are compared whole."""
LEAST_OF_A_NUMBER = 3
"""So much of a number must be typed before it is searched by its beginning."""


@dataclass(frozen=True)
class FoundPerson:
    """One line of a search: who, and whether in treatment."""

    id: int
    number: str
    name: str
    birth_date: date | None
    status: Words
    in_treatment: bool
    photo: str | None
    """The digest of the photo; None without one."""


@dataclass(frozen=True)
class Found:
    """What a search found: at most fifty people in the order of their names.

    `more` says that others match too; `card` is the card whose code the text is, if it is one.
    """

    people: list[FoundPerson]
    more: bool
    card: "CardHolder | None" = None

    @property
    def revoked(self) -> bool:
        """Whether the text is the code of a card that no longer holds."""
        return self.card is not None and self.card.revoked_at is not None


@dataclass(frozen=True)
class CardHolder:
    """Whose card a code is, and since when, why and by whom it no longer holds."""

    person_id: int
    revoked_at: datetime | None
    because: CardEnd | None = None
    by: str | None = None

    @property
    def no_longer(self) -> Words:
        """Since when, why and by whom it no longer holds, and what to do with it."""
        at = Moment(self.revoked_at) if self.revoked_at else None
        if self.because is None:
            words = N_("This card holds no longer since %(at)s. Take it in; find the person by name or number.")
            return say(words, at=at)
        words = N_(
            "This card holds no longer since %(at)s: %(why)s, by %(by)s. Take it in; find the person by name or number."
        )
        return say(words, at=at, why=self.because, by=self.by)


def full_name(family_name: str, given_name: str) -> str:
    """Return a name as it is shown: family name first, as lists are ordered."""
    return f"{family_name} {given_name}".strip()


def card_holder(session: Session, code: str) -> CardHolder | None:
    """Return whose card has this code, revoked or not; None for a code we never issued.

    Of a record that was linked into another one, the one that survives is the holder.
    """
    query = (
        select(
            root_of(Person),
            PersonCard.revoked_at,
            PersonCard.revoked_because,
            Staff.name,
        )
        .join(Person, Person.id == PersonCard.person_id)
        .outerjoin(Staff, Staff.id == PersonCard.revoked_by_id)
        .where(PersonCard.code == code.strip().upper())
    )
    row = session.execute(query).one_or_none()
    return CardHolder(*row) if row else None


def find_people(session: Session, text: str) -> Found:
    """Return the people whom a text may mean: a card's code, a number, or parts of a name in any script.

    A card's code is matched whole, a number from its beginning. Of a name, each word may stand anywhere in it, marks
    and case aside. A blank text finds nobody. A record that was linked into another one is found as that one.
    """
    holder = card_holder(session, text)
    wanted = Person.id == holder.person_id if holder else _named(text)
    if wanted is None:
        return Found([], more=False)
    people = _lines(session, wanted, limit=MOST_FOUND + 1)
    return Found(people[:MOST_FOUND], more=len(people) > MOST_FOUND, card=holder)


def _lines(session: Session, wanted: ColumnElement[bool], limit: int) -> list[FoundPerson]:
    rows = session.execute(_FOUND.where(wanted).limit(limit)).all()
    if any(row.root_id for row in rows):
        surviving = {row.root_id or row.id for row in rows}
        rows = session.execute(_FOUND.where(Person.id.in_(surviving))).all()
    spans = episodes_of(session, [row.id for row in rows])
    return [
        FoundPerson(
            id=row.id,
            number=row.number,
            name=full_name(row.family_name, row.given_name),
            birth_date=row.birth_date,
            status=status(spans.get(row.id, [])),
            in_treatment=any(span.ended_on is None for span in spans.get(row.id, [])),
            photo=row.digest,
        )
        for row in rows
    ]


_FOUND = (
    select(
        Person.id,
        Person.number,
        Person.family_name,
        Person.given_name,
        Person.birth_date,
        Person.root_id,
        PersonPhoto.digest,
    )
    .outerjoin(PersonPhoto, PersonPhoto.person_id == Person.id)
    .order_by(Person.search_key, Person.id)
)


def _named(text: str) -> ColumnElement[bool] | None:
    """Return the condition for a number, an identity number, or a name."""
    whole, words = composed(text), folded(text).split()
    if not words:
        return None
    numbers = {whole, whole.upper()}
    if whole.isascii() and whole.isdigit():
        numbers.add(f"P{whole:0>5}")
    in_name = and_(*(Person.search_key.contains(word, autoescape=True) for word in words))
    # 王小明 is typed without the blank that stands between family and given name in the key.
    run_together = func.replace(Person.search_key, " ", "").contains("".join(words), autoescape=True)
    conditions = [Person.number.in_(numbers), Person.identity_number == whole, in_name, run_together]
    if any(c.isdigit() for c in whole) and len(whole) >= LEAST_OF_A_NUMBER:
        conditions.append(Person.number.startswith(whole.upper(), autoescape=True))
    return or_(*conditions)


def alike(
    session: Session,
    family_name: str,
    given_name: str,
    birth_date: date | None,
    identity_number: str | None,
    phone: str,
) -> list[FoundPerson]:
    """Return those on record who may be the same person, by name.

    Alike are: a like name (rules/likeness); the same identity number, or phone however it was typed; the same birth date
    and a word of the name in common.
    """
    words = frozenset(search_key(family_name, given_name).split())
    keys = keys_of(family_name, given_name)
    same = [
        Person.id.in_(select(NameKey.person_id).where(NameKey.key.in_(keys))),
        and_(*(Person.search_key.contains(word, autoescape=True) for word in words)) if words else false(),
    ]
    if birth_date:
        same.append(Person.birth_date == birth_date)
    if identity_number:
        same.append(Person.identity_number == identity_number)
    if digits := _digits(phone):
        same.append(func.replace(func.replace(Person.phone, " ", ""), "-", "").contains(digits[-PHONE_ENDS:]))
    query = select(
        Person.id, Person.family_name, Person.given_name, Person.birth_date, Person.identity_number, Person.phone
    )
    ids = [
        row.id
        for row in session.execute(query.where(or_(*same)))
        if keys & keys_of(row.family_name, row.given_name)
        or (identity_number and row.identity_number == identity_number)
        or (digits and _digits(row.phone) == digits)
        or (
            birth_date
            and row.birth_date == birth_date
            and words & set(search_key(row.family_name, row.given_name).split())
        )
    ]
    return _lines(session, Person.id.in_(ids), limit=len(ids)) if ids else []


def _digits(phone: str) -> str:
    """Return the digits of a phone number, however it was spaced."""
    return "".join(sign for sign in phone if sign.isdigit())


@dataclass(frozen=True)
class EpisodeSpan:
    """One episode of care, with its end if it has one that was not corrected."""

    id: int
    person_id: int
    kind: EpisodeKind
    admission: Admission
    admitted_on: date
    transferred_from: str
    last_dose_on: date | None
    last_dose_mg: Mg | None
    last_dose_medication: Medication | None
    end_id: int | None
    ended_on: date | None
    end_reason: EpisodeEndReason | None
    end_note: str | None


def episodes_of(session: Session, person_ids: list[int]) -> dict[int, list[EpisodeSpan]]:
    """Return the episodes of several people by person, oldest first; a corrected end counts as none.

    Those of a record that was linked into one of theirs are among them.
    """
    corrected = select(EpisodeEndCorrection.episode_end_id)
    query = (
        select(
            Episode.id,
            Episode.person_id,
            Person.root_id,
            Episode.kind,
            Episode.admission,
            Episode.admitted_on,
            Episode.transferred_from,
            Episode.last_dose_on,
            Episode.last_dose_mg,
            Episode.last_dose_medication,
            EpisodeEnd.id.label("end_id"),
            EpisodeEnd.ended_on,
            EpisodeEnd.reason.label("end_reason"),
            EpisodeEnd.note.label("end_note"),
        )
        .join(Person, Person.id == Episode.person_id)
        .outerjoin(EpisodeEnd, and_(EpisodeEnd.episode_id == Episode.id, EpisodeEnd.id.not_in(corrected)))
        .where(or_(Episode.person_id.in_(person_ids), Person.root_id.in_(person_ids)))
        .order_by(Episode.admitted_on, Episode.id)
    )
    spans: dict[int, list[EpisodeSpan]] = {}
    for root_id, span in ((row.root_id, _span(row)) for row in session.execute(query)):
        for person_id in {span.person_id, root_id} & set(person_ids):
            spans.setdefault(person_id, []).append(span)
    return spans


def _span(row: Row[*tuple[Any, ...]]) -> EpisodeSpan:
    return EpisodeSpan(**{name: value for name, value in row._mapping.items() if name != "root_id"})


SINCE = {
    EpisodeKind.MAINTENANCE: N_("in treatment since %(on)s"),
    EpisodeKind.WITHDRAWAL_MANAGEMENT: N_("in withdrawal management since %(on)s"),
    EpisodeKind.COUNSELLING_ONLY: N_("in treatment by counselling only since %(on)s"),
    EpisodeKind.GUEST: N_("guest since %(on)s"),
}


def status(spans: list[EpisodeSpan]) -> Words:
    """Return in words where a person stands: in treatment since when, or how the last episode ended."""
    if not spans:
        return say(N_("not admitted"))
    if open_one := next((span for span in spans if span.ended_on is None), None):
        return say(SINCE[open_one.kind], on=open_one.admitted_on)
    last = max(spans, key=lambda span: (span.ended_on or date.min, span.id))
    return say(N_("%(reason)s on %(on)s"), reason=last.end_reason, on=last.ended_on)


@dataclass(frozen=True)
class Identity:
    """Who somebody is, as the head of every page about them shows."""

    id: int
    number: str
    family_name: str
    given_name: str
    birth_date: date | None
    sex: Sex
    identity_number: str | None
    phone: str
    address: str
    has_photo: bool

    @property
    def name(self) -> str:
        """Family name first."""
        return full_name(self.family_name, self.given_name)


@dataclass(frozen=True)
class CurrentCard:
    """The card that holds now."""

    id: int
    code: str
    issued_at: datetime
    issued_by: str


@dataclass(frozen=True)
class StandingStop:
    """A stop that no prescriber has released yet."""

    id: int
    kind: StopKind
    note: str
    set_at: datetime
    set_by: str
    decide_by: datetime
    minutes: int
    """How long it has stood, in whole minutes."""
    overdue: bool


@dataclass(frozen=True)
class OpenNotice:
    """Something the person should still hear."""

    id: int
    kind: NoticeKind
    note: str
    set_at: datetime
    set_by: str


@dataclass(frozen=True)
class PersonPage:
    """Everything that the page about a person shows."""

    identity: Identity
    episodes: list[EpisodeSpan]
    card: CurrentCard | None
    stops: list[StandingStop]
    notices: list[OpenNotice]
    guest: GuestOf | None = None
    """Whose patient this is, where the open episode is a guest's."""
    today: date | None = None

    @property
    def guest_stay_over(self) -> bool:
        """Whether the stay of a guest was meant until a day that has passed."""
        return self.guest is not None and self.today is not None and self.guest.until_on < self.today

    @property
    def open_episode(self) -> EpisodeSpan | None:
        """The episode that has not ended, if there is one."""
        return next((span for span in self.episodes if span.ended_on is None), None)

    @property
    def status(self) -> Words:
        """Where the person stands, in words."""
        return status(self.episodes)


def identity(session: Session, person_id: int) -> Identity:
    """Return who somebody is.

    Raises:
        NotFound: there is no such person.
    """
    person = session.get(Person, person_id, populate_existing=True)
    if person is None:
        raise NotFound(say(N_("There is no such person on record.")), code="no_such_person")
    photo_id = session.scalar(select(PersonPhoto.id).where(PersonPhoto.person_id == person_id))
    return Identity(
        id=person.id,
        number=person.number,
        family_name=person.family_name,
        given_name=person.given_name,
        birth_date=person.birth_date,
        sex=person.sex,
        identity_number=person.identity_number,
        phone=person.phone,
        address=person.address,
        has_photo=photo_id is not None,
    )


def surviving(session: Session, person_id: int) -> int:
    """Return the record that stands for a person: their own, or the one that it was linked into.

    Raises:
        NotFound: there is no such person.
    """
    row = session.execute(select(Person.id, Person.root_id).where(Person.id == person_id)).one_or_none()
    if row is None:
        raise NotFound(say(N_("There is no such person.")), code="no_such_person")
    survives: int = row.root_id or row.id
    return survives


def episode_on(session: Session, person_id: int, site_id: int) -> int | None:
    """Return the person's open episode at a site; None for somebody who is not in treatment there."""
    corrected = select(EpisodeEndCorrection.episode_end_id)
    ended = select(EpisodeEnd.episode_id).where(EpisodeEnd.id.not_in(corrected))
    query = (
        select(Episode.id)
        .where(Episode.person_id == person_id, Episode.site_id == site_id, Episode.id.not_in(ended))
        .order_by(Episode.admitted_on.desc(), Episode.id.desc())
    )
    return session.scalar(query.limit(1))


def person_page(session: Session, person_id: int, at: datetime, today: date | None = None) -> PersonPage:
    """Return what the page about a person shows at a moment; newest episode first, oldest stop first."""
    spans = episodes_of(session, [person_id]).get(person_id, [])
    staying = next((span for span in spans if span.ended_on is None and span.kind is EpisodeKind.GUEST), None)
    return PersonPage(
        identity=identity(session, person_id),
        episodes=list(reversed(spans)),
        card=current_card(session, person_id),
        stops=standing_stops(session, person_id, at),
        notices=open_notices(session, person_id),
        guest=guest_of(session, staying.id) if staying else None,
        today=today,
    )


def current_card(session: Session, person_id: int) -> CurrentCard | None:
    """Return the card that holds for a person now, if there is one."""
    query = (
        select(PersonCard.id, PersonCard.code, PersonCard.issued_at, Staff.name)
        .join(Staff, Staff.id == PersonCard.issued_by_id)
        .where(PersonCard.person_id == person_id, PersonCard.revoked_at.is_(None))
    )
    row = session.execute(query).one_or_none()
    return CurrentCard(*row) if row else None


def standing_stops(session: Session, person_id: int, at: datetime) -> list[StandingStop]:
    """Return the stops that stand, oldest first, with the whole minutes each has stood."""
    query = (
        select(Stop.id, Stop.kind, Stop.note, Stop.set_at, Staff.name, Stop.decide_by)
        .join(Staff, Staff.id == Stop.recorded_by_id)
        .where(same_person(Stop.__table__.c.person_id, person_id), Stop.id.not_in(select(StopRelease.stop_id)))
        .order_by(Stop.set_at, Stop.id)
    )
    return [
        StandingStop(*row, minutes=int((at - row.set_at).total_seconds()) // 60, overdue=at > row.decide_by)
        for row in session.execute(query)
    ]


def open_notices(session: Session, person_id: int) -> list[OpenNotice]:
    """Return the notices not yet passed on, oldest first."""
    query = (
        select(Notice.id, Notice.kind, Notice.note, Notice.set_at, Staff.name)
        .join(Staff, Staff.id == Notice.recorded_by_id)
        .where(same_person(Notice.__table__.c.person_id, person_id), Notice.id.not_in(select(NoticeTick.notice_id)))
        .order_by(Notice.set_at, Notice.id)
    )
    return [OpenNotice(*row) for row in session.execute(query)]


def person_of_stop(session: Session, stop_id: int) -> int:
    """Return whose stop this is, or raise NotFound."""
    return _whose(session.scalar(select(Stop.person_id).where(Stop.id == stop_id)))


def person_of_notice(session: Session, notice_id: int) -> int:
    """Return whose notice this is, or raise NotFound."""
    return _whose(session.scalar(select(Notice.person_id).where(Notice.id == notice_id)))


def person_of_end(session: Session, episode_end_id: int) -> int:
    """Return whose episode ended so, or raise NotFound."""
    query = select(Episode.person_id).join(EpisodeEnd, EpisodeEnd.episode_id == Episode.id)
    return _whose(session.scalar(query.where(EpisodeEnd.id == episode_end_id)))


def _whose(person_id: int | None) -> int:
    if person_id is None:
        raise NotFound(say(N_("There is no such record.")), code="no_such_record")
    return person_id


def photo(session: Session, person_id: int) -> bytes | None:
    """Return the person's photo as JPEG, if one was taken."""
    return session.scalar(select(PersonPhoto.jpeg).where(PersonPhoto.person_id == person_id))
