"""Every page of the map, looked at as a browser shows it: WCAG rules by axe, and no sideways scrolling on a small screen."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from dispensary.permissions import ROLES
from models.enums import Role
from tests.browser import hands
from tests.browser.conftest import Clinic, served
from tests.browser.hands import NORMAL, SMALL, Hands
from tests.durability.conftest import look_into
from tests.house.samples import Samples

NO_PAGES = {
    "sign_in.home": "a redirect",
    "sign_in.health": "a word for machines",
    "sign_in.still_here": "empty",
    "station.queue": "part of a page, which is looked at whole",
    "patients.photo": "a picture",
    "reporting.dose_chart": "a picture",
    "station.mark": "a mark for the script of a page",
    "orders.desk_mark": "a mark for the script of a page",
}
"""GET addresses that are not looked at, and why; files to keep are left out by their names."""

FILES = (".csv", ".xlsx", ".pdf", ".svg")
TYPED_INTO = "main form[method=post]:not([target]):has(input:not([type=hidden]):not([type=submit]), textarea)"
"""Forms that somebody types into, and that therefore refuse to be sent empty or change nothing."""


@dataclass
class Pages:
    """A served clinic with one record of each kind, and the addresses that each role may see first of all roles."""

    clinic: Clinic
    of_role: dict[Role, list[str]]


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    with served(tmp_path_factory.mktemp("pages") / "home") as clinic:
        looking = look_into(clinic.home)
        with looking as session:
            samples = Samples(session, clinic.world)
            of_role: dict[Role, list[str]] = {role: [] for role in Role}
            for rule in looking.app.url_map.iter_rules():
                view = looking.app.view_functions[rule.endpoint]
                if "GET" not in (rule.methods or ()) or getattr(view, "public", False) or rule.endpoint in NO_PAGES:
                    continue
                address = samples.address(rule)
                if not address.endswith(FILES):
                    role = next(role for role in Role if view.requires <= ROLES[role])
                    of_role[role].append(address)
        yield Pages(clinic, of_role)


@pytest.fixture
def look(chromium: Browser, pages: Pages) -> Iterator[Hands]:
    """A browser at a terminal of the clinic that has one record of each kind."""
    at = hands.sit_down(chromium, pages.clinic.address, pages.clinic.terminal("Looking"))
    yield at
    at.context.close()
    assert at.complaints == []


axe = Axe()


def faults(at: Hands, what: str) -> list[str]:
    """Return what is wrong with the page as it stands, each fault with its page and element."""
    found = []
    for violation in axe.run(at.page).response["violations"]:
        elements = [node["html"][:120] for node in violation["nodes"][:3]]
        found.append(f"{what}: {violation['id']}: {violation['help']} {elements}")
    for size in (SMALL, NORMAL):
        at.page.set_viewport_size(size)
        wide = at.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wide > 0:
            found.append(f"{what}: {wide} pixels wider than a screen of {size['width']}")
    return found


@pytest.mark.parametrize("role", list(Role))
def test_every_page_passes_axe_and_fits_a_small_screen(pages, look, role):
    look.sign_in(pages.clinic.world.staff[role].username)
    found = []
    for address in pages.of_role[role]:
        look.go(address)
        found += faults(look, address)
        form = look.page.locator(TYPED_INTO)
        if form.count() and address != "/locked":
            with look.page.expect_navigation():
                form.first.evaluate("form => HTMLFormElement.prototype.submit.call(form)")
            found += faults(look, f"{address}, sent as it was")

    assert found == []


def test_pages_outside_a_sitting_pass_axe_and_fit_a_small_screen(pages, look):
    found = faults(look.go("/sign-in"), "sign in")
    look.sign_in(pages.clinic.world.nurse.username)
    found += faults(look.go("/people/999999"), "no such person")
    found += faults(look.go("/nowhere"), "no such page")
    found += faults(look.go("/staff"), "not permitted")
    look.go("/window").push("Lock")
    found += faults(look.sees_page("Locked"), "locked")

    assert found == []
