"""Where the pages of plans hang, and the form page that most of them share."""

from flask import Blueprint, render_template, url_for
from werkzeug.wrappers import Response

from dispensary.queries import people
from dispensary.web.database import db
from dispensary.web.forms import Form

bp = Blueprint("plans", __name__)
Answer = tuple[str, int] | Response


def address_of(person_id: int) -> str:
    """Return the address of the page about a person's plan."""
    return url_for("plans.of_person", person_id=person_id)


def form_page(person_id: int, form: Form, title: str, *, hint: str = "") -> Answer:
    """Return the page with one form about a person's plan."""
    person = people.identity(db.session(), person_id)
    back = address_of(person_id)
    page = render_template("assessment/form.html", person=person, form=form, title=title, hint=hint, back=back)
    return page, form.status
