"""Where the pages of referrals, calls and conferences hang."""

from flask import Blueprint

bp = Blueprint("referrals", __name__, url_prefix="/referrals")
