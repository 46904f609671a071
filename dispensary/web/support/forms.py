"""The shape of what is entered about supporters and pairs; what it means the services decide."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField, SubmitField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import Optional

from dispensary.queries.groups import GroupLine
from dispensary.queries.programmes import ActivityLine, PairSeen, Week
from dispensary.queries.support import SupporterLine
from dispensary.rules.programme import SAID, Together
from dispensary.services.programmes import LONGEST_STEP, Planned
from dispensary.services.support import ENDS, LONGEST_RULES, Naming
from dispensary.web import edge
from dispensary.web.forms import DayField, Form, Required, TextField, choices
from models.enums import ActivityKind, DeclineReason, OfferAnswer, ProgrammeEndReason, Relation

NO_REASON = ""
DONE, NOT_DONE = "done", "not_done"
TOLD = [SelectChoice(value=DONE, label=_l("done")), SelectChoice(value=NOT_DONE, label=_l("not done"))]
NOT_SAID = SelectChoice(value="", label="–")
PLAIN = {"autocomplete": "off"}


class OfferForm(Form):
    """The programme was offered."""

    offered_on = DayField(_l("Offered on"), [Required()])
    answer = RadioField(_l("What the person said"), [Required(_l("Choose one."))], choices=choices(OfferAnswer))
    why = SelectField(
        _l("Why it was declined"),
        choices=[SelectChoice(value=NO_REASON, label="–"), *choices(DeclineReason)],
        default=NO_REASON,
        description=_l("Only where it was declined. Declining closes nothing; it may be offered again."),
    )
    submit = SubmitField(_l("Record"))

    @property
    def reason(self) -> DeclineReason | None:
        """Why it was declined, if it was."""
        return DeclineReason(self.why.data) if self.why.data else None


class ReachForm(Form):
    """How a supporter is called and reached."""

    name = TextField(_l("Name"), [Required()], render_kw=PLAIN)
    phone = TextField(_l("Phone"), longest=40, render_kw=PLAIN)
    contact_rules = TextField(
        _l("How they may be reached"),
        longest=LONGEST_RULES,
        description=_l("Such as: after six, never by letter."),
        render_kw=PLAIN,
    )
    submit = SubmitField(_l("Keep"))

    def begin(self, known: SupporterLine) -> None:
        """Fill in what is on record, on a fresh page."""
        if not self.is_submitted():
            self.name.data, self.phone.data = known.name, known.phone
            self.contact_rules.data = known.contact_rules


class SupporterForm(ReachForm):
    """Who stands by the person, as both agreed."""

    relation = SelectField(
        _l("What they are to the person"),
        [Required(_l("Choose one."))],
        choices=[NOT_SAID, *choices(Relation)],
        default="",
    )
    drug_free = BooleanField(_l("Both say that the supporter uses no drugs"), description=_l("Asked, and not kept."))
    person_agreed_on = DayField(_l("The person agreed on"), [Required()])
    supporter_agreed_on = DayField(_l("The supporter agreed on"), [Required()])
    about_doses = BooleanField(_l("The supporter may see on how many days the dose was had, never how much"))
    about_urine = BooleanField(_l("The supporter may see the share of urine tests before and during"))

    @property
    def naming(self) -> Naming:
        """What was entered."""
        return Naming(
            name=self.name.data or "",
            relation=Relation(self.relation.data),
            phone=self.phone.data or "",
            contact_rules=self.contact_rules.data or "",
            drug_free=bool(self.drug_free.data),
            person_agreed_on=self.person_agreed_on.data,
            supporter_agreed_on=self.supporter_agreed_on.data,
            about_doses=bool(self.about_doses.data),
            about_urine=bool(self.about_urine.data),
        )


class SeesForm(Form):
    """What the person lets their supporter see from now on."""

    about_doses = BooleanField(_l("On how many days the dose was had, never how much"))
    about_urine = BooleanField(_l("The share of urine tests before and during"))
    agreed_on = DayField(_l("The person said so on"), [Required()])
    submit = SubmitField(_l("Record"))


class EndSupporterForm(Form):
    """Somebody stands by the person no more."""

    reason = RadioField(
        _l("What happened"),
        [Required(_l("Choose one."))],
        choices=choices(ProgrammeEndReason, but=frozenset(ProgrammeEndReason) - ENDS),
    )
    next_step = TextField(
        _l("What comes next for the person"),
        longest=LONGEST_STEP,
        description=_l("Needed where a programme runs: it ends with this."),
    )
    submit = SubmitField(_l("End it today"))


class BeginForm(Form):
    """A pair begins its weeks."""

    group_id = SelectField(_l("Weekly group"), coerce=int)
    starts_on = DayField(_l("First day"), [Required()])
    submit = SubmitField(_l("Begin the programme"))

    def offer(self, groups: Sequence[GroupLine]) -> None:
        """Offer these groups."""
        self.group_id.choices = [SelectChoice(value=one.id, label=one.name) for one in groups]


class EndProgrammeForm(Form):
    """A programme ends."""

    reason = RadioField(
        _l("How it ends"),
        [Required(_l("Choose one."))],
        choices=choices(ProgrammeEndReason, but=ENDS),
    )
    next_step = TextField(
        _l("What comes next"),
        [Required()],
        longest=LONGEST_STEP,
        description=_l("Such as: mutual aid on Thursdays; a course from May; a call in four weeks."),
    )
    submit = SubmitField(_l("End the programme"))


class WeekForm(Form):
    """A week of a pair on one page: who came, what became of what was planned, and what they plan."""

    who = RadioField(_l("Who came to the group?"), [Optional()])
    conflict = BooleanField(_l("There was conflict between the two"))
    self_help_contact = BooleanField(_l("Contact with a self-help group"))
    submit = SubmitField(_l("Record the week"))

    week: Week
    untold: Sequence[ActivityLine] = ()
    rows = 0

    @classmethod
    def asking(cls, week: Week, activities: Sequence[ActivityLine], rows: int) -> "WeekForm":
        """Return the form of a week: with a question for each activity, and empty rows to plan more."""
        fields: dict[str, Any] = {}
        for one in activities:
            fields[f"told_{one.id}"] = RadioField(one.what, [Optional()], choices=TOLD)
        for n in range(1, rows + 1):
            fields |= _row(n)
        form: WeekForm = type("WeekFormOfPair", (cls,), fields)()
        form.week, form.untold, form.rows = week, list(activities), rows
        speak = edge.speaker()
        form.who.choices = [SelectChoice(value=word.value, label=speak(SAID[word])) for word in Together]
        form._begin()
        return form

    def _begin(self) -> None:
        if self.is_submitted():
            return
        if self.week.pair is not None:
            self.who.data = self.week.pair.who.value
            self.conflict.data, self.self_help_contact.data = self.week.pair.conflict, self.week.pair.self_help_contact
        for one, field in self.questions:
            field.data = None if one.done is None else DONE if one.done else NOT_DONE

    @property
    def questions(self) -> list[tuple[ActivityLine, Any]]:
        """Each activity with the question whether it was done."""
        return [(one, self[f"told_{one.id}"]) for one in self.untold]

    @property
    def places(self) -> list[tuple[Any, Any, Any]]:
        """Kind, what and whom of each row to plan something in."""
        return [(self[f"kind_{n}"], self[f"what_{n}"], self[f"meets_{n}"]) for n in range(1, self.rows + 1)]

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Check also that what was begun is whole, and that something was said at all."""
        good = bool(super().validate(*args, **kwargs))
        begun = [row for row in self.places if any(field.data for field in row)]
        missing = [field for row in begun for field in row if not field.data and not field.errors]
        for field in missing:
            field.errors = [gettext("Please fill this in.")]
        if (self.conflict.data or self.self_help_contact.data) and not self.who.data:
            self.who.errors = [gettext("Choose one.")]
            missing.append(self.who)
        if good and not missing and not self._says_something():
            self.form_errors.append(gettext("Nothing was filled in, or nothing differs from what is on record."))
            good = False
        good = good and not missing
        self.status = 200 if good else 422
        return good

    def _says_something(self) -> bool:
        return bool(self.told() or self.planned() or (self.seen and self.seen != self.week.pair))

    @property
    def seen(self) -> PairSeen | None:
        """Who came, if it was said."""
        if not self.who.data:
            return None
        who = Together(self.who.data)
        return PairSeen(
            person_came=who in (Together.BOTH, Together.PERSON),
            supporter_came=who in (Together.BOTH, Together.SUPPORTER),
            conflict=bool(self.conflict.data),
            self_help_contact=bool(self.self_help_contact.data),
        )

    def told(self) -> list[tuple[int, bool]]:
        """Return of which activities something else was said than stands on record."""
        return [
            (one.id, field.data == DONE)
            for one, field in self.questions
            if field.data and (field.data == DONE) is not one.done
        ]

    def planned(self) -> list[Planned]:
        """Return what was planned."""
        return [
            Planned(ActivityKind(kind.data), what.data, meets.data) for kind, what, meets in self.places if what.data
        ]


def _row(n: int) -> dict[str, Any]:
    return {
        f"kind_{n}": SelectField(
            _l("Activity %(n)s: kind", n=n), choices=[NOT_SAID, *choices(ActivityKind)], default=""
        ),
        f"what_{n}": TextField(_l("Activity %(n)s: what", n=n), render_kw=PLAIN),
        f"meets_{n}": TextField(_l("Activity %(n)s: whom or where they meet", n=n), render_kw=PLAIN),
    }
