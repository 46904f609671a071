"""A nurse's two hands on a keyboard, before a real browser: nothing here ever moves a mouse."""

import io
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import (
    APIResponse,
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Route,
    expect,
)
from pypdf import PdfReader

from tests.factories import PASSWORD

NORMAL = {"width": 1366, "height": 768}
SMALL = {"width": 1024, "height": 768}
PATIENCE_MS = 8_000
MOST_TABS = 150
HAS_FOCUS = "e => e === document.activeElement"
expect.set_options(timeout=PATIENCE_MS)
ANSWERED = re.compile(r"Failed to load resource: the server responded with a status of (400|403|404|409|413|422) ")
"""A refusal is an answer like any other; Chromium notes each one on its console."""


@dataclass
class Count:
    """How long something took, and how many keys."""

    keys: int = 0
    seconds: float = 0.0


@dataclass
class Sheet:
    """A sheet as the browser got it: how it is to be shown, with its name, and the file."""

    shown: str
    content: bytes

    @property
    def text(self) -> str:
        """What stands on it."""
        pages = PdfReader(io.BytesIO(self.content)).pages
        return " ".join(" ".join(page.extract_text() for page in pages).split())


@dataclass
class Hands:
    """One browser at one terminal. What the browser complains about is kept, and fails the test at its end."""

    context: BrowserContext
    address: str
    keys: int = 0
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """Every address that this browser asked for."""

    def __post_init__(self) -> None:
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.on("console", self._note)
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.context.on("request", self._note_address)
        self.page = self.context.new_page()

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not ANSWERED.match(message.text):
            self.complaints.append(f"{message.text} ({self.page.url})")

    def _note_address(self, request: Request) -> None:
        self.asked.append(request.url)

    def another_tab(self) -> Page:
        """Open a tab beside this one, in the same browser, and use it from now on; return the old one."""
        old, self.page = self.page, self.context.new_page()
        return old

    # Going and looking

    def go(self, path: str) -> "Hands":
        """Type an address."""
        self.page.goto(self.address + path)
        return self

    def sign_in(self, username: str, password: str = PASSWORD) -> "Hands":
        """Sit down, by way of the sign-in page."""
        self.go("/sign-in")
        self.sees_page("Sign in")
        self.fill("Sign-in name", username)
        self.fill("Password", password)
        self.press("Enter")
        expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()
        return self

    def sees_page(self, name: str) -> "Hands":
        """Wait for the page of this name."""
        expect(self.page.get_by_role("heading", level=1, name=re.compile("^" + re.escape(name)))).to_be_attached()
        self.page.wait_for_load_state()
        return self

    def sees(self, text: str) -> "Hands":
        """Wait until the page says this."""
        expect(self.page.locator("main")).to_contain_text(text)
        return self

    def sees_field(self) -> "Hands":
        """Wait until the one field holds the focus, as a nurse waits for the caret."""
        self.page.wait_for_selector("#scan:focus")
        return self

    @property
    def title(self) -> str:
        return self.page.title()

    # Keys

    def press(self, key: str, times: int = 1) -> None:
        """Press one key."""
        for _ in range(times):
            self.page.keyboard.press(key)
            self.keys += 1

    def type(self, text: str) -> None:
        """Type where the focus is."""
        self.page.keyboard.type(text)
        self.keys += len(text)

    def scan(self, text: str) -> None:
        """Hold a card before the scanner, which types the code and presses Enter; no key of the nurse's."""
        before = self.keys
        self.type(text)
        self.press("Enter")
        self.keys = before

    @contextmanager
    def counted(self) -> Iterator[Count]:
        """Count seconds and keys."""
        count, keys, begun = Count(), self.keys, time.monotonic()
        yield count
        count.keys, count.seconds = self.keys - keys, time.monotonic() - begun

    # Finding by role and label, and reaching with the Tab key

    def reach(self, target: Locator) -> Locator:
        """Press Tab until the focus is there."""
        expect(target).to_be_visible()
        element = target.element_handle()  # found by its role and name once, not at every key
        for _ in range(MOST_TABS):
            if element.evaluate(HAS_FOCUS):
                return target
            self.press("Tab")
        raise AssertionError(f"the Tab key does not reach {target}")

    def fill(self, label: str, text: str, within: Locator | None = None) -> None:
        """Type into the field of this label, in place of what is there."""
        field = self.reach((within or self.page).get_by_label(label, exact=True))
        if field.get_attribute("type") != "date":
            self.press("Control+a")
        self.type(text)

    def fill_day(self, label: str, day: str) -> None:
        """Type a day, given as year-month-day, as the browser's own day field wants it."""
        year, month, day_of_month = day.split("-")
        self.fill(label, month + day_of_month + year)

    def choose(self, label: str) -> None:
        """Choose one of several with the arrow keys."""
        wanted = self.page.get_by_role("radio", name=label, exact=True)
        group = self.page.locator(f"input[type=radio][name={wanted.get_attribute('name')}]")
        self.reach_any(group)
        if _has_focus(wanted):
            self.press("Space")
        for _ in range(group.count()):
            if wanted.is_checked():
                return
            self.press("ArrowDown")
        raise AssertionError(f"the arrow keys do not reach {label}")

    def reach_any(self, targets: Locator) -> None:
        """Press Tab until the focus is on one of them."""
        for _ in range(MOST_TABS):
            if any(_has_focus(target) for target in targets.all()):
                return
            self.press("Tab")
        raise AssertionError(f"the Tab key does not reach {targets}")

    def pick(self, label: str, option: str) -> None:
        """Pick from a list by typing the beginning of a line."""
        box = self.reach(self.page.get_by_label(label, exact=True))
        self.type(option)
        assert box.locator("option:checked").inner_text().strip().startswith(option)

    def tick(self, label: str) -> None:
        """Tick a box."""
        self.reach(self.page.get_by_label(label, exact=True))
        self.press("Space")

    def push(self, button: str) -> None:
        """Push a button with Enter."""
        self.reach(self.page.get_by_role("button", name=button, exact=True))
        self.press("Enter")

    def prints(self, button: str) -> Sheet:
        """Push a button that prints, look at the sheet where the browser shows it, and come back.

        A button alone opens the sheet in a tab of its own; a form that asks something first answers in its own place.
        """
        got: list[APIResponse] = []

        def let_through(route: Route) -> None:
            got.append(route.fetch())
            route.fulfill(response=got[-1])

        pressed = self.reach(self.page.get_by_role("button", name=button, exact=True))
        here, in_a_tab = self.page.url, pressed.evaluate("button => button.form.target === '_blank'")
        self.context.route(lambda address: address.startswith(self.address), let_through)
        if in_a_tab:
            with self.context.expect_page() as tab:
                self.press("Enter")
            tab.value.wait_for_load_state()
            tab.value.close()
        else:
            with self.page.expect_navigation():
                self.press("Enter")
        self.context.unroute_all()
        if not in_a_tab:
            self.page.go_back()
        assert self.page.url == here
        [answer] = got
        assert answer.headers["content-type"] == "application/pdf"
        return Sheet(answer.headers["content-disposition"], answer.body())

    def unfold(self, what: str) -> None:
        """Open the part of the page whose summary begins so."""
        self.reach(self.page.locator("summary").filter(has_text=what))
        self.press("Enter")

    def follow(self, link: str) -> None:
        """Follow a link with Enter."""
        self.reach(self.page.get_by_role("link", name=link, exact=True))
        self.press("Enter")


def _has_focus(target: Locator) -> bool:
    return bool(target.evaluate(HAS_FOCUS))


def sit_down(
    browser: Browser, address: str, terminal_cookie: str, *, script: bool = True, size: dict[str, int] = NORMAL
) -> Hands:
    """Open a browser at a terminal that the clinic knows; without script where a site has turned it off."""
    context = browser.new_context(
        java_script_enabled=script, viewport=size, locale="en-US", accept_downloads=True, base_url=address
    )
    context.add_cookies([{"name": "terminal", "value": terminal_cookie, "url": address, "secure": True}])
    return Hands(context, address)
