"""The print button of the monthly summary: for whom it is printed, beside the size of the paper."""

from enum import StrEnum

from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from dispensary.web.reporting.forms import PrintLogForm


class Reader(StrEnum):
    """For whom a summary is printed."""

    OUTSIDE = "outside"
    CLINIC = "clinic"


class PrintMonthForm(PrintLogForm):
    """The summary of a month."""

    reader = SelectField(_l("For"), choices=list(Reader), default=Reader.OUTSIDE.value)
