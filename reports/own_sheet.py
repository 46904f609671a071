"""The person's own sheet: one page in plain words, to take along.

Neither its file name nor its title, head or properties name a clinic, a medicine or a diagnosis; what it says of the
medicine stands in the text alone.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from reportlab.platypus import Flowable
from sqlalchemy.orm import Session

from dispensary.policy.take_homes import TakeHomePolicy
from dispensary.policy.turns import turn_rules
from dispensary.queries import (
    calendar,
    contests,
    dosing,
    endings,
    ledger,
    on_call,
    people,
    prescriber_desk,
    sites,
    take_home_evidence,
    take_home_requests,
    take_home_reviews,
    waiting,
)
from dispensary.queries.on_call import RotaDay
from dispensary.rules import ledger as days
from dispensary.rules.contests import ContestFacts
from dispensary.rules.depots import InjectionWindow
from dispensary.rules.dosing import (
    DosingFacts,
    SiteRules,
    StandingStop,
    injection_outside_window,
    re_entry_verdict,
    released_today,
)
from dispensary.rules.endings import EndingFacts
from dispensary.rules.ledger import LedgerDay
from dispensary.rules.orders import OrderFacts
from dispensary.rules.take_home_review import OpenReview
from dispensary.rules.take_home_steps import Eligibility
from dispensary.rules.waiting import Place
from dispensary.wording import N_, Moment, Speaker, Words, say
from models.enums import DayStatus, Form, Medication, StopKind
from reports import page
from reports.ledger import Text
from reports.page import Heading

TITLE = say(N_("My sheet"))
LOOKED_AHEAD, A_WEEK = timedelta(days=60), timedelta(days=7)
SIZES, ALL_OF_IT = (11.0, 10.5, 10.0, 9.5, 9.0, 8.5, 8.0), 100
SIZES_AND_LISTS = (*((size, ALL_OF_IT) for size in SIZES), *((SIZES[-1], n) for n in range(8, -1, -1)), (7.0, 0))
"""The largest size at which everything stands on one page; else less of what is missing for fewer visits, and how much more."""

Section = tuple[Words, list[Words]]


@dataclass(frozen=True)
class OwnSheetFigures:
    """What a person may know of their own treatment, as it stands now."""

    about: Heading
    name: str
    number: str
    today: date
    order: OrderFacts | None
    """None where nothing is ordered: the sheet then says nothing of a medicine."""
    next_visit: date | None
    """The first day from today on, on which a dose is due that is neither taken nor at home; None where none is."""
    injection: InjectionWindow | None
    stops: tuple[StandingStop, ...]
    dose_waits: Words | None
    """Why today's dose waits for a prescriber, though no stop stands; None where it does not."""
    known: Eligibility | None
    """The way to fewer visits; None for a guest."""
    review: OpenReview | None
    """Of doses to take home, which a prescriber has not answered."""
    declined: str
    """Why the newest wish about doses to take home was declined; empty where none was."""
    contested: tuple[ContestFacts, ...]
    """What the person objected to, and nobody has answered yet."""
    ending: EndingFacts | None
    """A proposal to end treatment against their wish, once its notice is in their hand; None where there is none."""
    looked_at_by: datetime | None
    """When a prescriber answers at the latest what lies on their desk about the person; None where nothing does."""
    waits_at: Place | None
    """The place on the waiting list."""
    on_call: RotaDay
    clinic_heads: tuple[str, ...]
    phone: str
    """The clinic's own."""


def figures(
    session: Session, person_id: int, site_id: int, *, policy: TakeHomePolicy, at: datetime, about: Heading
) -> OwnSheetFigures:
    """Return what the sheet says today.

    Raises:
        NotFound: there is no such person.
    """
    today = about.last
    facts = dosing.facts_for(session, person_id=person_id, site_id=site_id, window_id=None, clinic_day=today, at=at)
    treated = facts.order is not None
    who, have = people.identity(session, person_id), sites.settings(session, site_id, today)
    return OwnSheetFigures(
        about=about,
        name=who.name,
        number=who.number,
        today=today,
        order=facts.order,
        next_visit=_next_visit(session, person_id, site_id, facts),
        injection=facts.injection,
        stops=facts.stops,
        dose_waits=_why_it_waits(facts, have.rules) if treated else None,
        known=None
        if facts.guest or not treated
        else take_home_evidence.eligibility_of(session, person_id, site_id, today, policy),
        review=take_home_reviews.open_review(session, person_id),
        declined=next((one.declined or "" for one in take_home_requests.requests_of(session, person_id)), ""),
        contested=tuple(one for one in contests.of_person(session, person_id) if one.open),
        ending=next((e for e in endings.of_person(session, person_id) if e.open and e.handed_on is not None), None),
        looked_at_by=prescriber_desk.due_about(session, person_id),
        waits_at=waiting.place_of(session, person_id, site_id),
        on_call=on_call.on_call(session, site_id, today),
        clinic_heads=tuple(one.name for one in on_call.clinic_heads(session, site_id, today)),
        phone=sites.site(session, site_id).phone,
    )


def _why_it_waits(facts: DosingFacts, site: SiteRules) -> Words | None:
    """Return why today's dose waits for a prescriber: for days without medicine, for what nobody knows, or as injected late."""
    verdict = re_entry_verdict(facts, site)
    if verdict is not None and verdict.holds and facts.slot.taken_at is None and not released_today(facts):
        if verdict.by_caution:
            return say(N_("What I took last is not known for certain, so a prescriber decides today."))
        words = N_(
            "I was without medicine for some days (%(n)s). My body is no longer used to the same amount, so a prescriber"
            " decides today."
        )
        return say(words, n=facts.days_without_medicine)
    late = injection_outside_window(facts, site)
    if late is None or late.code != "injection_late":
        return None
    return say(N_("My injection is late. It waits until a prescriber has decided; I ask for that today."))


def _next_visit(session: Session, person_id: int, site_id: int, facts: DosingFacts) -> date | None:
    """Return the next day on which the person is awaited, by the same ledger that counts the days before."""
    today = facts.clinic_day
    if facts.injection is not None:
        return _open_in(session, site_id, facts.injection, today)
    known = ledger.person_days(session, person_id, site_id, until=today + LOOKED_AHEAD)
    coming: tuple[LedgerDay, ...] = days.ledger(known, today, today + LOOKED_AHEAD, today)
    return next((day.day for day in coming if day.status in OPEN_TODAY or day.status is DayStatus.AWAITED), None)


def _open_in(session: Session, site_id: int, window: InjectionWindow, today: date) -> date | None:
    """Return the day for the next injection: due or after, else as late before as the window allows; None where all is shut."""
    first, last = max(window.opens_on, today), max(window.closes_on, today + A_WEEK)
    days_open = [day.day for day in calendar.calendar_of(session, site_id, first, last).values() if day.open]
    due = max(window.due_on, today)
    inside = [day for day in days_open if due <= day <= max(window.closes_on, today)]
    before = [day for day in days_open if day < due]
    return next(iter([*inside, *reversed(before), *days_open]), None)


OPEN_TODAY = frozenset({DayStatus.WITHHELD, DayStatus.REFUSED})
"""Nothing was taken, and the dose of the day can still be had."""


def sections(figures: OwnSheetFigures, listed: int = ALL_OF_IT) -> list[Section]:
    """Return every part of the sheet, in the order in which it is read.

    Args:
        listed: how much of what is missing for fewer visits is named at most.
    """
    of_the_medicine: list[Section] = []
    if figures.order is not None:
        of_the_medicine = [
            (say(N_("The way to fewer visits")), _fewer(figures, listed)),
            (say(N_("What I take, and what to expect")), _medicine(figures.order)),
        ]
    return [
        (say(N_("When I come next")), _next(figures)),
        (say(N_("Is anything held back, and why?")), _held(figures)),
        (say(N_("Who decides, and how I can object")), _contest(figures)),
        *of_the_medicine,
        (say(N_("Get help at once")), EMERGENCY),
    ]


WEEKDAYS = (
    N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"),
)  # fmt: skip


def _next(figures: OwnSheetFigures) -> list[Words]:
    if figures.next_visit is None:
        said = [say(N_("No day is planned yet. Ask when to come."))]
    elif figures.next_visit == figures.today:
        said = [say(N_("Today."))]
    else:
        weekday = say(WEEKDAYS[figures.next_visit.weekday()])
        said = [say(N_("%(weekday)s, %(day)s."), weekday=weekday, day=figures.next_visit)]
    if figures.injection is not None:
        words = N_("My next injection is due on %(day)s. It can be given from %(first)s to %(last)s.")
        window = figures.injection
        said.append(say(words, day=window.due_on, first=window.opens_on, last=window.closes_on))
    if figures.order is not None:
        words = N_("What is ordered for me holds until %(day)s. Before then I talk with a prescriber.")
        said.append(say(words, day=figures.order.ends_on))
    call = say(N_("If I cannot come, I call %(phone)s as early as I can."), phone=figures.phone)
    return [*said, *([call] if figures.phone else [])]


STOPS = {
    StopKind.SEDATION: N_("I was very sleepy. A prescriber makes sure first that my dose is safe."),
    StopKind.DAYS_WITHOUT_MEDICINE: N_("I was without it for some days. My usual amount may be too strong now."),
    StopKind.ELSEWHERE_UNVERIFIED: N_("I may have had a dose elsewhere. Somebody calls there first."),
    StopKind.MEDICINE_ABSENT: N_("A test did not show what I take. A prescriber talks with me about it first."),
    StopKind.INCIDENT: N_("Something went wrong with a dose. A prescriber makes sure first that I am well."),
    StopKind.ORDER_PROBLEM: N_("Something about what is ordered for me is not clear."),
    StopKind.ABSENCE: N_("I was in hospital or custody. Somebody asks first what I had there."),
}
"""Why a stop stands, in words for the person whom it is about."""


def _held(figures: OwnSheetFigures) -> list[Words]:
    said = [
        say(
            N_("%(why)s Set by %(by)s on %(at)s; a prescriber decides by %(due)s."),
            why=say(STOPS[stop.kind]),
            by=stop.set_by,
            at=Moment(stop.set_at),
            due=Moment(stop.decide_by),
        )
        for stop in figures.stops
    ]
    if figures.dose_waits is not None:
        said.append(figures.dose_waits)
    if figures.review is not None:
        words = N_(
            "Whether I go on taking doses home is looked at again since %(at)s; a prescriber decides by %(due)s."
            " Until then I come on every open day. What I have at home stays mine."
        )
        said.append(say(words, at=Moment(figures.review.since), due=Moment(figures.review.due_at)))
    if figures.declined:
        said.append(say(N_("What I asked for last was declined: %(why)s"), why=figures.declined))
    if figures.ending is not None:
        words = N_(
            "It is proposed to end my treatment, not before %(last)s. I can object until %(until)s. Until it is decided my"
            " doses go on."
        )
        said.append(say(words, last=figures.ending.last_day, until=figures.ending.contest_by))
    if figures.order is None:
        said += _not_ordered(figures)
    return said or [say(N_("No. Nothing is held back today."))]


def _not_ordered(figures: OwnSheetFigures) -> list[Words]:
    """Return what somebody is told for whom nothing is ordered: what it needs, and by when somebody looks at it."""
    said = [
        say(N_("Nothing is ordered for me today. A prescriber decides that with me; nobody else can, and I can ask."))
    ]
    if figures.waits_at is not None:
        words = N_(
            "I wait for a place since %(day)s, and stand at place %(place)s. I may have talks, groups and supplies now."
        )
        said.append(say(words, day=figures.waits_at.who.since_on, place=figures.waits_at.place))
    if figures.looked_at_by is not None:
        said.append(say(N_("A prescriber answers by %(due)s."), due=Moment(figures.looked_at_by)))
    return said


def _contest(figures: OwnSheetFigures) -> list[Words]:
    said = []
    if figures.order is not None:
        said.append(say(N_("%(by)s signed what is ordered for me."), by=figures.order.signed_by))
    if figures.on_call.prescriber is not None:
        words = (
            N_("Today I can ask for %(who)s.")
            if not figures.on_call.phone
            else N_("Today I can ask for %(who)s, %(phone)s.")
        )
        said.append(say(words, who=figures.on_call.prescriber.name, phone=figures.on_call.phone))
    said.append(
        say(
            N_(
                "If I do not agree, I say so to anybody here. I can ask to talk with a prescriber the "
                "same day, and to read what is on record about it."
            )
        )
    )
    words = N_(
        "A stop, a decision about doses to take home, or an ending: I can have my objection written down. Somebody who did"
        " not decide it answers me on paper within %(n)s days."
    )
    said.append(say(words, n=turn_rules().contest_answered_within.days))
    for one in figures.contested:
        words = N_("I objected on %(day)s (%(about)s). The answer is due on %(due)s at the latest.")
        said.append(say(words, day=one.said_on, about=one.about, due=one.answer_by))
    if figures.clinic_heads:
        words = N_("If I still do not agree, I can turn to %(who)s, and bring somebody along.")
        said.append(say(words, who=", ".join(figures.clinic_heads)))
    said.append(say(N_("I can ask what is on record about me, and who has opened it.")))
    said.append(say(N_("Asking or objecting is never held against me.")))
    return said


def _fewer(figures: OwnSheetFigures, listed: int) -> list[Words]:
    known = figures.known
    if figures.injection is not None:
        return [say(N_("Between two injections I do not have to come for a dose. I come for what I have agreed on."))]
    if known is None:
        return [say(N_("As a guest I come on every day on which a dose is due; my own clinic decides about more."))]
    said = [say(N_("Now I come about %(n)s times a week."), n=known.visits_a_week)]
    if known.next_step is not None:
        words = N_("From day %(day)s I could take up to %(n)s days home at one time. Today is day %(today)s.")
        step = known.next_step
        said.append(say(words, day=step.from_day, n=step.allowance.most_days, today=known.days_in_treatment))
    if known.missing:
        said.append(say(N_("Still missing:")))
        said += [say(N_("• %(what)s"), what=words) for words in known.missing[:listed]]
    if len(known.missing) > listed:
        said.append(say(N_("and %(n)s more: I ask for the list."), n=len(known.missing) - listed))
    said.append(say(N_("A person decides, never a computer. I can ask for it at any time.")))
    return said


# What is said of medicines, and of what to do in an emergency, stands with its source in docs/sources.md.
BUPRENORPHINE = [
    say(N_("I let it melt under my tongue, and do not chew, swallow, eat or drink until it is gone.")),
    say(N_("If I took another opioid shortly before, it can bring withdrawal on at once: I say so first.")),
]
WHAT_IT_IS = {
    Medication.METHADONE: [
        say(N_("Methadone. Taken every day it keeps withdrawal and craving away.")),
        say(N_("It builds up over days: what a change does shows only after some days.")),
    ],
    Medication.BUPRENORPHINE: [say(N_("Buprenorphine. It keeps withdrawal and craving away.")), *BUPRENORPHINE],
    Medication.BUPRENORPHINE_NALOXONE: [
        say(N_("Buprenorphine with naloxone. It keeps withdrawal and craving away.")),
        *BUPRENORPHINE,
    ],
}
INJECTED = [
    say(N_("Buprenorphine as an injection under the skin, given here only. It works for days or weeks.")),
    say(N_("I may feel a small bump there for some time. I do not rub it, and never try to take it out.")),
]
EXPECT = [
    say(
        N_(
            "I may sweat, feel sleepy or be constipated; I do not drive before I know how it "
            "affects me. I say so if it does not get better."
        )
    ),
    say(
        N_(
            "With alcohol, sleeping pills or other opioids it can stop my breathing. What I have "
            "at home stays locked away: a child can die of one dose."
        )
    ),
    say(
        N_(
            "A missed dose is never made up for. After days without it the old amount can be "
            "too strong: I come, and say how long it was."
        )
    ),
]
EMERGENCY = [
    say(
        N_(
            "Somebody who cannot be woken, hardly breathes or has blue lips may be dying: call an "
            "ambulance, give naloxone, stay."
        )
    ),
    say(N_("I can ask here for naloxone to keep at home, and show the people I live with how to use it.")),
]


def _medicine(order: OrderFacts) -> list[Words]:
    if order.form is Form.INJECTION:
        return [*INJECTED, *EXPECT]
    return [*WHAT_IT_IS[order.medication], *EXPECT]


def render(figures: OwnSheetFigures, *, speak: Speaker) -> bytes:
    """Return the sheet as PDF on one page: at the largest size that fits, and where none does, with less of the list."""
    width, height = page.room(figures.about)
    for size, listed in SIZES_AND_LISTS:
        story = _story(figures, size, speak, listed)
        if sum(part.wrap(width, height)[1] for part in story) <= height:
            break
    return page.build(story, title=TITLE, about=figures.about, speak=speak, bare=True)


def _story(figures: OwnSheetFigures, size: float, speak: Speaker, listed: int) -> list[Flowable]:
    language = figures.about.language
    story: list[Flowable] = [Text(f"{figures.name} · {figures.number}", size=size + 4, bold=True, language=language)]
    for title, lines in sections(figures, listed):
        story.append(Text(speak(title), size=size + 1.5, bold=True, language=language, above=size * 0.7))
        story += [Text(speak(words), size=size, language=language, above=1.5) for words in lines]
    return story
