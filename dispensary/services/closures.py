"""A prescriber signs who gets doses for a closure, and how everybody else is dosed."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, Refused
from dispensary.policy.take_homes import TakeHomePolicy
from dispensary.queries import calendar, closure_needs, closures
from dispensary.queries.closure_needs import ClosureLine, Needs
from dispensary.queries.people import episode_on
from dispensary.rules.calendar import LONGEST_CLOSURE
from dispensary.services import audit, lock, one_off_take_homes, people
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import ClosureList, ClosureListLine, OneOffTakeHome, Site
from models.enums import AuditKind, OneOffReason


def sign_list(
    session: Session,
    *,
    first: date,
    last: date,
    other_ways: Mapping[int, str],
    otherwise: str = "",
    shown: str,
    policy: TakeHomePolicy,
    act: Act,
) -> ClosureList:
    """Sign the list of a closure: doses for those for whom they are proposed, another way for everybody else.

    What was allowed before for one of these days, and was not handed out, is taken back.

    Args:
        other_ways: by person how they are dosed instead; somebody with a proposal may be given another way as well.
        otherwise: how everybody is dosed who is given neither doses nor a way of their own.
        shown: the digest of the list that the prescriber saw.
        policy: the take-home rules in force.

    Raises:
        Refused: not a coming closure, nobody needs anything, or somebody is left without a way.
        Conflict: the list has changed since it was shown.
    """
    _check_closed(session, first, last, act)
    session.execute(select(Site.id).where(Site.id == act.site_id).with_for_update(key_share=True))
    needs = _needs_as_shown(session, first, last, shown, policy, act)
    before = closures.not_handed_out(session, act.site_id, first, last)
    for person_id in sorted({line.person_id for line in needs.lines} | {person_id for person_id, _ in before}):
        lock.person(session, person_id)
    needs = _needs_as_shown(session, first, last, shown, policy, act)
    ways = {person: people.line(way, f"way-{person}") for person, way in other_ways.items()}
    if for_the_others := people.line(otherwise, "otherwise"):
        others = (line.person_id for line in needs.lines if not line.proposed and not ways.get(line.person_id))
        ways |= dict.fromkeys(others, for_the_others)
    if without := [line for line in needs.lines if not line.proposed and not ways.get(line.person_id)]:
        words = say(N_("For %(n)s people another way must be typed: they cannot be given doses."), n=len(without))
        raise Refused(words, code="other_way_needed", field=f"way-{without[0].person_id}")
    take_back_not_handed_out(session, first, last, reason="closure list signed anew", act=act)
    made = _write_list(session, needs, act)
    for line in needs.lines:
        _write_line(session, made, line, ways.get(line.person_id, ""), act)
    audit.record(
        session, AuditKind.CLOSURE_LIST_SIGNED, made, act, first_on=first, last_on=last, people=len(needs.lines)
    )
    return made


def _check_closed(session: Session, first: date, last: date, act: Act) -> None:
    if not act.clinic_day <= first <= last or (last - first).days >= LONGEST_CLOSURE:
        words = say(N_("A list is signed for a closure that lies ahead, of %(n)s days at most."), n=LONGEST_CLOSURE)
        raise Refused(words, code="not_a_coming_closure")
    days = calendar.calendar_of(session, act.site_id, first, last).values()
    if opened := next((day for day in days if day.open), None):
        words = say(N_("The clinic is open on %(day)s. Announce the day as closed first."), day=opened.day)
        raise Refused(words, code="open_day")


def _needs_as_shown(session: Session, first: date, last: date, shown: str, policy: TakeHomePolicy, act: Act) -> Needs:
    needs = closure_needs.needs(
        session, act.site_id, first=first, last=last, today=act.clinic_day, at=act.at, policy=policy
    )
    if not needs.lines:
        raise Refused(say(N_("Nobody needs doses for these days.")), code="nobody_needs")
    if needs.digest != shown:
        words = say(N_("Something has changed since this list was shown. Look through it again; nothing was signed."))
        raise Conflict(words, code="list_changed")
    return needs


def take_back_not_handed_out(session: Session, first: date, last: date, *, reason: str, act: Act) -> int:
    """Take back the doses that lists allow for one of these days and nobody has handed out; call behind the site's lock.

    Returns:
        For how many people.
    """
    found = closures.not_handed_out(session, act.site_id, first, last)
    for _, one_off_id in found:
        one_off_take_homes.end_once(session, one_off_id=one_off_id, reason=reason, act=act)
    return len(found)


def _write_list(session: Session, needs: Needs, act: Act) -> ClosureList:
    mine = (
        ClosureList.site_id == act.site_id,
        ClosureList.first_on == needs.first,
        ClosureList.last_on == needs.last,
    )
    version = (session.scalar(select(func.max(ClosureList.version)).where(*mine)) or 0) + 1
    profile, digest = needs.profile or (None, None)
    return write(
        session,
        ClosureList(
            first_on=needs.first,
            last_on=needs.last,
            version=version,
            profile=profile,
            profile_digest=digest,
            signed_at=act.at,
            **act.stamp,
        ),
    )


def _write_line(session: Session, made: ClosureList, line: ClosureLine, way: str, act: Act) -> None:
    one_off = _allow(session, made, line, act) if line.proposed and not way else None
    write(
        session,
        ClosureListLine(
            closure_list_id=made.id,
            person_id=line.person_id,
            one_off_id=one_off.id if one_off else None,
            why_not=" ".join(line.why_not),
            other_way="" if one_off else way,
            **act.stamp,
        ),
    )


def _allow(session: Session, made: ClosureList, line: ClosureLine, act: Act) -> OneOffTakeHome:
    """Allow one person the doses of the closure."""
    first_on, last_on = min(line.due), max(line.due)
    one_off = write(
        session,
        OneOffTakeHome(
            person_id=line.person_id,
            episode_id=episode_on(session, line.person_id, act.site_id),
            reason=OneOffReason.CLOSURE,
            first_on=first_on,
            last_on=last_on,
            closure_list_id=made.id,
            rationale="closure list",
            decided_at=act.at,
            **act.stamp,
        ),
    )
    values = {"person": line.person_id, "first_on": first_on, "last_on": last_on, "one_off": OneOffReason.CLOSURE}
    audit.record(session, AuditKind.TAKE_HOME_ALLOWED_ONCE, one_off, act, **values)
    return one_off
