"""Both counts of those who wait at the window: only of those who were not dosed yesterday is the day ledger read."""

from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import bindparam, exists, or_, select
from sqlalchemy.orm import Session

from dispensary.queries.day_facts import EVER, NOW, clinic_days, days_of
from dispensary.queries.ledger import RECENT
from dispensary.rules.ledger import PersonDays, Runs, reaches_back, runs
from models import Dose, DoseOrder, DoseReversal, Person, Vomiting
from models.enums import DoseOutcome
from models.person import root_of

A_DAY = timedelta(days=1)

_PERSON, _DOSE, _ORDER = Person.__table__.c, Dose.__table__.c, DoseOrder.__table__.c
_ROOT = root_of(_PERSON)
_DOSED = (
    select(_ROOT)
    .select_from(Dose.__table__.join(Person.__table__, _PERSON.id == _DOSE.person_id))
    .outerjoin(DoseOrder.__table__, _ORDER.id == _DOSE.order_id)
    .where(
        _DOSE.clinic_day == bindparam("day"),
        _DOSE.claim_id.is_not(None),
        _DOSE.outcome.in_((DoseOutcome.GIVEN, DoseOutcome.ELSEWHERE)),
        or_(_ORDER.parts == 1, _ORDER.id.is_(None)),
        ~exists().where(DoseReversal.__table__.c.dose_id == _DOSE.id),
        ~exists().where(Vomiting.__table__.c.dose_id == _DOSE.id),
    )
)
"""Who took on a day, wholly and before staff, all that was due: that ends both counts."""
_LINKED = select(_PERSON.id, _PERSON.root_id).where(_PERSON.root_id.is_not(None))


def runs_of_waiting(session: Session, people: Collection[int], site_id: int, on: date) -> dict[int, Runs]:
    """Return both counts before a day of those of some people who may have any; whoever is left out has none.

    Args:
        people: surviving records.
    """
    dosed = set(session.scalars(_DOSED, {"day": on - A_DAY}))
    asked = [person for person in people if person not in dosed]
    if not asked:
        return {}
    records: dict[int, list[int]] = {root: [root] for root in asked}
    for record, root in session.execute(_LINKED):
        if root in records:
            records[root].append(record)
    clinic = clinic_days(session, site_id, on, NOW)

    def read(some: Collection[int], since: date) -> dict[int, PersonDays]:
        whose = {record: root for root in some for record in records[root]}
        return days_of(session, whose, site_id, clinic, since=since, until=on, as_of=NOW)

    found = read(asked, on - RECENT)
    if far := [root for root, days in found.items() if not reaches_back(days, on)]:
        found |= read(far, EVER)
    return {root: runs(days, on) for root, days in found.items()}
