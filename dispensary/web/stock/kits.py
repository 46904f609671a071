"""Kits that leave the clinic: packed before a witness, passed on with two signatures, counted blind when they are back."""

from flask import render_template, url_for
from werkzeug.wrappers import Response

from dispensary.errors import NotFound, Refused
from dispensary.permissions import Permission, permissions_of
from dispensary.queries import accounts
from dispensary.queries import kits as records
from dispensary.queries import stock as stock_queries
from dispensary.queries import stock_counts as count_queries
from dispensary.queries.kits import Kit, Trip
from dispensary.services import kits, sites
from dispensary.web import edge, gate
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.reporting import asked, paper
from dispensary.web.reporting.forms import PrintForm
from dispensary.web.stock.blueprint import bp
from dispensary.web.stock.count_forms import count_form
from dispensary.web.stock.counting import counting_of, looked_again, note_misread, prove_counted
from dispensary.web.stock.kit_forms import HandOverForm, KitCountForm, KitForm, PackForm
from dispensary.web.witness import NAME, prove_witness
from dispensary.wording import N_, say
from models.enums import CountKind, PrintedSheet
from reports import custody_sheet

RETURN = CountKind.KIT_RETURN


@bp.get("/kits")
@gate.requires(Permission.STOCK_VIEW)
def kits_list() -> str:
    """List the kits of the site, where each is and who holds it, and the newest trips."""
    session, site_id = db.session(), edge.sitting().site_id
    shelf = stock_queries.on_shelf(session, site_id)
    found = records.kits_of(session, site_id)
    return render_template(
        "stock/kits.html",
        kits=found,
        inside={kit.id: [c for c in shelf if c.window_id == kit.window_id] for kit in found},
        trips=records.newest(session, site_id),
        now=edge.now(),
    )


@bp.route("/kits/new", methods=["GET", "POST"])
@gate.requires(Permission.STOCK_SET_UP)
def add_kit() -> tuple[str, int] | Response:
    """Add a kit."""
    form = KitForm()

    def change(work: Work) -> str:
        sites.add_kit(work.session, name=form.name.data or "", act=work.act)
        return url_for("stock.kits_list")

    return carried_out(form, change) or (render_template("stock/add_kit.html", form=form), form.status)


@bp.route("/kits/<int:kit_id>/pack", methods=["GET", "POST"])
@gate.requires(Permission.STOCK_MOVE)
def pack_kit(kit_id: int) -> tuple[str, int] | Response:
    """Put sealed containers into a kit and close it, before a witness."""
    session, site_id, kit = db.session(), edge.sitting().site_id, _kit(kit_id)
    form = PackForm(turn=str(records.next_turn(session, kit.id)), back_on=edge.act().clinic_day)

    def change(work: Work) -> str:
        trip = kits.pack(
            work.session,
            kit_id=kit.id,
            packing=form.packing(),
            container_ids=form.containers.data or [],
            witnessed_by_id=work.witness_id,
            act=work.act,
        )
        return url_for("stock.kit_trip", kit_trip_id=trip.id)

    if answer := carried_out(form, change, witness=lambda: prove_witness(form)):
        return answer
    products = stock_queries.overview(session, site_id)
    inside = [(p, c) for p in products for c in p.containers if c.window_id == kit.window_id]
    return render_template("stock/pack_kit.html", form=form, kit=kit, products=products, inside=inside), form.status


@bp.get("/kit-trips/<int:kit_trip_id>")
@gate.requires(Permission.STOCK_VIEW)
def kit_trip(kit_trip_id: int) -> str:
    """Show one trip: what went along, through whose hands, and how it came back."""
    form, sitting = PrintForm(formdata=None), edge.sitting()
    trip = _trip(kit_trip_id)
    mine = trip.back is None and trip.holder_id == sitting.staff_id
    return render_template("stock/kit_trip.html", trip=trip, mine=mine, form=form, now=edge.now())


@bp.route("/kit-trips/<int:kit_trip_id>/hand-over", methods=["GET", "POST"])
@gate.requires(Permission.STOCK_MOVE)
def hand_kit_over(kit_trip_id: int) -> tuple[str, int] | Response:
    """Pass the kit on to somebody who signs for it on the same page."""
    trip = _trip(kit_trip_id)
    form = HandOverForm(turn=str(len(trip.passed) + 1))

    def change(work: Work) -> str:
        kits.hand_over(
            work.session, trip_id=kit_trip_id, closed=form.closed(), taken_by_id=work.witness_id, act=work.act
        )
        return url_for("stock.kit_trip", kit_trip_id=kit_trip_id)

    answer = carried_out(form, change, witness=lambda: _prove_taker(form))
    return answer or (render_template("stock/hand_kit_over.html", form=form, trip=trip), form.status)


@bp.route("/kit-trips/<int:kit_trip_id>/return", methods=["GET", "POST"])
@gate.requires(Permission.STOCK_COUNT, Permission.STOCK_MOVE)
def take_kit_back(kit_trip_id: int) -> tuple[str, int] | Response:
    """Count a kit that is back, blind, by whoever took it and a second person."""
    trip = _trip(kit_trip_id)
    if trip.back is not None:
        raise NotFound(say(N_("This kit is back already.")), code="no_trip_out")
    kits.check_may_count(trip, edge.act())
    shelf = count_queries.shelf_of(db.session(), trip.site_id, trip.window_id)
    form = count_form(shelf, RETURN, KitCountForm)
    assert isinstance(form, KitCountForm)
    if not form.is_submitted():
        form.turn.data = str(len(trip.passed) + 1)

    def change(work: Work) -> str:
        kits.take_back(
            work.session,
            trip_id=kit_trip_id,
            closed=form.closed(),
            counting=counting_of(form, RETURN, trip.window_id),
            witness_above=edge.settings().count_witness_above,
            witnessed_by_id=work.witness_id,
            act=work.act,
        )
        return url_for("stock.kit_trip", kit_trip_id=kit_trip_id)

    if answer := carried_out(form, change, witness=lambda: prove_counted(form, RETURN, trip.window_id, shelf)):
        return answer
    note_misread(form, RETURN, trip.window_id)
    found = looked_again(form, RETURN, trip.window_id, shelf)
    page = {
        "trip": trip,
        "kind": RETURN,
        "place": str(trip.window_id),
        "windows": {trip.window_id: trip.kit},
        "shelf": shelf,
        "differ": frozenset(found.differing) if found else frozenset(),
        "asks": found is not None and found.needs_note,
        "two": True,
    }
    return render_template("stock/count.html", form=form, **page), form.status


@bp.post("/kit-trips/<int:kit_trip_id>.pdf")
@gate.requires(Permission.STOCK_VIEW, Permission.REPORT_PRINT)
def custody_pdf(kit_trip_id: int) -> Response:
    """Note who prints, and answer the custody sheet of one trip."""
    trip, form = _trip(kit_trip_id), paper.understood(PrintForm())
    paper.note(PrintedSheet.CUSTODY_SHEET)
    today = edge.act().clinic_day
    figures = custody_sheet.SheetFigures(asked.heading(today, today, form.paper.data), trip)
    return asked.file(custody_sheet.render(figures, speak=edge.speaker()), asked.PDF, "custody-sheet.pdf")


def _prove_taker(form: HandOverForm) -> int:
    """Prove who takes the kit; only who may move stock can answer for it.

    Raises:
        Refused: as for any witness, or no right to move stock here today.
    """
    taker, act = prove_witness(form), edge.act()
    if Permission.STOCK_MOVE not in permissions_of(accounts.roles_of(db.session(), taker, act.site_id, act.clinic_day)):
        words = N_("This person may not move stock here, and so cannot answer for a kit.")
        raise Refused(say(words), code="may_not_hold_a_kit", field=NAME)
    return taker


def _kit(kit_id: int) -> Kit:
    found = records.kit(db.session(), edge.sitting().site_id, kit_id)
    if found is None:
        raise NotFound(say(N_("There is no such kit here.")), code="no_kit")
    return found


def _trip(trip_id: int) -> Trip:
    found = records.trip(db.session(), edge.sitting().site_id, trip_id)
    if found is None:
        raise NotFound(say(N_("There is no such trip of a kit here.")), code="no_trip")
    return found
