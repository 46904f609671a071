"""Who misses doses: both counts of everyone beside the last dose, how to reach them, who is on it, and why, if known."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session

from dispensary.queries import absences
from dispensary.queries.absences import Explained
from dispensary.queries.everyones_days import runs_of_everyone
from dispensary.queries.people import full_name
from dispensary.rules.ledger import Runs
from models import (
    Bottle,
    BottleEnd,
    Dose,
    DoseOrder,
    DoseReversal,
    Episode,
    EpisodeEnd,
    EpisodeEndCorrection,
    Person,
    Task,
)
from models.enums import AbsenceKind, Desk, EpisodeKind
from models.person import root_of
from models.units import Mg


@dataclass(frozen=True)
class OpenTask:
    """A desk that has something open about a person."""

    desk: Desk
    due_at: datetime


@dataclass(frozen=True)
class MissedRow:
    """Somebody in treatment with at least one day without medicine or one no-show."""

    person_id: int
    number: str
    family_name: str
    given_name: str
    phone: str
    address: str
    episode_id: int
    guest: bool
    runs: Runs
    last_mg: Mg | None
    """What was taken on the last day on which anything was; None where it is not known, or nothing ever was."""
    presumed: bool
    """That was a take-home dose, which nobody saw taken."""
    away: AbsenceKind | None
    """In hospital or custody now: passed over, since nobody expects a visit."""
    away_since: date | None
    tasks: tuple[OpenTask, ...]
    why: Explained | None
    """The reason last noted for a day of the run."""

    @property
    def name(self) -> str:
        """Family name first."""
        return full_name(self.family_name, self.given_name)


def missed_doses(session: Session, site_id: int, on: date, *, at_least: int = 1) -> tuple[MissedRow, ...]:
    """Return whose longer count before a day is at least so many, the longest run first; a handful of statements in all.

    Nobody is on it who has had neither an order nor a dose since the admission, or is here for counselling only.
    """
    treated = _treated(session, site_id)
    counted = {
        root: counts
        for root, counts in runs_of_everyone(session, site_id, on).items()
        if root in treated and max(counts.days_without_medicine, counts.no_shows_in_a_row) >= at_least
    }
    if not counted:
        return ()
    taken = _taken(session, counted)
    tasks = _open_tasks(session, site_id)
    away = absences.away_now(session, site_id)
    why = absences.newest_reasons(session, site_id, min(r.last_taken_on or date.min for r in counted.values()))
    rows = []
    for person in session.execute(_WHO.where(_PERSON.id.in_(counted))):
        counts, reason, stay = counted[person.id], why.get(person.id), away.get(person.id)
        last_mg, presumed = taken.get(person.id, (None, False))
        rows.append(
            MissedRow(
                *person,
                episode_id=treated[person.id][0],
                guest=treated[person.id][1] is EpisodeKind.GUEST,
                runs=counts,
                last_mg=last_mg if last_mg is not None else _confirmed(counts),
                presumed=presumed,
                away=stay.kind if stay else None,
                away_since=stay.from_on if stay else None,
                tasks=tuple(tasks[person.id]),
                why=reason if reason and reason.day > (counts.last_taken_on or date.min) else None,
            )
        )
    return tuple(sorted(rows, key=lambda row: (-row.runs.days_without_medicine, -row.runs.no_shows_in_a_row)))


_PERSON, _EPISODE, _END = Person.__table__.c, Episode.__table__.c, EpisodeEnd.__table__.c
_DOSE, _BOTTLE, _ORDER = Dose.__table__.c, Bottle.__table__.c, DoseOrder.__table__.c
_ROOT = root_of(_PERSON)
_WHO = select(
    _PERSON.id, _PERSON.number, _PERSON.family_name, _PERSON.given_name, _PERSON.phone, _PERSON.address
).order_by(_PERSON.search_key, _PERSON.id)
_OVER = exists().where(
    _END.episode_id == _EPISODE.id, _END.id.not_in(select(EpisodeEndCorrection.__table__.c.episode_end_id))
)
_BEGUN = or_(
    exists().where(_ORDER.episode_id == _EPISODE.id),
    exists().where(_DOSE.person_id == _EPISODE.person_id, _DOSE.clinic_day >= _EPISODE.admitted_on),
)


def _treated(session: Session, site_id: int) -> dict[int, tuple[int, EpisodeKind]]:
    """Return the open episode of everyone whose treatment with a medicine has begun, by surviving record."""
    query = (
        select(_ROOT, _EPISODE.id, _EPISODE.kind)
        .select_from(Episode)
        .join(Person, _PERSON.id == _EPISODE.person_id)
        .where(_EPISODE.site_id == site_id, _EPISODE.kind != EpisodeKind.COUNSELLING_ONLY, ~_OVER, _BEGUN)
        .order_by(_EPISODE.admitted_on, _EPISODE.id)
    )
    return {root: (episode_id, kind) for root, episode_id, kind in session.execute(query)}


def _confirmed(counts: Runs) -> Mg | None:
    """Return the amount of the last dose where another clinic confirmed it."""
    return counts.last_confirmed_mg if counts.last_confirmed_on == counts.last_taken_on else None


def _taken(session: Session, counted: dict[int, Runs]) -> dict[int, tuple[Mg, bool]]:
    """Return what each of them took on the last day on which they took anything, and whether that is only presumed."""
    wanted = {root: counts.last_taken_on for root, counts in counted.items() if counts.last_taken_on is not None}
    days = set(wanted.values())
    found: dict[int, tuple[Mg, bool]] = {}
    for presumed, query in ((False, _doses(wanted, days)), (True, _bottles(wanted, days))):
        amounts: dict[int, Mg] = {}
        for root, day, amount in session.execute(query):
            if wanted[root] == day and root not in found:
                amounts[root] = Mg(amounts.get(root, 0) + amount)
        found |= {root: (amount, presumed) for root, amount in amounts.items()}
    return found


def _doses(people: Collection[int], days: Collection[date]) -> Select[int, date, Mg]:
    """Return the query for what was swallowed on some days."""
    return (
        select(_ROOT, _DOSE.clinic_day, _DOSE.taken_mg)
        .select_from(Dose)
        .join(Person, _PERSON.id == _DOSE.person_id)
        .outerjoin(DoseReversal, DoseReversal.dose_id == _DOSE.id)
        .where(_ROOT.in_(people), _DOSE.clinic_day.in_(days), _DOSE.taken_mg > 0, DoseReversal.id.is_(None))
    )


def _bottles(people: Collection[int], days: Collection[date]) -> Select[int, date, Mg]:
    """Return the query for the take-home doses of some days of which nothing was heard."""
    return (
        select(_ROOT, _BOTTLE.covers_on, _BOTTLE.amount_mg)
        .select_from(Bottle)
        .join(Person, _PERSON.id == _BOTTLE.person_id)
        .outerjoin(BottleEnd, BottleEnd.bottle_id == _BOTTLE.id)
        .where(_ROOT.in_(people), _BOTTLE.covers_on.in_(days), BottleEnd.id.is_(None))
    )


def _open_tasks(session: Session, site_id: int) -> dict[int, list[OpenTask]]:
    query = (
        select(_ROOT, Task.desk, Task.due_at)
        .join(Person, _PERSON.id == Task.person_id)
        .where(Task.site_id == site_id, Task.resolved_at.is_(None))
        .order_by(Task.due_at, Task.id)
    )
    found: dict[int, list[OpenTask]] = defaultdict(list)
    for root, desk, due_at in session.execute(query):
        found[root].append(OpenTask(desk, due_at))
    return found
