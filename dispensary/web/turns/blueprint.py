"""Where the pages of the turns of treatment hang, and the form page that they share."""

from flask import Blueprint, render_template, url_for
from werkzeug.wrappers import Response

from dispensary.queries import people
from dispensary.web.database import db
from dispensary.web.forms import Form

bp = Blueprint("turns", __name__, url_prefix="/turns")
Answer = tuple[str, int] | Response


def address_of(person_id: int) -> str:
    """Return the address of the page about the turns of somebody's treatment."""
    return url_for("turns.of_person", person_id=person_id)


def form_page(
    person_id: int, form: Form, title: str, *, hint: str = "", facts: list[tuple[str, str]] | None = None
) -> Answer:
    """Return the page with one form about a person.

    Args:
        facts: what has to be read before the form is sent, each with its heading.
    """
    person = people.identity(db.session(), person_id)
    page = render_template(
        "turns/form.html",
        person=person,
        form=form,
        title=title,
        hint=hint,
        facts=facts or [],
        back=address_of(person_id),
    )
    return page, form.status
