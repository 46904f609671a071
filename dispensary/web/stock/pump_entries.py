"""What is written into a pump's log: primes, calibrations, changes of the reservoir, cleanings, and entries taken back."""

from collections.abc import Callable

from flask import render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from dispensary.permissions import Permission
from dispensary.queries import pumps as records
from dispensary.queries.pumps import PumpCard
from dispensary.services import pumps as services
from dispensary.web import edge, gate
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.forms import Form, id_in
from dispensary.web.once import Work
from dispensary.web.stock.blueprint import bp
from dispensary.web.stock.pump_forms import (
    CalibrationForm,
    CleaningForm,
    PouredForm,
    PrimeForm,
    ReservoirForm,
    TakeBackEntryForm,
)
from dispensary.web.stock.pumps import card_of
from dispensary.web.witness import prove_witness
from models.units import Quantity
from reports import pump_log as report

Answer = tuple[str, int] | Response


@bp.route("/pumps/<int:pump_id>/prime", methods=["GET", "POST"])
@gate.requires(Permission.PUMP_RECORD)
def prime_pump(pump_id: int) -> Answer:
    """Record that a pump was primed."""
    card = card_of(pump_id)
    form = PrimeForm(shown=_shown(card))

    def change(work: Work) -> str:
        assert form.quantity.data is not None
        services.prime(
            work.session,
            pump_id=pump_id,
            shown=id_in(form.shown.data),
            quantity=Quantity(form.quantity.data),
            poured=form.poured_out(work.witness_id),
            act=work.act,
        )
        return url_for("stock.pump", pump_id=pump_id)

    return carried_out(form, change, witness=_witness(form)) or _page(form, pump_id, _("Prime a pump"))


@bp.route("/pumps/<int:pump_id>/calibrate", methods=["GET", "POST"])
@gate.requires(Permission.PUMP_RECORD)
def calibrate_pump(pump_id: int) -> Answer:
    """Record a calibration; whether it passes is worked out from what was measured."""
    card = card_of(pump_id)
    form = CalibrationForm(shown=_shown(card))

    def change(work: Work) -> str:
        assert form.asked.data is not None
        services.calibrate(
            work.session,
            pump_id=pump_id,
            shown=id_in(form.shown.data),
            asked=Quantity(form.asked.data),
            measured=form.volumes(),
            means=form.means.data or "",
            poured=form.poured_out(work.witness_id),
            act=work.act,
        )
        return url_for("stock.pump", pump_id=pump_id)

    return carried_out(form, change, witness=_witness(form)) or _page(form, pump_id, _("Calibrate a pump"))


@bp.route("/pumps/<int:pump_id>/reservoir", methods=["GET", "POST"])
@gate.requires(Permission.PUMP_RECORD)
def change_reservoir(pump_id: int) -> Answer:
    """Record which container was put into the reservoir."""
    card = card_of(pump_id)
    form = ReservoirForm(shown=_shown(card))
    form.offer(records.standing_open(db.session(), card), first=card.loaded is None)

    def change(work: Work) -> str:
        services.change_reservoir(
            work.session,
            pump_id=pump_id,
            shown=id_in(form.shown.data),
            container_id=id_in(form.container_id.data),
            rest=form.rest_of_it,
            note=form.note.data or "",
            act=work.act,
        )
        return url_for("stock.pump", pump_id=pump_id)

    return carried_out(form, change) or _page(form, pump_id, _("Change a pump's reservoir"))


@bp.route("/pumps/<int:pump_id>/clean", methods=["GET", "POST"])
@gate.requires(Permission.PUMP_RECORD)
def clean_pump(pump_id: int) -> Answer:
    """Record that a pump was cleaned."""
    card_of(pump_id)
    form = CleaningForm()

    def change(work: Work) -> str:
        services.clean(
            work.session, pump_id=pump_id, means=form.means.data or "", note=form.note.data or "", act=work.act
        )
        return url_for("stock.pump", pump_id=pump_id)

    return carried_out(form, change) or _page(form, pump_id, _("Clean a pump"))


@bp.route("/pumps/entries/<int:pump_event_id>/take-back", methods=["GET", "POST"])
@gate.requires(Permission.PUMP_RECORD)
def take_back_pump_event(pump_event_id: int) -> Answer:
    """Take back an entry that was a mistake; what it wasted comes back into stock before a witness."""
    line = records.event(db.session(), pump_event_id, edge.sitting().site_id)
    form = TakeBackEntryForm()

    def change(work: Work) -> str:
        services.take_back(
            work.session,
            event_id=pump_event_id,
            reason=form.reason.data or "",
            witnessed_by_id=work.witness_id,
            act=work.act,
        )
        return url_for("stock.pump", pump_id=line.pump_id)

    witness = (lambda: prove_witness(form)) if line.movement_id is not None else None
    answer = carried_out(form, change, witness=witness)
    return answer or (
        render_template(
            "stock/pump_take_back.html",
            form=form,
            card=card_of(line.pump_id),
            line=line,
            report=report,
            speak=edge.speaker(),
        ),
        form.status,
    )


def _shown(card: PumpCard) -> str:
    return str(card.loaded.event_id) if card.loaded else ""


def _witness(form: PouredForm) -> Callable[[], int] | None:
    return (lambda: prove_witness(form)) if form.is_wasted else None


def _page(form: Form, pump_id: int, title: str) -> tuple[str, int]:
    """Return the form beside the pump as it stands now; a page that was too old shows anew what it is sent with."""
    card = card_of(pump_id)
    if form.status == 409 and "shown" in form:  # noqa: PLR2004 - a conflict
        form["shown"].data = _shown(card)
    rule = records.rule_in_force(db.session(), card.site_id)
    return (
        render_template("stock/pump_entry.html", form=form, card=card, rule=rule, title=title, report=report),
        form.status,
    )
