"""Counting a place blind, what was counted, and the adjustment that somebody else authorises."""

from flask import render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from dispensary.errors import NotFound
from dispensary.permissions import Permission
from dispensary.queries import kits, pumps
from dispensary.queries import stock_counts as queries
from dispensary.queries.stock_counts import OnShelf, WholeCount
from dispensary.rules.names import is_blank
from dispensary.rules.stock_counts import Judged
from dispensary.services import stock_counts
from dispensary.services.stock_counts import Counting
from dispensary.web import edge, gate
from dispensary.web.changes import carried_out
from dispensary.web.database import db, unit_of_work
from dispensary.web.forms import id_in
from dispensary.web.once import Work
from dispensary.web.reporting import asked, paper
from dispensary.web.reporting.forms import PrintForm
from dispensary.web.stock.blueprint import bp
from dispensary.web.stock.count_forms import ASKED_FOR, AdjustForm, CountForm, count_form, kind_words
from dispensary.web.witness import prove_witness
from dispensary.wording import N_, say
from models.enums import CountKind, PrintedSheet
from reports import count_sheet, inventory

SAFE = "safe"


@bp.get("/counts")
@gate.requires(Permission.STOCK_VIEW)
def counts() -> str:
    """List the newest counts and what is due."""
    site_id, act = edge.sitting().site_id, edge.act()
    return render_template(
        "stock/counts.html",
        counts=queries.newest(db.session(), site_id),
        due=queries.due(db.session(), site_id, act.clinic_day),
        pumps=pumps.asking(db.session(), site_id, act.clinic_day),
        windows=_windows(),
    )


@bp.route("/counts/new", methods=["GET", "POST"])
@gate.requires(Permission.STOCK_COUNT)
def count() -> tuple[str, int] | Response:
    """Count a place as a whole, blind; where it does not agree, say what is known or look again."""
    kind, window_id = _asked()
    site_id = edge.sitting().site_id
    shelf = queries.shelf_of(db.session(), site_id, window_id, edge.act().clinic_day)
    form = count_form(shelf, kind)

    def change(work: Work) -> str:
        made = stock_counts.count_place(
            work.session,
            counting=counting_of(form, kind, window_id),
            witness_above=edge.settings().count_witness_above,
            witnessed_by_id=work.witness_id,
            act=work.act,
        )
        return url_for("stock.one_count", stock_count_id=made.id)

    if answer := carried_out(form, change, witness=lambda: prove_counted(form, kind, window_id, shelf)):
        return answer
    note_misread(form, kind, window_id)
    found = looked_again(form, kind, window_id, shelf)
    away = kits.windows_out(db.session(), site_id)
    page = {
        "kind": kind,
        "kinds": kind_words(),
        "place": str(window_id or SAFE),
        "windows": {key: name for key, name in _windows().items() if key not in away},
        "shelf": shelf,
        "against": queries.last_closing(db.session(), site_id, window_id) if kind is CountKind.OPENING else None,
        "differ": frozenset(found.differing) if found else frozenset(),
        "gone": queries.labels(db.session(), found.since_closing if found else ()),
        "sheet": PrintForm(formdata=None, paper=asked.heading(edge.act().clinic_day, edge.act().clinic_day).paper),
        "asks": found is not None and found.needs_note,
        "two": kind is CountKind.BIENNIAL
        or (found is not None and found.needs_witness(edge.settings().count_witness_above)),
    }
    return render_template("stock/count.html", form=form, **page), form.status


def _asked() -> tuple[CountKind, int | None]:
    """Return which count the address names, and of which window; None is the safe.

    Raises:
        NotFound: no such kind, or no such window here.
    """
    usual = edge.sitting().window_id
    place = request.args.get("place", SAFE if usual is None else str(usual))
    said = request.args.get("kind", CountKind.OPENING.value)
    window_id = None if place == SAFE else id_in(place)
    if said not in ASKED_FOR:
        raise NotFound(say(N_("There is no such count.")), code="no_such_count")
    stock_counts.check_place(db.session(), window_id, edge.act())
    stock_counts.check_not_out(db.session(), window_id, edge.act())
    return CountKind(said), window_id


def _windows() -> dict[int, str]:
    return queries.window_names(db.session(), edge.sitting().site_id)


def counting_of(form: CountForm, kind: CountKind, window_id: int | None) -> Counting:
    """Return what a form says of a place, as the service wants it."""
    return Counting(
        kind, window_id, form.looked, finds=form.found_besides, note=form.note.data or "", business=form.taken_at
    )


def prove_counted(form: CountForm, kind: CountKind, window_id: int | None, shelf: list[OnShelf]) -> int | None:
    """Prove the second person where one is needed, or has signed anyway; not before everything else is said."""
    counting = counting_of(form, kind, window_id)
    found = stock_counts.judged(db.session(), counting, shelf, edge.act())
    if found.needs_note and is_blank(counting.note):
        return None
    needed = stock_counts.needs_two(found, kind, edge.settings().count_witness_above)
    return prove_witness(form) if needed or form.witness_username.data else None


def looked_again(form: CountForm, kind: CountKind, window_id: int | None, shelf: list[OnShelf]) -> Judged | None:
    """Return which lines differ once everything was counted, and note on the audit that they were looked at again."""
    if request.method != "POST" or not form.looked:
        return None
    counting = counting_of(form, kind, window_id)
    found = stock_counts.judged(db.session(), counting, shelf, edge.act())
    if found.needs_note:
        with unit_of_work() as session:
            stock_counts.note_looked_again(session, counting=counting, differ=len(found.differing), act=edge.act())
    return found


def note_misread(form: CountForm, kind: CountKind, window_id: int | None) -> None:
    """Note that a seal was called whole and carried another number, so that no one tries numbers unseen."""
    if request.method == "POST" and form.misread:
        tried = Counting(kind, window_id, form.misread)
        with unit_of_work() as session:
            stock_counts.note_looked_again(session, counting=tried, differ=len(form.misread), act=edge.act())


@bp.post("/counts/sheet.pdf")
@gate.requires(Permission.STOCK_COUNT, Permission.REPORT_PRINT)
def count_sheet_pdf() -> Response:
    """Note who prints, and answer the sheet on which a place is counted at the shelf."""
    form = paper.understood(PrintForm())
    kind, window_id = _asked()
    today = edge.act().clinic_day
    about = asked.heading(today, today, form.paper.data)
    shelf = queries.shelf_of(db.session(), edge.sitting().site_id, window_id, today)
    place = gettext("safe") if window_id is None else _windows()[window_id]
    paper.note(PrintedSheet.COUNT_SHEET)
    content = count_sheet.render(shelf, place=place, kind=kind, about=about, speak=edge.speaker())
    return asked.file(content, asked.PDF, f"count-sheet-{today.isoformat()}.pdf")


@bp.get("/counts/<int:stock_count_id>")
@gate.requires(Permission.STOCK_VIEW)
def one_count(stock_count_id: int) -> str:
    """Show one count: what was found, what the books said, and what was done about it."""
    found = _count(stock_count_id)
    heading = asked.heading(found.head.clinic_day, found.head.clinic_day)
    form = PrintForm(formdata=None, paper=heading.paper)
    return render_template("stock/one_count.html", count=found, form=form, me=edge.sitting().staff_id)


@bp.post("/counts/<int:stock_count_id>/inventory.pdf")
@gate.requires(Permission.STOCK_VIEW, Permission.REPORT_PRINT)
def inventory_pdf(stock_count_id: int) -> Response:
    """Note who prints, and answer the inventory that this count is part of."""
    form = paper.understood(PrintForm())
    head = _count(stock_count_id).head
    if head.kind is not CountKind.BIENNIAL:
        raise NotFound(say(N_("This count is no inventory.")), code="no_inventory")
    places = queries.inventory_of(db.session(), head.site_id, head)
    missing = queries.not_in(db.session(), head.site_id, places)
    about = asked.heading(head.clinic_day, head.clinic_day, form.paper.data)
    paper.note(PrintedSheet.INVENTORY, head.clinic_day)
    content = inventory.render(places, missing, about=about, speak=edge.speaker())
    return asked.file(content, asked.PDF, f"inventory-{head.clinic_day.isoformat()}.pdf")


def _count(count_id: int) -> WholeCount:
    found = queries.count(db.session(), edge.sitting().site_id, count_id)
    if found is None:
        raise NotFound(say(N_("There is no such count here.")), code="no_count")
    return found


@bp.route("/count-lines/<int:stock_count_line_id>/adjust", methods=["GET", "POST"])
@gate.requires(Permission.STOCK_ADJUST)
def adjust(stock_count_line_id: int) -> tuple[str, int] | Response:
    """Authorise that the books of a container are brought to what somebody else counted."""
    pair = queries.count_of_line(db.session(), edge.sitting().site_id, stock_count_line_id)
    if pair is None:
        raise NotFound(say(N_("There is no such line of a count here.")), code="no_count_line")
    found, line = pair
    form = AdjustForm()

    def change(work: Work) -> str:
        stock_counts.adjust(
            work.session, count_line_id=stock_count_line_id, reason=form.reason.data or "", act=work.act
        )
        return url_for("stock.one_count", stock_count_id=found.head.id)

    answer = carried_out(form, change)
    return answer or (render_template("stock/adjust.html", form=form, count=found, line=line), form.status)
