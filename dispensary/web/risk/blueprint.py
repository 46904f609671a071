"""Where the pages about the nightly scan hang."""

from flask import Blueprint
from werkzeug.wrappers import Response

bp = Blueprint("risk", __name__)
Answer = tuple[str, int] | Response
