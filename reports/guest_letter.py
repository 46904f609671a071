"""The letter between two clinics: our doses of a guest back to the home clinic, or our own patient's last dose to another.

It says what the other clinic needs to go on dosing safely, and no more than that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from reportlab.platypus import Flowable
from sqlalchemy.orm import Session

from dispensary.errors import Refused
from dispensary.queries import dispensing, guests, orders, people, referrals
from dispensary.queries.dispensing import DispensedDose
from dispensary.queries.guests import GuestOf
from dispensary.queries.people import Identity, StandingStop
from dispensary.rules.consents import Ground
from dispensary.rules.order_words import in_words
from dispensary.rules.orders import OrderFacts
from dispensary.wording import N_, Moment, Speaker, Words, say
from models.enums import StopKind
from models.units import plain
from reports import disclosed, page
from reports.dose_words import marks, outcome
from reports.ledger import Column, Ledger, Row, Text
from reports.page import Heading

TITLE = say(N_("Letter"))
TELLS_A_URINE = frozenset({StopKind.MEDICINE_ABSENT})
"""Who may hear of the last dose may not hear of a urine by that alone."""
DAYS_BACK = timedelta(days=13)
"""Of our own patient the doses of two weeks, if the consent covers them."""


@dataclass(frozen=True)
class LetterFigures:
    """What a letter says of one person."""

    about: Heading
    person: Identity
    ground: Ground
    """To whom it goes, and what allows it."""
    confirmed_by: str
    """To whom there the last dose was confirmed by telephone; empty leaves a line to fill in by hand."""
    way_back: str
    """How the person comes back to us, where a referral says so."""
    guest: GuestOf | None
    """The home clinic's own words, where the person is a guest here."""
    since: date | None
    """When the stay or the episode began."""
    last: DispensedDose | None
    """The last dose that was swallowed."""
    doses: tuple[DispensedDose, ...]
    """Each dose on record of the days that the letter covers, oldest first."""
    order: OrderFacts | None
    stops: tuple[StandingStop, ...]


def figures(
    session: Session,
    person_id: int,
    *,
    ground: Ground,
    with_days: bool,
    confirmed_by: str = "",
    about: Heading,
    at: datetime,
) -> LetterFigures:
    """Return what the letter says today: of a guest every day of the stay, of our own patient the last dose.

    Args:
        ground: what allows it; asked for before anything is read.
        with_days: of our own patient, also each dose of the last fourteen days.
        confirmed_by: to whom there the last dose was confirmed by telephone.

    Raises:
        NotFound: there is no such person.
        Refused: nobody in treatment here; there is nothing to go on from.
    """
    spans = people.episodes_of(session, [person_id]).get(person_id, [])
    if not spans:
        raise Refused(say(N_("Never in treatment here, so there is nothing to write of.")), code="nothing_to_write")
    span = next((s for s in spans if s.ended_on is None), spans[-1])
    guest = guests.guest_of(session, span.id)
    standing = [d for d in dispensing.doses_of_person(session, person_id) if d.reversal is None]
    first = span.admitted_on if guest else about.last - DAYS_BACK
    shown = tuple(d for d in standing if d.clinic_day >= first) if guest or with_days else ()
    return LetterFigures(
        about=page.over(about, min(first, about.last) if shown or guest else about.last, about.last),
        person=people.identity(session, person_id),
        ground=ground,
        confirmed_by=confirmed_by,
        way_back=_way_back(session, person_id, ground),
        guest=guest,
        since=span.admitted_on,
        last=next((d for d in reversed(standing) if d.taken_mg > 0), None),
        doses=shown,
        order=orders.active_order(session, person_id, about.last) if span.ended_on is None else None,
        stops=tuple(people.standing_stops(session, person_id, at)),
    )


def _way_back(session: Session, person_id: int, ground: Ground) -> str:
    """Return what the newest open referral to the same agency says of the way back."""
    agency_id = ground.consent.agency_id if ground.consent else None
    open_there = (r for r in referrals.referrals_of(session, person_id) if r.open and r.agency_id == agency_id)
    return next((referral.way_back for referral in open_there), "")


def opening(figures: LetterFigures) -> list[Words]:
    """Return the first sentences: to whom, about whom, and what the person is to us."""
    who, born = figures.person, figures.person.birth_date
    about = say(N_("About %(name)s, number %(number)s here."), name=who.name, number=who.number)
    if born is not None:
        words = N_("About %(name)s, born %(born)s, number %(number)s here.")
        about = say(words, name=who.name, born=born, number=who.number)
    said = [say(N_("To: %(clinic)s"), clinic=figures.ground.recipient), about]
    if guest := figures.guest:
        words = N_(
            "Your patient has been our guest since %(since)s, until %(until)s, on your letter %(letter)s; the last dose "
            "before was confirmed by %(by)s. Every day of the stay stands below."
        )
        said.append(say(words, since=figures.since, until=guest.until_on, letter=guest.letter, by=guest.confirmed_by))
    return said


def last_dose(figures: LetterFigures) -> list[Words]:
    """Return the last dose in words, with what must be known of it."""
    return in_sentences(figures.last)


def in_sentences(dose: DispensedDose | None) -> list[Words]:
    """Return the last dose that was swallowed, as it is told to whoever goes on dosing."""
    if dose is None:
        return [say(N_("No dose was taken here."))]
    words = N_("Last dose taken here: %(mg)s mg of %(medication)s, clinic day %(day)s at %(at)s, given by %(by)s.")
    said = [
        say(
            words,
            mg=dose.taken_mg,
            medication=dose.medication,
            day=dose.clinic_day,
            at=dose.taken_at,
            by=dose.dispenser.name,
        )
    ]
    if dose.came_up_after is not None and not dose.replaced:
        said.append(say(N_("It came up again; how much stayed is not known.")))
    if dose.incident is not None:
        said.append(say(N_("It was a dosing incident: please call before the next dose.")))
    return said


def standing(figures: LetterFigures) -> list[Words]:
    """Return the order that holds and the stops that stand, in sentences."""
    said = in_words(figures.order) if figures.order else [say(N_("No order holds here today."))]
    if figures.order:
        said.append(say(N_("Signed by %(by)s."), by=figures.order.signed_by))
    if not figures.stops:
        said.append(say(N_("No stop stands.")))
    return said + stops_in_words(figures.stops)


def stops_in_words(stops: Sequence[StandingStop]) -> list[Words]:
    """Return the stops that stand, in sentences; one that would tell a urine's result asks for a call instead of its kind."""
    plainly, by_call = N_("STOP since %(at)s: %(kind)s."), N_("STOP since %(at)s. Call us before the next dose.")
    return [
        say(by_call, at=Moment(s.set_at)) if s.kind in TELLS_A_URINE else say(plainly, at=Moment(s.set_at), kind=s.kind)
        for s in stops
    ]


COLUMNS = (
    (N_("Clinic day"), 60, False),
    (N_("Time"), 34, False),
    (N_("Medicine"), 110, False),
    (N_("Ordered"), 50, True),
    (N_("Taken"), 50, True),
    (N_("Outcome"), 130, False),
    (N_("By"), 28, False),
    (N_("Remarks"), 100, False),
)


def rows(figures: LetterFigures, speak: Speaker) -> list[Row]:
    """Return one row a dose, and one for each day without any."""
    days = (figures.about.last - figures.about.first).days + 1
    made = []
    for day in (figures.about.first + timedelta(days=n) for n in range(days)):
        doses = [dose for dose in figures.doses if dose.clinic_day == day]
        made += [Row(_cells(dose, speak)) for dose in doses]
        if not doses:
            made.append(Row((day.isoformat(), "", "", "", "", speak(say(N_("no dose on record"))), "", "")))
    return made


def _cells(dose: DispensedDose, speak: Speaker) -> tuple[str, ...]:
    return (
        dose.clinic_day.isoformat(),
        speak(dose.taken_at),
        speak(dose.medication),
        "" if dose.ordered_mg is None else f"{plain(dose.ordered_mg)} mg",
        f"{plain(dose.taken_mg)} mg",
        outcome(dose, speak),
        dose.dispenser.initials,
        ", ".join(speak(words) for words in marks(dose, late=False, note=None, wasted="")),
    )


CLOSING = (
    N_("A day that stands here with a dose is dosed: please give nothing more on it."),
    N_("For anything that is not clear, call us before the next dose, by the number of our clinic that you know."),
)


def _confirmed(figures: LetterFigures) -> Words:
    if figures.confirmed_by:
        return say(N_("Last dose confirmed by telephone to: %(who)s."), who=figures.confirmed_by)
    return say(N_("Confirmed by telephone to: ______________________________"))


def render(figures: LetterFigures, *, speak: Speaker) -> bytes:
    """Return the letter as PDF; its title says nothing about anybody."""
    language = figures.about.language

    def text(words: Words, **look: float | bool) -> Text:
        return Text(speak(words), language=language, **{"size": 10.0, "above": 4.0, **look})  # type: ignore[arg-type]

    first, *more = opening(figures)
    story: list[Flowable] = [text(first, size=11.0), *(text(w, bold=n == 0) for n, w in enumerate(more))]
    story += [text(w, size=12.0, bold=n == 0, above=8.0) for n, w in enumerate(last_dose(figures))]
    if not figures.guest:
        story += [*(text(words) for words in standing(figures)), text(_confirmed(figures), above=10.0)]
    if figures.guest or figures.doses:
        columns = [Column(speak(say(title)), share, number) for title, share, number in COLUMNS]
        story += [text(say(N_("Doses, day by day")), bold=True, above=10.0, with_next=True)]
        story += [Ledger(columns, rows(figures, speak), language=language, row_height=13.0)]
    story += [text(say(sentence), above=8.0) for sentence in CLOSING]
    if figures.way_back:
        story += [text(say(N_("The way back to us: %(words)s"), words=figures.way_back), bold=True, above=8.0)]
    story += disclosed.footing(figures.ground, speak=speak, language=language)
    story += [text(say(N_("Signed: ______________________________   Date and time: ____________________")), above=24.0)]
    return page.build(story, title=TITLE, about=figures.about, speak=speak)
