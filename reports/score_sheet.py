"""A questionnaire over time on paper: the picture that the screen shows, and under it every day with what it came to."""

from dataclasses import dataclass

from reportlab.platypus import Flowable
from sqlalchemy.orm import Session

from dispensary.policy.instruments import Definition, Item, Scoring, definition
from dispensary.queries import instruments, people
from dispensary.queries.instruments import Taken
from dispensary.queries.people import Identity
from dispensary.wording import N_, Speaker, say
from models.enums import Instrument
from reports import charts, page, score_trend
from reports.ledger import Column, Ledger, Row, Text
from reports.page import Heading

TITLE = say(N_("Questionnaire over time"))
STAYS = say(N_("For use in this clinic. Nobody else is told of it without the person's consent."))
COLUMNS = ((N_("Day"), 66), (N_("Comes to"), 330), (N_("Entered by"), 110))
"""Heading and share of the paper's width."""
SIDE_BY_SIDE = 6
"""So many of the newest days, where every answer is printed."""


@dataclass(frozen=True)
class ScoreFigures:
    """One questionnaire of one person, the newest first."""

    about: Heading
    person: Identity
    definition: Definition
    taken: tuple[Taken, ...]


def figures(session: Session, person_id: int, instrument: Instrument, *, about: Heading) -> ScoreFigures:
    """Return a person's questionnaire over time; what was entered by mistake is not printed.

    Raises:
        NotFound: there is no such person.
    """
    taken = tuple(one for one in instruments.scores_of(session, person_id, instrument) if one.counts)
    about = page.over(about, taken[-1].taken_on if taken else about.first, about.last)
    return ScoreFigures(about, people.identity(session, person_id), definition(instrument), taken)


def came_to(taken: Taken, speak: Speaker) -> str:
    """Return what a questionnaire came to: its total with its band, or the total of each substance."""
    score = taken.score
    if score.total is not None:
        return f"{score.total} {speak.translate(score.band)}".strip()
    return "; ".join(f"{speak(one.substance)} {one.total} {speak.translate(one.band)}" for one in score.parts)


def _totals(figures: ScoreFigures, speak: Speaker) -> Flowable:
    """Return a row for each day with what it came to."""
    columns = [Column(speak(say(title)), share) for title, share in COLUMNS]
    rows = [Row((speak(one.taken_on), came_to(one, speak), one.by)) for one in figures.taken]
    return Ledger(columns, rows, language=figures.about.language)


def _answers(figures: ScoreFigures, speak: Speaker) -> Flowable:
    """Return a row for each answer, beside each other on the newest days: where there is no total, each stands for itself."""
    days = figures.taken[:SIDE_BY_SIDE]
    columns = [Column(speak(say(N_("Question"))), 200), *(Column(speak(one.taken_on), 55, number=True) for one in days)]
    rows = [
        Row([_question(item, speak), *(str(one.values.get(item.key, "–")) for one in days)])
        for item in figures.definition.items
        if any(item.key in one.values for one in days)
    ]
    return Ledger(columns, rows, language=figures.about.language)


def _question(item: Item, speak: Speaker) -> str:
    words = speak.translate(item.words) if item.words else item.key
    return f"{words} ({speak.translate(item.unit)})" if item.unit else words


def render(figures: ScoreFigures, *, speak: Speaker) -> bytes:
    """Return the sheet as PDF; its title says nothing about anybody."""
    language, about = figures.about.language, figures.definition
    who = say(N_("%(name)s · number %(number)s"), name=figures.person.name, number=figures.person.number)
    story: list[Flowable] = [
        Text(speak(who), size=12, bold=True, language=language),
        Text(speak(about.instrument), size=12, language=language, above=2),
    ]
    if score_trend.can_be_drawn(figures.taken):
        story.append(charts.fitted(score_trend.chart(about, figures.taken, speak)))
    story.append(_totals(figures, speak) if about.scoring is not Scoring.EACH else _answers(figures, speak))
    said = (about.edition, about.source, about.licence)
    story.append(
        Text(". ".join(speak.translate(words).rstrip(".") for words in said) + ".", language=language, above=8)
    )
    story.append(Text(speak(STAYS), size=9, bold=True, language=language, above=6))
    return page.build(story, title=TITLE, about=figures.about, speak=speak)
