"""Everything a person reads goes through the translators: pages are shown in a language in which every sentence is ⟦marked⟧."""

import re
from collections.abc import Iterator
from typing import Any

import flask_babel
import html5lib
import pytest
from sqlalchemy import Text, select

from dispensary.permissions import ROLES
from models import Base
from models.enums import Role
from tests.house.samples import Samples
from tests.house.test_gate import needed, own_rules

OPEN, CLOSE = "⟦", "⟧"
SAME_EVERYWHERE = {"mg", "mL", "ms", "Letter", "none"}
"""Units, the name of a size of paper, what is typed where a site names no folder. Capitals alone (CSV) are the same too."""
DAYS = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}
"""From Babel's calendar, in the language of the page."""
SPEAK_FOR_THEMSELVES = {
    "/health": "answers a machine",
    "/policy": "quotes policy profiles, which are in the language of their source",
    "/policy/<profile_id>": "as above",
    "/policy/<profile_id>/decision": "as above",
    "/policy/what-if": "as above",
    "/disclosures/statement": "quotes the notice and the statement of confidentiality in the words that hold at law",
    "/disclosures/statement/approve": "as above",
}
"""Pages whose words no translator is asked for, with the reason."""
SHOWN_IN = ("aria-label", "title", "placeholder", "alt")
WORD = re.compile(r"[^\W\d_]{2,}")


class Marked:
    """A language in which each sentence stands between brackets."""

    def ugettext(self, text: str) -> str:
        return f"{OPEN}{text}{CLOSE}"

    def ungettext(self, one: str, many: str, count: int) -> str:
        return f"{OPEN}{one if count == 1 else many}{CLOSE}"

    gettext, ngettext = ugettext, ungettext


@pytest.fixture
def marked(monkeypatch) -> None:
    monkeypatch.setattr(flask_babel.Domain, "get_translations", lambda self: Marked())


def texts(tree: Any) -> Iterator[str]:
    """Yield everything on a page that can be read, aloud or with eyes."""
    for element in tree.iter():
        if not isinstance(element.tag, str) or element.tag in ("script", "style"):
            continue
        if element.get("translate") != "no":  # a digest is no word, though a piece of it may look like one
            yield element.text or ""
        yield element.tail or ""
        yield from (element.get(name, "") for name in SHOWN_IN)
        if element.tag == "input" and element.get("type") == "submit":
            yield element.get("value", "")


def outside(text: str) -> str:
    """Return what of a text no translator was asked for."""
    kept, depth = [], 0
    for letter in text:
        depth += (letter == OPEN) - (letter == CLOSE)
        kept.append(letter if depth == 0 and letter != CLOSE else " ")
    return "".join(kept)


def own_data(session) -> set[str]:
    """Return every word that the clinic itself has written down."""
    words: set[str] = set()
    for table in Base.metadata.tables.values():
        for column in table.columns:
            if isinstance(column.type, Text):
                for value in session.scalars(select(column)):
                    words.update(WORD.findall(value or ""))
    return words


def test_every_sentence_on_every_page_goes_through_the_translators(app, client, session, world, marked, backend):
    if backend != "sqlite":
        pytest.skip("pages are the same on both")
    samples = Samples(session, world)
    pages = {rule.rule: samples.address(rule) for rule in own_rules(app, "GET")}
    data = own_data(session) | SAME_EVERYWHERE | DAYS
    spoken: dict[str, set[str]] = {}
    for rule in own_rules(app, "GET"):
        if rule.rule in SPEAK_FOR_THEMSELVES:
            continue
        role = next(r for r in Role if (needed(app, rule) or frozenset()) <= ROLES[r])
        answer = client.sign_in(session, world, world.staff[role]).get(pages[rule.rule])
        if answer.mimetype == "text/html" and answer.status_code == 200:
            tree = html5lib.parse(answer.get_data(as_text=True), namespaceHTMLElements=False)
            words = {word for text in texts(tree) for word in WORD.findall(outside(text)) if not word.isupper()} - data
            if words:
                spoken[rule.rule] = words

    assert not spoken, "\n".join(f"{page}: {sorted(words)}" for page, words in spoken.items())
