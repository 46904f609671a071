"""A client that looks at every answer as a careful reviewer would."""

import hashlib
import re
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import html5lib
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from dispensary.web.reporting.printables import OCCASIONS
from models import Staff, StaffSession
from tests.factories import World

HOST = "https://localhost"
SHEETS = {sheet.endpoint for occasion in OCCASIONS for sheet in occasion.sheets} | {"archive.open_it"}
Prints = Callable[[str, str], bool]
"""Whether a method and an address answer a sheet."""


class StrictClient(FlaskClient):
    """Fails a test on invalid HTML, a missing heading, an unlabelled input, inline script or style, a cacheable page."""

    staff_id: int | None = None

    def open(self, *args: Any, **kwargs: Any) -> Any:
        if args and isinstance(args[0], str):
            kwargs.setdefault("base_url", HOST)
            self.environ_base["HTTP_REFERER"] = HOST + "/"
        response = super().open(*args, **kwargs)
        assert response.status_code != 500, response.get_data(as_text=True)[:2000]
        if response.mimetype == "text/html" and response.status_code not in (301, 302, 303):
            check_page(response, self._prints)
        return response

    def _prints(self, method: str, address: str) -> bool:
        """Return whether an address answers a sheet and nothing else, not even a form that asks something first."""
        path = urlsplit(address).path
        try:
            rule, _ = self.application.url_map.bind("localhost").match(path, method=method, return_rule=True)
        except HTTPException:
            return False
        return rule.endpoint in SHEETS and not {"GET", "POST"} <= (rule.methods or set())

    def sign_in(self, session: Session, world: World, staff: Staff, *, at_window: bool = True) -> "StrictClient":
        """Sit down as somebody, at the window's terminal or at a desk."""
        code = secrets.token_urlsafe(8)
        session.add(
            StaffSession(
                code=code,
                staff_id=staff.id,
                site_id=world.site.id,
                terminal_id=world.terminal.id if at_window else None,
                started_at=world.at,
            )
        )
        session.commit()
        with self.session_transaction(base_url=HOST) as cookie:
            cookie.clear()
            cookie["_user_id"] = code
            cookie["_fresh"] = True
            cookie["seen_at"] = int(self.application.extensions["clock"]().timestamp())
        self.staff_id = staff.id
        return self

    def send(self, path: str, data: dict[str, Any], *, page: str | None = None, **kwargs: Any) -> Any:
        """Open a page, fill in its form and send it: hidden fields are taken from the page."""
        shown = self.get(page or path)
        assert shown.status_code == 200, shown.status_code
        return self.post(path, data={**hidden_fields(shown, path), **data}, **kwargs)


def hidden_fields(response: Any, action: str | None = None) -> dict[str, str]:
    """Return the hidden fields of the form with this action, or of the page's last form."""
    tree = html5lib.parse(response.get_data(as_text=True), namespaceHTMLElements=False)
    forms = tree.findall(".//main//form") or tree.findall(".//form")
    chosen = [f for f in forms if action is not None and f.get("action", response.request.path) == action]
    form = (chosen or forms)[-1]
    inputs = [i for i in form.iter("input") if i.get("type") == "hidden"]
    return {i.get("name"): i.get("value", "") for i in inputs}


FOUND_GOOD: set[bytes] = set()
PLAIN_VALUE = re.compile(r' value="[A-Za-z0-9_.:-]*"')
"""What a field is filled with, when nothing in it can end an attribute or open an entity."""


def check_page(response: Any, prints: Prints) -> None:
    """Assert what holds for every page of ours.

    Parsing is most of what a page costs here, and many tests come by the same pages: one that was found good is not parsed
    again. It is the same if nothing but plain values of its fields differs, such as tokens; no check looks at those.
    """
    assert "no-store" in response.headers.get("Cache-Control", ""), "a page may be cached"
    text = response.get_data(as_text=True)
    page = hashlib.sha256(PLAIN_VALUE.sub(' value=""', text).encode()).digest()
    if page not in FOUND_GOOD:
        _check_text(text, response.request.path, prints)
        FOUND_GOOD.add(page)


def _check_text(text: str, here: str, prints: Prints) -> None:
    fragment = "<html" not in text
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parseFragment(text) if fragment else parser.parse(text)
    errors = [e for e in parser.errors if e[1] not in {"expected-doctype-but-got-start-tag"}]
    assert not errors, errors
    ids = [e.get("id") for e in tree.iter() if isinstance(e.tag, str) and e.get("id")]
    assert len(ids) == len(set(ids)), f"ids twice: {sorted(i for i in ids if ids.count(i) > 1)}"
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=", text), "inline style or handler"
    assert all(s.get("src") for s in tree.iter("script")), "inline script"
    _check_labels(tree)
    _check_sheets(tree, here, prints)
    if fragment:
        return
    headings = list(tree.iter("h1"))
    assert len(headings) == 1, f"{len(headings)} h1"
    assert tree.find(".//title") is not None


def _check_labels(tree: Any) -> None:
    labelled = {label.get("for") for label in tree.iter("label")}
    for kind in ("input", "select", "textarea"):
        for element in tree.iter(kind):
            if element.get("type") in ("hidden", "submit"):
                continue
            named = element.get("id") in labelled or element.get("aria-label") or element.get("aria-labelledby")
            assert named, f"no label: {element.attrib}"
    for table in tree.iter("table"):
        assert table.find("caption") is not None, "a table without a caption"
        assert all(th.get("scope") for th in table.iter("th")), "a heading cell without its scope"


def _check_sheets(tree: Any, here: str, prints: Prints) -> None:
    """What prints opens the sheet in a tab of its own, where it is looked at; the page stays as it was."""
    for form in tree.iter("form"):
        if form.get("method") == "post" and prints("POST", form.get("action", here)):
            assert form.get("target") == "_blank", f"the sheet takes this page's place: {form.attrib}"
    for link in tree.iter("a"):
        if prints("GET", link.get("href", "")):
            assert link.get("target") == "_blank", f"the sheet takes this page's place: {link.attrib}"
