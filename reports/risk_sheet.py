"""What the nightly scan said of a person, in words: each reason as a count, its points, what is not known, what became of others.

The same words on the screen and on the person's own sheet. There is no such sheet for anybody else.
"""

from dataclasses import dataclass

from reportlab.platypus import Flowable
from sqlalchemy.orm import Session

from dispensary.policy.risk import risk_card
from dispensary.queries import people, risk_flags
from dispensary.queries.people import Identity
from dispensary.queries.risk_flags import Flag
from dispensary.rules.consents import Ground
from dispensary.rules.risk import RiskReason
from dispensary.wording import N_, Speaker, Words, say
from models.enums import RiskFactor
from models.units import plain
from reports import disclosed, page
from reports.ledger import Text
from reports.page import Heading

TITLE = say(N_("What was counted"))
NEVER = say(N_("None of this changes a dose or a take-home dose, and nobody at the window sees it."))
NOTHING = say(N_("Nothing was raised."))
WHAT_FOR = say(
    N_("It is counted so that somebody speaks with you in time: about coming, the amount, or anything else.")
)
NO_POINTS = say(N_("Counted, no points:"))
NOT_COUNTED = say(N_("Not known, no points:"))
MOST = 5

COUNTED = {
    RiskFactor.NO_SHOWS: N_("scheduled days missed in a row: %(n)s"),
    RiskFactor.OTHER_MISSED: N_("other scheduled days missed in the last 14: %(n)s"),
    RiskFactor.DAYS_IN_TREATMENT: N_("days in treatment here: %(n)s"),
    RiskFactor.LOW_AMOUNT: N_("amount a day: %(n)s mg"),
    RiskFactor.LOWERED: N_("amount a day lower than 14 days ago by %(n)s mg"),
    RiskFactor.OPIOID_URINE: N_("last opioid urine, %(n)s days ago"),
    RiskFactor.NO_URINE: N_("days without a urine: %(n)s"),
}
NOT_KNOWN = {
    RiskFactor.LOW_AMOUNT: N_("the amount a day"),
    RiskFactor.LOWERED: N_("the amount 14 days ago"),
    RiskFactor.OPIOID_URINE: N_("an opioid urine of the last 28 days"),
    RiskFactor.NO_URINE: N_("when a urine is due: no policy says"),
}


def reason_words(reason: RiskReason) -> Words:
    """Return one reason as a count, with its points, if it gave any."""
    if reason.count is None:
        return say(NOT_KNOWN[reason.factor])
    counted = say(COUNTED[reason.factor], n=plain(reason.count))
    if reason.factor is RiskFactor.OPIOID_URINE:
        what = N_("%(counted)s: positive") if reason.points else N_("%(counted)s: negative")
        counted = say(what, counted=counted)
    if not reason.points:
        return counted
    words = N_("%(counted)s (1 point)") if reason.points == 1 else N_("%(counted)s (%(points)s points)")
    return say(words, counted=counted, points=reason.points)


def others_words(flag: Flag) -> Words:
    """Return what became of others in that position, with n and where it was counted."""
    table, row = flag.others
    if row is None:
        return say(N_("What became of others in that position is not on record."))
    if flag.no_shows:
        words = N_(
            "Of missed days in a row that reached %(n)s, %(share)s did not end: the person did not come back."
            " %(source)s%(of)s."
        )
    else:
        words = N_(
            "Of days with a dose, and %(n)s missed in the last 14, after %(share)s the person stopped coming within 14 days."
            " %(source)s%(of)s."
        )
    of = say(N_("; n = %(n)s at the first missed day"), n=table.n) if table.n else ""
    return say(words, n=row.least, share=row.share, source=say(table.source), of=of)


@dataclass(frozen=True)
class RiskFigures:
    """What was raised of one person, the newest first."""

    about: Heading
    person: Identity
    flags: tuple[Flag, ...]


def figures(session: Session, person_id: int, *, about: Heading) -> RiskFigures:
    """Return what the nightly scan raised of a person and somebody was told of."""
    flags = tuple(risk_flags.flags_of(session, person_id))
    return RiskFigures(about, people.identity(session, person_id), flags)


def render(figures: RiskFigures, ground: Ground, *, speak: Speaker) -> bytes:
    """Return the sheet as PDF, for the person's own hand; its title and head say nothing about anybody."""
    language = figures.about.language

    def text(words: Words, *, size: float = 10.0, bold: bool = False, above: float = 4.0) -> Text:
        return Text(speak(words), language=language, size=size, bold=bold, above=above)

    story: list[Flowable] = [
        text(say(N_("For %(name)s"), name=figures.person.name), size=13.0, bold=True),
        text(WHAT_FOR),
        text(NEVER),
    ]
    for flag in figures.flags[:MOST]:
        words = say(N_("On %(day)s: %(points)s points"), day=flag.night, points=flag.points)
        story.append(text(words, bold=True, above=10.0))
        story += [text(reason_words(one)) for one in flag.scored]
        for title, some in ((NO_POINTS, flag.counted), (NOT_COUNTED, flag.not_known)):
            if some:
                story.append(text(title, above=6.0))
                story += [text(reason_words(one)) for one in some]
        story.append(text(others_words(flag), size=9.0, above=6.0))
    if not figures.flags:
        story.append(text(NOTHING))
    story.append(
        text(
            say(N_("Card %(version)s. %(source)s."), version=risk_card().version, source=risk_card().citation), size=8.0
        )
    )
    story += disclosed.footing(ground, speak=speak, language=language)
    return page.build(story, title=TITLE, about=figures.about, speak=speak, bare=True)
