"""Papers made by themselves: each night's log and each day's pack kept once, caught up after a crash and a holiday."""

import io
import json
import sqlite3
from datetime import timedelta

import pypdf
import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from dispensary.jobs import table, tick
from dispensary.jobs.papers import draw_and_keep, keep_log, keep_month, keep_pack
from dispensary.queries import jobs as records
from dispensary.rules.job_times import Due
from dispensary.services import archive
from dispensary.web.database import db
from models import ArchivedPaper, ArchivedPaperContent, JobRun
from models.enums import ArchivedKind, JobOutcome, Origin
from reports import kept_papers
from reports.kept_papers import NewPaper
from tests import factories
from tests.conftest import POSTGRESQL
from tests.rows import count

DAY = timedelta(days=1)
JOBS = tuple(job for job in table.JOBS if job.name in ("day_log", "day_pack"))
LOG, PACK, MONTH = ArchivedKind.DAY_LOG, ArchivedKind.DOWNTIME_PACK, ArchivedKind.MONTH_SUMMARY


def kept(session):
    session.rollback()
    query = select(ArchivedPaper.kind, ArchivedPaper.first_on, ArchivedPaper.last_on).order_by(ArchivedPaper.id)
    return [tuple(row) for row in session.execute(query)]


def days(session, kind):
    return [first for of, first, _ in kept(session) if of is kind]


def words(session, kind):
    session.rollback()
    query = select(ArchivedPaperContent.content).join(
        ArchivedPaper, ArchivedPaper.id == ArchivedPaperContent.archived_paper_id
    )
    content = session.scalars(query.where(ArchivedPaper.kind == kind)).one()
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


@pytest.fixture
def dosed(session, world):
    who = factories.person(session, "Lê", "Bình")
    factories.dose(session, world, who, factories.order(session, world, who))
    session.commit()
    return who


def test_the_tick_keeps_the_log_of_the_day_that_is_over_and_the_pack_of_the_one_that_begins(
    app, session, world, dosed, clock
):
    clock.forward(days=1)

    ended = tick.tick(app, JOBS)

    assert {outcome for _, outcome in ended} == {JobOutcome.DONE}
    assert kept(session) == [(LOG, world.day, world.day), (PACK, world.day + DAY, world.day + DAY)]
    assert {paper.origin for paper in session.scalars(select(ArchivedPaper))} == {Origin.JOB}
    assert "Lê Bình" in words(session, LOG)
    assert "80 mg" in words(session, LOG)
    assert "Lê Bình" in words(session, PACK)


def test_neither_is_made_before_its_hour(app, session, world, dosed, clock):
    tick.tick(app, JOBS)
    before = kept(session)
    clock.forward(hours=19)  # 02:00, the clinic day is not over

    tick.tick(app, JOBS)

    assert kept(session) == before
    assert world.day not in days(session, LOG)


def test_a_second_tick_and_a_second_run_make_nothing(app, session, world, dosed, clock):
    clock.forward(days=1)
    tick.tick(app, JOBS)
    once = kept(session)
    clock.forward(hours=1)

    tick.tick(app, JOBS)
    with app.app_context():
        for job in JOBS:
            job.does(app, Due(world.site.id, job.name, clock(), world.day, 2))

    assert kept(session) == once


def test_missed_days_get_their_log_and_only_the_present_day_a_pack(app, session, world, dosed, clock):
    tick.tick(app, JOBS)
    clock.forward(days=4)

    tick.tick(app, JOBS)

    assert days(session, LOG)[-4:] == [world.day + n * DAY for n in range(4)]
    assert days(session, PACK) == [world.day, world.day + 4 * DAY]


def test_a_long_absence_is_caught_up_day_by_day_for_a_month_at_most(app, session, world, clock):
    logs = tuple(job for job in JOBS if job.name == "day_log")
    tick.tick(app, logs)
    clock.forward(days=32)

    tick.tick(app, logs)

    caught_up = days(session, LOG)[1:]
    assert caught_up == [world.day + n * DAY for n in range(1, 32)]


def test_a_crash_between_keeping_and_noting_leaves_one_paper(app, session, world, dosed, clock, monkeypatch):
    clock.forward(days=1)

    def dies(*args, **kwargs):
        raise SystemExit

    with monkeypatch.context() as crash:
        crash.setattr(tick.jobs, "note_run", dies)
        with pytest.raises(SystemExit):
            tick.tick(app, JOBS)
    assert days(session, LOG) == [world.day]
    assert count(session, JobRun) == 0

    clock.forward(minutes=1)
    tick.tick(app, JOBS)

    assert days(session, LOG) == [world.day]
    assert days(session, PACK) == [world.day + DAY]


def test_a_crash_while_keeping_leaves_nothing_and_the_next_attempt_keeps_it(
    app, session, world, dosed, clock, monkeypatch
):
    clock.forward(days=1)
    with monkeypatch.context() as crash:
        crash.setattr(archive.audit, "record", lambda *args, **kwargs: 1 / 0)
        with app.app_context(), pytest.raises(ZeroDivisionError):
            keep_log(app, Due(world.site.id, "day_log", clock(), world.day, 1))
    assert count(session, ArchivedPaper) == count(session, ArchivedPaperContent) == 0

    tick.tick(app, JOBS)

    assert days(session, LOG) == [world.day]


def test_a_full_disk_is_said_as_one_and_the_paper_comes_once_there_is_room(app, session, world, dosed, clock):
    clock.forward(days=1)
    session.rollback()
    with app.app_context():
        engine = db.engine

    def full(connection, cursor, statement, parameters, context, executemany):
        if statement.startswith("INSERT INTO archived_paper_content"):
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorname = "SQLITE_FULL"
            raise OperationalError(statement, {}, error)

    event.listen(engine, "before_cursor_execute", full)
    try:
        tick.tick(app, JOBS)
    finally:
        event.remove(engine, "before_cursor_execute", full)
    assert kept(session) == []
    failed = records.failing(session, world.site.id, ["day_log"])
    assert failed[0].note == "DiskFull ENOSPC"

    clock.forward(minutes=11)
    tick.tick(app, JOBS)

    assert days(session, LOG) == [world.day]
    assert records.failing(session, world.site.id, ["day_log"]) == []


def test_a_database_that_can_hold_no_more_keeps_nothing_by_half(app, session, world, dosed, clock, backend):
    if backend == POSTGRESQL:
        pytest.skip("SQLite's own limit")
    clock.forward(days=1)
    session.rollback()
    with app.app_context():
        pages = db.session.connection().exec_driver_sql("PRAGMA page_count").scalar()
        db.session.connection().exec_driver_sql(f"PRAGMA max_page_count={pages + 4}")
        db.session.rollback()
        with pytest.raises(OperationalError) as error:
            keep_log(app, Due(world.site.id, "day_log", clock(), world.day, 1))
        assert tick.kind_of(error.value) == "DiskFull ENOSPC"
        db.session.rollback()
        assert count(session, ArchivedPaper) == 0
        db.session.connection().exec_driver_sql("PRAGMA max_page_count=1073741823")
        db.session.rollback()
        keep_log(app, Due(world.site.id, "day_log", clock(), world.day, 1))
    assert days(session, LOG) == [world.day]


def test_a_pack_of_a_day_that_is_over_is_not_made(app, session, world, clock):
    with app.app_context():
        keep_pack(app, Due(world.site.id, "day_pack", clock(), world.day - 3 * DAY, 1))
        keep_pack(app, Due(world.site.id, "day_pack", clock(), world.day, 1))

    assert kept(session) == []


def drawn(content=b"%PDF-1.4 a month"):
    asked = []

    def draw(session, site_id, first, last, at, speak):
        asked.append((first, last))
        return NewPaper(content, {"Doses given": "1"}, "en", "A4") if content else None

    return asked, draw


def test_a_month_is_summed_up_in_the_night_after_its_last_day_and_in_no_other(app, session, world, clock, monkeypatch):
    asked, draw = drawn()
    monkeypatch.setattr(kept_papers, "month_summary", draw)
    first, last = world.day.replace(day=1), world.day.replace(day=31)
    with app.app_context():
        for day in (last - DAY, last, last, last + DAY):
            keep_month(app, Due(world.site.id, "month_summary", clock(), day, 1))

    assert kept(session) == [(MONTH, first, last)]
    assert asked == [(first, last)], "what is kept is not drawn again"


def test_where_there_is_nothing_to_keep_nothing_is_kept(app, session, world, clock):
    _, draw = drawn(content=None)
    with app.app_context():
        draw_and_keep(app, Due(world.site.id, "x", clock(), world.day, 1), LOG, world.day, world.day, draw)

    assert kept(session) == []


def test_the_summary_is_ready_on_the_first_morning_and_says_what_the_page_says(app, session, world, clock):
    last = world.day.replace(day=31)
    clock.forward(days=(last - world.day).days + 1)
    with app.app_context():
        keep_month(app, Due(world.site.id, "month_summary", clock(), last, 1))

    assert kept(session) == [(MONTH, last.replace(day=1), last)]
    content = session.scalars(select(ArchivedPaperContent)).one()
    assert "Figure %(of)s|left: left, for whatever reason" in json.loads(content.figures)
    assert content.content.startswith(b"%PDF")
