"""Print buttons: which days or pages, on which paper."""

from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, SelectField, SubmitField
from wtforms.validators import ValidationError
from wtforms.widgets import HiddenInput

from dispensary.policy.register_layouts import register_layouts
from dispensary.web.forms import Form, Required
from reports.page import SIZES

LARGEST_PAGE = 10_000_000


def of_a_register(form: Form, field: IntegerField) -> None:
    """Refuse a page that no register has; WTForms' own range fails on a number of some hundred digits."""
    if field.data is not None and not 1 <= field.data <= LARGEST_PAGE:
        raise ValidationError(gettext("There is no such page."))


class PrintForm(Form):
    """A button that prints on paper of a size."""

    paper = SelectField(_l("Paper"), choices=list(SIZES))  # type: ignore[arg-type] # the stubs know pairs only, which are deprecated
    submit = SubmitField(_l("Print as PDF"))


class PrintLogForm(PrintForm):
    """The log of some days."""

    first = DateField(validators=[Required()], widget=HiddenInput())
    last = DateField(validators=[Required()], widget=HiddenInput())

    @property
    def days(self) -> tuple[date, date]:
        """First and last clinic day, once the form is valid."""
        assert self.first.data is not None and self.last.data is not None
        return self.first.data, self.last.data


class LayoutForm(PrintForm):
    """A register in the columns of one law or another; the site's own unless others are asked for."""

    layout = SelectField(_l("Columns"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer every layout that ships."""
        super().__init__(*args, **kwargs)
        self.layout.choices = [(name, gettext(layout.title)) for name, layout in register_layouts().items()]


class PrintRegisterForm(LayoutForm):
    """Some pages of a register."""

    first_page = IntegerField(_l("From page"), [Required(), of_a_register])
    last_page = IntegerField(_l("to page"), [Required(), of_a_register])

    @property
    def pages(self) -> tuple[int, int]:
        """First and last page, once the form is valid."""
        assert self.first_page.data is not None and self.last_page.data is not None
        return self.first_page.data, self.last_page.data


class PrintRegisterDaysForm(LayoutForm, PrintLogForm):
    """The lines of a register for some days."""
