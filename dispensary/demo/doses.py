"""Writing the usual dose in bulk: fit, swallowed whole, from containers that stand open.

The rows are those that `services.dosing.record_dose` writes, one by one, and before a dose after days without medicine
`services.re_entry.note_answer`; a test lets both write the same days and compares.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from random import Random
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from sqlalchemy.orm import Session

from dispensary.exchange.bulk import Ids, write
from dispensary.queries import stock as shelves
from dispensary.rules.dosing import DosingFacts
from dispensary.rules.re_entry import ReEntryVerdict, Said
from dispensary.rules.stock import ContainerFacts, Line, lines_for
from dispensary.services import audit, chains, dosing, mentions, re_entry_decisions, register, stock
from dispensary.services.act import Act
from dispensary.services.chains import Head
from dispensary.services.stock import Standing
from models import (
    AuditEvent,
    Base,
    Claim,
    Dose,
    DoseLine,
    Movement,
    ReEntryAnswer,
    ReEntryDecision,
    RegisterEntry,
)
from models.enums import AuditKind, ChainKind, ClaimKind, DoseOutcome, Form, Medication, MovementKind, PlaceKind
from models.units import Mg, Quantity

IN_ORDER: tuple[type[Base], ...] = (
    ReEntryAnswer,
    Claim,
    Dose,
    ReEntryDecision,
    DoseLine,
    Movement,
    AuditEvent,
    RegisterEntry,
)
NOTHING = Mg(Decimal(0))
AUDIT = 0
"""The audit's place among the heads; a register's is its product."""
NextUid = Callable[[], UUID]
Shelf = tuple[int, Medication, Form]


class DoseWriter:
    """Gathers usual doses and writes them at once; what they draw from and hang on is carried along in memory.

    What stands at the windows is carried along until somebody else moves stock.
    """

    def __init__(self, session: Session, uid: NextUid) -> None:
        """Write with this session; `uid` returns the next UUID."""
        self._session = session
        self._uid = uid
        self._ids = Ids(session)
        self._rows: dict[type[Base], list[dict[str, Any]]] = defaultdict(list)
        self._unsaid: list[tuple[type[Base], dict[str, Any]]] = []
        self._shelves: dict[Shelf, list[ContainerFacts]] = {}
        self._standing_at: dict[int, Standing] = {}
        self._places: dict[int | None, int] = {}
        """By window; None for the people in treatment."""
        self._heads: dict[int, Head] = {}
        self._grown: dict[int, None] = {}
        """The chains that have grown since their heads were written down, the first to grow first."""

    def lines(self, facts: DosingFacts, window_id: int) -> tuple[Line, ...] | None:
        """Return how what is due would be poured at a window now, as the station would show it."""
        if facts.order is None or facts.due_mg is None:
            return None
        shelf = self._shelf((window_id, facts.order.medication, facts.order.form))
        return lines_for(facts.due_mg, shelf, on=facts.clinic_day)

    def give(self, facts: DosingFacts, lines: Sequence[Line], act: Act, verdict: ReEntryVerdict | None = None) -> None:
        """Take in one dose that may be given, whose lines open no container, in an untouched slot.

        Args:
            verdict: after days without medicine what the gate says, the person being asked just now.
        """
        assert facts.order is not None
        answer = self._answer(facts, verdict.inputs.said, act) if verdict and verdict.inputs.said else None
        dose = self._dose(facts, act)
        movements = [self._pour(dose, number, line, act) for number, line in enumerate(lines, start=1)]
        self._audit(AuditKind.DOSE_RECORDED, Dose, dose, dosing.audited(cast(Dose, SimpleNamespace(**dose))), act)
        if verdict is not None and answer is not None:
            self._decision(verdict, dose, answer["id"], act)
        for movement in sorted(movements, key=lambda m: (m["product_id"], m["id"])):
            self._enter(movement, act)

    def flush(self) -> None:
        """Write what was gathered, and move the heads of the chains; call before anything else reads or writes."""
        if not self._rows:
            return
        for model in IN_ORDER:
            write(self._session, model, self._rows[model])
        for chain in self._grown:
            chains.move_head(self._session, self._heads[chain])
        self._ids.give_back()
        self._rows.clear()
        self._grown.clear()
        self._heads.pop(AUDIT, None)

    def forget_stock(self) -> None:
        """Forget what stands where; call when anything else is about to move stock."""
        for carried in (self._shelves, self._standing_at, self._heads):
            carried.clear()

    def forget_shelf(self, where: Shelf) -> None:
        """Forget what stands on one shelf; call when anything else is about to draw from it."""
        for container in self._shelves.pop(where, ()):
            self._standing_at.pop(container.id, None)
        self._heads.clear()

    def _dose(self, facts: DosingFacts, act: Act) -> dict[str, Any]:
        claim_id, order = self._ids.one(Claim), facts.order
        assert order is not None
        self._rows[Claim].append(
            {
                "id": claim_id,
                "person_id": facts.person_id,
                "clinic_day": facts.clinic_day,
                "part": facts.slot.part,
                "turn": 1,
                "follows_id": None,
                "follows_turn": None,
                "kind": ClaimKind.OBSERVED,
                **act.stamp,
            }
        )
        self._unsaid.append((Claim, self._rows[Claim][-1]))
        dose = {
            "id": self._ids.one(Dose),
            "uid": self._uid(),
            "person_id": facts.person_id,
            "clinic_day": facts.clinic_day,
            "part": facts.slot.part,
            "claim_id": claim_id,
            "order_id": order.id,
            "episode_id": facts.episode_id,
            "outcome": DoseOutcome.GIVEN,
            "medication": order.medication,
            "form": order.form,
            "ordered_mg": facts.due_mg,
            "taken_mg": facts.due_mg,
            "wasted_mg": NOTHING,
            "taken_at": act.at,
            "withheld_reason": None,
            "refused_reason": None,
            "note": "",
            "window_id": act.window_id,
            "terminal_id": act.terminal_id,
            "witnessed_by_id": None,
            **act.stamp,
        }
        self._rows[Dose].append(dose)
        return dose

    def _pour(self, dose: dict[str, Any], number: int, line: Line, act: Act) -> dict[str, Any]:
        container = line.container
        self._rows[DoseLine].append(
            {
                "id": self._ids.one(DoseLine),
                "dose_id": dose["id"],
                "line": number,
                "product_id": container.product_id,
                "container_id": container.id,
                "poured": line.quantity,
                "taken": line.quantity,
                **act.stamp,
            }
        )
        self._unsaid.append((DoseLine, self._rows[DoseLine][-1]))
        holds = self._draw(container, line.quantity, act)
        standing = self._standing_at[container.id]
        self._standing_at[container.id] = replace(standing, seq=standing.seq + 1, holds=holds)
        movement = {
            "id": self._ids.one(Movement),
            "uid": self._uid(),
            "kind": MovementKind.DISPENSE,
            "product_id": container.product_id,
            "lot_id": standing.lot_id,
            "container_id": container.id,
            "container_seq": standing.seq + 1,
            "from_place_id": self._place(PlaceKind.WINDOW, act.window_id, act),
            "to_place_id": self._place(PlaceKind.PERSON, None, act),
            "quantity": line.quantity,
            "balance_after": holds,
            "moved_at": act.at,
            "clinic_day": act.clinic_day,
            "dose_id": dose["id"],
            "receipt_id": None,
            "reverses_id": None,
            "waste_reason": None,
            "note": "",
            "witnessed_by_id": None,
            **act.stamp,
        }
        self._rows[Movement].append(movement)
        return movement

    def _answer(self, facts: DosingFacts, said: Said, act: Act) -> dict[str, Any]:
        """Write down what a person says who was not asked before today."""
        answer = {
            "id": self._ids.one(ReEntryAnswer),
            "person_id": facts.person_id,
            "clinic_day": facts.clinic_day,
            "turn": said.turn,
            "as_recorded": said.as_recorded,
            "last_dose_on": said.last_dose_on,
            "last_dose_mg": said.last_dose_mg,
            "used_full_agonist": said.used_full_agonist,
            "asked_at": act.at,
            **act.stamp,
        }
        self._rows[ReEntryAnswer].append(answer)
        self._audit(AuditKind.RE_ENTRY_ASKED, ReEntryAnswer, answer, {"person": facts.person_id}, act)
        return answer

    def _decision(self, verdict: ReEntryVerdict, dose: dict[str, Any], answer_id: int, act: Act) -> None:
        decision = {
            "id": self._ids.one(ReEntryDecision),
            **re_entry_decisions.columns(verdict, cast(Dose, SimpleNamespace(**dose))),
            "answer_id": answer_id,
            "dose_id": dose["id"],
            "release_id": None,
            **act.stamp,
        }
        self._rows[ReEntryDecision].append(decision)
        values = re_entry_decisions.audited(verdict, dose["person_id"])
        self._audit(AuditKind.RE_ENTRY_DECIDED, ReEntryDecision, decision, values, act)

    def _audit(
        self, kind: AuditKind, model: type[Base], held: dict[str, Any], values: dict[str, Any], act: Act
    ) -> None:
        named = [mentions.named(of, row) for of, row in self._unsaid]
        self._unsaid.clear()
        subject, values = model.__tablename__, {**values, **audit.said(model, held), **mentions.field_of(named)}
        fields = audit.body_fields(kind, subject, held["id"], act, values)
        sealing, self._heads[AUDIT] = chains.next_row(self._head(ChainKind.AUDIT, AUDIT, act), audit.LAYOUT, fields)
        self._grown[AUDIT] = None
        row = audit.row(kind, subject, held["id"], act, sealing)
        self._rows[AuditEvent].append({"id": self._ids.one(AuditEvent), **row})

    def _enter(self, movement: dict[str, Any], act: Act) -> None:
        product_id, moved = movement["product_id"], SimpleNamespace(**movement)
        head = self._head(ChainKind.REGISTER, product_id, act)
        ways = {"came_from": PlaceKind.WINDOW, "went_to": PlaceKind.PERSON}
        balance = register.balance_after(head.balance, moved.quantity, **ways)
        fields = register.body_fields(moved, balance, act, **ways)
        sealing, self._heads[product_id] = chains.next_row(head, register.LAYOUT, fields, balance)
        self._grown[product_id] = None
        row = register.row(moved, sealing)
        self._rows[RegisterEntry].append({"id": self._ids.one(RegisterEntry), **row, **act.stamp})

    def _head(self, kind: ChainKind, product_id: int, act: Act) -> Head:
        if product_id not in self._heads:
            self._heads[product_id] = chains.lock_head(self._session, act.site_id, kind, product_id)
        return self._heads[product_id]

    def _shelf(self, where: Shelf) -> list[ContainerFacts]:
        if where not in self._shelves:
            self._shelves[where] = shelves.containers_at_window(self._session, *where)
            opened = [container.id for container in self._shelves[where] if container.is_open]
            self._standing_at |= stock.standing(self._session, opened)
        return self._shelves[where]

    def _draw(self, container: ContainerFacts, taken: Quantity, act: Act) -> Quantity:
        """Take from a container on its shelf, and return what it holds then."""
        assert act.window_id is not None
        shelf = self._shelves[act.window_id, container.medication, container.form]
        at = next(n for n, standing in enumerate(shelf) if standing.id == container.id)
        shelf[at] = replace(shelf[at], holds=Quantity(shelf[at].holds - taken))
        return shelf[at].holds

    def _place(self, kind: PlaceKind, window_id: int | None, act: Act) -> int:
        if window_id not in self._places:
            self._places[window_id] = stock.place_id(self._session, act, kind, window_id)
        return self._places[window_id]


def uuids(rng: Random) -> NextUid:
    """Return a function that returns the next UUID of a seeded source."""
    return lambda: UUID(int=rng.getrandbits(128), version=4)
