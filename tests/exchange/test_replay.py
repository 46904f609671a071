"""Half a year of 873 real people's dosing comes in whole, is found again, and changes nothing the second time."""

import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import models
from dispensary.exchange.examine import Examined, examine
from dispensary.exchange.history import signer, write_history
from dispensary.queries import imports
from dispensary.rules.imported import digest_of
from models import enums
from tests.exchange import replay
from tests.exchange.dropouts import assert_the_ledger_finds_the_published_dropouts
from tests.factories import World

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not replay.SOURCE.exists(), reason=f"the published histories are not at {replay.SOURCE}"),
]
PEOPLE, DOSES = 873, 96_777


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("replay")
    replay.convert(target)
    return target


def test_873_people_and_96_777_doses_come_in_whole_and_only_once(
    session: Session, world: World, folder: Path, backend: str, capsys: pytest.CaptureFixture[str]
) -> None:
    started = time.perf_counter()

    found = look_through(session, world, folder)
    looked = time.perf_counter()
    act = world.act(signer(session, world.at), origin=enums.Origin.IMPORT)
    run = write_history(session, found, zone=ZoneInfo("UTC"), act=act)
    session.commit()
    seconds = time.perf_counter() - started

    assert found.faults.bad == []
    assert found.faults.odd_count > 0
    assert count(session, models.Person) == PEOPLE
    assert count(session, models.Dose) == count(session, models.Claim) == DOSES
    assert count(session, models.Movement) == len(world.containers)
    assert_one_history_is_whole(session, folder)
    assert_a_day_is_whole(session, found)
    assert_the_audit_covers_every_dose(session, run)
    assert_the_ledger_finds_the_published_dropouts(session, world)
    again = look_through(session, world, folder)
    assert (again.new, again.faults.bad_count) == (0, 0)
    assert again.skipped == run.rows
    with capsys.disabled():
        rate = f"{found.new / seconds:,.0f} rows/s"
        print(f"\n{backend}: {found.new:,} rows in {seconds:.1f} s ({looked - started:.1f} s looking), {rate}")


def look_through(session: Session, world: World, folder: Path) -> Examined:
    return examine(session, folder, source="ctn0027", today=world.day)


def count(session: Session, model: type[models.Base]) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def assert_one_history_is_whole(session: Session, folder: Path) -> None:
    person = session.scalars(select(models.Person).where(models.Person.number == "R00010")).one()
    first_days = session.execute(
        select(models.Dose.clinic_day, models.Dose.taken_mg, models.Dose.episode_id)
        .where(models.Dose.person_id == person.id)
        .order_by(models.Dose.clinic_day)
        .limit(3)
    ).all()
    assert [row.taken_mg for row in first_days] == [Decimal(8), Decimal(16), Decimal(24)]
    assert [row.clinic_day for row in first_days] == [replay.FIRST_DAY + timedelta(days=n) for n in range(3)]
    assert {row.episode_id for row in first_days} == {
        session.scalar(select(models.Episode.id).where(models.Episode.person_id == person.id))
    }


def assert_a_day_is_whole(session: Session, found: Examined) -> None:
    day = date(2024, 5, 1)
    table = models.Dose.__table__.c
    rows = session.execute(select(table.taken_mg).where(table.clinic_day == day)).all()
    wanted = [dose.taken_mg for dose in found.doses if dose.day == day]
    assert len(rows) == len(wanted) > 300
    assert sum(row.taken_mg for row in rows) == sum(wanted)


def assert_the_audit_covers_every_dose(session: Session, run: models.ImportRun) -> None:
    event = session.scalars(
        select(models.AuditEvent).where(models.AuditEvent.kind == enums.AuditKind.HISTORY_IMPORTED)
    ).one()
    assert f'"doses":{DOSES}' in event.body
    assert digest_of(imports.imported_doses(session, run.id)) in event.body
