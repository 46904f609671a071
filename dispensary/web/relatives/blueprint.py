"""Where the pages of relatives hang."""

from flask import Blueprint, url_for

bp = Blueprint("relatives", __name__)


def address_of(relative_id: int) -> str:
    """Return the address of the page about a relative."""
    return url_for("relatives.show", relative_id=relative_id)
