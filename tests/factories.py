"""The least valid record of each kind; keyword arguments say what a test cares about."""

import itertools
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import models
from dispensary.clock import clinic_day
from dispensary.rules.names import search_key
from dispensary.services import chains
from dispensary.services.act import Act
from models import enums
from models.units import mg, mg_per_unit, quantity

PASSWORD = "correct horse"
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
numbers = itertools.count(1)
UTC_ZONE, DAY_STARTS = ZoneInfo("UTC"), time(3)
"""What a site that has set nothing goes by."""


@dataclass
class World:
    """A small clinic at one moment."""

    at: datetime
    site: models.Site
    window: models.Window
    terminal: models.Terminal
    staff: dict[enums.Role, models.Staff]
    witness: models.Staff
    places: dict[enums.PlaceKind, models.Place]
    products: dict[str, models.Product] = field(default_factory=dict)
    containers: dict[str, models.Container] = field(default_factory=dict)
    zone: ZoneInfo = UTC_ZONE

    @property
    def day(self) -> date:
        """The clinic day: before three in the morning it is still the day before."""
        return clinic_day(self.at, self.zone, DAY_STARTS)

    @property
    def nurse(self) -> models.Staff:
        return self.staff[enums.Role.NURSE]

    @property
    def prescriber(self) -> models.Staff:
        return self.staff[enums.Role.PRESCRIBER]

    def act(self, by: models.Staff | None = None, **changes: Any) -> Act:
        """Return an act of the nurse, or of somebody else, at the window."""
        at = changes.pop("at", self.at)
        return Act(
            by_id=(by or self.nurse).id,
            site_id=self.site.id,
            at=at,
            clinic_day=changes.pop("clinic_day", clinic_day(at, self.zone, DAY_STARTS)),
            terminal_id=self.terminal.id,
            window_id=self.window.id,
            **changes,
        )


def save(session: Session, record: Any) -> Any:
    session.add(record)
    session.flush()
    return record


def stamp(world: World, by: models.Staff | None = None, **changes: Any) -> dict[str, Any]:
    """Return the columns that every fact carries."""
    return world.act(by).stamp | changes


def staff(session: Session, name: str, **values: Any) -> models.Staff:
    number = next(numbers)
    return save(
        session,
        models.Staff(
            **{
                "username": f"{name.lower().replace(' ', '.')}.{number}",
                "name": name,
                "initials": "".join(w[0] for w in name.split())[:3].upper(),
                "password_hash": HASH,
                "created_at": datetime(2026, 1, 1, tzinfo=UTC),
            }
            | values
        ),
    )


def role(session: Session, who: models.Staff, site: models.Site, kind: enums.Role, **values: Any) -> models.StaffRole:
    return save(
        session,
        models.StaffRole(
            **{"staff_id": who.id, "role": kind, "site_id": site.id, "from_on": date(2026, 1, 1)} | values
        ),
    )


NAMES = {
    enums.Role.NURSE: "Rosa Ames",
    enums.Role.COUNSELLOR: "Carl Brook",
    enums.Role.PRESCRIBER: "Dana Frost",
    enums.Role.CLINIC_HEAD: "Hanna Lind",
    enums.Role.ADMINISTRATOR: "Adam Vogt",
    enums.Role.INSPECTOR: "Ines Wolf",
    enums.Role.PEER: "Pia Holm",
}


def make_world(session: Session, at: datetime) -> World:
    """Make a site with a window, a terminal, staff of each role, and opened methadone and buprenorphine."""
    site = save(session, models.Site(code="main", name="Harbour Clinic", address="1 Quay Street", phone="555-0100"))
    window = save(session, models.Window(site_id=site.id, name="Window 1"))
    terminal = save(
        session, models.Terminal(site_id=site.id, window_id=window.id, name="Terminal 1", code="terminal-1")
    )
    people = {kind: staff(session, name) for kind, name in NAMES.items()}
    for kind, who in people.items():
        role(session, who, site, kind)
    witness = staff(session, "Wanda Reed")
    role(session, witness, site, enums.Role.NURSE)
    places = {
        kind: save(
            session,
            models.Place(
                site_id=site.id,
                kind=kind,
                name=window.name if kind is enums.PlaceKind.WINDOW else "",
                window_id=window.id if kind is enums.PlaceKind.WINDOW else None,
            ),
        )
        for kind in enums.PlaceKind
        if kind is not enums.PlaceKind.OFF_SITE_KIT
    }
    world = World(at, site, window, terminal, people, witness, places)
    chains.create_head(session, site.id, enums.ChainKind.AUDIT)
    world.products = {
        "methadone": product(session),
        "bup8": product(session, name="Buprenorphine/naloxone 8 mg/2 mg tablets", strength="8", **TABLET),
        "bup2": product(session, name="Buprenorphine/naloxone 2 mg/0.5 mg tablets", strength="2", **TABLET),
    }
    for key, made in world.products.items():
        size = "1000" if key == "methadone" else "100"
        world.containers[key] = container(session, world, made, size=size, opened=True)
    return world


TABLET: dict[str, Any] = {
    "medication": enums.Medication.BUPRENORPHINE_NALOXONE,
    "form": enums.Form.TABLET,
    "unit": enums.BaseUnit.TABLET,
    "smallest_part": "1",
}


def product(session: Session, **values: Any) -> models.Product:
    values = {
        "name": "Methadone oral solution 10 mg/mL",
        "medication": enums.Medication.METHADONE,
        "form": enums.Form.LIQUID,
        "unit": enums.BaseUnit.ML,
        "strength": "10",
        "smallest_part": "0.1",
    } | values
    values["strength"] = mg_per_unit(values["strength"])
    values["smallest_part"] = quantity(values["smallest_part"])
    return save(session, models.Product(**values))


def container(
    session: Session,
    world: World,
    of: models.Product,
    *,
    size: str = "1000",
    opened: bool = False,
    at_window: bool = True,
    expires_on: date = date(2030, 1, 1),
) -> models.Container:
    """Make a container by way of the first inventory, as `stock.initial` would, register line included."""
    from dispensary.services import register

    number = next(numbers)
    lot = save(session, models.Lot(product_id=of.id, number=f"L{number}", expires_on=expires_on, **stamp(world)))
    made = save(
        session,
        models.Container(
            site_id=world.site.id,
            product_id=of.id,
            lot_id=lot.id,
            label=f"B-{number:04}",
            size=quantity(size),
            window_id=world.window.id if at_window else None,
            opened_at=world.at - timedelta(days=1) if opened else None,
            opened_by_id=world.nurse.id if opened else None,
        ),
    )
    to = enums.PlaceKind.WINDOW if at_window else enums.PlaceKind.SAFE
    moved = save(
        session,
        models.Movement(
            kind=enums.MovementKind.INITIAL,
            product_id=of.id,
            lot_id=lot.id,
            container_id=made.id,
            container_seq=1,
            from_place_id=world.places[enums.PlaceKind.INVENTORY].id,
            to_place_id=world.places[to].id,
            quantity=quantity(size),
            balance_after=quantity(size),
            moved_at=world.at,
            clinic_day=world.day,
            witnessed_by_id=world.witness.id,
            **stamp(world),
        ),
    )
    register.enter(session, moved, world.act(), came_from=enums.PlaceKind.INVENTORY, went_to=to)
    return made


def supplier(session: Session, world: World, name: str = "Mallow Pharma", **values: Any) -> models.Supplier:
    """Put a supplier on the list, as whoever sets up the stock would."""
    from dispensary.services import suppliers

    entry = suppliers.SupplierEntry(
        **{"name": name, "address": "7 Mill Lane, Hull", "licence_no": "RM0123456"} | values
    )
    made = suppliers.list_supplier(session, entry=entry, act=world.act(world.staff[enums.Role.CLINIC_HEAD]))
    session.commit()
    return made


def person(session: Session, family_name: str = "Nguyễn", given_name: str = "Hường", **values: Any) -> models.Person:
    return save(
        session,
        models.Person(
            **{
                "number": f"P{next(numbers):05}",
                "family_name": family_name,
                "given_name": given_name,
                "search_key": search_key(family_name, given_name),
                "birth_date": date(1985, 5, 17),
                "created_at": datetime(2026, 1, 1, tzinfo=UTC),
            }
            | values
        ),
    )


def episode(session: Session, world: World, who: models.Person, **values: Any) -> models.Episode:
    return save(
        session,
        models.Episode(
            **{
                "person_id": who.id,
                "kind": enums.EpisodeKind.MAINTENANCE,
                "admission": enums.Admission.NEW,
                "admitted_on": world.day,
            }
            | values,
            **stamp(world),
        ),
    )


def intake_done(session: Session, world: World, stay: models.Episode) -> None:
    """Record that everything which is asked at the beginning of an episode is done."""
    for item in enums.IntakeItem:
        values = {"item": item, "turn": 1, "complete": True, "done_on": stay.admitted_on}
        session.add(models.IntakeStep(episode_id=stay.id, **values, **stamp(world)))
    session.flush()


def order(
    session: Session,
    world: World,
    who: models.Person,
    *,
    steps: dict[date, tuple[str, ...]] | None = None,
    amount: str = "80",
    in_episode: models.Episode | None = None,
    **values: Any,
) -> models.DoseOrder:
    """Make a signed order: 80 mg methadone a day in maintenance for a year, unless told otherwise."""
    from dispensary.services import audit

    in_episode = in_episode or episode(session, world, who)
    starts_on = values.get("starts_on", world.day)
    steps = steps or {starts_on: (amount,)}
    made = save(
        session,
        models.DoseOrder(
            **{
                "person_id": who.id,
                "episode_id": in_episode.id,
                "version": 1,
                "medication": enums.Medication.METHADONE,
                "form": enums.Form.LIQUID,
                "treatment_phase": enums.TreatmentPhase.MAINTENANCE,
                "starts_on": starts_on,
                "ends_on": starts_on + timedelta(days=364),
                "every_n_days": 1,
                "parts": len(next(iter(steps.values()))),
                "reason": "first order",
                "signed_by_id": world.prescriber.id,
                "signed_at": world.at,
            }
            | values,
            **stamp(world, world.prescriber),
        ),
    )
    for from_on, amounts in steps.items():
        for part, amount_mg in enumerate(amounts, start=1):
            save(
                session,
                models.OrderStep(order_id=made.id, from_on=from_on, part=part, amount_mg=mg(amount_mg), **stamp(world)),
            )
    audit.record(session, enums.AuditKind.ORDER_SIGNED, made, world.act(world.prescriber), person=who.id)
    return made


def depot_order(
    session: Session,
    world: World,
    who: models.Person,
    *,
    amount: str = "64",
    plan: dict[str, Any] | None = None,
    **values: Any,
) -> models.DoseOrder:
    """Make a signed order for injections: 64 mg every 28 days, a week early or late, unless told otherwise."""
    made = order(
        session,
        world,
        who,
        amount=amount,
        **{"medication": enums.Medication.BUPRENORPHINE, "form": enums.Form.INJECTION} | values,
    )
    terms = {"interval": enums.DepotInterval.MONTHLY, "interval_days": 28, "early_days": 7, "late_days": 7}
    save(session, models.DepotPlan(order_id=made.id, **terms | (plan or {}), **stamp(world)))
    return made


def syringes(session: Session, world: World, strength: str = "64") -> models.Container:
    """Open a box of ten syringes at the window."""
    made = product(
        session,
        name=f"Buprenorphine depot {strength} mg",
        medication=enums.Medication.BUPRENORPHINE,
        form=enums.Form.INJECTION,
        unit=enums.BaseUnit.SYRINGE,
        strength=strength,
        smallest_part="1",
    )
    return container(session, world, made, size="10", opened=True)


def patient(session: Session, world: World, amount: str = "80", **values: Any) -> models.Person:
    """Make an admitted person with an active order, ready to be dosed today."""
    names = {k: values.pop(k) for k in ("family_name", "given_name", "number", "phone") if k in values}
    who = person(session, **names)
    order(session, world, who, amount=amount, **values)
    return who


def claim(session: Session, world: World, who: models.Person, **values: Any) -> models.Claim:
    """Take a slot: today's first part, unless told otherwise."""
    by, at = values.pop("by", None), values.pop("at", world.at)
    return save(
        session,
        models.Claim(
            **{
                "person_id": who.id,
                "clinic_day": at.date(),
                "part": 1,
                "turn": 1,
                "kind": enums.ClaimKind.OBSERVED,
            }
            | values,
            **stamp(world, by, recorded_at=at),
        ),
    )


def dose(
    session: Session,
    world: World,
    who: models.Person,
    of: models.DoseOrder,
    *,
    taken: str | None = None,
    lines: dict[str, str] | None = None,
    at: datetime | None = None,
    part: int = 1,
    by: models.Staff | None = None,
    claimed: bool = True,
    said: enums.AuditKind = enums.AuditKind.DOSE_RECORDED,
    **values: Any,
) -> models.Dose:
    """Record a dose of 80 mg methadone as the window would: claim, lines, stock drawn, audited, in the register.

    `lines` says what was poured from which of the world's containers, in base units; `taken` how many mg of it were
    swallowed, all unless told otherwise. `recorded_at` makes a late entry.
    """
    from dispensary.services import audit, stock

    at = at or world.at
    lines = lines or {"methadone": "8"}
    poured = [(world.products[key], world.containers[key], quantity(amount)) for key, amount in lines.items()]
    ordered_mg = sum(amount * product.strength for product, _, amount in poured)
    rest = taken_mg = mg(taken) if taken is not None else ordered_mg
    origin = values.pop("origin", enums.Origin.DESK)
    act = world.act(by, at=values.pop("recorded_at", at), clinic_day=at.date(), origin=origin)
    part_given = taken_mg < ordered_mg
    claim_id, kind = values.pop("claim_id", None), values.pop("claim_kind", enums.ClaimKind.OBSERVED)
    if claim_id is None and claimed:
        claim_id = claim(session, world, who, part=part, by=by, at=at, kind=kind).id
    made = save(
        session,
        models.Dose(
            **{
                "person_id": who.id,
                "clinic_day": at.date(),
                "part": part,
                "claim_id": claim_id,
                "order_id": of.id,
                "episode_id": of.episode_id,
                "outcome": enums.DoseOutcome.PART_GIVEN if part_given else enums.DoseOutcome.GIVEN,
                "medication": of.medication,
                "form": of.form,
                "ordered_mg": ordered_mg,
                "taken_mg": taken_mg,
                "wasted_mg": ordered_mg - taken_mg,
                "taken_at": at,
                "refused_reason": enums.RefusedReason.FEELS_UNWELL if part_given else None,
                "window_id": world.window.id,
                "terminal_id": world.terminal.id,
                "witnessed_by_id": world.witness.id if part_given else None,
            }
            | values,
            **act.stamp,
        ),
    )
    movements = []
    for line, (product, holder, amount) in enumerate(poured, start=1):
        swallowed = min(rest / product.strength, amount)
        rest -= swallowed * product.strength
        save(
            session,
            models.DoseLine(
                dose_id=made.id,
                line=line,
                product_id=product.id,
                container_id=holder.id,
                poured=amount,
                taken=swallowed,
                **act.stamp,
            ),
        )
        draw = {"container_id": holder.id, "dose_id": made.id, "act": act}
        if swallowed:
            movements.append(
                stock.draw(
                    session,
                    quantity=swallowed,
                    kind=enums.MovementKind.DISPENSE,
                    to_place=enums.PlaceKind.PERSON,
                    **draw,
                )
            )
        if swallowed < amount:
            movements.append(
                stock.draw(
                    session,
                    quantity=amount - swallowed,
                    kind=enums.MovementKind.WASTE,
                    to_place=enums.PlaceKind.WASTE,
                    witnessed_by_id=world.witness.id,
                    waste_reason=enums.WasteReason.LEFT_OVER,
                    **draw,
                )
            )
    audit.record(session, said, made, act, person=who.id)
    stock.enter_register(session, movements, act)
    return made


def no_dose(session: Session, world: World, who: models.Person, of: models.DoseOrder, **values: Any) -> models.Dose:
    """Record that nothing was given today: withheld because sedated, unless told otherwise."""
    at, by = values.pop("at", world.at), values.pop("by", None)
    values = {"outcome": enums.DoseOutcome.WITHHELD, "withheld_reason": enums.WithheldReason.SEDATED} | values
    return save(
        session,
        models.Dose(
            **{
                "person_id": who.id,
                "clinic_day": at.date(),
                "part": 1,
                "order_id": of.id,
                "episode_id": of.episode_id,
                "medication": of.medication,
                "form": of.form,
                "ordered_mg": mg("80"),
                "taken_mg": mg(0),
                "wasted_mg": mg(0),
                "taken_at": at,
            }
            | values,
            **stamp(world, by, recorded_at=at),
        ),
    )


def cohort_course(session: Session, world: World, *, course: str, days: int, lost: bool = True, **values: Any) -> Any:
    """Make a course of an imported cohort: how many days it lasted, and whether it ended in a loss or goes on."""
    admitted_on = values.pop("admitted_on", world.day - timedelta(days=400))
    last = admitted_on + timedelta(days=days)
    ended = {"ended_on": last, "end_reason": enums.EpisodeEndReason.DROPPED_OUT} if lost else {"seen_until_on": last}
    run_id = values.pop("run_id", None) or _import_run(session, world).id
    of = {"source": "elsewhere", "run_id": run_id, "course": course, "admitted_on": admitted_on, "digest": course}
    return save(session, models.CohortCourse(**{**of, **ended, **values}, **stamp(world, origin=enums.Origin.IMPORT)))


def _import_run(session: Session, world: World) -> models.ImportRun:
    values = {"source": "elsewhere", "digest": "0" * 64, "rows": 1, "finished_at": world.at}
    return save(session, models.ImportRun(**values, **stamp(world, origin=enums.Origin.IMPORT)))


def came_by_import(session: Session, world: World, who: models.Person) -> None:
    """Say of somebody that an imported history brought them, as it stands with everyone who came by one."""
    values = {"source": "elsewhere", "subject": "person", "external_id": f"p{who.id}", "digest": "0" * 64}
    run_id = _import_run(session, world).id
    stamped = stamp(world, origin=enums.Origin.IMPORT)
    save(session, models.ImportedRecord(subject_id=who.id, run_id=run_id, **values, **stamped))


def imported_dose(
    session: Session, world: World, who: models.Person, *, at: datetime, taken: str = "60", **values: Any
) -> models.Dose:
    """Record a dose of imported history: it claims its day, and moves no stock."""
    slot = claim(session, world, who, at=at, kind=enums.ClaimKind.IMPORT)
    return save(
        session,
        models.Dose(
            **{
                "person_id": who.id,
                "clinic_day": at.date(),
                "part": 1,
                "claim_id": slot.id,
                "outcome": enums.DoseOutcome.GIVEN,
                "medication": enums.Medication.METHADONE,
                "ordered_mg": mg(taken),
                "taken_mg": mg(taken),
                "wasted_mg": mg(0),
                "taken_at": at,
            }
            | values,
            **stamp(world, origin=enums.Origin.IMPORT),
        ),
    )


def reversal(
    session: Session, world: World, wrong: models.Dose, *, at: datetime | None = None, poured: bool = False
) -> models.DoseReversal:
    """Reverse a dose on record, by the service that the window uses."""
    from dispensary.services import dose_reversals

    at = at or world.at
    return dose_reversals.reverse_dose(
        session,
        dose_id=wrong.id,
        reason=enums.ReversalReason.NOT_SWALLOWED if poured else enums.ReversalReason.KEYED_BY_MISTAKE,
        note="wrong row",
        poured=poured,
        witnessed_by_id=world.witness.id if poured else None,
        act=world.act(at=at),
    )


def vomiting(
    session: Session, world: World, came_up: models.Dose, *, minutes: int = 10, witnessed: bool = True, **values: Any
) -> models.Vomiting:
    """Record that a dose came up again: seen, and in the profile's first band, unless told otherwise."""
    at = came_up.taken_at + timedelta(minutes=minutes)
    made = save(
        session,
        models.Vomiting(
            **{
                "dose_id": came_up.id,
                "person_id": came_up.person_id,
                "clinic_day": came_up.clinic_day,
                "vomited_at": at,
                "minutes_after": minutes,
                "witnessed": witnessed,
                "profile": "us-tip43-2005",
                "band": 1,
            }
            | values,
            **stamp(world, recorded_at=at),
        ),
    )
    return _audited(session, world, enums.AuditKind.DOSE_VOMITED, made, at)


def replacement(
    session: Session, world: World, came_up: models.Dose, *, lines: dict[str, str] | None = None, **values: Any
) -> models.Dose:
    """Replace half of a dose that came up, as a prescriber ordered it; no slot is claimed."""
    at = values.pop("at", came_up.taken_at + timedelta(minutes=40))
    who = session.get_one(models.Person, came_up.person_id)
    lines = lines or {"methadone": "4"}
    amount = sum(quantity(much) * world.products[key].strength for key, much in lines.items())
    signed = save(
        session,
        models.ReplacementOrder(
            dose_id=came_up.id,
            version=1,
            person_id=who.id,
            clinic_day=came_up.clinic_day,
            amount_mg=amount,
            reason="seen to come up at once",
            signed_at=at,
            **stamp(world, world.prescriber, recorded_at=at),
        ),
    )
    _audited(session, world, enums.AuditKind.REPLACEMENT_ORDERED, signed, at, world.prescriber)
    return dose(
        session,
        world,
        who,
        session.get_one(models.DoseOrder, came_up.order_id),
        lines=lines,
        at=at,
        part=came_up.part,
        claimed=False,
        said=enums.AuditKind.DOSE_REPLACED,
        **{"outcome": enums.DoseOutcome.REPLACEMENT, "replaces_id": came_up.id, "replaces_turn": 1} | values,
    )


def incident(
    session: Session,
    world: World,
    who: models.Person,
    of: models.DoseOrder,
    *,
    kind: enums.IncidentKind = enums.IncidentKind.TWICE,
    claimed: bool = False,
    intended: models.Person | None = None,
    **values: Any,
) -> models.DosingIncident:
    """Record a second 80 mg swallowed on one day; with `claimed` it took the slot, and something was due."""
    if not claimed:
        values |= {"ordered_mg": None, "order_id": None}
    values |= {"outcome": enums.DoseOutcome.INCIDENT, "claim_kind": enums.ClaimKind.INCIDENT, "wasted_mg": mg(0)}
    swallowed = dose(session, world, who, of, claimed=claimed, **values)
    at = swallowed.taken_at
    made = save(
        session,
        models.DosingIncident(
            dose_id=swallowed.id,
            person_id=who.id,
            kind=kind,
            intended_person_id=intended.id if intended else None,
            amount_certain=True,
            note="poured from the wrong list",
            noticed_at=at,
            observe_until=at + timedelta(hours=6),
            **stamp(world, recorded_at=at),
        ),
    )
    return _audited(session, world, enums.AuditKind.INCIDENT_RECORDED, made, at)


def downtime_day(session: Session, world: World, **values: Any) -> models.DowntimeDay:
    """Declare that doses of today went onto paper."""
    values = {"clinic_day": world.day, "turn": 1, "reason": "no electricity", "declared_at": world.at} | values
    made = save(session, models.DowntimeDay(**values, **stamp(world)))
    return _audited(session, world, enums.AuditKind.DOWNTIME_DECLARED, made, world.at)


def day_closed(session: Session, world: World) -> models.DayClose:
    """Close today for the first time, without sealing."""
    made = save(session, models.DayClose(clinic_day=world.day, turn=1, closed_at=world.at, **stamp(world)))
    return _audited(session, world, enums.AuditKind.DAY_CLOSED, made, world.at)


def backup(session: Session, world: World, **values: Any) -> models.BackupRun:
    """Make the record of a backup of this moment; there is no file of it."""
    made_at = values.get("made_at", world.at)
    return save(
        session,
        models.BackupRun(
            **{
                "file": made_at.strftime("clinic-%Y%m%dT%H%M%SZ.backup"),
                "size": 1024,
                "digest": f"{next(numbers):064x}",
                "key_id": "0123456789abcdef",
                "made_at": made_at,
                "revision": "0001",
                "tables": 2,
                "rows": 3,
                "counts_digest": 64 * "0",
            }
            | values,
            **stamp(world),
        ),
    )


def drill(session: Session, world: World, of: models.BackupRun, **values: Any) -> models.BackupDrill:
    """Make the record of a drill that proved a backup, unless told otherwise."""
    return save(
        session,
        models.BackupDrill(
            **{
                "backup_id": of.id,
                "started_at": of.made_at,
                "ended_at": of.made_at,
                "outcome": enums.DrillOutcome.PROVED,
                "rows": of.rows,
                "chained_rows": 1,
            }
            | values,
            **stamp(world),
        ),
    )


def exception(session: Session, world: World, entered: models.Dose, code: str) -> models.DoseException:
    """Keep a rule that was shown and acknowledged when a dose was entered from paper."""
    at = entered.recorded_at
    stamped = stamp(world, recorded_at=at, origin=enums.Origin.PAPER)
    made = save(session, models.DoseException(dose_id=entered.id, code=code, **stamped))
    return _audited(session, world, enums.AuditKind.EXCEPTION_ACKNOWLEDGED, made, at)


def elsewhere(
    session: Session, world: World, who: models.Person, *, taken: str = "60", claimed: bool = True, **values: Any
) -> models.Dose:
    """Record a dose that a hospital gave, reported and verified; it takes its slot unless told otherwise."""
    from dispensary.services import audit

    at = values.pop("at", world.at)
    told = save(
        session,
        models.ElsewhereDose(
            person_id=who.id,
            clinic_day=at.date(),
            part=1,
            source=enums.ElsewhereSource.HOSPITAL,
            source_name="Harbour Hospital",
            medication=enums.Medication.METHADONE,
            amount_mg=mg(taken),
            taken_at=at,
            told_by="the person",
            **stamp(world, recorded_at=at),
        ),
    )
    _audited(session, world, enums.AuditKind.ELSEWHERE_REPORTED, told, at)
    slot = claim(session, world, who, at=at, kind=enums.ClaimKind.ELSEWHERE) if claimed else None
    made = save(
        session,
        models.Dose(
            **{
                "person_id": who.id,
                "clinic_day": at.date(),
                "part": 1,
                "claim_id": slot.id if slot else None,
                "outcome": enums.DoseOutcome.ELSEWHERE,
                "medication": enums.Medication.METHADONE,
                "taken_mg": mg(taken),
                "wasted_mg": mg(0),
                "taken_at": at,
            }
            | values,
            **stamp(world, recorded_at=at),
        ),
    )
    audit.record(session, enums.AuditKind.DOSE_RECORDED, made, world.act(at=at), person=who.id)
    verdict = save(
        session,
        models.ElsewhereVerdict(
            elsewhere_dose_id=told.id,
            verified=True,
            verifier="ward sister, by telephone",
            dose_id=made.id,
            decided_at=at,
            **stamp(world, recorded_at=at),
        ),
    )
    _audited(session, world, enums.AuditKind.ELSEWHERE_DECIDED, verdict, at)
    return made


def spill(
    session: Session, world: World, who: models.Person, of: models.DoseOrder, *, of_what: str = "methadone",
    amount: str = "8", at: datetime | None = None
) -> models.Spill:  # fmt: skip
    """Record that a poured dose was spilt, before a witness: the stock is lost, the slot still free."""
    from dispensary.services import stock

    at = at or world.at
    act = world.act(at=at, clinic_day=at.date())
    moved = stock.draw(
        session,
        container_id=world.containers[of_what].id,
        quantity=quantity(amount),
        kind=enums.MovementKind.SPILL,
        to_place=enums.PlaceKind.WASTE,
        witnessed_by_id=world.witness.id,
        waste_reason=enums.WasteReason.SPILT,
        note="the cup tipped over",
        act=act,
    )
    made = save(
        session,
        models.Spill(
            movement_id=moved.id,
            person_id=who.id,
            order_id=of.id,
            clinic_day=at.date(),
            spilt_at=at,
            note="the cup tipped over",
            **act.stamp,
        ),
    )
    _audited(session, world, enums.AuditKind.DOSE_SPILT, made, at)
    stock.enter_register(session, [moved], act)
    return made


def risk_flag(session: Session, world: World, who: models.Person, **values: Any) -> models.RiskFlag:
    """Let the last night have raised somebody as RED, with a task of the counselling desk unless told otherwise."""
    night = values.pop("night", world.day - timedelta(days=1))
    at = datetime.combine(night + timedelta(days=1), time(3, 30), world.zone)
    if not values.get("capped") and "task_id" not in values:
        due = {"opened_at": at, "due_at": at + timedelta(days=1)}
        desk = enums.Desk.COUNSELLING
        values["task_id"] = save(session, models.Task(person_id=who.id, site_id=world.site.id, desk=desk, **due)).id
    values = {
        "lane": enums.RiskLane.RED,
        "points": 7,
        "card": "S2-2026",
        "no_shows": 3,
        "missed_14": 3,
        "drug": "methadone",
        "capped": False,
    } | values
    return save(session, models.RiskFlag(person_id=who.id, night=night, **values, **stamp(world, recorded_at=at)))


def risk_snooze(session: Session, world: World, who: models.Person, **values: Any) -> models.RiskSnooze:
    """Leave somebody out of the nightly scan for a week from today on."""
    week = {"from_on": world.day, "until_on": world.day + timedelta(days=7)}
    values = {"reason": enums.SnoozeReason.TRAVEL, **week} | values
    return save(session, models.RiskSnooze(person_id=who.id, **values, **stamp(world)))


def risk_model(session: Session, world: World, **values: Any) -> models.RiskModel:
    """Keep two numbers fitted to the clinic's own people, in use by nobody."""
    values = {
        "kind": enums.RiskModelKind.RECALIBRATION,
        "version": "R-2026-02-01-1",
        "card": "S2-2026",
        "coefficients": "{}",
        "data_from": world.day - timedelta(days=365),
        "data_until": world.day - timedelta(days=29),
        "known_until": world.day - timedelta(days=1),
        "code_digest": "0" * 64,
        "people": 120,
        "nights": 20_000,
        "events": 900,
        "dropouts": 40,
        "metrics": "{}",
        "may_be_promoted": False,
    } | values
    return save(session, models.RiskModel(**values, **stamp(world)))


def _audited(
    session: Session, world: World, kind: enums.AuditKind, made: Any, at: datetime, by: models.Staff | None = None
) -> Any:
    from dispensary.services import audit

    audit.record(session, kind, made, world.act(by, at=at))
    return made


def trust_clock(session: Session, world: World, at: datetime | None = None) -> models.ClockConfirmation:
    """Two people have confirmed the clock, so that days on which a test has nobody dosed are no sign of a wrong one."""
    at = at or world.at
    newest = session.scalar(select(func.max(models.Dose.id)))
    stamped = stamp(world, recorded_at=at)
    return save(
        session,
        models.ClockConfirmation(
            clinic_day=world.day, confirmed_at=at, after_dose_id=newest, witnessed_by_id=world.witness.id, **stamped
        ),
    )
