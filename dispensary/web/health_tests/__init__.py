"""Health tests: offered to a person, answered, found; and the counts, for those who may read findings."""

from dispensary.web.health_tests import views
from dispensary.web.health_tests.blueprint import bp

__all__ = ["bp", "views"]
