"""What an inspector reads: summaries of any period, the cross-index of numbers, and the way to everything else."""

from dispensary.web.inspection import views
from dispensary.web.inspection.blueprint import bp

__all__ = ["bp", "views"]
