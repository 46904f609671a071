"""The months of the archive, one kept paper with what became of it, and the buttons that hand it out or sign it."""

from datetime import date, timedelta

from flask import Response, abort, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from dispensary.errors import NotPermitted, Refused
from dispensary.permissions import Permission
from dispensary.queries import archive as records
from dispensary.queries.archive import Kept
from dispensary.rules import archive as rule
from dispensary.rules.archive import Difference
from dispensary.services import archive, submissions
from dispensary.web import edge, gate
from dispensary.web.archive.blueprint import bp
from dispensary.web.archive.forms import SignForm, TakeForm
from dispensary.web.changes import carried_out
from dispensary.web.database import db, unit_of_work
from dispensary.web.once import Work
from dispensary.web.proof import Wrong, prove
from dispensary.web.reporting import asked
from dispensary.wording import N_, say
from models import Staff
from models.enums import ArchivedKind, ArchiveUse
from reports.kept_papers import NOW

Answer = tuple[str, int] | BaseResponse
YEARS = range(1900, 2201)
A_DAY = timedelta(days=1)
NAMES = {
    ArchivedKind.DAY_LOG: "dispensing-log",
    ArchivedKind.DOWNTIME_PACK: "downtime-pack",
    ArchivedKind.MONTH_SUMMARY: "month-summary",
}
"""What a file is called, before its days."""
OF_PEOPLE = frozenset({ArchivedKind.DOWNTIME_PACK, ArchivedKind.MONTH_SUMMARY})
"""Papers that say of people what stands on their own pages, or count so few that they tell it: for those alone who may open
these."""
WRONG = Wrong(say(N_("This is not your password.")), "wrong_password", "password")


@bp.get("")
@gate.requires(Permission.ARCHIVE_VIEW)
def papers() -> str:
    """Show what is kept of this month."""
    return _month_page(edge.act().clinic_day)


@bp.get("/months/<month>")
@gate.requires(Permission.ARCHIVE_VIEW)
def of_month(month: str) -> str:
    """Show what is kept of one month."""
    return _month_page(_first_of(month))


@bp.get("/<int:archived_paper_id>")
@gate.requires(Permission.ARCHIVE_VIEW)
def paper(archived_paper_id: int) -> Answer:
    """Show one kept paper: who opened, printed and signed it, and what the books say otherwise today."""
    return _paper_page(_kept(archived_paper_id))


@bp.post("/<int:archived_paper_id>/opened.pdf")
@gate.requires(Permission.ARCHIVE_VIEW)
def open_it(archived_paper_id: int) -> Response:
    """Note who opens the paper, and answer its bytes as they were kept."""
    return _handed_out(archived_paper_id, ArchiveUse.OPENED)


@bp.post("/<int:archived_paper_id>/printed.pdf")
@gate.requires(Permission.ARCHIVE_VIEW, Permission.REPORT_PRINT)
def print_it(archived_paper_id: int) -> Response:
    """Note who takes the paper to print, and answer its bytes as they were kept."""
    return _handed_out(archived_paper_id, ArchiveUse.PRINTED)


@bp.post("/<int:archived_paper_id>/signature")
@gate.requires(Permission.ARCHIVE_SIGN)
def sign(archived_paper_id: int) -> Answer:
    """Sign the paper that the page showed, proved by the password."""
    kept, form = _kept(archived_paper_id), SignForm()

    def change(work: Work) -> str:
        archive.sign(work.session, paper_id=kept.id, digest=form.digest.data or "", act=work.act)
        return url_for("archive.paper", archived_paper_id=kept.id)

    answer = carried_out(form, change, said=_("Signed."), witness=lambda: _proved(form))
    return answer or _paper_page(kept, form)


def _proved(form: SignForm) -> None:
    """Let nobody go on but the person whose password this is; a second press only leads to the first result."""
    if submissions.sent(db.session(), form.token.data or ""):
        return
    act = edge.act()
    username = db.session.get_one(Staff, act.by_id).username
    prove(username, form.password.data or "", wrong=WRONG, failed_act=lambda _: act)


def _handed_out(paper_id: int, use: ArchiveUse) -> Response:
    kept, form = _kept(paper_id), TakeForm()
    if not form.validate_on_submit():
        raise Refused(say(N_("This page was not understood. Open it again.")), code="not_understood")
    with unit_of_work() as session:
        content = archive.open_paper(session, paper_id=kept.id, use=use, act=edge.act())
    return asked.file(content, asked.PDF, f"{NAMES[kept.kind]}-{asked.span(kept.first_on, kept.last_on)}.pdf")


def _kept(paper_id: int) -> Kept:
    """Return a paper of this site that whoever asks may see.

    Raises:
        NotFound: there is none with this id here.
        NotPermitted: it says of people what the role may not open.
    """
    kept = records.paper(db.session(), edge.sitting().site_id, paper_id)
    if kept.kind not in _kinds():
        words = N_("This paper says what stands on people's own pages, which your role does not include.")
        raise NotPermitted(say(words), code="not_permitted")
    return kept


def _kinds() -> list[ArchivedKind]:
    """Return the kinds of paper that whoever is signed in may open."""
    of_people = Permission.PERSON_VIEW in edge.sitting().permissions
    return [kind for kind in ArchivedKind if of_people or kind not in OF_PEOPLE]


def _month_page(day: date) -> str:
    first, last = rule.month_of(day)
    session, site_id = db.session(), edge.sitting().site_id
    return render_template(
        "archive/papers.html",
        papers=records.papers(session, site_id, first, last, _kinds()),
        without=records.days_without_log(session, site_id, first, min(last, edge.act().clinic_day - A_DAY)),
        month=f"{first:%Y-%m}",
        before=f"{first - A_DAY:%Y-%m}",
        after=f"{last + A_DAY:%Y-%m}",
        this_month=f"{edge.act().clinic_day:%Y-%m}",
        kept=records.months(session, site_id),
        form=TakeForm(formdata=None),
    )


def _paper_page(kept: Kept, form: SignForm | None = None) -> tuple[str, int]:
    who = edge.sitting()
    mine = any(one.staff_id == who.staff_id for one in kept.signatures)
    form = form or SignForm(formdata=None)
    form.digest.data = kept.digest  # of the paper as it is shown now, whatever was sent
    return render_template(
        "archive/paper.html",
        kept=kept,
        compared=kept.kind in NOW,
        differences=_differences(kept),
        may_sign=Permission.ARCHIVE_SIGN in who.permissions and not mine,
        form=form,
        take_form=TakeForm(formdata=None),
    ), form.status


def _differences(kept: Kept) -> list[Difference]:
    """Return what the books say otherwise today; the paper itself stays as it was kept."""
    if kept.kind not in NOW:
        return []
    session, site_id = db.session(), edge.sitting().site_id
    now = NOW[kept.kind](session, site_id, kept.first_on, kept.last_on, edge.now(), edge.speaker())
    return list(rule.differences(rule.figures_in(records.figures_of(session, kept.id)), now))


def _first_of(month: str) -> date:
    """Return the first day of a month written as 2026-03, or answer that there is no such page."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        abort(404)
    return first if first.year in YEARS else abort(404)
