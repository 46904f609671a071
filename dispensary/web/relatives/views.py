"""The pages of relatives: the list, one relative, registered or changed, and linked with a person who agreed."""

from datetime import timedelta

from flask import render_template
from flask_babel import gettext as _

from dispensary.permissions import Permission
from dispensary.queries import groups
from dispensary.queries import relatives as records
from dispensary.services import relatives
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.patients.forms import Press
from dispensary.web.relatives.blueprint import address_of, bp
from dispensary.web.relatives.forms import LinkForm, RelativeForm
from dispensary.web.sessions.blueprint import Answer
from dispensary.web.support.blueprint import address_of as address_of_person
from dispensary.web.support.blueprint import form_page

HALF_A_YEAR = timedelta(days=183)


@bp.get("/relatives")
@gate.requires(Permission.CASEWORK_VIEW)
def everyone() -> str:
    """Show the relatives of the site, the groups that are open to them, and how many came."""
    session, act = db.session(), edge.act()
    here = groups.groups(session, act.site_id, act.clinic_day)
    return render_template(
        "relatives/everyone.html",
        relatives=records.relatives(session, act.site_id),
        groups=[one for one in here if one.open_to_relatives and one.is_open(act.clinic_day)],
        months=records.family_months(session, act.site_id, act.clinic_day - HALF_A_YEAR),
    )


@bp.get("/relatives/<int:relative_id>")
@gate.requires(Permission.CASEWORK_VIEW)
def show(relative_id: int) -> str:
    """Show a relative: their own meetings, and whose they are, where that person agreed."""
    session, act = db.session(), edge.act()
    shown = records.relative(session, relative_id, act.site_id)
    links = records.links_of_relative(session, relative_id)
    for one in links:
        note_access(one.person_id, "relative")
    return render_template(
        "relatives/relative.html",
        relative=shown,
        meetings=records.attended_by(db.session(), relative_id),
        links=links,
        press=Press,
    )


@bp.route("/relatives/new", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def register() -> Answer:
    """Put a relative on record."""
    form = RelativeForm()

    def change(work: Work) -> str:
        made = relatives.register_relative(
            work.session, name=form.name.data or "", phone=form.phone.data or "", act=work.act
        )
        return address_of(made.id)

    page = {"form": form, "title": _("A new relative"), "relative": None}
    return carried_out(form, change, said=_("Registered.")) or (
        render_template("relatives/form.html", **page),
        form.status,
    )


@bp.route("/relatives/<int:relative_id>/change", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def change_relative(relative_id: int) -> Answer:
    """Change how a relative is called and reached."""
    known = records.relative(db.session(), relative_id, edge.act().site_id)
    form = RelativeForm(name=known.name, phone=known.phone)

    def change(work: Work) -> str:
        relatives.change_relative(
            work.session,
            relative_id=relative_id,
            name=form.name.data or "",
            phone=form.phone.data or "",
            act=work.act,
        )
        return address_of(relative_id)

    page = {"form": form, "title": _("Change a relative"), "relative": known}
    return carried_out(form, change, said=_("Changed.")) or (
        render_template("relatives/form.html", **page),
        form.status,
    )


@bp.route("/people/<int:person_id>/relatives/link", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def link(person_id: int) -> Answer:
    """Link a relative with a person who agreed."""
    note_access(person_id, "relative")
    session, act = db.session(), edge.act()
    linked = {one.relative_id for one in records.links_of_person(session, person_id)}
    form = LinkForm(consent_on=act.clinic_day)
    form.offer([one for one in records.relatives(session, act.site_id) if one.id not in linked])

    def change(work: Work) -> str:
        relatives.link_relative(
            work.session,
            relative_id=form.relative_id.data,
            person_id=person_id,
            agreed=bool(form.agreed.data),
            consent_on=form.consent_on.data,
            act=work.act,
        )
        return address_of_person(person_id)

    hint = _(
        "A relative comes to the family programme in their own right, with or without the person. The two are shown as"
        " belonging together only as long as the person wishes it."
    )
    if not form.relative_id.choices:
        hint = _("There is no other relative on record here. Register one first, under Relatives.")
    return carried_out(form, change, said=_("Linked.")) or form_page(person_id, form, _("Link a relative"), hint=hint)


@bp.route("/relatives/links/<int:relative_link_id>/end", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def end_link(relative_link_id: int) -> Answer:
    """Take back that a relative belongs to a person."""
    known = records.link(db.session(), relative_link_id, edge.act().site_id)
    note_access(known.person_id, "relative")
    form = Press()

    def change(work: Work) -> str:
        relatives.end_link(work.session, link_id=relative_link_id, act=work.act)
        return address_of_person(known.person_id)

    if answer := carried_out(form, change, said=_("Taken back. Neither page shows the other any more.")):
        return answer
    return render_template("relatives/end_link.html", link=known, form=form), form.status
