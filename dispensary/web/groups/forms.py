"""The shape of what is entered about groups; what it means the services decide."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Self

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField, SubmitField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import Optional

from dispensary.queries import groups as records
from dispensary.queries.groups import GroupLine, Membership, RelativeName
from dispensary.services.group_meetings import Meeting
from dispensary.services.groups import Terms
from dispensary.web.forms import DayField, Form, Required, TextField, TicksField, choices
from dispensary.web.sessions.forms import near
from dispensary.web.take_homes.forms import WEEKDAYS, WholeField
from models.enums import Attendance, GroupKind, Topic

BY_ARRANGEMENT = 0
HELD, CALLED_OFF = "held", "called_off"
WHOLE_MEETING: frozenset[StrEnum] = frozenset({Attendance.CALLED_OFF_BY_US})
"""What is said of the meeting, never of one who belongs to the group."""


class GroupForm(Form):
    """A group, new or changed."""

    name = TextField(_l("Name"), [Required()], longest=60, render_kw={"autofocus": True})
    kind = SelectField(_l("What it is for"), choices=choices(GroupKind))
    weekday = SelectField(_l("Meets on"), coerce=int)
    starts_at = TextField(_l("From"), [Required()], longest=5, description=_l("Such as 14:30."))
    minutes = WholeField(_l("Minutes"), [Required()], default=90)
    led_by_id = SelectField(_l("Led by"), coerce=int)
    open_to_relatives = BooleanField(_l("Relatives may come"))
    opened_on = DayField(_l("Opens on"), [Required(), near])
    closed_on = DayField(_l("Last day"), [near], description=_l("Empty while the group goes on."))
    submit = SubmitField(_l("Keep"))

    def offer_weekdays(self) -> None:
        """Offer the days of the week, and none."""
        days = [SelectChoice(value=number, label=name) for number, name in enumerate(WEEKDAYS, start=1)]
        self.weekday.choices = [*days, SelectChoice(value=BY_ARRANGEMENT, label=gettext("by arrangement"))]

    def begin(self, group: GroupLine) -> None:
        """Fill in what the group is, on a fresh page."""
        if self.is_submitted():
            return
        self.name.data, self.kind.data, self.weekday.data = group.name, group.kind, group.weekday or BY_ARRANGEMENT
        self.starts_at.data, self.minutes.data, self.led_by_id.data = group.starts_at, group.minutes, group.led_by_id
        self.open_to_relatives.data, self.closed_on.data = group.open_to_relatives, group.closed_on

    @property
    def terms(self) -> Terms:
        """What was entered."""
        return Terms(
            name=self.name.data or "",
            kind=GroupKind(self.kind.data),
            weekday=self.weekday.data or None,
            starts_at=self.starts_at.data or "",
            minutes=self.minutes.data or 0,
            led_by_id=self.led_by_id.data,
            open_to_relatives=bool(self.open_to_relatives.data),
        )


class JoinForm(Form):
    """Somebody joins the group that is open."""

    who = TextField(_l("Number or card"), [Required()], longest=40, description=_l("Whole, such as P00012."))
    from_on = DayField(_l("From"), [Required(), near])
    submit = SubmitField(_l("Take in"))


class JoinOneForm(Form):
    """Somebody joins one of the groups."""

    group_id = SelectField(_l("Group"), coerce=int)
    from_on = DayField(_l("From"), [Required(), near])
    submit = SubmitField(_l("Take in"))

    def offer(self, groups: Sequence[GroupLine]) -> None:
        """Offer these groups."""
        self.group_id.choices = [SelectChoice(value=one.id, label=one.name) for one in groups]


class LeaveForm(Form):
    """Somebody leaves a group."""

    last_day = DayField(_l("Last day"), [Required(), near])
    reason = TextField(_l("Why"), [Required()], description=_l("Such as: works now; another group; twelve weeks done."))
    submit = SubmitField(_l("Record"))


class CorrectForm(Form):
    """Somebody's attendance, recorded anew."""

    attendance = RadioField(
        _l("Did the person come?"), [Required(_l("Choose one."))], choices=choices(Attendance, but=WHOLE_MEETING)
    )
    submit = SubmitField(_l("Record anew"))


class MeetingForm(Form):
    """A meeting of a group; a question for each member joins it."""

    held = RadioField(
        _l("Was it held?"),
        choices=[
            SelectChoice(value=HELD, label=_l("Held")),
            SelectChoice(value=CALLED_OFF, label=_l("Called off")),
        ],
        default=HELD,
    )
    topic = SelectField(_l("About"), choices=choices(Topic))
    minutes = WholeField(_l("Minutes"))
    led_by_id = SelectField(_l("Led by"), coerce=int)
    relatives = WholeField(_l("Relatives who are not on record"), default=0, description=_l("Counted, not named."))
    relative_ids = TicksField(_l("Relatives on record who came"), coerce=int, choices=[])
    asked_next_step = BooleanField(_l("Asked everybody for the next step"))
    submit = SubmitField(_l("Record the meeting"))

    members: Sequence[Membership] = ()

    @classmethod
    def asking(cls, members: Sequence[Membership], relatives: Sequence[RelativeName]) -> Self:
        """Return a form that asks of each member whether they came."""
        fields = {
            f"member_{one.person_id}": RadioField(
                one.name, [Optional()], choices=choices(Attendance, but=WHOLE_MEETING)
            )
            for one in members
        }
        form: Self = type(f"{cls.__name__}Asking", (cls,), fields)()
        form.members = list(members)
        form.relative_ids.choices = [SelectChoice(value=one.id, label=one.name) for one in relatives]
        return form

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Ask of everybody whether they came, where the meeting was held."""
        good = super().validate(*args, **kwargs)
        if self.held.data != HELD:
            return good
        for _member, field in self.asked:
            if not field.data and not field.errors:
                field.errors = [gettext("Answer this.")]
                good, self.status = False, 422
        return good

    @property
    def asked(self) -> list[tuple[Membership, Any]]:
        """Each member with the question."""
        return [(one, self[f"member_{one.person_id}"]) for one in self.members]

    def begin(self, group: GroupLine) -> None:
        """Fill in what the group usually is, on a fresh page."""
        if not self.is_submitted():
            self.minutes.data, self.led_by_id.data = group.minutes, group.led_by_id

    @property
    def meeting(self) -> Meeting:
        """What was entered; what was filled in for a meeting that was called off does not count."""
        topic, led_by_id = Topic(self.topic.data), self.led_by_id.data
        if self.held.data != HELD:
            return Meeting(held=False, topic=topic, led_by_id=led_by_id)
        return Meeting(
            held=True,
            topic=topic,
            led_by_id=led_by_id,
            minutes=self.minutes.data,
            attendance=self._attendance(),
            relatives=self.relatives.data or 0,
            relative_ids=self.relative_ids.data or (),
            asked_next_step=bool(self.asked_next_step.data),
        )

    def _attendance(self) -> Mapping[int, Attendance]:
        return {one.person_id: Attendance(field.data) for one, field in self.asked if field.data}


class CorrectMeetingForm(MeetingForm):
    """A meeting that was recorded wrongly, as it was."""

    reason = TextField(
        _l("What was wrong"),
        [Required()],
        description=_l("Such as: it was called off; another topic; relatives counted twice."),
        longest=200,
    )
    submit = SubmitField(_l("Record the meeting anew"))

    def begin_anew(self, group: GroupLine, met: records.Meeting) -> None:
        """Fill in what is on record, on a fresh page; how long it is to have been from the group where it was called off."""
        if self.is_submitted():
            return
        self.held.data = HELD if met.held else CALLED_OFF
        self.topic.data, self.minutes.data, self.led_by_id.data = met.topic, met.minutes or group.minutes, met.led_by_id
        self.relatives.data, self.relative_ids.data = met.relatives, [one.id for one in met.named]
        self.asked_next_step.data = met.asked_next_step
