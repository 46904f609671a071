"""Who opened whose record: a fact of its own, not chained, written before the record is shown."""

from collections.abc import Collection

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from dispensary.errors import NotFound
from dispensary.services.act import Act
from dispensary.wording import N_, say
from models import AccessLog, Person


def note_opened(session: Session, *, person_id: int, page: str, act: Act) -> None:
    """Note that a page about a person is being opened; no audit row, since this is itself the log of reads.

    Args:
        page: the name of the page, never its address.

    Raises:
        NotFound: there is no such person.
    """
    if session.scalar(select(Person.id).where(Person.id == person_id)) is None:
        raise NotFound(say(N_("There is no such person on record.")), code="no_such_person")
    session.execute(insert(AccessLog).values(person_id=person_id, page=page, at=act.at, **act.stamp))


def note_listed(session: Session, *, person_ids: Collection[int], page: str, act: Act) -> None:
    """Note that a list is being read that says how to reach these people, or what they were given; a row for each.

    Args:
        page: the name of the list, never its address.
    """
    if person_ids:
        rows = [{"person_id": i, "page": page, "at": act.at, **act.stamp} for i in sorted(person_ids)]
        session.execute(insert(AccessLog), rows)
