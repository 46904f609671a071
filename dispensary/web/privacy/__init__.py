"""Privacy: who read which record, and restricted parts that are opened with a reason and seen by the clinic head."""

from dispensary.web.privacy import opened, readers
from dispensary.web.privacy.blueprint import bp

__all__ = ["bp", "opened", "readers"]
