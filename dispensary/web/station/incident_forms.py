"""The shape of what is entered about a dosing incident, and of what is seen of the person afterwards."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, RadioField, SelectField, SubmitField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import Optional, ValidationError

from dispensary.rules.stock import ContainerFacts
from dispensary.services.incident_reports import Drawn, Told
from dispensary.web import edge
from dispensary.web.forms import ExactField, Form, Required, TextField, choices, positive
from dispensary.web.station.told import ClockField, moment_today, time_now
from dispensary.wording import in_unit
from models.enums import Alertness, IncidentKind, Medication
from models.units import Mg

LONGEST_NOTE = 500
FASTEST_BREATHING = 99


def counted(form: Form, field: Any) -> None:
    """Refuse what nobody can have counted in a minute."""
    if field.data is not None and not 1 <= field.data <= FASTEST_BREATHING:
        raise ValidationError(gettext("Count the breaths of one minute: 1 to 99."))


class IncidentForm(Form):
    """What was swallowed that should not have been, by this person."""

    kind = RadioField(_l("What was wrong?"), [Required(_l("Choose what was wrong."))], choices=choices(IncidentKind))
    taken_mg = ExactField(
        _l("Swallowed"), [Required(), positive], render_kw={"autofocus": True, "inputmode": "decimal"}
    )
    uncertain = BooleanField(_l("The amount is not certain"))
    medication = SelectField(_l("Medicine"), choices=choices(Medication))
    taken_time = ClockField(_l("Swallowed today at (hours and minutes)"), [Required()])
    source = RadioField(_l("Poured from"), [Required(_l("Choose where it came from."))])
    intended = TextField(_l("Meant for (number or card; may stay empty)"), longest=60)
    note = TextField(_l("What happened, in your own words"), [Required()], longest=LONGEST_NOTE)
    submit = SubmitField(_l("Record the incident"))

    def offer(self, opened: Iterable[ContainerFacts], medication: Medication | None) -> None:
        """Offer what stands open here; the ordered medicine and this moment are there already."""
        speak = edge.speaker()
        self.source.choices = [
            SelectChoice(value=Drawn.AS_A_DOSE.value, label=gettext("the opened containers, as a dose is poured")),
            *(
                SelectChoice(value=str(c.id), label=f"{c.label} · {c.product} · {speak(in_unit(c.holds, c.unit))}")
                for c in opened
            ),
            SelectChoice(value=Drawn.NOT_FROM_HERE.value, label=gettext("none of these; say below where it came from")),
        ]
        if not self.is_submitted():
            self.source.data, self.taken_time.data = Drawn.AS_A_DOSE.value, time_now()
            self.medication.data = medication.value if medication else self.medication.data

    def speak_of_injection(self) -> None:
        """Ask what was injected, of somebody who gets injections."""
        self.taken_mg.label.text = gettext("Injected")
        self.taken_time.label.text = gettext("Injected today at (hours and minutes)")
        self.source.label.text = gettext("Taken from")

    def told(self) -> Told:
        """Return what was typed, as the service wants it."""
        source = self.source.data or ""
        one = source not in (Drawn.AS_A_DOSE.value, Drawn.NOT_FROM_HERE.value)
        return Told(
            medication=Medication(self.medication.data),
            taken_mg=Mg(self.taken_mg.data or Decimal(0)),
            taken_at=moment_today(self.taken_time.data),
            certain=not self.uncertain.data,
            drawn=Drawn.ONE_CONTAINER if one else Drawn(source),
            container_id=int(source) if one else None,
        )


class WrongDoseForm(IncidentForm):
    """The same, in place of a dose on record that did not happen as it says."""

    swallowed_by = TextField(_l("Who swallowed it? (number or card)"), [Required()], longest=60)


class ObservationForm(Form):
    """How the person was found."""

    alertness = RadioField(
        _l("How is the person?"), [Required(_l("Choose how the person is."))], choices=choices(Alertness)
    )
    breaths_per_minute = IntegerField(
        _l("Breaths in a minute (may stay empty)"),
        [Optional(), counted],
    )
    note = TextField(_l("Note (may stay empty)"), longest=LONGEST_NOTE)
    submit = SubmitField(_l("Record what was seen"))

    def breaths(self) -> int | None:
        """Return the breaths that were counted, if they were."""
        counted: Any = self.breaths_per_minute.data
        return None if counted is None else int(counted)
