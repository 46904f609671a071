"""Who belongs to a group: taken in by number on its page, or from the person's page; and whoever leaves."""

from flask_babel import gettext as _

from dispensary.permissions import Permission
from dispensary.queries import groups as records
from dispensary.services import groups
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.groups.blueprint import Answer, address_of, bp, group_here
from dispensary.web.groups.forms import JoinForm, JoinOneForm, LeaveForm
from dispensary.web.groups.views import group_page
from dispensary.web.once import Work
from dispensary.web.sessions.blueprint import address_of as address_of_sessions
from dispensary.web.sessions.blueprint import bp as sessions_bp
from dispensary.web.sessions.blueprint import form_page
from dispensary.web.station.told import the_one


@bp.post("/<int:care_group_id>/members")
@gate.requires(Permission.CASEWORK_RECORD)
def join(care_group_id: int) -> Answer:
    """Take in whoever has the number that was typed or the card that was scanned."""
    group_here(care_group_id)
    form = JoinForm()

    def change(work: Work) -> str:
        person_id = the_one(work.session, form.who.data or "", "who")
        groups.join(work.session, group_id=care_group_id, person_id=person_id, from_on=form.from_on.data, act=work.act)
        return address_of(care_group_id)

    return carried_out(form, change, said=_("Taken in.")) or group_page(care_group_id, form)


@sessions_bp.route("/people/<int:person_id>/groups/join", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def join_one(person_id: int) -> Answer:
    """Take a person into one of the groups."""
    note_access(person_id, "join a group")
    act, form = edge.act(), JoinOneForm(from_on=edge.act().clinic_day)
    here = records.groups(db.session(), act.site_id, act.clinic_day)
    form.offer([one for one in here if one.is_open(act.clinic_day)])

    def change(work: Work) -> str:
        groups.join(
            work.session,
            group_id=form.group_id.data,
            person_id=person_id,
            from_on=form.from_on.data,
            act=work.act,
        )
        return address_of_sessions(person_id)

    hint = "" if form.group_id.choices else _("There is no open group here. Make one first, under Groups.")
    return carried_out(form, change, said=_("Taken in.")) or form_page(
        person_id, form, _("Take into a group"), hint=hint
    )


@bp.route("/members/<int:group_member_id>/leave", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def leave(group_member_id: int) -> Answer:
    """Record that somebody left a group."""
    mine = records.membership(db.session(), group_member_id)
    note_access(mine.person_id, "leave a group")
    form = LeaveForm(last_day=edge.act().clinic_day)

    def change(work: Work) -> str:
        groups.leave(
            work.session,
            member_id=group_member_id,
            last_day=form.last_day.data,
            reason=form.reason.data or "",
            act=work.act,
        )
        return address_of(mine.group_id)

    return carried_out(form, change, said=_("Recorded.")) or form_page(
        mine.person_id, form, _("Left the group"), hint=mine.group, back=address_of(mine.group_id)
    )
