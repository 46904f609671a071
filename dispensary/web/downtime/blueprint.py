"""The blueprint that the pages of paper and back share."""

from flask import Blueprint

bp = Blueprint("downtime", __name__, url_prefix="/downtime")
