"""A wish about a taper, taken down by anybody who works on tasks, and answered by a prescriber."""

from flask_babel import gettext as _

from dispensary.permissions import Permission
from dispensary.queries import health
from dispensary.queries import tapers as records
from dispensary.queries.people import surviving
from dispensary.services import tapers
from dispensary.web import edge, gate, policies
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.turns.blueprint import Answer, address_of, bp, form_page
from dispensary.web.turns.forms import TaperAnswerForm, TaperForm
from models.enums import AskedBy, HealthFactKind, TaperWish


@bp.route("/of/<int:person_id>/taper", methods=["GET", "POST"])
@gate.requires(Permission.TASK_WORK)
def ask_taper(person_id: int) -> Answer:
    """Take down a wish about a taper."""
    note_access(person_id, "turns")
    form = TaperForm(said_on=edge.act().clinic_day)

    def change(work: Work) -> str:
        tapers.ask(
            work.session,
            person_id=person_id,
            wish=TaperWish(form.wish.data),
            asked_by=AskedBy(form.asked_by.data),
            words=form.words.data or "",
            said_on=form.said_on.data,
            act=work.act,
        )
        return address_of(person_id)

    hint = _("The person sets the pace and may rest, stop or go back up at any time. No dose changes by this entry.")
    return carried_out(form, change, said=_("It is on the prescriber's desk.")) or form_page(
        person_id, form, _("A wish about the dose"), hint=hint, facts=_about_pregnancy(person_id)
    )


@bp.route("/tapers/<int:taper_request_id>/answer", methods=["GET", "POST"])
@gate.requires(Permission.ORDER_SIGN)
def answer_taper(taper_request_id: int) -> Answer:
    """Answer a wish about a taper."""
    wish = records.wish(db.session(), taper_request_id)
    person_id = surviving(db.session(), wish.person_id)
    note_access(person_id, "turns")
    form, speak = TaperAnswerForm(), edge.speaker()

    def change(work: Work) -> str:
        tapers.answer(
            work.session,
            taper_request_id=taper_request_id,
            followed=form.followed.data == "yes",
            words=form.words.data or "",
            act=work.act,
        )
        return address_of(person_id)

    facts = [(_("Wished: %(what)s (%(who)s)", what=speak(wish.wish), who=speak(wish.asked_by)), wish.words)]
    hint = _("The dose itself changes by an order that you sign. That a taper rests is done at the person's word.")
    return carried_out(form, change, said=_("Answered.")) or form_page(
        person_id, form, _("Answer a wish about the dose"), hint=hint, facts=facts + _about_pregnancy(person_id)
    )


def _about_pregnancy(person_id: int) -> list[tuple[str, str]]:
    """Return what the site's list says of a pregnancy, where one stands: it is nothing new to whoever doses."""
    standing = health.standing(db.session(), person_id)
    if not any(fact.kind is HealthFactKind.PREGNANCY for fact in standing):
        return []
    listed = policies.alerts().about(HealthFactKind.PREGNANCY, None)
    return [(_("Pregnancy"), f"{_(entry.can_do)} {_(entry.to_do)} ({_(entry.citation)})") for entry in listed]
