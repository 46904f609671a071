"""Where the pages of the programme forms hang."""

from flask import Blueprint

bp = Blueprint("programme_forms", __name__)
