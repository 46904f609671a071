"""Questionnaires as data: items, allowed values, bands, source and licence, one file each; wording only where it is free."""

from dispensary.policy.instruments.definitions import (
    Band,
    Definition,
    Item,
    Scoring,
    When,
    definition,
    definitions,
)

__all__ = ["Band", "Definition", "Item", "Scoring", "When", "definition", "definitions"]
