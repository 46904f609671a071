"""One form, one change: a unit of work that a second press of the same button cannot repeat."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from dispensary.errors import Conflict
from dispensary.services import submissions
from dispensary.services.act import Act
from dispensary.services.submissions import Sent
from dispensary.web import edge
from dispensary.web.database import unit_of_work
from dispensary.wording import N_, say
from models.enums import Origin


class SentBefore(Exception):
    """The same person sent this form already; its result is at an address."""

    def __init__(self, result: str) -> None:
        """Keep where the first result is."""
        super().__init__(result)
        self.result = result


@dataclass
class Work:
    """One change in the making: its session, its act, who witnesses it, and the page that will show its result."""

    session: Session
    act: Act
    result: str = ""
    witness_id: int | None = None

    def leads_to(self, address: str) -> None:
        """Say which page shows the result, for this press of the button and for any second one."""
        self.result = address


@contextmanager
def once(token: str | None, origin: Origin = Origin.DESK) -> Iterator[Work]:
    """Run one change for one token; commit at the end.

    Raises:
        SentBefore: this person sent it already; answered with a redirect to the first result.
        Conflict: somebody else sent it.
    """
    if not token:
        raise Conflict(say(N_("This page is not whole. Open it again; nothing was recorded.")), code="no_token")
    who = edge.act(origin)
    with unit_of_work() as session:
        _refuse_second(submissions.take(session, token, who), who)
        work = Work(session, who)
        yield work
        submissions.note_result(session, token, work.result)


def _refuse_second(before: Sent | None, who: Act) -> None:
    if before is None:
        return
    if before.staff_id == who.by_id and before.result:
        raise SentBefore(before.result)
    raise Conflict(
        say(N_("This form was already sent at %(at)s by %(by)s."), at=before.at, by=before.name),
        code="sent_by_somebody_else",
    )
