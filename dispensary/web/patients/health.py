"""What about a person's health is seen before a dose: the page that shows it all, and the forms that enter and end it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse

from dispensary.permissions import Permission
from dispensary.queries import health as records
from dispensary.queries import people
from dispensary.rules.alerts import words_of
from dispensary.services import health
from dispensary.web import edge, gate, policies
from dispensary.web.access import note_access
from dispensary.web.alerts import health_of
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.forms import Form
from dispensary.web.once import Work
from dispensary.web.patients.forms import ReasonForm
from dispensary.web.patients.health_forms import AllergyForm, MedicineForm, NaloxoneForm, PregnancyForm, QtcForm
from dispensary.web.patients.pages import bp
from models.enums import HealthFactKind

Answer = tuple[str, int] | BaseResponse


def _allergy(form: Any, person_id: int, work: Work) -> None:
    said = {"substance": form.substance.data, "reaction": form.reaction.data or ""}
    health.note_allergy(work.session, person_id=person_id, act=work.act, **said)


def _pregnancy(form: Any, person_id: int, work: Work) -> None:
    health.note_pregnancy(work.session, person_id=person_id, expected_on=form.until_on.data, act=work.act)


def _qtc(form: Any, person_id: int, work: Work) -> None:
    measured = {"qtc_ms": int(form.qtc_ms.data), "measured_on": form.noted_on.data}
    health.note_qtc(work.session, person_id=person_id, listed=policies.alerts(), act=work.act, **measured)


def _medicine(form: Any, person_id: int, work: Work) -> None:
    said = {"name": form.name.data, "since": form.noted_on.data, "until": form.until_on.data}
    health.note_medicine(work.session, person_id=person_id, listed=policies.alerts(), act=work.act, **said)


def _naloxone(form: Any, person_id: int, work: Work) -> None:
    health.note_naloxone(work.session, person_id=person_id, supplied_on=form.noted_on.data, act=work.act)


@dataclass(frozen=True)
class Entering:
    """How one kind of entry is made: what the page is called, its form, and the change."""

    title: Any
    form: type[Form]
    change: Callable[[Any, int, Work], None]


ENTERED = {
    HealthFactKind.ALLERGY: Entering(_l("An allergy"), AllergyForm, _allergy),
    HealthFactKind.PREGNANCY: Entering(_l("A pregnancy"), PregnancyForm, _pregnancy),
    HealthFactKind.QTC: Entering(_l("QTc from an ECG"), QtcForm, _qtc),
    HealthFactKind.MEDICINE: Entering(_l("Another medicine"), MedicineForm, _medicine),
    HealthFactKind.NALOXONE: Entering(_l("Naloxone supplied"), NaloxoneForm, _naloxone),
}


@bp.get("/<int:person_id>/health")
@gate.requires(Permission.HEALTH_ENTER)
def health_page(person_id: int) -> str:
    """Show what is seen before a dose, with where it stands, and everything that was ever entered."""
    note_access(person_id, "health")
    return render_template(
        "patients/health.html",
        person=people.identity(db.session(), person_id),
        health=health_of(person_id),
        records=records.records(db.session(), person_id),
        words_of=words_of,
        entered=ENTERED,
    )


@bp.route("/<int:person_id>/health/<fact_kind>", methods=["GET", "POST"])
@gate.requires(Permission.HEALTH_ENTER)
def enter_health(person_id: int, fact_kind: str) -> Answer:
    """Enter something about a person's health."""
    if fact_kind not in ENTERED:
        abort(404)
    note_access(person_id, "health")
    entering = ENTERED[HealthFactKind(fact_kind)]
    form = entering.form(noted_on=edge.act().clinic_day)

    def change(work: Work) -> str:
        entering.change(form, person_id, work)
        return _address_of(person_id)

    return carried_out(form, change, said=_("Entered.")) or _form(person_id, form, entering.title)


@bp.route("/health/<int:health_fact_id>/end", methods=["GET", "POST"])
@gate.requires(Permission.HEALTH_ENTER)
def end_health(health_fact_id: int) -> Answer:
    """End what holds no more, or was entered by mistake."""
    person_id = records.person_of_fact(db.session(), health_fact_id)
    if person_id is None:
        abort(404)
    note_access(person_id, "health")
    form = ReasonForm(_("End this entry"))

    def change(work: Work) -> str:
        health.end_fact(work.session, health_fact_id=health_fact_id, reason=form.reason.data or "", act=work.act)
        return _address_of(person_id)

    answer = carried_out(form, change, said=_("It shows no more before a dose."))
    return answer or _form(person_id, form, _("It holds no more"), health_fact_id)


def _address_of(person_id: int) -> str:
    return url_for("patients.health_page", person_id=person_id)


def _form(person_id: int, form: Form, title: Any, ending: int | None = None) -> tuple[str, int]:
    known = {name for entry in policies.alerts().about(HealthFactKind.MEDICINE, None) for name in entry.names}
    records_of = records.records(db.session(), person_id) if ending else []
    html = render_template(
        "patients/health_form.html",
        form=form,
        title=title,
        person=people.identity(db.session(), person_id),
        known=sorted(known) if isinstance(form, MedicineForm) else [],
        ended=next((words_of(record.fact) for record in records_of if record.fact.id == ending), None),
    )
    return html, form.status
