"""The blueprint that the pages of bottles share."""

from flask import Blueprint

bp = Blueprint("bottles", __name__, url_prefix="/bottles")
