"""The print button of the monthly summary: for whom it is printed, beside the size of the paper."""

from enum import StrEnum

from flask_babel import lazy_gettext as _l
from wtforms import RadioField

from dispensary.web.reporting.forms import PrintLogForm


class Reader(StrEnum):
    """For whom a summary is printed."""

    OUTSIDE = "outside"
    CLINIC = "clinic"


class PrintMonthForm(PrintLogForm):
    """The summary of a month."""

    reader = RadioField(
        _l("For"),
        choices=[
            (Reader.OUTSIDE.value, _l("handing on: without small counts")),
            (Reader.CLINIC.value, _l("the clinic: every number")),
        ],
        default=Reader.OUTSIDE.value,
    )
