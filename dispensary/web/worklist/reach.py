"""How a person may be reached, and all that the desks owe, or owed, them."""

from flask import render_template, url_for
from flask_babel import gettext as _

from dispensary.permissions import Permission
from dispensary.queries import contact_rules as rules
from dispensary.queries import people
from dispensary.queries import worklist as records
from dispensary.services import contact_rules
from dispensary.web import gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.patients.pages import show_form
from dispensary.web.worklist.blueprint import Answer, bp
from dispensary.web.worklist.forms import ReachForm


@bp.get("/people/<int:person_id>/tasks")
@gate.requires(Permission.TASK_WORK)
def of_person(person_id: int) -> str:
    """Show how a person may be reached, and the tasks about them at every desk."""
    note_access(person_id, "tasks")
    session = db.session()
    return render_template(
        "worklist/of_person.html",
        person=people.identity(session, person_id),
        rule=rules.rule_of(session, person_id),
        tasks=records.of_person(session, person_id),
    )


@bp.route("/people/<int:person_id>/reach", methods=["GET", "POST"])
@gate.requires(Permission.TASK_WORK, Permission.PERSON_REGISTER)
def agree(person_id: int) -> Answer:
    """Write down how a person may be reached."""
    note_access(person_id, "reach")
    form = ReachForm(obj=rules.rule_of(db.session(), person_id))
    back = url_for("worklist.of_person", person_id=person_id)

    def change(work: Work) -> str:
        contact_rules.agree(work.session, person_id=person_id, terms=form.terms, act=work.act)
        return back

    hint = _("Ask the person. What is not ticked is not done, and a message says nothing of treatment.")
    return carried_out(form, change, said=_("Agreed.")) or show_form(
        person_id, form, _("How the person may be reached"), hint, back=back
    )
