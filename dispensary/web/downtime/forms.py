"""The shape of what is entered about packs and days on paper."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField, SubmitField
from wtforms.validators import ValidationError

from dispensary.rules.downtime import MOST_COPIES
from dispensary.web.forms import DayField, Form, Required, TextField, choices
from models.enums import PackCopyFate
from reports.page import SIZES


def between(least: int, most: int) -> object:
    """Return a check that a number lies between two others; WTForms' own fails on a number of some hundred digits."""

    def check(form: Form, field: IntegerField) -> None:
        if field.data is not None and not least <= field.data <= most:
            raise ValidationError(gettext("From %(least)d to %(most)d.", least=least, most=most))

    return check


class PackForm(Form):
    """How many copies of which day's pack."""

    clinic_day = DayField(_l("Clinic day"), [Required()], id="pack-day")
    copies = IntegerField(_l("Copies"), [Required(), between(1, MOST_COPIES)])
    paper = SelectField(_l("Paper"), choices=list(SIZES))  # type: ignore[arg-type] # the stubs know pairs only
    submit = SubmitField(_l("Print the pack"), id="pack-submit")


class TickForm(Form):
    """What became of one copy."""

    fate = SelectField(_l("What became of it?"), choices=choices(PackCopyFate))


class DeclareForm(Form):
    """Which day went onto paper, and why."""

    clinic_day = DayField(_l("Clinic day"), [Required()], id="declare-day")
    reason = TextField(_l("Why on paper?"), [Required()], longest=200)
    submit = SubmitField(_l("Declare a day on paper"), id="declare-submit")


class EnteredForm(Form):
    """How many sheets were entered, all there were."""

    sheets = IntegerField(_l("Sheets entered"), [Required(), between(0, 999)])
    submit = SubmitField(_l("Sign: all paper of this day is entered"), id="entered-submit")


class GridForm(Form):
    """The frame of the grid: its token and hand; its rows are read for themselves, since there are hundreds."""

    by = TextField(_l("Given by (initials), where a row says nothing else"), longest=60)
    submit = SubmitField(_l("Record these rows"), id="grid-submit")
