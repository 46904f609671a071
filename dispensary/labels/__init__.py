"""What people read for each word of a vocabulary, before translation. Kept by vocabulary, since equal words are equal."""

from enum import StrEnum

from dispensary.labels import attendance, care, casework, community, dosing, risk, site, stock, take_home

LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    **site.WORDS,
    **care.WORDS,
    **dosing.WORDS,
    **attendance.WORDS,
    **take_home.WORDS,
    **stock.WORDS,
    **casework.WORDS,
    **community.WORDS,
    **risk.WORDS,
}

__all__ = ["LABELS"]
