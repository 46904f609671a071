"""The days and both counts of everyone in treatment at a site. SQL finds where counts end; the ledger decides the rest.

Only the days since somebody's last confirmed dose are read, some hundred people at a time: what it takes grows with the
number of people, not with their histories. It says of each what queries/ledger says of one.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, exists, func, select
from sqlalchemy.orm import Session

from dispensary.queries.day_facts import EVER, NOW, clinic_days, days_of
from dispensary.queries.day_statements import written
from dispensary.rules.depots import REACH
from dispensary.rules.ledger import LedgerDay, Runs, ledger, reaches_back, runs
from dispensary.rules.person_days import ClinicDays, PersonDays
from models import Dose, DoseOrder, DoseReversal, Episode, EpisodeEnd, EpisodeEndCorrection, Person, Vomiting
from models.enums import DoseOutcome
from models.person import root_of

AT_A_TIME, WHOLE_AT_A_TIME = 500, 50
"""How many people's days are held at once: their last ones, or all of them."""
APART = timedelta(days=7)

_PERSON, _EPISODE, _END = Person.__table__.c, Episode.__table__.c, EpisodeEnd.__table__.c
_CORRECTION, _DOSE, _ORDER = EpisodeEndCorrection.__table__.c, Dose.__table__.c, DoseOrder.__table__.c
_AS_OF: BindParameter[datetime] = bindparam("as_of")
_ON: BindParameter[date] = bindparam("on")
_CORRECTED = select(_CORRECTION.episode_end_id)
_OVER = exists().where(
    _END.episode_id == _EPISODE.id,
    _END.ended_on < bindparam("ended_before"),
    _END.recorded_at <= _AS_OF,
    _END.id.not_in(_CORRECTED.where(_CORRECTION.recorded_at <= _AS_OF)),
)
_OVER_THAT_NIGHT = exists().where(
    _END.episode_id == _EPISODE.id,
    _END.ended_on < bindparam("ended_before"),
    written(EpisodeEnd.__table__),
    _END.id.not_in(_CORRECTED),
)


def _in_treatment(*known: ColumnElement[bool]) -> Select[Any]:
    return (
        select(root_of(_PERSON))
        .distinct()
        .select_from(Episode.__table__.join(Person.__table__, _PERSON.id == _EPISODE.person_id))
        .where(_EPISODE.site_id == bindparam("site_id"), _EPISODE.admitted_on <= _ON, *known)
    )


_IN_TREATMENT = _in_treatment(_EPISODE.recorded_at <= _AS_OF, ~_OVER)
_IN_TREATMENT_THAT_NIGHT = _in_treatment(~_OVER_THAT_NIGHT)
_LINKED = select(_PERSON.id, _PERSON.root_id).where(_PERSON.root_id.is_not(None))


def _never(table: type[DoseReversal | Vomiting]) -> ColumnElement[bool]:
    fact = table.__table__.c
    return ~exists().where(fact.dose_id == _DOSE.id, fact.recorded_at <= _AS_OF)


_LAST_WHOLE_DOSE = (
    select(_DOSE.clinic_day)
    .outerjoin(DoseOrder.__table__, _ORDER.id == _DOSE.order_id)
    .where(
        _DOSE.person_id == _PERSON.id,
        _DOSE.clinic_day < _ON,
        _DOSE.recorded_at <= _AS_OF,
        _DOSE.claim_id.is_not(None),
        _DOSE.outcome.in_((DoseOutcome.GIVEN, DoseOutcome.ELSEWHERE)),
        func.coalesce(_ORDER.parts, 1) == 1,
        _never(DoseReversal),
        _never(Vomiting),
    )
    .order_by(_DOSE.clinic_day.desc())
    .limit(1)
    .correlate(Person.__table__)
    .scalar_subquery()
)
_ANCHORS = select(_PERSON.id, _LAST_WHOLE_DOSE.label("day")).where(_PERSON.id.in_(bindparam("people", expanding=True)))
"""The last day on which one dose was all that was due, and was taken before staff: it ends both counts, whatever lies before.
Where nothing is that simple, everything is read."""


def runs_of_everyone(session: Session, site_id: int, on: date, as_of: datetime | None = None) -> dict[int, Runs]:
    """Return both counts before a day of everyone in treatment at a site on that day, by surviving record.

    Args:
        as_of: only what was recorded at or before this moment; by default all that is on record.
    """
    return {root: runs(days, on) for root, days in _everyones_days(session, site_id, on, as_of or NOW)}


def ledger_of_everyone(
    session: Session, site_id: int, first: date, last: date, today: date, as_of: datetime | None = None
) -> Iterator[tuple[int, tuple[LedgerDay, ...]]]:
    """Yield the days from one to another of everyone who was in treatment at a site on at least one of them.

    They come some people at a time, each with the surviving record, so that a year of a whole clinic is never held at once.
    """
    asked = {"site_id": site_id, "on": last, "ended_before": first, "as_of": as_of or NOW}
    people = _People(session, asked)
    clinic = clinic_days(session, site_id, last, as_of or NOW)
    for some in _batches(list(people.records), WHOLE_AT_A_TIME):
        since = first - REACH
        found = people.days(some, clinic, since=since)
        if earlier := [root for root, days in found.items() if _history_before(days, since)]:
            found |= people.days(earlier, clinic, since=EVER)
        yield from ((root, ledger(days, first, last, today)) for root, days in found.items())


def records_of_everyone(
    session: Session, site_id: int, first: date, last: date, as_of: datetime
) -> dict[int, tuple[int, ...]]:
    """Return everyone who was in treatment at a site on at least one of some days, each with all records that are theirs.

    Args:
        as_of: an end that was written down after this moment does not count; one of an imported history does.
    """
    asked = {"site_id": site_id, "on": last, "ended_before": first, "as_of": as_of}
    return _People(session, asked, _IN_TREATMENT_THAT_NIGHT).records


def _everyones_days(session: Session, site_id: int, on: date, as_of: datetime) -> Iterator[tuple[int, PersonDays]]:
    """Yield each person's days from the last confirmed dose on, or all of them where that is not enough."""
    people = _People(session, {"site_id": site_id, "on": on, "ended_before": on, "as_of": as_of})
    clinic = clinic_days(session, site_id, on, as_of)
    ends = people.last_whole_doses()
    whole = [root for root in people.records if root not in ends]
    for some in _of_a_time(ends):
        for root, days in people.days(some, clinic, since=ends[some[0]]).items():
            if reaches_back(days, on):
                yield root, days
            else:
                whole.append(root)
    for some in _batches(whole, WHOLE_AT_A_TIME):
        yield from people.days(some, clinic, since=EVER).items()


def _history_before(days: PersonDays, since: date) -> bool:
    """Return whether what stands for orders may be an imported history that began before a day."""
    begun = [stay for stay in days.stays if stay.admitted_on < since]
    signed = [order.starts_on for order in days.orders if order.id]
    return not all(any(stay.admitted_on <= day <= since for day in signed) for stay in begun)


class _People:
    """Everyone in treatment at a site at some time, with all their records."""

    def __init__(self, session: Session, asked: Mapping[str, Any], who: Select[Any] = _IN_TREATMENT) -> None:
        self.session, self.asked = session, asked
        linked: dict[int, list[int]] = defaultdict(list)
        for record, root in session.execute(_LINKED):
            linked[root].append(record)
        self.records = {root: (root, *linked.get(root, ())) for root in session.scalars(who, asked)}

    def days(self, some: Sequence[int], clinic: ClinicDays, since: date) -> dict[int, PersonDays]:
        """Return the days of some of them, with the doses from a day on."""
        whose, asked = self._whose(some), self.asked
        return days_of(
            self.session, whose, asked["site_id"], clinic, since=since, until=asked["on"], as_of=asked["as_of"]
        )

    def last_whole_doses(self) -> dict[int, date]:
        """Return the day that ends both counts for each of them who has one, under whichever record."""
        found: dict[int, date] = {}
        for some in _batches(list(self.records), AT_A_TIME):
            whose = self._whose(some)
            for record, day in self.session.execute(_ANCHORS, {"people": list(whose), **self.asked}):
                if day is not None:
                    found[whose[record]] = max(day, found.get(whose[record], EVER))
        return found

    def _whose(self, some: Sequence[int]) -> dict[int, int]:
        return {record: root for root in some for record in self.records[root]}


def _of_a_time(ends: Mapping[int, date]) -> Iterator[Sequence[int]]:
    """Yield people together whose counts end at about one time, so that nobody's long absence is read for many."""
    some: list[int] = []
    for root in sorted(ends, key=lambda root: (ends[root], root)):
        if some and (len(some) == AT_A_TIME or ends[root] - ends[some[0]] > APART):
            yield some
            some = []
        some.append(root)
    if some:
        yield some


def _batches(people: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (people[n : n + size] for n in range(0, len(people), size))
