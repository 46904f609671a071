"""The shape of what is decided beside an order: the rota, an order by telephone, its countersignature, a further part."""

from collections.abc import Sequence
from decimal import Decimal

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, SubmitField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import Optional

from dispensary.errors import DomainError
from dispensary.policy.stack import OrderLimits
from dispensary.queries.on_call import Colleague
from dispensary.services.supplements import FurtherPart
from dispensary.services.telephone_orders import Said
from dispensary.web import edge
from dispensary.web.forms import ExactField, Form, Required, TextField, positive
from dispensary.web.orders.forms import DayField, WholeField
from dispensary.wording import label
from models.enums import TelephoneOrderKind
from models.units import Mg

NOTHING = Decimal(0)
AGREED, DISOWNED = "agreed", "disowned"


def _names(colleagues: Sequence[Colleague]) -> list[SelectChoice]:
    return [SelectChoice(value="", label=""), *(SelectChoice(str(who.id), who.name) for who in colleagues)]


class RotaForm(Form):
    """Who is on call from one day to another, and under which number."""

    first = DayField(_l("From"), [Required()])
    last = DayField(_l("To"), [Required()])
    prescriber_id = SelectField(_l("Prescriber"), [Required()])
    phone = TextField(_l("Phone"), [Required()], longest=40, render_kw={"inputmode": "tel", "autocomplete": "off"})
    submit = SubmitField(_l("Put on call"))

    def offer(self, prescribers: Sequence[Colleague]) -> None:
        """Offer these prescribers."""
        self.prescriber_id.choices = _names(prescribers)


class TelephoneForm(Form):
    """What a prescriber orders on the telephone, typed twice."""

    kind = RadioField(_l("What is ordered?"), [Required(_l("Choose what is ordered."))])
    prescriber_id = SelectField(_l("Prescriber on the telephone"), [Required()])
    amount_mg = ExactField(
        _l("Amount for the whole day"),
        [Required(), positive],
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )
    read_back = TextField(
        _l("Read back to the prescriber and confirmed"),
        [Required()],
        description=_l("Read the amount back aloud, and type what was confirmed, with its unit: as in 80 mg."),
        render_kw={"autocomplete": "off"},
    )
    reason = TextField(_l("Reason"), [Required()], description=_l("What the prescriber was told, and answered."))
    submit = SubmitField(_l("Take down the order"))

    def offer(self, kinds: Sequence[TelephoneOrderKind], prescribers: Sequence[Colleague]) -> None:
        """Offer what can be ordered now, and who may order it."""
        self.kind.choices = [SelectChoice(value=kind.value, label=gettext(label(kind))) for kind in kinds]
        self.prescriber_id.choices = _names(prescribers)

    def said(self) -> Said:
        """Return what was taken down."""
        return Said(
            TelephoneOrderKind(self.kind.data),
            int(self.prescriber_id.data),
            Mg(self.amount_mg.data or NOTHING),
            self.read_back.data or "",
            self.reason.data or "",
        )


class CountersignForm(Form):
    """Whether what was taken down was said, by whom it names."""

    answer = RadioField(
        _l("Was this your order?"),
        [Required(_l("Choose one of the two."))],
        choices=[
            SelectChoice(value=AGREED, label=_l("Yes: I gave this order")),
            SelectChoice(value=DISOWNED, label=_l("No: I did not. It no longer counts, and a stop stands")),
        ],
    )
    note = TextField(_l("Note"), description=_l("Needed where it was not your order."))
    submit = SubmitField(_l("Sign"))


class LimitedForm(Form):
    """A form that may go over a limit of the policy, with a typed reason."""

    over_limit_reason = TextField(_l("Why it goes over a limit"))

    def refuse(self, refusal: DomainError) -> None:
        """Show a refusal at its field, and the reasons above the form, all of them."""
        super().refuse(refusal)
        speak = edge.speaker()
        self.reasons = [(speak(r.message), speak(r.next_step)) for r in getattr(refusal, "reasons", ())]


class SupplementForm(LimitedForm):
    """A further part of today, and the assessment that it rests on."""

    assessment = TextField(
        _l("Assessment"), [Required()], longest=500, description=_l("What was found when the person was seen now.")
    )
    cows = WholeField(_l("COWS (may stay empty)"), [Optional()])
    amount_mg = ExactField(
        _l("Further part"), [Required(), positive], render_kw={"inputmode": "decimal", "autocomplete": "off"}
    )
    amount_again = TextField(
        _l("The amount again, with its unit"), description=_l("As in 10 mg."), render_kw={"autocomplete": "off"}
    )
    hours = WholeField(_l("At least so many hours after the part before"), [Required()])
    submit = SubmitField(_l("Sign the further part"))

    def further(self, limits: OrderLimits) -> FurtherPart:
        """Return what was typed, ready to be signed."""
        return FurtherPart(
            amount_mg=Mg(self.amount_mg.data or NOTHING),
            hours=self.hours.data or 0,
            assessment=self.assessment.data or "",
            limits=limits,
            cows=self.cows.data,
            over_limit_reason=self.over_limit_reason.data or "",
            amount_again=self.amount_again.data or "",
        )


class RenewForm(LimitedForm):
    """An order goes on as it is, until a new last day."""

    ends_on = DayField(_l("New last day"), [Required()], render_kw={"autofocus": True})
    reason = TextField(_l("Reason"), [Required()])
    submit = SubmitField(_l("Sign: renew the order"))
