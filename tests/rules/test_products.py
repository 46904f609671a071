"""Which products there can be."""

from dispensary.rules.products import FORMS_OF, UNIT_OF, is_whole_parts, smallest_parts
from models.enums import Form
from models.units import quantity


def test_every_form_a_drug_is_made_in_has_a_unit_and_smallest_parts():
    for forms in FORMS_OF.values():
        for form in forms:
            assert form in UNIT_OF
            assert smallest_parts(form)


def test_a_film_is_never_cut_and_a_syringe_never_shared():
    assert smallest_parts(Form.FILM) == (quantity("1"),)
    assert smallest_parts(Form.INJECTION) == (quantity("1"),)


def test_a_quantity_is_whole_parts_exactly():
    assert is_whole_parts(quantity("8.5"), quantity("0.1"))
    assert not is_whole_parts(quantity("8.55"), quantity("0.1"))
    assert is_whole_parts(quantity("2.5"), quantity("0.5"))
