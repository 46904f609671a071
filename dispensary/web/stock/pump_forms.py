"""The shapes of what is typed about pumps and into their log."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, HiddenField, SelectField, SubmitField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from dispensary.errors import Refused
from dispensary.rules.pumps import MOST_MEASURES
from dispensary.services.pumps import LONGEST, LONGEST_NAME, Poured, PumpEntry
from dispensary.web.forms import ExactField, Form, Required, TextField, choices, id_in, positive
from dispensary.web.orders.forms import WholeField
from dispensary.web.witness import WitnessFields
from dispensary.wording import N_, say
from models import Product, Window
from models.enums import Form as DrugForm
from models.enums import PumpPoured, PumpRest
from models.units import Percent, Quantity

FIRST = {"autofocus": True, "autocomplete": "off"}
EXACT = {"inputmode": "decimal", "autocomplete": "off"}
CHOOSE = _l("Choose one.")


def id_or_none(text: str | None) -> str:
    """Return what a hidden field says a page showed; what is no id is nothing, and is not sent back either."""
    return str(id_in(text) or "")


class PumpForm(Form):
    """A pump as the list knows it."""

    name = TextField(
        _l("Name"), [Required()], longest=LONGEST_NAME, description=_l("As it stands on it."), render_kw=FIRST
    )
    maker = TextField(_l("Maker and model"))
    serial_no = TextField(_l("Serial number"), [Required()], longest=LONGEST_NAME)
    window_id = SelectField(_l("Window"), [Required(CHOOSE)], choices=[], default="")

    def offer_windows(self, windows: Sequence[Window]) -> None:
        """Offer these windows; the only one is chosen already."""
        named = [SelectChoice(value=str(w.id), label=w.name) for w in windows]
        self.window_id.choices = named if len(named) == 1 else [_none(), *named]

    @property
    def entry(self) -> PumpEntry:
        """What was typed, as the service wants it."""
        return PumpEntry(
            name=self.name.data or "",
            maker=self.maker.data or "",
            serial_no=self.serial_no.data or "",
            window_id=id_in(self.window_id.data),
        )


class NewPumpForm(PumpForm):
    """The same, with the product that it pours, which stays."""

    product_id = SelectField(
        _l("Product it pours"),
        [Required(CHOOSE)],
        choices=[],
        default="",
        description=_l("For another product take it out of service, and list it anew."),
    )
    submit = SubmitField(_l("Put it in service"))

    def offer_products(self, products: Sequence[Product]) -> None:
        """Offer the liquids among these products; the only one is chosen already."""
        liquids = [SelectChoice(value=str(p.id), label=p.name) for p in products if p.form is DrugForm.LIQUID]
        self.product_id.choices = liquids if len(liquids) == 1 else [_none(), *liquids]


class ChangePumpForm(PumpForm):
    """The same, of one that is on the list, and whether it is in service."""

    out_of_service = BooleanField(
        _l("Out of service"), description=_l("Back in service it is to be calibrated before it pours for anybody.")
    )
    why = TextField(_l("Why it is out of service"), longest=LONGEST)
    submit = SubmitField(_l("Keep"))

    @property
    def out_of_service_why(self) -> str:
        """Why it is out of service; empty where it is in service.

        Raises:
            Refused: one was said without the other.
        """
        why = self.why.data or ""
        if bool(self.out_of_service.data) != bool(why):
            words = (
                N_("Say why it is out of service.")
                if self.out_of_service.data
                else N_("Tick that it is, or say no reason.")
            )
            raise Refused(say(words), code="out_says_why", field="why")
        return why


class RuleForm(Form):
    """How far a pump may be off, and how often it is calibrated."""

    tolerance = ExactField(
        _l("A measured volume may be off by, percent"),
        [Required(), positive],
        render_kw=FIRST,
        description=_l("Of the volume asked for, up or down; each one by itself."),
    )
    every_days = WholeField(_l("Calibrated again after so many days"), [Required()])
    basis = TextField(
        _l("Where these figures come from"),
        [Required()],
        longest=LONGEST,
        description=_l("The maker's manual and its page, the law of the place, or whose decision it is."),
    )
    submit = SubmitField(_l("Set"))

    @property
    def percent(self) -> Percent:
        """The tolerance, once the form is valid."""
        assert self.tolerance.data is not None
        return Percent(self.tolerance.data)


class PouredForm(WitnessFields, Form):
    """What every entry says by which a pump poured something out for nobody."""

    shown = HiddenField(filters=[id_or_none])
    poured = SelectField(_l("What was poured went"), [Required(CHOOSE)], default="")
    note = TextField(_l("Note"), longest=LONGEST)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer where it may have gone; nothing is chosen beforehand."""
        super().__init__(*args, **kwargs)
        self.poured.choices = [_none(), *choices(PumpPoured)]

    @property
    def is_wasted(self) -> bool:
        """Whether it leaves the stock, so that a witness signs."""
        return bool(self.poured.data == PumpPoured.WASTED)

    def poured_out(self, witness_id: int | None) -> Poured:
        """Return where it went, as the service wants it."""
        return Poured(PumpPoured(self.poured.data), self.note.data or "", witness_id)


class PrimeForm(PouredForm):
    """A prime: how much was poured out."""

    quantity = ExactField(_l("Poured out"), [Required(), positive], render_kw=EXACT | {"autofocus": True})
    submit = SubmitField(_l("Record the prime"))


class CalibrationForm(PouredForm):
    """A calibration: what it was set to, and each volume as it was measured."""

    asked = ExactField(_l("Set to pour"), [Required(), positive], render_kw=EXACT | {"autofocus": True})
    measured = FieldList(
        ExactField(_l("Measured"), render_kw=EXACT), min_entries=MOST_MEASURES, max_entries=MOST_MEASURES
    )
    means = TextField(
        _l("Measured with"), [Required()], longest=LONGEST, description=_l("The cylinder or the scale, and its number.")
    )
    submit = SubmitField(_l("Record the calibration"))

    def volumes(self) -> list[Quantity]:
        """Return each volume that was typed.

        Raises:
            Refused: none was.
        """
        typed = [Quantity(field.data) for field in self.measured if field.data is not None]
        if not typed:
            raise Refused(say(N_("Type at least one measured volume.")), code="nothing_measured", field="measured")
        return typed


class ReservoirForm(Form):
    """Which container was put into the reservoir, and what became of the rest of the one before."""

    shown = HiddenField(filters=[id_or_none])
    container_id = SelectField(_l("Container that was put in"), [Required(CHOOSE)], choices=[], default="")
    rest = SelectField(_l("The one before"), choices=[], default="")
    note = TextField(
        _l("Note"), longest=LONGEST, description=_l("Needed where the rest stayed in: how much, as far as it is known.")
    )
    submit = SubmitField(_l("Record the change"))

    def offer(self, containers: Sequence[tuple[int, str, str, date]], *, first: bool) -> None:
        """Offer these open containers; of the first one ever put in there is no rest."""
        label = gettext("%(label)s, lot %(lot)s")
        named = [
            SelectChoice(value=str(key), label=label % {"label": of, "lot": lot}) for key, of, lot, _ in containers
        ]
        self.container_id.choices = named if len(named) == 1 else [_none(), *named]
        nothing = SelectChoice(value="", label=gettext("nothing was in it") if first else gettext("Choose one."))
        self.rest.choices = [nothing] if first else [nothing, *choices(PumpRest)]

    @property
    def rest_of_it(self) -> PumpRest | None:
        """What became of the rest; None where nothing was chosen."""
        return PumpRest(self.rest.data) if self.rest.data else None


class CleaningForm(Form):
    """What a pump was cleaned with."""

    means = TextField(_l("Cleaned with"), [Required()], longest=LONGEST, render_kw=FIRST)
    note = TextField(_l("Note"), longest=LONGEST)
    submit = SubmitField(_l("Record the cleaning"))


class TakeBackEntryForm(WitnessFields, Form):
    """Why an entry of a log does not count."""

    reason = TextField(_l("Why it does not count"), [Required()], longest=LONGEST, render_kw=FIRST)
    submit = SubmitField(_l("Take it back"))


def _none() -> SelectChoice:
    return SelectChoice(value="", label=gettext("Choose one."))
