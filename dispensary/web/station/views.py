"""The pages of the dosing station."""

from decimal import Decimal

from flask import Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from dispensary.permissions import Permission
from dispensary.queries import incidents, people, recorded_doses
from dispensary.queries import queue as waiting
from dispensary.queries.safety_picture import SafetyPicture
from dispensary.rules.dosing import seen_first, shown_digest
from dispensary.services import dose_reversals
from dispensary.services import dosing as verbs
from dispensary.services.dosing import Shown
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.alerts import health_at_window
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.station.after_dose import spoke_of
from dispensary.web.station.after_dose_forms import DoneForm
from dispensary.web.station.blueprint import bp
from dispensary.web.station.bottles import bottle_scanned, bottles_of, done_form
from dispensary.web.station.checked import forget_checked, note_checked, note_seen, was_checked, was_seen
from dispensary.web.station.commands import OPENS, Command, Typed, read
from dispensary.web.station.counts import counts_of
from dispensary.web.station.forms import ConfirmForm, PartForm, RefuseForm, ReverseForm, ScanForm, WithholdForm
from dispensary.web.station.pictures import picture_of, reasons_of
from dispensary.web.station.re_entry import gate_at_window
from dispensary.web.station.shift_notes import unread_notes
from dispensary.web.station.timing import note_opened, note_scan, scanned_at, served
from dispensary.web.witness import prove_witness
from models import Dose
from models.enums import DoseOutcome, NoticeKind, Origin, RefusedReason, ReversalReason, WithheldReason
from models.units import Mg

Answer = tuple[str, int] | BaseResponse
NOTHING = Decimal(0)
CHANGED = 409
"""The answer that says what changed; it shows the picture as it is now."""


@bp.get("")
@gate.requires(Permission.STATION_USE)
def home() -> Answer:
    """Show the field and the queue."""
    return _home(ScanForm())


@bp.post("")
@gate.requires(Permission.STATION_USE)
def find() -> Answer:
    """Open the person whose card, number or name was entered."""
    form = DoneForm()
    if not form.validate_on_submit():
        form.dose_id.data = ""
        return _home(form)
    command = read(form.scan.data).command
    if command is Command.SPOKE and (answer := spoke_of(form)):
        return answer
    if command is Command.BOTTLES and (answer := bottles_of(form)):
        return answer
    form.dose_id.data = ""
    if command not in (Command.SEARCH, Command.DIGITS, Command.NOTHING):
        form.scan.errors = [_not_here(command)]
        form.status, form.scan.data = 422, ""
        return _home(form)
    return _find(form)


@bp.get("/done/<int:dose_id>")
@gate.requires(Permission.STATION_USE)
@gate.of_any_site
def done(dose_id: int) -> Answer:
    """Show what was recorded last, with the field ready for the next person."""
    recorded = recorded_doses.recorded(db.session(), dose_id, edge.sitting().site_id)
    if recorded and recorded.clinic_day != edge.act().clinic_day:  # not the dose just given, whose page noted it
        note_access(recorded.person_id, "station")
    return _home(done_form(recorded) if recorded else ScanForm(), recorded=recorded)


@bp.get("/queue")
@gate.requires(Permission.STATION_USE)
@gate.quiet
def queue() -> BaseResponse:
    """Answer the queue alone, for the page that asks every few seconds; unchanged costs next to nothing."""
    act = edge.act()
    mark = waiting.queue_mark(db.session(), site_id=act.site_id, clinic_day=act.clinic_day, at=act.at)
    answer = Response()
    answer.set_etag(mark)
    answer.headers["Cache-Control"] = "no-store"
    if request.if_none_match.contains(mark):
        answer.status_code = 304
        return answer
    answer.set_data(render_template("station/_queue.html", **_queue()))
    return answer


@bp.get("/<int:person_id>")
@gate.requires(Permission.STATION_USE)
def person(person_id: int) -> Answer:
    """Show the whole safety picture of one person."""
    picture = picture_of(person_id)
    if picture.identity.root_id is not None:
        return redirect(url_for("station.person", person_id=picture.identity.root_id), 303)
    note_access(person_id, "station")
    note_opened(person_id)
    forget_checked()
    return _person(picture, ConfirmForm())


@bp.post("/<int:person_id>")
@gate.requires(Permission.DOSE_RECORD)
def confirm(person_id: int) -> Answer:
    """Act on what was typed on a person's page: exactly F records, all else leads somewhere or nowhere."""
    form = ConfirmForm()
    if not form.validate_on_submit():
        return _person(picture_of(person_id), form)
    typed = read(form.scan.data)
    match typed.command:
        case Command.FIT:
            return _give(person_id, form)
        case Command.DIGITS | Command.NOT_INTOXICATED:
            seen = typed.command is Command.NOT_INTOXICATED
            return _seen(person_id, form) if seen else _check_identity(person_id, form, typed)
        case Command.ALMOST_FIT | Command.SPOKE:
            form.scan.errors, form.status = [_not_here(typed.command)], 422
            return _person(picture_of(person_id), form)
        case Command.SEARCH:
            return _find(form)
    page = typed.command.name.lower() if typed.command in OPENS.values() else "person"
    return redirect(url_for(f"station.{page}", person_id=person_id), 303)


def _not_here(command: Command) -> str:
    """Return why a key did nothing on the page where it was typed."""
    if command is Command.ALMOST_FIT and (request.view_args or {}):
        return _("Nothing was recorded. To confirm the dose, type a capital F.")
    if command is Command.NOT_INTOXICATED and (request.view_args or {}):
        return _("N says “seen, not intoxicated”, where days without medicine ask for it. Here nothing was recorded.")
    if command is Command.SPOKE:
        return _("S notes “spoke, swallowed” on the page right after a dose. Here nothing was recorded.")
    return _("Nobody is open here, so nothing was recorded. Scan a card, or type a name or number.")


def _check_identity(person_id: int, form: ConfirmForm, typed: Typed) -> Answer:
    """Take two digits as the answer to the question that a like name raises; elsewhere they are a search."""
    picture = picture_of(person_id)
    if not picture.facts.check_digits:
        return _find(form)
    if typed.text == picture.facts.check_digits:
        form.digits.data = typed.text
        note_checked(person_id)
    else:
        form.scan.errors = [
            _("These are not the last two digits of this number. Compare the photos; nothing was recorded.")
        ]
        form.status = 422
    return _person(picture, form)


def _seen(person_id: int, form: ConfirmForm) -> Answer:
    """Take N as the word that the person was seen and is not intoxicated, where the re-entry gate asks for it."""
    picture = picture_of(person_id)
    if seen_first(picture.facts, edge.settings().rules):
        note_seen(person_id)
    else:
        form.scan.errors, form.status = [_not_here(Command.NOT_INTOXICATED)], 422
    return _person(picture, form)


def _give(person_id: int, form: ConfirmForm) -> Answer:
    def change(work: Work) -> str:
        return _done(
            verbs.record_dose(work.session, shown=_shown(person_id, form), site=edge.settings().rules, act=work.act)
        )

    if answer := carried_out(form, change, origin=Origin.WINDOW):
        return answer
    picture = picture_of(person_id)
    if picture.facts.lines and picture.facts.injection:
        return redirect(url_for("station.injection", person_id=person_id), 303)
    return _person(picture, form)


@bp.route("/<int:person_id>/part", methods=["GET", "POST"])
@gate.requires(Permission.DOSE_RECORD)
def part(person_id: int) -> Answer:
    """Record that only a part was swallowed; the rest is waste with a witness."""
    form = PartForm()

    def change(work: Work) -> str:
        dose = verbs.record_part_dose(
            work.session,
            shown=_shown(person_id, form),
            site=edge.settings().rules,
            taken_mg=Mg(form.taken_mg.data or NOTHING),
            reason=RefusedReason(form.reason.data),
            witnessed_by_id=work.witness_id,
            act=work.act,
        )
        return _done(dose)

    if answer := carried_out(form, change, origin=Origin.WINDOW, witness=lambda: prove_witness(form)):
        return answer
    _note_look(person_id)
    picture = picture_of(person_id)
    if request.method == "GET" or form.status == CHANGED:
        form.shown.data = shown_digest(picture.facts, edge.settings().rules)
    if was_checked(person_id):
        form.digits.data = picture.facts.check_digits
    return render_template("station/part.html", form=form, picture=picture, reasons=reasons_of(picture)), form.status


@bp.route("/<int:person_id>/withhold", methods=["GET", "POST"])
@gate.requires(Permission.DOSE_RECORD)
def withhold(person_id: int) -> Answer:
    """Record that staff gives no dose, and why."""
    form = WithholdForm()

    def change(work: Work) -> str:
        reason, note = WithheldReason(form.reason.data), form.note.data or ""
        site = edge.settings().rules
        dose = verbs.withhold_dose(work.session, person_id=person_id, reason=reason, note=note, site=site, act=work.act)
        return _done(dose)

    answer = carried_out(form, change, origin=Origin.WINDOW)
    return answer or _no_dose(person_id, form, _("Withhold the dose"))


@bp.route("/<int:person_id>/refuse", methods=["GET", "POST"])
@gate.requires(Permission.DOSE_RECORD)
def refuse(person_id: int) -> Answer:
    """Record that the person takes no dose."""
    form = RefuseForm()

    def change(work: Work) -> str:
        reason, note = RefusedReason(form.reason.data), form.note.data or ""
        site = edge.settings().rules
        dose = verbs.refuse_dose(work.session, person_id=person_id, reason=reason, note=note, site=site, act=work.act)
        return _done(dose)

    answer = carried_out(form, change, origin=Origin.WINDOW)
    return answer or _no_dose(person_id, form, _("Dose refused"))


@bp.route("/doses/<int:dose_id>/reverse", methods=["GET", "POST"])
@gate.requires(Permission.DOSE_REVERSE)
def reverse(dose_id: int) -> Answer:
    """Reverse a record of what did not happen."""
    form = ReverseForm()

    def change(work: Work) -> str:
        dose_reversals.reverse_dose(
            work.session,
            dose_id=dose_id,
            reason=ReversalReason(form.reason.data),
            note=form.note.data or "",
            poured=form.poured.data,
            witnessed_by_id=work.witness_id,
            act=work.act,
        )
        return url_for("station.done", dose_id=dose_id)

    dose = recorded_doses.recorded(db.session(), dose_id, edge.sitting().site_id)
    if dose is None:
        abort(404)
    _note_look(dose.person_id)
    mistaken = dose.outcome is DoseOutcome.INCIDENT
    witness = (lambda: prove_witness(form)) if form.poured.data or mistaken else None
    answer = carried_out(form, change, origin=Origin.WINDOW, witness=witness)
    return answer or (render_template("station/reverse.html", form=form, dose=dose), form.status)


def _shown(person_id: int, form: ConfirmForm | PartForm) -> Shown:
    return Shown(person_id, form.shown.data or "", form.digits.data or "", scanned_at(person_id), was_seen(person_id))


def _done(dose: Dose) -> str:
    served(dose.person_id)
    forget_checked()
    return url_for("station.done", dose_id=dose.id)


def _no_dose(person_id: int, form: WithholdForm | RefuseForm, title: str) -> Answer:
    _note_look(person_id)
    picture = picture_of(person_id)
    return render_template("station/no_dose.html", form=form, picture=picture, title=title), form.status


def _note_look(person_id: int) -> None:
    """Note whose page is opened; what is sent from it was noted when it was opened."""
    if request.method == "GET":
        note_access(person_id, "station")


def _home(form: ScanForm, recorded: recorded_doses.RecordedDose | None = None) -> Answer:
    watched = incidents.watched(db.session(), edge.sitting().site_id, edge.now())
    page = {"recorded": recorded, "watched": watched, "shift_notes": unread_notes(), **_queue()}
    return render_template("station/home.html", form=form, **page), form.status


def _queue() -> dict[str, object]:
    act = edge.act()
    rows = waiting.queue(db.session(), site_id=act.site_id, clinic_day=act.clinic_day)
    waits = [row for row in rows if row.parts_taken < row.parts]
    speak = edge.speaker()
    return {
        "waiting": waits,
        "counts": counts_of([row.person_id for row in waits]),
        "came": [row for row in rows if row.parts_taken >= row.parts],
        "window": url_for("station.home"),
        "speak": speak,
        "labels": {outcome: speak(outcome) for outcome in DoseOutcome},
        "day": act.clinic_day,
        "names": edge.settings().screen_shows_names,
    }


def _person(picture: SafetyPicture, form: ConfirmForm) -> Answer:
    if request.method == "GET":  # what was sent and did not count keeps its digest: a second F without a look fails too
        form.shown.data = shown_digest(picture.facts, edge.settings().rules)
    form.scan.data = ""
    page = {
        "picture": picture,
        "reasons": reasons_of(picture),
        "health": health_at_window(picture),
        "gate": gate_at_window(picture),
        "notice_kinds": NoticeKind,
    }
    return render_template("station/person.html", form=form, **page), form.status


def _find(form: ScanForm) -> Answer:
    if answer := bottle_scanned(form.scan.data):
        return answer
    found = people.find_people(db.session(), form.scan.data or "")
    note_scan(found.people[0].id if len(found.people) == 1 else None)
    if len(found.people) == 1 and not found.revoked:
        return redirect(url_for("station.person", person_id=found.people[0].id), 303)
    if found.card and found.revoked:
        form.scan.errors = [edge.speaker()(found.card.no_longer)]
    elif not found.people and (form.scan.data or "").strip():
        form.scan.errors = [_("Nobody is found under this. Try a part of the name, or the number.")]
    form.status = 422 if form.scan.errors else 200
    form.scan.data = ""
    return render_template("station/matches.html", form=form, found=found), form.status
