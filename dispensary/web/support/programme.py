"""The programme of a pair: begun, at a glance on one screen, on paper for the two, and ended with the next step."""

from flask import Response, render_template, url_for
from flask_babel import gettext as _

from dispensary.permissions import Permission
from dispensary.policy.support import support_rules
from dispensary.queries import groups, people, programme_figures, programmes
from dispensary.queries import support as supporters
from dispensary.services import disclosures, printing
from dispensary.services import programmes as verbs
from dispensary.services.disclosures import Telling
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db, unit_of_work
from dispensary.web.once import Work
from dispensary.web.reporting import asked
from dispensary.web.reporting.forms import PrintForm
from dispensary.web.sessions.blueprint import Answer
from dispensary.web.support.blueprint import address_of_programme, bp, form_page, programme_here
from dispensary.web.support.forms import BeginForm, EndProgrammeForm
from models.enums import DisclosureBasis, DisclosureWay, GroupKind, PrintedSheet, ProgrammeEndReason
from reports import pair_sheet
from reports.pair_sheet import PairFigures


@bp.route("/people/<int:person_id>/programmes/begin", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def begin(person_id: int) -> Answer:
    """Begin the programme of a person and who stands by them."""
    note_access(person_id, "pair")
    act = edge.act()
    here = groups.groups(db.session(), act.site_id, act.clinic_day)
    fit = [one for one in here if one.kind is GroupKind.COMMUNITY_SUPPORT and one.is_open(act.clinic_day)]
    form = BeginForm(starts_on=act.clinic_day)
    form.offer(fit)

    def change(work: Work) -> str:
        begun = verbs.begin_programme(
            work.session,
            person_id=person_id,
            group_id=form.group_id.data,
            starts_on=form.starts_on.data,
            act=work.act,
        )
        return address_of_programme(begun.id)

    hint = _("%(weeks)s weeks, with a group each week. The person joins the group.", weeks=support_rules().weeks)
    if not fit:
        hint = _("There is no open group for community support here. Make one first, under Groups; relatives may come.")
    return carried_out(form, change, said=_("Begun.")) or form_page(
        person_id, form, _("Begin the programme"), hint=hint
    )


@bp.get("/programmes/<int:programme_id>")
@gate.requires(Permission.CASEWORK_VIEW)
def glance(programme_id: int) -> str:
    """Show how a pair is doing, on one screen."""
    shown = programme_here(programme_id)
    session, today = db.session(), edge.act().clinic_day
    weeks = programmes.weeks(session, shown)
    return render_template(
        "support/glance.html",
        person=people.identity(session, shown.person_id),
        programme=shown,
        supporter=supporters.supporter(session, shown.supporter_id, shown.site_id),
        weeks=weeks,
        progress=programme_figures.progress(shown, weeks, today),
        urine=programme_figures.comparison(session, shown, today),
        rules=support_rules(),
        today=today,
        print_form=PrintForm(formdata=None, paper=asked.heading(today, today).paper),
    )


@bp.route("/programmes/<int:programme_id>/end", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def end(programme_id: int) -> Answer:
    """End a programme, with what comes next."""
    shown = programme_here(programme_id)
    form = EndProgrammeForm()

    def change(work: Work) -> str:
        verbs.end_programme(
            work.session,
            programme_id=programme_id,
            reason=ProgrammeEndReason(form.reason.data),
            next_step=form.next_step.data or "",
            act=work.act,
        )
        return address_of_programme(programme_id)

    hint = _("If the supporter left or the consent was taken back, record that at the supporter.")
    back = url_for("support.glance", programme_id=programme_id)
    return carried_out(form, change, said=_("Ended.")) or form_page(
        shown.person_id, form, _("End the programme"), hint=hint, back=back
    )


@bp.post("/programmes/<int:programme_id>/sheet.pdf")
@gate.requires(Permission.CASEWORK_VIEW, Permission.REPORT_PRINT)
def sheet(programme_id: int) -> Response:
    """Note who prints and what is told, and answer the sheet for the pair; its name says nothing about anybody."""
    shown = programme_here(programme_id)
    form, act = PrintForm(), edge.act()
    about = asked.heading(act.clinic_day, act.clinic_day, form.paper.data if form.validate_on_submit() else None)
    with unit_of_work() as session:
        figures = pair_sheet.figures(session, shown, today=act.clinic_day, about=about)
        disclosures.tell(session, person_id=shown.person_id, telling=_telling(figures), act=act)
        printing.note_printed(session, sheet=PrintedSheet.PAIR_SHEET, act=act, person_id=shown.person_id)
    return asked.file(pair_sheet.render(figures, speak=edge.speaker()), asked.PDF, "our-weeks.pdf")


def _telling(figures: PairFigures) -> Telling:
    """Return what is told by the sheet: into the person's own hand, to look at with who stands by them."""
    return Telling(
        basis=DisclosureBasis.TO_THE_PERSON,
        scopes=figures.scopes,
        told=_("The sheet of a pair, to look at together with the supporter."),
        way=DisclosureWay.PRINT,
        recipient=figures.name,
    )
