"""Bottles at the window: what goes home now, handed over by one key after the dose, or on a page of its own."""

from dataclasses import dataclass

from flask import flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from dispensary.errors import NotFound
from dispensary.permissions import Permission
from dispensary.queries import bottles as records
from dispensary.queries import call_backs, going_home, handovers, recorded_doses, take_home_reviews, taking_home
from dispensary.queries.call_backs import CallBackOnRecord
from dispensary.queries.going_home import Asked, Terms
from dispensary.queries.recorded_doses import RecordedDose
from dispensary.queries.taking_home import Allowed
from dispensary.rules.bottles import IssuePlan
from dispensary.rules.dosing import DosingFacts
from dispensary.rules.take_home_review import OpenReview
from dispensary.services import bottles, dosing
from dispensary.services.bottles import Handover
from dispensary.web import edge, gate, policies
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.forms import id_in
from dispensary.web.once import Work
from dispensary.web.station.after_dose_forms import DoneForm
from dispensary.web.station.blueprint import bp
from dispensary.web.station.bottle_forms import HandoverForm
from dispensary.web.station.checked import was_checked
from dispensary.web.station.pictures import picture_of
from dispensary.wording import N_, say
from models.enums import Origin

Answer = tuple[str, int] | Response
CHANGED = 409


@bp.route("/<int:person_id>/bottles", methods=["GET", "POST"], endpoint="bottles")
@gate.requires(Permission.BOTTLE_ISSUE)
def bottles_page(person_id: int) -> Answer:
    """Show what goes home on the standing decision, and hand it over."""
    return _hand_over(person_id, None)


@bp.route("/<int:person_id>/bottles/<int:one_off_id>", methods=["GET", "POST"])
@gate.requires(Permission.BOTTLE_ISSUE)
def bottles_once(person_id: int, one_off_id: int) -> Answer:
    """Show what goes home on one-off doses, and hand it over."""
    return _hand_over(person_id, one_off_id)


def _hand_over(person_id: int, one_off_id: int | None) -> Answer:
    picture = picture_of(person_id)
    if picture.identity.root_id is not None:
        return redirect(url_for("station.bottles", person_id=picture.identity.root_id), 303)
    note_access(person_id, "bottles")
    form, act = HandoverForm(), edge.act()
    form.offer(handovers.collectors_of(db.session(), person_id, act.clinic_day))

    def change(work: Work) -> str:
        return _issued(work, form.handover(person_id, one_off_id))

    if answer := carried_out(form, change, origin=Origin.WINDOW):
        return answer
    collected = bool(form.collector_id.data)
    plan = _plan(picture.facts, Asked(one_off_id, collected))
    if request.method == "GET" or form.status == CHANGED:
        form.shown.data = plan.digest
    if was_checked(person_id):
        form.digits.data = picture.facts.check_digits
    page = {
        "picture": picture,
        "plan": plan,
        "allowed": _allowed(person_id),
        "one_off_id": one_off_id,
        "reasons": _spoken(plan),
        "given_today": handovers.issues_of(db.session(), person_id, act.clinic_day),
    }
    return render_template("station/bottles.html", form=form, **page), form.status


@bp.post("/done/<int:dose_id>/bottles")
@gate.requires(Permission.BOTTLE_ISSUE)
def bottles_after(dose_id: int) -> Response:
    """Hand over what the page offered after a dose; where anything is not as usual, its own page says so."""
    form = DoneForm()
    recorded = recorded_doses.recorded(db.session(), dose_id, edge.sitting().site_id)
    if recorded is None:
        raise NotFound(say(N_("There is no such dose here.")), code="no_such_dose")
    page = url_for("station.bottles", person_id=recorded.person_id)
    facts = _facts(recorded.person_id)
    if facts.check_digits or not form.bottles.data:
        return redirect(page, 303)

    def change(work: Work) -> str:
        return _issued(work, Handover(recorded.person_id, form.bottles.data or ""))

    if answer := carried_out(form, change, origin=Origin.WINDOW):
        return answer
    for error in form.form_errors:
        flash(error, "warning")
    return redirect(page, 303)


def _issued(work: Work, handover: Handover) -> str:
    issue = bottles.issue_bottles(work.session, handover=handover, terms=_terms(), act=work.act)
    return url_for("bottles.issue", issue_id=issue.id)


def _facts(person_id: int) -> DosingFacts:
    return dosing.station_facts(db.session(), person_id, edge.act())


def _plan(facts: DosingFacts, asked: Asked) -> IssuePlan:
    act = edge.act()
    return going_home.issue_plan(db.session(), facts, asked, _terms(), site_id=act.site_id, window_id=act.window_id)


def _terms() -> Terms:
    have = edge.settings()
    return Terms(have.rules, have.safety_check_days, policies.take_homes)


def _allowed(person_id: int) -> Allowed:
    return taking_home.allowed(db.session(), person_id, edge.act().clinic_day)


def _spoken(plan: IssuePlan) -> list[tuple[str, str]]:
    speak = edge.speaker()
    return [(speak(r.message), speak(r.next_step)) for r in (*plan.against, *plan.left_out)]


@dataclass(frozen=True)
class Offered:
    """What the page after a dose offers to hand over."""

    plan: IssuePlan
    as_usual: bool
    """It matches the decision and nothing is left out, so that one key hands it over."""


@bp.app_template_global()
def bottles_offered(recorded: RecordedDose | None) -> Offered | None:
    """Return what goes home after the dose just recorded; looked up only for somebody with a decision that stands."""
    if recorded is None or not recorded.takes_home or recorded.reversed_at or not _of_today(recorded):
        return None
    if "bottles_offered" not in g:
        facts = _facts(recorded.person_id)
        plan = _plan(facts, Asked())
        usual = plan.may_go and not plan.left_out and not facts.check_digits
        g.bottles_offered = Offered(plan, usual) if plan.bottles or plan.against or plan.left_out else None
    return g.bottles_offered


@bp.app_template_global()
def open_call_back(person_id: int) -> CallBackOnRecord | None:
    """Return the call-back of somebody of whom the first look says that one stands."""
    return call_backs.open_call_back_of(db.session(), person_id)


@bp.app_template_global()
def open_review(person_id: int) -> OpenReview | None:
    """Return the open review of somebody of whom the first look says that doses go home."""
    return take_home_reviews.open_review(db.session(), person_id)


def _of_today(recorded: RecordedDose) -> bool:
    return recorded.clinic_day == edge.act().clinic_day


def done_form(recorded: RecordedDose | None) -> DoneForm:
    """Return the field of the page after a dose, with what B would hand over."""
    offered = bottles_offered(recorded)
    usual = offered.plan.digest if offered and offered.as_usual else ""
    return DoneForm(dose_id=recorded.id if recorded else "", bottles=usual)


def bottles_of(form: DoneForm) -> Response | None:
    """Return the way to handing over what the page offered after a dose; None if it showed no dose."""
    dose_id = id_in(form.dose_id.data)
    return redirect(url_for("station.bottles_after", dose_id=dose_id), 307) if dose_id else None


def bottle_scanned(code: str | None) -> Response | None:
    """Return the way to taking a bottle back whose code was scanned; None for anything else."""
    bottle_id = records.bottle_of_code(db.session(), code or "", edge.sitting().site_id)
    return redirect(url_for("bottles.back", bottle_id=bottle_id), 303) if bottle_id is not None else None
