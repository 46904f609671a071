"""The blueprint that the pages of paper share."""

from flask import Blueprint

bp = Blueprint("reporting", __name__, url_prefix="/paper")
