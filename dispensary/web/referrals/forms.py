"""The shape of what is entered about referrals, calls, conferences and visits elsewhere."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FormField, RadioField, SelectField, SubmitField
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from dispensary.errors import Refused
from dispensary.rules.call_plans import PlanFacts
from dispensary.services.call_plans import Call
from dispensary.services.conferences import Action, Conference, Party
from dispensary.services.outside_visits import Seen
from dispensary.services.referrals import Sent
from dispensary.web import edge
from dispensary.web.agencies.pages import agency_choices, sensible_day
from dispensary.web.disclosures.forms import TICKED, one_line, scopes_in
from dispensary.web.forms import DayField, Form, ParagraphsField, Required, TextField, TicksField, choices, id_in
from dispensary.web.station.told import ClockField, moment_of
from dispensary.web.told_events import told_field, told_in
from dispensary.wording import N_, say
from models.enums import (
    AttemptOutcome,
    CallSeries,
    Channel,
    ConsentScope,
    ReferralResult,
    ReleaseKind,
    ReplyKind,
)

DAY = [Required(), sensible_day]
ROWS = 4
"""Agencies and actions that one conference page has room for."""


def moment_in(form: Any) -> datetime | None:
    """Return day and time of a form as a moment; None where neither was typed.

    Raises:
        Refused: one of them is missing.
    """
    day, at = form.meets_on.data, form.meets_time.data
    if day is None and at is None:
        return None
    if day is None or at is None:
        field = "meets_on" if day is None else "meets_time"
        raise Refused(say(N_("Day and time belong together. Fill in both.")), code="moment_by_half", field=field)
    return moment_of(day, at)


class ReferForm(Form):
    """Somebody is sent to an agency."""

    agency_id = SelectField(_l("To which agency"), [Required(_l("Choose one."))], choices=[], default="")
    reason = TextField(
        _l("Why"), [Required()], longest=500, description=_l("It is printed on the sheet for the agency.")
    )
    meets_on = DayField(
        _l("We go there together on"), [sensible_day], description=_l("Empty if it is not arranged yet.")
    )
    meets_time = ClockField(_l("at (hours and minutes)"))
    answer_by = DayField(_l("Answer expected by"), DAY)
    way_back = TextField(
        _l("The way back to us"),
        longest=500,
        description=_l(
            "Needed where treatment itself goes elsewhere: whom to call, and how soon a dose is given here again."
        ),
    )
    submit = SubmitField(_l("Refer"))

    def offer(self) -> None:
        """Fill in what is chosen from."""
        self.agency_id.choices = agency_choices()

    @property
    def sent(self) -> Sent:
        """What was entered, as the service wants it."""
        return Sent(
            agency_id=id_in(self.agency_id.data),
            reason=self.reason.data or "",
            answer_by=self.answer_by.data,
            way_back=self.way_back.data or "",
            meets_at=moment_in(self),
        )


class MeetingForm(Form):
    """The joint first meeting is arranged, or put off."""

    meets_on = DayField(_l("Day"), DAY)
    meets_time = ClockField(_l("Time (hours and minutes)"), [Required()])
    submit = SubmitField(_l("Arrange"))

    def begin(self, at: datetime | None) -> None:
        """Fill in when it is arranged, on a fresh page."""
        if at is not None and not self.is_submitted():
            here = at.astimezone(edge.settings().zone)
            self.meets_on.data, self.meets_time.data = here.date(), here.time()


class MetForm(MeetingForm):
    """The joint first meeting was held."""

    met_with = TextField(_l("Who was met there"), [Required()], description=_l("The name."))
    we_were_there = BooleanField(_l("One of us was there"))
    submit = SubmitField(_l("Record the meeting"))


class AnswerForm(Form):
    """What the agency answered."""

    reply = RadioField(_l("The answer"), [Required(_l("Choose one."))], choices=choices(ReplyKind))
    from_whom = TextField(_l("Who said so"), [Required()])
    replied_on = DayField(_l("On"), DAY)
    note = TextField(_l("More"), longest=500)
    submit = SubmitField(_l("Record the answer"))


class CloseForm(Form):
    """What came of a referral."""

    result = RadioField(_l("What came of it"), [Required(_l("Choose one."))], choices=choices(ReferralResult))
    closed_on = DayField(_l("On"), DAY)
    note = TextField(_l("More"), longest=500)
    submit = SubmitField(_l("Close the referral"))


class CallsForm(Form):
    """Somebody is called on a schedule."""

    series = RadioField(_l("Why"), [Required(_l("Choose one."))], choices=choices(CallSeries))
    since_on = DayField(
        _l("Since"), DAY, description=_l("Last day of treatment, day of release, transfer, or end of the stay.")
    )
    release_kind = SelectField(
        _l("How custody ended"),
        choices=[SelectChoice(value="", label="—"), *choices(ReleaseKind)],
        default="",
        description=_l("After a release only."),
    )
    submit = SubmitField(_l("Begin the calls"))


def _aid() -> list[SelectChoice]:
    return [
        SelectChoice(value="", label=_l("not asked")),
        SelectChoice(value="yes", label=_l("yes")),
        SelectChoice(value="no", label=_l("no")),
    ]


class CallForm(Form):
    """What came of one call."""

    due_on = SelectField(_l("Which call"), [Required()], choices=[])
    channel = SelectField(_l("How"), choices=choices(Channel), default=Channel.TELEPHONE.value)
    outcome = RadioField(_l("What came of it"), [Required(_l("Choose one."))], choices=choices(AttemptOutcome))
    in_mutual_aid = SelectField(_l("Goes to a mutual-aid group"), choices=_aid(), default="")
    wants_back = BooleanField(
        _l("Wants to come back"), description=_l("Opens a task at the counselling desk, due tomorrow at the latest.")
    )
    note = TextField(_l("In a few words"), longest=500)
    submit = SubmitField(_l("Record the call"))

    def offer(self, plan: PlanFacts) -> None:
        """Fill in the calls that wait, the first first."""
        self.due_on.choices = [SelectChoice(value=day.isoformat(), label=day.isoformat()) for day in plan.waiting()]

    @property
    def call(self) -> Call:
        """What was entered, as the service wants it."""
        aid = self.in_mutual_aid.data
        return Call(
            due_on=date.fromisoformat(self.due_on.data),
            channel=Channel(self.channel.data),
            outcome=AttemptOutcome(self.outcome.data),
            in_mutual_aid=None if not aid else aid == "yes",
            wants_back=bool(self.wants_back.data),
            note=self.note.data or "",
        )


class EndForm(Form):
    """Calls come to an end before their time."""

    reason = TextField(_l("Why"), [Required()], longest=500, render_kw={"autofocus": True})
    submit = SubmitField(_l("End the calls"))


class PartyRow(PlainForm):
    """An agency at the table."""

    agency_id = SelectField(_l("Agency"), choices=[], default="")
    who = TextField(_l("Who came"))


class ActionRow(PlainForm):
    """Who does what by when."""

    what = TextField(_l("What"), longest=500)
    who = TextField(_l("Who"))
    due_on = DayField(_l("By"), [sensible_day])


class ConferenceForm(Form):
    """A case conference, with what was shared with every agency at the table."""

    held_on = DayField(_l("Held on"), DAY)
    person_was_there = BooleanField(_l("The person was there"))
    about = TextField(_l("About what"), [Required()], longest=500)
    parties = FieldList(FormField(PartyRow), min_entries=ROWS, max_entries=ROWS)
    scopes = TicksField(
        _l("What was shared"),
        choices=choices(ConsentScope, but=TICKED),
        description=_l("Every agency at the table hears it, so each needs a consent that covers it."),
    )
    told = ParagraphsField(_l("In words"), longest=2000)
    actions = FieldList(FormField(ActionRow), min_entries=ROWS, max_entries=ROWS)
    tells = told_field()
    submit = SubmitField(_l("Record the conference"))

    def offer(self) -> None:
        """Fill in what is chosen from."""
        offered = agency_choices()
        for row in self.parties:
            row.form.agency_id.choices = offered

    @property
    def conference(self) -> Conference:
        """What was entered, as the service wants it; a row in which nothing was typed is none.

        Raises:
            Refused: an action has no day.
        """
        return Conference(
            held_on=self.held_on.data,
            person_was_there=bool(self.person_was_there.data),
            about=self.about.data or "",
            parties=list(self._parties()),
            actions=list(self._actions()),
            tells=told_in(self.tells),
        )

    def _parties(self) -> Iterator[Party]:
        for row in self.parties:
            agency_id, who = id_in(row.form.agency_id.data), row.form.who.data or ""
            if agency_id:
                yield Party(agency_id, who, scopes_in(self.scopes.data), one_line(self.told.data))
            elif who:
                raise Refused(
                    say(N_("Choose the agency of everybody who was there.")), code="no_agency", field="parties"
                )

    def _actions(self) -> Iterator[Action]:
        for row in self.actions:
            what, who, due_on = row.form.what.data or "", row.form.who.data or "", row.form.due_on.data
            if not (what or who or due_on):
                continue
            if due_on is None:
                raise Refused(say(N_("Say by when it is to be done.")), code="no_day", field="actions")
            yield Action(what, who, due_on)


class DoneForm(Form):
    """What was agreed was done."""

    done_on = DayField(_l("Done on"), DAY)
    submit = SubmitField(_l("It was done"))


class VisitForm(Form):
    """A visit or a prescription elsewhere."""

    seen_on = DayField(_l("Day"), DAY)
    where = TextField(_l("Where"), [Required()], description=_l("Practice, hospital or pharmacy."))
    prescriber = TextField(_l("Prescriber"))
    medicine = TextField(_l("Medicine and amount"))
    source = TextField(
        _l("How we know"), [Required()], description=_l("A letter, a pharmacy's list, the person's own word.")
    )
    tells = told_field()
    submit = SubmitField(_l("Note it"))

    @property
    def seen(self) -> Seen:
        """What was entered, as the service wants it."""
        return Seen(
            seen_on=self.seen_on.data,
            where=self.where.data or "",
            prescriber=self.prescriber.data or "",
            medicine=self.medicine.data or "",
            source=self.source.data or "",
            tells=told_in(self.tells),
        )
