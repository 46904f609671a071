"""The administrator's pages about the site."""

from flask import Blueprint, Response, abort, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from dispensary.permissions import Permission
from dispensary.queries import sites as records
from dispensary.services import sites
from dispensary.web import edge, gate
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.forms import Form
from dispensary.web.once import Work
from dispensary.web.sign_in.terminal import give_name, this_terminal
from dispensary.web.site.forms import IN_WORDS, Press, SettingForm, TerminalForm, WindowForm
from models.enums import SettingKey

bp = Blueprint("site", __name__, url_prefix="/site")

Answer = tuple[str, int] | BaseResponse


@bp.get("")
@gate.requires(Permission.SITE_MANAGE)
def overview() -> Answer:
    """Show the site's settings, windows and terminals, and which of them this computer is."""
    return _overview()


def _overview(refused: Form | None = None) -> tuple[str, int]:
    session, site_id = db.session(), edge.sitting().site_id
    page = render_template(
        "site/overview.html",
        site=records.site(session, site_id),
        settings=records.setting_lines(session, site_id, edge.act().clinic_day),
        in_words=IN_WORDS,
        windows=records.windows(session, site_id),
        terminals=records.terminals(session, site_id),
        here=this_terminal(session),
        press=Press,
        refused=refused,
    )
    return page, refused.status if refused else 200


@bp.route("/settings/<setting>", methods=["GET", "POST"])
@gate.requires(Permission.SITE_MANAGE)
def change_setting(setting: str) -> Answer:
    """Set a value from a day on."""
    if setting not in set(SettingKey):
        abort(404)
    key, today = SettingKey(setting), edge.act().clinic_day
    form = SettingForm(effective_on=today)

    def change(work: Work) -> str:
        sites.change_setting(
            work.session,
            key=key,
            value=form.value.data or "",
            effective_on=form.effective_on.data,
            act=work.act,
        )
        return url_for("site.overview")

    line = next(line for line in records.setting_lines(db.session(), edge.sitting().site_id, today) if line.key is key)
    return carried_out(form, change, said=_("Set.")) or (
        render_template("site/setting.html", form=form, line=line, words=IN_WORDS[key]),
        form.status,
    )


@bp.route("/windows/new", methods=["GET", "POST"])
@gate.requires(Permission.SITE_MANAGE)
def add_window() -> Answer:
    """Add a window."""
    form = WindowForm()

    def change(work: Work) -> str:
        sites.add_window(work.session, name=form.name.data or "", act=work.act)
        return url_for("site.overview")

    return carried_out(form, change, said=_("The window is added.")) or (
        render_template("site/form.html", form=form, title=_("New window")),
        form.status,
    )


@bp.route("/terminals/this", methods=["GET", "POST"])
@gate.requires(Permission.SITE_MANAGE)
def name_terminal() -> Answer:
    """Make this computer one of the site's terminals; it keeps a cookie that says which."""
    form = TerminalForm()
    form.offer(records.windows_and_kits(db.session(), edge.sitting().site_id))
    made = []

    def change(work: Work) -> str:
        window_id = int(form.window.data) if form.window.data else None
        made.append(sites.name_terminal(work.session, name=form.name.data or "", window_id=window_id, act=work.act))
        return url_for("site.overview")

    said = _("This computer has its name. It counts from the next sign-in on.")
    answer = carried_out(form, change, said=said)
    if answer is None:
        return render_template("site/form.html", form=form, title=_("Name this computer")), form.status
    if isinstance(answer, Response):
        give_name(answer, made[0])
    return answer


@bp.post("/terminals/<int:terminal_id>/retire")
@gate.requires(Permission.SITE_MANAGE)
def retire_terminal(terminal_id: int) -> Answer:
    """Take a terminal out of use."""
    form = Press()

    def change(work: Work) -> str:
        sites.retire_terminal(work.session, terminal_id=terminal_id, act=work.act)
        return url_for("site.overview")

    return carried_out(form, change, said=_("The terminal is retired.")) or _overview(form)
