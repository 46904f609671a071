"""Where the pages of outreach hang, and whose contacts somebody may open."""

from flask import Blueprint, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from dispensary.permissions import Permission
from dispensary.queries import outreach as records
from dispensary.queries.outreach import ContactLine
from dispensary.web import edge
from dispensary.web.access import note_access
from dispensary.web.database import db
from dispensary.web.forms import Form

bp = Blueprint("outreach", __name__, url_prefix="/outreach")
Answer = tuple[str, int] | Response


def address_of(contact_id: int) -> str:
    """Return the address of the page about a contact."""
    return url_for("outreach.contact", outreach_contact_id=contact_id)


def opened(contact_id: int) -> ContactLine:
    """Return a contact that the one who is signed in may see: a peer or volunteer none but their own.

    Once it is on record who the contact is, it is a part of that person's record, and opening it is noted.

    Raises:
        NotFound: there is none such for them.
    """
    sitting = edge.sitting()
    whose = None if current_user.may(Permission.OUTREACH_VIEW) else sitting.staff_id
    found = records.contact(db.session(), contact_id, sitting.site_id, whose)
    if found.person_id is not None:
        note_access(found.person_id, "outreach contact")
    return found


def form_page(form: Form, title: str, *, back: str, called: str = "", hint: str = "") -> Answer:
    """Return the page with one form about a contact."""
    page = render_template("outreach/form.html", form=form, title=title, back=back, called=called, hint=hint)
    return page, form.status
