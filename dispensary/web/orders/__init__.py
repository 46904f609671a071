"""Orders: the prescriber's desk, a person's orders, and the forms that sign, change, stop and release."""

from dispensary.web.orders.blueprint import bp
from dispensary.web.orders.desk import desk
from dispensary.web.orders.views import of_person

__all__ = ["bp", "desk", "of_person"]
