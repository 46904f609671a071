"""The shape of what is told of a dose given elsewhere, and of what its source says."""

from datetime import date
from enum import StrEnum
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, SubmitField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import ValidationError

from dispensary.errors import Refused
from dispensary.queries.elsewhere import ElsewhereReport
from dispensary.services.elsewhere import Confirmed, Reported
from dispensary.web import edge
from dispensary.web.forms import DayField, ExactField, Form, Required, TextField, choices, positive
from dispensary.web.station.told import ClockField, day_of, moment_of
from dispensary.wording import N_, say
from models.enums import ElsewhereSource, Medication
from models.units import Mg

EARLIEST = date(2000, 1, 1)


class Answer(StrEnum):
    """What the source says."""

    GAVE_IT = "gave_it"
    DID_NOT = "did_not"


def not_long_ago(form: Form, field: Any) -> None:
    """Refuse a day that no record of ours can be about."""
    if field.data is not None and not EARLIEST <= field.data <= date(9000, 1, 1):
        raise ValidationError(gettext("Type the day as year-month-day, such as 2026-03-02."))


class GivenFields:
    """What was given, and when."""

    medication = SelectField(_l("Medicine"), choices=choices(Medication))
    taken_day = DayField(_l("Day"), [Required(), not_long_ago])
    taken_time = ClockField(_l("Time (hours and minutes)"), [Required()])


class ElsewhereForm(GivenFields, Form):
    """A dose that somebody says was given elsewhere."""

    source = RadioField(_l("Given at"), [Required(_l("Choose where."))], choices=choices(ElsewhereSource))
    source_name = TextField(_l("Name of the place"), [Required()], render_kw={"autofocus": True})
    amount_mg = ExactField(_l("Amount, as told (empty if not known)"), [positive], render_kw={"inputmode": "decimal"})
    told_by = TextField(_l("Who says so?"), [Required()])
    submit = SubmitField(_l("Note the dose, and stop until it is verified"))

    def offer(self, medication: Medication | None) -> None:
        """Start with the ordered medicine, today."""
        if not self.is_submitted():
            self.medication.data = medication.value if medication else self.medication.data
            self.taken_day.data = edge.now().astimezone(edge.settings().zone).date()

    def told(self) -> Reported:
        """Return what was typed, as the service wants it."""
        at = moment_of(self.taken_day.data, self.taken_time.data)
        amount_mg = self.amount_mg.data
        return Reported(
            source=ElsewhereSource(self.source.data),
            source_name=self.source_name.data or "",
            medication=Medication(self.medication.data),
            amount_mg=None if amount_mg is None else Mg(amount_mg),
            taken_at=at,
            clinic_day=day_of(at),
            told_by=self.told_by.data or "",
        )


class VerdictForm(GivenFields, Form):
    """What the source itself says, once it was called."""

    answer = RadioField(
        _l("What does the source say?"),
        [Required(_l("Choose what it says."))],
        choices=[
            SelectChoice(value=Answer.GAVE_IT.value, label=_l("It gave this dose")),
            SelectChoice(value=Answer.DID_NOT.value, label=_l("It gave none, or cannot say")),
        ],
    )
    verifier = TextField(
        _l("Who there said so, and how they were reached"), [Required()], render_kw={"autofocus": True}
    )
    amount_mg = ExactField(_l("Amount, as the source says"), [positive], render_kw={"inputmode": "decimal"})
    submit = SubmitField(_l("Record the answer"))

    def offer(self, report: ElsewhereReport) -> None:
        """Start with what was reported."""
        if not self.is_submitted():
            local = report.taken_at.astimezone(edge.settings().zone)
            self.medication.data, self.amount_mg.data = report.medication.value, report.amount_mg
            self.taken_day.data, self.taken_time.data = local.date(), local.time()

    def confirmed(self) -> Confirmed:
        """Return what the source says that it gave.

        Raises:
            Refused: it says how much was given, or it has not confirmed a dose.
        """
        if self.amount_mg.data is None:
            words = N_("Ask how many mg were given: without the amount the dose is not verified.")
            raise Refused(say(words), code="amount_needed", field="amount_mg")
        at = moment_of(self.taken_day.data, self.taken_time.data)
        return Confirmed(Medication(self.medication.data), Mg(self.amount_mg.data), at, day_of(at))
