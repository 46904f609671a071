"""The answer to what a person contested, on paper: what was contested, in whose words, who decided, and why."""

from dataclasses import dataclass

from reportlab.platypus import Flowable
from sqlalchemy.orm import Session

from dispensary.errors import Refused
from dispensary.queries import contests, people
from dispensary.rules.contests import ContestFacts
from dispensary.wording import N_, Speaker, Words, say
from models.enums import ContestAbout, ContestResult
from reports import page
from reports.ledger import Text
from reports.page import Heading

TITLE = say(N_("Answer"))
FOLLOWS: dict[ContestResult, Words] = {
    ContestResult.UPHELD: say(N_("What was decided stays as it is.")),
    ContestResult.CHANGED: say(N_("What was decided does not stay as it was; what comes instead is said above.")),
    ContestResult.REVERSED: say(N_("What was decided is taken back.")),
}
GOES_ON = say(N_("My treatment goes on as before."))
ALWAYS = (
    say(N_("I was never asked to give anything up for contesting this, and nothing got worse while it was decided.")),
    say(N_("If I still do not agree, I can talk with whoever answered, and bring somebody along.")),
)


@dataclass(frozen=True)
class AnswerFigures:
    """What the sheet says."""

    about: Heading
    name: str
    contest: ContestFacts


def figures(session: Session, contest_id: int, *, about: Heading) -> AnswerFigures:
    """Return the answer to a contest.

    Raises:
        NotFound: there is no such contest.
        Refused: nobody has answered it.
    """
    contest = contests.contest(session, contest_id)
    if contest.open:
        raise Refused(say(N_("Nobody has answered this yet. Answer it first.")), code="not_answered")
    who = people.identity(session, people.surviving(session, contest.person_id))
    return AnswerFigures(about, who.name, contest)


def render(figures: AnswerFigures, *, speak: Speaker) -> bytes:
    """Return the sheet as PDF; its title says nothing about anybody."""
    language, contest = figures.about.language, figures.contest
    story: list[Flowable] = [Text(f"{figures.name} · {contest.number}", size=14, bold=True, language=language)]
    for title, lines in sections(contest):
        story.append(Text(speak(title), size=11.5, bold=True, language=language, above=9, with_next=True))
        story += [
            Text(line if isinstance(line, str) else speak(line), size=10.5, language=language, above=2)
            for line in lines
        ]
    return page.build(story, title=TITLE, about=figures.about, speak=speak, bare=True)


def sections(contest: ContestFacts) -> list[tuple[Words, list[Words | str]]]:
    """Return what the sheet says, part by part."""
    assert contest.result is not None  # `figures` refused it otherwise
    follows: list[Words | str] = [FOLLOWS[contest.result]]
    if contest.about is ContestAbout.ENDING and contest.result is not ContestResult.UPHELD:
        follows.append(GOES_ON)
    decided = say(
        N_("%(by)s, who had no hand in it, on %(day)s: %(result)s."),
        by=contest.answered_by,
        day=contest.decided_on,
        result=contest.result,
    )
    return [
        (
            say(N_("What I contested on %(day)s"), day=contest.said_on),
            [say(N_("It was about: %(about)s."), about=contest.about), f"“{contest.words}”"],
        ),
        (say(N_("Who decided")), [decided]),
        (say(N_("Why")), [contest.reason]),
        (say(N_("What follows")), [*follows, *ALWAYS]),
    ]
