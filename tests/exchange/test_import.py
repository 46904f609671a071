"""Each kind of bad row is named with file, line, column and reason, and then nothing at all is imported."""

import gzip
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import models
from dispensary.errors import Refused
from dispensary.exchange.examine import Examined, examine
from dispensary.exchange.history import refuse_while_dosing, signer, write_history
from dispensary.queries import imports
from dispensary.rules.imported import digest_of
from models import enums
from tests import factories
from tests.factories import World

FILES = {
    "patients.csv": "person,family_name,given_name,birth_date\n17,Nguyễn,Hường,1985-05-17\n18,Smith,Anna,1990-01-01\n",
    "episodes.csv": "person,admitted_on,ended_on,end_reason\n17,2025-01-01,,\n18,2025-01-01,2025-06-30,dropped_out\n",
    "doses.csv": "person,day,mg,medication,part\n17,2025-01-02,80,methadone,\n18,2025-01-02,16,buprenorphine,\n",
    "orders.csv": "order,person,medication,form,starts_on,ends_on,from_on,part,mg\n"
    "A,17,methadone,liquid,2025-01-01,2025-03-31,2025-01-01,1,80\n"
    "A,17,methadone,liquid,2025-01-01,2025-03-31,2025-02-01,1,90\n",
    "urine.csv": "person,day,substance,result\n17,2025-01-05,,\n17,2025-01-05,opioids,positive\n18,2025-01-06,,\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def add(folder: Path, name: str, line: str) -> None:
    with (folder / name).open("ab") as file:
        file.write(line.encode("utf-8", "surrogateescape") + b"\n")


def look_through(session: Session, world: World, folder: Path) -> Examined:
    return examine(session, folder, source="old", today=world.day)


def bring_in(session: Session, world: World, folder: Path) -> Examined:
    found = look_through(session, world, folder)
    assert found.faults.bad == []
    act = world.act(signer(session, world.at), origin=enums.Origin.IMPORT)
    write_history(session, found, zone=ZoneInfo("Europe/Berlin"), act=act)
    session.commit()
    return found


def bad_rows(session: Session, world: World, folder: Path) -> list[tuple[str, int, str, str]]:
    found = look_through(session, world, folder)
    return [(bad.file, bad.line, bad.column, bad.words.msgid % bad.words.values) for bad in found.faults.bad]


FIRST_OF_GROUP = 2
BAD_ROWS = [
    ("doses.csv", "17,2025-01-03,-80,methadone,", "mg", "negative"),
    ("doses.csv", "17,2025-01-03,0,methadone,", "mg", "zero"),
    ("doses.csv", "17,2025-01-03,,methadone,", "mg", "zero or empty"),
    ("doses.csv", "17,2025-01-03,80.0001,methadone,", "mg", "finer than 0.001"),
    ("doses.csv", "17,2025-01-03,80mg,methadone,", "mg", "without unit"),
    ("doses.csv", '17,2025-01-03,"80,5",methadone,', "mg", "without unit"),
    ("doses.csv", "17,2025-01-03,1e2,methadone,", "mg", "without unit"),
    ("doses.csv", "17,2025-01-03,NaN,methadone,", "mg", "without unit"),
    ("doses.csv", "17,2025-01-03,٨٠,methadone,", "mg", "without unit"),
    ("doses.csv", "17,2025-01-03,80,heroin,", "medication", "unknown; one of: methadone"),
    ("doses.csv", "17,03.01.2025,80,methadone,", "day", "write it as 2026-03-02"),
    ("doses.csv", "17,2025-02-30,80,methadone,", "day", "does not exist"),
    ("doses.csv", "17,1850-01-01,80,methadone,", "day", "before the year 1900"),
    ("doses.csv", "17,2026-03-03,80,methadone,", "day", "future"),
    ("doses.csv", "17,1984-01-01,80,methadone,", "day", "before the person's birth"),
    ("doses.csv", "17,2024-12-31,80,methadone,", "day", "in no episode"),
    ("doses.csv", "18,2025-07-01,16,buprenorphine,", "day", "in no episode"),
    ("doses.csv", "99,2025-01-03,80,methadone,", "person", "not in patients.csv"),
    ("doses.csv", ",2025-01-03,80,methadone,", "person", "is empty"),
    (
        "doses.csv",
        "17,2025-01-02,60,methadone,",
        "day",
        "second row for this person, day and part; the first is line 2",
    ),
    ("doses.csv", "17,2025-01-03,80,methadone,9", "part", "no whole number from 1 to 4"),
    ("doses.csv", "17,2025-01-03,80,methadone,1,extra", "", "has 6 cells, the header has 5"),
    ("doses.csv", "17,2025-01-03,80", "", "has 3 cells, the header has 5"),
    ("doses.csv", "1\x007,2025-01-03,80,methadone,", "person", "control character"),
    ("doses.csv", "1\udcff7,2025-01-03,80,methadone,", "person", "not UTF-8"),
    ("doses.csv", '"17,2025-01-03,80,methadone,', "", "is no CSV from here on"),
    ("patients.csv", "17,Other,Name,1980-01-01", "person", "twice"),
    ("patients.csv", "19,,Name,1980-01-01", "family_name", "is empty"),
    ("patients.csv", "19,Na\tme,Name,1980-01-01", "family_name", "control character"),
    ("patients.csv", f"19,{'x' * 501},Name,1980-01-01", "family_name", "longer than 500"),
    ("patients.csv", "19,Name,Name,2030-01-01", "birth_date", "future"),
    ("episodes.csv", "17,2025-05-01,,", "admitted_on", "overlaps"),
    ("episodes.csv", "18,2025-09-01,2025-08-01,completed", "ended_on", "before the admission"),
    ("episodes.csv", "18,2025-09-01,2025-10-01,", "end_reason", "both are empty"),
    ("episodes.csv", "18,1980-09-01,1980-10-01,completed", "admitted_on", "before the person's birth"),
    (
        "orders.csv",
        "A,17,methadone,liquid,2025-01-01,2025-03-31,2025-04-01,1,90",
        "from_on",
        "outside the order's days",
    ),
    ("orders.csv", "A,17,methadone,tablet,2025-01-01,2025-03-31,2025-03-01,1,90", "order", "differ in more"),
    ("orders.csv", "B,17,methadone,liquid,2025-03-01,2025-02-01,,,90", "ends_on", "before starts_on"),
    ("orders.csv", "B,17,methadone,liquid,2025-01-01,2025-02-01,,2,90", "part", "each part once"),
    ("orders.csv", "B,17,methadone,liquid,2025-01-01,2025-02-01,2025-01-05,,90", "from_on", "begins with the order"),
    ("urine.csv", "17,2025-01-05,opioids,negative", "substance", "twice"),
    ("urine.csv", "17,2025-01-07,opioids,", "result", "both are empty"),
]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("name", "line", "column", "reason"), BAD_ROWS)
def test_a_bad_row_is_named_with_file_line_column_and_reason(
    session: Session, world: World, folder: Path, name: str, line: str, column: str, reason: str
) -> None:
    number = FILES[name].count("\n") + 1
    add(folder, name, line)

    bad = bad_rows(session, world, folder)

    assert {row[0] for row in bad} == {name}
    assert {row[1] for row in bad} <= {number, FIRST_OF_GROUP}
    assert any(row[2] == column and reason in row[3] for row in bad)


def test_nothing_is_written_of_a_folder_with_one_bad_row(session: Session, world: World, folder: Path) -> None:
    add(folder, "doses.csv", "17,2025-01-03,-80,methadone,")
    found = look_through(session, world, folder)

    with pytest.raises(ValueError, match="bad rows"):
        write_history(session, found, zone=ZoneInfo("UTC"), act=world.act())

    assert session.scalar(select(func.count()).select_from(models.Person)) == 0


def test_rows_that_hang_on_a_bad_row_are_not_blamed_for_it(session: Session, world: World, folder: Path) -> None:
    text = FILES["patients.csv"].replace("1985-05-17", "yesterday")
    (folder / "patients.csv").write_text(text, encoding="utf-8")

    bad = bad_rows(session, world, folder)

    assert [(row[0], row[1], row[2]) for row in bad] == [("patients.csv", 2, "birth_date")]


def test_a_missing_file_and_wrong_columns_are_named(session: Session, world: World, folder: Path) -> None:
    (folder / "episodes.csv").unlink()
    (folder / "urine.csv").write_text("person,day,what,person\n", encoding="utf-8")

    bad = bad_rows(session, world, folder)

    assert ("episodes.csv", 0, "", "this file is missing") in bad
    assert ("urine.csv", 1, "person", "this column stands twice") in bad
    assert any(row[:3] == ("urine.csv", 1, "what") and "knows: person, day" in row[3] for row in bad)


def test_a_file_in_another_encoding_and_a_broken_archive_are_named(
    session: Session, world: World, folder: Path
) -> None:
    (folder / "patients.csv").write_bytes(FILES["patients.csv"].encode("utf-16"))
    (folder / "doses.csv").unlink()
    (folder / "doses.csv.gz").write_bytes(gzip.compress(FILES["doses.csv"].encode())[:40])

    bad = bad_rows(session, world, folder)

    assert any(row[:3] == ("patients.csv", 1, "") and "not UTF-8" in row[3] for row in bad)
    assert any(row[:3] == ("doses.csv.gz", 1, "") and "cannot be read" in row[3] for row in bad)


def test_a_byte_order_mark_windows_line_ends_and_compression_are_read(
    session: Session, world: World, folder: Path
) -> None:
    text = FILES["doses.csv"]
    (folder / "doses.csv").unlink()
    (folder / "doses.csv.gz").write_bytes(gzip.compress(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()))

    found = look_through(session, world, folder)

    assert found.faults.bad == []
    assert [dose.taken_mg for dose in found.doses] == [Decimal(80), Decimal(16)]


def test_what_came_in_is_fact_with_origin_import_and_moves_no_stock(
    session: Session, world: World, folder: Path
) -> None:
    moved = session.scalar(select(func.count()).select_from(models.Movement))
    add(folder, "doses.csv", "17,2025-01-03,400,methadone,2")

    found = bring_in(session, world, folder)

    doses = session.scalars(select(models.Dose).order_by(models.Dose.clinic_day, models.Dose.id)).all()
    assert [(d.clinic_day, d.part, d.taken_mg, d.outcome, d.origin, d.order_id) for d in doses] == [
        (date(2025, 1, 2), 1, Decimal(80), enums.DoseOutcome.GIVEN, enums.Origin.IMPORT, None),
        (date(2025, 1, 2), 1, Decimal(16), enums.DoseOutcome.GIVEN, enums.Origin.IMPORT, None),
        (date(2025, 1, 3), 2, Decimal(400), enums.DoseOutcome.GIVEN, enums.Origin.IMPORT, None),
    ]
    assert doses[0].taken_at.isoformat() == "2025-01-02T11:00:00+00:00"
    claims = session.scalars(select(models.Claim)).all()
    assert {claim.id for claim in claims} == {dose.claim_id for dose in doses}
    assert {claim.kind for claim in claims} == {enums.ClaimKind.IMPORT}
    assert session.scalar(select(func.count()).select_from(models.Movement)) == moved
    warned = [(odd.file, odd.line, odd.column) for odd in found.faults.odd]
    assert warned == [("doses.csv", 4, "mg")]
    importer = session.get_one(models.Staff, doses[0].recorded_by_id)
    assert (importer.username, importer.password_hash) == ("import", None)


def test_the_audit_row_covers_every_dose_and_changes_with_each(session: Session, world: World, folder: Path) -> None:
    bring_in(session, world, folder)

    run = session.scalars(select(models.ImportRun)).one()
    event = session.scalars(
        select(models.AuditEvent).where(models.AuditEvent.kind == enums.AuditKind.HISTORY_IMPORTED)
    ).one()
    doses = list(imports.imported_doses(session, run.id))
    assert (event.subject, event.subject_id) == ("import_run", run.id)
    assert f'"doses_digest":"{digest_of(doses)}"' in event.body
    assert digest_of([doses[0]._replace(taken_mg=doses[0].taken_mg + 1), *doses[1:]]) not in event.body
    assert digest_of(doses[:-1]) not in event.body


def test_a_second_run_changes_nothing_and_a_longer_one_adds_only_what_is_new(
    session: Session, world: World, folder: Path
) -> None:
    first = bring_in(session, world, folder)

    again = look_through(session, world, folder)
    add(folder, "doses.csv", "17,2025-01-03,80.0,methadone,")
    longer = bring_in(session, world, folder)

    assert (again.new, again.skipped, again.faults.bad_count) == (0, first.new, 0)
    assert (longer.new, longer.skipped) == (1, first.new)
    assert session.scalar(select(func.count()).select_from(models.Dose)) == 3


def test_a_row_that_was_different_before_is_a_bad_row(session: Session, world: World, folder: Path) -> None:
    bring_in(session, world, folder)
    (folder / "doses.csv").write_text(FILES["doses.csv"].replace(",80,", ",81,"), encoding="utf-8")

    bad = bad_rows(session, world, folder)

    assert [row[:3] for row in bad] == [("doses.csv", 2, "day")]
    assert "was different then" in bad[0][3]


def test_a_number_and_a_slot_that_are_taken_here_are_bad_rows(session: Session, world: World, folder: Path) -> None:
    factories.person(session, number="18")
    session.commit()

    bad = bad_rows(session, world, folder)

    assert [row[:3] for row in bad] == [("patients.csv", 3, "number")]
    assert "somebody else's number" in bad[0][3]


def test_an_imported_order_is_history_and_lets_nothing_be_given_today(
    session: Session, world: World, folder: Path
) -> None:
    add(folder, "orders.csv", f"B,17,methadone,liquid,2025-05-01,{world.day + timedelta(days=30)},,,70")

    bring_in(session, world, folder)

    orders = session.scalars(select(models.DoseOrder).order_by(models.DoseOrder.starts_on)).all()
    steps = session.scalars(select(models.OrderStep).where(models.OrderStep.order_id == orders[0].id)).all()
    end = session.scalars(select(models.OrderEnd)).one()
    assert sorted(step.amount_mg for step in steps) == [Decimal(80), Decimal(90)]
    assert (end.order_id, end.last_day) == (orders[1].id, world.day - timedelta(days=1))


def test_urine_tests_come_in_with_their_results(session: Session, world: World, folder: Path) -> None:
    bring_in(session, world, folder)

    tests = session.scalars(select(models.UrineTest).order_by(models.UrineTest.collected_on)).all()
    results = session.scalars(select(models.UrineResult)).all()
    assert [test.collected_on for test in tests] == [date(2025, 1, 5), date(2025, 1, 6)]
    assert [(r.urine_test_id, r.substance, r.result) for r in results] == [(tests[0].id, "opioids", "positive")]


def test_the_import_waits_while_somebody_is_signed_in_at_a_window(session: Session, world: World) -> None:
    sitting = models.StaffSession(
        code="x", staff_id=world.nurse.id, site_id=world.site.id, terminal_id=world.terminal.id, started_at=world.at
    )
    session.add(sitting)
    session.flush()

    with pytest.raises(Refused, match="window_in_use"):
        refuse_while_dosing(session, site_id=world.site.id, at=world.at)
    sitting.ended_at = world.at
    session.flush()
    refuse_while_dosing(session, site_id=world.site.id, at=world.at)
