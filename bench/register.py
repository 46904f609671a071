"""The register after half a year: days of it reconciled, a day's statement, and a lot that went into every dose of it."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bench import timing
from bench.history import fresh_home
from dispensary.queries import day_close, lot_trace, reconciliation
from dispensary.rules import chain
from dispensary.wording import Speaker
from models import ChainHead, Dose, DoseLine, Movement, RegisterEntry
from models.enums import ChainKind
from reports import lot_trace as lot_report
from reports import page
from tests import backends, factories
from tests.durability.conftest import look_into

DAYS, A_DAY = 180, 300
AT = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
SMALL = Decimal("0.001")
SPEAK = Speaker(lambda text: text, ZoneInfo("UTC"))
TIMES = 3


def run(backend: str, postgres: backends.Postgres | None) -> None:
    """Print the seconds of each page's figures."""
    print(f"\nA register of {DAYS * A_DAY:,} lines, {backend}: {A_DAY} doses a day from one lot")
    with look_into(fresh_home("register", postgres)) as session:
        world = factories.make_world(session, AT)
        first, last = fill(session, world), world.day + timedelta(days=DAYS)
        site, lot = world.site.id, session.scalars(sa.select(Movement.lot_id).order_by(Movement.id.desc())).first()

        def reconciled(since: date) -> None:
            assert reconciliation.reconciliation(session, site, since, last).reconciles

        print(f"  the last day reconciled          {_seconds(lambda: reconciled(last)):8.3f} s")
        print(f"  the last quarter reconciled      {_seconds(lambda: reconciled(last - timedelta(days=91))):8.3f} s")
        print(f"  all of it reconciled             {_seconds(lambda: reconciled(first)):8.3f} s")
        print(
            f"  the last day's statement         {_seconds(lambda: day_close.day_figures(session, site, last)):8.3f} s"
        )
        print(f"  a lot that went into every dose  {_seconds(lambda: lot_trace.trace(session, site, lot)):8.3f} s")
        about = page.heading(session, site, last, last, printed_by="", printed_at=AT)
        figures = lot_report.figures(session, site, lot, about=about, may_call=True)
        print(f"  its tables for the screen        {_seconds(lambda: lot_report.parts(figures, SPEAK)):8.3f} s")


def _seconds(job: Callable[[], object]) -> float:
    """Return the least seconds of some tries."""
    found = []
    for _ in range(TIMES):
        with timing.stopwatch() as taken:
            job()
        found += taken
    return min(found)


def fill(session: Session, world: factories.World) -> date:
    """Write half a year of doses behind the first one, each with its line, movement and chained line; return their first day."""
    who = factories.person(session)
    dose = factories.dose(session, world, who, factories.order(session, world, who))
    session.commit()
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SET session_replication_role = replica"))  # claims are not copied
    else:
        driver = connection.connection.driver_connection
        for words in ("ROLLBACK", "PRAGMA foreign_keys = OFF", "BEGIN"):
            driver.execute(words)
    made = {table: [] for table in (Dose, DoseLine, Movement, RegisterEntry)}
    kept = _templates(session, dose)
    balance, held = chain.fields(kept[RegisterEntry]["body"])["balance"], kept[Movement]["balance_after"]
    before = kept[RegisterEntry]["digest"]
    for n in range(1, DAYS * A_DAY + 1):
        ids = {table: row["id"] + n for table, row in kept.items()}
        at = AT + timedelta(days=1 + (n - 1) // A_DAY, seconds=n % A_DAY)
        own = {"uid": uuid.UUID(int=n), "clinic_day": at.date()}
        made[Dose].append(kept[Dose] | own | {"id": ids[Dose], "claim_id": ids[Dose] + 10**6, "taken_at": at})
        line = {"id": ids[DoseLine], "dose_id": ids[Dose], "poured": SMALL, "taken": SMALL}
        made[DoseLine].append(kept[DoseLine] | own | line)
        moved = {
            "id": ids[Movement],
            "dose_id": ids[Dose],
            "container_seq": kept[Movement]["container_seq"] + n,
            "quantity": SMALL,
            "balance_after": held - n * SMALL,
            "moved_at": at,
        }
        made[Movement].append(kept[Movement] | own | moved)
        number = kept[RegisterEntry]["number"] + n
        said = chain.fields(kept[RegisterEntry]["body"]) | {
            "movement": ids[Movement],
            "dose": ids[Dose],
            "container_seq": moved["container_seq"],
            "quantity": 1,
            "held_after": moved["balance_after"],
            "at": at,
            "day": at.date(),
            "number": number,
            "balance": balance - n,
        }
        body = chain.body(said.pop("layout"), said)
        now = chain.digest(before, body)
        entry = {"id": ids[RegisterEntry], "movement_id": ids[Movement], "number": number, "body": body}
        made[RegisterEntry].append(kept[RegisterEntry] | own | entry | {"previous_digest": before, "digest": now})
        before = now
    for table, rows in made.items():
        columns = {column.key for column in table.__table__.columns}
        connection = session.connection()
        connection.execute(table.__table__.insert(), [{k: v for k, v in row.items() if k in columns} for row in rows])
    head = {"last_number": number, "last_digest": before, "last_balance": (balance - n) * SMALL}
    of = (ChainHead.kind == ChainKind.REGISTER, ChainHead.product_id == kept[RegisterEntry]["product_id"])
    session.execute(sa.update(ChainHead).where(*of).values(head))
    session.commit()
    session.execute(sa.text("ANALYZE"))
    session.commit()
    return world.day + timedelta(days=1)


def _templates(session: Session, dose: Dose) -> dict[type, dict[str, object]]:
    """Return the rows of which the others are copies."""
    movement = sa.select(Movement.id).where(Movement.dose_id == dose.id).scalar_subquery()
    wanted = {
        Dose: Dose.id == dose.id,
        DoseLine: DoseLine.dose_id == dose.id,
        Movement: Movement.dose_id == dose.id,
        RegisterEntry: RegisterEntry.movement_id == movement,
    }
    return {
        table: dict(session.execute(sa.select(*table.__table__.c).where(which)).one()._mapping)
        for table, which in wanted.items()
    }
