"""Where the pages of sessions hang, and the form page that they share."""

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from dispensary.queries import people
from dispensary.web.database import db
from dispensary.web.forms import Form

bp = Blueprint("sessions", __name__)
Answer = tuple[str, int] | Response


def address_of(person_id: int) -> str:
    """Return the address of the page about a person's sessions and groups."""
    return url_for("sessions.of_person", person_id=person_id)


def form_page(person_id: int, form: Form, title: str, *, hint: str = "", back: str = "") -> Answer:
    """Return a page with one form about a person, and the way back to where it was opened."""
    who = people.identity(db.session(), person_id)
    back = back or address_of(person_id)
    page = render_template("sessions/form.html", person=who, form=form, title=title, hint=hint, back=back)
    return page, form.status


def where_it_is_kept() -> str:
    """Return what is said above every field for notes."""
    return _(
        "Only those who may read case notes see this; it is never printed, and told to nobody without its own consent."
    )
