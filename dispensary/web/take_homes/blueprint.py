"""The blueprint of the take-home pages, and the form page that most of them share."""

from flask import Blueprint, render_template, url_for
from werkzeug.wrappers import Response

from dispensary.queries import people
from dispensary.web.database import db
from dispensary.web.forms import Form
from dispensary.wording import Words

bp = Blueprint("take_homes", __name__)
Answer = tuple[str, int] | Response


def address_of(person_id: int) -> str:
    """Return the address of the page about a person's take-home doses."""
    return url_for("take_homes.of_person", person_id=person_id)


def form_page(person_id: int, form: Form, title: str, *, hint: str = "", facts: tuple[Words, ...] = ()) -> Answer:
    """Return the page with one form about a person's take-home doses."""
    person = people.identity(db.session(), person_id)
    page = render_template("take_homes/form.html", person=person, form=form, title=title, hint=hint, facts=facts)
    return page, form.status
