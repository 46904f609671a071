"""What the re-entry gate knows of a person, or of many: the days of the ledger, and what was said at the window today."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from dispensary.queries.day_facts import EVER, NOW, clinic_days, days_of
from dispensary.queries.ledger import RECENT, person_days
from dispensary.queries.signs import same_person
from dispensary.rules.ledger import reaches_back
from dispensary.rules.person_days import PersonDays
from dispensary.rules.re_entry import ReEntryInputs, Said, inputs_of, together
from models import Person, ReEntryAnswer
from models.person import root_of

_ANSWER = ReEntryAnswer.__table__.c
_SAID = (
    select(
        _ANSWER.id,
        _ANSWER.turn,
        _ANSWER.as_recorded,
        _ANSWER.last_dose_on,
        _ANSWER.last_dose_mg,
        _ANSWER.used_full_agonist,
    )
    .where(same_person(_ANSWER.person_id), _ANSWER.clinic_day == bindparam("clinic_day"))
    .order_by(_ANSWER.turn, _ANSWER.id)
)


def said_on(session: Session, person_id: int, clinic_day: date) -> Said | None:
    """Return what counts of what somebody said at the window on a day; None if nobody asked."""
    return together([Said(*row) for row in session.execute(_SAID, {"person_id": person_id, "clinic_day": clinic_day})])


def inputs(session: Session, person_id: int, site_id: int, clinic_day: date) -> ReEntryInputs:
    """Return what the gate decides on: the days of the ledger before a day, and what was said on it."""
    days = person_days(session, person_id, site_id, until=clinic_day, since=clinic_day - RECENT)
    if not reaches_back(days, clinic_day):
        days = person_days(session, person_id, site_id, until=clinic_day)
    return inputs_of(days, clinic_day, said_on(session, person_id, clinic_day))


_OF_THE_DAY = (
    select(
        root_of(Person.__table__.c).label("root"),
        _ANSWER.id,
        _ANSWER.turn,
        _ANSWER.as_recorded,
        _ANSWER.last_dose_on,
        _ANSWER.last_dose_mg,
        _ANSWER.used_full_agonist,
    )
    .join(Person.__table__, Person.__table__.c.id == _ANSWER.person_id)
    .where(_ANSWER.clinic_day == bindparam("clinic_day"))
    .order_by(_ANSWER.turn, _ANSWER.id)
)
_LINKED = select(Person.__table__.c.id, Person.__table__.c.root_id).where(Person.__table__.c.root_id.is_not(None))


def said_by_everyone(session: Session, clinic_day: date) -> dict[int, Said]:
    """Return what counts of what was said at the window on a day, by surviving record."""
    answers: dict[int, list[Said]] = defaultdict(list)
    for row in session.execute(_OF_THE_DAY, {"clinic_day": clinic_day}):
        answers[row.root].append(Said(*row[1:]))
    return {root: said for root, one in answers.items() if (said := together(one))}


def inputs_of_many(
    session: Session, people: Collection[int], site_id: int, clinic_day: date, said: Mapping[int, Said]
) -> dict[int, ReEntryInputs]:
    """Return what the gate decides on, of some people at once, as `inputs` does of one.

    Args:
        people: surviving records.
        said: what each of them said on the day, if anything.
    """
    if not people:
        return {}
    linked: dict[int, list[int]] = {}
    for row in session.execute(_LINKED):
        linked.setdefault(row.root_id, []).append(row.id)
    clinic = clinic_days(session, site_id, clinic_day, NOW)

    def read(some: Collection[int], since: date) -> dict[int, PersonDays]:
        records = {record: root for root in some for record in (root, *linked.get(root, ()))}
        return days_of(session, records, site_id, clinic, since=since, until=clinic_day, as_of=NOW)

    found = read(people, clinic_day - RECENT)
    if far := [root for root, days in found.items() if not reaches_back(days, clinic_day)]:
        found |= read(far, EVER)
    return {root: inputs_of(days, clinic_day, said.get(root)) for root, days in found.items()}
