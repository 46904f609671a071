"""The directory on screen, and what waits with the agencies: referrals without an answer, and calls that are due."""

from flask import render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from dispensary.permissions import Permission
from dispensary.queries import agencies as records
from dispensary.queries import call_plans, contact_rules, referrals
from dispensary.services import agencies
from dispensary.web import edge, gate
from dispensary.web.agencies.blueprint import bp
from dispensary.web.agencies.forms import AgencyForm, ChangeAgencyForm
from dispensary.web.agencies.pages import show_form
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work

Answer = tuple[str, int] | Response


@bp.get("")
@gate.requires(Permission.CASEWORK_VIEW)
def waiting() -> str:
    """Show open referrals, those without an answer first, and the calls that are due."""
    session, site_id, today = db.session(), edge.sitting().site_id, edge.act().clinic_day
    plans = call_plans.running(session, site_id)
    return render_template(
        "agencies/waiting.html",
        sent=referrals.open_of_site(session, site_id),
        plans=plans,
        reach=contact_rules.rules_of(session, {plan.person_id for plan in plans}),
        today=today,
    )


@bp.get("/directory")
@gate.requires(Permission.CASEWORK_VIEW)
def directory() -> str:
    """Show the directory, those retired at its end."""
    listed = records.directory(db.session(), edge.sitting().site_id, with_retired=True)
    return render_template("agencies/directory.html", listed=sorted(listed, key=lambda one: one.retired_on is not None))


@bp.route("/new", methods=["GET", "POST"])
@gate.requires(Permission.AGENCY_LIST)
def add() -> Answer:
    """Put an agency into the directory."""
    form = AgencyForm()

    def change(work: Work) -> str:
        agencies.list_agency(work.session, entry=form.entry, act=work.act)
        return url_for("agencies.directory")

    return carried_out(form, change, said=_("In the directory.")) or show_form(
        form, _("An agency for the directory"), back=url_for("agencies.directory")
    )


@bp.route("/<int:agency_id>", methods=["GET", "POST"])
@gate.requires(Permission.AGENCY_LIST)
def change(agency_id: int) -> Answer:
    """Change what the directory says of an agency."""
    known = records.agency(db.session(), agency_id, edge.sitting().site_id)
    form = ChangeAgencyForm(obj=known, retired=known.retired_on is not None)

    def change(work: Work) -> str:
        retired = bool(form.retired.data)
        agencies.change_agency(work.session, agency_id=agency_id, entry=form.entry, retired=retired, act=work.act)
        return url_for("agencies.directory")

    return carried_out(form, change, said=_("Changed.")) or show_form(
        form, _("Change an agency"), back=url_for("agencies.directory")
    )
