"""The shape of what is entered about the way in and on."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, SubmitField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from dispensary.web.assessment.forms import LongField
from dispensary.web.forms import DayField, Form, Required, choices
from models.enums import Aim, JourneyStage, WaitingEndReason

DONE, BEGUN = "done", "begun"
GIVEN, DECLINED = "given", "declined"


class CameForm(Form):
    """How somebody came to us."""

    agency = SelectField(_l("Sent by"))
    received_on = DayField(_l("Day"), [Required()])
    reason = LongField(_l("Why"), [Required()], longest=500, render_kw={"rows": 2})
    submit = SubmitField(_l("Save"))


class WaitForm(Form):
    """A place on the waiting list."""

    since_on = DayField(_l("Waits since"), [Required()])
    why = LongField(
        _l("Why treatment cannot begin now"),
        [Required()],
        longest=500,
        description=_l("A place, a prescriber, a paper: whatever it is that is waited for."),
        render_kw={"rows": 2},
    )
    submit = SubmitField(_l("Put on the waiting list"))


class WaitedForm(Form):
    """The end of waiting without an admission."""

    reason = RadioField(
        _l("Why"),
        [Required(_l("Choose one."))],
        choices=choices(WaitingEndReason, but=frozenset({WaitingEndReason.ADMITTED})),
    )
    ended_on = DayField(_l("Day"), [Required()])
    submit = SubmitField(_l("Take off the waiting list"))


class StageForm(Form):
    """Where a journey stands."""

    stage = RadioField(_l("Stage"), [Required(_l("Choose one."))], choices=choices(JourneyStage))
    from_on = DayField(_l("From"), [Required()])
    reason = LongField(_l("Why"), [Required()], longest=500, render_kw={"rows": 2})
    submit = SubmitField(_l("Set the stage"))


class AimForm(Form):
    """What somebody wants of treatment."""

    aim = RadioField(_l("What the person wants"), [Required(_l("Choose one."))], choices=choices(Aim))
    words = LongField(_l("In their own words"), [Required()], longest=1000, render_kw={"rows": 3})
    said_on = DayField(_l("Said on"), [Required()])
    submit = SubmitField(_l("Write it down"))


class ConsentForm(Form):
    """The answer to the consent to treatment."""

    answer = RadioField(
        _l("Answer"),
        [Required(_l("Choose one."))],
        choices=[
            SelectChoice(value=GIVEN, label=_l("signed on paper")),
            SelectChoice(value=DECLINED, label=_l("not signed now; nothing is closed by it")),
        ],
    )
    signed_on = DayField(_l("Day"), [Required()])
    submit = SubmitField(_l("Record the answer"))


class IntakeForm(Form):
    """One thing that is asked at intake."""

    state = RadioField(
        _l("How far it is"),
        [Required(_l("Choose one."))],
        choices=[SelectChoice(value=DONE, label=_l("done")), SelectChoice(value=BEGUN, label=_l("half done"))],
    )
    done_on = DayField(_l("Day"), [Required()])
    note = LongField(_l("Note (may stay empty)"), longest=500, render_kw={"rows": 2})
    submit = SubmitField(_l("Save"))
