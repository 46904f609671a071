"""The shapes of what is typed about stock."""

import re
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    SubmitField,
    TextAreaField,
)
from wtforms.validators import Length, ValidationError

from dispensary.rules.container_seals import LONGEST
from dispensary.services.consignments import Sending
from dispensary.services.stock_receiving import Batch
from dispensary.web import edge
from dispensary.web.forms import DayField, ExactField, Form, Required, TextField, positive, sane_text
from dispensary.web.witness import WitnessFields
from models import Product, Site, Window
from models.enums import ConsignmentFate, Medication, WasteReason
from models.enums import Form as DrugForm
from models.units import Grams, Quantity, exact

MEDICATIONS = tuple(Medication)
FORMS = tuple(DrugForm)
WASTE_REASONS = (
    WasteReason.SPILT,
    WasteReason.BROKEN,
    WasteReason.CONTAMINATED,
    WasteReason.EXPIRED,
    WasteReason.LEFT_OVER,
    WasteReason.NOT_SWALLOWED,
)
LONGEST_NOTE = 500
LONGEST_SAID = 200
TO_SAFE = 0
NO_SITE = 0
TOO_LONG = _l("This is too long.")


WEIGHT = re.compile(r"[0-9]{1,6}([.,][0-9]{1,3})?")
"""A weight in g: a thousand has no comma here, and nothing is finer than a thousandth."""
NUMBER = re.compile(r"[0-9]{1,9}")
DIGEST = re.compile(r"[0-9a-f]{20}")


def digest_or_none(text: str | None) -> str:
    """Return what a hidden field says a page showed; what is no digest is nothing, and is not sent back either."""
    return text if text and DIGEST.fullmatch(text) else ""


def number_or_none(text: str | None) -> str:
    """Return what a hidden field says was the newest record that a page showed; what is no number is none that ever was."""
    return text if text and NUMBER.fullmatch(text) else "-1"


def _words(kinds: Sequence[Any]) -> list[tuple[str, str]]:
    speak = edge.speaker()
    return [(str(kind.value), speak(kind)) for kind in kinds]


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


class ProductForm(Form):
    """A product as its label describes it."""

    name = TextField(_l("Name on the label"), [Required()], longest=120)
    medication = SelectField(_l("Drug"))
    form = SelectField(_l("Form"))
    strength = ExactField(_l("Strength in one mL, tablet, film or syringe"), [Required(), positive])
    naloxone_strength = ExactField(_l("Naloxone in one tablet or film (combination only)"), [positive])
    smallest_part = ExactField(
        _l("Smallest part that can be measured"),
        [Required(), positive],
        description=_l("0.1 for a liquid in mL; 1, 0.5 or 0.25 for tablets; 1 for films and syringes."),
    )
    atc_code = TextField(_l("ATC code"), longest=10)
    rxnorm_code = TextField(_l("RxNorm code"), longest=20)
    submit = SubmitField(_l("Add the product"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer every drug and form."""
        super().__init__(*args, **kwargs)
        self.medication.choices = _words(MEDICATIONS)
        self.form.choices = _words(FORMS)

    def entered(self) -> dict[str, Any]:
        """Return what was typed, as the service wants it."""
        return {
            "name": self.name.data,
            "medication": Medication(self.medication.data),
            "form": DrugForm(self.form.data),
            "strength": self.strength.data,
            "naloxone_strength": self.naloxone_strength.data,
            "smallest_part": self.smallest_part.data,
            "atc_code": self.atc_code.data or "",
            "rxnorm_code": self.rxnorm_code.data or "",
        }


class BatchForm(Form):
    """Containers of one lot and one size."""

    product = SelectField(_l("Product"), coerce=int)
    lot_number = TextField(_l("Lot number"), [Required()], longest=60)
    expires_on = DayField(_l("Expiry date"), [Required()])
    size = ExactField(
        _l("Content of one container, in mL, tablets, films or syringes"),
        [Required(), positive],
    )
    count = IntegerField(_l("How many containers"), [Required()])
    labels = TextAreaField(
        _l("Labels, one a line"),
        [sane_text, Length(max=10_000, message=TOO_LONG)],
        description=_l("Leave empty to have them numbered: B-00001 and on."),
    )

    seals = TextAreaField(
        _l("Numbers of the seals, one a line"),
        [sane_text, Length(max=10_000, message=TOO_LONG)],
        description=_l("In the order of the labels; empty where the seals carry none."),
    )
    tares = TextAreaField(
        _l("Weight of the empty container in g"),
        [sane_text, Length(max=10_000, message=TOO_LONG)],
        description=_l(
            "Of a liquid that is weighed at counts: one for all, or one a line. A second person signs for it."
        ),
    )

    def offer(self, products: Sequence[Product]) -> None:
        """Offer these products."""
        self.product.choices = [(p.id, p.name) for p in products]

    def batch(self) -> Batch:
        """Return what was typed, as the service wants it."""
        lines = [line.strip() for line in (self.labels.data or "").splitlines()]
        return Batch(
            product_id=self.product.data,
            lot_number=self.lot_number.data or "",
            expires_on=self.expires_on.data,
            size=Quantity(self.size.data),  # type: ignore[arg-type]
            count=self.count.data or 0,
            labels=tuple(line for line in lines if line),
            seals=tuple(_lines(self.seals.data)),
            tares=tuple(Grams(exact(line.replace(",", "."))) for line in _lines(self.tares.data)),
        )

    def validate_tares(self, field: Any) -> None:
        """Refuse what is no weight."""
        for line in _lines(field.data):
            if not WEIGHT.fullmatch(line):
                raise ValidationError(gettext("Digits only, with a point before decimals. The unit is already there."))


class InventoryForm(WitnessFields, BatchForm):
    """Stock that was here before this register, counted by two people."""

    submit = SubmitField(_l("Enter into the register"))


class DeliveryForm(WitnessFields, BatchForm):
    """A delivery on no order, from a supplier of the list, as its document says."""

    supplier_id = SelectField(_l("Supplier"), choices=[], default="")
    supplier = TextField(_l("Supplier as the document names it, if otherwise"), longest=120)
    document_no = TextField(_l("Document number"), [Required()], longest=60)
    submit = SubmitField(_l("Take in"))


class CountersignForm(WitnessFields, Form):
    """The second signature on a delivery, over all that the page shows of it."""

    note = TextField(
        _l("What was done about the differences"),
        longest=LONGEST_NOTE,
        description=_l("Needed where the delivery is not what was ordered."),
    )
    shown = HiddenField(filters=[digest_or_none])
    submit = SubmitField(_l("I have checked it: countersign"))


class MoveForm(Form):
    """Sealed containers, and where they go."""

    to = SelectField(_l("Bring to"), coerce=int)
    containers = SelectMultipleField(_l("Containers"), coerce=int, validate_choice=False)
    submit = SubmitField(_l("Move"))

    def offer(self, windows: Sequence[Window], containers: Sequence[tuple[int, str]]) -> None:
        """Offer the safe and these windows, and these containers."""
        self.to.choices = [*((w.id, w.name) for w in windows), (TO_SAFE, gettext("the safe"))]
        self.containers.choices = list(containers)


class OpenForm(WitnessFields, Form):
    """The breaking of a seal."""

    submit = SubmitField(_l("Open this container"))


class WasteForm(WitnessFields, Form):
    """What was lost, why, and before whom."""

    quantity = ExactField(_l("Quantity"), [Required(), positive])
    reason = SelectField(_l("Reason"))
    note = TextField(_l("How it happened"), longest=LONGEST_NOTE, description=_l("Needed for a spill or a breakage."))
    submit = SubmitField(_l("Waste it"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the reasons; of a dose on record, what was not swallowed is wasted by its reversal."""
        super().__init__(*args, **kwargs)
        self.reason.choices = _words(WASTE_REASONS)


class EndForm(WitnessFields, Form):
    """What is really left in a bottle at its end."""

    measured = ExactField(_l("Measured in it"), [Required()])
    note = TextField(_l("Note"), longest=LONGEST_NOTE)
    submit = SubmitField(_l("End this container"))


class TareForm(WitnessFields, Form):
    """What a container weighs empty."""

    grams = ExactField(_l("Weight of the empty container"), [Required(), positive], render_kw={"autofocus": True})
    of_kind = BooleanField(_l("All containers of this product and size weigh the same"))
    note = TextField(
        _l("Why it is another figure"), longest=LONGEST_SAID, description=_l("Needed where one is on record.")
    )
    newest = HiddenField(filters=[number_or_none])
    submit = SubmitField(_l("Write it down"))


class DensityForm(WitnessFields, Form):
    """How heavy a liquid is."""

    density = ExactField(_l("Density"), [Required(), positive], render_kw={"autofocus": True})
    of_lot = BooleanField(_l("Of this lot alone"))
    source = TextField(
        _l("Where the figure comes from"),
        [Required()],
        longest=LONGEST_SAID,
        description=_l("The maker's certificate of the lot, or how it was weighed here."),
    )
    newest = HiddenField(filters=[number_or_none])
    submit = SubmitField(_l("Write it down"))


class SealForm(WitnessFields, Form):
    """The number of the seal that a container carries now."""

    number = TextField(_l("Number of the seal"), [Required()], longest=LONGEST, render_kw={"autofocus": True})
    note = TextField(_l("Why it was sealed"), [Required()], longest=LONGEST_SAID)
    newest = HiddenField(filters=[number_or_none])
    submit = SubmitField(_l("Record the seal"))


class FootnoteForm(Form):
    """What is wrong with a line of the register, and what is right."""

    text = TextField(
        _l("Footnote"),
        [Required()],
        longest=500,
        description=_l("What is wrong on the line, and what is right. It is dated, signed with your name, and stays."),
        render_kw={"autofocus": True, "autocomplete": "off"},
    )
    submit = SubmitField(_l("Sign the footnote"))


class ConsignmentForm(WitnessFields, Form):
    """To whom a consignment goes, under which papers, with whom and under which seal."""

    to_site = SelectField(_l("To which site"), coerce=int)
    addressee = TextField(
        _l("Or another addressee"), longest=120, description=_l("A pharmacy or clinic that keeps books of its own.")
    )
    document_no = TextField(
        _l("Document number"), [Required()], longest=60, description=_l("In the United States: of Form 222.")
    )
    authority = TextField(
        _l("By what right the addressee may have it"),
        longest=120,
        description=_l("Licence, registration or requisition; needed for another addressee."),
    )
    carrier = TextField(_l("Who collects it"), [Required()], longest=120)
    identity_seen = TextField(_l("Identity seen"), [Required()], longest=120)
    seal_no = TextField(_l("Number of the seal"), [Required()], longest=60)
    containers = SelectMultipleField(_l("Containers"), coerce=int, validate_choice=False)
    submit = SubmitField(_l("Sealed: send it"))

    def offer(self, others: Sequence[Site]) -> None:
        """Offer the other sites, and none of them."""
        self.to_site.choices = [(NO_SITE, gettext("none of ours")), *((site.id, site.name) for site in others)]

    def sending(self) -> Sending:
        """Return what was typed, as the service wants it."""
        return Sending(
            document_no=self.document_no.data or "",
            carrier=self.carrier.data or "",
            identity_seen=self.identity_seen.data or "",
            seal_no=self.seal_no.data or "",
            to_site_id=self.to_site.data or None,
            addressee=self.addressee.data or "",
            authority=self.authority.data or "",
        )


class ArrivalForm(Form):
    """What is found when a consignment comes, typed from the containers themselves."""

    turn = HiddenField()
    seal_no = TextField(_l("Number of the seal, as it came"), [Required()], longest=60)
    seal = SelectField(_l("The seal is"))
    labels = TextAreaField(
        _l("Labels of the containers that came, one a line"),
        [Required(), sane_text, Length(max=10_000, message=TOO_LONG)],
    )
    note = TextField(_l("Note"), longest=LONGEST_NOTE, description=_l("Needed if the seal is not whole."))
    submit = SubmitField(_l("Take it in"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask how the seal is; nothing is chosen beforehand."""
        super().__init__(*args, **kwargs)
        self.seal.choices = [("", gettext("choose")), ("whole", gettext("whole")), ("broken", gettext("not whole"))]
        self.seal.validators = [Required()]


class ConsignmentEndForm(WitnessFields, Form):
    """What became of containers that are still on their way."""

    lines = SelectMultipleField(_l("Containers"), coerce=int, validate_choice=False)
    fate = SelectField(_l("What became of it"))
    note = TextField(_l("How it is known"), [Required()], longest=LONGEST_NOTE)
    submit = SubmitField(_l("Record it"))

    def offer(self, *, by_paper: bool) -> None:
        """Offer what the sender may say; that it arrived, only of an addressee with books of its own."""
        confirmed = (ConsignmentFate.CONFIRMED,) if by_paper else ()
        self.fate.choices = _words((*confirmed, ConsignmentFate.CAME_BACK, ConsignmentFate.LOST))
