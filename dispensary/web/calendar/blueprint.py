"""Where the pages of the calendar hang."""

from flask import Blueprint

bp = Blueprint("calendar", __name__, url_prefix="/calendar")
