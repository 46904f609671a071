"""Who has bottles at home, and the bottles of one person."""

from flask import redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from dispensary.permissions import Permission
from dispensary.queries import bottles as records
from dispensary.queries import call_backs, people, taking_home, wrong_bottles
from dispensary.services import bottle_returns
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.bottles.blueprint import bp
from dispensary.web.bottles.forms import EmptiesForm, FindForm
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from models.enums import Origin

Answer = tuple[str, int] | Response


@bp.get("")
@gate.requires(Permission.TAKE_HOME_VIEW)
def everyone() -> Answer:
    """Show who has bottles at home, and a field for the code on a bottle."""
    return _everyone(FindForm())


@bp.post("")
@gate.requires(Permission.TAKE_HOME_VIEW)
def find() -> Answer:
    """Open the bottle whose code was scanned, or the bottles of the one person that is meant."""
    form = FindForm()
    if not form.validate_on_submit():
        return _everyone(form)
    typed = form.scan.data or ""
    bottle_id = records.bottle_of_code(db.session(), typed, edge.sitting().site_id)
    if bottle_id is not None:
        return redirect(url_for("bottles.back", bottle_id=bottle_id), 303)
    found = people.find_people(db.session(), typed) if typed.strip() else None
    if found is not None and len(found.people) == 1:
        return redirect(url_for("bottles.of_person", person_id=found.people[0].id), 303)
    form.scan.errors = [_("No bottle has this code, and it means no one person. Scan again, or type the number.")]
    form.status, form.scan.data = 422, ""
    return _everyone(form)


def _everyone(form: FindForm) -> Answer:
    act, session = edge.act(), db.session()
    page = {
        "people": records.everyones(session, act.site_id, act.clinic_day),
        "overdue": [one for one in call_backs.open_call_backs(session, act.site_id) if one.overdue(act.at)],
        "today": act.clinic_day,
    }
    return render_template("bottles/everyone.html", form=form, **page), form.status


@bp.get("/of/<int:person_id>")
@gate.requires(Permission.TAKE_HOME_VIEW)
def of_person(person_id: int) -> Answer:
    """Show what somebody has at home, what of it is wrong by now, and what became of the rest."""
    note_access(person_id, "bottles")
    if (survives := people.surviving(db.session(), person_id)) != person_id:
        return redirect(url_for("bottles.of_person", person_id=survives), 303)
    return show_bottles(person_id, EmptiesForm(formdata=None))


@bp.post("/of/<int:person_id>/empties")
@gate.requires(Permission.BOTTLE_ISSUE)
def empties(person_id: int) -> Answer:
    """Take back the ticked bottles as empty."""
    form = EmptiesForm()

    def change(work: Work) -> str:
        bottle_returns.take_back_empties(work.session, bottle_ids=form.bottles.data or [], act=work.act)
        return url_for("bottles.of_person", person_id=person_id)

    answer = carried_out(form, change, said=_("Taken back as empty."), origin=Origin.WINDOW)
    return answer or show_bottles(person_id, form)


def show_bottles(person_id: int, form: EmptiesForm) -> Answer:
    """Return the page of one person's bottles."""
    act, session = edge.act(), db.session()
    page = {
        "person": people.identity(session, person_id),
        "held": records.at_home(session, person_id),
        "ended": records.of_person(session, person_id),
        "wrong": wrong_bottles.wrong_now(session, person_id, act.clinic_day),
        "called": call_backs.open_call_back_of(session, person_id),
        "safety": taking_home.last_safety_check(session, person_id),
        "today": act.clinic_day,
        "now": act.at,
    }
    return render_template("bottles/of_person.html", form=form, **page), form.status


@bp.app_template_global("wrong_bottles")
def wrong_bottles_of(person_id: int) -> int:
    """Return how many bottles at home a newer order has made wrong."""
    return len(wrong_bottles.wrong_now(db.session(), person_id, edge.act().clinic_day))
