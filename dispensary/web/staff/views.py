"""The administrator's pages about accounts, and everybody's page about their own password."""

from flask import Blueprint, abort, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from dispensary.permissions import DESCRIPTIONS, Permission
from dispensary.queries import accounts as records
from dispensary.services import staff as verbs
from dispensary.web import edge, gate
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.forms import Form
from dispensary.web.once import Work
from dispensary.web.staff.forms import AccountForm, OwnPasswordForm, Press, RoleForm, SetPasswordForm
from dispensary.web.staff.passwords import hashed, owner_proved
from models import Staff, StaffRole
from models.enums import Role

bp = Blueprint("staff", __name__)

Answer = tuple[str, int] | BaseResponse


def _account(staff_id: int) -> records.Account:
    return records.account(db.session(), staff_id, edge.sitting().site_id, edge.act().clinic_day)


def _staff(session: Session, staff_id: int) -> Staff:
    return session.get_one(Staff, staff_id)


@bp.get("/staff")
@gate.requires(Permission.STAFF_MANAGE)
def accounts() -> Answer:
    """List the accounts and what each role may do."""
    lines = records.accounts(db.session(), edge.sitting().site_id, edge.act().clinic_day)
    return render_template("staff/accounts.html", accounts=lines, roles=DESCRIPTIONS), 200


@bp.route("/staff/new", methods=["GET", "POST"])
@gate.requires(Permission.STAFF_MANAGE)
def new_account() -> Answer:
    """Make an account with its first role at this site."""
    form = AccountForm()
    password_hash = hashed(form, form.username.data or "") if request.method == "POST" else None

    def change(work: Work) -> str:
        made = verbs.create_account(
            work.session,
            username=form.username.data or "",
            name=form.name.data or "",
            initials=form.initials.data or "",
            password_hash=password_hash,
            act=work.act,
        )
        verbs.grant_role(
            work.session,
            staff=made,
            role=Role(form.role.data),
            site_id=work.act.site_id,
            from_on=work.act.clinic_day,
            until_on=form.until_on.data,
            act=work.act,
        )
        return url_for("staff.account", staff_id=made.id)

    done = carried_out(form, change, said=_("The account is made.")) if password_hash else None
    return done or (render_template("staff/form.html", form=form, title=_("New account")), form.status)


@bp.get("/staff/<int:staff_id>")
@gate.requires(Permission.STAFF_MANAGE)
def account(staff_id: int) -> Answer:
    """Show one account, its roles, and what can be done with it."""
    return _show(staff_id, RoleForm(from_on=edge.act().clinic_day))


def account_page(staff_id: int, refused: Form) -> tuple[str, int]:
    """Show one account again, with what stood in the way of a button on its page."""
    return _show(staff_id, RoleForm(formdata=None, from_on=edge.act().clinic_day), refused)


def _show(staff_id: int, form: RoleForm, refused: Form | None = None) -> tuple[str, int]:
    page = render_template(
        "staff/account.html", account=_account(staff_id), form=form, press=Press, refused=refused, roles=DESCRIPTIONS
    )
    return page, (refused or form).status


@bp.post("/staff/<int:staff_id>/roles")
@gate.requires(Permission.STAFF_MANAGE)
def give_role(staff_id: int) -> Answer:
    """Give a role at this site."""
    form = RoleForm()
    _account(staff_id)

    def change(work: Work) -> str:
        verbs.grant_role(
            work.session,
            staff=_staff(work.session, staff_id),
            role=Role(form.role.data),
            site_id=work.act.site_id,
            from_on=form.from_on.data,
            until_on=form.until_on.data,
            act=work.act,
        )
        return url_for("staff.account", staff_id=staff_id)

    return carried_out(form, change, said=_("The role is given.")) or _show(staff_id, form)


@bp.post("/staff/roles/<int:role_id>/withdraw")
@gate.requires(Permission.STAFF_MANAGE)
def withdraw_role(role_id: int) -> Answer:
    """Withdraw a role at this site at once."""
    form = Press()
    held = db.session.get(StaffRole, role_id)
    if held is None or held.site_id != edge.sitting().site_id:
        abort(404)
    staff_id = held.staff_id

    def change(work: Work) -> str:
        verbs.withdraw_role(work.session, staff_role=work.session.get_one(StaffRole, role_id), act=work.act)
        return url_for("staff.account", staff_id=staff_id)

    return carried_out(form, change, said=_("The role is withdrawn.")) or account_page(staff_id, form)


@bp.route("/staff/<int:staff_id>/end", methods=["GET", "POST"])
@gate.requires(Permission.STAFF_MANAGE)
def end(staff_id: int) -> Answer:
    """End an account and its sittings."""
    form, who = Press(), _account(staff_id)

    def change(work: Work) -> str:
        verbs.end_account(work.session, staff=_staff(work.session, staff_id), act=work.act)
        return url_for("staff.accounts")

    hint = _(
        "%(name)s is signed out everywhere at once and cannot sign in again. What was signed stays.", name=who.name
    )
    return carried_out(form, change, said=_("The account has ended.")) or (
        render_template("staff/form.html", form=form, title=_("End an account"), hint=hint),
        form.status,
    )


@bp.route("/staff/<int:staff_id>/password", methods=["GET", "POST"])
@gate.requires(Permission.STAFF_MANAGE)
def set_password(staff_id: int) -> Answer:
    """Set a new password for somebody who has lost theirs."""
    form, who = SetPasswordForm(), _account(staff_id)
    password_hash = hashed(form, who.username) if request.method == "POST" else None

    def change(work: Work) -> str:
        verbs.change_password(
            work.session, staff=_staff(work.session, staff_id), password_hash=password_hash or "", act=work.act
        )
        return url_for("staff.account", staff_id=staff_id)

    done = carried_out(form, change, said=_("The password is set.")) if password_hash else None
    hint = _("For %(name)s, who is then signed out everywhere.", name=who.name)
    return done or (render_template("staff/form.html", form=form, title=_("New password"), hint=hint), form.status)


@bp.route("/password", methods=["GET", "POST"])
@gate.requires()
def own_password() -> Answer:
    """Change one's own password; every other sitting of one's own ends."""
    form, who = OwnPasswordForm(), edge.sitting()
    username = _staff(db.session(), who.staff_id).username
    password_hash = hashed(form, username) if request.method == "POST" else None
    if password_hash and not owner_proved(form):
        password_hash = None

    def change(work: Work) -> str:
        verbs.change_password(
            work.session,
            staff=_staff(work.session, who.staff_id),
            password_hash=password_hash or "",
            act=work.act,
            keep_sitting_id=who.id,
        )
        return url_for("sign_in.home")

    done = carried_out(form, change, said=_("Your password is changed.")) if password_hash else None
    hint = _("You stay signed in here, and are signed out everywhere else.")
    page = render_template("staff/form.html", form=form, title=_("My password"), hint=hint,
                           beside=[(url_for("staff.own_pin"), _("Set my PIN"))])  # fmt: skip
    return done or (page, form.status)
