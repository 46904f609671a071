"""Looking through a folder before anything is written: every row is read and checked.

Against the other rows, and against what is here already. Nothing is locked meanwhile; what is found is what
`history.write` then writes.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Protocol

from sqlalchemy.orm import Session

from dispensary.exchange import layouts, tables
from dispensary.exchange.faults import Faults
from dispensary.exchange.layouts import DoseRecord, EpisodeRecord, OrderRecord, PersonRecord, UrineRecord
from dispensary.exchange.tables import Row
from dispensary.policy.house import house_rules
from dispensary.queries import imports
from dispensary.wording import N_, Words, say
from models import Dose, DoseOrder, Episode, Person, UrineTest
from models.enums import DoseOutcome
from models.units import plain

Progress = Callable[[int], None]


def unheard(rows: int) -> None:
    """Tell nobody how far it is."""


NOTHING_TAKEN = frozenset({DoseOutcome.WITHHELD, DoseOutcome.REFUSED})


class Record(Protocol):
    """What all records have in common."""

    @property
    def line(self) -> int: ...  # noqa: D102 - as in layouts
    @property
    def external_id(self) -> str: ...  # noqa: D102 - as in layouts
    @property
    def digest(self) -> str: ...  # noqa: D102 - as in layouts


@dataclass
class Span:
    """One episode of a person: its days, and its id if it is here already."""

    external_id: str
    first: date
    last: date | None
    id: int | None = None

    def covers(self, day: date) -> bool:
        """Return whether a day lies within the episode."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass
class Known:
    """One person as far as the checks need: from this folder, or here already."""

    birth_date: date | None
    spans: list[Span] = field(default_factory=list)
    id: int | None = None
    unsure: bool = False
    """A row about this person could not be read, so that rows hanging on it are not blamed."""


@dataclass
class Examined:
    """A folder that was looked through: what is new in it, and what is wrong with it."""

    source: str
    digest: str
    faults: Faults
    people: list[PersonRecord] = field(default_factory=list)
    episodes: list[EpisodeRecord] = field(default_factory=list)
    orders: list[OrderRecord] = field(default_factory=list)
    doses: list[DoseRecord] = field(default_factory=list)
    urine: list[UrineRecord] = field(default_factory=list)
    skipped: int = 0
    """Records that came in before and are the same."""
    known: dict[str, Known] = field(default_factory=dict)

    @property
    def new(self) -> int:
        """How many records would be written."""
        return len(self.people) + len(self.episodes) + len(self.orders) + len(self.doses) + len(self.urine)


def examine(session: Session, folder: Path, *, source: str, today: date, progress: Progress = unheard) -> Examined:
    """Look through a folder and return what is new in it and what is wrong.

    Args:
        source: where the records come from; their ids are unique within it.
        today: the clinic day; later days are refused.
        progress: told of every thousand rows read.
    """
    return _Examination(session, folder, source, today, progress).run()


class _Examination:
    """One walk through the files, in the order in which they refer to each other."""

    def __init__(self, session: Session, folder: Path, source: str, today: date, progress: Progress) -> None:
        self.session, self.folder, self.today, self.progress = session, folder, today, progress
        self.faults = Faults()
        self.found = Examined(source, "", self.faults)
        self.file = ""
        self.ends: dict[str, date | None] = {}

    def run(self) -> Examined:
        self._files_are_there()
        self._people()
        self._episodes()
        self._orders()
        self._doses()
        self._urine()
        return self.found

    def _files_are_there(self) -> None:
        digests = []
        for name in layouts.FILES:
            path = tables.find(self.folder, name)
            if path is not None:
                digests.append(f"{name} {tables.digest_of(path)}")
            elif name not in layouts.OPTIONAL:
                self.faults.refuse(name, 0, "", say(N_("this file is missing")))
        self.found.digest = tables.digest_of_text("\n".join(digests))

    def _rows(self, name: str) -> Iterator[Row]:
        path = tables.find(self.folder, name)
        self.file = path.name if path else name
        if path is not None:
            for number, row in enumerate(tables.rows(path, layouts.FILES[name], self.faults), start=1):
                yield row
                if number % 1000 == 0:
                    self.progress(1000)

    def _refuse(self, line: int, column: str, words: Words) -> bool:
        self.faults.refuse(self.file, line, column, words)
        return False

    def _is_new(self, record: Record, before: dict[str, tuple[int, str]], column: str) -> bool:
        """Return whether a record never came in; the same one is skipped, a changed one is a bad row."""
        if record.external_id not in before:
            return True
        if before[record.external_id][1] == record.digest:
            self.found.skipped += 1
            return False
        return self._refuse(
            record.line, column, say(N_("came in before and was different then; imports change nothing"))
        )

    # --- patients.csv

    def _people(self) -> None:
        before = imports.known(self.session, self.found.source, Person.__tablename__)
        self._know_people_of(before)
        taken, seen = set(imports.person_numbers(self.session)), set[str]()
        for row in self._rows("patients.csv"):
            name = row.values["person"]
            if name is None:
                continue
            if name in seen:
                self._refuse(row.line, "person", say(N_("stands in this file twice")))
                continue
            seen.add(name)
            if not row.whole:
                self.found.known.setdefault(name, Known(None, unsure=True))
                continue
            person = layouts.person(row)
            if self._is_new(person, before, "person"):
                self._new_person(person, taken)

    def _know_people_of(self, before: dict[str, tuple[int, str]]) -> None:
        names = {person_id: name for name, (person_id, _) in before.items()}
        for person_id, born in imports.birth_dates(self.session, names).items():
            self.found.known[names[person_id]] = Known(born, id=person_id)
        episodes = imports.known(self.session, self.found.source, Episode.__tablename__)
        external = {episode_id: name for name, (episode_id, _) in episodes.items()}
        for person_id, episode_id, first, last in imports.spans(self.session, names):
            span = Span(external.get(episode_id, ""), first, last, episode_id)
            self.found.known[names[person_id]].spans.append(span)

    def _new_person(self, person: PersonRecord, taken: set[str]) -> None:
        self.found.known[person.external_id] = Known(person.birth_date)
        if person.number in taken:
            self._refuse(
                person.line, "number", say(N_("%(number)s is somebody else's number here"), number=person.number)
            )
        elif self._not_later(person.line, "birth_date", person.birth_date):
            self.found.people.append(person)
        taken.add(person.number)

    def _not_later(self, line: int, column: str, day: date | None) -> bool:
        if day is not None and day > self.today:
            return self._refuse(line, column, say(N_("lies in the future")))
        return True

    def _person_of(self, row: Row) -> Known | None:
        """Return the person a row is about; an unknown one is a bad row."""
        name = row.values["person"]
        if name is None:
            return None
        person = self.found.known.get(name)
        if person is None:
            self._refuse(row.line, "person", say(N_("is not in patients.csv, nor known from this source")))
        return person

    def _was_born(self, line: int, column: str, person: Known, day: date) -> bool:
        if person.birth_date is not None and day < person.birth_date:
            return self._refuse(line, column, say(N_("lies before the person's birth")))
        return True

    # --- episodes.csv

    def _episodes(self) -> None:
        before = imports.known(self.session, self.found.source, Episode.__tablename__)
        for row in self._rows("episodes.csv"):
            person = self._person_of(row)
            if person is None:
                continue
            if not row.whole:
                person.unsure = True
                continue
            episode = layouts.episode(row)
            if self._is_new(episode, before, "person") and self._episode_is_sound(episode, person):
                self.found.episodes.append(episode)
                person.spans.append(Span(episode.external_id, episode.admitted_on, episode.ended_on))

    def _episode_is_sound(self, episode: EpisodeRecord, person: Known) -> bool:
        line, last = episode.line, episode.ended_on
        checks = [
            self._not_later(line, "admitted_on", episode.admitted_on),
            self._not_later(line, "ended_on", last),
            self._was_born(line, "admitted_on", person, episode.admitted_on),
        ]
        if last is not None and last < episode.admitted_on:
            checks.append(self._refuse(line, "ended_on", say(N_("lies before the admission"))))
        if (last is None) != (episode.end_reason is None):
            checks.append(self._refuse(line, "end_reason", say(N_("stands with ended_on, or both are empty"))))
        if (episode.last_dose_on is None) != (episode.last_dose_mg is None):
            checks.append(self._refuse(line, "last_dose_mg", say(N_("stands with last_dose_on, or both are empty"))))
        end = last or date.max
        if any(s.first <= end and episode.admitted_on <= (s.last or date.max) for s in person.spans):
            checks.append(self._refuse(line, "admitted_on", say(N_("overlaps another episode of this person"))))
        if not all(checks):
            person.unsure = True
        return all(checks)

    def _span(self, line: int, column: str, person: Known, day: date) -> Span | None:
        """Return the episode a day lies in; a day outside all of them is a bad row."""
        for span in person.spans:
            if span.covers(day):
                return span
        if not person.unsure:
            self._refuse(line, column, say(N_("lies in no episode of this person")))
        return None

    # --- orders.csv

    def _orders(self) -> None:
        before = imports.known(self.session, self.found.source, DoseOrder.__tablename__)
        for rows in self._grouped("orders.csv", "order"):
            person = self._person_of(rows[0])
            if person is None or not all(row.whole for row in rows):
                continue
            order = layouts.order(rows)
            if self._is_new(order, before, "order") and self._order_is_sound(order, rows, person):
                self.found.orders.append(order)

    def _grouped(self, name: str, *key: str) -> Iterator[list[Row]]:
        """Yield the rows of a file that belong together; they need not stand together."""
        groups: dict[tuple[object, ...], list[Row]] = defaultdict(list)
        for row in self._rows(name):
            groups[tuple(row.values[k] for k in key)].append(row)
        yield from groups.values()

    def _order_is_sound(self, order: OrderRecord, rows: list[Row], person: Known) -> bool:
        line = order.line
        checks = [
            self._not_later(line, "starts_on", order.starts_on),
            self._span(line, "starts_on", person, order.starts_on) is not None,
        ]
        if order.ends_on < order.starts_on:
            checks.append(self._refuse(line, "ends_on", say(N_("lies before starts_on"))))
        same = {tuple(v for k, v in row.values.items() if k not in ("from_on", "part", "mg")) for row in rows}
        if len(same) > 1:
            checks.append(
                self._refuse(line, "order", say(N_("has rows that differ in more than from_on, part and mg")))
            )
        for from_on, steps in groupby(order.steps, key=lambda step: step[0]):
            if [part for _, part, _ in steps] != list(range(1, order.parts + 1)):
                checks.append(self._refuse(line, "part", say(N_("each step names each part once"))))
            if not order.starts_on <= from_on <= order.ends_on:
                checks.append(self._refuse(line, "from_on", say(N_("lies outside the order's days"))))
        if order.steps[0][0] != order.starts_on:
            checks.append(self._refuse(line, "from_on", say(N_("the first step begins with the order"))))
        return all(checks)

    # --- doses.csv

    def _doses(self) -> None:
        before = imports.known(self.session, self.found.source, Dose.__tablename__)
        slots, seen = self._slots_here(), dict[str, int]()
        for row in self._rows("doses.csv"):
            person = self._person_of(row)
            if person is None or not row.whole or not self._reason_fits(row):
                continue
            dose = layouts.dose(row)
            if not self._once(dose, seen) or not self._is_new(dose, before, "day"):
                continue
            if self._dose_is_sound(dose, person, slots):
                self.found.doses.append(dose)

    def _slots_here(self) -> set[tuple[int, date, int]]:
        return imports.slots_taken(self.session, (p.id for p in self.found.known.values() if p.id is not None))

    def _reason_fits(self, row: Row) -> bool:
        outcome = row.values["outcome"] or DoseOutcome.GIVEN
        try:
            layouts.reasons(outcome, row.values["reason"])
        except ValueError:
            return self._refuse(row.line, "reason", say(N_("does not belong to %(outcome)s"), outcome=outcome))
        return True

    def _once(self, dose: DoseRecord, seen: dict[str, int]) -> bool:
        first = seen.setdefault(dose.external_id, dose.line)
        if first == dose.line:
            return True
        words = say(N_("is the second row for this person, day and part; the first is line %(line)s"), line=first)
        return self._refuse(dose.line, "day", words)

    def _dose_is_sound(self, dose: DoseRecord, person: Known, slots: set[tuple[int, date, int]]) -> bool:
        checks = (
            self._amount_fits(dose),
            self._not_later(dose.line, "day", dose.day),
            self._was_born(dose.line, "day", person, dose.day),
            self._span(dose.line, "day", person, dose.day) is not None,
        )
        if person.id is not None and (person.id, dose.day, dose.part) in slots:
            return self._refuse(dose.line, "day", say(N_("this dose is on record here already")))
        return all(checks)

    def _amount_fits(self, dose: DoseRecord) -> bool:
        if (dose.outcome in NOTHING_TAKEN) != (dose.taken_mg == 0):
            if dose.taken_mg == 0:
                return self._refuse(dose.line, "mg", say(N_("is zero or empty; a dose that was taken has an amount")))
            return self._refuse(dose.line, "mg", say(N_("stands empty where nothing was taken")))
        limit = house_rules().import_warnings_mg[dose.medication]
        if dose.taken_mg > limit:
            self.faults.warn(
                self.file,
                dose.line,
                "mg",
                say(N_("%(mg)s mg is odd but possible; above %(limit)s mg"), mg=plain(dose.taken_mg), limit=limit),
            )
        return True

    # --- urine.csv

    def _urine(self) -> None:
        before = imports.known(self.session, self.found.source, UrineTest.__tablename__)
        for rows in self._grouped("urine.csv", "person", "day"):
            person = self._person_of(rows[0])
            if person is None or not all(row.whole for row in rows):
                continue
            test = layouts.urine(rows)
            if self._is_new(test, before, "day") and self._urine_is_sound(test, rows, person):
                self.found.urine.append(test)

    def _urine_is_sound(self, test: UrineRecord, rows: list[Row], person: Known) -> bool:
        checks = [
            self._not_later(test.line, "day", test.day),
            self._was_born(test.line, "day", person, test.day),
        ]
        named = [row.values["substance"] for row in rows]
        for row, earlier in zip(rows, range(len(rows)), strict=True):
            if row.values["substance"] in named[:earlier]:
                checks.append(self._refuse(row.line, "substance", say(N_("stands twice for this person and day"))))
            if (row.values["substance"] is None) != (row.values["result"] is None):
                checks.append(self._refuse(row.line, "result", say(N_("stands with substance, or both are empty"))))
        return all(checks)
