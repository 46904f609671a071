"""The what-if form: what would each missed-dose table do for given figures? It records nothing and is about nobody."""

from dataclasses import dataclass
from typing import Any

from flask import render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, SubmitField
from wtforms.validators import Optional

from dispensary.permissions import Permission
from dispensary.policy.missed_doses import MissedDoseTables
from dispensary.queries import sites
from dispensary.rules.what_if import Case, Tried, as_if_in_force, try_out
from dispensary.web import edge, gate, policies
from dispensary.web.database import db
from dispensary.web.forms import ExactField, Form, Required, choices, positive
from dispensary.web.orders.forms import WholeField
from dispensary.web.policy.shelf import OnShelf, shelf
from dispensary.web.policy.views import bp
from models.enums import Answer, Medication, TreatmentPhase
from models.units import mg

HERE, ALL = "here", "all"


class WhatIfForm(Form):
    """Figures to try, and on what."""

    medication = SelectField(_l("Medicine"), [Required()])
    treatment_phase = SelectField(_l("Treatment phase"), [Required()], default=TreatmentPhase.MAINTENANCE.value)
    last_mg = ExactField(
        _l("Last confirmed dose, mg"), [positive], description=_l("Leave it empty if it is not known.")
    )
    days = WholeField(_l("Days without medicine, by the record"), [Required()])
    days_told = WholeField(
        _l("Days without medicine, as the person says"),
        [Optional()],
        description=_l("Leave it empty if that is as recorded."),
    )
    used_full_agonist = SelectField(_l("Used a full agonist since?"), [Required()], default=Answer.UNKNOWN.value)
    tried_on = SelectField(_l("Tried on"), [Required()], default=HERE)
    submit = SubmitField(_l("Show what it would do"))

    def __init__(self, *args: Any, on_shelf: list[OnShelf], **kwargs: Any) -> None:
        """Offer the profiles that speak of missed doses."""
        super().__init__(*args, **kwargs)
        self.medication.choices = choices(Medication)
        self.treatment_phase.choices = choices(TreatmentPhase)
        self.used_full_agonist.choices = choices(Answer)
        self.tried_on.choices = [
            (HERE, _("what is in force here")),
            (ALL, _("every profile, each by itself")),
            *((one.profile.id, f"{one.profile.title} ({one.status})") for one in on_shelf),
        ]

    @property
    def case(self) -> Case:
        """The figures, once they were checked."""
        return Case(
            medication=Medication(self.medication.data),
            treatment_phase=TreatmentPhase(self.treatment_phase.data),
            last_mg=None if self.last_mg.data is None else mg(self.last_mg.data),
            days=self.days.data or 0,
            days_told=self.days_told.data,
            used_full_agonist=Answer(self.used_full_agonist.data),
        )


@dataclass(frozen=True)
class Outcome:
    """One line of the answer; without a profile it is all that is in force here."""

    shown: OnShelf | None
    tried: Tried
    hold_from: int
    """The house limit of this site in this treatment phase, where no table speaks."""


@bp.route("/what-if", methods=["GET", "POST"])
@gate.requires(Permission.POLICY_VIEW)
def what_if() -> tuple[str, int]:
    """Show what the tables would do for given figures, and which row fired."""
    on_shelf = [one for one in shelf() if one.profile.missed_doses]
    form = WhatIfForm(on_shelf=on_shelf)
    outcomes = _outcomes(form, on_shelf) if form.validate_on_submit() else []
    titles = {one.profile.id: one.profile.title for one in on_shelf}
    return render_template("policy/what_if.html", form=form, outcomes=outcomes, titles=titles), form.status


def _outcomes(form: WhatIfForm, on_shelf: list[OnShelf]) -> list[Outcome]:
    """Return what is asked for, line by line; of every profile, what is in force comes first."""
    act, wanted = edge.act(), form.tried_on.data
    rules = sites.settings(db.session(), act.site_id, act.clinic_day).rules
    hold_from = rules.hold_from(form.case.treatment_phase)
    asked: list[tuple[OnShelf | None, MissedDoseTables]] = []
    if wanted in (HERE, ALL):
        asked.append((None, policies.missed_doses()))
    for one in on_shelf:
        if wanted in (ALL, one.profile.id):
            asked.append((one, as_if_in_force(one.profile, act.clinic_day)))
    return [
        Outcome(one, try_out(form.case, tables, hold_from=hold_from, on=act.clinic_day), hold_from)
        for one, tables in asked
    ]
