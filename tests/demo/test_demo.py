"""The made-up clinic verifies whole, is the same for a seed, and its bulk path writes what the services write."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import models
from dispensary.demo import make, setting, story
from dispensary.demo.doses import DoseWriter
from dispensary.permissions import permissions_of
from dispensary.queries import accounts, risk_flags, sites, verification
from dispensary.queries import dosing as facts_of
from dispensary.queries import intake as intake_of
from dispensary.queries import queue as queue_of
from dispensary.rules.chain import mentioned
from dispensary.rules.dosing import shown_digest
from dispensary.services import dosing, re_entry, urine_draws
from dispensary.services.dosing import Shown
from dispensary.services.re_entry import Told
from models import enums
from tests.durability.recount import recount
from tests.factories import HASH

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
KEY = Ed25519PrivateKey.generate()


def make_small(
    session: Session, *, patients: int = 24, days: int = 40, seed: int = 7, **more: object
) -> setting.Clinic:
    return make.make_clinic(
        session,
        patients=patients,
        days=days,
        seed=seed,
        time_zone="Europe/London",
        password_hash=HASH,
        key=KEY,
        now=NOW,
        progress=lambda days: None,
        **more,
    )


def dump(session: Session, model: type[models.Base], *but: str) -> list[tuple[object, ...]]:
    columns = [c for c in model.__table__.columns if c.name not in but]
    return [tuple(row) for row in session.execute(select(*columns).order_by(model.__table__.c.id))]


def test_every_chain_fact_and_balance_of_the_made_up_clinic_holds(session):
    clinic = make_small(session)
    session.commit()

    found = verification.verify(session, clinic.site_id, KEY.public_key())

    assert [(fault.where, fault.what) for fault in found.faults] == []
    assert found.facts_checked > 400
    last = select(func.max(models.Movement.id)).group_by(models.Movement.container_id)
    held = session.scalars(select(models.Movement.balance_after).where(models.Movement.id.in_(last)))
    heads = session.scalars(
        select(models.ChainHead.last_balance).where(models.ChainHead.kind == enums.ChainKind.REGISTER)
    )
    assert sum(held, Decimal(0)) == sum(heads, Decimal(0)) > 0


def test_things_go_wrong_at_the_made_up_clinic_and_its_ledger_adds_up(session, monkeypatch):
    monkeypatch.setattr(story, "MISHAPS", dict.fromkeys(story.MISHAPS, 3))
    make_small(session, patients=40, days=40)
    session.commit()

    recount(session)

    for table in (models.Vomiting, models.Spill, models.ElsewhereDose, models.DosingIncident):
        assert session.scalar(select(func.count()).select_from(table)) > 0, table.__tablename__
    replaced = select(func.count()).where(models.Dose.outcome == enums.DoseOutcome.REPLACEMENT)
    assert session.scalar(replaced) > 0


FILLED = (
    models.AgencyConsent,
    models.Disclosure,
    models.Waiting,
    models.RelativeLink,
    models.Marker,
    models.HealthTestOffer,
    models.HealthTestResult,
    models.UrineDraw,
    models.ContestAnswer,
    models.TaperAnswer,
    models.EndingOutcome,
    models.CustodyPlan,
    models.PregnancyCare,
    models.LifeSituation,
    models.InstrumentScore,
)
"""What pages of casework show of the last weeks."""


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_every_page_of_casework_has_something_to_show_and_intake_is_mostly_done(session):
    clinic = make_small(session, patients=40, days=40)

    empty = [t.__tablename__ for t in FILLED if not session.scalar(select(func.count()).select_from(t))]
    assert empty == []
    assert len(intake_of.overdue(session, clinic.site_id, NOW.date())) <= 8
    flags = session.scalars(select(models.RiskFlag)).all()
    assert {flag.lane for flag in flags} == set(enums.RiskLane)
    assert any(session.get_one(models.Task, flag.task_id).outcome for flag in flags if not flag.capped)
    (out,) = risk_flags.left_out(session, clinic.site_id, NOW.date())
    assert out.note


def test_the_last_day_lies_ready(session):
    clinic = make_small(session, patients=12, days=5)

    held = {
        table.__tablename__: session.scalar(select(func.count()).select_from(table))
        for table in (models.OnCallDuty, models.ShiftNote)
    }
    kinds = select(models.HealthFact.kind).where(models.HealthFact.kind != enums.HealthFactKind.NALOXONE)
    held["health_fact"] = len(session.scalars(kinds).all())
    approved = session.scalars(select(models.PolicyApproval.profile)).all()
    assert held == {"on_call_duty": 14, "shift_note": 1, "health_fact": 2}
    assert "us-tip43-2005" in approved
    assert session.scalar(select(func.count()).select_from(models.NameKey)) > 0
    assert clinic.staff["prescriber"] in session.scalars(select(models.OnCallDuty.prescriber_id))


def test_rows_written_one_by_one_after_the_bulk_get_ids_of_their_own(session, backend):
    clinic = make_small(session, patients=6, days=5)
    session.commit()
    highest = session.scalar(select(func.max(models.AuditEvent.id)))

    setting.site_services.add_window(session, name="Window 3", act=clinic.act("admin", NOW, NOW.date()))
    session.commit()

    assert session.scalar(select(func.max(models.AuditEvent.id))) == highest + 1


def test_today_is_half_done_and_nothing_lies_in_the_future(session):
    clinic = make_small(session)

    queue = queue_of.queue(session, site_id=clinic.site_id, clinic_day=NOW.date())
    came = [row for row in queue if row.last_at is not None]
    assert 0.2 < len(came) / len(queue) < 0.8
    for model, column in ((models.Dose, "taken_at"), (models.Movement, "moved_at"), (models.AuditEvent, "recorded_at")):
        assert session.scalar(select(func.max(model.__table__.c[column]))) <= NOW
    times = session.scalars(select(models.AuditEvent.recorded_at).order_by(models.AuditEvent.number)).all()
    assert times == sorted(times)


def test_there_is_a_sign_in_for_every_role(session):
    clinic = make_small(session, patients=4, days=3)

    held = {
        role
        for username in clinic.staff
        for role in accounts.roles_of(session, clinic.staff[username], clinic.site_id, NOW.date())
    }
    assert held == set(enums.Role)
    assert all(permissions_of(frozenset({role})) for role in held if role is not enums.Role.PEER)
    passwords = session.scalars(select(models.Staff.password_hash).where(models.Staff.id.in_(clinic.staff.values())))
    assert set(passwords) == {HASH}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_same_seed_makes_the_same_history(session):
    tables = (models.Person, models.DoseOrder, models.OrderStep, models.Dose, models.Movement, models.EpisodeEnd)
    make_small(session, patients=12, days=20)
    first = [dump(session, table, "uid") for table in tables]
    session.rollback()

    make_small(session, patients=12, days=20)
    second = [dump(session, table, "uid") for table in tables]
    session.rollback()
    make_small(session, patients=12, days=20, seed=8)
    other = [dump(session, table, "uid") for table in tables]

    assert first == second
    assert first != other


class OneByOne(DoseWriter):
    """Gives every usual dose through the service, behind its locks and rules, as the station does."""

    given = 0

    def give(self, facts, lines, act, verdict=None):
        self.flush()
        if verdict is not None:
            told = Told(verdict.inputs.said.as_recorded, verdict.inputs.said.used_full_agonist)
            re_entry.note_answer(self._session, person_id=facts.person_id, told=told, act=act)
        found = facts_of.facts_for(
            self._session,
            person_id=facts.person_id,
            site_id=act.site_id,
            window_id=act.window_id,
            clinic_day=act.clinic_day,
            at=act.at,
        )
        assert (found.order.id, found.due_mg, found.slot) == (facts.order.id, facts.due_mg, facts.slot)
        assert (found.days_without_medicine, found.stops) == (facts.days_without_medicine, ())
        assert found.lines == lines
        site = sites.settings(self._session, act.site_id, act.clinic_day).rules
        shown = Shown(facts.person_id, shown_digest(found, site), not_intoxicated=True)
        dosing.record_dose(self._session, shown=shown, site=site, act=act)
        self.forget_stock()
        OneByOne.given += 1


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_bulk_path_writes_the_rows_that_the_services_write(session, monkeypatch):
    monkeypatch.setattr(urine_draws, "token_hex", lambda of: "5" * 2 * of)  # a real draw is no seed's to foresee
    tables = {
        models.Claim: (),
        models.Dose: ("uid",),
        models.DoseLine: (),
        models.Movement: ("uid",),
        models.RegisterEntry: (),
        models.TaskReason: (),
        models.ReEntryAnswer: (),
        models.ReEntryDecision: (),
    }
    make_small(session, days=30)
    in_bulk = {table: dump(session, table, *but) for table, but in tables.items()}
    audit_in_bulk = audit_bodies(session)
    session.rollback()

    make_small(session, days=30, writer=OneByOne)
    one_by_one = {table: dump(session, table, *but) for table, but in tables.items()}

    assert OneByOne.given > 200
    for table in tables:
        assert in_bulk[table] == one_by_one[table], table.__tablename__
    assert audit_in_bulk == audit_bodies(session)


def audit_bodies(session: Session) -> list[dict[str, object]]:
    """Return what the audit says, without what is random on purpose: unique ids and the digests of photos."""
    bodies = [
        json.loads(body) for body in session.scalars(select(models.AuditEvent.body).order_by(models.AuditEvent.id))
    ]
    return [
        {key: _foreseen(value) if key == "with" else value for key, value in body.items() if key != "row.uid"}
        for body in bodies
    ]


def _foreseen(rows):
    """Return the rows that an audit row names, without those whose digest holds a random number of their own."""
    return [row for row in mentioned(rows) if "uid" not in models.Base.metadata.tables[row[0]].c]
