"""Orders: the prescriber's desk, a person's orders, and the forms that sign, change, stop and release."""

from dispensary.web.orders import at_window
from dispensary.web.orders.blueprint import bp
from dispensary.web.orders.closures import closure
from dispensary.web.orders.desk import desk
from dispensary.web.orders.held import everyone_held
from dispensary.web.orders.injections import release_injection
from dispensary.web.orders.prescription import prescription
from dispensary.web.orders.renewal import renew
from dispensary.web.orders.replacement import replacement
from dispensary.web.orders.rota import bp as rota_bp
from dispensary.web.orders.supplement import supplement
from dispensary.web.orders.telephone import by_telephone
from dispensary.web.orders.views import of_person

__all__ = [
    "at_window",
    "bp",
    "by_telephone",
    "closure",
    "desk",
    "everyone_held",
    "of_person",
    "prescription",
    "release_injection",
    "renew",
    "replacement",
    "rota_bp",
    "supplement",
]
