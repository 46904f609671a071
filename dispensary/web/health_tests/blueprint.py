"""Where the pages about health tests hang."""

from flask import Blueprint

bp = Blueprint("health_tests", __name__)
