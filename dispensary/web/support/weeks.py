"""A week of a pair on one page: who came, what became of what was planned, and what they plan."""

from flask import render_template

from dispensary.errors import NotFound
from dispensary.permissions import Permission
from dispensary.policy.support import support_rules
from dispensary.queries import people, programmes
from dispensary.queries.programmes import ActivityLine, ProgrammeLine, Week
from dispensary.services import programmes as verbs
from dispensary.web import edge, gate
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.sessions.blueprint import Answer
from dispensary.web.support.blueprint import address_of_programme, bp, programme_here
from dispensary.web.support.forms import WeekForm
from dispensary.wording import N_, say


@bp.route("/programmes/<int:programme_id>/weeks/<int:number>", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def week(programme_id: int, number: int) -> Answer:
    """Record a week of a pair, all on one page."""
    programme = programme_here(programme_id)
    weeks = programmes.weeks(db.session(), programme)
    if not 1 <= number <= len(weeks):
        raise NotFound(say(N_("The programme has no such week.")), code="no_such_week")
    shown, today = weeks[number - 1], edge.act().clinic_day
    form = WeekForm.asking(shown, _to_tell(weeks, number), _rows(programme, shown))

    def change(work: Work) -> str:
        _record(work, programme_id, number, form)
        return address_of_programme(programme_id)

    page = {
        "person": people.identity(db.session(), programme.person_id),
        "programme": programme,
        "week": shown,
        "begun": shown.first <= today,
        "asks_next_step": programme.span.asks_next_step(number, support_rules()),
        "rules": support_rules(),
        "form": form,
    }
    return carried_out(form, change) or (render_template("support/week.html", **page), form.status)


def _record(work: Work, programme_id: int, number: int, form: WeekForm) -> None:
    if form.seen and form.seen != form.week.pair:
        verbs.record_pair_week(work.session, programme_id=programme_id, week=number, seen=form.seen, act=work.act)
    for activity_id, done in form.told():
        verbs.tell_of_activity(work.session, activity_id=activity_id, done=done, act=work.act)
    for planned in form.planned():
        verbs.plan_activity(work.session, programme_id=programme_id, week=number, planned=planned, act=work.act)


def _to_tell(weeks: tuple[Week, ...], number: int) -> list[ActivityLine]:
    """Return the activities of a week, and those of earlier weeks that nobody has told of yet."""
    earlier = [one for week in weeks[: number - 1] for one in week.activities if one.done is None]
    return earlier + list(weeks[number - 1].activities)


def _rows(programme: ProgrammeLine, week: Week) -> int:
    """Return how many empty rows there are to plan in: as many as are missing, and one for whoever wants more."""
    if not programme.runs:
        return 0
    return max(support_rules().activities_a_week - len(week.activities), 1)
