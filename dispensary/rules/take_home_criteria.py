"""The criteria of a take-home decision as they are kept: what was asked, what the page showed, what was answered.

What was shown is kept as a message and its values, so that an old decision reads the same in another language.
"""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from dispensary.rules.take_home_steps import CriterionSeen
from dispensary.wording import Words
from models import enums
from models.enums import Answer
from models.units import plain

VOCABULARIES = {name: kind for name, kind in inspect.getmembers(enums, inspect.isclass) if issubclass(kind, StrEnum)}


@dataclass(frozen=True)
class CriterionKept:
    """One criterion of a decision that was made."""

    profile: str
    key: str
    words: str
    citation: str
    evidence: tuple[Words, ...]
    answer: Answer


def kept(
    seen: Sequence[CriterionSeen], besides: Sequence[Words], answers: Mapping[str, Answer]
) -> list[dict[str, Any]]:
    """Return what is kept of the criteria, ready for JSON.

    Args:
        seen: each criterion with the evidence that the page showed.
        besides: what was shown beside none of them.
        answers: by the name of the criterion, see `name_of`.
    """
    rows: list[dict[str, Any]] = [
        {
            "profile": one.criterion.profile,
            "key": one.criterion.rule.key,
            "words": one.criterion.rule.words,
            "citation": one.criterion.rule.citation,
            "evidence": [_plain(words) for words in one.evidence],
            "answer": answers[name_of(one)].value,
        }
        for one in seen
    ]
    return [*rows, {"besides": [_plain(words) for words in besides]}]


def read(rows: Sequence[Mapping[str, Any]]) -> tuple[CriterionKept, ...]:
    """Return the criteria of a decision from what was kept."""
    return tuple(
        CriterionKept(
            row["profile"],
            row["key"],
            row["words"],
            row["citation"],
            tuple(_words(shown) for shown in row["evidence"]),
            Answer(row["answer"]),
        )
        for row in rows
        if "key" in row
    )


def name_of(seen: CriterionSeen) -> str:
    """Return what tells a criterion from those of other profiles."""
    return f"{seen.criterion.profile}:{seen.criterion.rule.key}"


def _plain(words: Words) -> list[Any]:
    return [words.msgid, {key: _value(value) for key, value in words.values.items()}]


def _value(value: Any) -> Any:
    match value:
        case Words():
            return {"words": _plain(value)}
        case StrEnum():
            return [type(value).__name__, value.value]
        case date():
            return value.isoformat()
        case Decimal():
            return plain(value)
    return value


def _words(shown: Sequence[Any]) -> Words:
    msgid, values = shown
    return Words(msgid, {key: _word(value) for key, value in values.items()})


def _word(value: Any) -> Any:
    match value:
        case {"words": shown}:
            return _words(shown)
        case [name, word]:
            return VOCABULARIES[name](word)
    return value
