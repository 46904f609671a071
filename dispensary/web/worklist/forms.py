"""The shape of what is entered about tasks and about how people may be reached; what it means the services decide."""

from collections.abc import Sequence

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField, SubmitField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from dispensary.queries.caseload import Colleague
from dispensary.queries.contact_rules import ASKED_FOR, Reach
from dispensary.rules.worklist import OF_ITSELF
from dispensary.services.contact_rules import Terms
from dispensary.services.worklist import NOTE_LENGTH
from dispensary.web.forms import Form, Required, TextField, choices
from dispensary.wording import label
from models.enums import AttemptOutcome, Channel, TaskOutcome

NOBODY = 0
OPEN = ""
"""The task stays open."""


class AttemptForm(Form):
    """An attempt to reach somebody, and in the same go what became of the task, if it is done."""

    channel = RadioField(_l("How"), [Required(_l("Choose one."))])
    outcome = RadioField(_l("What came of it"), [Required(_l("Choose one."))], choices=choices(AttemptOutcome))
    note = TextField(_l("Note (may stay empty)"), longest=NOTE_LENGTH)
    close = SelectField(_l("The task"))
    submit = SubmitField(_l("Record"))

    def begin(self, rule: Reach | None, *, may_close: bool) -> None:
        """Offer the ways of reaching somebody, those that were not agreed named as such, and the outcomes of a task."""
        self.channel.choices = [SelectChoice(value=way.value, label=_named(way, rule)) for way in Channel]
        self.close.choices = [SelectChoice(value=OPEN, label=gettext("stays open"))]
        if may_close:
            self.close.choices += choices(TaskOutcome, but=OF_ITSELF)

    @property
    def closes_with(self) -> TaskOutcome | None:
        """What the task is closed with, if it is."""
        return TaskOutcome(self.close.data) if self.close.data else None


def _named(way: Channel, rule: Reach | None) -> str:
    name = gettext(label(way))
    if way in ASKED_FOR and (rule is None or way not in rule.channels):
        return gettext("%(way)s (not agreed)", way=name)
    return name


class CloseForm(Form):
    """A task ends."""

    outcome = RadioField(
        _l("What came of it"), [Required(_l("Choose one."))], choices=choices(TaskOutcome, but=OF_ITSELF)
    )
    note = TextField(_l("Note (may stay empty)"), longest=NOTE_LENGTH)
    submit = SubmitField(_l("Close the task"))


class HandOverForm(Form):
    """A task goes to a colleague, or back to whoever comes first."""

    owner_id = SelectField(_l("To"), coerce=int, render_kw={"autofocus": True})
    reason = TextField(_l("Why"), [Required()], description=_l("Such as: speaks the language; leave until Monday."))
    submit = SubmitField(_l("Hand over"))

    def offer(self, colleagues: Sequence[Colleague]) -> None:
        """Offer those who work at the desk."""
        named = [SelectChoice(value=one.id, label=one.name) for one in colleagues]
        self.owner_id.choices = [*named, SelectChoice(value=NOBODY, label=gettext("whoever comes first"))]


class ReachForm(Form):
    """How somebody may be reached."""

    by_telephone = BooleanField(_l("Telephone"), render_kw={"autofocus": True})
    by_text = BooleanField(_l("Text message"))
    by_letter = BooleanField(_l("Letter"))
    by_visit = BooleanField(_l("Visit at home"))
    hours = TextField(_l("When"), description=_l("Such as: after 18:00, never on Sundays."))
    who_may_pick_up = TextField(_l("Who else may pick up"), description=_l("Such as: the sister, not the husband."))
    leave_message = BooleanField(_l("A message may be left"))
    message_from = TextField(
        _l("In what name"),
        description=_l("Such as: Carl. Never a name that tells of the clinic, unless it was agreed."),
    )
    submit = SubmitField(_l("Agree"))

    @property
    def terms(self) -> Terms:
        """What was entered."""
        return Terms(
            by_telephone=bool(self.by_telephone.data),
            by_text=bool(self.by_text.data),
            by_letter=bool(self.by_letter.data),
            by_visit=bool(self.by_visit.data),
            hours=self.hours.data or "",
            who_may_pick_up=self.who_may_pick_up.data or "",
            leave_message=bool(self.leave_message.data),
            message_from=self.message_from.data or "",
        )
