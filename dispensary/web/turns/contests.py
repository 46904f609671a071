"""What a person contests, the answer of somebody who had no hand in it, and the answer on paper."""

from flask import Response
from flask_babel import gettext as _

from dispensary.errors import Refused
from dispensary.permissions import Permission
from dispensary.queries import contests as records
from dispensary.rules.contests import ContestFacts
from dispensary.services import contests
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.disclosures.forms import one_line
from dispensary.web.disclosures.paper import into_own_hand
from dispensary.web.once import Work
from dispensary.web.reporting import asked
from dispensary.web.reporting.forms import PrintForm
from dispensary.web.turns.blueprint import Answer, address_of, bp, form_page
from dispensary.web.turns.forms import ContestAnswerForm, ContestForm
from dispensary.wording import N_, say
from models.enums import ConsentScope, ContestResult, PrintedSheet
from reports import contest_answer

NOTHING = say(
    N_(
        "There is nothing to contest: no stop, take-home decision or ending stands that was not contested already."
        " Whatever else the person objects to goes to the clinic head, or into the notes of a session."
    )
)


@bp.route("/of/<int:person_id>/contest", methods=["GET", "POST"])
@gate.requires(Permission.TASK_WORK)
def contest(person_id: int) -> Answer:
    """Take down what somebody does not accept."""
    note_access(person_id, "turns")
    form = ContestForm(said_on=edge.act().clinic_day)
    found = records.contestable(db.session(), person_id, edge.act().site_id)
    if not found and not form.is_submitted():
        raise Refused(NOTHING, code="nothing_to_contest")
    form.offer(found)

    def change(work: Work) -> str:
        if not found:
            raise Refused(NOTHING, code="nothing_to_contest")
        about, subject_id = form.about
        contests.contest(
            work.session,
            person_id=person_id,
            about=about,
            subject_id=subject_id,
            words=one_line(form.words.data),
            said_on=form.said_on.data,
            act=work.act,
        )
        return address_of(person_id)

    hint = _("Somebody who had no hand in it answers, on paper. Until then nothing gets worse for the person.")
    return carried_out(form, change, said=_("It is taken down and waits for its answer.")) or form_page(
        person_id, form, _("Contest a decision"), hint=hint
    )


def _opened(contest_id: int) -> ContestFacts:
    found = records.contest(db.session(), contest_id)
    note_access(found.person_id, "turns")
    return found


@bp.route("/contests/<int:contest_id>/answer", methods=["GET", "POST"])
@gate.requires(Permission.CONTEST_ANSWER)
def answer_contest(contest_id: int) -> Answer:
    """Answer what somebody contests."""
    found, form = _opened(contest_id), ContestAnswerForm()

    def change(work: Work) -> str:
        contests.answer(
            work.session,
            contest_id=contest_id,
            result=ContestResult(form.result.data),
            reason=one_line(form.reason.data),
            may_release=Permission.STOP_RELEASE in edge.sitting().permissions,
            act=work.act,
        )
        return address_of(found.person_id)

    speak = edge.speaker()
    facts = [
        (
            _("Contested: %(what)s", what=speak(found.about)),
            _("“%(words)s” (%(day)s; answer by %(due)s)", words=found.words, day=found.said_on, due=found.answer_by),
        )
    ]
    hint = _("Talk with the person first, and with whoever decided. Taken back, it is taken back at once.")
    return carried_out(form, change, said=_("Answered. Print the answer and hand it over.")) or form_page(
        found.person_id, form, _("Answer a contest"), hint=hint, facts=facts
    )


@bp.post("/contests/<int:contest_id>/answer.pdf")
@gate.requires(Permission.CASEWORK_VIEW, Permission.REPORT_PRINT)
def answer_pdf(contest_id: int) -> Response:
    """Note who prints, and answer the sheet; its name says nothing about anybody."""
    found = _opened(contest_id)
    form, act = PrintForm(), edge.act()
    about = asked.heading(act.clinic_day, act.clinic_day, form.paper.data if form.validate_on_submit() else None)
    figures = contest_answer.figures(db.session(), contest_id, about=about)
    into_own_hand(found.person_id, sheet=PrintedSheet.CONTEST_ANSWER, scopes=frozenset({ConsentScope.IN_TREATMENT}))
    return asked.file(contest_answer.render(figures, speak=edge.speaker()), asked.PDF, "answer.pdf")
