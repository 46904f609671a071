"""Holding a page of figures against the rows that each of its numbers opens."""

import html
import re
from decimal import Decimal

LINK = re.compile(r'<a href="(?P<address>[^"]*/rows\?[^"]*)">(?P<text>[^<]*)</a>')
STANDS = re.compile(r'<p class="stands">(?P<what>.*): (?P<n>[^ <]+) [^.<]*\. (?P<rows>\d+) rows?\.', re.DOTALL)
AMOUNT = re.compile(r'<td class="num">(?P<amount>[^<]*)</td>')
OTHER = re.compile(r'<a href="(?P<address>[^"]*)">The rows of the ')
BODY = re.compile(r"<tbody>(.*?)</tbody>", re.DOTALL)
PERSON = re.compile(r'<a href="/people/(\d+)')
SHARE = re.compile(r"\((?P<n>-?[\d.]+)/\d+\)|(?P<other>-?[\d.]+)")


def number(text):
    """Return the number that a link shows: of a share at a glance its numerator."""
    found = SHARE.search(text[text.index("(") :] if "(" in text else text)
    return Decimal(found["n"] or found["other"])


def check_opens(client, page, only):
    """Open some numbers of a page, and work each out again from what is listed there.

    Args:
        only: the keys of the figures to open, denominators with " of" behind theirs.

    Returns:
        the keys of every figure that the page has an address for.
    """
    told, opened = set(), set()
    for link in LINK.finditer(page):
        address = html.unescape(link["address"])
        key = address.split("/")[-2] + (" of" if "of=1" in address else "")
        told.add(key)
        if key in opened or key not in only:
            continue
        opened.add(key)
        answer = client.get(address)
        assert answer.status_code == 200, address
        stands = STANDS.search(answer.text)
        assert stands, address
        if not any(sign.isdigit() for sign in link["text"]):
            continue
        assert Decimal(stands["n"]) == number(link["text"]), (key, link["text"], stands[0])
        worked_out(key, answer.text, Decimal(stands["n"]), int(stands["rows"]))
        if other := OTHER.search(answer.text):
            assert client.get(html.unescape(other["address"])).status_code == 200, address
    assert opened == only
    return told


def worked_out(key, page, n, rows):
    """Work a number out again, in the way that the page says."""
    body = BODY.search(page)[1]
    lines = body.count("<tr>") if rows else 0
    assert lines == rows, key
    amounts = [Decimal(found["amount"]) for found in AMOUNT.finditer(body) if found["amount"]]
    if "The sum of the column." in page:
        assert sum(amounts) == n, key
    elif "The number of these rows." in page:
        assert rows == n, key
    elif "People in these rows" in page:
        assert len(set(PERSON.findall(body))) == n, key
    else:
        assert min(amounts) <= n <= max(amounts), key
