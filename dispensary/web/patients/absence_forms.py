"""The shape of what is entered about days away and days missed."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SubmitField

from dispensary.web.forms import DayField, Form, Required, TextField, choices
from models.enums import AbsenceKind, MissedReason


class AwayForm(Form):
    """Somebody is in hospital or custody."""

    kind = RadioField(_l("Where?"), [Required(_l("Choose one."))], choices=choices(AbsenceKind))
    place = TextField(_l("Which one"), [Required()], description=_l("Name of the hospital or prison, and the ward."))
    from_on = DayField(_l("First day away"), [Required()], description=_l("The first day without a dose here."))
    expected_until = DayField(_l("Expected until"), description=_l("Empty if nobody knows."))
    told_by = TextField(_l("Who told us"), [Required()], description=_l("Name and telephone."))
    submit = SubmitField(_l("Record the stay"))


class BackForm(Form):
    """The stay is over."""

    last_day = DayField(
        _l("Last day away"),
        [Required()],
        description=_l(
            "The last day without a dose here. The day before the first says that the person was never away."
        ),
    )
    told_by = TextField(_l("Who told us"), [Required()], description=_l("Such as: the person; the ward, by telephone."))
    submit = SubmitField(_l("Record the end"))


class MissedForm(Form):
    """Why somebody missed a day."""

    reason = RadioField(_l("Why?"), [Required(_l("Choose one."))], choices=choices(MissedReason))
    note = TextField(_l("In your own words"), description=_l("Needed for another reason."))
    submit = SubmitField(_l("Note it"))
