"""A person's orders: what holds, what was before, and the forms that sign, change and stop."""

from datetime import date, timedelta

from flask import current_app, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from dispensary.errors import NotFound
from dispensary.permissions import Permission
from dispensary.queries import doses_taken, orders, people, telephone_orders
from dispensary.queries.injections import next_for
from dispensary.queries.orders import OrderVersion
from dispensary.rules.order_words import in_words
from dispensary.rules.orders import due_amount
from dispensary.services import orders as verbs
from dispensary.services import re_entry
from dispensary.web import edge, gate, policies
from dispensary.web.access import note_access
from dispensary.web.alerts import health_beside_order
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.orders.blueprint import bp
from dispensary.web.orders.forms import OrderForm, StopForm
from dispensary.web.reporting.forms import PrintForm
from dispensary.wording import N_, say
from models.enums import TreatmentPhase

Answer = tuple[str, int] | Response
CHART = "reporting.dose_chart"


@bp.get("/people/<int:person_id>/orders")
@gate.requires(Permission.ORDER_VIEW)
def of_person(person_id: int) -> str:
    """Show the order that holds in words, and every version before it."""
    note_access(person_id, "orders")
    session, today = db.session(), edge.act().clinic_day
    versions = orders.versions_of(session, person_id)
    active = next((v for v in versions if v.facts.holds_on(today)), None)
    decides = active is not None and current_user.may(Permission.STOP_RELEASE)
    taken = doses_taken.taken_days(session, person_id, active.facts.starts_on) if active else []
    return render_template(
        "orders/of_person.html",
        person=people.identity(session, person_id),
        episode=_open_episode(person_id),
        versions=versions,
        active=active,
        newest=_newest(versions, today),
        held=decides and re_entry.held_today(session, person_id, edge.act()) is not None,
        due=due_amount(active.facts, taken, today) if active else None,
        injection=next_for(session, active.facts, person_id) if active else None,
        today=today,
        in_words=in_words,
        chart=CHART if CHART in current_app.view_functions else None,
        further=active is not None
        and not active.facts.is_injection
        and active.facts.treatment_phase is TreatmentPhase.INDUCTION,
        by_telephone=telephone_orders.of_person(session, person_id),
        print_form=PrintForm(formdata=None),
    )


@bp.route("/people/<int:person_id>/orders/new", defaults={"parts": 1}, methods=["GET", "POST"])
@bp.route("/people/<int:person_id>/orders/new/<int(min=2,max=4):parts>", methods=["GET", "POST"])
@gate.requires(Permission.ORDER_SIGN)
def new(person_id: int, parts: int) -> Answer:
    """Sign an order for somebody who has none."""
    note_access(person_id, "order form")
    episode = _open_episode(person_id)
    if episode is None:
        raise NotFound(say(N_("This person is not in treatment here. Admit them first.")), code="no_open_episode")
    episode_id, form = episode.id, _form(person_id, parts, None)

    def sign(work: Work) -> str:
        signing = form.signing(policies.order_limits())
        verbs.sign_order(work.session, person_id=person_id, episode_id=episode_id, signing=signing, act=work.act)
        return url_for("orders.of_person", person_id=person_id)

    return carried_out(form, sign) or _page(form, person_id, None)


@bp.route("/orders/<int:order_id>/change", defaults={"parts": 0}, methods=["GET", "POST"])
@bp.route("/orders/<int:order_id>/change/<int(min=1,max=4):parts>", methods=["GET", "POST"])
@gate.requires(Permission.ORDER_SIGN)
def change(order_id: int, parts: int) -> Answer:
    """Sign a new version of an order."""
    old = _version(order_id)
    note_access(old.person_id, "order form")
    form = _form(old.person_id, parts or old.facts.parts, old)

    def sign(work: Work) -> str:
        signing = form.signing(policies.order_limits())
        verbs.change_order(work.session, order_id=order_id, signing=signing, act=work.act)
        return url_for("orders.of_person", person_id=old.person_id)

    return carried_out(form, sign) or _page(form, old.person_id, old)


@bp.route("/orders/<int:order_id>/stop", methods=["GET", "POST"])
@gate.requires(Permission.ORDER_SIGN)
def stop(order_id: int) -> Answer:
    """Stop an order before its last day."""
    old = _version(order_id)
    note_access(old.person_id, "order form")
    form = StopForm()

    def end(work: Work) -> str:
        last_day, reason = form.last_day.day, form.reason.data or ""
        verbs.stop_order(work.session, order_id=order_id, last_day=last_day, reason=reason, act=work.act)
        return url_for("orders.of_person", person_id=old.person_id)

    if answer := carried_out(form, end):
        return answer
    person = people.identity(db.session(), old.person_id)
    page = render_template(
        "orders/decide.html", form=form, person=person, title=_("Stop the order"), facts=in_words(old.facts)
    )
    return page, form.status


def _open_episode(person_id: int) -> people.EpisodeSpan | None:
    spans = people.episodes_of(db.session(), [person_id]).get(person_id, [])
    return next((span for span in spans if span.ended_on is None), None)


def _newest(versions: list[OrderVersion], today: date) -> OrderVersion | None:
    """Return the version that may be changed or stopped: the newest one, unless it has ended."""
    newest = versions[0] if versions else None
    return newest if newest and not newest.never_held and newest.facts.ends_on >= today else None


def _version(order_id: int) -> OrderVersion:
    """Return one version of an order.

    Raises:
        NotFound: there is none with this id.
    """
    version = orders.version(db.session(), order_id)
    if version is None:
        raise NotFound(say(N_("There is no such order here.")), code="no_such_order")
    return version


def _form(person_id: int, parts: int, old: OrderVersion | None) -> OrderForm:
    """Return the form: for a new version filled with what it keeps, starting tomorrow if today's dose was taken."""
    form, act, session = OrderForm(parts=parts), edge.act(), db.session()
    form.offer(policies.depots())
    if old is not None and not form.is_submitted():
        dosed = bool(orders.parts_claimed(session, person_id, act.clinic_day))
        form.fill_from(old.facts, act.clinic_day + timedelta(days=int(dosed)))
    form.show_held(re_entry.days_held(session, person_id, TreatmentPhase.INDUCTION, act))
    return form


def _page(form: OrderForm, person_id: int, old: OrderVersion | None) -> tuple[str, int]:
    session = db.session()
    page = render_template(
        "orders/form.html",
        form=form,
        old=old,
        person=people.identity(session, person_id),
        last_of_each=doses_taken.last_of_each(session, person_id),
        today=edge.act().clinic_day,
        in_words=in_words,
        limits=policies.order_limits(),
        health=health_beside_order(person_id),
    )
    return page, form.status
