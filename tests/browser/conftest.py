"""A served clinic, and browsers at its terminals; whatever a browser complains about fails the test."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from itsdangerous import URLSafeSerializer
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy.orm import Session

import models
from dispensary import clock
from dispensary.home import Home
from dispensary.safekeeping import keys
from models.enums import Role, SettingKey
from tests import factories
from tests.browser import hands
from tests.browser.hands import Hands
from tests.conftest import migrated
from tests.durability.conftest import look_into
from tests.running import Server

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FORENOON = 12
"""Before this hour, UTC, the clinic of these tests lies eight hours east, so that its day is never about to turn."""

HERE = Path(__file__).parent
SUMMARY: list[str] = []
"""Lines for the end of the run: seconds and keys."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for line in SUMMARY:
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's own browser, once for all tests."""
    if not CHROMIUM.exists():
        pytest.fail("Chromium is not installed: apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Clinic:
    """A served clinic, and how to put something on its record beside the running server."""

    server: Server
    home: Home
    world: factories.World

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    @contextmanager
    def record(self) -> Iterator[Session]:
        """A session that writes, committed at the end."""
        with look_into(self.home) as session:
            session.connection(execution_options={"writes": True})
            yield session
            session.commit()

    def terminal(self, name: str) -> str:
        """Return the cookie of a further terminal at the window."""
        code = f"{name}-{next(factories.numbers)}"
        with self.record() as session:
            world = self.world
            terminal = models.Terminal(site_id=world.site.id, window_id=world.window.id, name=name, code=code)
            factories.save(session, terminal)
        return str(URLSafeSerializer(self.home.secret_key_file.read_bytes(), salt="terminal").dumps(code))

    def patient(self, amount: str = "80", **values: Any) -> tuple[models.Person, str]:
        """Put somebody on record with an order that holds today, and a card; return both."""
        code = f"KX-{next(factories.numbers):04}".translate(str.maketrans("0189", "ABCD")).ljust(19, "Q")
        with self.record() as session:
            who = factories.patient(session, self.world, amount, **values)
            factories.save(
                session,
                models.PersonCard(
                    person_id=who.id, code=code, issued_at=self.world.at, issued_by_id=self.world.nurse.id
                ),
            )
        return who, code

    def nurse(self, name: str = "Berta Holt", role: Role = Role.NURSE) -> models.Staff:
        """Make a further member of staff."""
        with self.record() as session:
            made = factories.staff(session, name)
            factories.role(session, made, self.world.site, role)
        return made


@contextmanager
def served(folder: Path, furnish: Callable[[Session, factories.World], None] | None = None) -> Iterator[Clinic]:
    """A clinic in a folder of its own, served by its own process."""
    (folder / "profiles").mkdir(parents=True)
    home = Home(folder, f"sqlite:///{folder / 'clinic.sqlite'}")
    keys.create_keys(home)
    migrated(home)
    with look_into(home) as session:
        session.connection(execution_options={"writes": True})
        world = factories.make_world(session, clock.now())
        if world.at.hour < FORENOON:
            _move_east(session, world)
        session.commit()
        if furnish:
            furnish(session, world)
            session.commit()
    server = Server(home)
    try:
        server.start()
        yield Clinic(server, home, world)
    finally:
        server.stop()


def _move_east(session: Session, world: factories.World) -> None:
    world.zone = ZoneInfo("Etc/GMT-8")
    factories.save(
        session,
        models.SiteSetting(
            key=SettingKey.TIME_ZONE, value=world.zone.key, effective_on=world.day, **factories.stamp(world)
        ),
    )


@pytest.fixture(scope="session")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    """One served clinic for all journeys; each brings its own people."""
    with served(tmp_path_factory.mktemp("browser") / "home") as made:
        yield made


Sit = Callable[..., Hands]


@pytest.fixture
def sit(chromium: Browser, clinic: Clinic) -> Iterator[Sit]:
    """Seat somebody at a terminal of their own: `sit(staff)`, or `sit()` before the sign-in page."""
    seated: list[Hands] = []

    def seat(staff: models.Staff | None = None, *, name: str = "Terminal", **values: Any) -> Hands:
        at = hands.sit_down(chromium, clinic.address, clinic.terminal(name), **values)
        seated.append(at)
        return at.sign_in(staff.username) if staff else at

    yield seat
    for at in seated:
        at.context.close()
    complaints = [complaint for at in seated for complaint in at.complaints]
    assert complaints == [], "the browser complained"
