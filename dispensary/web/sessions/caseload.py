"""Caseloads: everyone in care by counsellor, and many people handed over at once."""

from collections import Counter

from flask import render_template, request, url_for
from flask_babel import ngettext

from dispensary.permissions import Permission
from dispensary.queries import caseload as records
from dispensary.queries import sessions
from dispensary.queries.caseload import InCare
from dispensary.services import caseload as verbs
from dispensary.web import edge, gate
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.sessions.blueprint import Answer, bp
from dispensary.web.sessions.forms import NOBODY, HandOverForm

ALL = "all"


@bp.get("/caseload")
@gate.requires(Permission.CASEWORK_VIEW)
def caseload() -> Answer:
    """Show a caseload: one's own, a colleague's, nobody's, or everyone in care."""
    return _page(HandOverForm())


@bp.post("/caseload")
@gate.requires(Permission.CASELOAD_SET)
def hand_over() -> Answer:
    """Hand people over to a counsellor, or to nobody for now."""
    form, act = HandOverForm(), edge.act()
    form.begin(records.colleagues(db.session(), act.site_id, act.clinic_day, records.COUNSELLORS), act.clinic_day)
    moved = len(set(form.people.data or ()))

    def change(work: Work) -> str:
        verbs.hand_over(
            work.session,
            person_ids=form.people.data or (),
            counsellor_id=form.counsellor_id.data or None,
            from_on=form.from_on.data,
            reason=form.reason.data or "",
            act=work.act,
        )
        return url_for("sessions.caseload", of=_whose())

    said = ngettext("%(num)d person is handed over.", "%(num)d people are handed over.", moved)
    return carried_out(form, change, said=said) or _page(form)


def _whose() -> str:
    """Return whose caseload the address asks for: an account's number, nobody, or all; by default one's own."""
    return request.args.get("of", str(edge.act().by_id))


def _page(form: HandOverForm) -> Answer:
    session, act, whose = db.session(), edge.act(), _whose()
    counsellors = records.colleagues(session, act.site_id, act.clinic_day, records.COUNSELLORS)
    people = records.in_care(session, act.site_id, act.clinic_day)
    counts = Counter(one.counsellor_id for one in people)
    form.begin(counsellors, act.clinic_day)
    shown = [one for one in people if whose == ALL or str(one.counsellor_id or NOBODY) == whose]
    page = render_template(
        "sessions/caseload.html",
        form=form,
        people=shown,
        ticked=_ticked(form, shown),
        whose=whose,
        columns=[(str(one.id), one.name, counts[one.id]) for one in counsellors],
        nobody=counts[None],
        everyone=len(people),
        last=sessions.last_counselled(session, act.site_id, act.clinic_day),
        dates=sessions.next_counselling(session, act.site_id, act.clinic_day),
    )
    return page, form.status


def _ticked(form: HandOverForm, shown: list[InCare]) -> set[int]:
    """Return whose boxes are ticked: those of a form that was refused."""
    return set(form.people.data or ()) & {one.person_id for one in shown}
