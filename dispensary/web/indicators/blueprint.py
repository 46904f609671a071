"""Where the pages of the indicators hang."""

from flask import Blueprint

bp = Blueprint("indicators", __name__)
