"""A person's plan on one page, with its paper; and lapses, which change nothing but what is done together."""

from flask import Response, render_template
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from dispensary.permissions import Permission
from dispensary.queries import people
from dispensary.queries import plans as records
from dispensary.rules.consents import Ground
from dispensary.services import lapses
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.disclosures.forms import SheetForm
from dispensary.web.disclosures.paper import handed_out, into_own_hand
from dispensary.web.once import Work
from dispensary.web.patients.forms import Press
from dispensary.web.plans.blueprint import Answer, address_of, bp, form_page
from dispensary.web.plans.forms import LapseForm
from dispensary.web.reporting import asked
from dispensary.web.reporting.forms import PrintForm
from models.enums import ConsentScope, PrintedSheet
from reports import care_plan


@bp.get("/people/<int:person_id>/plan")
@gate.requires(Permission.CASEWORK_VIEW)
def of_person(person_id: int) -> str:
    """Show the plan that counts, those before it, and lapses."""
    note_access(person_id, "plan")
    session, act = db.session(), edge.act()
    every = records.plans_of(session, person_id)
    episode_id = people.episode_on(session, person_id, act.site_id)
    newest = records.newest_of_episode(session, episode_id) if episode_id else None
    about = asked.heading(act.clinic_day, act.clinic_day)
    return render_template(
        "plans/of_person.html",
        person=people.identity(session, person_id),
        in_treatment=episode_id is not None,
        plan=next((plan for plan in every if plan.id == newest), None),
        earlier=[plan for plan in every if plan.id != newest],
        lapses=records.lapses_of(session, person_id),
        today=act.clinic_day,
        print_form=PrintForm(formdata=None, paper=about.paper),
        press=Press,
    )


@bp.post("/plans/<int:plan_id>/sheet.pdf")
@gate.requires(Permission.CASEWORK_VIEW, Permission.REPORT_PRINT)
def sheet(plan_id: int) -> Response:
    """Note who prints it for the person's own hand, and answer the plan as a sheet; its name says nothing about anybody."""
    person_id = records.plan(db.session(), plan_id).person_id
    note_access(person_id, "plan")
    form, act = PrintForm(), edge.act()
    about = asked.heading(act.clinic_day, act.clinic_day, form.paper.data if form.validate_on_submit() else None)
    figures = care_plan.figures(db.session(), plan_id, about=about)
    into_own_hand(person_id, sheet=PrintedSheet.CARE_PLAN, scopes=frozenset({ConsentScope.PLAN}))
    return asked.file(care_plan.render(figures, speak=edge.speaker()), asked.PDF, "my-plan.pdf")


@bp.route("/plans/<int:plan_id>/hand-out", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_VIEW, Permission.DISCLOSE, Permission.REPORT_PRINT)
def hand_out(plan_id: int) -> Answer:
    """Ask to whom a copy of the plan goes; then answer it as a sheet, where a consent covers it."""
    person_id = people.surviving(db.session(), records.plan(db.session(), plan_id).person_id)
    note_access(person_id, "plan")
    form = SheetForm()
    form.offer_recipients(person_id)

    def draw(session: Session, ground: Ground) -> bytes:
        today = edge.act().clinic_day
        figures = care_plan.figures(session, plan_id, about=asked.heading(today, today))
        return care_plan.render(figures, speak=edge.speaker(), ground=ground)

    told = frozenset({ConsentScope.PLAN})
    return handed_out(
        form, person_id, sheet=PrintedSheet.CARE_PLAN, scopes=told, draw=draw, name="plan.pdf"
    ) or form_page(person_id, form, _("A copy of the plan for somebody else"))


@bp.route("/people/<int:person_id>/lapse", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def lapse(person_id: int) -> Answer:
    """Write down a lapse with the response that was agreed; nothing follows from it by itself."""
    note_access(person_id, "lapse")
    agreed = next((plan.if_a_lapse for plan in records.plans_of(db.session(), person_id)), "")
    form = LapseForm(happened_on=edge.act().clinic_day, response=agreed)

    def change(work: Work) -> str:
        lapses.record_lapse(
            work.session,
            person_id=person_id,
            happened_on=form.happened_on.data,
            told_by_person=form.told_by_person.data,
            response=form.response.data or "",
            act=work.act,
        )
        return address_of(person_id)

    hint = _("Good that it was said. No dose, stop or take-home decision changes by this entry.")
    return carried_out(form, change, said=_("Written down.")) or form_page(person_id, form, _("A lapse"), hint=hint)
