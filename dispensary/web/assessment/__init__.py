"""What is found out about a life: its parts, questionnaires, what keeps people here, and ratings from the box."""

from dispensary.web.assessment import figures, parts, reasons, scores, views
from dispensary.web.assessment.blueprint import bp

__all__ = ["bp", "figures", "parts", "reasons", "scores", "views"]
