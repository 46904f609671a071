"""A page of the register as text, its verification slip, and whether the two hold together.

Pure, so that a page can be checked by anyone who holds the file and the clinic's public key. The format is written down in
docs/verification.md, with an example that a test computes again.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from dispensary.policy.register_layouts import RegisterLayout, layout_in
from dispensary.rules import chain
from dispensary.rules.chain import Link, body, breaks
from dispensary.rules.seals import key_id
from dispensary.wording import N_, Words, say
from models.units import plain

PAGE_ROWS = 25
"""Lines on one page of the register, on screen and on paper, so that a page's number means the same on both."""

VERSION = "2"
"""Of the slip: since 2 it says in which version of its layout the page stands."""
HEAD, COLUMNS, LINE, FOOTNOTE, SLIP = MARKS = ("head", "columns", "line", "footnote", "slip")
"""What the first cell of a row says that it is; the rows of a page stand in this order."""
CHAINED = ("chained text", "digest before", "digest")
"""The last three columns of every line."""
FIELDS = (
    "version", "site", "chain", "layout", "layout_version", "page", "first", "last", "asked_from", "asked_until",
    "brought_forward", "carried_on", "head", "head_digest", "footnotes", "zone", "printed_by", "printed_at", "digest", "key",
    "signature",
)  # fmt: skip
FIELDS_OF = {"1": tuple(name for name in FIELDS if name != "layout_version"), VERSION: FIELDS}
"""What each version of the slip says; pages of all of them stay readable."""
NUMBERS = ("page", "first", "last", "asked_from", "asked_until", "head", "footnotes", "layout_version")
LONGEST_NUMBER = 9
LONGEST_VALUE, LONGEST_CELL = 300, 20_000
"""Characters that a value of the slip and a cell of a page have at most: what is longer, no register wrote."""
IN_CODE = ("chain", "layout", "page", "first", "last", "digest", "key", "signature")
A_FOOTNOTE = 5
"""Cells of a footnote: its mark, the line, the text, when it was written, and by whom."""
FORMULA = ("=", "+", "-", "@")
"""What a spreadsheet takes for the beginning of a formula; an apostrophe was put before it."""
ON_A_CARD = frozenset({"person_address"})
"""Cells of which no history is kept: they may have changed since, lawfully."""
CARDS_IN_HEAD = frozenset({"clinic", "address"})
KEY = "ed25519-"
"""Before the short name of a key, which a spreadsheet might else take for a number."""
CHAIN = re.compile(r"([0-9]{1,9})/register/([0-9]{1,9})")


class NotAPage(Exception):
    """The file holds no page of a register; the message is for the person at the command line."""

    def __init__(self, words: Words) -> None:
        """Keep what to say."""
        super().__init__(words.msgid)
        self.words = words


@dataclass(frozen=True)
class PageText:
    """One page as text: what stands over it, its columns, its lines with their chained texts, its footnotes and its slip."""

    head: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    footnotes: tuple[tuple[str, ...], ...]
    slip: Mapping[str, str]

    @property
    def covered(self) -> Iterator[list[str]]:
        """The rows that the digest covers: all but the slip's own."""
        yield from ([HEAD, name, text] for name, text in self.head)
        yield [COLUMNS, *self.columns]
        yield from ([LINE, *line] for line in self.lines)
        yield from ([FOOTNOTE, *note] for note in self.footnotes)

    @property
    def rows(self) -> Iterator[list[str]]:
        """All rows, as they stand in a file."""
        yield from self.covered
        yield from ([SLIP, name, value] for name, value in self.slip.items())

    @property
    def links(self) -> list[Link]:
        """The lines as links of the chain; a number that cannot be read is 0."""
        return [Link(whole(line[0]) or 0, *line[-len(CHAINED) :]) for line in self.lines]

    def number(self, field: str) -> int:
        """Return a whole number of the slip."""
        return int(self.slip[field])

    @property
    def layout_version(self) -> int:
        """The version of its layout; a slip that does not say it is older than any second version."""
        return int(self.slip.get("layout_version", "1"))

    @property
    def layout(self) -> RegisterLayout | None:
        """The layout that it was printed in, as it was; None where this program does not know it."""
        return layout_in(self.slip["layout"], self.layout_version)


def span_of_page(number: int, asked_from: int, asked_until: int) -> tuple[int, int]:
    """Return the first and last line of a page, of the lines that were asked for."""
    return max(asked_from, (number - 1) * PAGE_ROWS + 1), min(asked_until, number * PAGE_ROWS)


def whole(text: str) -> int | None:
    """Return a whole number as it is written on a page; None where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else None


def normal(cell: str) -> str:
    """Return a cell as the digest takes it: composed, single blanks, no apostrophe before what would be a formula."""
    text = " ".join(unicodedata.normalize("NFC", cell).split())
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULA else text


def page_digest(page: PageText) -> str:
    """Return SHA-256 over the page's rows but for the slip's: each a JSON list, empty cells at its end left out, a row a line."""
    return hashlib.sha256("\n".join(_row_text(row) for row in page.covered).encode()).hexdigest()


def _row_text(row: Sequence[str]) -> str:
    cells = [normal(cell) for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return json.dumps(cells, ensure_ascii=False, separators=(",", ":"))


def signed_text(slip: Mapping[str, str]) -> bytes:
    """Return the bytes that the site's key signs: every field of the slip but the signature."""
    return body(1, {name: value for name, value in slip.items() if name != "signature"}).encode()


def sealed(page: PageText, key: Ed25519PrivateKey) -> PageText:
    """Return a page with its digest, the name of the key and the signature on its slip."""
    slip = dict(page.slip) | {"digest": page_digest(page), "key": KEY + key_id(key.public_key())}
    slip["signature"] = key.sign(signed_text(slip)).hex()
    return PageText(page.head, page.columns, page.lines, page.footnotes, {name: slip[name] for name in _fields(slip)})


def _fields(slip: Mapping[str, str]) -> tuple[str, ...]:
    """Return what a slip of this version says, in its order; nothing of a version that never was."""
    return FIELDS_OF.get(slip.get("version", ""), ())


def code_of(slip: Mapping[str, str]) -> str:
    """Return what the square code beside the slip holds: which lines, their digest, and the signature over them."""
    named = [name for name in _fields(slip) if name in IN_CODE or name == "layout_version"]
    return " ".join(["register-slip", slip["version"], *(slip[name] for name in named)])


def pages_in(rows: Iterable[Sequence[str]]) -> list[PageText]:
    """Return the pages that the rows of a file hold; a page ends with its slip.

    Raises:
        NotAPage: a row is none of a register's, stands where it cannot, or a page has no slip.
    """
    pages, kept, before = [], dict[str, list[list[str]]](), 0
    for row in ([normal(cell) for cell in row] for row in rows):
        if not any(row):
            continue
        if any(len(cell) > LONGEST_CELL for cell in row):
            raise NotAPage(say(N_("A cell of this file is longer than any that a register holds.")))
        if row[0] not in MARKS:
            raise NotAPage(say(N_("A row of this file belongs to no page of a register: “%(row)s”."), row=row[0][:40]))
        if before == MARKS.index(SLIP) > MARKS.index(row[0]):
            pages.append(_page(kept))
            kept, before = {}, 0
        if MARKS.index(row[0]) < before:
            raise NotAPage(say(N_("The rows of this file do not stand in their order: “%(row)s”."), row=row[0]))
        before = MARKS.index(row[0])
        kept.setdefault(row[0], []).append(row[1:])
    if not kept:
        raise NotAPage(say(N_("This file holds no page of a register.")))
    return [*pages, _page(kept)]


def _page(kept: Mapping[str, list[list[str]]]) -> PageText:
    if SLIP not in kept:
        raise NotAPage(say(N_("A page of this file has no verification slip.")))
    if len(kept.get(COLUMNS, [])) != 1 or LINE not in kept:
        raise NotAPage(say(N_("A page of this file has no lines, or not one row of headings.")))
    columns = _cells(kept[COLUMNS][0], None)
    if columns[-len(CHAINED) :] != CHAINED:
        raise NotAPage(say(N_("The chained texts are not on this page.")))
    slip = {row[0]: row[1] for row in (_cells(row, 2) for row in kept[SLIP])}
    return PageText(
        head=tuple((row[0], row[1]) for row in (_cells(row, 2) for row in kept.get(HEAD, []))),
        columns=columns,
        lines=tuple(_cells(row, len(columns)) for row in kept[LINE]),
        footnotes=tuple(_cells(row, A_FOOTNOTE - 1) for row in kept.get(FOOTNOTE, [])),
        slip=_slip(slip, len(kept[SLIP])),
    )


def _cells(row: Sequence[str], wanted: int | None) -> tuple[str, ...]:
    """Return the cells of a row: those that a spreadsheet left out at its end are empty, more than belong there are refused."""
    cells = list(row)
    while cells and not cells[-1]:
        cells.pop()
    if wanted is not None and len(cells) > wanted:
        raise NotAPage(
            say(N_("A row of this page has more cells than belong there: “%(cell)s”."), cell=cells[wanted][:40])
        )
    return tuple(cells + [""] * ((wanted or 0) - len(cells)))


def _slip(slip: dict[str, str], rows: int) -> dict[str, str]:
    fields = _fields(slip)
    if not fields and "version" in slip:
        raise NotAPage(say(N_("This slip is of another version: %(version)s."), version=slip["version"][:20]))
    if set(slip) != set(fields) or rows != len(fields):
        odd = ", ".join(sorted(set(slip) ^ set(fields)))[:LONGEST_VALUE] or "?"
        raise NotAPage(
            say(N_("The verification slip is not whole, or says more than it should: %(fields)s."), fields=odd)
        )
    for name in fields:
        if len(slip[name]) > LONGEST_VALUE or (name in IN_CODE and not slip[name].isascii()):
            raise NotAPage(say(N_("The slip's %(field)s is none: “%(value)s”."), field=name, value=slip[name][:20]))
        if name in NUMBERS and whole(slip[name]) is None:
            raise NotAPage(
                say(N_("The slip's %(field)s is no number: “%(value)s”."), field=name, value=slip[name][:20])
            )
    if not CHAIN.fullmatch(slip["chain"]):
        raise NotAPage(say(N_("The slip names no register: “%(chain)s”."), chain=slip["chain"][:40]))
    return {name: slip[name] for name in fields}


def faults(page: PageText, key: Ed25519PublicKey) -> list[Words]:
    """Return what of a page does not hold by itself, the most telling first; nothing where all of it does."""
    return [*_changed_cells(page), *_broken_chain(page), *_wrong_span(page), *_wrong_slip(page, key)]


def _wrong_slip(page: PageText, key: Ed25519PublicKey) -> Iterator[Words]:
    if page_digest(page) != page.slip["digest"]:
        yield say(N_("The page is not the one that its slip was made for: the digests differ."))
    if page.slip["key"] != KEY + key_id(key):
        yield say(
            N_(
                "The slip was signed with key %(slip)s, and this is key %(key)s: another clinic's page, or a forged one."
            ),
            slip=page.slip["key"][:40],
            key=KEY + key_id(key),
        )
        return
    try:
        key.verify(bytes.fromhex(page.slip["signature"]), signed_text(page.slip))
    except (InvalidSignature, ValueError):
        yield say(
            N_("The signature of the slip does not hold: the slip was changed, or made without the clinic's key.")
        )


def _wrong_span(page: PageText) -> Iterator[Words]:
    """Yield where the page has not the lines that it must have, so that nothing can be cut off at either end."""
    asked = page.number("asked_from"), page.number("asked_until")
    first, last = span_of_page(page.number("page"), *asked)
    if (page.number("first"), page.number("last")) != (first, last):
        yield say(
            N_("Page %(page)s must go from line %(first)s to line %(last)s."),
            page=page.slip["page"],
            first=first,
            last=last,
        )
    if asked[1] > page.number("head"):
        yield say(N_("The page goes further than the register was sealed, to line %(head)s."), head=page.slip["head"])
    if [link.number for link in page.links] != list(range(first, last + 1)):
        yield say(N_("The lines on the page are not those from %(first)s to %(last)s."), first=first, last=last)


def _broken_chain(page: PageText) -> Iterator[Words]:
    links = page.links
    begins = page.number("first") - 1
    for found in breaks(links, number=begins, previous=links[0].previous_digest):
        yield say(N_("Line %(line)s: %(what)s."), line=found.number, what=say(BROKEN[found.what]))
    if begins == 0 and links[0].previous_digest:
        yield say(N_("The first line of the register follows nothing, and this one follows something."))
    if links[-1].number == page.number("head") and links[-1].digest != page.slip["head_digest"]:
        yield say(N_("Line %(line)s is not the one that was sealed."), line=links[-1].number)


BROKEN = {
    "number_missing": N_("a line before it is missing"),
    "number_repeated": N_("its number does not follow the line before it"),
    "does_not_follow": N_("it does not follow the line before it"),
    "row_changed": N_("its chained text was changed"),
}


def _changed_cells(page: PageText) -> Iterator[Words]:
    """Yield the cells that do not say what the chained text beside them says."""
    layout = page.layout
    for line in page.lines:
        said = chain.fields(line[-len(CHAINED)])
        if not said:
            yield say(N_("Line %(line)s: its chained text cannot be read."), line=line[0][:20])
            continue
        if _whole(said.get("number")) != line[0]:
            yield say(
                N_("Line %(line)s is line %(number)s by its chained text."),
                line=line[0][:20],
                number=_whole(said.get("number")),
            )
        for heading, shown, known in _amounts(layout, page, line, said):
            if shown != known:
                yield differs(line[0], heading, known, shown)
    if page.lines and (last := chain.fields(page.lines[-1][-len(CHAINED)])):
        carried = _amount(last.get("balance"))
        if carried != page.slip["carried_on"].split(" ")[0]:
            yield say(
                N_("Carried on is %(known)s by the last line, and the slip says %(shown)s."),
                known=carried,
                shown=page.slip["carried_on"],
            )


AMOUNTS = {
    "balance": "balance",
    **dict.fromkeys(
        ("came_in", "went_out", "consumed", "received", "other_quantity", "obtained", "supplied", "uk_other_quantity"),
        "quantity",
    ),
}
"""Cells that begin with an amount which the chained text holds too."""


def _amounts(
    layout: RegisterLayout | None, page: PageText, line: Sequence[str], said: Mapping[str, object]
) -> Iterator[tuple[str, str, str]]:
    columns = layout.columns if layout else ()
    if tuple(heading_of(column.group, column.heading) for column in columns) != page.columns[: -len(CHAINED)]:
        return  # printed in a layout that this program does not know: the digest alone speaks for its cells
    for column, cell in zip(columns, line, strict=False):
        if column.cells[0] in AMOUNTS and cell:
            yield heading_of(column.group, column.heading), cell.split()[0], _amount(said.get(AMOUNTS[column.cells[0]]))


def _amount(thousandths: object) -> str:
    found = chain.whole(thousandths)
    return "?" if found is None else plain(Decimal(found) / 1000)


def _whole(number: object) -> str:
    found = chain.whole(number)
    return "?" if found is None else str(found)


def heading_of(group: str, heading: str) -> str:
    """Return a column's heading as one text, with the part of the register that it belongs to."""
    return f"{group}: {heading}" if group else heading


def differs(line: str, heading: str, known: str, shown: str) -> Words:
    """Return the sentence that names a cell which is not as it was."""
    words = N_("Line %(line)s, “%(heading)s”: the page says “%(shown)s”, the record “%(known)s”.")
    return say(words, line=line, heading=heading, shown=shown or "—", known=known or "—")


def faults_of_file(pages: Sequence[PageText]) -> list[Words]:
    """Return what of a file's pages does not hold together: each follows the one before, and none is missing."""
    found = []
    for before, after in pairwise(pages):
        same = before.layout_version == after.layout_version and all(
            before.slip[name] == after.slip[name]
            for name in ("version", "chain", "layout", "asked_from", "asked_until", "printed_at")
        )
        if not same or after.number("page") != before.number("page") + 1:
            words = N_("Page %(after)s does not follow page %(before)s: they were not printed together.")
            found.append(say(words, after=after.slip["page"], before=before.slip["page"]))
        elif after.links[0].previous_digest != before.links[-1].digest:
            found.append(
                say(N_("Line %(line)s: %(what)s."), line=after.slip["first"], what=say(BROKEN["does_not_follow"]))
            )
    first, last = pages[0], pages[-1]
    missing = [
        (first.number("asked_from"), first.number("first") - 1),
        (last.number("last") + 1, last.number("asked_until")),
    ]
    words = N_("Lines %(first)s to %(last)s were printed with this file and are not in it.")
    return found + [say(words, first=a, last=b) for a, b in missing if a <= b]


@dataclass(frozen=True)
class Compared:
    """What differs between a page and the record: faults, and what may lawfully have changed on a card since."""

    faults: tuple[Words, ...]
    notes: tuple[Words, ...]


def compared(page: PageText, known: PageText) -> Compared:
    """Return where a page differs from the same page as the record gives it now, cell by cell, the first one first."""
    found: list[Words] = []
    noted: list[Words] = []
    for (name, shown), (other, should) in zip(page.head, known.head, strict=False):
        if (name, shown) != (other, should):
            words = N_("At the head, %(name)s: the page says “%(shown)s”, the record “%(known)s”.")
            (noted if name in CARDS_IN_HEAD else found).append(say(words, name=name, shown=shown, known=should))
    if len(page.head) != len(known.head):
        found.append(say(N_("The head of the page has not the rows that it must have.")))
    if page.columns != known.columns:
        found.append(
            say(N_("The columns are not those of its layout in version %(version)s."), version=page.layout_version)
        )
        return Compared(tuple(found), tuple(noted))
    _compare_lines(page, known, found, noted)
    if page.footnotes != known.footnotes:
        found.append(_footnotes_differ(page, known))
    for name in ("brought_forward", "carried_on", "head_digest", "site"):
        if page.slip[name] != known.slip[name]:
            words = N_("On the slip, %(name)s: the page says “%(shown)s”, the record “%(known)s”.")
            found.append(say(words, name=name, shown=page.slip[name], known=known.slip[name]))
    return Compared(tuple(found), tuple(noted))


def _compare_lines(page: PageText, known: PageText, found: list[Words], noted: list[Words]) -> None:
    columns = page.layout.columns if page.layout else ()
    lawful = {n for n, column in enumerate(columns) if set(column.cells) <= ON_A_CARD}
    for line, other in zip(page.lines, known.lines, strict=False):
        for n, (shown, should) in enumerate(zip(line, other, strict=True)):
            if shown != should:
                (noted if n in lawful else found).append(differs(other[0], page.columns[n], should, shown))
    if len(page.lines) != len(known.lines):
        words = N_("The page has %(shown)s lines, and the record %(known)s.")
        found.append(say(words, shown=len(page.lines), known=len(known.lines)))


def _footnotes_differ(page: PageText, known: PageText) -> Words:
    odd = sorted(set(page.footnotes) ^ set(known.footnotes), key=lambda note: whole(note[0]) or 0)
    line = odd[0][0] if odd else "?"
    return say(N_("Line %(line)s: its footnotes are not those of the record."), line=line)
