"""Writing one fact: a single insert, after which the record knows its id and every default the table gave it."""

from typing import TypeVar

from sqlalchemy import insert, inspect
from sqlalchemy.orm import Session

from models import Fact

F = TypeVar("F", bound=Fact)


def write(session: Session, fact: F) -> F:
    """Insert a fact and return it; the session does not track it, since a fact never changes.

    Raises:
        IntegrityError: a rule of the database forbids it; the edge turns it into words.
    """
    given = {
        column.key: value for column in inspect(type(fact)).columns if (value := getattr(fact, column.key)) is not None
    }
    result = session.connection().execute(insert(type(fact)), given)
    for column, value in result.last_inserted_params().items():  # type: ignore[union-attr]  # one row, one set of values
        setattr(fact, column, value)
    fact.id = result.inserted_primary_key[0]  # type: ignore[index]  # a table of ours always has one
    return fact
