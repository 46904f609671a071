"""One person's urine tests, and the forms on which they are recorded, read, confirmed and decided about."""

from flask import render_template, url_for
from flask_babel import gettext as _

from dispensary.permissions import Permission
from dispensary.policy.urine import urine_policy
from dispensary.queries import people, urine_draws, urine_schedule, urines
from dispensary.queries.urines import UrineLine
from dispensary.rules.urine import Expected
from dispensary.services import urines as verbs
from dispensary.services.urines import Asked
from dispensary.web import edge, gate, policies
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.urine.blueprint import Answer, address_of, bp, form_page
from dispensary.web.urine.forms import ConfirmForm, ReadForm, RecordForm, ReviewForm, TakeBackForm
from models import UrineTest
from models.enums import UrineOccasion, UrineOutcome


@bp.get("/people/<int:person_id>/urine")
@gate.requires(Permission.CASEWORK_VIEW)
def of_person(person_id: int) -> str:
    """Show every urine of a person, what it showed and what was made of it."""
    note_access(person_id, "urine")
    session, act = db.session(), edge.act()
    due = urine_schedule.due_list(session, act.site_id, act.clinic_day, policies.minimums())
    return render_template(
        "urine/of_person.html",
        person=people.identity(session, person_id),
        lines=urines.of_person(session, person_id),
        due=next((one for one in due if one.person_id == person_id), None),
        drawn=_drawn(person_id),
        policy=urine_policy(),
    )


@bp.route("/people/<int:person_id>/urine/new", methods=["GET", "POST"])
@gate.requires(Permission.URINE_RECORD)
def record(person_id: int) -> Answer:
    """Record that a urine was asked for, and what became of it."""
    note_access(person_id, "urine")
    usual = UrineOccasion.DRAW if _drawn(person_id) else UrineOccasion.SCHEDULE
    form = RecordForm(collected_on=edge.act().clinic_day, occasion=usual.value, panel=_usual_panel(person_id))

    def change(work: Work) -> str:
        asked = _asked(form, UrineOccasion(form.occasion.data))
        return _after(verbs.record(work.session, person_id=person_id, asked=asked, act=work.act), asked)

    hint = _("Drawn at random on %(day)s.", day=_drawn(person_id)) if _drawn(person_id) else ""
    return carried_out(form, change, said=_("Recorded.")) or form_page(person_id, form, _("Record a urine"), hint=hint)


@bp.route("/urine/<int:urine_test_id>/read", methods=["GET", "POST"])
@gate.requires(Permission.URINE_RECORD)
def read(urine_test_id: int) -> Answer:
    """Enter what a urine showed."""
    line = _opened(urine_test_id)
    panel = urine_policy().panels.get(line.panel)
    form = ReadForm.of(panel, _expected(line)) if panel else ReadForm()

    def change(work: Work) -> str:
        sample = UrineOutcome(form.sample.data)
        verbs.read(work.session, test_id=line.id, found=form.found(), sample=sample, act=work.act)
        return address_of(line.person_id)

    hint = _("The ordered medicine is asked for too: if somebody takes doses home and it is absent, dosing waits for the"
             " prescriber today.")  # fmt: skip
    return carried_out(form, change, said=_("Entered.")) or form_page(
        line.person_id, form, _("What the urine showed"), hint=hint, line=line
    )


@bp.route("/urine/<int:urine_test_id>/confirm", methods=["GET", "POST"])
@gate.requires(Permission.URINE_RECORD)
def confirm(urine_test_id: int) -> Answer:
    """Record the second test, which confirms a strip."""
    line = _opened(urine_test_id)
    form = ConfirmForm(collected_on=edge.act().clinic_day)

    def change(work: Work) -> str:
        asked = _asked(form, UrineOccasion.CONFIRMATION, confirms_id=line.id)
        return _after(verbs.record(work.session, person_id=line.person_id, asked=asked, act=work.act), asked)

    return carried_out(form, change, said=_("Recorded.")) or form_page(
        line.person_id, form, _("Second test"), hint=_("A strip is not proof. A laboratory is."), line=line
    )


@bp.route("/urine/<int:urine_test_id>/review", methods=["GET", "POST"])
@gate.requires(Permission.TAKE_HOME_DECIDE)
def review(urine_test_id: int) -> Answer:
    """Decide about a urine that asks for a look."""
    line = _opened(urine_test_id)
    form = ReviewForm()

    def change(work: Work) -> str:
        verbs.review(work.session, test_id=line.id, decision=form.decision.data or "", act=work.act)
        return address_of(line.person_id)

    hint = _("A question of safety, never a sanction. A stop that stands is released on the person's page.")
    return carried_out(form, change, said=_("Decided.")) or form_page(
        line.person_id, form, _("Decide about a urine"), hint=hint, line=line
    )


@bp.route("/urine/<int:urine_test_id>/take-back", methods=["GET", "POST"])
@gate.requires(Permission.URINE_RECORD)
def take_back(urine_test_id: int) -> Answer:
    """Take back a urine that was entered by mistake."""
    line = _opened(urine_test_id)
    form = TakeBackForm()

    def change(work: Work) -> str:
        verbs.take_back(work.session, test_id=line.id, reason=form.reason.data or "", act=work.act)
        return address_of(line.person_id)

    hint = _("It stays to be read, struck through, and counts nowhere; enter it anew if it was mistyped. A stop that it led"
             " to stands until a prescriber releases it.")  # fmt: skip
    return carried_out(form, change, said=_("Taken back.")) or form_page(
        line.person_id, form, _("A urine entered by mistake"), hint=hint, line=line
    )


def _drawn(person_id: int) -> str:
    """Return the day on which a person was drawn and not asked since, or nothing."""
    act = edge.act()
    since = act.clinic_day - urine_policy().listed_for
    waiting = urine_draws.drawn_and_not_asked(db.session(), act.site_id, since, person_id)
    return waiting[0][0].isoformat() if waiting else ""


def _usual_panel(person_id: int) -> str:
    """Return the panel that was last used for a person, else the first of the house."""
    panels = urine_policy().panels
    used = (line.panel for line in urines.of_person(db.session(), person_id))
    return next((key for key in used if key in panels), next(iter(panels)))


def _opened(test_id: int) -> UrineLine:
    """Return a urine, after noting that its person's record was opened."""
    line = urines.urine(db.session(), test_id)
    note_access(line.person_id, "urine")
    return line


def _expected(line: UrineLine) -> Expected:
    return urine_schedule.expected_of(db.session(), line.person_id, line.site_id, line.collected_on)


def _asked(form: RecordForm | ConfirmForm, occasion: UrineOccasion, confirms_id: int | None = None) -> Asked:
    return Asked(
        occasion=occasion,
        outcome=UrineOutcome(form.outcome.data),
        observed=form.observed.data,
        panel=form.panel.data,
        collected_on=form.collected_on.data,
        confirms_id=confirms_id,
    )


def _after(test: UrineTest, asked: Asked) -> str:
    """Return the page that comes next: a strip is read at once, a laboratory answers later."""
    strip = asked.panel in urine_policy().panels and urine_policy().panels[asked.panel].at_once
    if asked.outcome is UrineOutcome.TAKEN and strip:
        return url_for("urine.read", urine_test_id=test.id)
    return address_of(test.person_id)
