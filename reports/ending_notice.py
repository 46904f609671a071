"""The written notice of an ending against the person's wish: why, until when doses go on, how to contest it, where else to go.

It is put into the person's own hand. Around the content stands neither clinic nor medicine.
"""

from dataclasses import dataclass

from reportlab.platypus import Flowable
from sqlalchemy.orm import Session

from dispensary.errors import Refused
from dispensary.queries import agencies, endings, people, sites
from dispensary.queries.agencies import Listed
from dispensary.rules.endings import EndingFacts
from dispensary.wording import N_, Speaker, Words, say
from models.enums import AgencyKind
from reports import page
from reports.ledger import Text
from reports.page import Heading

TITLE = say(N_("Notice"))
ELSEWHERE = (AgencyKind.OTHER_CLINIC, AgencyKind.PRIMARY_CARE, AgencyKind.RESIDENTIAL, AgencyKind.HOSPITAL)
HELPS = (AgencyKind.LEGAL_ADVICE,)


@dataclass(frozen=True)
class NoticeFigures:
    """What the notice says."""

    about: Heading
    name: str
    number: str
    ending: EndingFacts
    answered_within: int
    """In days."""
    phone: str
    elsewhere: tuple[Listed, ...]
    helps: tuple[Listed, ...]


def figures(session: Session, ending_id: int, *, answered_within: int, about: Heading) -> NoticeFigures:
    """Return what the notice of an ending says.

    Raises:
        NotFound: there is no such ending.
        Refused: there is no notice, since only one hand proposed it, or it is over.
    """
    ending = endings.ending(session, ending_id)
    if ending.agreed_by is None or not ending.open:
        words = N_("There is no notice of this: prescriber and clinic head have not both agreed, or it is over.")
        raise Refused(say(words), code="no_notice")
    who = people.identity(session, people.surviving(session, ending.person_id))
    listed = agencies.directory(session, ending.site_id)
    return NoticeFigures(
        about=about,
        name=who.name,
        number=who.number,
        ending=ending,
        answered_within=answered_within,
        phone=sites.site(session, ending.site_id).phone,
        elsewhere=tuple(one for one in listed if one.kind in ELSEWHERE),
        helps=tuple(one for one in listed if one.kind in HELPS),
    )


def render(figures: NoticeFigures, *, speak: Speaker) -> bytes:
    """Return the notice as PDF; its title says nothing about anybody."""
    language = figures.about.language
    story: list[Flowable] = [
        Text(f"{figures.name} · {figures.number}", size=14, bold=True, language=language),
    ]
    for title, lines in sections(figures):
        story.append(Text(speak(title), size=11.5, bold=True, language=language, above=9, with_next=True))
        story += [
            Text(line if isinstance(line, str) else speak(line), size=10.5, language=language, above=2)
            for line in lines
        ]
    line = say(N_("I have this notice in hand: ______________________________  Day: ______________"))
    story.append(Text(speak(line), size=10.5, language=language, above=22))
    return page.build(story, title=TITLE, about=figures.about, speak=speak, bare=True)


def sections(figures: NoticeFigures) -> list[tuple[Words, list[Words | str]]]:
    """Return what the notice says, part by part, in plain words."""
    ending = figures.ending
    return [
        (say(N_("What is to happen")), _what(ending)),
        (say(N_("Why")), [say(N_("Reason: %(why)s."), why=ending.reason), ending.account]),
        (say(N_("What was offered instead")), [ending.offered_instead]),
        (say(N_("If I do not agree")), _contest(figures)),
        (say(N_("To stay safe")), list(SAFE)),
        (say(N_("Where else, and the way back")), _elsewhere(figures)),
    ]


def _what(ending: EndingFacts) -> list[Words | str]:
    return [
        say(N_("My treatment here is to end. My doses go on until %(day)s at the least."), day=ending.last_day),
        say(
            N_("%(first)s and %(second)s decided this together. Nobody may end it alone, nor before that day."),
            first=ending.proposed_by,
            second=ending.agreed_by,
        ),
    ]


def _contest(figures: NoticeFigures) -> list[Words | str]:
    said: list[Words | str] = [
        say(
            N_("I can contest this until %(day)s. I say so to anybody here, in my own words, or have somebody say it."),
            day=figures.ending.contest_by,
        ),
        say(
            N_(
                "Somebody who had no hand in it decides within %(n)s days, and I get the answer on paper. Until then my"
                " doses go on, and nothing gets worse for me because I contest it."
            ),
            n=figures.answered_within,
        ),
    ]
    if figures.phone:
        said.append(say(N_("By telephone: %(phone)s."), phone=figures.phone))
    return said + [_listed(one) for one in figures.helps]


SAFE = (
    say(
        N_(
            "After days without it the amount that I am used to can kill me. So can what I took before: I begin with little,"
            " and never alone."
        )
    ),
    say(N_("Naloxone to keep at home is handed to me with this notice. If not, I ask for it here at any time.")),
    say(
        N_(
            "Somebody who cannot be woken, hardly breathes or has blue lips may be dying: call an "
            "ambulance, give naloxone, stay."
        )
    ),
)


def _elsewhere(figures: NoticeFigures) -> list[Words | str]:
    said: list[Words | str] = [_listed(one) for one in figures.elsewhere]
    said.append(
        say(N_("I can ask for a letter with my last dose, so that another place goes on without a day in between."))
    )
    said.append(say(N_("The door stays open: I can ask to come back on any day, and am seen on the same day.")))
    return said


def _listed(one: Listed) -> Words:
    return say(N_("• %(name)s, %(phone)s"), name=one.name, phone=one.phone or one.contact)
