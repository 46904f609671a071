"""The shapes of what is typed about kits: packed, passed on, and back."""

from datetime import timedelta
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, SelectMultipleField, SubmitField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from dispensary.rules.kits import LONGEST_AWAY
from dispensary.services.kits import Closed, Packing
from dispensary.web import edge
from dispensary.web.forms import DayField, Form, Required, TextField, id_in
from dispensary.web.station.told import ClockField, moment_of
from dispensary.web.stock.count_forms import CountForm
from dispensary.web.stock.forms import LONGEST_NOTE
from dispensary.web.witness import WitnessFields

SEALED, OPEN = "sealed", "open"
A_DAY = timedelta(days=1)


class KitForm(Form):
    """A new kit."""

    name = TextField(_l("Name on the case"), [Required()], longest=60, render_kw={"autofocus": True})
    submit = SubmitField(_l("Add the kit"))


class PackForm(WitnessFields, Form):
    """Where a kit goes, until when, under which seal, and what is put into it."""

    turn = HiddenField()
    destination = TextField(
        _l("Where it goes"),
        [Required()],
        longest=120,
        description=_l("The prison, home or ward; no name of a patient."),
        render_kw={"autofocus": True},
    )
    back_on = DayField(_l("Back on"), [Required()])
    back_at = ClockField(_l("at (hours and minutes)"), [Required()])
    seal_no = TextField(_l("Number of the seal"), [Required()], longest=60)
    containers = SelectMultipleField(_l("Containers"), coerce=id_in, validate_choice=False)
    submit = SubmitField(_l("Packed and sealed"))

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Refuse a day that no kit stays away to, before a moment is made of it."""
        good = super().validate(*args, **kwargs)
        day, today = self.back_on.data, edge.act().clinic_day
        if day is not None and not today - A_DAY <= day <= today + LONGEST_AWAY + A_DAY:
            words = gettext("Choose a day from today on; a kit is back within %(days)s days.", days=LONGEST_AWAY.days)
            self.back_on.errors = [words]
            self.status = 422
            good = False
        return good

    def packing(self) -> Packing:
        """Return what was typed, as the service wants it."""
        return Packing(
            turn=_shown(self.turn),
            destination=self.destination.data or "",
            seal_no=self.seal_no.data or "",
            expected_back_at=moment_of(self.back_on.data, self.back_at.data),
        )


class ClosedFields:
    """How a kit is closed when it changes hands; mix in before `Form`. Nothing is chosen beforehand."""

    turn = HiddenField()
    seal = SelectField(_l("The kit is"))
    seal_no = TextField(_l("Number of the seal, read off the kit"), longest=60)
    seal_note = TextField(
        _l("Why it is not sealed, or under another number"),
        longest=LONGEST_NOTE,
        description=_l("Such as: opened for the visit and closed again."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask how it is closed."""
        super().__init__(*args, **kwargs)
        self.seal.choices = [
            SelectChoice(value="", label=gettext("choose")),
            SelectChoice(value=SEALED, label=gettext("sealed")),
            SelectChoice(value=OPEN, label=gettext("not sealed")),
        ]
        self.seal.validators = [Required()]

    def closed(self) -> Closed:
        """Return what was typed, as the service wants it."""
        sealed = self.seal.data == SEALED
        return Closed(_shown(self.turn), sealed, self.seal_no.data or "", self.seal_note.data or "")


class HandOverForm(ClosedFields, WitnessFields, Form):
    """A kit passed on; whoever takes it signs."""

    submit = SubmitField(_l("Hand it over"))


class KitCountForm(ClosedFields, CountForm):
    """How a kit came back, and what was found in it."""


def _shown(field: Any) -> int:
    """Return the number that a page was shown with; 0, which never agrees, for anything else, and that is sent back."""
    turn = id_in(field.data)
    field.data = str(turn)
    return turn
