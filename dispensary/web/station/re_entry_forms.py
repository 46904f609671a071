"""The shape of what somebody says at the window of the last dose."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SubmitField
from wtforms.validators import Optional

from dispensary.services.re_entry import Told
from dispensary.web.forms import DayField, ExactField, Form, Required, choices, positive
from models.enums import Answer
from models.units import Mg


class AskForm(Form):
    """Three short questions: as recorded? used since? and if not as recorded, when and how much."""

    as_recorded = RadioField(
        _l("1. Was the last dose taken as the record has it?"),
        [Required(_l("Choose what the person says; not known is an answer too."))],
        choices=choices(Answer),
    )
    used_full_agonist = RadioField(
        _l("2. Heroin, fentanyl, methadone from elsewhere or another full opioid since then?"),
        [Required(_l("Choose what the person says; not known is an answer too."))],
        choices=choices(Answer),
    )
    last_dose_on = DayField(
        _l("3. If not as recorded: the day of the last dose"),
        [Optional()],
        description=_l("Empty if it is not known."),
    )
    last_dose_mg = ExactField(
        _l("and how much it was"),
        [Optional(), positive],
        description=_l("Empty if it is not known."),
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )
    submit = SubmitField(_l("Write it down"))

    def told(self) -> Told:
        """Return what was said."""
        amount = self.last_dose_mg.data
        return Told(
            as_recorded=Answer(self.as_recorded.data),
            used_full_agonist=Answer(self.used_full_agonist.data),
            last_dose_on=self.last_dose_on.data,
            last_dose_mg=None if amount is None else Mg(amount),
        )
