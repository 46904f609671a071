"""Writing one fact: a single insert, after which the record knows its id and every default the table gave it."""

from functools import cache
from typing import TypeVar

from sqlalchemy import Insert, insert, inspect
from sqlalchemy.orm import Session

from dispensary.services import mentions
from models import Fact

F = TypeVar("F", bound=Fact)


def write(session: Session, fact: F) -> F:
    """Insert a fact and return it; the session does not track it, since a fact never changes.

    Raises:
        IntegrityError: a rule of the database forbids it; the edge turns it into words.
    """
    into, keys = _table_of(type(fact))
    given = {key: value for key in keys if (value := getattr(fact, key)) is not None}
    result = session.connection().execute(into, given)
    for column, value in result.last_inserted_params().items():  # type: ignore[union-attr]  # one row, one set of values
        setattr(fact, column, value)
    fact.id = result.inserted_primary_key[0]  # type: ignore[index]  # a table of ours always has one
    mentions.keep(session, fact)
    return fact


@cache
def _table_of(model: type[Fact]) -> tuple[Insert, tuple[str, ...]]:
    """Return how a fact of a kind is inserted, and the names of its columns."""
    return insert(model), tuple(column.key for column in inspect(model).columns)
