"""The early factual letter: which visits and prescriptions elsewhere we know of, from whom, and nothing else.

It judges nothing. The person gets it in hand, reads it first, and decides to whom it is shown.
"""

from dataclasses import dataclass

from reportlab.platypus import Flowable
from sqlalchemy.orm import Session

from dispensary.errors import Refused
from dispensary.queries import outside_visits, people
from dispensary.queries.outside_visits import KnownVisit
from dispensary.queries.people import Identity
from dispensary.rules.consents import Ground
from dispensary.wording import N_, Speaker, Words, say
from reports import disclosed, page
from reports.ledger import Column, Ledger, Row, Text
from reports.page import Heading

TITLE = say(N_("What we know of"))
OPENING = (
    N_("These visits and prescriptions elsewhere are known to us, each from the source beside it."),
    N_("Something may be missing or mistaken. Tell us, and we write it down."),
    N_(
        "Medicines that make sleepy, taken with the dose from here, can stop the breathing. We would like to plan together."
    ),
)
COLUMNS = (
    (N_("Day"), 60),
    (N_("Where"), 130),
    (N_("Prescriber"), 100),
    (N_("Medicine"), 110),
    (N_("How we know"), 130),
)


@dataclass(frozen=True)
class FactualFigures:
    """What the letter says."""

    about: Heading
    person: Identity
    visits: tuple[KnownVisit, ...]
    ground: Ground


def figures(session: Session, person_id: int, *, ground: Ground, about: Heading) -> FactualFigures:
    """Return what the letter says today, the oldest visit first.

    Raises:
        Refused: no visit elsewhere is known.
    """
    visits = outside_visits.visits_of(session, person_id)
    if not visits:
        words = say(N_("No visit elsewhere is on record, so there is nothing to write of. Note the visits first."))
        raise Refused(words, code="nothing_to_write")
    first = min(about.first, visits[-1].seen_on)
    return FactualFigures(
        about=page.over(about, first, about.last),
        person=people.identity(session, person_id),
        visits=tuple(reversed(visits)),
        ground=ground,
    )


def render(figures: FactualFigures, *, speak: Speaker) -> bytes:
    """Return the letter as PDF; its title says nothing about anybody, its head names no clinic."""
    language = figures.about.language

    def text(words: Words, **look: float | bool) -> Text:
        return Text(speak(words), language=language, **{"size": 10.5, "above": 4.0, **look})  # type: ignore[arg-type]

    name = say(N_("For %(name)s"), name=figures.person.name)
    story: list[Flowable] = [text(name, size=13.0, bold=True), *(text(say(words)) for words in OPENING)]
    rows = [Row((v.seen_on.isoformat(), v.where, v.prescriber, v.medicine, v.source)) for v in figures.visits]
    columns = [Column(speak(say(title)), share) for title, share in COLUMNS]
    story += [text(say(N_("Visits and prescriptions")), bold=True, above=10.0, with_next=True)]
    story.append(Ledger(columns, rows, language=language, row_height=0))
    story.append(
        text(say(N_("Talked over with: ______________________________   Day: ____________________")), above=24.0)
    )
    story += disclosed.footing(figures.ground, speak=speak, language=language)
    return page.build(story, title=TITLE, about=figures.about, speak=speak, bare=True)
