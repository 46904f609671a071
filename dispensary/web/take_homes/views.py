"""A person's take-home doses on one page: what stands as a calendar, the evidence, what is missing, what was."""

from dataclasses import dataclass
from datetime import date

from flask import render_template

from dispensary.permissions import Permission
from dispensary.policy.take_homes import TakeHomePolicy
from dispensary.queries import orders, people, take_home_evidence, take_home_requests, take_home_reviews, take_homes
from dispensary.queries import take_home_care as care_of
from dispensary.queries.take_homes import DecisionLine
from dispensary.rules.orders import OrderFacts
from dispensary.rules.take_home_steps import Eligibility, allowed_in_induction
from dispensary.rules.take_home_weeks import CalendarDay, looks_from, weeks
from dispensary.rules.take_homes import Barred
from dispensary.web import edge, gate, policies
from dispensary.web.access import note_access
from dispensary.web.database import db
from dispensary.web.take_homes.blueprint import bp

WEEKS_SHOWN = 4


@dataclass(frozen=True)
class Standing:
    """The decision that holds, or is to hold next, as a calendar."""

    line: DecisionLine
    weeks: list[list[CalendarDay]]


@bp.get("/people/<int:person_id>/take-homes")
@gate.requires(Permission.TAKE_HOME_VIEW)
def of_person(person_id: int) -> str:
    """Show what stands, what speaks for and against it, and what is missing for fewer visits."""
    note_access(person_id, "take-homes")
    session, act, policy = db.session(), edge.act(), policies.take_homes()
    known = take_home_evidence.eligibility_of(session, person_id, act.site_id, act.clinic_day, policy)
    episodes = people.episodes_of(session, [person_id]).get(person_id, [])
    episode = next((span for span in episodes if span.ended_on is None), None)
    checks = care_of.safety_checks_of(session, person_id)
    return render_template(
        "take_homes/of_person.html",
        person=people.identity(session, person_id),
        episode=episode,
        known=known,
        standing=_standing(person_id, policy, known, act.clinic_day),
        decisions=take_homes.decisions_of(session, person_id),
        one_offs=take_homes.one_offs_of(session, person_id),
        collectors=care_of.collectors_of(session, person_id),
        checks=checks,
        safe_until=care_of.safety_holds_until(checks, edge.settings().safety_check_days),
        review=take_home_reviews.open_review(session, person_id),
        requests=take_home_requests.requests_of(session, person_id),
        credit=take_homes.credit_of(session, episode.id) if episode else None,
        today=act.clinic_day,
    )


def _standing(person_id: int, policy: TakeHomePolicy, known: Eligibility | None, today: date) -> Standing | None:
    """Return the decision in force as a calendar, else the one that comes; None without either."""
    session, site_id = db.session(), edge.act().site_id
    lines = [line for line in take_homes.decisions_of(session, person_id) if not line.never_held]
    line = next((one for one in lines if one.facts.holds_on(today)), None)
    line = line or next((one for one in lines if one.facts.effective_on > today), None)
    if line is None:
        return None
    versions = _versions(person_id, looks_from(today))
    calendar = take_home_evidence.open_days(session, site_id, today, since=looks_from(today))
    barred = _barred(versions, policy, known, today)
    return Standing(line, weeks(line.facts, versions, today, calendar, barred, WEEKS_SHOWN))


def _versions(person_id: int, since: date) -> list[OrderFacts]:
    found = orders.versions_of(db.session(), person_id)
    return [version.facts for version in found if version.facts.ends_on >= since and not version.never_held]


def _barred(versions: list[OrderFacts], policy: TakeHomePolicy, known: Eligibility | None, today: date) -> Barred:
    order = next((facts for facts in versions if facts.holds_on(today)), None)
    if order is None or known is None:
        return Barred()
    allowed = allowed_in_induction(policy, order.medication, known.days_in_treatment)
    return Barred(known.stops_standing, allowed)
