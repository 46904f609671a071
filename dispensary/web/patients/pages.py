"""The blueprint of the people's pages, and the two pages that all of them end in: the person, and one form about them."""

from flask import Blueprint, current_app, render_template, url_for
from flask_login import current_user

from dispensary.permissions import Permission
from dispensary.queries import absences, contact_rules, links, people
from dispensary.web import edge
from dispensary.web.alerts import health_of
from dispensary.web.database import db
from dispensary.web.forms import Form
from dispensary.web.patients.around import links_around
from dispensary.web.patients.days import days_of_month
from dispensary.web.patients.forms import Press

bp = Blueprint("patients", __name__, url_prefix="/people")


def address_of(person_id: int) -> str:
    """Return the address of the page about a person."""
    return url_for("patients.show", person_id=person_id)


def show_person(person_id: int, refused: Form | None = None) -> tuple[str, int]:
    """Return the page about a person; with what a rule refused, if a button there was pressed in vain."""
    page = people.person_page(db.session(), person_id, edge.now(), edge.act().clinic_day)
    card = "reporting.card" in current_app.view_functions
    html = render_template(
        "patients/show.html",
        page=page,
        around=links_around(person_id),
        press=Press,
        refused=refused,
        card_prints=card,
        linked=links.links_into(db.session(), person_id),
        stays=absences.stays_of(db.session(), person_id),
        days=days_of_month(person_id) if current_user.may(Permission.ATTENDANCE_VIEW) else None,
        health=health_of(person_id) if current_user.may(Permission.HEALTH_ENTER) else None,
        reach=contact_rules.rule_of(db.session(), person_id) if current_user.may(Permission.TASK_WORK) else False,
    )
    return html, refused.status if refused else 200


def show_form(person_id: int, form: Form, title: str, hint: str = "", back: str = "") -> tuple[str, int]:
    """Return a page with one form about a person; back leads to their own page, or where it is said."""
    who = people.identity(db.session(), person_id)
    html = render_template("patients/form.html", form=form, title=title, hint=hint, person=who, back=back)
    return html, form.status
