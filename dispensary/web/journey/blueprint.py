"""Where the pages of the journey hang, and the form page that most of them share."""

from flask import Blueprint, render_template, url_for
from werkzeug.wrappers import Response

from dispensary.queries import people
from dispensary.web.database import db
from dispensary.web.forms import Form

bp = Blueprint("journey", __name__)
Answer = tuple[str, int] | Response


def address_of(person_id: int) -> str:
    """Return the address of the page about a person's journey."""
    return url_for("journey.of_person", person_id=person_id)


def form_page(person_id: int, form: Form, title: str, *, hint: str = "", back: str = "") -> Answer:
    """Return the page with one form about a person's journey."""
    person = people.identity(db.session(), person_id)
    back = back or address_of(person_id)
    page = render_template("assessment/form.html", person=person, form=form, title=title, hint=hint, back=back)
    return page, form.status
