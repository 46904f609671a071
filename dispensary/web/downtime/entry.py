"""The grid: a whole morning of paper, each row a unit of work of its own.

A row that is recorded leaves the grid; one that has something to say stays as it was typed, with the reasons; nothing is
lost when the page is sent twice, from two terminals, or when the computer dies in the middle.
"""

from collections.abc import Sequence
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from dispensary.errors import Conflict, DomainError, Refused
from dispensary.permissions import Permission
from dispensary.queries import downtime as records
from dispensary.queries import paper_entry as entries
from dispensary.queries.expected import Expected, everyone_expected
from dispensary.rules.paper_entry import REFUSED_LETTERS, WITHHELD_LETTERS, Misread, PaperRow
from dispensary.services import downtime, paper_entry
from dispensary.services.paper_entry import NotAcknowledged
from dispensary.web import edge, gate, kept
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.downtime.blueprint import bp
from dispensary.web.downtime.days import day_in, home_address
from dispensary.web.downtime.forms import EnteredForm, GridForm
from dispensary.web.downtime.reading import Reader, Typed, rows_sent
from dispensary.web.once import SentBefore, Work, once
from dispensary.wording import N_, say
from models.enums import Origin
from models.units import plain

Answer = tuple[str, int] | Response
BLANK_ROWS = 6
"""Rows at the end for people who were not expected."""
AT = {"taken_mg": "m", "at": "t", "outcome": "o", "reason": "r", "witness": "w", "medicine": "x"}
"""Where in a row a fault is shown."""


@bp.route("/<clinic_day>/entry", methods=["GET", "POST"])
@gate.requires(Permission.PAPER_ENTER)
def grid(clinic_day: str) -> Answer:
    """Show the paper of a day as a grid, and record its rows."""
    day, form = day_in(clinic_day), GridForm()
    if not form.validate_on_submit():
        return _grid_page(day, form, rows_sent(request.form.items()) or _keyed_before_the_lock())
    typed = rows_sent(request.form.items())
    staying = _record(day, form, typed)
    recorded = len(typed) - len(staying)
    if recorded:
        flash(ngettext("%(num)d row is recorded.", "%(num)d rows are recorded.", recorded), "done")
    if not staying:
        return redirect(url_for("downtime.grid", clinic_day=day.isoformat()), 303)
    form.status = 422
    return _grid_page(day, form, staying)


@bp.post("/<clinic_day>/entered")
@gate.requires(Permission.PAPER_ENTER)
def entered(clinic_day: str) -> Answer:
    """Sign that all paper of a day is entered."""
    day, form = day_in(clinic_day), EnteredForm()

    def change(work: Work) -> str:
        downtime.sign_entered(work.session, clinic_day=day, sheets=form.sheets.data or 0, act=work.act)
        return home_address()

    said = _("Signed: all paper of %(day)s is entered.", day=day.isoformat())
    return carried_out(form, change, said=said) or _grid_page(day, GridForm(formdata=None), [], form)


def _keyed_before_the_lock() -> list[Typed]:
    """Return the rows that were typed before the terminal locked; what was shown as due is read anew."""
    rows = rows_sent(kept.take_up(lambda name: "-" in name))
    for row in rows:
        row.values.pop("d", None)
        if row.key.startswith("p"):
            row.values["p"] = row.key.removeprefix("p")
    return rows


def _record(day: date, form: GridForm, rows: Sequence[Typed]) -> list[Typed]:
    """Record each row in a unit of work of its own; return those that stay, with what is to be said of them."""
    session, who = db.session(), edge.sitting()
    reader = Reader(
        clinic_day=day,
        settings=edge.settings(),
        hands=entries.hands(session, who.site_id, day),
        people=entries.people_called(session, [row["n"] for row in rows if row["n"]]),
        usual=(form.by.data or "").strip(),
    )
    read = [(typed, reader.read(typed)) for typed in rows]
    return [typed for typed, row in read if row is None or not _recorded(day, form.token.data or "", typed, row)]


def _recorded(day: date, page: str, typed: Typed, row: PaperRow) -> bool:
    """Record one row; return whether it is on record now, from this press or from an earlier one."""
    address = url_for("downtime.grid", clinic_day=day.isoformat())
    try:
        with once(typed.token(page, row), Origin.PAPER) as work:
            rules, speak = edge.settings().rules, edge.speaker()
            paper_entry.enter_row(
                work.session, row=row, clinic_day=day, seen=typed["k"], site=rules, speak=speak, act=work.act
            )
            work.leads_to(address)
    except SentBefore:
        return True
    except DomainError as refusal:
        _say(typed, refusal)
        return False
    return True


def _say(typed: Typed, refusal: DomainError) -> None:
    """Put what stands in the way of a row where it is looked for."""
    if isinstance(refusal, NotAcknowledged):
        typed.mark, kind = refusal.verdict.mark, refusal.verdict.incident
        typed.reasons = [reason.message for reason in refusal.reasons]
        typed.incident = say(N_("It becomes a dosing incident: %(kind)s."), kind=kind) if kind else None
    elif isinstance(refusal, Misread) and refusal.field in AT:
        typed.faults[AT[refusal.field]] = refusal.words
    elif isinstance(refusal, Refused) and refusal.reasons:
        typed.reasons = [words for reason in refusal.reasons for words in (reason.message, reason.next_step)]
    else:
        typed.reasons = [refusal.words]
    if isinstance(refusal, Conflict):
        typed.mark = ""


def _grid_page(
    day: date, form: GridForm, typed: Sequence[Typed], entered_form: EnteredForm | None = None
) -> tuple[str, int]:
    session, act = db.session(), edge.act()
    waiting = records.waiting_day(session, act.site_id, day)
    expected = _still_expected(day) if waiting else []
    signing = entered_form or EnteredForm(formdata=None)
    numbers = entries.numbers_of(session, [row.person_id for row in typed if row.person_id])
    return render_template(
        "downtime/grid.html",
        form=form,
        signing=signing,
        day=day,
        waiting=waiting,
        expected=expected,
        rows=_rows_of(expected, typed),
        others=_others(expected, typed),
        numbers=numbers,
        staying=[(row.key, numbers.get(row.person_id or 0) or row["n"] or row.key) for row in typed if row.stays],
        entered=entries.entered(session, act.site_id, day),
        medicines=entries.medicines(session, act.site_id),
        letters=(WITHHELD_LETTERS, REFUSED_LETTERS),
        names=edge.settings().screen_shows_names,
        window=act.window_id,
        speak=edge.speaker(),
    ), max(form.status, signing.status)


def _still_expected(day: date) -> list[Expected]:
    """Return who was expected on the day and has nothing on record of it yet."""
    act = edge.act()
    people = everyone_expected(
        db.session(), site_id=act.site_id, window_id=None, clinic_day=day, at=min(act.at, edge.now())
    )
    return [row for row in people if row.facts.slot.taken_at is None and not row.facts.turned_away]


def _rows_of(expected: Sequence[Expected], typed: Sequence[Typed]) -> dict[int, Typed]:
    """Return the row of each expected person: as it was typed, or still empty."""
    rows = {row.person_id: row for row in typed if row.key.startswith("p")}
    for who in expected:
        row = rows.setdefault(who.person_id, Typed(f"p{who.person_id}", {}))
        row.values = _carried(who) | row.values
    return {who.person_id: rows[who.person_id] for who in expected}


def _carried(who: Expected) -> dict[str, str]:
    due = who.facts.due_mg
    medicine = f"{who.order.medication}:{who.order.form}"
    return {"p": str(who.person_id), "d": plain(due) if due is not None else "", "x": medicine}


def _others(expected: Sequence[Expected], typed: Sequence[Typed]) -> list[Typed]:
    """Return the rows at the end: those typed for other people, or for who is expected no more, and empty ones."""
    shown = {who.person_id for who in expected}
    staying = [row for row in typed if not (row.key.startswith("p") and row.person_id in shown)]
    numbers = (f"x{n}" for n in range(1, len(staying) + BLANK_ROWS + len(typed) + 1))
    taken = {row.key for row in staying}
    free = [key for key in numbers if key not in taken]
    return [*staying, *(Typed(key, {}) for key in free[:BLANK_ROWS])]
