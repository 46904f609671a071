"""Printing the downtime pack, and ticking what became of each copy."""

from datetime import date

from flask import Response
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from dispensary.permissions import Permission
from dispensary.queries import downtime as records
from dispensary.services import downtime
from dispensary.web import edge, gate
from dispensary.web.changes import carried_out
from dispensary.web.database import db, unit_of_work
from dispensary.web.downtime.blueprint import bp
from dispensary.web.downtime.days import home_address, home_page
from dispensary.web.downtime.forms import PackForm, TickForm
from dispensary.web.once import Work
from dispensary.web.reporting import asked
from models.enums import PackCopyFate
from reports import downtime_pack
from reports.downtime_pack import PackFigures, Printing


@bp.post("/pack.pdf")
@gate.requires(Permission.PAPER_ENTER)
def pack() -> Response | tuple[str, int]:
    """Note the printing and answer the pack; each press is a printing of its own, with copies to account for."""
    form = PackForm()
    if not form.validate_on_submit():
        return home_page(pack=form)
    day, copies = form.clinic_day.data, form.copies.data or 0
    with unit_of_work() as session:
        made = downtime.note_pack(session, clinic_day=day, copies=copies, act=edge.act())
    figures = _figures(day, Printing(made.printing, copies), form.paper.data)
    content = downtime_pack.render(figures, speak=edge.speaker())
    return asked.file(content, asked.PDF, f"downtime-pack-{day.isoformat()}.pdf")


@bp.post("/packs/<int:pack_id>/copies/<int:copy>")
@gate.requires(Permission.PAPER_ENTER)
def tick(pack_id: int, copy: int) -> tuple[str, int] | BaseResponse:
    """Tick what became of one copy."""
    form = TickForm()

    def change(work: Work) -> str:
        fate = PackCopyFate(form.fate.data)
        downtime.tick_copy(work.session, pack_id=pack_id, copy=copy, fate=fate, act=work.act)
        return home_address()

    return carried_out(form, change, said=_("Copy %(n)d is ticked.", n=copy)) or home_page(tick=form)


def _figures(day: date, printing: Printing, on_paper: str) -> PackFigures:
    who, settings = edge.sitting(), edge.settings()
    return downtime_pack.figures(
        db.session(),
        who.site_id,
        clinic_day=day,
        window_id=who.window_id or records.first_window(db.session(), who.site_id),
        site=settings.rules,
        printing=printing,
        about=asked.heading(day, day, on_paper),
    )
