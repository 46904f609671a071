"""Health tests of one person, with findings for those who may read them; and the counts of everyone in treatment."""

from flask import render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from dispensary.permissions import Permission
from dispensary.queries import health_tests, people
from dispensary.services import health_tests as verbs
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.forms import Form
from dispensary.web.glass import may_read, opened_until, to_open
from dispensary.web.health_tests.blueprint import bp
from dispensary.web.health_tests.forms import FindForm, OfferForm
from dispensary.web.once import Work
from models.enums import HealthTestResultKind, LinkedToCare, RestrictedPart

Answer = tuple[str, int] | Response


@bp.get("/people/<int:person_id>/health-tests")
@gate.requires(Permission.PERSON_VIEW)
def of_person(person_id: int) -> Answer:
    """Show what was offered to a person, and, to those who may read it, what they said and what was found."""
    reads = may_read(person_id, RestrictedPart.HEALTH_TESTS)
    if not reads and not current_user.may(Permission.HEALTH_TEST_RECORD):
        return to_open(person_id, RestrictedPart.HEALTH_TESTS)
    note_access(person_id, "health tests")
    html = render_template(
        "health_tests/of_person.html",
        person=people.identity(db.session(), person_id),
        lines=health_tests.offers_of(db.session(), person_id),
        reads=reads,
        opened_until=opened_until(person_id, RestrictedPart.HEALTH_TESTS),
        can_have_results=verbs.WITH_A_RESULT,
    )
    return html, 200


@bp.route("/people/<int:person_id>/health-tests/offer", methods=["GET", "POST"])
@gate.requires(Permission.HEALTH_TEST_RECORD)
def offer(person_id: int) -> Answer:
    """Note what a person said to the tests that were offered today."""
    note_access(person_id, "health tests")
    form = OfferForm()

    def change(work: Work) -> str:
        verbs.offer(work.session, person_id=person_id, answers=form.answers(), act=work.act)
        return _address(person_id)

    hint = _("Voluntary: no answer is a condition of anything, and refusing closes nothing.")
    return carried_out(form, change, said=_("Noted.")) or _form_page(person_id, form, _("Offer health tests"), hint)


@bp.route("/health-tests/<int:health_test_offer_id>/finding", methods=["GET", "POST"])
@gate.requires(Permission.HEALTH_TEST_RECORD)
def find(health_test_offer_id: int) -> Answer:
    """Enter what a test found; what stands already is not shown here."""
    person_id = health_tests.person_of_offer(db.session(), health_test_offer_id)
    note_access(person_id, "health tests")
    form = FindForm(found_on=edge.act().clinic_day)

    def change(work: Work) -> str:
        verbs.find(
            work.session,
            offer_id=health_test_offer_id,
            result=HealthTestResultKind(form.result.data),
            linked=LinkedToCare(form.linked.data),
            found_on=form.found_on.data,
            act=work.act,
        )
        return _address(person_id)

    hint = _("Few may read it afterwards. Entered again, the newer entry counts.")
    return carried_out(form, change, said=_("Entered.")) or _form_page(person_id, form, _("Finding"), hint)


@bp.get("/health-tests")
@gate.requires(Permission.HEALTH_TEST_VIEW)
def everyone() -> str:
    """Show the counts of those in treatment, and to whom a test was never offered."""
    act = edge.act()
    found = health_tests.overview(db.session(), act.site_id, act.clinic_day)
    return render_template("health_tests/everyone.html", found=found)


def _address(person_id: int) -> str:
    return url_for("health_tests.of_person", person_id=person_id)


def _form_page(person_id: int, form: Form, title: str, hint: str) -> Answer:
    who = people.identity(db.session(), person_id)
    return render_template("health_tests/form.html", person=who, form=form, title=title, hint=hint), form.status
