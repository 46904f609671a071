"""Where the pages of harm reduction hang."""

from flask import Blueprint, url_for
from werkzeug.wrappers import Response

bp = Blueprint("harm_reduction", __name__)
Answer = tuple[str, int] | Response


def address_of(person_id: int) -> str:
    """Return the address of the page about a person's supplies and overdoses."""
    return url_for("harm_reduction.of_person", person_id=person_id)
