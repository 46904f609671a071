"""Doses to take home for some days apart from the schedule."""

from flask import request
from flask_babel import gettext as _

from dispensary.permissions import Permission
from dispensary.queries import take_home_evidence, take_home_requests, take_homes
from dispensary.queries.take_home_requests import RequestLine
from dispensary.services import one_off_take_homes as verbs
from dispensary.web import edge, gate, policies
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.forms import id_in
from dispensary.web.once import Work
from dispensary.web.take_homes.blueprint import Answer, address_of, bp, form_page
from dispensary.web.take_homes.forms import ReasonForm
from dispensary.web.take_homes.single_days_forms import OneOffForm
from dispensary.wording import N_, Words, say
from models.enums import OneOffReason


@bp.route("/people/<int:person_id>/take-homes/once", methods=["GET", "POST"])
@gate.requires(Permission.TAKE_HOME_DECIDE)
def once(person_id: int) -> Answer:
    """Allow doses for a journey, an illness, work or the family."""
    note_access(person_id, "one-off take-homes")
    form, policy, asked = OneOffForm(), policies.take_homes(), _asked(person_id)
    form.begin(asked)

    def change(work: Work) -> str:
        verbs.allow_once(
            work.session,
            person_id=person_id,
            reason=OneOffReason(form.reason.data),
            first_on=form.first_on.data,
            last_on=form.last_on.data,
            rationale=form.rationale.data or "",
            over_ladder_reason=form.over_ladder_reason.data or "",
            policy=policy,
            act=work.act,
        )
        return address_of(person_id)

    hint = _("They are handed out at the last visit before these days, and leave the regular decision as it is.")
    return carried_out(form, change, said=_("Allowed.")) or form_page(
        person_id, form, _("Doses for single days"), hint=hint, facts=(*_wish(asked), *_ladder(person_id))
    )


def _asked(person_id: int) -> RequestLine | None:
    """Return the request that the address names, or None."""
    asked_id = id_in(request.args.get("asked"))
    return next((one for one in take_home_requests.open_requests(db.session(), person_id) if one.id == asked_id), None)


def _wish(asked: RequestLine | None) -> tuple[Words, ...]:
    return (say(N_("Asked for: %(wish)s"), wish=asked.wish),) if asked else ()


def _ladder(person_id: int) -> tuple[Words, ...]:
    """Return in words what the ladder gives, where one is in force."""
    act, policy = edge.act(), policies.take_homes()
    known = take_home_evidence.eligibility_of(db.session(), person_id, act.site_id, act.clinic_day, policy)
    if known is None or known.allowance is None:
        return ()
    words = N_("Day %(day)s in treatment: the ladder gives %(most)s days at one time (%(profile)s).")
    step = known.allowance.strictest
    return (say(words, day=known.days_in_treatment, most=step.rule.most_days, profile=step.profile),)


@bp.route("/take-homes/once/<int:one_off_id>/end", methods=["GET", "POST"])
@gate.requires(Permission.TAKE_HOME_DECIDE)
def end_once(one_off_id: int) -> Answer:
    """Take back doses for single days."""
    person_id = take_homes.person_of_one_off(db.session(), one_off_id)
    note_access(person_id, "one-off take-homes")
    form = ReasonForm()

    def change(work: Work) -> str:
        verbs.end_once(work.session, one_off_id=one_off_id, reason=form.reason.data or "", act=work.act)
        return address_of(person_id)

    hint = _("What was handed out already stays handed out; call the bottles back if they have to come in.")
    return carried_out(form, change, said=_("Taken back.")) or form_page(
        person_id, form, _("Take back doses for single days"), hint=hint
    )
