"""The blueprint that every page of the station belongs to."""

from flask import Blueprint

bp = Blueprint("station", __name__, url_prefix="/window")
