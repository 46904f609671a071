"""The sheet of a case conference for one agency that was there: what was shared with it, and who does what by when."""

from dataclasses import dataclass

from reportlab.platypus import Flowable
from sqlalchemy.orm import Session

from dispensary.errors import Refused
from dispensary.queries import conferences, people
from dispensary.queries.conferences import ConferenceOf
from dispensary.queries.people import Identity
from dispensary.rules.consents import Ground
from dispensary.wording import N_, Speaker, Words, say
from reports import disclosed, page
from reports.ledger import Column, Ledger, Row, Text
from reports.page import Heading

TITLE = say(N_("Case conference"))
COLUMNS = ((N_("What"), 250), (N_("Who"), 130), (N_("By"), 60), (N_("Done"), 60))


@dataclass(frozen=True)
class ConferenceFigures:
    """What the sheet says."""

    about: Heading
    person: Identity
    conference: ConferenceOf
    ground: Ground


def figures(session: Session, conference_id: int, *, ground: Ground, about: Heading) -> ConferenceFigures:
    """Return what the sheet of a conference says today.

    Raises:
        NotFound: there is no such conference.
        Refused: it would go to an agency that was not there.
    """
    held = conferences.conference(session, conference_id)
    if ground.consent is not None and ground.consent.agency_id not in {party.agency_id for party in held.parties}:
        words = say(N_("This agency was not at the table. Choose one that was, or give the sheet to the person."))
        raise Refused(words, code="not_there", field="agency_id")
    about = page.over(about, held.held_on, held.held_on)
    return ConferenceFigures(about, people.identity(session, held.person_id), held, ground)


def lines(figures: ConferenceFigures) -> list[Words]:
    """Return who met about whom, in sentences."""
    held = figures.conference
    said = [
        say(N_("About %(name)s, on %(day)s: %(about)s"), name=figures.person.name, day=held.held_on, about=held.about),
        say(N_("The person was there.")) if held.person_was_there else say(N_("The person was not there.")),
    ]
    return said + [say(N_("%(agency)s: %(who)s"), agency=party.agency, who=party.who) for party in held.parties]


def render(figures: ConferenceFigures, *, speak: Speaker) -> bytes:
    """Return the sheet as PDF; its title says nothing about anybody."""
    language = figures.about.language

    def text(words: Words, **look: float | bool) -> Text:
        return Text(speak(words), language=language, **{"size": 10.5, "above": 4.0, **look})  # type: ignore[arg-type]

    first, *more = lines(figures)
    story: list[Flowable] = [text(first, size=12.0, bold=True), *(text(words) for words in more)]
    if figures.conference.actions:
        columns = [Column(speak(say(title)), share) for title, share in COLUMNS]
        rows = [
            Row((a.what, a.who, a.due_on.isoformat(), a.done_on.isoformat() if a.done_on else ""))
            for a in figures.conference.actions
        ]
        story += [text(say(N_("Who does what by when")), bold=True, above=10.0, with_next=True)]
        story.append(Ledger(columns, rows, language=language, row_height=0))
    story += disclosed.footing(figures.ground, speak=speak, language=language)
    return page.build(story, title=TITLE, about=figures.about, speak=speak)
