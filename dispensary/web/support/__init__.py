"""Who stands by a person, and the programme of a pair: offers, consents, twelve weeks at a glance, and its sheet."""

from dispensary.web.support import pairs, programme, supporter, views, weeks
from dispensary.web.support.blueprint import bp

__all__ = ["bp", "pairs", "programme", "supporter", "views", "weeks"]
