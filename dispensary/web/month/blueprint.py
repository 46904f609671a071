"""Where the pages of the monthly summary hang."""

from flask import Blueprint

bp = Blueprint("month", __name__)
