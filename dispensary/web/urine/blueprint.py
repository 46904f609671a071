"""Where the pages about urine tests hang, and the form page that most of them share."""

from flask import Blueprint, render_template, url_for
from werkzeug.wrappers import Response

from dispensary.policy.urine import urine_policy
from dispensary.queries import people
from dispensary.queries.urines import UrineLine
from dispensary.rules.urine import SAID
from dispensary.web.database import db
from dispensary.web.forms import Form

bp = Blueprint("urine", __name__)
Answer = tuple[str, int] | Response


@bp.app_template_filter("finding")
def finding(which: str) -> object:
    """Return what a finding says, in words."""
    return next(words for kind, words in SAID.items() if kind == which)


def address_of(person_id: int) -> str:
    """Return the address of the page about a person's urine tests."""
    return url_for("urine.of_person", person_id=person_id)


def form_page(person_id: int, form: Form, title: str, *, hint: str = "", line: UrineLine | None = None) -> Answer:
    """Return the page with one form about a person's urine; with the urine that it is about, if there is one."""
    page = render_template(
        "urine/form.html",
        person=people.identity(db.session(), person_id),
        form=form,
        title=title,
        hint=hint,
        line=line,
        policy=urine_policy(),
    )
    return page, form.status
