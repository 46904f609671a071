"""The shape of what is entered about health tests."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, SubmitField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from dispensary.web.forms import DayField, Form, Required, choices
from dispensary.wording import label
from models.enums import HealthTestKind, HealthTestResultKind, LinkedToCare, OfferAnswer

NOT_OFFERED = "not_offered"
CHOOSE = _l("Choose one.")


def _answer(kind: HealthTestKind) -> SelectField:
    none = SelectChoice(value=NOT_OFFERED, label=_l("not offered today"))
    return SelectField(_l(label(kind)), choices=[none, *choices(OfferAnswer)], default=NOT_OFFERED)


class OfferForm(Form):
    """What a person said to the offer of each test today."""

    hiv = _answer(HealthTestKind.HIV)
    hepatitis_b = _answer(HealthTestKind.HEPATITIS_B)
    hepatitis_c = _answer(HealthTestKind.HEPATITIS_C)
    tuberculosis = _answer(HealthTestKind.TUBERCULOSIS)
    submit = SubmitField(_l("Note the answers"))

    def answers(self) -> dict[HealthTestKind, OfferAnswer]:
        """Return the answer to each test that was offered."""
        said = {kind: self[kind.value].data for kind in HealthTestKind}
        return {kind: OfferAnswer(answer) for kind, answer in said.items() if answer != NOT_OFFERED}


class FindForm(Form):
    """What a test found, and whether it led to care."""

    result = RadioField(_l("What was found"), [Required(CHOOSE)], choices=choices(HealthTestResultKind))
    linked = RadioField(_l("Care for it"), [Required(CHOOSE)], choices=choices(LinkedToCare))
    found_on = DayField(_l("Day of the finding"), [Required()])
    submit = SubmitField(_l("Enter the finding"))
