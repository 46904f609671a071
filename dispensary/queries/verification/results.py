"""What a verification found, in words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from dispensary.wording import N_, Words, say

Progress = Callable[[int], object]
"""Told how many further rows were walked."""


@dataclass(frozen=True)
class Fault:
    """The first thing that does not hold in one chain or table: where, and what is wrong."""

    where: Words
    what: Words


@dataclass(frozen=True)
class ChainResult:
    """One chain that was walked from its first row to its last."""

    name: Words
    rows: int
    sealed_to: int
    """The number of the last row under a seal that holds; 0 where there is none."""
    sealed_at: datetime | None
    fault: Fault | None

    @property
    def unproven(self) -> Words | None:
        """Return what the chain cannot prove: whatever came after its last seal."""
        if self.rows <= self.sealed_to:
            return None
        if self.sealed_at is None:
            return say(N_("No row is sealed yet: rows cut from the end, or all rewritten together, could not be seen."))
        return say(
            N_("Rows %(first)s to %(last)s came after the last seal: rows cut from that end could not be seen."),
            first=self.sealed_to + 1,
            last=self.rows,
        )


@dataclass(frozen=True)
class Verification:
    """Everything that was found at one site; `facts` names the first fault of each kind of record."""

    site: str
    key_id: str
    chains: tuple[ChainResult, ...]
    facts: tuple[Fault, ...]
    facts_checked: int

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Return every fault, the chains' first."""
        return tuple(chain.fault for chain in self.chains if chain.fault) + self.facts

    @property
    def sound(self) -> bool:
        """Return whether everything holds."""
        return not self.faults

    @property
    def rows(self) -> int:
        """Return how many chained rows were walked."""
        return sum(chain.rows for chain in self.chains)
