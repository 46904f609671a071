"""People's own records: registering, changes of identity and contact, the photo and the card.

The audit says that something changed, never what it was: old names live in `identity_version` alone.
"""

import re
import secrets
from datetime import date

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from dispensary.errors import NotFound, Refused
from dispensary.queries import people as records
from dispensary.rules import cards
from dispensary.rules.names import composed, has_control_characters, search_key
from dispensary.services import audit, likeness
from dispensary.services.act import Act
from dispensary.services.photos import WindowPhoto
from dispensary.wording import N_, say
from models import IdentityVersion, Person, PersonCard, PersonPhoto, Site
from models.enums import AuditKind, CardEnd, Sex

LONGEST = 200
EARLIEST_BIRTH = date(1900, 1, 1)
OWN_NUMBER = r"^P[0-9]{5,7}$"
GIVEN_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9./-]{0,19}")

_PERSON = Person.__table__.c
_LOCK = select(_PERSON.id).where(_PERSON.id == bindparam("id")).with_for_update(key_share=True)
_ROOT = select(_PERSON.root_id).where(_PERSON.id == bindparam("id"))


def lock(session: Session, person_id: int) -> None:
    """Lock a person's row, the first lock of every change about a person.

    Raises:
        NotFound: there is no such person.
    """
    if session.scalar(_LOCK, {"id": person_id}) is None:
        raise NotFound(say(N_("There is no such person on record.")), code="no_such_person")


def refuse_linked_away(session: Session, person_id: int) -> None:
    """Refuse what is to be done on a record that was linked into another one.

    Raises:
        Refused: it was; the record that survives is the one to open.
    """
    if session.scalar(_ROOT, {"id": person_id}) is not None:
        words = N_("This record was linked with another one of the same person. Open the record that survives.")
        raise Refused(say(words), code="record_linked_away")


def line(text: str, field: str, *, needed: bool = False, longest: int = LONGEST) -> str:
    """Return one line of text, composed and trimmed.

    Raises:
        Refused: it holds control characters, is too long, or is needed and blank.
    """
    if has_control_characters(text):
        raise Refused(
            say(N_("This holds characters that cannot be printed. Type it again.")), code="control", field=field
        )
    line = composed(text)
    if len(line) > longest:
        raise Refused(say(N_("This is too long: %(max)s characters at most."), max=longest), code="long", field=field)
    if needed and not line:
        raise Refused(say(N_("Please fill this in.")), code="blank", field=field)
    return line


def register_person(
    session: Session,
    *,
    family_name: str,
    given_name: str,
    birth_date: date | None,
    sex: Sex,
    identity_number: str | None,
    phone: str,
    address: str,
    number: str,
    distinct_from: frozenset[int],
    act: Act,
) -> Person:
    """Register somebody who comes for treatment.

    Args:
        number: the clinic's own number; empty for the next free one.
        distinct_from: ids of the people of like name, birth date, paper or phone who were shown, and are others.

    Raises:
        Refused: something cannot be right, the number is taken, or somebody alike was not looked at yet.
    """
    family_name, given_name = line(family_name, "family_name", needed=True), line(given_name, "given_name")
    _check_birth_date(birth_date, act)
    identity_number = line(identity_number or "", "identity_number") or None
    phone, address = line(phone, "phone"), line(address, "address")
    _lock_numbers(session)
    number = _free_number(session, number) if number.strip() else _next_number(session)
    alike = records.alike(session, family_name, given_name, birth_date, identity_number, phone)
    if any(other.id not in distinct_from for other in alike):
        raise Refused(
            say(N_("Somebody like this is on record already. Look at the list, then confirm or open that record.")),
            code="alike",
            field="distinct",
        )
    person = Person(
        number=number,
        family_name=family_name,
        given_name=given_name,
        search_key=search_key(family_name, given_name),
        birth_date=birth_date,
        sex=sex,
        identity_number=identity_number,
        phone=phone,
        address=address,
        created_at=act.at,
    )
    session.add(person)
    session.flush()
    likeness.write_name_keys(session, person)
    audit.record(session, AuditKind.PERSON_REGISTERED, person, act, alike=len(alike))
    return person


def change_identity(
    session: Session,
    *,
    person_id: int,
    family_name: str,
    given_name: str,
    birth_date: date | None,
    sex: Sex,
    identity_number: str | None,
    reason: str,
    act: Act,
) -> Person:
    """Change who a record says somebody is; what it said before is kept, apart from the audit.

    Raises:
        Refused: something cannot be right, nothing differs, or no reason is given.
    """
    family_name, given_name = line(family_name, "family_name", needed=True), line(given_name, "given_name")
    _check_birth_date(birth_date, act)
    identity_number = line(identity_number or "", "identity_number") or None
    reason = line(reason, "reason", needed=True)
    lock(session, person_id)
    person = session.get_one(Person, person_id, populate_existing=True)
    before = (person.family_name, person.given_name, person.birth_date, person.identity_number)
    was = person.sex
    if (*before, was) == (family_name, given_name, birth_date, identity_number, sex):
        raise Refused(say(N_("Nothing differs from what is on record.")), code="nothing_changed")
    session.add(
        IdentityVersion(
            person_id=person_id,
            family_name=person.family_name,
            given_name=person.given_name,
            birth_date=person.birth_date,
            identity_number=person.identity_number,
            reason=reason,
            **act.stamp,
        )
    )
    person.family_name, person.given_name = family_name, given_name
    person.search_key = search_key(family_name, given_name)
    person.birth_date, person.identity_number, person.sex = birth_date, identity_number, sex
    session.flush()
    likeness.write_name_keys(session, person)
    audit.record(session, AuditKind.IDENTITY_CHANGED, person, act, sex_before=was)
    return person


def change_contact(session: Session, *, person_id: int, phone: str, address: str, act: Act) -> Person:
    """Change how somebody can be reached.

    Raises:
        Refused: something cannot be right, or nothing differs.
    """
    phone, address = line(phone, "phone"), line(address, "address")
    lock(session, person_id)
    person = session.get_one(Person, person_id, populate_existing=True)
    if (person.phone, person.address) == (phone, address):
        raise Refused(say(N_("Nothing differs from what is on record.")), code="nothing_changed")
    person.phone, person.address = phone, address
    session.flush()
    audit.record(session, AuditKind.CONTACT_CHANGED, person, act)
    return person


def take_photo(session: Session, *, person_id: int, photo: WindowPhoto, act: Act) -> PersonPhoto:
    """Keep a person's photo for the window, in place of the one before."""
    lock(session, person_id)
    query = select(PersonPhoto).where(PersonPhoto.person_id == person_id)
    kept = session.scalar(query.execution_options(populate_existing=True)) or PersonPhoto(person_id=person_id)
    kept.jpeg, kept.digest = photo.jpeg, photo.digest
    kept.taken_at, kept.taken_by_id = act.at, act.by_id
    session.add(kept)
    session.flush()
    audit.record(session, AuditKind.PHOTO_TAKEN, kept, act, person=person_id, digest=photo.digest)
    return kept


def issue_card(session: Session, *, person_id: int, because: CardEnd = CardEnd.REPLACED, act: Act) -> PersonCard:
    """Issue a card with a new random code; the one before holds no longer.

    Args:
        because: why the card before holds no longer, if there is one.

    Raises:
        Refused: the record was linked into another one.
    """
    lock(session, person_id)
    refuse_linked_away(session, person_id)
    before = _revoke_current(session, person_id, because, act)
    code = cards.PREFIX + "".join(secrets.choice(cards.LETTERS) for _ in range(cards.LENGTH))
    card = PersonCard(person_id=person_id, code=code, issued_at=act.at, issued_by_id=act.by_id)
    session.add(card)
    session.flush()
    if before is not None:
        audit.record(session, AuditKind.CARD_REVOKED, before, act, person=person_id, because=because)
    audit.record(session, AuditKind.CARD_ISSUED, card, act, person=person_id)
    return card


def revoke_card(session: Session, *, person_id: int, because: CardEnd = CardEnd.LOST, act: Act) -> PersonCard:
    """Revoke a person's card, as when it is lost.

    Raises:
        Refused: the person has no card that holds.
    """
    lock(session, person_id)
    card = _revoke_current(session, person_id, because, act)
    if card is None:
        raise Refused(say(N_("There is no card that still holds.")), code="no_card")
    audit.record(session, AuditKind.CARD_REVOKED, card, act, person=person_id, because=because)
    return card


def _revoke_current(session: Session, person_id: int, because: CardEnd, act: Act) -> PersonCard | None:
    query = select(PersonCard).where(PersonCard.person_id == person_id, PersonCard.revoked_at.is_(None))
    card = session.scalar(query.execution_options(populate_existing=True))
    if card is not None:
        card.revoked_at, card.revoked_by_id, card.revoked_because = act.at, act.by_id, because
        session.flush()
    return card


def _lock_numbers(session: Session) -> None:
    """Let one registration at a time take a number; the oldest site's row stands for the number book."""
    session.execute(select(Site.id).order_by(Site.id).limit(1).with_for_update(key_share=True))


def _next_number(session: Session) -> str:
    """Return the number after the highest of our own; those typed by hand are passed over."""
    own = select(Person.number).where(Person.number.regexp_match(OWN_NUMBER))
    last = session.scalar(own.order_by(func.length(Person.number).desc(), Person.number.desc()).limit(1))
    return f"P{int(last[1:]) + 1 if last else 1:05}"


def _free_number(session: Session, typed: str) -> str:
    number = line(typed, "number").upper()
    if not GIVEN_NUMBER.fullmatch(number) or number.startswith(cards.PREFIX):
        raise Refused(
            say(N_("A number has at most 20 letters, digits, points, strokes or dashes.")),
            code="number_shape",
            field="number",
        )
    if session.scalar(select(Person.id).where(Person.number == number)) is not None:
        raise Refused(say(N_("This number belongs to somebody else.")), code="number_taken", field="number")
    return number


def _check_birth_date(birth_date: date | None, act: Act) -> None:
    if birth_date is not None and not EARLIEST_BIRTH <= birth_date <= act.clinic_day:
        raise Refused(
            say(N_("A birth date lies between 1900 and today.")), code="birth_date_impossible", field="birth_date"
        )
