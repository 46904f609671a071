"""Questionnaires of a person: entering one, all of them over time with their picture, and the safety step."""

from flask import Response, abort, render_template, url_for
from flask_babel import gettext as _

from dispensary.permissions import Permission
from dispensary.policy.instruments import definition
from dispensary.queries import instruments as records
from dispensary.queries import people
from dispensary.queries.instruments import Taken
from dispensary.services import instruments
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.assessment.blueprint import Answer, address_of, bp, form_page, word
from dispensary.web.assessment.forms import SafetyForm, TakeBackForm
from dispensary.web.assessment.score_form import ScoreForm
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.reporting import asked, paper
from dispensary.web.reporting.forms import PrintForm
from dispensary.wording import label
from models.enums import Instrument, PrintedSheet, SafetyAction
from reports import charts, score_sheet, score_trend
from reports.page import Heading

SHOWN = 6
"""So many of the newest stand side by side."""


@bp.get("/people/<int:person_id>/scores/<instrument>")
@gate.requires(Permission.CASEWORK_VIEW)
def scores(person_id: int, instrument: str) -> str:
    """Show one questionnaire over time."""
    which = word(Instrument, instrument)
    note_access(person_id, "scores")
    taken = records.scores_of(db.session(), person_id, which)
    return render_template(
        "assessment/scores.html",
        person=people.identity(db.session(), person_id),
        definition=definition(which),
        taken=taken[:SHOWN],
        more=taken[SHOWN:],
        answered={key for one in taken[:SHOWN] for key in one.values},
        drawn=score_trend.can_be_drawn(taken),
        print_form=PrintForm(formdata=None, paper=_about().paper),
    )


@bp.get("/people/<int:person_id>/scores/<instrument>/trend.svg")
@gate.requires(Permission.CASEWORK_VIEW)
def trend(person_id: int, instrument: str) -> Response:
    """Answer a questionnaire over time as a picture."""
    which = word(Instrument, instrument)
    note_access(person_id, "scores")
    taken = records.scores_of(db.session(), person_id, which)
    drawing = score_trend.chart(definition(which), taken, edge.speaker())
    return Response(charts.svg(drawing), content_type="image/svg+xml")


@bp.post("/people/<int:person_id>/scores/<instrument>/sheet.pdf")
@gate.requires(Permission.CASEWORK_VIEW, Permission.REPORT_PRINT)
def sheet(person_id: int, instrument: str) -> Response:
    """Note who prints, and answer a questionnaire over time as a sheet; its name says nothing about anybody."""
    which, form = word(Instrument, instrument), paper.understood(PrintForm())
    note_access(person_id, "scores")
    figures = score_sheet.figures(db.session(), person_id, which, about=_about(form.paper.data))
    paper.note_of_person(PrintedSheet.SCORES, person_id)
    return asked.file(score_sheet.render(figures, speak=edge.speaker()), asked.PDF, "scores.pdf")


def _about(on_paper: str | None = None) -> Heading:
    today = edge.act().clinic_day
    return asked.heading(today, today, on_paper)


@bp.route("/people/<int:person_id>/scores/<instrument>/new", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_VIEW, Permission.HEALTH_ENTER)
def enter(person_id: int, instrument: str) -> Answer:
    """Enter the answers of a questionnaire; where one speaks of self-harm, the safety step comes next."""
    which = word(Instrument, instrument)
    note_access(person_id, "scores")
    form = ScoreForm.asking(definition(which))

    def change(work: Work) -> str:
        score = instruments.score_instrument(
            work.session,
            definition=form.definition,
            values=form.values(),
            taken_on=form.taken_on.data,
            person_id=person_id,
            act=work.act,
        )
        if records.score(work.session, score.id).asks_for_safety:
            return url_for("assessment.safety", score_id=score.id)
        return url_for("assessment.scores", person_id=person_id, instrument=which)

    if answer := carried_out(form, change, said=_("Entered.")):
        return answer
    person = people.identity(db.session(), person_id)
    return render_template("assessment/score.html", person=person, form=form, definition=form.definition), form.status


@bp.route("/scores/<int:score_id>/safety", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_VIEW, Permission.HEALTH_ENTER)
def safety(score_id: int) -> Answer:
    """Record what was done at once about thoughts of self-harm."""
    taken = records.score(db.session(), score_id)
    person_id = taken.person_id
    if person_id is None:
        abort(404)
    note_access(person_id, "safety step")
    form = SafetyForm()

    def change(work: Work) -> str:
        action, note = SafetyAction(form.action.data), form.note.data or ""
        instruments.take_safety_step(work.session, score_id=score_id, action=action, note=note, act=work.act)
        return address_of(person_id)

    return carried_out(form, change, said=_("Recorded.")) or form_page(
        person_id, form, _("Safety step: before the person leaves"), hint=_what_is_asked(taken)
    )


def _what_is_asked(taken: Taken) -> str:
    ask = _(
        "An answer speaks of thoughts of death or self-harm. Ask now: is there a plan, are there means, who is with the "
        "person today? Nobody leaves alone with it. A task for counselling is open; unless talking settled it, the "
        "prescriber is told the same day."
    )
    if taken.mistake is None:
        return ask
    why = {"by": taken.mistake.by, "why": taken.mistake.reason}
    return _("The sheet was taken back by %(by)s: %(why)s. Say what came of asking.", **why) + " " + ask


@bp.route("/scores/<int:score_id>/take-back", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_VIEW, Permission.HEALTH_ENTER)
def take_back(score_id: int) -> Answer:
    """Take back a questionnaire that was entered by mistake."""
    taken = records.score(db.session(), score_id)
    if taken.person_id is None:
        abort(404)
    person_id = people.surviving(db.session(), taken.person_id)
    note_access(person_id, "scores")
    form, back = TakeBackForm(), url_for("assessment.scores", person_id=person_id, instrument=taken.instrument)

    def change(work: Work) -> str:
        instruments.take_back(work.session, score_id=score_id, reason=form.reason.data or "", act=work.act)
        return back

    return carried_out(form, change, said=_("Taken back.")) or form_page(
        person_id, form, _("A questionnaire entered by mistake"), hint=_what_becomes_of(taken), back=back
    )


def _what_becomes_of(taken: Taken) -> str:
    which = _("%(what)s of %(day)s.", what=_(label(taken.instrument)), day=edge.speaker()(taken.taken_on))
    hint = _("It stays to be read, struck through, and counts nowhere; enter it anew if it was mistyped.")
    if not taken.safety_open:
        return f"{which} {hint}"
    stays = _(
        "An answer speaks of thoughts of death or self-harm: the safety step stays open until somebody has asked the person."
    )
    return f"{which} {hint} {stays}"
