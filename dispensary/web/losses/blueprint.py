"""Where the pages of theft and loss hang."""

from flask import Blueprint

bp = Blueprint("losses", __name__, url_prefix="/stock/losses")
