"""Importing a folder of history: looked through first, then written in one transaction, whole or not at all.

Imported facts carry origin *import* and are signed by the import's own row, which cannot sign in. Imported doses take
their slots and move no stock; they hang on the audit by one row with their count and a digest over them all.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import Refused
from dispensary.exchange.bulk import BATCH, Ids, take_stock, write
from dispensary.exchange.examine import NOTHING_TAKEN, Examined, Progress, unheard
from dispensary.exchange.layouts import DoseRecord, EpisodeRecord, OrderRecord, PersonRecord, UrineRecord
from dispensary.queries import imports
from dispensary.rules.imported import ImportedDose, digest_of
from dispensary.rules.likeness import keys_of
from dispensary.rules.names import search_key
from dispensary.services import audit
from dispensary.services.act import Act
from dispensary.wording import N_, say
from models import (
    Base,
    Claim,
    Dose,
    DoseOrder,
    Episode,
    EpisodeEnd,
    ImportedRecord,
    ImportRun,
    NameKey,
    OrderEnd,
    OrderStep,
    Person,
    Staff,
    UrineResult,
    UrineTest,
)
from models.enums import AuditKind, ClaimKind, OrderEndReason

USERNAME = "import"
UNTIMED = time(12)
"""When a dose of an unknown time is said to have been taken: noon of the clinic, or now if that is earlier."""


def signer(session: Session, at: datetime) -> Staff:
    """Return the row that signs imported facts; made on first use, without a password."""
    found = session.scalar(select(Staff).where(Staff.username == USERNAME))
    if found is None:
        found = Staff(username=USERNAME, name="Import", initials="IMP", created_at=at)
        session.add(found)
        session.flush()
    return found


def refuse_while_dosing(session: Session, *, site_id: int, at: datetime) -> None:
    """Refuse while somebody is signed in at a window, where the import would hold up the queue.

    Raises:
        Refused: a window is in use; says which terminals.
    """
    if used := imports.windows_in_use(session, site_id, at):
        raise Refused(
            say(N_("Windows are open (%(names)s). Import after hours, or say --now."), names=", ".join(used)),
            code="window_in_use",
        )


def write_history(
    session: Session, found: Examined, *, zone: ZoneInfo, act: Act, progress: Progress = unheard
) -> ImportRun:
    """Write everything that is new in a folder that was looked through.

    Args:
        found: from `examine`, without a bad row.
        zone: the clinic's zone, in which the files' times of day are meant.
        act: of the import's own row.
        progress: told of each batch written.

    Raises:
        ValueError: the folder has bad rows.
    """
    if found.faults.bad_count:
        raise ValueError("a folder with bad rows is not imported")
    run = ImportRun(source=found.source, digest=found.digest, rows=found.new, finished_at=act.at, **act.stamp)
    session.add(run)
    session.flush()
    digest = _Writing(session, found, zone, act, run.id, progress).run()
    take_stock(session, Person, NameKey, Episode, Claim, Dose, ImportedRecord, UrineTest, UrineResult)
    audit.record(
        session,
        AuditKind.HISTORY_IMPORTED,
        run,
        act,
        files=found.digest,
        people=len(found.people),
        episodes=len(found.episodes),
        orders=len(found.orders),
        doses=len(found.doses),
        doses_digest=digest,
        urine_tests=len(found.urine),
    )
    return run


@dataclass
class _Writing:
    """One folder on its way into the tables."""

    session: Session
    found: Examined
    zone: ZoneInfo
    act: Act
    run_id: int
    progress: Progress

    def run(self) -> str:
        """Write all, parents first; return the digest over the doses."""
        self.ids = Ids(self.session)
        self._people()
        self._episodes()
        self._orders()
        self._urine()
        return self._doses()

    def _write(self, model: type[Base], rows: Iterable[dict[str, Any]]) -> None:
        write(self.session, model, rows)

    def _note(self, model: type[Base], records: Iterable[tuple[int, Any]]) -> None:
        """Remember which record became which row, so that a second run changes nothing."""
        self._write(
            ImportedRecord,
            (
                {
                    "id": self.ids.one(ImportedRecord),
                    "run_id": self.run_id,
                    "source": self.found.source,
                    "subject": model.__tablename__,
                    "external_id": record.external_id,
                    "subject_id": subject_id,
                    "digest": record.digest,
                    **self.act.stamp,
                }
                for subject_id, record in records
            ),
        )

    def _people(self) -> None:
        made = [(self.ids.one(Person), person) for person in self.found.people]
        self._write(Person, (self._person(*one) for one in made))
        self._write(
            NameKey,
            (
                {"id": self.ids.one(NameKey), "person_id": person_id, "key": key}
                for person_id, person in made
                for key in sorted(keys_of(person.family_name, person.given_name))
            ),
        )
        self._note(Person, made)
        for person_id, person in made:
            self.found.known[person.external_id].id = person_id

    def _person(self, person_id: int, person: PersonRecord) -> dict[str, Any]:
        return {
            "id": person_id,
            "uid": uuid4(),
            "number": person.number,
            "family_name": person.family_name,
            "given_name": person.given_name,
            "search_key": search_key(person.family_name, person.given_name),
            "birth_date": person.birth_date,
            "sex": person.sex,
            "identity_number": person.identity_number,
            "phone": person.phone,
            "address": person.address,
            "created_at": self.act.at,
            "root_id": None,
        }

    def _episodes(self) -> None:
        made = [(self.ids.one(Episode), episode) for episode in self.found.episodes]
        self._write(Episode, (self._episode(*one) for one in made))
        self._write(EpisodeEnd, (self._episode_end(*one) for one in made if one[1].ended_on))
        self._note(Episode, made)
        new = {episode.external_id: episode_id for episode_id, episode in made}
        for person in self.found.known.values():
            for span in person.spans:
                span.id = span.id or new[span.external_id]

    def _episode(self, episode_id: int, episode: EpisodeRecord) -> dict[str, Any]:
        return {
            "id": episode_id,
            "uid": uuid4(),
            "person_id": self.found.known[episode.person].id,
            "kind": episode.kind,
            "admission": episode.admission,
            "admitted_on": episode.admitted_on,
            "transferred_from": episode.transferred_from,
            "last_dose_on": episode.last_dose_on,
            "last_dose_mg": episode.last_dose_mg,
            "last_dose_medication": episode.last_dose_medication,
            **self.act.stamp,
        }

    def _episode_end(self, episode_id: int, episode: EpisodeRecord) -> dict[str, Any]:
        return {
            "id": self.ids.one(EpisodeEnd),
            "episode_id": episode_id,
            "turn": 1,
            "ended_on": episode.ended_on,
            "reason": episode.end_reason,
            "note": "",
            **self.act.stamp,
        }

    def _episode_of(self, person: str, day: Any) -> int | None:
        return next((span.id for span in self.found.known[person].spans if span.covers(day)), None)

    def _orders(self) -> None:
        made = [(self.ids.one(DoseOrder), order) for order in self.found.orders]
        self._write(DoseOrder, (self._order(*one) for one in made))
        self._write(OrderStep, (step for one in made for step in self._steps(*one)))
        self._write(OrderEnd, (self._order_end(*one) for one in made if one[1].ends_on >= self.act.clinic_day))
        self._note(DoseOrder, made)

    def _order(self, order_id: int, order: OrderRecord) -> dict[str, Any]:
        return {
            "id": order_id,
            "uid": uuid4(),
            "person_id": self.found.known[order.person].id,
            "episode_id": self._episode_of(order.person, order.starts_on),
            "version": 1,
            "replaces_id": None,
            "medication": order.medication,
            "form": order.form,
            "treatment_phase": order.treatment_phase,
            "starts_on": order.starts_on,
            "ends_on": order.ends_on,
            "every_n_days": order.every_n_days,
            "weekdays": None,
            "parts": order.parts,
            "hours_between_parts": order.hours_between_parts,
            "reason": f"imported; signed by {order.prescriber}" if order.prescriber else "imported",
            "over_limit_reason": None,
            "signed_by_id": self.act.by_id,
            "signed_at": self.act.at,
            **self.act.stamp,
        }

    def _steps(self, order_id: int, order: OrderRecord) -> Iterator[dict[str, Any]]:
        for from_on, part, amount_mg in order.steps:
            step = {"order_id": order_id, "from_on": from_on, "part": part, "amount_mg": amount_mg}
            yield {"id": self.ids.one(OrderStep), **step, **self.act.stamp}

    def _order_end(self, order_id: int, order: OrderRecord) -> dict[str, Any]:
        """End an order that would hold today: nothing is given here on a signature that was not made here."""
        return {
            "id": self.ids.one(OrderEnd),
            "order_id": order_id,
            "last_day": self.act.clinic_day - timedelta(days=1),
            "reason": OrderEndReason.STOPPED,
            "note": "imported; a prescriber here signs a new one",
            **self.act.stamp,
        }

    def _urine(self) -> None:
        made = [(self.ids.one(UrineTest), test) for test in self.found.urine]
        self._write(UrineTest, (self._urine_test(*one) for one in made))
        self._write(UrineResult, (row for one in made for row in self._urine_results(*one)))
        self._note(UrineTest, made)

    def _urine_test(self, test_id: int, test: UrineRecord) -> dict[str, Any]:
        person_id = self.found.known[test.person].id
        return {"id": test_id, "uid": uuid4(), "person_id": person_id, "collected_on": test.day, **self.act.stamp}

    def _urine_results(self, test_id: int, test: UrineRecord) -> Iterator[dict[str, Any]]:
        for substance, result in test.results:
            row = {"urine_test_id": test_id, "substance": substance, "result": result}
            yield {"id": self.ids.one(UrineResult), **row, **self.act.stamp}

    def _doses(self) -> str:
        facts = []
        for start in range(0, len(self.found.doses), BATCH):
            batch = self.found.doses[start : start + BATCH]
            made = [(self.ids.one(Dose), dose) for dose in batch]
            rows = [self._dose(*one) for one in made]
            write(self.session, Claim, (self._claim(row) for row in rows if row["claim_id"] is not None))
            write(self.session, Dose, rows)
            self._note(Dose, made)
            facts += [ImportedDose(*(row[name] for name in ImportedDose._fields)) for row in rows]
            self.progress(len(rows))
        return digest_of(facts)

    def _dose(self, dose_id: int, dose: DoseRecord) -> dict[str, Any]:
        return {
            "id": dose_id,
            "uid": uuid4(),
            "person_id": self.found.known[dose.person].id,
            "clinic_day": dose.day,
            "part": dose.part,
            "claim_id": None if dose.outcome in NOTHING_TAKEN else self.ids.one(Claim),
            "order_id": None,
            "episode_id": self._episode_of(dose.person, dose.day),
            "outcome": dose.outcome,
            "medication": dose.medication,
            "form": dose.form,
            "ordered_mg": dose.ordered_mg,
            "taken_mg": dose.taken_mg,
            "wasted_mg": dose.taken_mg * 0,
            "taken_at": self._moment(dose),
            "withheld_reason": dose.withheld_reason,
            "refused_reason": dose.refused_reason,
            "note": dose.note,
            "window_id": None,
            "terminal_id": None,
            "witnessed_by_id": None,
            **self.act.stamp,
        }

    def _moment(self, dose: DoseRecord) -> datetime:
        local = datetime.combine(dose.day, dose.time or UNTIMED, self.zone)
        return min(local.astimezone(UTC), self.act.at)

    def _claim(self, dose: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": dose["claim_id"],
            "person_id": dose["person_id"],
            "clinic_day": dose["clinic_day"],
            "part": dose["part"],
            "turn": 1,
            "follows_id": None,
            "follows_turn": None,
            "kind": ClaimKind.IMPORT,
            **self.act.stamp,
        }
