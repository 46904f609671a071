"""The blueprint of the people's pages, and the two pages that all of them end in: the person, and one form about them."""

from flask import Blueprint, current_app, render_template, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from dispensary.permissions import Permission
from dispensary.queries import absences, links, people
from dispensary.web import edge
from dispensary.web.alerts import health_of
from dispensary.web.database import db
from dispensary.web.forms import Form
from dispensary.web.patients.days import days_of_month
from dispensary.web.patients.forms import Press

bp = Blueprint("patients", __name__, url_prefix="/people")

ELSEWHERE = (
    ("station.person", _l("Open at the window"), Permission.STATION_USE),
    ("orders.of_person", _l("Orders"), Permission.ORDER_VIEW),
    ("take_homes.of_person", _l("Take-home doses"), Permission.TAKE_HOME_VIEW),
    ("bottles.of_person", _l("Bottles at home"), Permission.TAKE_HOME_VIEW),
    ("assessment.of_person", _l("Assessment"), Permission.CASEWORK_VIEW),
    ("plans.of_person", _l("Plan"), Permission.CASEWORK_VIEW),
    ("urine.of_person", _l("Urine tests"), Permission.CASEWORK_VIEW),
    ("health_tests.of_person", _l("Health tests"), Permission.HEALTH_TEST_RECORD),
    ("sessions.of_person", _l("Sessions and groups"), Permission.CASEWORK_VIEW),
    ("sessions.notes", _l("Case notes"), Permission.CASE_NOTE_VIEW),
    ("referrals.of_person", _l("Agencies and calls"), Permission.CASEWORK_VIEW),
    ("disclosures.of_person", _l("Consents and what was told"), Permission.DISCLOSE),
    ("reporting.history", _l("Dosing history"), Permission.HISTORY_VIEW),
)
"""Pages of other parts about the same person."""


def address_of(person_id: int) -> str:
    """Return the address of the page about a person."""
    return url_for("patients.show", person_id=person_id)


def show_person(person_id: int, refused: Form | None = None) -> tuple[str, int]:
    """Return the page about a person; with what a rule refused, if a button there was pressed in vain."""
    page = people.person_page(db.session(), person_id, edge.now(), edge.act().clinic_day)
    elsewhere = [
        (url_for(endpoint, person_id=person_id), text)
        for endpoint, text, permission in ELSEWHERE
        if endpoint in current_app.view_functions and current_user.may(permission)
    ]
    card = "reporting.card" in current_app.view_functions
    html = render_template(
        "patients/show.html",
        page=page,
        elsewhere=elsewhere,
        press=Press,
        refused=refused,
        card_prints=card,
        linked=links.links_into(db.session(), person_id),
        stays=absences.stays_of(db.session(), person_id),
        days=days_of_month(person_id) if current_user.may(Permission.ATTENDANCE_VIEW) else None,
        health=health_of(person_id) if current_user.may(Permission.HEALTH_ENTER) else None,
    )
    return html, refused.status if refused else 200


def show_form(person_id: int, form: Form, title: str, hint: str = "", back: str = "") -> tuple[str, int]:
    """Return a page with one form about a person; back leads to their own page, or where it is said."""
    who = people.identity(db.session(), person_id)
    html = render_template("patients/form.html", form=form, title=title, hint=hint, person=who, back=back)
    return html, form.status
