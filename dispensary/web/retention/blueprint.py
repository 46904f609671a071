"""Where the pages of retention hang."""

from flask import Blueprint

bp = Blueprint("retention", __name__)
