"""Courses of treatment: when each began, how long it lasted, how it ended, on which drug and dose.

SQL finds the days on which something was swallowed. Only where so many in a row are without, or somebody left without a word,
does the day ledger say what each of those days was; of all other days it could say nothing that would end a course.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from dispensary.queries.day_facts import EVER, NOW, clinic_days, days_of
from dispensary.rules.person_days import DRUG_OF, ClinicDays, PersonDays
from dispensary.rules.retention import (
    A_DAY,
    Exit,
    Mark,
    Outcome,
    Spell,
    each,
    exit_of,
    lost_on,
    mark_of,
    open_run,
    outcome,
    outcome_by_dates,
)
from models import (
    Dose,
    DoseOrder,
    DoseReversal,
    Episode,
    EpisodeEnd,
    EpisodeEndCorrection,
    ImportedRecord,
    OrderStep,
    Person,
    Site,
)
from models.enums import EpisodeEndReason, EpisodeKind, Form, Medication
from models.person import root_of
from models.units import Mg

AT_A_TIME = 50
"""How many people's whole days are held at once."""


@dataclass(frozen=True)
class Asked:
    """Which courses are looked at, and how."""

    gap: int
    """Lost from the first day of the first run of so many days without a dose."""
    looked_at: date
    """The last day looked at; nothing later is known."""
    landmark: int = 28
    """The day of treatment whose dose is said."""
    first: date = EVER
    """Admitted on this day or later."""
    last: date = date.max
    """Admitted on this day or before."""
    follow_up: int | None = None
    """Nobody is followed for longer than so many days; None for no such end."""
    site_id: int | None = None
    """One site; None for all of them."""
    told_drug: str | None = None
    """Of an imported cohort whose file does not say: the drug, as whoever asks tells it."""
    told_dose_day: int | None = None
    """The same of the day of treatment whose dose came with the courses."""


@dataclass(frozen=True)
class Course:
    """One course of treatment."""

    person_id: int | None
    """The surviving record; None where an imported cohort names nobody."""
    name: str
    """The person's number, or the course's own in the cohort."""
    clinic: str
    drug: str | None
    admitted_on: date
    began_on: date
    outcome: Outcome
    """In this programme."""
    known: Outcome
    """In any programme, as far as is known here: after a transfer, until it."""
    landmark_mg: Mg | None = None
    """The dose on the landmark day, or the last before it; None where it is not known."""
    site_id: int | None = None
    """Where it was; None for an imported cohort."""
    daily: bool = True
    """Its doses are on record day by day, so that the gap rule applies."""
    dose_mg: Mg | None = None
    """Of an imported cohort, the dose that came with it, whichever day's it is."""


@dataclass(frozen=True)
class Courses:
    """The courses that were asked for, and whoever was admitted and never had a dose."""

    all: tuple[Course, ...]
    never_dosed: int = 0


@dataclass
class _Swallowed:
    """The days on which a person swallowed something, oldest first, and what it was."""

    days: list[date] = field(default_factory=list)
    what: list[tuple[Medication, Mg, Form | None]] = field(default_factory=list)

    def between(self, first: date, last: date) -> slice:
        return slice(bisect_left(self.days, first), bisect_right(self.days, last))


@dataclass
class _Stay:
    """One admission, or several that are one course."""

    person_id: int
    site_id: int
    clinic: str
    number: str
    admitted_on: date
    last: date | None
    reason: EpisodeEndReason | None
    imported_from: str | None

    def go_on_with(self, other: "_Stay") -> None:
        """Make one course of this stay and another that goes on with it."""
        ends = [s for s in (self, other) if s.reason is not EpisodeEndReason.LINKED] or [other]
        last = max(ends, key=lambda s: s.last or date.max)
        self.admitted_on = min(self.admitted_on, other.admitted_on)
        self.last, self.reason = last.last, last.reason

    def goes_on_with(self, other: "_Stay", doses: _Swallowed, gap: int) -> bool:
        """Return whether another stay is the same course: no real end lies between them, or too short a gap."""
        if self.last is None or other.admitted_on <= self.last or self.reason is EpisodeEndReason.LINKED:
            return True
        if self.reason is None or exit_of(self.reason) is not Exit.LOST:
            return False
        before = doses.days[doses.between(self.admitted_on, self.last)]
        after = doses.days[doses.between(other.admitted_on, other.last or date.max)]
        return bool(before and after) and (after[0] - before[-1]).days - 1 < gap


@dataclass
class _Begun:
    """One course that has begun, until it is known how it ended."""

    stay: _Stay
    spell: Spell
    doses: _Swallowed
    held: slice
    outcome: Outcome | None = None

    @property
    def days(self) -> list[date]:
        return self.doses.days[self.held]

    def gaps(self, gap: int) -> Iterator[tuple[date, date]]:
        """Yield the stretches without a dose that may be long enough, the last one if the course ended as a loss."""
        until = self.spell.until + A_DAY
        days = self.days
        for before, after in zip(days, [*days[1:], until], strict=True):
            final = after == until and self.spell.recorded is Exit.LOST
            if (after - before).days - 1 >= gap or (final and before < self.spell.until):
                yield before + A_DAY, after - A_DAY


def courses(session: Session, asked: Asked) -> Courses:
    """Return the courses of maintenance treatment that were asked for, by person and admission; guests are in none."""
    swallowed = _swallowed(session, asked.looked_at)
    with_doses = _sources_with_doses(session)
    begun, by_dates, never = [], [], 0
    for stay in _stays(session, asked, swallowed):
        doses = swallowed[stay.person_id]
        held = doses.between(stay.admitted_on, min(asked.looked_at, stay.last or date.max))
        if days := doses.days[held]:
            begun.append(_begun(stay, doses, held, days[0], asked))
        elif stay.imported_from is not None and stay.imported_from not in with_doses:
            by_dates.append(stay)
        else:
            never += _asked_for(stay, asked)
    _settle(session, begun, asked)
    made = [_course(one, asked) for one in begun] + _by_dates(session, by_dates, asked)
    known = _known_elsewhere(made, asked.gap)
    wanted = [replace(c, known=o) for (stay, c), o in zip(made, known, strict=True) if _asked_for(stay, asked)]
    wanted.sort(key=lambda c: (c.began_on, c.name))
    return Courses(tuple(wanted), never)


def _asked_for(stay: _Stay, asked: Asked) -> bool:
    here = asked.site_id is None or stay.site_id == asked.site_id
    return here and asked.first <= stay.admitted_on <= asked.last


def _swallowed(session: Session, until: date) -> dict[int, _Swallowed]:
    """Return the days on which each person swallowed something, by surviving record."""
    dose, person = Dose.__table__.c, Person.__table__.c
    root = root_of(person)
    reversed_ones = select(DoseReversal.dose_id)
    query = (
        select(root, dose.clinic_day, dose.medication, dose.taken_mg, dose.form)
        .join(Person.__table__, person.id == dose.person_id)
        .where(dose.taken_mg > 0, dose.clinic_day <= until, dose.id.not_in(reversed_ones))
        .order_by(root, dose.clinic_day, dose.id)
        .execution_options(yield_per=5_000)
    )
    found: dict[int, _Swallowed] = defaultdict(_Swallowed)
    for person_id, day, medication, taken_mg, form in session.execute(query):
        one = found[person_id]
        one.days.append(day)
        one.what.append((medication, taken_mg, form))
    return found


def _sources_with_doses(session: Session) -> frozenset[str]:
    query = select(ImportedRecord.source).distinct().where(ImportedRecord.subject == Dose.__tablename__)
    return frozenset(session.scalars(query))


def _stays(session: Session, asked: Asked, swallowed: dict[int, _Swallowed]) -> Iterator[_Stay]:
    """Yield the admissions of each person, those that are one course as one."""
    corrected = select(EpisodeEndCorrection.episode_end_id)
    query = (
        select(
            root_of(Person),
            Episode.site_id,
            Site.name,
            Person.number,
            Episode.admitted_on,
            EpisodeEnd.ended_on,
            EpisodeEnd.reason,
            ImportedRecord.source,
        )
        .join(Person, Person.id == Episode.person_id)
        .join(Site, Site.id == Episode.site_id)
        .outerjoin(EpisodeEnd, and_(EpisodeEnd.episode_id == Episode.id, EpisodeEnd.id.not_in(corrected)))
        .outerjoin(
            ImportedRecord,
            and_(ImportedRecord.subject == Episode.__tablename__, ImportedRecord.subject_id == Episode.id),
        )
        .where(Episode.kind == EpisodeKind.MAINTENANCE, Episode.admitted_on <= asked.looked_at)
        .order_by(root_of(Person), Episode.site_id, Episode.admitted_on, Episode.id)
    )
    now: _Stay | None = None
    for row in session.execute(query):
        stay = _Stay(*row)
        same = now is not None and (now.person_id, now.site_id) == (stay.person_id, stay.site_id)
        if now is not None and same and now.goes_on_with(stay, swallowed[stay.person_id], asked.gap):
            now.go_on_with(stay)
            continue
        if now is not None:
            yield now
        now = stay
    if now is not None:
        yield now


def _looked_at(first: date, asked: Asked) -> date:
    """Return the last day looked at of a course that began on a day."""
    if asked.follow_up is None:
        return asked.looked_at
    return min(asked.looked_at, first + timedelta(days=asked.follow_up - 1))


def _begun(stay: _Stay, doses: _Swallowed, held: slice, first: date, asked: Asked) -> _Begun:
    spell = Spell(first, stay.last, stay.reason, _looked_at(first, asked))
    return _Begun(stay, spell, doses, doses.between(first, spell.until))


def _settle(session: Session, begun: Sequence[_Begun], asked: Asked) -> None:
    """Find out how each course ended; the day ledger is asked where it matters."""
    in_doubt: dict[int, list[_Begun]] = defaultdict(list)
    for one in begun:
        if any(one.gaps(asked.gap)):
            in_doubt[one.stay.site_id].append(one)
        else:
            running = one.spell.until + A_DAY if one.spell.recorded is Exit.LOST else None
            one.outcome = outcome(one.spell, None, running)
    for site_id, ones in in_doubt.items():
        clinic = clinic_days(session, site_id, asked.looked_at, NOW)
        for n in range(0, len(ones), AT_A_TIME):
            _ask_the_ledger(session, site_id, clinic, ones[n : n + AT_A_TIME], asked)


def _ask_the_ledger(session: Session, site_id: int, clinic: ClinicDays, ones: Sequence[_Begun], asked: Asked) -> None:
    records = _records(session, {one.stay.person_id for one in ones})
    found = days_of(session, records, site_id, clinic, since=EVER, until=asked.looked_at, as_of=NOW)
    for one in ones:
        one.outcome = _outcome(one, found[one.stay.person_id], asked)


def _outcome(one: _Begun, days: PersonDays, asked: Asked) -> Outcome:
    running = None
    for first, last in one.gaps(asked.gap):
        marks = list(marks_of(days, first, last, asked.looked_at))
        if (lost := lost_on(marks, asked.gap)) is not None:
            return outcome(one.spell, lost, None)
        running = open_run(marks, asked.gap) if last == one.spell.until else None
    return outcome(one.spell, None, running)


def marks_of(days: PersonDays, first: date, last: date, looked_at: date) -> Iterator[tuple[date, Mark]]:
    """Yield what each day is to a run of days without a dose."""
    return ((day, mark_of(days, day, looked_at + A_DAY)) for day in each(first, last))


def _records(session: Session, roots: Iterable[int]) -> dict[int, int]:
    """Return each record of some people, and the one that survives of it."""
    wanted = list(roots)
    linked = session.execute(select(Person.id, Person.root_id).where(Person.root_id.in_(wanted)))
    return {root: root for root in wanted} | {row.id: row.root_id for row in linked}


def _course(one: _Begun, asked: Asked) -> tuple[_Stay, Course]:
    assert one.outcome is not None
    stay = one.stay
    return stay, Course(
        person_id=stay.person_id,
        site_id=stay.site_id,
        name=stay.number,
        clinic=stay.clinic,
        drug=DRUG_OF[one.doses.what[one.held][0][0]],
        admitted_on=stay.admitted_on,
        began_on=one.spell.first,
        outcome=one.outcome,
        known=one.outcome,
        landmark_mg=_dose_at(one, one.spell.first + timedelta(days=asked.landmark)),
    )


def _dose_at(one: _Begun, day: date) -> Mg | None:
    """Return what was swallowed on a day of a course, or on the last one before it; an injection is no daily dose."""
    held = one.doses.between(one.spell.first, min(day, one.spell.until))
    days, what = one.doses.days[held], one.doses.what[held]
    drug = DRUG_OF[what[0][0]]
    last = [(of, taken, form) for on, (of, taken, form) in zip(days, what, strict=True) if on == days[-1]]
    if any(form is Form.INJECTION or DRUG_OF[of] != drug for of, _, form in last):
        return None
    return Mg(sum((taken for _, taken, _ in last), start=last[0][1] * 0))


@dataclass(frozen=True)
class _Ordered:
    """From a day on, what was ordered."""

    from_on: date
    drug: str
    amount_mg: Mg | None
    """For a day; None of an injection, and where not every day has a dose."""


def _by_dates(session: Session, stays: Sequence[_Stay], asked: Asked) -> list[tuple[_Stay, Course]]:
    """Return courses that came in without daily doses: admission, end and what was ordered are all there is."""
    ordered = _ordered(session) if stays else {}
    return [_one_by_dates(stay, ordered.get(stay.person_id, []), asked) for stay in stays]


def _ordered(session: Session) -> dict[int, list[_Ordered]]:
    """Return what was ordered of each person, by surviving record and day; the parts of a day together."""
    root, order, step = root_of(Person), DoseOrder.__table__.c, OrderStep.__table__.c
    daily = and_(order.every_n_days == 1, order.weekdays.is_(None), order.form != Form.INJECTION)
    query = (
        select(root, step.from_on, order.medication, case((daily, func.sum(step.amount_mg))).label("amount"))
        .select_from(DoseOrder)
        .join(OrderStep, step.order_id == order.id)
        .join(Person, Person.id == order.person_id)
        .group_by(root, order.id, step.from_on, order.medication, order.every_n_days, order.weekdays, order.form)
        .order_by(root, step.from_on, order.id)
    )
    found: dict[int, list[_Ordered]] = defaultdict(list)
    for person_id, from_on, medication, amount_mg in session.execute(query):
        found[person_id].append(_Ordered(from_on, DRUG_OF[medication], amount_mg))
    return found


def _one_by_dates(stay: _Stay, ordered: Sequence[_Ordered], asked: Asked) -> tuple[_Stay, Course]:
    found = outcome_by_dates(Spell(stay.admitted_on, stay.last, stay.reason, _looked_at(stay.admitted_on, asked)))
    landmark = stay.admitted_on + timedelta(days=asked.landmark)
    mine = [one for one in ordered if stay.admitted_on <= one.from_on <= (stay.last or date.max)]
    by_then = [one for one in mine if one.from_on <= landmark]
    same = bool(by_then) and by_then[-1].drug == mine[0].drug
    course = Course(
        person_id=stay.person_id,
        site_id=stay.site_id,
        name=stay.number,
        clinic=stay.clinic,
        drug=mine[0].drug if mine else None,
        admitted_on=stay.admitted_on,
        began_on=stay.admitted_on,
        outcome=found,
        known=found,
        landmark_mg=by_then[-1].amount_mg if same else None,
        daily=False,
    )
    return stay, course


def _known_elsewhere(made: Sequence[tuple[_Stay, Course]], gap: int) -> list[Outcome]:
    """Return how long each course went on in any programme: on into the next one here, and after a transfer until it."""
    of_person: dict[int, list[Course]] = defaultdict(list)
    for stay, course in made:
        of_person[stay.person_id].append(course)
    return [_known(course, of_person[stay.person_id], gap) for stay, course in made]


def _known(course: Course, theirs: Sequence[Course], gap: int) -> Outcome:
    found, now = course.outcome, course
    while found.exit is not None:
        left = course.began_on + timedelta(days=found.days)
        nearby = [
            other
            for other in theirs
            if other is not now
            and now.began_on < other.began_on < left + timedelta(days=gap)
            and other.began_on + timedelta(days=other.outcome.days) > left
        ]
        if not nearby:
            break
        now = min(nearby, key=lambda other: other.began_on)
        found = Outcome((now.began_on - course.began_on).days + now.outcome.days, now.outcome.exit)
    return replace(found, exit=None) if found.exit is Exit.TRANSFERRED else found
