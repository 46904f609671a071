"""A person's plan: what was agreed, what became of its steps, who signed, and lapses."""

from dispensary.web.plans import agreeing, signing, views
from dispensary.web.plans.blueprint import bp

__all__ = ["agreeing", "bp", "signing", "views"]
