"""The number of a container's seal: as it came, and when it is sealed anew before a second person."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from dispensary.errors import Conflict, Refused
from dispensary.queries import container_seals as queries
from dispensary.rules.container_seals import LONGEST, plain_number
from dispensary.services import audit, people, stock
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.services.weighing import LONGEST_NOTE, check_two
from dispensary.wording import N_, say
from models import Container, ContainerSeal
from models.enums import AuditKind, ContainerSealing

FIRST = 1
"""The movement with which a container comes in."""


def seals_as_they_came(session: Session, containers: Sequence[Container], numbers: Sequence[str], act: Act) -> None:
    """Keep the numbers of the seals with which containers came, in their order; the audit row of the delivery takes them along.

    Raises:
        Refused: not one for each, one twice, or another container here carries it.
    """
    read = [people.line(number, "seals", needed=True, longest=LONGEST) for number in numbers]
    if len(read) != len(containers) or len({plain_number(one) for one in read}) != len(read):
        words = N_("Give one seal number for each of the %(count)s containers, each different, or none.")
        raise Refused(say(words, count=len(containers)), code="seals_do_not_match", field="seals")
    carried = queries.carried_here(session, act.site_id)
    if taken := [one for one in read if plain_number(one) in carried]:
        raise _taken(taken[0], "seals")
    for container, number in zip(containers, read, strict=True):
        write(
            session,
            ContainerSeal(
                container_id=container.id,
                container_seq=FIRST,
                was_open=False,
                number=number,
                occasion=ContainerSealing.RECEIVED,
                **act.stamp,
            ),
        )


def reseal(
    session: Session,
    *,
    container_id: int,
    number: str,
    note: str,
    witnessed_by_id: int | None,
    act: Act,
    newest_id: int | None = None,
) -> ContainerSeal:
    """Record before a second person that a container carries another seal now, and why.

    Args:
        newest_id: the newest seal that the page showed, 0 for none; None where no page did.

    Raises:
        NotFound: no such container here.
        Refused: no number, no reason, no second person, emptied, or another container here carries the number.
        Conflict: somebody recorded another seal since the page was opened.
    """
    seal = people.line(number, "number", needed=True, longest=LONGEST)
    text = people.line(note, "note", needed=True, longest=LONGEST_NOTE)
    container = stock.lock_container(session, container_id, act)
    if container.emptied_at is not None:
        words = N_("Container %(label)s was already emptied.")
        raise Refused(say(words, label=container.label), code="container_emptied")
    known = queries.seals_of(session, container_id)
    if newest_id is not None and newest_id != (known[0].id if known else 0):
        words = N_("Somebody recorded another seal since this page was opened. Look again.")
        raise Conflict(say(words), code="changed_since_shown")
    if queries.carried_here(session, act.site_id).get(plain_number(seal)) is not None:
        raise _taken(seal, "number")
    check_two(witnessed_by_id, act)
    made = write(
        session,
        ContainerSeal(
            container_id=container.id,
            container_seq=container.seq,
            was_open=container.opened_at is not None,
            number=seal,
            occasion=ContainerSealing.RESEALED,
            note=text,
            witnessed_by_id=witnessed_by_id,
            **act.stamp,
        ),
    )
    audit.record(session, AuditKind.CONTAINER_RESEALED, made, act, container=container.id)
    return made


def _taken(number: str, field: str) -> Refused:
    words = N_("A container here carries seal %(number)s already. Read it again.")
    return Refused(say(words, number=number), code="seal_taken", field=field)
