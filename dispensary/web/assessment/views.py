"""A person's assessment on one page: the parts of a life, how they live over time, questionnaires, what keeps them here."""

from flask import render_template

from dispensary.permissions import Permission
from dispensary.policy.instruments import definitions
from dispensary.queries import assessments, instruments, motives, people
from dispensary.queries.instruments import Taken
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.assessment.blueprint import bp
from dispensary.web.database import db
from models.enums import AssessmentDomain, Instrument


@bp.get("/people/<int:person_id>/assessment")
@gate.requires(Permission.CASEWORK_VIEW)
def of_person(person_id: int) -> str:
    """Show what is known of somebody's life, and what was not asked yet."""
    note_access(person_id, "assessment")
    session = db.session()
    episode_id = people.episode_on(session, person_id, edge.act().site_id)
    findings = assessments.findings_of(session, person_id)
    standing = assessments.standing(findings, episode_id)
    scores = instruments.scores_of(session, person_id)
    return render_template(
        "assessment/of_person.html",
        person=people.identity(session, person_id),
        in_treatment=episode_id is not None,
        parts=[(domain, standing.get(domain)) for domain in AssessmentDomain],
        earlier=[one for one in findings if standing.get(one.domain) is not one],
        situations=assessments.situations_of(session, person_id),
        instruments=[(instrument, *_newest(scores, instrument)) for instrument in definitions()],
        safety=[taken for taken in scores if taken.safety_open and taken.person_id is not None],
        askings=motives.askings_of(session, person_id),
    )


def _newest(scores: list[Taken], instrument: Instrument) -> tuple[Taken | None, bool]:
    """Return the newest of a questionnaire that counts, and whether any is to be read at all."""
    mine = [taken for taken in scores if taken.instrument is instrument]
    return next((taken for taken in mine if taken.counts), None), bool(mine)
