"""The shape of what is entered about sessions, case notes and caseloads; what it means the services decide."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, SubmitField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import ValidationError

from dispensary.queries.caseload import Colleague
from dispensary.queries.sessions import Arranged
from dispensary.services.case_notes import LONGEST
from dispensary.services.sessions import Outcome
from dispensary.web import edge
from dispensary.web.forms import DayField, Form, ParagraphsField, Required, TextField, TicksField, choices, id_in
from dispensary.web.station.told import ClockField, moment_of
from dispensary.web.take_homes.forms import WholeField
from dispensary.web.told_events import told_field
from models.enums import Attendance, Discipline, SessionKind, Topic

USUAL_MINUTES = 45
FURTHEST = timedelta(days=3660)
NOBODY = 0


def near(form: Form, field: DayField) -> None:
    """Refuse a day that no calendar of ours reaches."""
    if field.data and abs(field.data - edge.act().clinic_day) > FURTHEST:
        raise ValidationError(gettext("This day is too far away."))


def offer(field: SelectField, colleagues: Sequence[Colleague], mine: int) -> None:
    """Offer colleagues in a field, oneself first and chosen on a fresh page."""
    ordered = sorted(colleagues, key=lambda one: one.id != mine)
    field.choices = [SelectChoice(value=one.id, label=one.name) for one in ordered]
    if field.data is None and any(one.id == mine for one in colleagues):
        field.data = mine


class ArrangeForm(Form):
    """A date with somebody."""

    day = DayField(_l("Day"), [Required(), near], render_kw={"autofocus": True})
    time = ClockField(_l("Time"), [Required()], description=_l("Such as 14:30."))
    minutes = WholeField(_l("Minutes planned"), [Required()], default=USUAL_MINUTES)
    kind = SelectField(_l("What it is"), choices=choices(SessionKind))
    discipline = SelectField(_l("Whose date"), choices=choices(Discipline))
    with_id = SelectField(_l("With"), coerce=int)
    submit = SubmitField(_l("Arrange"))

    @property
    def starts_at(self) -> datetime:
        """The moment entered, once the form is valid."""
        return moment_of(self.day.data, self.time.data)


class MoveForm(Form):
    """Another time for a session."""

    day = DayField(_l("New day"), [Required(), near], render_kw={"autofocus": True})
    time = ClockField(_l("New time"), [Required()], description=_l("Such as 14:30."))
    with_id = SelectField(_l("With"), coerce=int)
    submit = SubmitField(_l("Put off until then"))

    @property
    def starts_at(self) -> datetime:
        """The moment entered, once the form is valid."""
        return moment_of(self.day.data, self.time.data)


class OutcomeForm(Form):
    """What became of a session, with the note and the next date in one go."""

    attendance = RadioField(_l("Did the person come?"), [Required(_l("Choose one."))], choices=choices(Attendance))
    minutes = WholeField(_l("Minutes"), description=_l("Only where the person came."))
    family_came = BooleanField(_l("Family came too"))
    topics = TicksField(_l("About"), choices=choices(Topic))
    note = ParagraphsField(_l("Case note"), longest=LONGEST, render_kw={"rows": 6})
    tells = told_field()
    next_day = DayField(_l("Next date: day"), [near], description=_l("Empty: none is arranged now."))
    next_time = ClockField(_l("Next date: time"))
    submit = SubmitField(_l("Record"))

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Check that a next date has a time, and a time its day."""
        good = super().validate(*args, **kwargs)
        if good and bool(self.next_day.data) != bool(self.next_time.data):
            missing = self.next_time if self.next_day.data else self.next_day
            missing.errors = [gettext("A next date has both a day and a time.")]
            good, self.status = False, 422
        return good

    def begin(self, arranged: Arranged) -> None:
        """Fill in what is on record, on a fresh page: to be corrected."""
        if self.is_submitted():
            return
        self.minutes.data = arranged.planned_minutes
        if arranged.held is not None:
            held = arranged.held
            self.attendance.data, self.minutes.data = held.attendance, held.minutes
            self.family_came.data, self.topics.data = held.family_came, list(held.topics)

    @property
    def outcome(self) -> Outcome:
        """What was entered; minutes that the page had filled in do not count where nobody came."""
        came = self.attendance.data == Attendance.CAME
        return Outcome(
            attendance=Attendance(self.attendance.data),
            minutes=self.minutes.data if came else None,
            topics=[Topic(word) for word in self.topics.data or ()],
            family_came=bool(self.family_came.data),
        )

    @property
    def next_at(self) -> datetime | None:
        """The moment of the next date, if one was entered."""
        return moment_of(self.next_day.data, self.next_time.data) if self.next_day.data else None


class HeldForm(Form):
    """A session that nobody had arranged."""

    day = DayField(_l("Day"), [Required(), near])
    time = ClockField(_l("From"), [Required()], description=_l("Such as 14:30."))
    minutes = WholeField(_l("Minutes"), [Required()], default=15)
    kind = SelectField(_l("What it was"), choices=choices(SessionKind))
    discipline = SelectField(_l("Whose date"), choices=choices(Discipline))
    with_id = SelectField(_l("With"), coerce=int)
    family_came = BooleanField(_l("Family came too"))
    topics = TicksField(_l("About"), choices=choices(Topic))
    note = ParagraphsField(_l("Case note"), longest=LONGEST, render_kw={"rows": 6})
    tells = told_field()
    submit = SubmitField(_l("Record"))

    @property
    def starts_at(self) -> datetime:
        """The moment entered, once the form is valid."""
        return moment_of(self.day.data, self.time.data)

    @property
    def outcome(self) -> Outcome:
        """What was entered: the person came."""
        topics = [Topic(word) for word in self.topics.data or ()]
        return Outcome(Attendance.CAME, self.minutes.data, topics, bool(self.family_came.data))


class NoteForm(Form):
    """A case note."""

    about_on = DayField(_l("About the day"), [Required(), near])
    text = ParagraphsField(_l("Case note"), [Required()], longest=LONGEST, render_kw={"rows": 12, "autofocus": True})
    tells = told_field()
    submit = SubmitField(_l("Write"))


class CorrectNoteForm(Form):
    """A note in place of a mistaken one."""

    text = ParagraphsField(_l("As it should read"), [Required()], longest=LONGEST, render_kw={"rows": 12})
    submit = SubmitField(_l("Write in its place"))


class HandOverForm(Form):
    """People go to a counsellor's caseload; the people are ticked in the list."""

    people = SelectMultipleField(_l("People"), coerce=id_in, validate_choice=False)
    counsellor_id = SelectField(_l("To"), coerce=int)
    from_on = DayField(_l("From"), [Required(), near])
    reason = TextField(_l("Why"), [Required()], description=_l("Such as: new here; leave until June; moved desk."))
    submit = SubmitField(_l("Hand over"))

    def begin(self, counsellors: Sequence[Colleague], today: date) -> None:
        """Offer the counsellors of the site, or nobody."""
        offered = [SelectChoice(value=one.id, label=one.name) for one in counsellors]
        self.counsellor_id.choices = [*offered, SelectChoice(value=NOBODY, label=gettext("nobody for now"))]
        if not self.is_submitted():
            self.from_on.data = today
