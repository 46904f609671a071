"""Where the pages of worklists hang, and how all of them say how somebody may be reached."""

from flask import Blueprint
from werkzeug.wrappers import Response

from dispensary.queries.contact_rules import Reach
from dispensary.web import edge
from reports import worklist as report

bp = Blueprint("worklist", __name__)
Answer = tuple[str, int] | Response


@bp.app_template_filter()
def reach_in_words(rule: Reach | None) -> str:
    """Say how somebody may be reached as the paper does."""
    return "; ".join(edge.speaker()(one) for one in report.reach(rule))
