"""Where the data-quality list hangs."""

from flask import Blueprint

bp = Blueprint("data_quality", __name__)
