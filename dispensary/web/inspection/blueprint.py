"""The blueprint of the pages of an inspection."""

from flask import Blueprint

bp = Blueprint("inspection", __name__, url_prefix="/inspection")
