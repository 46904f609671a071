"""The slots that linked records share: the surviving record holds every slot that a record linked into it holds.

Whatever takes or frees a slot of a linked record is followed upwards here, so that the last wall against a second dose, the
one claim per person, day and part, stands for the person and not for a record.
"""

from collections.abc import Collection
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound
from dispensary.queries import links
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import Claim, ClaimRelease, Person
from models.enums import ClaimKind


def lock_records(session: Session, person_ids: Collection[int]) -> None:
    """Lock every record of these people, in order of id, whichever of them is named.

    Raises:
        NotFound: one of them is no record.
        Conflict: records were linked, or their link taken back, at the same moment.
    """
    wanted = _records_of(session, person_ids)
    for person_id in wanted:
        found = session.scalar(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))
        if found is None:
            raise NotFound(say(N_("There is no such person on record.")), code="no_such_person")
    if _records_of(session, person_ids) != wanted:
        words = N_("Records of this person were linked at the same moment. Nothing was recorded; look again.")
        raise Conflict(say(words), code="linked_meanwhile")


def _records_of(session: Session, person_ids: Collection[int]) -> list[int]:
    found = {record for person_id in person_ids for record in links.family(session, person_id)}
    return sorted(found | set(person_ids))


def settle(session: Session, *, person_id: int, clinic_day: date, part: int, act: Act) -> None:
    """Let a record, and every one above it, hold a slot for as long as a record linked into it does; call behind locks."""
    record: int | None = person_id
    while record is not None:
        _settle_one(session, record, clinic_day, part, act)
        record = links.parent_of(session, record)


def _settle_one(session: Session, person_id: int, clinic_day: date, part: int, act: Act) -> None:
    last = _last_claim(session, person_id, clinic_day, part)
    held = last is not None and last[1] is None
    wanted = any(_holds(session, child, clinic_day, part) for child in links.children_of(session, person_id))
    if wanted and not held:
        turn, release_id = (last[0].turn + 1, last[1]) if last else (1, None)
        claim = Claim(
            person_id=person_id,
            clinic_day=clinic_day,
            part=part,
            turn=turn,
            follows_id=release_id,
            follows_turn=turn - 1 if turn > 1 else None,
            kind=ClaimKind.LINK,
            **act.stamp,
        )
        write(session, claim)
    elif last and held and not wanted and last[0].kind is ClaimKind.LINK:
        claim = last[0]
        release = ClaimRelease(
            claim_id=claim.id, person_id=person_id, clinic_day=clinic_day, part=part, turn=claim.turn, **act.stamp
        )
        write(session, release)


def _holds(session: Session, person_id: int, clinic_day: date, part: int) -> bool:
    last = _last_claim(session, person_id, clinic_day, part)
    return last is not None and last[1] is None


def _last_claim(session: Session, person_id: int, clinic_day: date, part: int) -> tuple[Claim, int | None] | None:
    """Return the newest turn of a slot, and what released it."""
    query = (
        select(Claim, ClaimRelease.id)
        .outerjoin(ClaimRelease, ClaimRelease.claim_id == Claim.id)
        .where(Claim.person_id == person_id, Claim.clinic_day == clinic_day, Claim.part == part)
        .order_by(Claim.turn.desc())
    )
    row = session.execute(query.limit(1)).one_or_none()
    return (row[0], row[1]) if row else None
