"""Who stands by a person on one page: what was offered, the supporter, the programmes, and relatives by consent."""

from flask import render_template
from flask_babel import gettext as _

from dispensary.permissions import Permission
from dispensary.queries import people, programme_figures, programmes, relatives
from dispensary.queries import support as records
from dispensary.services import support
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.sessions.blueprint import Answer
from dispensary.web.support.blueprint import address_of, bp, form_page
from dispensary.web.support.forms import OfferForm
from models.enums import OfferAnswer


@bp.get("/people/<int:person_id>/support")
@gate.requires(Permission.CASEWORK_VIEW)
def of_person(person_id: int) -> str:
    """Show who stands by a person, and what they do together."""
    note_access(person_id, "supporter")
    session, act = db.session(), edge.act()
    lines = programmes.programmes_of(session, person_id)
    weeks = programmes.weeks_of(session, lines)
    offers = records.offers_of(session, person_id)
    return render_template(
        "support/of_person.html",
        person=people.identity(session, person_id),
        in_treatment=people.episode_on(session, person_id, act.site_id) is not None,
        offers=offers,
        willing=bool(offers) and offers[0].answer in support.WILLING,
        supporters=records.supporters_of(session, person_id),
        programmes=[(line, programme_figures.progress(line, weeks[line.id], act.clinic_day)) for line in lines],
        links=relatives.links_of_person(session, person_id),
        site_id=act.site_id,
    )


@bp.route("/people/<int:person_id>/support/offer", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def offer(person_id: int) -> Answer:
    """Record that the programme was offered, and what the person said."""
    note_access(person_id, "supporter")
    form = OfferForm(offered_on=edge.act().clinic_day)

    def change(work: Work) -> str:
        support.offer_programme(
            work.session,
            person_id=person_id,
            offered_on=form.offered_on.data,
            answer=OfferAnswer(form.answer.data),
            why=form.reason,
            act=work.act,
        )
        return address_of(person_id)

    hint = _(
        "A relative or friend who uses no drugs comes along to a weekly group, and the two plan what they do together."
        " It is an offer: whatever the answer, treatment goes on as it is."
    )
    return carried_out(form, change, said=_("Recorded.")) or form_page(
        person_id, form, _("Offer of the support programme"), hint=hint
    )
