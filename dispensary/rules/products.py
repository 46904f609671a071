"""Which products there can be: what each drug comes as, what it is counted in, and how finely it can be divided."""

from decimal import Decimal

from models.enums import BaseUnit, Form, Medication
from models.units import Quantity

UNIT_OF = {
    Form.LIQUID: BaseUnit.ML,
    Form.TABLET: BaseUnit.TABLET,
    Form.FILM: BaseUnit.FILM,
    Form.INJECTION: BaseUnit.SYRINGE,
}
"""What each form is counted in."""

FORMS_OF = {
    Medication.METHADONE: frozenset({Form.LIQUID, Form.TABLET}),
    Medication.BUPRENORPHINE: frozenset({Form.TABLET, Form.FILM, Form.INJECTION}),
    Medication.BUPRENORPHINE_NALOXONE: frozenset({Form.TABLET, Form.FILM}),
}
"""What each drug is made as."""


def smallest_parts(form: Form) -> tuple[Quantity, ...]:
    """Return into which parts a form can be measured or cut: tablets to quarters, films and syringes not at all."""
    parts = {
        Form.LIQUID: ("0.1", "0.05", "0.01", "0.2", "0.25", "0.5", "1"),
        Form.TABLET: ("1", "0.5", "0.25"),
        Form.FILM: ("1",),
        Form.INJECTION: ("1",),
    }
    return tuple(Quantity(Decimal(part)) for part in parts.get(form, ()))


def is_whole_parts(quantity: Quantity, smallest_part: Quantity) -> bool:
    """Return whether a quantity can be measured out in whole smallest parts."""
    return quantity % smallest_part == 0
