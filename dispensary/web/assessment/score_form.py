"""The form of a questionnaire, made from its definition: one field an item, faults shown where they are."""

from typing import Any

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, SubmitField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import Optional

from dispensary.errors import DomainError, Refused
from dispensary.policy.instruments import Definition, Item
from dispensary.web import edge
from dispensary.web.assessment.forms import NUMERIC, SmallNumberField
from dispensary.web.forms import DayField, Form, Required
from dispensary.wording import label
from models.enums import Substance


class ScoreForm(Form):
    """A questionnaire as it is entered."""

    definition: Definition
    taken_on = DayField(_l("Answered on"), [Required()])
    submit = SubmitField(_l("Enter the answers"))

    @classmethod
    def asking(cls, definition: Definition) -> "ScoreForm":
        """Return the form of one questionnaire, with today as its day."""
        fields = {name_of(item): _field(item) for item in definition.items}
        made = type("ScoreFormAsking", (cls,), {**fields, "definition": definition})
        form: ScoreForm = made(taken_on=edge.act().clinic_day)
        return form

    def values(self) -> dict[str, int]:
        """Return the answers that were given."""
        given = {item.key: self[name_of(item)] for item in self.definition.items}
        return {key: int(field.data) for key, field in given.items() if field.data not in (None, "", "None")}

    @property
    def asked(self) -> list[tuple[Item, Any]]:
        """Each item that stands alone, with its field."""
        return [(item, self[name_of(item)]) for item in self.definition.items if item.substance is None]

    @property
    def rows(self) -> list[tuple[Substance, list[Any]]]:
        """Each substance with its fields by question; None where a question is not asked of it."""
        by_key = {item.key: self[name_of(item)] for item in self.definition.items if item.substance}
        numbers = [item.key.split(".")[0] for item in self.columns]
        return [(s, [by_key.get(f"{number}.{s}") for number in numbers]) for s in self.definition.substances]

    @property
    def columns(self) -> list[Item]:
        """The questions about substances, each once."""
        return [item for item in self.definition.items if item.substance is Substance.ALCOHOL]

    def refuse(self, refusal: DomainError) -> None:
        """Show each fault at its answer, and above how many there are."""
        reasons = refusal.reasons if isinstance(refusal, Refused) else ()
        named = {f"item_{item.key}": name_of(item) for item in self.definition.items}
        faults = {named[reason.code]: reason for reason in reasons if reason.code in named}
        if not faults:
            super().refuse(refusal)
            return
        self.status = 422
        for name, reason in faults.items():
            self[name].errors = [edge.speaker()(reason.message)]
        said = ngettext(
            "%(num)d answer is missing or cannot be.", "%(num)d answers are missing or cannot be.", len(faults)
        )
        self.form_errors.append(said)


def name_of(item: Item) -> str:
    """Return the name of an item's field."""
    return f"item_{item.key.replace('.', '_')}"


def _field(item: Item) -> Any:
    if item.substance is not None:
        blank = SelectChoice(value="", label="–")
        options = [blank, *(SelectChoice(value=str(value), label=str(value)) for value in item.values)]
        words = f"{gettext(label(item.substance))}: {gettext(item.words)}"
        return SelectField(words, [Optional()], choices=options, default="")
    words = gettext(item.words) if item.words else gettext("Question %(n)s", n=item.key)
    if item.is_range:
        return SmallNumberField(words, render_kw=NUMERIC)
    said = [gettext(answer) for answer in item.answers] or [""] * len(item.values)
    options = [
        SelectChoice(value=str(value), label=f"{value} {text}".strip())
        for value, text in zip(item.values, said, strict=True)
    ]
    return RadioField(words, [Optional()], choices=options)
