"""Where the pages about privacy hang."""

from flask import Blueprint

bp = Blueprint("privacy", __name__)
