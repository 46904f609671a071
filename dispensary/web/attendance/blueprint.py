"""Where the pages of attendance hang."""

from flask import Blueprint

bp = Blueprint("attendance", __name__, url_prefix="/attendance")
