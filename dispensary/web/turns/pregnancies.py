"""Who cares for a pregnancy beside us: behind the permission for markers, so that it stays with those who need it."""

from flask_babel import gettext as _

from dispensary.errors import NotFound
from dispensary.permissions import Permission
from dispensary.queries import health
from dispensary.queries import pregnancies as records
from dispensary.queries.people import surviving
from dispensary.services import pregnancies
from dispensary.web import gate, policies
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.turns.blueprint import Answer, address_of, bp, form_page
from dispensary.web.turns.forms import CareForm
from dispensary.wording import N_, say
from models.enums import HealthFactKind


@bp.route("/pregnancies/<int:health_fact_id>", methods=["GET", "POST"])
@gate.requires(Permission.MARKER_VIEW, Permission.CASEWORK_RECORD)
def care(health_fact_id: int) -> Answer:
    """Write down who cares for a pregnancy, the birth, and when the newborn is seen."""
    person_id = _opened(health_fact_id)
    form = CareForm()
    form.offer(records.newest(db.session(), health_fact_id))

    def change(work: Work) -> str:
        pregnancies.record_care(work.session, health_fact_id=health_fact_id, care=form.care, act=work.act)
        return address_of(person_id)

    hint = _("No dose changes by this entry. A birth asks the prescriber to look again the same day.")
    listed = policies.alerts().about(HealthFactKind.PREGNANCY, None)
    facts = [(_(entry.can_do), f"{_(entry.to_do)} ({_(entry.citation)})") for entry in listed]
    return carried_out(form, change, said=_("Written down.")) or form_page(
        person_id, form, _("Care in pregnancy"), hint=hint, facts=facts
    )


def _opened(health_fact_id: int) -> int:
    found = health.person_of_fact(db.session(), health_fact_id)
    if found is None:
        raise NotFound(say(N_("There is no such pregnancy on record.")), code="no_such_pregnancy")
    person_id = surviving(db.session(), found)
    note_access(person_id, "turns")
    return person_id
