"""The shape of what is entered about take-home doses; what it means the services decide."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, RadioField, SelectField, SubmitField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from dispensary.errors import DomainError
from dispensary.rules.take_home_criteria import name_of
from dispensary.rules.take_home_steps import CriterionSeen
from dispensary.rules.take_homes import Decision
from dispensary.services.take_homes import BY_HAND, Wish
from dispensary.web import edge
from dispensary.web.forms import DayField, Form, Required, TextField, choices
from models.enums import Answer, NaloxoneOffer, TakeHomeEndReason

WEEKDAYS = (_l("Monday"), _l("Tuesday"), _l("Wednesday"), _l("Thursday"), _l("Friday"), _l("Saturday"), _l("Sunday"))
EVERY = (_l("every week"), _l("every second week"), _l("every third week"), _l("every fourth week"))
LONGEST_WHOLE = 4
"""Digits of the largest number asked for here."""
USUAL_REVIEW = timedelta(days=90)
"""What the form proposes; the decider sets the day."""
LONG = {"autocomplete": "off"}


class WholeField(IntegerField):
    """A whole number."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number, and say in our words when it is none."""
        self.data = None
        text = valuelist[0].strip() if valuelist else ""
        if text:
            if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_WHOLE):
                raise ValueError(gettext("A whole number, please."))
            self.data = int(text)


def _weeks() -> list[SelectChoice]:
    return [SelectChoice(value=number, label=words) for number, words in enumerate(EVERY, start=1)]


class LimitedForm(Form):
    """A form about limits: each one that it goes over is said above it, beside the field for the reason."""

    over_ladder_reason = TextField(
        _l("Why more than the approved profiles give"),
        description=_l("Only where it is more, or where a criterion is not met."),
        render_kw=LONG,
    )

    def refuse(self, refusal: DomainError) -> None:
        """Show a refusal at its field, and every limit that it goes over above the form."""
        super().refuse(refusal)
        speak = edge.speaker()
        self.reasons = [(speak(r.message), speak(r.next_step)) for r in getattr(refusal, "reasons", ())]


class DecideForm(LimitedForm):
    """On which days somebody comes, how much goes home, and why; a question for each criterion in force joins it."""

    day_1 = BooleanField(WEEKDAYS[0])
    day_2 = BooleanField(WEEKDAYS[1])
    day_3 = BooleanField(WEEKDAYS[2])
    day_4 = BooleanField(WEEKDAYS[3])
    day_5 = BooleanField(WEEKDAYS[4])
    day_6 = BooleanField(WEEKDAYS[5])
    day_7 = BooleanField(WEEKDAYS[6])
    every_weeks = SelectField(_l("How often"), coerce=int, choices=_weeks(), default=1)
    most_days = WholeField(
        _l("At most so many days at one time"),
        [Required()],
        description=_l("Days on which the clinic is closed are covered too and do not count."),
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    effective_on = DayField(_l("From"), [Required()])
    review_on = DayField(_l("Review on"), [Required()])
    rationale = TextField(_l("Why"), [Required()], description=_l("What led to this decision."), render_kw=LONG)
    submit = SubmitField(_l("Decide"))

    @classmethod
    def asking(cls, criteria: Sequence[CriterionSeen]) -> "DecideForm":
        """Return a form that asks of each criterion whether it is met."""
        fields = {
            f"criterion_{n}": RadioField(
                seen.criterion.rule.words, [Required(_l("Answer this."))], choices=choices(Answer)
            )
            for n, seen in enumerate(criteria)
        }
        form = type("DecideFormAsking", (cls,), fields)()
        form.criteria = list(criteria)
        return form

    criteria: Sequence[CriterionSeen] = ()

    @property
    def days(self) -> list[Any]:
        """The seven boxes, Monday first."""
        return [self[f"day_{number}"] for number in range(1, 8)]

    @property
    def asked(self) -> list[tuple[CriterionSeen, Any]]:
        """Each criterion with its question."""
        return [(seen, self[f"criterion_{n}"]) for n, seen in enumerate(self.criteria)]

    def begin(self, standing: Decision | None, today: Any) -> None:
        """Fill in what stands, on a fresh page."""
        if self.is_submitted():
            return
        self.effective_on.data, self.review_on.data = today, today + USUAL_REVIEW
        if standing is not None:
            self.every_weeks.data, self.most_days.data = standing.every_weeks, standing.most_days
            for number, box in enumerate(self.days, start=1):
                box.data = str(number) in standing.attends_on

    def wish(self) -> Wish:
        """Return what was entered."""
        return Wish(
            attends_on="".join(str(number) for number, box in enumerate(self.days, start=1) if box.data),
            every_weeks=self.every_weeks.data,
            most_days=self.most_days.data or 0,
            effective_on=self.effective_on.data,
            review_on=self.review_on.data,
        )

    def decided(self) -> dict[str, Any]:
        """Return the decision: what is wished, the answer to each criterion, and why."""
        return {
            "wish": self.wish(),
            "answers": {name_of(seen): Answer(question.data) for seen, question in self.asked},
            "rationale": self.rationale.data or "",
            "over_ladder_reason": self.over_ladder_reason.data or "",
        }

    def refuse(self, refusal: DomainError) -> None:
        """Show a refusal at its field; that no day was chosen at the first of them."""
        super().refuse(refusal)
        if refusal.field == "attends_on":
            self.day_1.errors = [edge.speaker()(refusal.words)]
            self.form_errors.clear()


class EndDecisionForm(Form):
    """The end of a standing decision."""

    reason = RadioField(
        _l("Why does it end?"),
        [Required(_l("Choose one."))],
        choices=choices(TakeHomeEndReason, but=frozenset(set(TakeHomeEndReason) - set(BY_HAND))),
    )
    last_day = DayField(_l("Last day on which it holds"), [Required()])
    note = TextField(_l("What was found and agreed"), [Required()], render_kw=LONG)
    submit = SubmitField(_l("End the decision"))


class CollectorForm(Form):
    """Another person who may collect the doses."""

    name = TextField(_l("Name"), [Required()], render_kw=LONG)
    relation = TextField(
        _l("Who it is to the person"), [Required()], description=_l("Such as: sister."), render_kw=LONG
    )
    authority = TextField(
        _l("Signed authority"),
        [Required()],
        description=_l("Where the signed paper is: its date or number."),
        render_kw=LONG,
    )
    from_on = DayField(_l("From"), [Required()])
    until_on = DayField(_l("Until"), [Required()])
    submit = SubmitField(_l("Name this person"))


class SafetyForm(Form):
    """What was gone through about keeping doses safely."""

    locked_storage = BooleanField(_l("Has a locked place at home, out of reach of children"))
    taught = BooleanField(_l("Knows how to carry and keep it, what it does to others, what to do in an overdose"))
    child_resistant = BooleanField(_l("Knows the child-resistant closure, and keeps it closed"))
    naloxone = RadioField(_l("Naloxone"), [Required(_l("Choose one."))], choices=choices(NaloxoneOffer))
    note = TextField(_l("Note"), description=_l("Needed if something is missing: what was agreed."), render_kw=LONG)
    submit = SubmitField(_l("Gone through"))


class CreditForm(Form):
    """Days in treatment elsewhere."""

    days = WholeField(_l("Days"), [Required()], render_kw={"inputmode": "numeric", "autocomplete": "off"})
    reason = TextField(_l("On what paper or word this rests"), [Required()], render_kw=LONG)
    submit = SubmitField(_l("Credit these days"))


class ReasonForm(Form):
    """One decision with its reason."""

    reason = TextField(_l("Reason"), [Required()], render_kw=LONG)
    submit = SubmitField(_l("Take back"))
