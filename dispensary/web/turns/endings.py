"""An ending against the person's wish, step by step: proposed, agreed to, told on paper, taken back or carried out."""

from flask import Response
from flask_babel import gettext as _

from dispensary.permissions import Permission
from dispensary.policy.turns import turn_rules
from dispensary.queries import endings as records
from dispensary.queries.people import surviving
from dispensary.rules.endings import EndingFacts, in_the_way
from dispensary.services import discharges, endings
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.disclosures.paper import into_own_hand
from dispensary.web.once import Work
from dispensary.web.reporting import asked
from dispensary.web.reporting.forms import PrintForm
from dispensary.web.turns.blueprint import Answer, address_of, bp, form_page
from dispensary.web.turns.forms import AgreeForm, CarryOutForm, EndingForm, HandedForm, TakeBackForm
from models.enums import Channel, ConsentScope, PrintedSheet
from reports import ending_notice


@bp.route("/of/<int:person_id>/ending", methods=["GET", "POST"])
@gate.requires(Permission.ENDING_PROPOSE)
def propose_ending(person_id: int) -> Answer:
    """Propose to end somebody's treatment against their wish."""
    note_access(person_id, "turns")
    form = EndingForm()
    form.suggest()

    def change(work: Work) -> str:
        endings.propose(work.session, person_id=person_id, proposal=form.proposal, act=work.act)
        return address_of(person_id)

    hint = _(
        "Prescriber and clinic head decide together; this is one of two hands. The person is told in writing and may"
        " contest it; doses go on until the last day, and until a contest is answered."
    )
    return carried_out(form, change, said=_("Proposed. The other of prescriber and clinic head agrees, or not.")) or (
        form_page(person_id, form, _("Propose an ending against the person's wish"), hint=hint)
    )


def _opened(ending_id: int) -> tuple[EndingFacts, int]:
    """Return an ending with whom it is about, once it is noted who opened the record."""
    found = records.ending(db.session(), ending_id)
    person_id = surviving(db.session(), found.person_id)
    note_access(person_id, "turns")
    return found, person_id


def _facts(ending: EndingFacts) -> list[tuple[str, str]]:
    speak = edge.speaker()
    days = _(
        "Notice by %(notice)s; to contest until %(contest)s; doses until %(last)s.",
        notice=ending.notice_on.isoformat(),
        contest=ending.contest_by.isoformat(),
        last=ending.last_day.isoformat(),
    )
    return [
        (_("Proposed by %(by)s: %(why)s", by=ending.proposed_by, why=speak(ending.reason)), ending.account),
        (_("Offered instead"), ending.offered_instead),
        (_("Days"), days),
    ]


@bp.route("/endings/<int:ending_id>/agree", methods=["GET", "POST"])
@gate.requires(Permission.ENDING_PROPOSE)
def agree_ending(ending_id: int) -> Answer:
    """Give the second hand."""
    ending, person_id = _opened(ending_id)
    form = AgreeForm()

    def change(work: Work) -> str:
        endings.agree(work.session, ending_id=ending_id, act=work.act)
        return address_of(person_id)

    return carried_out(form, change, said=_("Both agreed. Print the notice and hand it over.")) or form_page(
        person_id, form, _("Agree to an ending"), facts=_facts(ending)
    )


@bp.post("/endings/<int:ending_id>/notice.pdf")
@gate.requires(Permission.CASEWORK_VIEW, Permission.REPORT_PRINT)
def notice_pdf(ending_id: int) -> Response:
    """Note who prints, and answer the notice; its name says nothing about anybody."""
    _ending, person_id = _opened(ending_id)
    form, act = PrintForm(), edge.act()
    about = asked.heading(act.clinic_day, act.clinic_day, form.paper.data if form.validate_on_submit() else None)
    within = turn_rules().contest_answered_within.days
    figures = ending_notice.figures(db.session(), ending_id, answered_within=within, about=about)
    into_own_hand(person_id, sheet=PrintedSheet.ENDING_NOTICE, scopes=frozenset({ConsentScope.IN_TREATMENT}))
    return asked.file(ending_notice.render(figures, speak=edge.speaker()), asked.PDF, "notice.pdf")


@bp.route("/endings/<int:ending_id>/handed", methods=["GET", "POST"])
@gate.requires(Permission.TASK_WORK)
def hand_notice(ending_id: int) -> Answer:
    """Record that the notice is in the person's hand."""
    ending, person_id = _opened(ending_id)
    form = HandedForm()

    def change(work: Work) -> str:
        endings.hand_notice(work.session, ending_id=ending_id, way=Channel(form.way.data), act=work.act)
        return address_of(person_id)

    hint = _("Read it with the person, say how it is contested, and give naloxone along.")
    return carried_out(form, change, said=_("On record. Doses go on until the last day.")) or form_page(
        person_id, form, _("The notice was handed over"), hint=hint, facts=_facts(ending)
    )


@bp.route("/endings/<int:ending_id>/take-back", methods=["GET", "POST"])
@gate.requires(Permission.ENDING_PROPOSE)
def take_back_ending(ending_id: int) -> Answer:
    """Take a proposed ending back."""
    ending, person_id = _opened(ending_id)
    form = TakeBackForm()

    def change(work: Work) -> str:
        endings.take_back(work.session, ending_id=ending_id, reason=form.reason.data or "", act=work.act)
        return address_of(person_id)

    return carried_out(form, change, said=_("Treatment goes on.")) or form_page(
        person_id, form, _("Take an ending back"), facts=_facts(ending)
    )


@bp.route("/endings/<int:ending_id>/carry-out", methods=["GET", "POST"])
@gate.requires(Permission.ENDING_PROPOSE)
def carry_out_ending(ending_id: int) -> Answer:
    """Carry out an ending on its last day or later; before that the page says what stands in the way."""
    ending, person_id = _opened(ending_id)
    form, speak = CarryOutForm(), edge.speaker()

    def change(work: Work) -> str:
        discharges.carry_out(
            work.session,
            ending_id=ending_id,
            note=form.note.data or "",
            calls=bool(form.calls.data),
            act=work.act,
        )
        return address_of(person_id)

    waits = [(speak(one.message), speak(one.next_step)) for one in in_the_way(ending, edge.act().clinic_day)]
    return carried_out(form, change, said=_("The episode has ended. The way back stays open.")) or form_page(
        person_id, form, _("Carry out an ending"), facts=waits + _facts(ending)
    )
