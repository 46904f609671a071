"""One page about the turns of a person's treatment, the way back on one press, and what waits for an answer."""

from flask import render_template
from flask_babel import gettext as _

from dispensary.permissions import Permission
from dispensary.queries import contests, custody, endings, people, pregnancies, tapers
from dispensary.queries.people import episodes_of
from dispensary.services import discharges
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.patients.forms import Press
from dispensary.web.reporting import asked
from dispensary.web.reporting.forms import PrintForm
from dispensary.web.turns.blueprint import Answer, address_of, bp


@bp.get("/of/<int:person_id>")
@gate.requires(Permission.CASEWORK_VIEW)
def of_person(person_id: int) -> Answer:
    """Show wishes, endings, contests, custodies and, to those who may see it, pregnancies."""
    note_access(person_id, "turns")
    return _page(person_id, None)


def _page(person_id: int, refused: Press | None) -> tuple[str, int]:
    session, act = db.session(), edge.act()
    spans = episodes_of(session, [person_id]).get(person_id, [])
    about = asked.heading(act.clinic_day, act.clinic_day)
    may = edge.sitting().permissions
    html = render_template(
        "turns/of_person.html",
        person=people.identity(session, person_id),
        status=people.status(spans),
        last=spans[-1] if spans else None,
        wishes=tapers.of_person(session, person_id),
        endings=endings.of_person(session, person_id),
        ordered_until=endings.ordered_until(session, person_id, act.clinic_day),
        contests=contests.of_person(session, person_id),
        contestable=contests.contestable(session, person_id, act.site_id),
        custodies=custody.of_person(session, person_id, act.clinic_day),
        pregnancies=pregnancies.of_person(session, person_id) if Permission.MARKER_VIEW in may else None,
        me=act.by_id,
        today=act.clinic_day,
        refused=refused,
        press=Press,
        print_form=PrintForm(formdata=None, paper=about.paper),
    )
    return html, refused.status if refused else 200


@bp.post("/of/<int:person_id>/back")
@gate.requires(Permission.EPISODE_CHANGE)
def come_back(person_id: int) -> Answer:
    """Take somebody back who left; a prescriber sees them at once."""
    note_access(person_id, "turns")
    form = Press()

    def change(work: Work) -> str:
        discharges.come_back(work.session, person_id=person_id, act=work.act)
        return address_of(person_id)

    said = _("Back in treatment. It is on the prescriber's desk: an order is signed before the first dose.")
    return carried_out(form, change, said=said) or _page(person_id, form)


@bp.get("/waiting")
@gate.requires(Permission.CONTEST_ANSWER)
def waiting() -> str:
    """Show the contests that wait for an answer, and the endings that are on their way."""
    session, act = db.session(), edge.act()
    listed = endings.open_of_site(session, act.site_id)
    return render_template(
        "turns/waiting.html",
        contests=contests.waiting(session, act.site_id),
        endings=[(one, people.identity(session, people.surviving(session, one.person_id))) for one in listed],
        today=act.clinic_day,
        me=act.by_id,
    )
