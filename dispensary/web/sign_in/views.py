"""The pages of signing in: enter, lock, unlock, leave."""

from urllib.parse import urlsplit

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from dispensary.clock import clinic_day
from dispensary.errors import Refused
from dispensary.queries import accounts, sites, sittings
from dispensary.services import sign_in
from dispensary.services.act import Act
from dispensary.web import edge, gate, kept
from dispensary.web.database import db, unit_of_work
from dispensary.web.jobs.failures import tell_failures
from dispensary.web.navigation import start
from dispensary.web.proof import Wrong, prove
from dispensary.web.sign_in.forms import SignInForm, UnlockForm
from dispensary.web.sign_in.terminal import this_terminal
from dispensary.web.sign_in.unlocking import READ, prove_owner, way_back
from dispensary.wording import N_, say
from models import Staff, Terminal

bp = Blueprint("sign_in", __name__)

WRONG = Wrong(say(N_("Name or password is not right. Nothing else is wrong; try again.")), "wrong_password")


@bp.route("/sign-in", methods=["GET", "POST"])
@gate.public
def enter() -> tuple[str, int] | Response:
    """Sign in, on a page that says nothing about who works here."""
    form = SignInForm()
    terminal = this_terminal(db.session())
    if form.validate_on_submit():
        try:
            staff = prove(form.username.data or "", form.password.data or "", wrong=WRONG, failed_act=_act_of_failure)
            act = _act_for(staff, terminal)
            with unit_of_work() as work:
                _end_sitting_before(work)
                code = sign_in.begin_sitting(work, staff=staff, act=act).code
        except Refused as refusal:
            form.refuse(refusal)
        else:
            _sit_down(code)
            tell_failures()
            return redirect(_landing(), 303)
    return render_template("sign_in/enter.html", form=form, terminal=terminal), form.status


@bp.get("/")
@gate.requires()
def home() -> Response:
    """Go to the page where this person's work starts."""
    return redirect(_landing(), 303)


@bp.route("/locked", methods=["GET", "POST"])
@gate.requires()
@gate.while_locked
@gate.quiet
def locked() -> tuple[str, int] | Response:
    """Show nothing but whose sitting this is, until that person is back with badge and PIN, or their password."""
    form = UnlockForm()
    if form.validate_on_submit():
        try:
            if prove_owner(form):
                return _go_on(form.back.data)
        except Refused as refusal:
            form.refuse(refusal)
    elif request.method == "GET":
        form.back.data = _page_left()
    return render_template("sign_in/locked.html", form=form, way=way_back()), form.status


def _go_on(back: str | None) -> Response:
    """Open the sitting again and go back to the page that was left."""
    with unit_of_work() as work:
        sign_in.unlock_sitting(work, sitting_id=edge.sitting().id)
    session["seen_at"] = session["unlocked_at"] = int(edge.now().timestamp())
    session.pop(READ, None)
    kept.expect_back()
    session["next"] = back or ""
    return redirect(url_for("sign_in.keyed") if kept.without_a_page() else _landing(), 303)


@bp.post("/lock")
@gate.requires()
@gate.while_locked
def lock() -> Response:
    """Lock the terminal at once, and keep what the script read from the page; unlocking leads back to it."""
    kept.lock(request.form.get("back", ""), kept.keyed())
    return redirect(url_for("sign_in.locked"), 303)


@bp.get("/keyed")
@gate.requires()
def keyed() -> str:
    """Show what was keyed on pages that cannot be opened again, so that nothing is lost in silence; once."""
    lost = kept.without_a_page()
    kept.shown(lost)
    return render_template("sign_in/keyed.html", lost=lost, onward=_landing())


@bp.get("/still-here")
@gate.requires()
@gate.background
def still_here() -> tuple[str, int]:
    """Renew the idle time of somebody who is typing on a page and has sent nothing yet."""
    return "", 204


@bp.post("/sign-out")
@gate.requires()
@gate.while_locked
def leave() -> Response:
    """End the sitting; the cookie opens nothing any more."""
    who, act = edge.sitting(), edge.act()
    with unit_of_work() as work:
        sign_in.end_sitting(work, sitting_id=who.id, act=act)
    gate.end_browser_session()
    return redirect(url_for("sign_in.enter"), 303)


@bp.get("/health")
@gate.public
def health() -> str:
    """Answer that the program runs; says nothing else."""
    return "ok"


def _act_of_failure(staff: Staff | None) -> Act | None:
    """Return the act under which a failed try stands on the audit: at this terminal's site, or where the person works."""
    if staff is None:
        return None
    terminal = this_terminal(db.session())
    return _act_at(_site_of(staff, terminal) or sites.first_site_id(db.session()), staff, terminal)


def _act_for(staff: Staff, terminal: Terminal | None) -> Act:
    """Return the act of signing in, at the terminal's site or the first at which the person works.

    Raises:
        Refused: the person holds no role there today.
    """
    site_id = _site_of(staff, terminal)
    if site_id is None:
        raise Refused(say(N_("This account has no role here today. Ask the administrator.")), code="no_role")
    return _act_at(site_id, staff, terminal)


def _site_of(staff: Staff, terminal: Terminal | None) -> int | None:
    own = accounts.sites_of(db.session(), staff.id, edge.now().date())
    if terminal is not None:
        return terminal.site_id if terminal.site_id in own else None
    return next(iter(own), None)


def _act_at(site_id: int, staff: Staff, terminal: Terminal | None) -> Act:
    at = edge.now()
    have = sites.settings_at(db.session(), site_id, at)
    return Act(
        by_id=staff.id,
        site_id=site_id,
        at=at,
        clinic_day=clinic_day(at, have.zone, have.day_starts),
        terminal_id=terminal.id if terminal else None,
        window_id=terminal.window_id if terminal else None,
    )


def _end_sitting_before(work: Session) -> None:
    """End the sitting of whoever left this browser signed in, before somebody else sits down at it."""
    if current_user.is_authenticated:
        sign_in.end_sitting(work, sitting_id=edge.sitting().id, act=edge.act())


def _sit_down(code: str) -> None:
    """Start a fresh cookie for this sitting; nothing of the last person's is left in it."""
    wanted = session.get("next")
    gate.end_browser_session()
    sitting = sittings.sitting(db.session(), code, edge.now().date())
    if sitting is not None:
        login_user(gate.SignedIn(sitting))
    session.permanent = True
    session["seen_at"] = int(edge.now().timestamp())
    if wanted:
        session["next"] = wanted


def _page_left() -> str:
    """Return the page to come back to: as the gate or the lock noted it, or the one that led here."""
    left = urlsplit(request.referrer or "")
    return str(session.get("next") or (left.path if left.netloc == request.host else ""))


def _landing() -> str:
    wanted = session.pop("next", None)
    if not current_user.is_authenticated:
        return url_for("sign_in.enter")
    return wanted if wanted and kept.opens(wanted) else _start()


def _start() -> str:
    endpoint = start(edge.sitting().permissions, frozenset(current_app.view_functions))
    return url_for(endpoint) if endpoint else url_for("sign_in.nothing_yet")


@bp.get("/nothing-yet")
@gate.requires()
def nothing_yet() -> str:
    """Tell someone whose role has no page yet that this is so."""
    return render_template("errors/error.html", title=_("Nothing here yet"), reasons=[],
                           text=_("Your role has no pages in this version."))  # fmt: skip
