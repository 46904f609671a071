"""The shape of a plan as it is agreed, of what became of a step, of a name under it, and of a lapse."""

from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField, SubmitField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from dispensary.queries.plans import Plan
from dispensary.services.plans import GoalWanted, StepWanted
from dispensary.web.assessment.forms import ROWS, LongField
from dispensary.web.forms import DayField, Form, Required, TextField, choices
from dispensary.web.signing import StrokesField
from models.enums import AssessmentDomain, PlanReviewResult, SignedOn

GOALS, STEPS = 4, 4
"""Places on the form; a plan with more is no plan that anybody keeps in mind."""
PLAIN = {"autocomplete": "off"}


class PlanForm(Form):
    """A plan as it is agreed: goals with their steps, and what the person says."""

    reasons_to_stay = LongField(
        _l("Why the person stays, in their own words"), [Required()], longest=1000, render_kw={**ROWS, "rows": 2}
    )
    worries = LongField(_l("What worries them"), longest=1000, render_kw={**ROWS, "rows": 2})
    if_a_lapse = LongField(
        _l("If a lapse happens, we do this together"),
        [Required()],
        longest=1000,
        description=_l("Help, never a punishment."),
        render_kw={**ROWS, "rows": 2},
    )
    review_on = DayField(_l("We look at it again on"), [Required()])
    submit = SubmitField(_l("Agree this plan"))

    @classmethod
    def begun(cls, before: Plan | None, review_on: date | None) -> "PlanForm":
        """Return the form, with what is still open of the plan before."""
        fields = {name: field for n in range(1, GOALS + 1) for name, field in _goal(n).items()}
        known: dict[str, Any] = {"review_on": review_on}
        if before is not None:
            known |= {key: getattr(before, key) for key in ("reasons_to_stay", "worries", "if_a_lapse")}
            known |= _still_open(before)
        form: PlanForm = type("PlanFormOfGoals", (cls,), fields)(**known)
        return form

    @property
    def places(self) -> list[tuple[Any, Any, list[tuple[Any, Any, Any]]]]:
        """Part of life and text of each goal, and what, who and by when of its steps."""
        return [
            (
                self[f"goal_{n}_domain"],
                self[f"goal_{n}_text"],
                [
                    tuple(self[f"goal_{n}_step_{m}_{key}"] for key in ("text", "owner", "due"))
                    for m in range(1, STEPS + 1)
                ],
            )
            for n in range(1, GOALS + 1)
        ]

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Check also that what was begun has its parts."""
        good = bool(super().validate(*args, **kwargs))
        for domain, text, steps in self.places:
            begun = [step for step in steps if any(field.data for field in step)]
            missing = [field for step in begun for field in step if not field.data and not field.errors]
            if begun and not text.data:
                missing.append(text)
            if (begun or text.data) and not domain.data:
                missing.append(domain)
            for field in missing:
                field.errors = [gettext("Please fill this in.")]
            good = good and not missing
        self.status = 200 if good else 422
        return good

    def goals(self) -> list[GoalWanted]:
        """Return the goals that were written down, with their steps."""
        return [
            GoalWanted(
                AssessmentDomain(domain.data),
                text.data,
                [StepWanted(what.data, whose.data, due.data) for what, whose, due in steps if what.data],
            )
            for domain, text, steps in self.places
            if text.data
        ]


def _goal(n: int) -> dict[str, Any]:
    options = [SelectChoice(value="", label="–"), *choices(AssessmentDomain)]
    fields: dict[str, Any] = {
        f"goal_{n}_domain": SelectField(_l("Part of life of goal %(n)s", n=n), choices=options, default=""),
        f"goal_{n}_text": TextField(_l("Goal %(n)s", n=n), longest=1000, render_kw=PLAIN),
    }
    for m in range(1, STEPS + 1):
        step = f"goal_{n}_step_{m}"
        fields[f"{step}_text"] = TextField(_l("Goal %(n)s, step %(m)s: what", n=n, m=m), longest=1000, render_kw=PLAIN)
        fields[f"{step}_owner"] = TextField(_l("Goal %(n)s, step %(m)s: who", n=n, m=m), longest=200, render_kw=PLAIN)
        fields[f"{step}_due"] = DayField(_l("Goal %(n)s, step %(m)s: by when", n=n, m=m))
    return fields


def _still_open(before: Plan) -> dict[str, Any]:
    """Return goals with open steps of the plan before, in the places of the new one; a day that has passed is asked anew."""
    known: dict[str, Any] = {}
    goals = [(goal, [step for step in goal.steps if step.is_open][:STEPS]) for goal in before.goals]
    for n, (goal, steps) in enumerate([pair for pair in goals if pair[1]][:GOALS], start=1):
        known |= {f"goal_{n}_domain": goal.domain, f"goal_{n}_text": goal.text}
        for m, step in enumerate(steps, start=1):
            name = f"goal_{n}_step_{m}"
            known |= {f"{name}_text": step.text, f"{name}_owner": step.owner, f"{name}_due": step.due_on}
    return known


class StepForm(Form):
    """What became of a step."""

    result = RadioField(_l("What became of it?"), [Required(_l("Choose one."))], choices=choices(PlanReviewResult))
    note = LongField(_l("Note"), longest=500, render_kw={**ROWS, "rows": 2})
    seen_on = DayField(_l("Looked at on"), [Required()])
    submit = SubmitField(_l("Save"))


class SignForm(Form):
    """The person's name under a plan."""

    signed_how = RadioField(_l("Signed"), [Required(_l("Choose one."))], choices=choices(SignedOn))
    signed_on = DayField(_l("Day"), [Required()])
    drawn = StrokesField()
    submit = SubmitField(_l("Keep the signature"))


class LapseForm(Form):
    """A lapse, and what is done about it."""

    happened_on = DayField(_l("When"), [Required()])
    told_by_person = BooleanField(_l("The person told us"), default=True)
    response = LongField(_l("What we do now, as agreed"), [Required()], longest=1000, render_kw=ROWS)
    submit = SubmitField(_l("Write it down"))
