"""Where the pages of groups hang, and how each finds its group."""

from flask import Blueprint, url_for
from werkzeug.wrappers import Response

from dispensary.queries import caseload
from dispensary.queries import groups as records
from dispensary.queries.caseload import Colleague
from dispensary.queries.groups import GroupLine
from dispensary.web import edge
from dispensary.web.database import db

bp = Blueprint("groups", __name__, url_prefix="/groups")
Answer = tuple[str, int] | Response


def address_of(group_id: int) -> str:
    """Return the address of the page about a group."""
    return url_for("groups.group", care_group_id=group_id)


def group_here(group_id: int) -> GroupLine:
    """Return a group of this site.

    Raises:
        NotFound: there is none such here.
    """
    act = edge.act()
    return records.group(db.session(), group_id, act.site_id, act.clinic_day)


def leaders() -> tuple[Colleague, ...]:
    """Return who may lead a group."""
    act = edge.act()
    return caseload.colleagues(db.session(), act.site_id, act.clinic_day)
