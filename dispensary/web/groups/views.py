"""The groups of a site: the list, one group's page, and a group made or changed."""

from flask import render_template
from flask_babel import gettext as _

from dispensary.permissions import Permission
from dispensary.queries import groups as records
from dispensary.services import groups
from dispensary.web import edge, gate
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.groups.blueprint import Answer, address_of, bp, group_here, leaders
from dispensary.web.groups.forms import GroupForm, JoinForm
from dispensary.web.once import Work
from dispensary.web.sessions.forms import offer


@bp.get("")
@gate.requires(Permission.CASEWORK_VIEW)
def groups_here() -> str:
    """Show every group of the site."""
    act = edge.act()
    found = records.groups(db.session(), act.site_id, act.clinic_day)
    return render_template("groups/groups.html", groups=found, today=act.clinic_day)


@bp.get("/<int:care_group_id>")
@gate.requires(Permission.CASEWORK_VIEW)
def group(care_group_id: int) -> Answer:
    """Show a group: who belongs to it, and its meetings."""
    return group_page(care_group_id, JoinForm(from_on=edge.act().clinic_day))


def group_page(group_id: int, form: JoinForm) -> Answer:
    """Return the page about a group, with the form by which somebody joins."""
    session, today, shown = db.session(), edge.act().clinic_day, group_here(group_id)
    met = records.meetings(session, group_id)
    page = render_template(
        "groups/group.html",
        group=shown,
        members=records.members(session, group_id, today),
        meetings=met,
        next_sheet=today if shown.meets_on(today) and all(one.day != today for one in met) else None,
        form=form,
        today=today,
    )
    return page, form.status


@bp.route("/new", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def make() -> Answer:
    """Make a group."""
    form = GroupForm(opened_on=edge.act().clinic_day)
    form.offer_weekdays()
    offer(form.led_by_id, leaders(), edge.act().by_id)
    del form.closed_on

    def change(work: Work) -> str:
        made = groups.make_group(work.session, terms=form.terms, opened_on=form.opened_on.data, act=work.act)
        return address_of(made.id)

    page = {"form": form, "title": _("A new group")}
    return carried_out(form, change, said=_("Made.")) or (render_template("groups/form.html", **page), form.status)


@bp.route("/<int:care_group_id>/change", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def change_group(care_group_id: int) -> Answer:
    """Change a group, or close it."""
    shown = group_here(care_group_id)
    form = GroupForm()
    form.offer_weekdays()
    form.begin(shown)
    offer(form.led_by_id, leaders(), edge.act().by_id)
    del form.opened_on

    def change(work: Work) -> str:
        groups.change_group(
            work.session, group_id=care_group_id, terms=form.terms, closed_on=form.closed_on.data, act=work.act
        )
        return address_of(care_group_id)

    page = {"form": form, "title": _("Change a group"), "group": shown}
    return carried_out(form, change, said=_("Changed.")) or (render_template("groups/form.html", **page), form.status)
