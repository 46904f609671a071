"""Where the pages of supporters and pairs hang, and how each finds its programme."""

from flask import Blueprint, url_for

from dispensary.queries import programmes as records
from dispensary.queries.programmes import ProgrammeLine
from dispensary.queries.support import SupporterLine
from dispensary.queries.support import supporter as find_supporter
from dispensary.web import edge
from dispensary.web.access import note_access
from dispensary.web.database import db
from dispensary.web.forms import Form
from dispensary.web.sessions.blueprint import Answer
from dispensary.web.sessions.blueprint import form_page as form_about

bp = Blueprint("support", __name__)


def address_of(person_id: int) -> str:
    """Return the address of the page about who stands by a person."""
    return url_for("support.of_person", person_id=person_id)


def address_of_programme(programme_id: int) -> str:
    """Return the address of a programme at a glance."""
    return url_for("support.glance", programme_id=programme_id)


def programme_here(programme_id: int) -> ProgrammeLine:
    """Return a programme of this site, once it is noted who opens it.

    Raises:
        NotFound: there is none such here.
    """
    found = records.programme(db.session(), programme_id, edge.act().site_id)
    note_access(found.person_id, "pair")
    return found


def supporter_here(supporter_id: int) -> SupporterLine:
    """Return a supporter of this site, once it is noted who opens the person's page.

    Raises:
        NotFound: there is none such here.
    """
    found = find_supporter(db.session(), supporter_id, edge.act().site_id)
    note_access(found.person_id, "supporter")
    return found


def form_page(person_id: int, form: Form, title: str, *, hint: str = "", back: str = "") -> Answer:
    """Return the page with one form about who stands by a person."""
    return form_about(person_id, form, title, hint=hint, back=back or address_of(person_id))
