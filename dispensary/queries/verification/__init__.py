"""Whether what is on record is what was recorded: chains, heads, seals, and each fact against its chained row both ways."""

from dispensary.queries.verification.results import ChainResult, Fault, Verification
from dispensary.queries.verification.whole import rows_to_walk, verify

__all__ = ["ChainResult", "Fault", "Verification", "rows_to_walk", "verify"]
