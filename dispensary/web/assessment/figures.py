"""Figures of the whole clinic: what people stay or leave for, and the private ratings from the box."""

from datetime import date, timedelta

from flask import render_template, request, url_for
from flask_babel import gettext as _

from dispensary.permissions import Permission
from dispensary.policy.house import house_rules
from dispensary.queries import motives
from dispensary.queries.ratings import months_rated
from dispensary.services import ratings as verbs
from dispensary.web import edge, gate
from dispensary.web.assessment.blueprint import Answer, bp
from dispensary.web.assessment.forms import RatingForm
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.reporting import asked

A_YEAR = timedelta(days=364)


@bp.get("/figures/reasons")
@gate.requires(Permission.CASEWORK_VIEW)
def reasons() -> str:
    """Count people by what they stay and leave for, each occasion apart."""
    first, last = _days()
    return render_template(
        "assessment/figures.html",
        figures=motives.figures_by_reason(db.session(), edge.act().site_id, first, last),
        first=first,
        last=last,
    )


def _days() -> tuple[date, date]:
    """Return the days that the address asks for; the last year where it names none."""
    today = edge.act().clinic_day
    return asked.days() if request.args.get("from") else (today - A_YEAR, today)


@bp.get("/figures/ratings")
@gate.requires(Permission.CASEWORK_VIEW)
def ratings() -> str:
    """Show how people found staff and waiting, month by month, never so few that one is known by theirs."""
    least = house_rules().least_slips
    months = months_rated(db.session(), edge.act().site_id, least, edge.act().clinic_day)
    return render_template("assessment/ratings.html", months=months, least=least)


@bp.route("/figures/ratings/new", methods=["GET", "POST"])
@gate.requires(Permission.RATING_ENTER)
def rate() -> Answer:
    """Enter one slip from the box."""
    form = RatingForm(month=edge.act().clinic_day)

    def change(work: Work) -> str:
        verbs.enter_rating(
            work.session,
            month=form.month.data,
            relation=int(form.relation.data),
            waiting=int(form.waiting.data),
            words=form.words.data or "",
            act=work.act,
        )
        return url_for("assessment.rate")

    said = _("Entered. The next slip, or leave it.")
    return carried_out(form, change, said=said) or (render_template("assessment/rate.html", form=form), form.status)
