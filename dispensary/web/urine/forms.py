"""The shape of what is entered about a urine; what it means the rules decide."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField, SubmitField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import Optional

from dispensary.policy.urine import Panel, urine_policy
from dispensary.rules.urine import Expected
from dispensary.services.urines import READINGS
from dispensary.web.forms import DayField, Form, Required, TextField, choices
from dispensary.web.take_homes.forms import WholeField
from models.enums import UrineMethod, UrineOccasion, UrineOutcome

FOUND, NOT_FOUND = "found", "not_found"
CHOOSE = _l("Choose one.")
ON_A_FORM_OF_ITS_OWN = frozenset({UrineOccasion.CONFIRMATION})


def panel_choices(method: UrineMethod | None = None) -> list[SelectChoice]:
    """Return the panels of the house, of one method or of all."""
    panels = urine_policy().panels.values()
    return [SelectChoice(value=p.key, label=_l(p.words)) for p in panels if method is None or p.method is method]


class RecordForm(Form):
    """Why a urine was asked for, and what became of it."""

    occasion = RadioField(_l("Why"), [Required(CHOOSE)], choices=choices(UrineOccasion, but=ON_A_FORM_OF_ITS_OWN))
    outcome = RadioField(
        _l("What became of it"),
        [Required(CHOOSE)],
        choices=choices(UrineOutcome),
        description=_l("None of these stops or delays a dose."),
        default=UrineOutcome.TAKEN.value,
    )
    panel = SelectField(_l("Looked at by"), choices=panel_choices())
    observed = BooleanField(_l("Somebody saw it being given"))
    collected_on = DayField(_l("Day"), [Required()])
    submit = SubmitField(_l("Record"))


class ConfirmForm(Form):
    """The second test, which confirms a strip."""

    outcome = RadioField(
        _l("What became of it"), [Required(CHOOSE)], choices=choices(UrineOutcome), default=UrineOutcome.TAKEN.value
    )
    panel = SelectField(
        _l("Looked at by"), choices=panel_choices(UrineMethod.LABORATORY) + panel_choices(UrineMethod.STRIP)
    )
    observed = BooleanField(_l("Somebody saw it being given"))
    collected_on = DayField(_l("Day"), [Required()])
    submit = SubmitField(_l("Record the second test"))


SAMPLE_SAID = {
    UrineOutcome.TAKEN: _l("sound"),
    UrineOutcome.DILUTED: _l("diluted: read nothing from it"),
    UrineOutcome.TAMPERED: _l("tampered with: read nothing from it"),
}


class ReadForm(Form):
    """What each substance of a panel showed; a question for each joins it."""

    sample = RadioField(
        _l("The sample is"),
        [Required(CHOOSE)],
        choices=[SelectChoice(value=one.value, label=SAMPLE_SAID[one]) for one in READINGS],
        default=UrineOutcome.TAKEN.value,
    )
    submit = SubmitField(_l("Enter what it showed"))
    keys: tuple[str, ...] = ()

    @classmethod
    def of(cls, panel: Panel, expected: Expected) -> "ReadForm":
        """Return a form that asks for each substance; of the ordered medicine nothing is filled in before."""
        answers = [SelectChoice(value=FOUND, label=_l("found")), SelectChoice(value=NOT_FOUND, label=_l("not found"))]
        fields = {
            f"found_{one.key}": RadioField(
                _l(one.words),
                [Optional()],
                choices=answers,
                default=None if expected.medication in one.medications else NOT_FOUND,
            )
            for one in panel.substances
        }
        form = type("ReadFormOfPanel", (cls,), fields)()
        form.keys = tuple(one.key for one in panel.substances)
        return form

    @property
    def asked(self) -> list[Any]:
        """The question about each substance."""
        return [self[f"found_{key}"] for key in self.keys]

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Ask for every substance of a sound sample."""
        good = super().validate(*args, **kwargs)
        if self.sample.data == UrineOutcome.TAKEN.value:
            for question in self.asked:
                if question.data is None:
                    question.errors, good = [gettext("Found, or not found?")], False
        self.status = 200 if good else 422
        return good

    def found(self) -> dict[str, bool]:
        """Return whether each substance was found."""
        return {key: self[f"found_{key}"].data == FOUND for key in self.keys}


class ReviewForm(Form):
    """What a prescriber makes of a urine."""

    decision = TextField(
        _l("What was found, and what follows"),
        [Required()],
        description=_l(
            "Such as: talked, takes it as ordered, second test on Friday. Take-homes are decided on their page."
        ),
        longest=200,
        render_kw={"autofocus": True, "autocomplete": "off"},
    )
    submit = SubmitField(_l("Decide"))


class TakeBackForm(Form):
    """Why a urine was entered by mistake."""

    reason = TextField(
        _l("What was wrong"),
        [Required()],
        description=_l("Such as: another person’s; entered twice; a substance mistyped, entered anew."),
        longest=200,
        render_kw={"autofocus": True, "autocomplete": "off"},
    )
    submit = SubmitField(_l("Take it back"))


class DrawForm(Form):
    """How many are drawn."""

    wanted = WholeField(
        _l("How many"), [Required()], render_kw={"inputmode": "numeric", "autocomplete": "off", "autofocus": True}
    )
    submit = SubmitField(_l("Freeze the list and draw"))
