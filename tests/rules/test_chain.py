"""Chains of digests: how a row is written, and that no tampering goes unnamed. The golden rows hold a layout for ever."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispensary.rules.chain import GENESIS, Link, body, breaks, digest, said, sealed_text
from models.enums import AuditKind

AT = datetime(2026, 3, 2, 7, 0, 0, 120, tzinfo=UTC)


def links(*bodies: str) -> list[Link]:
    chain, previous = [], GENESIS
    for number, text in enumerate(bodies, start=1):
        chain.append(Link(number, text, previous, digest(previous, text)))
        previous = chain[-1].digest
    return chain


def found(chain: list[Link]) -> list[tuple[int, str]]:
    return [(b.number, b.what) for b in breaks(chain)]


def test_row_of_the_first_layout_is_written_as_ever():
    fields = {
        "kind": AuditKind.DOSE_RECORDED,
        "amount": Decimal("80.5"),
        "at": AT,
        "day": date(2026, 3, 2),
        "window": None,
        "late": True,
        "word": "Hu\u031bo\u031b\u0300ng",
    }

    assert body(1, fields) == (
        '{"amount":80500,"at":"2026-03-02T07:00:00.000120Z","day":"2026-03-02","kind":"dose.recorded","late":1,'
        '"layout":1,"window":null,"word":"Hường"}'
    )


def test_digests_of_the_first_layout_are_as_ever():
    first = digest(GENESIS, '{"layout":1,"number":1}')

    assert first == "2b5c04bda74141ab28545a95c0c6d42aeb3062bea7f8c6fcb617de7f8414b0eb"
    assert digest(first, '{"layout":1,"number":2}') != digest(GENESIS, '{"layout":1,"number":2}')


def test_what_a_seal_signs_is_as_ever():
    assert sealed_text("register 1 2", 7, "ab", AT) == (
        b'{"at":"2026-03-02T07:00:00.000120Z","chain":"register 1 2","digest":"ab","layout":1,"number":7}'
    )


@pytest.mark.parametrize("value", [1.5, b"bytes", ["list"], {"a": 1}])
def test_what_could_be_read_in_two_ways_is_not_written(value):
    with pytest.raises(TypeError):
        body(1, {"value": value})


def test_free_text_of_a_fact_is_not_readable_in_its_row():
    assert "secret" not in str(said({"note": "secret"}))
    assert said({"note": ""}) == {"row.note": ""}
    assert said({"kind": AuditKind.DOSE_RECORDED, "amount": Decimal(80)}) == {
        "row.kind": "dose.recorded",
        "row.amount": 80000,
    }


def test_whole_chain_has_no_break():
    assert found(links("a", "b", "c")) == []
    assert found([]) == []


def test_changed_row_is_named():
    chain = links("a", "b", "c")
    chain[1] = Link(2, "B", chain[1].previous_digest, chain[1].digest)

    assert found(chain) == [(2, "row_changed")]


def test_row_changed_with_its_digest_breaks_the_next():
    chain = links("a", "b", "c")
    chain[1] = Link(2, "B", chain[1].previous_digest, digest(chain[1].previous_digest, "B"))

    assert found(chain) == [(3, "does_not_follow")]


def test_missing_row_is_named():
    chain = links("a", "b", "c")
    del chain[1]

    assert found(chain) == [(3, "number_missing"), (3, "does_not_follow")]


def test_row_put_in_twice_is_named():
    chain = links("a", "b")

    assert found([*chain, chain[1]]) == [(2, "number_repeated"), (2, "does_not_follow")]


def test_chain_can_be_checked_from_the_middle():
    chain = links("a", "b", "c")

    assert list(breaks(chain[1:], number=1, previous=chain[0].digest)) == []


def test_cut_tail_is_not_seen_here():
    """That is what heads and seals are for."""
    assert found(links("a", "b", "c")[:2]) == []


@given(st.lists(st.text(max_size=8), min_size=1, max_size=8), st.data())
def test_no_change_of_one_row_goes_unseen(bodies, data):
    chain = links(*bodies)
    place = data.draw(st.integers(0, len(chain) - 1))
    other = data.draw(st.text(max_size=8).filter(lambda text: text != chain[place].body))
    link = chain[place]
    chain[place] = Link(link.number, other, link.previous_digest, link.digest)

    assert found(chain)[0] == (link.number, "row_changed")
