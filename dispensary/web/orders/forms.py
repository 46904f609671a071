"""The shape of an order as it is typed, and of the small decisions about one. What it means the services decide."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    SubmitField,
)
from wtforms import Form as PlainForm
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput

from dispensary.errors import DomainError, Refused
from dispensary.policy.depot_windows import DepotWindows, WindowInForce
from dispensary.policy.stack import OrderLimits
from dispensary.rules.depots import DepotTerms
from dispensary.rules.order_drafts import FORMS, MOST_DAYS_APART, OrderDraft
from dispensary.rules.order_words import WEEKDAYS
from dispensary.rules.orders import DAYS_OF_THE_WEEK, OrderFacts, Step
from dispensary.rules.worklist import OF_ITSELF
from dispensary.services.orders import Signing
from dispensary.services.re_entry import Held
from dispensary.web import edge
from dispensary.web.forms import ExactField, Form, Required, TextField, choices, positive
from dispensary.wording import N_, say
from models.enums import DepotInterval, Medication, TaskOutcome, TreatmentPhase
from models.enums import Form as DrugForm
from models.units import Mg, mg, plain

STEP_ROWS = 8
NOTHING_CHOSEN = ("", "")
IN_STEP = re.compile(r"steps-(\d+)-(\w+)")
AMOUNTS = ("amount_mg", "amount_2", "amount_3", "amount_4")
"""The amount of each part of the day, first part first."""
BY_WEEKDAY = 0
"""In place of every n days: on the days that are ticked."""
OWN_FIGURES = "own"
LONGEST_WEEKLY = 14
"""More days between two injections than this are no weekly rhythm."""
ORDERABLE = {form.value for forms in FORMS.values() for form in forms}


class DayField(DateField):
    """A day, as year-month-day."""

    @property
    def day(self) -> date:
        """The day of a field that was checked to hold one."""
        assert self.data is not None
        return self.data

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day, and say in our words when it is none."""
        self.data = None
        if valuelist and valuelist[0].strip():
            try:
                self.data = date.fromisoformat(valuelist[0].strip())
            except ValueError:
                raise ValueError(gettext("This is not a day. Type it as in 2026-11-30.")) from None


class WholeField(IntegerField):
    """A whole number."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number, and say in our words when it is none."""
        self.data = None
        text = valuelist[0].strip() if valuelist else ""
        if text:
            if not (text.isascii() and text.isdigit() and len(text) < 4):  # noqa: PLR2004 - hours of a day
                raise ValueError(gettext("A whole number, please."))
            self.data = int(text)


def _amount(label: Any) -> ExactField:
    return ExactField(label, [positive], render_kw={"inputmode": "decimal", "autocomplete": "off"})


class StepRow(PlainForm):
    """A later amount and the day from which it holds; an empty row is no step."""

    from_on = DayField(_l("From"), [Optional()])
    amount_mg = _amount(_l("Amount, mg"))
    amount_2 = _amount(_l("Part 2, mg"))
    amount_3 = _amount(_l("Part 3, mg"))
    amount_4 = _amount(_l("Part 4, mg"))
    amount_again = TextField(_l("Day's total again, with its unit"), render_kw={"autocomplete": "off"})

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed into the row."""
        return not any((field.raw_data or [""])[0].strip() for field in self)


class OrderForm(Form):
    """An order of one to four parts a day, or a new version of one."""

    medication = SelectField(_l("Medicine"), [Required()])
    form = SelectField(_l("Form"), [Required()])
    treatment_phase = SelectField(_l("Treatment phase"), [Required()])
    starts_on = DayField(_l("First day"), [Required()])
    ends_on = DayField(_l("Last day"), [Required()])
    every_n_days = SelectField(_l("How often"), coerce=int, default=1)
    weekdays = SelectMultipleField(
        _l("Days of the week"),
        [Optional()],
        coerce=int,
        option_widget=CheckboxInput(),
        description=_l("Buprenorphine only. Choose “on the days ticked” above."),
    )
    depot = SelectField(_l("Window between injections"), [Optional()])
    interval_days = WholeField(_l("Days from one injection to the next"), [Optional()])
    early_days = WholeField(_l("Days it may be early"), [Optional()])
    late_days = WholeField(_l("Days it may be late"), [Optional()])
    amount_mg = _amount(_l("Amount from the first day, mg"))
    amount_2 = _amount(_l("Part 2, mg"))
    amount_3 = _amount(_l("Part 3, mg"))
    amount_4 = _amount(_l("Part 4, mg"))
    amount_again = TextField(
        _l("Day's total again, with its unit"),
        description=_l("As in 80 mg."),
        render_kw={"autocomplete": "off"},
    )
    hours_between_parts = WholeField(_l("At least so many hours between two parts"), [Optional()])
    steps = FieldList(FormField(StepRow), min_entries=STEP_ROWS, max_entries=STEP_ROWS)
    over_limit_reason = TextField(_l("Why the order goes over a limit"))
    reason = TextField(_l("Reason"), description=_l("What led to this order or change."))
    days_considered = BooleanField()
    held_days = HiddenField()
    submit = SubmitField(_l("Sign the order"))

    def __init__(self, *args: Any, parts: int, **kwargs: Any) -> None:
        """Make a form for a day of so many parts."""
        super().__init__(*args, **kwargs)
        self.parts = parts
        self.medication.choices = [NOTHING_CHOSEN, *choices(Medication)]
        self.form.choices = [NOTHING_CHOSEN, *(c for c in choices(DrugForm) if c.value in ORDERABLE)]
        self.treatment_phase.choices = [NOTHING_CHOSEN, *choices(TreatmentPhase)]
        every = ((n, gettext("every %(n)s days", n=n)) for n in range(2, MOST_DAYS_APART + 1))
        by_weekday = (BY_WEEKDAY, gettext("on the days ticked"))
        self.every_n_days.choices = [(1, gettext("every day")), *every, by_weekday]
        self.weekdays.choices = [(day, gettext(WEEKDAYS[day - 1])) for day in DAYS_OF_THE_WEEK]
        self.windows: dict[str, WindowInForce] = {}
        self.offer(DepotWindows())
        if parts > 1:
            for holder in self._holders():
                holder.amount_mg.label.text = gettext("Part 1, mg")

    def offer(self, windows: DepotWindows) -> None:
        """Offer the windows of the profiles in force here, and figures of one's own."""
        self.windows = {f"{w.rule.product}-{w.rule.interval}": w for w in windows.products()}
        speak = edge.speaker()
        self.depot.choices = [
            ("", gettext("no injection")),
            *((key, f"{w.rule.name}, {speak(w.rule.interval)}") for key, w in self.windows.items()),
            (OWN_FIGURES, gettext("own figures")),
        ]

    def fill_from(self, order: OrderFacts, starts_on: date) -> None:
        """Fill in what a new version keeps; the amounts are typed anew."""
        if order.weekdays:
            self.weekdays.data = list(order.weekdays)
        if (terms := order.depot) is not None:
            same = (key for key, window in self.windows.items() if _terms(window) == terms)
            self.depot.data = next(same, OWN_FIGURES)
            self.interval_days.data, self.early_days.data = terms.interval_days, terms.early_days
            self.late_days.data = terms.late_days
        self.medication.data, self.form.data = order.medication.value, order.form.value
        self.treatment_phase.data = order.treatment_phase.value
        self.every_n_days.data = BY_WEEKDAY if order.weekdays else order.every_n_days
        self.starts_on.data, self.ends_on.data = starts_on, max(order.ends_on, starts_on)
        self.hours_between_parts.data = order.hours_between_parts

    def show_held(self, days: int | None) -> None:
        """Offer to release today's dose after so many days without medicine, or nothing."""
        if days is None:
            self.held_days.data = ""
            return
        self.days_considered.label.text = gettext(
            "I have considered %(days)s days without medicine: today's dose under this order may be given.", days=days
        )
        if self.held_days.data != str(days):
            self.held_days.data, self.days_considered.data = str(days), False

    def amount_fields(self, of: Any) -> list[Any]:
        """Return the amount inputs of the form or of a row: one for each part of the day."""
        return [of[name] for name in AMOUNTS[: self.parts]]

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Check that each amount is there, and that a step has both its day and its amounts."""
        good = super().validate(*args, **kwargs)
        if self.depot.data == OWN_FIGURES:
            for days in (self.interval_days, self.early_days, self.late_days):
                if days.data is None and not days.errors:
                    days.errors, good = [gettext("Please fill this in.")], False
        for holder in (self, *self._typed_rows()):
            needed = [*self.amount_fields(holder), *([holder.from_on] if isinstance(holder, StepRow) else [])]
            for field in needed:
                if field.data is None and not field.errors:
                    field.errors, good = [gettext("Please fill this in.")], False
        if (self.every_n_days.data == BY_WEEKDAY) != bool(self.weekdays.data):
            self.weekdays.errors = [gettext("Tick the days, and choose “on the days ticked” above; or neither.")]
            good = False
        self.status = 200 if good else 422
        return good

    def _terms(self) -> DepotTerms | None:
        """Return how long each injection covers, as chosen or typed."""
        if window := self.windows.get(self.depot.data or ""):
            return _terms(window)
        if self.depot.data != OWN_FIGURES:
            return None
        days = self.interval_days.data or 0
        return DepotTerms(
            interval=DepotInterval.WEEKLY if days < LONGEST_WEEKLY else DepotInterval.MONTHLY,
            interval_days=days,
            early_days=self.early_days.data or 0,
            late_days=self.late_days.data or 0,
        )

    def signing(self, limits: OrderLimits) -> Signing:
        """Return what was typed, ready to be signed."""
        rows = list(self._typed_rows())
        starts_on: Any = self.starts_on.data
        ends_on: Any = self.ends_on.data
        steps: list[tuple[Any, Any]] = [(starts_on, self), *((row.from_on.data, row) for row in rows)]
        again = {0: self.amount_again.data or "", **{n: r.amount_again.data or "" for n, r in enumerate(rows, start=1)}}
        held = self.held_days.data or ""
        return Signing(
            draft=OrderDraft(
                medication=Medication(self.medication.data),
                form=DrugForm(self.form.data),
                treatment_phase=TreatmentPhase(self.treatment_phase.data),
                starts_on=starts_on,
                ends_on=ends_on,
                steps=tuple(Step(day, tuple(Mg(f.data) for f in self.amount_fields(of))) for day, of in steps),
                every_n_days=self.every_n_days.data or 1,
                weekdays=tuple(self.weekdays.data or ())
                if len(self.weekdays.data or ()) < len(DAYS_OF_THE_WEEK)
                else (),
                depot=self._terms(),
                parts=self.parts,
                hours_between_parts=self.hours_between_parts.data if self.parts > 1 else None,
                reason=self.reason.data or "",
            ),
            limits=limits,
            over_limit_reason=self.over_limit_reason.data or "",
            amounts_again=again,
            days_considered=int(held) if self.days_considered.data and held.isdecimal() else None,
        )

    def refuse(self, refusal: DomainError) -> None:
        """Show a refusal at its field, a step's in its own row; the reasons above the form, all of them."""
        super().refuse(refusal)
        speak = edge.speaker()
        self.reasons = [(speak(r.message), speak(r.next_step)) for r in getattr(refusal, "reasons", ())]
        if in_step := IN_STEP.fullmatch(refusal.field or ""):
            row = list(self._typed_rows())[int(in_step[1])]
            row[in_step[2]].errors = [speak(refusal.words)]
            self.form_errors.clear()

    def _holders(self) -> Iterator[Any]:
        """Yield all that carries amounts: the form itself and each row."""
        yield self
        yield from (row.form for row in self.steps)

    def _typed_rows(self) -> Iterator[StepRow]:
        return (row for row in self._holders() if isinstance(row, StepRow) and not row.is_empty)


def _terms(window: WindowInForce) -> DepotTerms:
    """Return what an order keeps of a window in force."""
    rule = window.rule
    return DepotTerms(
        interval=rule.interval,
        interval_days=rule.interval_days,
        early_days=rule.early_days,
        late_days=rule.late_days,
        second_after_days=rule.second_from_days,
        profile=window.profile,
        profile_digest=window.digest,
    )


class StopForm(Form):
    """The end of an order, before its last day."""

    last_day = DayField(
        _l("Last day on which a dose is due"),
        [Required()],
        description=_l("Yesterday means: nothing more is given from today on."),
    )
    reason = TextField(_l("Reason"), [Required()])
    submit = SubmitField(_l("Stop the order"))


class ReleaseDoseForm(Form):
    """Today's held dose, as it was shown, and why it may be given."""

    order_id = HiddenField()
    days_without_medicine = HiddenField()
    amount_mg = HiddenField()
    reason = TextField(
        _l("Reason"), [Required()], description=_l("What the person said, what was seen, what was decided.")
    )
    submit = SubmitField(_l("Release today's dose"))

    def show(self, held: Held) -> None:
        """Remember in the page what it shows."""
        self.order_id.data, self.days_without_medicine.data = str(held.order.id), str(held.days_without_medicine)
        self.amount_mg.data = plain(held.amount_mg)

    def shown(self) -> tuple[int, int, Mg]:
        """Return what the page showed: the order's id, the days without medicine, the amount.

        Raises:
            Refused: the page did not come from us whole.
        """
        try:
            return (
                int(self.order_id.data or ""),
                int(self.days_without_medicine.data or ""),
                mg(self.amount_mg.data or ""),
            )
        except ValueError:
            raise Refused(say(N_("This page is not whole. Open it again.")), code="page_not_whole") from None


class CloseTaskForm(Form):
    """A prescriber closes a task by hand."""

    outcome = SelectField(
        _l("What came of it, in a word"), choices=choices(TaskOutcome, but=OF_ITSELF), default=TaskOutcome.DONE.value
    )
    reason = TextField(_l("What came of it"), [Required()])
    submit = SubmitField(_l("Close the task"))


class DecisionForm(Form):
    """One decision with its reason."""

    reason = TextField(_l("Reason"), [Required()])
    submit = SubmitField(_l("Decide"))

    def ask(self, label: str, button: str) -> "DecisionForm":
        """Say what is asked and what the button does."""
        self.reason.label.text, self.submit.label.text = label, button
        return self
