"""The shape of what is entered about a site, and each setting in plain words."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, SubmitField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from dispensary.web.forms import DayField, Form, Required, TextField
from models import Window
from models.enums import SettingKey

IN_WORDS = {
    SettingKey.TIME_ZONE: _l("The clinic's time zone by its name, such as Asia/Ho_Chi_Minh."),
    SettingKey.DAY_STARTS: _l("A dose given before this hour belongs to the evening before. Written as 03:00."),
    SettingKey.MINIMUM_HOURS_BETWEEN_DAYS: _l("Hours between the last dose of one day and the first of the next."),
    SettingKey.HOLD_FROM_DAYS: _l("From so many whole days without medicine a prescriber decides; fewer is stricter."),
    SettingKey.HOLD_FROM_DAYS_INDUCTION: _l("The same for somebody in induction."),
    SettingKey.IDLE_MINUTES: _l("After so many minutes without use a terminal locks."),
    SettingKey.SCREEN_SHOWS_NAMES: _l(
        "yes or no. No: the queue shows initials and number. Yes only out of people's sight."
    ),
    SettingKey.OPENING_DAYS: _l("The days of the week on which doses are given, Monday is 1: 12345, 1234567."),
    SettingKey.TELEPHONE_ORDERS: _l("yes or no. Yes: a nurse may take down a prescriber's order by telephone."),
    SettingKey.COUNTERSIGN_HOURS: _l("Within so many hours the prescriber countersigns a telephone order."),
    SettingKey.FIRST_DOSE_OBSERVATION_MINUTES: _l("So many minutes somebody stays after a first dose; 0 for none."),
    SettingKey.LOST_AFTER_NO_SHOWS: _l(
        "After so many no-shows in a row somebody is proposed as lost; a person decides."
    ),
    SettingKey.CALL_BACK_HOURS: _l("Within so many hours of a call-back the bottles are brought in."),
    SettingKey.SAFETY_CHECK_DAYS: _l("So many days the talk about storing take-home doses safely holds."),
    SettingKey.COUNT_WITNESS_ABOVE_MG: _l(
        "A count that differs by more than so many mg in all is signed by a witness too; 0: every one that differs."
    ),
    SettingKey.SCALE_READABILITY_MG: _l(
        "One step of the scale on which open liquids are weighed, in mg: 100 for 0.1 g; 0 where nothing is weighed."
    ),
    SettingKey.PACK_FOLDER: _l("Where the encrypted downtime pack is written: a folder of this computer, or none."),
    SettingKey.BACKUP_FOLDER: _l(
        "Where every backup is copied a second time: a stick, another disk or a share, or none."
    ),
    SettingKey.RISK_RED_FROM: _l("From so many no-shows in a row the nightly scan raises RED: 2 to 4."),
    SettingKey.RISK_AMBER_A_DAY: _l(
        "The nightly scan raises so many people as AMBER at most: what the counsellors can follow up in a day."
    ),
    SettingKey.HIDE_BELOW: _l(
        "Counts of people from 1 up to one fewer than this are left out of what leaves the clinic: 2 to 50."
    ),
    SettingKey.PACK_EVERY_MINUTES: _l("How often the rolling downtime pack is written, in minutes."),
    SettingKey.TARGET_IN_TREATMENT: _l("So many people in treatment at least, as the commissioner asks; or none."),
    SettingKey.TARGET_RETAINED_PERCENT: _l(
        "Of 100 people, so many at least are still in treatment after 12 weeks; or none."
    ),
    SettingKey.TARGET_PLANNED_PERCENT: _l("Of 100 people who leave, so many at least leave as planned; or none."),
    SettingKey.TARGET_WAITING_DAYS: _l("Nobody waits for treatment longer than so many days; or none."),
    SettingKey.PROGRAMME_FORMS: _l(
        "The monthly forms that programmes ask of this clinic, with blanks between: kp_mat (PEPFAR), moh_monthly,"
        " commissioner; or none."
    ),
    SettingKey.REGISTER_LAYOUT: _l(
        "The columns that the law of this place asks for: who (general), us (United States) or uk (United Kingdom)."
    ),
}
"""What each setting does and how its value is written."""


class Press(Form):
    """A single button, without any field."""


class SettingForm(Form):
    """A new value from a day on."""

    value = TextField(_l("New value"), [Required()], render_kw={"autofocus": True, "autocomplete": "off"})
    effective_on = DayField(_l("From"), [Required()], description=_l("Today at the earliest."))
    submit = SubmitField(_l("Set"))


class WindowForm(Form):
    """A further window."""

    name = TextField(_l("Name of the window"), [Required()], longest=40, render_kw={"autofocus": True})
    submit = SubmitField(_l("Add the window"))


class TerminalForm(Form):
    """What this computer is."""

    name = TextField(_l("Name of this computer"), [Required()], longest=40, render_kw={"autofocus": True})
    window = SelectField(_l("It stands at"), default="")
    submit = SubmitField(_l("Name this computer"))

    def offer(self, windows: list[Window]) -> None:
        """Give the site's windows to choose from."""
        self.window.choices = [
            SelectChoice(value="", label=_l("a desk, no window")),
            *(SelectChoice(value=str(window.id), label=window.name) for window in windows),
        ]
