"""Keeping the keys by which like names are found: written with every name, and anew for a clinic that had none."""

from collections.abc import Iterable

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from dispensary.rules.likeness import keys_of
from models import NameKey, Person

AT_ONCE = 500
"""People to a statement."""


def write_name_keys(session: Session, person: Person) -> None:
    """Write the keys of a person's name, in place of those of the name before."""
    session.execute(delete(NameKey).where(NameKey.person_id == person.id))
    _insert(session, [(person.id, person.family_name, person.given_name)])


def renew_name_keys(session: Session) -> int:
    """Write the keys of everybody on record who has none yet; return of how many people."""
    query = select(Person.id, Person.family_name, Person.given_name).where(
        Person.id.not_in(select(NameKey.person_id).distinct())
    )
    people = session.execute(query.order_by(Person.id)).all()
    for start in range(0, len(people), AT_ONCE):
        _insert(session, [(row.id, row.family_name, row.given_name) for row in people[start : start + AT_ONCE]])
    return len(people)


def _insert(session: Session, people: Iterable[tuple[int, str, str]]) -> None:
    rows = [
        {"person_id": person_id, "key": key}
        for person_id, family_name, given_name in people
        for key in sorted(keys_of(family_name, given_name))
    ]
    if rows:
        session.execute(insert(NameKey), rows)
