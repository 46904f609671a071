"""Where the pages of assessment hang, and the form page that most of them share."""

from typing import TypeVar

from flask import Blueprint, abort, render_template, url_for
from werkzeug.wrappers import Response

from dispensary.queries import people
from dispensary.web.database import db
from dispensary.web.forms import Form
from models.enums import AssessmentDomain, Instrument, SaidOccasion

bp = Blueprint("assessment", __name__)
Answer = tuple[str, int] | Response
W = TypeVar("W", AssessmentDomain, Instrument, SaidOccasion)


def address_of(person_id: int) -> str:
    """Return the address of the page about a person's assessment."""
    return url_for("assessment.of_person", person_id=person_id)


def word(kind: type[W], text: str) -> W:
    """Return the word of a vocabulary that an address names; without it there is no such page."""
    if text not in list(kind):
        abort(404)
    return kind(text)


def form_page(person_id: int, form: Form, title: str, *, hint: str = "", back: str = "") -> Answer:
    """Return the page with one form about a person."""
    person = people.identity(db.session(), person_id)
    page = render_template(
        "assessment/form.html", person=person, form=form, title=title, hint=hint, back=back or address_of(person_id)
    )
    return page, form.status
