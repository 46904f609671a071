"""What keeps somebody in treatment and what makes it hard: all they ever said, and the form on which it is written down."""

from datetime import date, timedelta
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SubmitField

from dispensary.permissions import Permission
from dispensary.queries import ledger, motives, people
from dispensary.rules import ledger as days
from dispensary.rules.asking import occasions_due
from dispensary.services import motives as verbs
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.assessment.blueprint import Answer, bp, word
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.forms import DayField, Form, Required, TextField
from dispensary.web.once import Work
from dispensary.wording import label
from models.enums import Barrier, DayStatus, EpisodeEndReason, EpisodeKind, Motive, SaidOccasion

NOBODY_TO_ASK = frozenset({EpisodeEndReason.DIED, EpisodeEndReason.LINKED})
LOOKED_BACK = timedelta(days=30)
"""So far back a missed run is a reason to ask."""


class SaidForm(Form):
    """What somebody said; a box and their own words for each reason."""

    said_on = DayField(_l("Said on"), [Required()])
    submit = SubmitField(_l("Write it down"))

    @classmethod
    def asking(cls) -> "SaidForm":
        """Return a form with a box for every motive and barrier."""
        fields: dict[str, Any] = {}
        for kind, prefix in ((Motive, "motive"), (Barrier, "barrier")):
            for reason in kind:
                said = gettext(label(reason))
                fields[f"{prefix}_{reason}"] = BooleanField(said)
                words = gettext("In their words: %(reason)s", reason=said)
                fields[f"{prefix}_{reason}_words"] = TextField(words, longest=300, render_kw={"autocomplete": "off"})
        form: SaidForm = type("SaidFormAsking", (cls,), fields)(said_on=edge.act().clinic_day)
        return form

    def lines(self, prefix: str) -> list[tuple[Any, Any]]:
        """Return box and words of each motive, or of each barrier."""
        kind = Motive if prefix == "motive" else Barrier
        return [(self[f"{prefix}_{reason}"], self[f"{prefix}_{reason}_words"]) for reason in kind]

    def motives(self) -> dict[Motive, str]:
        """Return what was ticked, or put into words, of what the person stays for."""
        return {
            reason: self[f"motive_{reason}_words"].data or "" for reason in Motive if self._told(f"motive_{reason}")
        }

    def barriers(self) -> dict[Barrier, str]:
        """Return the same of what makes it hard."""
        return {
            reason: self[f"barrier_{reason}_words"].data or "" for reason in Barrier if self._told(f"barrier_{reason}")
        }

    def _told(self, name: str) -> bool:
        return bool(self[name].data or self[f"{name}_words"].data)


HINTS = {
    SaidOccasion.ENTRY: _l("Ask openly what the person hopes for and what could make it hard. Early is best."),
    SaidOccasion.REVIEW: _l("Ask openly what has changed since the last time."),
    SaidOccasion.MISSED_DAYS: _l("Glad that you are here. What got in the way, and what brought you back?"),
    SaidOccasion.EXIT: _l("Ask why the person leaves and what would have helped. The way back stays open: say so."),
}


@bp.get("/people/<int:person_id>/reasons")
@gate.requires(Permission.CASEWORK_VIEW)
def said(person_id: int) -> str:
    """Show all that somebody ever said, and on which occasion to ask next."""
    note_access(person_id, "reasons")
    askings = motives.askings_of(db.session(), person_id)
    asked_on: dict[SaidOccasion, date] = {}
    for asking in askings:
        asked_on.setdefault(asking.occasion, asking.said_on)
    return render_template(
        "assessment/reasons.html",
        person=people.identity(db.session(), person_id),
        askings=askings,
        occasions=[(occasion, asked_on.get(occasion)) for occasion in SaidOccasion],
        due=occasions_due(asked_on, _admitted_on(person_id), _last_missed_on(person_id), _left_after(person_id)),
    )


def _admitted_on(person_id: int) -> date | None:
    spans = people.episodes_of(db.session(), [person_id]).get(person_id, [])
    return next((span.admitted_on for span in spans if span.ended_on is None), None)


def _left_after(person_id: int) -> date | None:
    """Return when the last episode of somebody who left began; None for whoever has died or was a guest."""
    spans = people.episodes_of(db.session(), [person_id]).get(person_id, [])
    if not spans or spans[-1].kind is EpisodeKind.GUEST or spans[-1].end_reason in NOBODY_TO_ASK:
        return None
    return spans[-1].admitted_on


def _last_missed_on(person_id: int) -> date | None:
    """Return the last day on which the person did not come, of the days before today."""
    act = edge.act()
    first, last = act.clinic_day - LOOKED_BACK, act.clinic_day - timedelta(days=1)
    known = ledger.person_days(db.session(), person_id, act.site_id, until=act.clinic_day, since=first)
    missed = [day.day for day in days.ledger(known, first, last, act.clinic_day) if day.status is DayStatus.NO_SHOW]
    return max(missed, default=None)


@bp.route("/people/<int:person_id>/reasons/<occasion>", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def ask(person_id: int, occasion: str) -> Answer:
    """Write down what somebody says on one occasion."""
    when = word(SaidOccasion, occasion)
    note_access(person_id, "reasons")
    form = SaidForm.asking()

    def change(work: Work) -> str:
        verbs.write_down_reasons(
            work.session,
            person_id=person_id,
            occasion=when,
            motives=form.motives(),
            barriers=form.barriers(),
            said_on=form.said_on.data,
            act=work.act,
        )
        return url_for("assessment.said", person_id=person_id)

    if answer := carried_out(form, change, said=_("Written down.")):
        return answer
    person = people.identity(db.session(), person_id)
    page = render_template("assessment/ask.html", person=person, form=form, occasion=when, hint=HINTS[when])
    return page, form.status
