"""A counsellor's day on one screen: today's sessions and groups, who misses doses, what is overdue, and the open tasks."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from dispensary.clock import clinic_day
from dispensary.policy.house import house_rules
from dispensary.policy.journey import journey_rules
from dispensary.policy.minimums import Minimums
from dispensary.queries import (
    call_backs,
    caseload,
    contact_rules,
    due_work,
    groups,
    instruments,
    motives,
    outreach,
    sessions,
    sites,
    worklist,
)
from dispensary.queries.caseload import InCare, Keeper
from dispensary.queries.contact_rules import Reach
from dispensary.queries.groups import GroupToday
from dispensary.queries.missed_doses import MissedRow
from dispensary.queries.outreach import LeftAlone
from dispensary.queries.sessions import Arranged
from dispensary.queries.worklist import Work
from dispensary.rules.asking import occasions_due
from dispensary.rules.waiting import Neglected
from dispensary.rules.worklist import CALL, INTAKE, REFERRAL, REVIEW, SESSION, URINE
from models.enums import Desk, SaidOccasion, TaskReasonKind

T = TypeVar("T")


@dataclass(frozen=True)
class Late:
    """One thing that is overdue with somebody, since when."""

    kind: TaskReasonKind
    since: date
    days: int


@dataclass(frozen=True)
class LatePerson:
    """Somebody with whom something is overdue, the longest first."""

    person_id: int
    number: str
    name: str
    late: tuple[Late, ...]


@dataclass(frozen=True)
class Missing:
    """Somebody who misses doses, how to reach them, and the task about it, if one is open."""

    row: MissedRow
    reach: Reach | None
    task: Work | None


@dataclass(frozen=True)
class Part:
    """The desk of one counsellor, or of the whole clinic."""

    sessions: tuple[Arranged, ...]
    not_recorded: tuple[Arranged, ...]
    """Sessions of earlier days of which nobody recorded what became."""
    groups: tuple[GroupToday, ...]
    missing: tuple[Missing, ...]
    late: tuple[LatePerson, ...]
    work: tuple[Work, ...]
    waiting: tuple[Neglected, ...]
    """Who waits for treatment too long or without a word; they are on nobody's caseload, so everybody sees them."""
    contacts: tuple[LeftAlone, ...]
    """Who was met outside, wants treatment, and was left without a word; for whoever may see everybody's contacts."""
    people: int
    """How many are on the caseload, or in care."""


@dataclass(frozen=True)
class CounsellorDesk:
    """The part that is asked for, and how much the whole clinic has besides."""

    part: Part
    whole: Part
    everyone: bool
    """Whether the part is the whole clinic."""


def desk(
    session: Session,
    site_id: int,
    staff_id: int,
    *,
    at: datetime,
    today: date,
    minimums: Minimums,
    everyone: bool | None,
) -> CounsellorDesk:
    """Return the desk of somebody on a day; a few statements, however many people there are.

    Args:
        everyone: the whole clinic; None means oneself, or the whole clinic for somebody on whose caseload nobody is.
    """
    keepers = caseload.keepers(session, site_id, today)
    here = caseload.in_care_of(session, site_id, today, keepers)
    whole = _whole(session, site_id, today=today, at=at, minimums=minimums, here=here, keepers=keepers)
    if everyone is None:
        everyone = all(one.counsellor_id != staff_id for one in here)
    return CounsellorDesk(whole if everyone else _own(whole, staff_id, here, keepers), whole, everyone)


def _whole(
    session: Session,
    site_id: int,
    *,
    at: datetime,
    today: date,
    minimums: Minimums,
    here: Collection[InCare],
    keepers: Mapping[int, Keeper],
) -> Part:
    lists = due_work.lists(session, site_id, today, minimums, here)
    work = worklist.open_work_of(session, site_id, Desk.COUNSELLING, keepers)
    tasks = {one.person_id: one for one in work}
    known = {one.person_id: (one.number, one.name) for one in here}
    in_care = len(known)
    late = [
        *_late(lists, today, known),
        *_late_besides(session, site_id, at=at, lists=lists, known=known),
        *_to_ask(session, site_id, here, today),
    ]
    late = [one for one in late if one[0] not in lists.told_dead]
    missed = [row for row in lists.missed if row.away is None and row.person_id not in lists.told_dead]
    reach = contact_rules.rules_of(session, {row.person_id for row in missed})
    return Part(
        sessions=sessions.on_day(session, site_id, today),
        not_recorded=sessions.not_recorded(session, site_id, today),
        groups=groups.meeting_on(session, site_id, today),
        missing=tuple(Missing(row, reach.get(row.person_id), tasks.get(row.person_id)) for row in missed),
        late=_by_person(late, known, today),
        work=tuple(work),
        waiting=tuple(one for one in lists.waiting if one.who.person_id not in lists.told_dead),
        contacts=tuple(_contacts(session, site_id, today)),
        people=in_care,
    )


def _own(whole: Part, staff_id: int, here: Iterable[InCare], keepers: Mapping[int, Keeper]) -> Part:
    """Return what of the whole is somebody's own."""
    mine = {person_id for person_id, keeper in keepers.items() if keeper.counsellor_id == staff_id}
    return Part(
        sessions=tuple(one for one in whole.sessions if one.with_id == staff_id),
        not_recorded=tuple(one for one in whole.not_recorded if one.with_id == staff_id),
        groups=tuple(one for one in whole.groups if one.group.led_by_id == staff_id),
        missing=tuple(one for one in whole.missing if one.row.person_id in mine),
        late=tuple(one for one in whole.late if one.person_id in mine),
        work=tuple(one for one in whole.work if one.is_for(staff_id)),
        waiting=whole.waiting,
        contacts=whole.contacts,
        people=sum(1 for one in here if one.counsellor_id == staff_id),
    )


Known = dict[int, tuple[str, str]]
Found = tuple[int, TaskReasonKind, date]


def _late(lists: due_work.Lists, today: date, known: Known) -> Iterator[Found]:
    """Yield what is overdue of calls, plans, referrals, counselling and new intakes; whoever left care is made known."""
    for review in lists.reviews:
        yield review.person_id, REVIEW, review.review_on
    for plan in lists.calls:
        known.setdefault(plan.person_id, (plan.number, plan.name))
        yield plan.person_id, CALL, plan.next_on() or today
    for sent in lists.referrals:
        known.setdefault(sent.person_id, (sent.number, sent.name))
        yield sent.person_id, REFERRAL, sent.answer_by
    for due in lists.counselling:
        if due.due_on <= today and due.next is None:
            yield due.who.person_id, SESSION, due.due_on
    for entered in lists.intakes:
        days = [line.due_on for line in entered.overdue(today)]
        if max(days) >= today - house_rules().intake_told_within:
            yield entered.person_id, INTAKE, min(days)


def _late_besides(
    session: Session, site_id: int, *, at: datetime, lists: due_work.Lists, known: Known
) -> Iterator[Found]:
    """Yield what is overdue of bottles, urines and safety steps."""
    for back in call_backs.open_call_backs(session, site_id):
        known.setdefault(back.person_id, (back.person_number, back.name))
        if back.overdue(at):
            have = sites.settings_at(session, site_id, back.due_by)
            yield back.person_id, TaskReasonKind.CALL_BACK, clinic_day(back.due_by, have.zone, have.day_starts)
    for urine in lists.urines:
        if urine.overdue:
            yield urine.person_id, URINE, urine.due_on
    for taken in instruments.safety_open(session, site_id):
        if taken.person_id is not None:
            yield taken.person_id, TaskReasonKind.SAFETY, taken.taken_on


def _to_ask(session: Session, site_id: int, here: Iterable[InCare], today: date) -> Iterator[Found]:
    """Yield whom nobody has asked yet what keeps them in treatment, of those who came not long ago: early is best."""
    asked = motives.asked_early(session, site_id)
    for one in here:
        on = {SaidOccasion.ENTRY: asked[one.person_id]} if one.person_id in asked else {}
        fresh = one.admitted_on >= today - house_rules().intake_told_within
        if fresh and SaidOccasion.ENTRY in occasions_due(on, one.admitted_on, None):
            yield one.person_id, TaskReasonKind.REASONS_DUE, one.admitted_on


def _contacts(session: Session, site_id: int, today: date) -> list[LeftAlone]:
    """Return who was met outside, wants treatment, and was left without a word."""
    before, since = today - journey_rules().contact_every, today - house_rules().intake_told_within
    return outreach.left_alone(session, site_id, before=before, since=since)


def _by_person(found: Iterable[Found], known: Known, today: date) -> tuple[LatePerson, ...]:
    late: dict[int, list[Late]] = defaultdict(list)
    for person_id, kind, since in found:
        if person_id in known:
            late[person_id].append(Late(kind, since, (today - since).days))
    people = [
        LatePerson(person_id, *known[person_id], tuple(sorted(items, key=lambda one: one.since)))
        for person_id, items in late.items()
    ]
    return tuple(
        sorted(people, key=lambda one: (all(x.kind is not TaskReasonKind.SAFETY for x in one.late), one.late[0].since))
    )
