"""The blueprint that the pages of orders share."""

from flask import Blueprint

bp = Blueprint("orders", __name__)
