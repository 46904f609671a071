"""Whether what a person's page shows still holds: asked quietly every few seconds, answered with a mark alone."""

from flask import Response

from dispensary.permissions import Permission
from dispensary.rules.dosing import shown_digest
from dispensary.services import dosing
from dispensary.web import edge, gate
from dispensary.web.database import db
from dispensary.web.marks import marked
from dispensary.web.station.blueprint import bp


@bp.get("/<int:person_id>/mark")
@gate.requires(Permission.STATION_USE)
@gate.quiet
@gate.background
def mark(person_id: int) -> Response:
    """Answer the digest of what the page would show now, and that nothing changed where it is the same."""
    facts = dosing.station_facts(db.session(), person_id, edge.act())
    return marked(shown_digest(facts, edge.settings().rules))
