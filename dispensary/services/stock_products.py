"""Products: what may be in stock at all."""

from sqlalchemy.orm import Session

from dispensary.errors import Refused
from dispensary.rules.products import FORMS_OF, UNIT_OF, smallest_parts
from dispensary.services import audit
from dispensary.services.act import Act
from dispensary.wording import N_, say
from models import Product
from models.enums import AuditKind, Form, Medication
from models.units import MgPerUnit, Quantity


def add_product(
    session: Session,
    *,
    name: str,
    medication: Medication,
    form: Form,
    strength: MgPerUnit,
    smallest_part: Quantity,
    act: Act,
    naloxone_strength: MgPerUnit | None = None,
    atc_code: str = "",
    rxnorm_code: str = "",
) -> Product:
    """Add a product that the clinic may stock; its unit follows from its form.

    Args:
        name: as on the maker's label.
        strength: milligrams in one mL, tablet or film; for buprenorphine, of buprenorphine alone.
        smallest_part: the least that can be measured out or cut.
        naloxone_strength: milligrams of naloxone in one unit, for the combination and only for it.

    Raises:
        Refused: the drug is not made in this form, or a number does not fit it.
    """
    _check_form(medication, form, smallest_part)
    _check_strengths(medication, strength, naloxone_strength)
    product = Product(
        name=name,
        medication=medication,
        form=form,
        unit=UNIT_OF[form],
        strength=strength,
        naloxone_strength=naloxone_strength,
        smallest_part=smallest_part,
        atc_code=atc_code,
        rxnorm_code=rxnorm_code,
    )
    session.add(product)
    session.flush()
    audit.record(session, AuditKind.PRODUCT_ADDED, product, act, strength=strength, medication=medication, form=form)
    return product


def _check_form(medication: Medication, form: Form, smallest_part: Quantity) -> None:
    if form not in FORMS_OF[medication]:
        words = say(N_("%(drug)s is not kept as %(form)s here."), drug=medication, form=form)
        raise Refused(words, code="form_does_not_fit", field="form")
    if smallest_part not in smallest_parts(form):
        raise Refused(
            say(N_("This form cannot be divided into such parts.")), code="part_does_not_fit", field="smallest_part"
        )


def _check_strengths(medication: Medication, strength: MgPerUnit, naloxone: MgPerUnit | None) -> None:
    if strength <= 0:
        raise Refused(say(N_("This must be more than zero.")), code="strength_not_positive", field="strength")
    is_combination = medication is Medication.BUPRENORPHINE_NALOXONE
    if is_combination and (naloxone is None or naloxone <= 0):
        raise Refused(
            say(N_("The combination needs the strength of its naloxone.")),
            code="naloxone_missing",
            field="naloxone_strength",
        )
    if not is_combination and naloxone is not None:
        raise Refused(
            say(N_("Only the combination with naloxone has a naloxone strength.")),
            code="naloxone_not_in_it",
            field="naloxone_strength",
        )
