"""Bad mornings: double clicks, two terminals, reversals, incidents, paper, clocks, kills; then everything is recounted."""

import shutil
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from itsdangerous import URLSafeSerializer
from sqlalchemy import text

import models
from dispensary.home import Home
from dispensary.queries.verification import verify
from dispensary.safekeeping import keys
from dispensary.services import stock_moving
from models.enums import Role
from reports import dispensing_figures
from reports.page import Heading
from tests import factories
from tests.conftest import POSTGRESQL, migrated
from tests.durability.bad_morning import OPENED, BadMorning, Furniture
from tests.durability.conftest import look_into
from tests.durability.recount import recount
from tests.durability.shifted import VARIABLE
from tests.running import Server, Terminal

pytestmark = pytest.mark.slow

NURSES, PEOPLE, STEPS = 4, 30, 25
VERBS = {
    "give": 14, "press_twice": 4, "two_terminals": 4, "leave_a_page_open": 3, "press_an_old_page": 3,
    "withhold": 1, "refuse": 1, "part": 2, "reverse": 3, "kill": 1,
    "wrong_container": 2, "stop_and_release": 3,
    "incident": 2, "swallowed_by_another": 2, "vomit_and_replace": 3, "spill": 2, "elsewhere": 2,
    "paper": 2, "clock_goes_wrong": 1, "link": 1,
}  # fmt: skip
"""What happens, and how often beside the rest."""
ABOUT = Heading(
    clinic="Bad Mornings", address="", first=OPENED.date(), last=OPENED.date(), zone="UTC", policies=(), printed_by="Nobody",
    printed_at=OPENED, paper="A4", language="en",
)  # fmt: skip
"""What a log of these mornings says of itself."""
PAGES = {
    "dose", "withhold", "refuse", "part", "reverse", "stop", "release", "end", "open", "incident", "vomited", "replacement",
    "replace", "spilt", "elsewhere", "paper", "clock", "link",
}  # fmt: skip
"""What must have been carried out at least once in five mornings."""


@dataclass
class Furnished:
    """A clinic's database, made once for each backend and copied for each morning."""

    home: Home
    furniture: Furniture


@pytest.fixture(scope="module")
def furnished() -> dict[str, Furnished]:
    """What was furnished so far, by backend."""
    return {}


@pytest.fixture
def mornings(backend, furnished, request, tmp_path_factory):
    """Return what lets a bad morning happen, by its seed, and holds it to the recount."""
    postgres = request.getfixturevalue("durable_postgres") if backend == POSTGRESQL else None
    if backend not in furnished:
        furnished[backend] = furnish(tmp_path_factory.mktemp("bad"), postgres)

    def happen(seed: int) -> Counter[str]:
        folder = tmp_path_factory.mktemp(f"morning-{seed}")
        home = copy(furnished[backend].home, folder, postgres)
        clock_file = folder / "clock"
        clock_file.write_text(str(int((OPENED - datetime.now(UTC)).total_seconds())), encoding="ascii")
        server = Server(home, "tests.durability.shifted", **{VARIABLE: str(clock_file)})
        try:
            server.start()
            return live(server, home, clock_file, furnished[backend].furniture, seed)
        finally:
            server.stop()

    return happen


def live(server: Server, home: Home, clock_file: Path, furniture: Furniture, seed: int) -> Counter[str]:
    """Let one morning happen, and recount it."""
    with look_into(home) as session:

        def rows(query: str) -> list[tuple]:
            session.rollback()
            return [tuple(row) for row in session.execute(text(query))]

        morning = BadMorning(server, clock_file, furniture, lambda: sit_down(server, home, furniture), rows, seed)
        plan = list(VERBS) + morning.chance.choices(list(VERBS), list(VERBS.values()), k=STEPS)
        morning.chance.shuffle(plan)
        for verb in plan:
            getattr(morning, verb)()
    server.stop()
    check(home, morning)
    return morning.book.done


def check(home: Home, morning: BadMorning) -> None:
    """Hold the book of the morning against the rows, and the rows against each other."""
    with look_into(home) as session:
        recount(session)
        rows = session.execute(
            text(
                "SELECT d.id, d.person_id, r.id FROM dose d LEFT JOIN dose_reversal r ON r.dose_id = d.id"
                " WHERE d.outcome IN ('given', 'part_given', 'replacement') AND d.origin <> 'paper'"
            )
        ).all()
        papers = Counter(session.scalars(text("SELECT person_id FROM dose WHERE origin = 'paper'")))
        survivor = dict(session.execute(text("SELECT id, COALESCE(root_id, id) FROM person")).all())
        on_record = {row[0]: row[1] for row in rows}
        undone = {row[0] for row in rows if row[2] is not None}
        site = session.query(models.Site).one()
        key = keys.read_seal_key(home).public_key()
        found = verify(session, site.id, key)
        log = dispensing_figures.figures(
            session, site.id, OPENED.date(), OPENED.date() + timedelta(days=3), about=ABOUT
        )
        swallowed = session.execute(
            text(
                "SELECT l.product_id, SUM(l.taken) FROM dose_line l"
                " WHERE l.dose_id NOT IN (SELECT dose_id FROM dose_reversal) GROUP BY l.product_id"
            )
        ).all()
    book = morning.book
    assert book.given.items() <= on_record.items(), "a dose that a screen confirmed is not on record for that person"
    assert book.reversed <= undone, "a reversal that was confirmed is not on record"
    unseen = Counter(who for dose, who in on_record.items() if dose not in book.given)
    assert not unseen - Counter(book.perhaps), f"doses that no screen confirmed: {unseen}"
    entered, on_paper = (
        Counter(survivor[who] for who in counted.elements()) for counted in (book.paper, papers)
    )  # a linked record's paper goes to the one that survives
    assert entered == on_paper, (
        f"paper not on record: {entered - on_paper}; on record and not entered: {on_paper - entered}"
    )
    assert found.sound, found.faults
    assert log.reconciles, "the log's totals are not the register's"
    consumed = {total.product.id: total.consumed * 1000 for total in log.totals if total.consumed}
    assert consumed == {product: amount for product, amount in swallowed if amount}, (
        "the log's totals are not the rows'"
    )


def sit_down(server: Server, home: Home, furniture: Furniture) -> list[Terminal]:
    """Sign a nurse in at each terminal."""
    sign = URLSafeSerializer(home.secret_key_file.read_bytes(), salt="terminal").dumps
    return [
        Terminal(server.port, {"terminal": str(sign(code))}).sign_in(nurse, factories.PASSWORD)
        for nurse, code in zip(furniture.nurses, furniture.codes, strict=True)
    ]


def furnish(folder: Path, postgres) -> Furnished:
    """Make a small clinic with two windows, four nurses and thirty people, two of whom have two records."""
    if postgres:
        postgres.execute("CREATE DATABASE bad_mornings")
    home = make_home(folder, postgres, "bad_mornings")
    keys.create_keys(home)
    migrated(home)
    with look_into(home) as session:
        world = factories.make_world(session, OPENED)
        other = factories.save(session, models.Window(site_id=world.site.id, name="Window 2"))
        methadone = world.products["methadone"]
        for size in ("60", "300", "900"):
            factories.container(session, world, methadone, size=size)
        beside = [
            factories.container(session, world, methadone, size=size, at_window=False).id for size in ("90", "900")
        ]
        stock_moving.move_to_window(session, container_ids=beside, window_id=other.id, act=world.act())
        opened_there = replace(world.act(), window_id=other.id)
        stock_moving.open_container(session, container_id=beside[0], witnessed_by_id=world.witness.id, act=opened_there)
        codes = [f"bad-morning-terminal-{n}" for n in range(NURSES)]
        nurses = [factories.staff(session, f"Nurse {n}") for n in range(NURSES)]
        made: list[models.Terminal] = []
        for nurse, code in zip(nurses, codes, strict=True):
            factories.role(session, nurse, world.site, Role.NURSE)
            window = world.window if len(made) % 2 == 0 else other
            made.append(models.Terminal(site_id=world.site.id, window_id=window.id, name=code, code=code))
            factories.save(session, made[-1])
        people = [factories.patient(session, world, f"{40 + 5 * (n % 12)}").id for n in range(PEOPLE)]
        furniture = Furniture(
            nurses=[nurse.username for nurse in nurses],
            prescriber=world.prescriber.username,
            witness=world.witness.username,
            codes=codes,
            people=people,
            twins=[(people[0], people[1]), (people[2], people[3])],
            windows=[world.window.id, other.id],
        )
        session.commit()
    return Furnished(home, furniture)


def make_home(folder: Path, postgres, database: str) -> Home:
    (folder / "profiles").mkdir(parents=True)
    return Home(folder, postgres.url(database) if postgres else f"sqlite:///{folder / 'clinic.sqlite'}")


def copy(template: Home, folder: Path, postgres) -> Home:
    home = make_home(folder, postgres, "bad_morning")
    for file in (template.secret_key_file, template.seal_key_file):
        shutil.copy(file, folder)
    if postgres:
        postgres.copy("bad_mornings", "bad_morning")
    else:
        shutil.copy(template.folder / "clinic.sqlite", folder)
    return home


def test_five_bad_mornings_leave_everything_in_agreement(mornings):
    carried_out = sum((mornings(seed) for seed in range(5)), Counter())

    assert not PAGES - set(carried_out), "some pages were never carried out, so the mornings prove nothing of them"


@pytest.mark.soak
def test_fifty_bad_mornings(mornings, backend):
    carried_out = sum((mornings(1000 + seed) for seed in range(50)), Counter())

    print(f"\n{backend}: 50 bad mornings, all agree; carried out: {dict(carried_out)}")
