"""The site's statement of confidentiality on paper, for the person to keep; around it neither clinic nor medicine is named."""

from dataclasses import dataclass

from reportlab.platypus import Flowable
from sqlalchemy.orm import Session

from dispensary.errors import Refused
from dispensary.queries import consents
from dispensary.queries.consents import Statement
from dispensary.wording import N_, Speaker, say
from reports import page
from reports.ledger import Text
from reports.page import Heading

TITLE = say(N_("How what I say is kept"))
RIGHTS = (
    say(
        N_(
            "What I allow to be told stands on paper: to whom, what, for what, until when. I can take it back at any time."
        )
    ),
    say(N_("I can ask what was told about me, to whom, and who has opened my record.")),
)
"""What holds whatever the site's own words are."""


@dataclass(frozen=True)
class StatementFigures:
    """The statement that holds on the day of a heading."""

    about: Heading
    statement: Statement


def figures(session: Session, site_id: int, *, about: Heading) -> StatementFigures:
    """Return what the sheet says.

    Raises:
        Refused: the site has approved no statement yet.
    """
    found = consents.statement(session, site_id)
    if found is None:
        words = say(N_("No statement is approved yet. The clinic head approves the site's own first."))
        raise Refused(words, code="no_statement")
    return StatementFigures(about, found)


def render(figures: StatementFigures, *, speak: Speaker) -> bytes:
    """Return the sheet as PDF; its title says nothing about anybody."""
    language, holds = figures.about.language, figures.statement
    parts = [part for part in holds.text.split("\n") if part.strip()]
    story: list[Flowable] = [Text(part, size=11.5, language=language, above=7) for part in parts]
    story += [Text(f"• {speak(words)}", size=11.5, language=language, above=7) for words in RIGHTS]
    handed = say(N_("Handed over by: ______________________________  Day: ______________"))
    story.append(Text(speak(handed), size=11, language=language, above=28))
    version = say(N_("Version %(n)s, approved on %(day)s"), n=holds.turn, day=holds.approved_on)
    story.append(Text(speak(version), size=8, language=language, above=14))
    return page.build(story, title=TITLE, about=figures.about, speak=speak, bare=True)
