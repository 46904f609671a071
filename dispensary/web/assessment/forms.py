"""The shape of what is entered about a life; what it means the services decide."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField, SubmitField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.widgets import TextArea

from dispensary.rules.names import printable
from dispensary.services.ratings import BEST, WORST
from dispensary.web.forms import DayField, Form, Required, TextField, choices
from models.enums import Education, FamilyTies, Housing, Need, SafetyAction, Work

LONGEST_WHOLE = 4


class LongField(TextField):
    """A text of several lines, kept as one paragraph."""

    widget = TextArea()

    def process_formdata(self, valuelist: Any) -> None:
        """Join the lines, and keep the text composed and trimmed."""
        super().process_formdata([" ".join(text.splitlines()) for text in valuelist])


class SmallNumberField(TextField):
    """A whole number of a few digits; it may stay empty."""

    def process_formdata(self, valuelist: Any) -> None:
        """Read the number, and say in our words when it is none."""
        super().process_formdata(valuelist)
        text = self.data or ""
        if text and not (text.isascii() and text.isdigit() and len(text) <= LONGEST_WHOLE):
            self.data = printable(text)
            raise ValueError(gettext("A whole number, please."))

    @property
    def number(self) -> int | None:
        """The number; None where nothing was typed."""
        return int(self.data) if self.data else None


ROWS = {"rows": 4, "autocomplete": "off"}
NUMERIC = {"inputmode": "numeric", "autocomplete": "off"}


class PartForm(Form):
    """What was found in one part of a life."""

    need = RadioField(_l("How much help is needed?"), [Required(_l("Choose one."))], choices=choices(Need))
    findings = LongField(_l("What was found"), longest=2000, render_kw=ROWS)
    family_took_part = BooleanField(_l("Family or friends took part, with the person's consent"))
    assessed_on = DayField(_l("On"), [Required()])
    complete = BooleanField(
        _l("This part is done"), description=_l("Leave it open and it is saved half done; nothing waits for it.")
    )
    submit = SubmitField(_l("Save"))


class LifeForm(Form):
    """How somebody lives."""

    housing = SelectField(_l("Lives"), choices=choices(Housing), default=Housing.UNKNOWN)
    work = SelectField(_l("Work"), choices=choices(Work), default=Work.UNKNOWN)
    education = SelectField(_l("School or training"), choices=choices(Education), default=Education.UNKNOWN)
    family = SelectField(_l("Ties to the family"), choices=choices(FamilyTies), default=FamilyTies.UNKNOWN)
    children_under_6 = SmallNumberField(
        _l("Children under 6 at home"), description=_l("Leave it empty if it was not asked."), render_kw=NUMERIC
    )
    seen_on = DayField(_l("On"), [Required()])
    submit = SubmitField(_l("Save"))


class SafetyForm(Form):
    """What was done at once about thoughts of self-harm."""

    action = RadioField(_l("What was done?"), [Required(_l("Choose one."))], choices=choices(SafetyAction))
    note = LongField(_l("Note"), longest=500, render_kw=ROWS)
    submit = SubmitField(_l("Record the step"))


class TakeBackForm(Form):
    """Why a questionnaire was entered by mistake."""

    reason = TextField(
        _l("What was wrong"),
        [Required()],
        description=_l("Such as: another person’s; entered twice; an answer mistyped, entered anew."),
        longest=200,
        render_kw={"autofocus": True, "autocomplete": "off"},
    )
    submit = SubmitField(_l("Take it back"))


GRADES = [SelectChoice(value=str(n), label=str(n)) for n in range(WORST, BEST + 1)]


class RatingForm(Form):
    """One slip from the box."""

    month = DayField(_l("Month"), [Required()], description=_l("Any day of the month; only the month is kept."))
    relation = RadioField(_l("Staff, from 1 (poor) to 5 (good)"), [Required(_l("Choose one."))], choices=GRADES)
    waiting = RadioField(_l("Waiting, from 1 (poor) to 5 (good)"), [Required(_l("Choose one."))], choices=GRADES)
    words = LongField(
        _l("In their words"),
        longest=500,
        description=_l("Leave out what would tell who wrote it."),
        render_kw=ROWS,
    )
    submit = SubmitField(_l("Enter this slip"))
