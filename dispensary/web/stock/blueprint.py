"""The blueprint that the pages of the stock share."""

from flask import Blueprint

bp = Blueprint("stock", __name__, url_prefix="/stock")
