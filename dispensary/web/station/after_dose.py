"""After a dose, and before it is swallowed: vomited, replaced, spilt, spoke, dissolved."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from dispensary.errors import NotFound
from dispensary.permissions import Permission
from dispensary.queries import after_dose
from dispensary.queries.after_dose import Dissolving, LastDose, Replacement
from dispensary.queries.recorded_doses import RecordedDose
from dispensary.queries.safety_picture import SafetyPicture
from dispensary.rules.dosing import DosingFacts, reasons_to_withhold, shown_digest
from dispensary.rules.stock import Line
from dispensary.services import observations, replacements, spills, vomiting
from dispensary.services.dosing import Shown
from dispensary.web import edge, gate, policies
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.forms import Form, id_in
from dispensary.web.once import Work
from dispensary.web.orders.replacement import meaning_of
from dispensary.web.station.after_dose_forms import SEEN, DissolvedForm, DoneForm, SpiltForm, VomitedForm
from dispensary.web.station.blueprint import bp
from dispensary.web.station.checked import was_checked
from dispensary.web.station.commands import Command, read
from dispensary.web.station.forms import ConfirmForm
from dispensary.web.station.pictures import picture_of, reasons_of
from dispensary.web.station.timing import scanned_at
from dispensary.web.witness import prove_witness
from dispensary.wording import N_, say
from models.enums import Origin

Answer = tuple[str, int] | Response
CHANGED = 409
MINUTE = timedelta(minutes=1)


@bp.route("/<int:person_id>/vomited", methods=["GET", "POST"])
@gate.requires(Permission.DOSE_RECORD)
def vomited(person_id: int) -> Answer:
    """Record that the last dose of today came up again, then show what the policy says of it."""
    note_access(person_id, "vomited")
    form = VomitedForm()

    def change(work: Work) -> str:
        vomiting.record_vomiting(
            work.session,
            person_id=person_id,
            dose_id=id_in(form.dose_id.data),
            minutes_after=form.minutes_after.data or 0,
            witnessed=form.witnessed.data == SEEN,
            note=form.note.data or "",
            bands=policies.vomit_bands(),
            act=work.act,
        )
        return url_for("station.vomited", person_id=person_id)

    return carried_out(form, change, origin=Origin.WINDOW) or _vomited(person_id, form)


def _vomited(person_id: int, form: VomitedForm) -> Answer:
    picture, act = picture_of(person_id), edge.act()
    dose = after_dose.last_dose(db.session(), person_id, act.clinic_day)
    if dose is not None and (request.method == "GET" or form.status == CHANGED):
        form.dose_id.data, form.minutes_after.data = str(dose.id), (act.at - dose.taken_at) // MINUTE
    page = {"form": form, "picture": picture, "dose": dose, "meaning": meaning_of(dose)}
    return render_template("station/vomited.html", **page), form.status


@bp.route("/doses/<int:dose_id>/replace", methods=["GET", "POST"])
@gate.requires(Permission.DOSE_RECORD)
def replace(dose_id: int) -> Answer:
    """Give what a prescriber ordered in place of a dose that came up: exactly F records, a card is the next person."""
    dose = after_dose.dose(db.session(), dose_id, edge.sitting().site_id)
    if dose is None:
        raise NotFound(say(N_("There is no such dose here.")), code="no_such_dose")
    picture = picture_of(dose.person_id)
    if picture.identity.root_id is not None:
        picture = picture_of(picture.identity.root_id)
    note_access(picture.identity.person_id, "replacement")
    form = ConfirmForm()
    if form.validate_on_submit() and (answer := _replace(picture, dose_id, form)):
        return answer
    return _replacement_page(picture, dose_id, form)


def _replace(picture: SafetyPicture, dose_id: int, form: ConfirmForm) -> Answer | None:
    """Act on what was typed, or say what is wrong with it."""
    person_id, typed, digits = picture.identity.person_id, read(form.scan.data), picture.facts.check_digits

    def change(work: Work) -> str:
        shown = Shown(person_id, form.shown.data or "", form.digits.data or "", scanned_at(person_id))
        site = edge.settings().rules
        dose = replacements.give_replacement(work.session, shown=shown, dose_id=dose_id, site=site, act=work.act)
        return url_for("station.done", dose_id=dose.id)

    match typed.command:
        case Command.FIT:
            return carried_out(form, change, origin=Origin.WINDOW)
        case Command.DIGITS if digits and typed.text == digits:
            form.digits.data = typed.text
            return None
        case Command.SEARCH | Command.DIGITS if not (digits and typed.command is Command.DIGITS):
            return redirect(url_for("station.find"), 307)
    form.scan.errors = [_("Nothing was recorded. To give the replacement, type a capital F.")]
    form.status = 422
    return None


def _replacement_page(picture: SafetyPicture, dose_id: int, form: ConfirmForm) -> Answer:
    person_id, act, site = picture.identity.person_id, edge.act(), edge.settings().rules
    waiting = after_dose.waiting_replacement(db.session(), person_id, act.clinic_day)
    if waiting is not None and waiting.dose_id != dose_id:
        waiting = None
    facts = replacements.facts_at_window(db.session(), picture.facts, waiting, act) if waiting else None
    if facts is not None and request.method == "GET":
        form.shown.data = shown_digest(facts, site)
    if was_checked(person_id):
        form.digits.data = picture.facts.check_digits
    form.scan.data = ""
    page = {"form": form, "picture": picture, "waiting": waiting, "facts": facts, "reasons": _reasons(facts)}
    return render_template("station/replace.html", **page), form.status


def _reasons(facts: DosingFacts | None) -> list[tuple[str, str]]:
    speak = edge.speaker()
    reasons = reasons_to_withhold(facts, edge.settings().rules) if facts else []
    return [(speak(reason.message), speak(reason.next_step)) for reason in reasons]


@bp.route("/<int:person_id>/spilt", methods=["GET", "POST"])
@gate.requires(Permission.DOSE_RECORD)
def spilt(person_id: int) -> Answer:
    """Record that a poured dose was spilt before it was swallowed; it may be poured again."""
    note_access(person_id, "spilt")
    form = SpiltForm()

    def change(work: Work) -> str:
        spills.record_spill(
            work.session,
            shown=Shown(person_id, form.shown.data or ""),
            site=edge.settings().rules,
            note=form.note.data or "",
            witnessed_by_id=work.witness_id,
            act=work.act,
        )
        return url_for("station.person", person_id=person_id)

    said = _("It is recorded as waste. The dose of today may be given again: F.")
    if answer := carried_out(form, change, said=said, origin=Origin.WINDOW, witness=lambda: prove_witness(form)):
        return answer
    picture = picture_of(person_id)
    if request.method == "GET" or form.status == CHANGED:
        form.shown.data = shown_digest(picture.facts, edge.settings().rules)
    return render_template("station/spilt.html", form=form, picture=picture, reasons=reasons_of(picture)), form.status


@bp.post("/done/<int:dose_id>/spoke")
@gate.requires(Permission.DOSE_RECORD)
@gate.of_any_site
def spoke(dose_id: int) -> Response:
    """Note that the person spoke after the dose, so that it was swallowed."""
    form = DoneForm()
    done = url_for("station.done", dose_id=dose_id)

    def change(work: Work) -> str:
        observations.note_spoke(work.session, dose_id=dose_id, act=work.act)
        return done

    if read(form.scan.data).command is not Command.SPOKE:
        return redirect(done, 303)
    return carried_out(form, change, origin=Origin.WINDOW) or _told(form, done)


@bp.post("/doses/<int:dose_id>/dissolved")
@gate.requires(Permission.DOSE_RECORD)
@gate.of_any_site
def dissolved(dose_id: int) -> Response:
    """Note that a tablet or film dissolved, or that nobody saw it; then back to where the nurse was."""
    form = DissolvedForm()
    home = url_for("station.home")
    back = url_for("station.done", dose_id=id_in(form.back.data)) if form.back.data else home

    def change(work: Work) -> str:
        observations.note_dissolved(work.session, dose_id=dose_id, seen=form.seen.data == SEEN, act=work.act)
        return back

    return carried_out(form, change, origin=Origin.WINDOW) or _told(form, back)


def _told(form: Form, back: str) -> Response:
    for error in [*form.form_errors, *(text for field in form for text in field.errors)]:
        flash(error, "warning")
    return redirect(back, 303)


def spoke_of(form: DoneForm) -> Response | None:
    """Return the way to noting S for the dose that the page showed; None if it showed none."""
    dose_id, form.dose_id.data = id_in(form.dose_id.data), ""
    return redirect(url_for("station.spoke", dose_id=dose_id), 307) if dose_id else None


@bp.app_template_global()
def still_dissolving() -> list[Dissolving]:
    """Return the tablets and films given here today of which nobody has noted yet what became of them."""
    act = edge.act()
    return after_dose.dissolving(db.session(), act.site_id, act.clinic_day)


@bp.app_template_global()
def minutes_since(at: datetime) -> int:
    """Return the whole minutes from a moment until now."""
    return max(edge.now() - at, timedelta(0)) // MINUTE


@bp.app_template_global()
def stays_until(recorded: RecordedDose) -> datetime | None:
    """Return until when somebody is asked to stay after the first dose of an episode; None after any other."""
    observe = edge.settings().first_dose_observation
    first = recorded.first_of_episode and recorded.taken_mg and not recorded.reversed_at
    return recorded.taken_at + observe if first and observe else None


@dataclass(frozen=True)
class CameUp:
    """What came up of today's dose, and what a prescriber ordered in its place."""

    dose: LastDose
    waiting: Replacement | None
    lines: tuple[Line, ...]
    replaced_at: datetime | None


@bp.app_template_global()
def came_up_today(picture: SafetyPicture) -> CameUp | None:
    """Return what came up today; looked up only for somebody who was dosed here today."""
    if picture.dose_today is None:
        return None
    session, act, person_id = db.session(), edge.act(), picture.identity.person_id
    dose = after_dose.vomited_dose(session, person_id, act.clinic_day)
    if dose is None:
        return None
    waiting = after_dose.waiting_replacement(session, person_id, act.clinic_day)
    lines = after_dose.replacement_lines(session, waiting, act.window_id, act.clinic_day) if waiting else None
    return CameUp(dose, waiting, lines or (), after_dose.replaced_at(session, dose.id))
