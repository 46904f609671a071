"""The sheet that goes along with a referral: who is sent, why, when we come together the first time, and the way back."""

from dataclasses import dataclass

from reportlab.platypus import Flowable
from sqlalchemy.orm import Session

from dispensary.queries import people, referrals, sites
from dispensary.queries.people import Identity
from dispensary.rules.consents import Ground
from dispensary.rules.referrals import ReferralFacts
from dispensary.wording import N_, Moment, Speaker, Words, say
from reports import disclosed, page
from reports.ledger import Text
from reports.page import Heading

TITLE = say(N_("Referral"))


@dataclass(frozen=True)
class ReferralFigures:
    """What the sheet says."""

    about: Heading
    person: Identity
    referral: ReferralFacts
    ground: Ground
    phone: str
    """The clinic's own."""


def figures(session: Session, referral_id: int, *, ground: Ground, about: Heading, site_id: int) -> ReferralFigures:
    """Return what the sheet of a referral says today.

    Raises:
        NotFound: there is no such referral.
    """
    found = referrals.referral(session, referral_id)
    return ReferralFigures(
        about=about,
        person=people.identity(session, found.person_id),
        referral=found,
        ground=ground,
        phone=sites.site(session, site_id).phone,
    )


def lines(figures: ReferralFigures) -> list[Words]:
    """Return the sheet in sentences, the first of which names the person."""
    who, sent = figures.person, figures.referral
    said = [say(N_("%(name)s comes to you on our word."), name=who.name)]
    if who.birth_date is not None:
        said.append(say(N_("Born %(day)s."), day=who.birth_date))
    said.append(say(N_("Why: %(reason)s"), reason=sent.reason))
    if sent.meeting is not None and not sent.meeting.held:
        said.append(say(N_("We come along the first time: %(at)s."), at=Moment(sent.meeting.at)))
    whom = (
        N_("Please answer by %(day)s: %(phone)s, %(by)s.") if figures.phone else N_("Please answer by %(day)s: %(by)s.")
    )
    said.append(say(whom, day=sent.answer_by, phone=figures.phone, by=sent.by))
    if sent.way_back:
        said.append(say(N_("The way back to us: %(words)s"), words=sent.way_back))
    return said


ANSWERS = (
    N_("☐ taken on"),
    N_("☐ on the waiting list until ____________________"),
    N_("☐ did not come"),
    N_("☐ not taken, because ______________________________"),
)


def render(figures: ReferralFigures, *, speak: Speaker) -> bytes:
    """Return the sheet as PDF; its title says nothing about anybody."""
    language = figures.about.language

    def text(words: Words, **look: float | bool) -> Text:
        return Text(speak(words), language=language, **{"size": 11.0, "above": 5.0, **look})  # type: ignore[arg-type]

    first, *more = lines(figures)
    to = say(N_("To: %(clinic)s"), clinic=figures.ground.recipient)
    story: list[Flowable] = [text(to), text(first, size=13.0, bold=True, above=8.0), *(text(w) for w in more)]
    story.append(text(say(N_("Your answer")), bold=True, above=16.0))
    story += [text(say(answer), size=10.0) for answer in ANSWERS]
    story.append(text(say(N_("Name and telephone: ______________________________")), size=10.0, above=10.0))
    story += disclosed.footing(figures.ground, speak=speak, language=language)
    return page.build(story, title=TITLE, about=figures.about, speak=speak)
