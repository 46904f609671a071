"""The consent to treatment on paper, in plain words, to sign; around it neither clinic nor medicine is named."""

from dataclasses import dataclass

from reportlab.platypus import Flowable
from sqlalchemy.orm import Session

from dispensary.queries import people
from dispensary.rules.intake import CONSENT_SAYS, EDITION
from dispensary.wording import N_, Speaker, say
from reports import page
from reports.ledger import Text
from reports.page import Heading

TITLE = say(N_("My agreement"))


@dataclass(frozen=True)
class ConsentFigures:
    """Whose agreement it is."""

    about: Heading
    name: str
    number: str


def figures(session: Session, person_id: int, *, about: Heading) -> ConsentFigures:
    """Return what the sheet says.

    Raises:
        NotFound: there is no such person.
    """
    who = people.identity(session, person_id)
    return ConsentFigures(about, who.name, who.number)


def render(figures: ConsentFigures, *, speak: Speaker) -> bytes:
    """Return the sheet as PDF; its title says nothing about anybody."""
    language = figures.about.language
    story: list[Flowable] = [Text(f"{figures.name} · {figures.number}", size=14, bold=True, language=language)]
    story += [Text(f"• {speak(words)}", size=12, language=language, above=8) for words in CONSENT_SAYS]
    line = say(N_("My name: ______________________________  Day: ______________"))
    witness = say(N_("Explained by: __________________________  Day: ______________"))
    story += [Text(speak(words), size=11, language=language, above=30) for words in (line, witness)]
    edition = say(N_("Edition of this text: %(edition)s"), edition=EDITION)
    story.append(Text(speak(edition), size=8, language=language, above=14))
    return page.build(story, title=TITLE, about=figures.about, speak=speak, bare=True)
