"""A person's plan on paper, in plain words, to take along and to sign. It names neither clinic nor medicine around it."""

from dataclasses import dataclass

from reportlab.platypus import Flowable
from sqlalchemy.orm import Session

from dispensary.queries import people, plans
from dispensary.queries.plans import Plan, Signed, Step
from dispensary.rules.consents import Ground
from dispensary.wording import N_, Speaker, Words, say
from models.enums import SignedOn, Signer
from reports import page, signature
from reports.disclosed import footing
from reports.ledger import Text
from reports.page import Heading

TITLE = say(N_("My plan"))
AGREED = N_("Agreed on %(day)s with %(by)s. We look at it again on %(review)s.")
OPEN = N_("☐ %(what)s (%(who)s, by %(day)s): %(result)s")
DONE = N_("☑ %(what)s (%(who)s, by %(day)s): %(result)s")


@dataclass(frozen=True)
class PlanFigures:
    """What the sheet says."""

    about: Heading
    name: str
    number: str
    plan: Plan


def figures(session: Session, plan_id: int, *, about: Heading) -> PlanFigures:
    """Return a plan as it is now.

    Raises:
        NotFound: there is no such plan.
    """
    plan = plans.plan(session, plan_id)
    who = people.identity(session, people.surviving(session, plan.person_id))
    return PlanFigures(about, who.name, who.number, plan)


def render(figures: PlanFigures, *, speak: Speaker, ground: Ground | None = None) -> bytes:
    """Return the sheet as PDF; its title says nothing about anybody.

    Args:
        ground: to whom it is told and why; None for the person's own sheet.
    """
    plan, language = figures.plan, figures.about.language
    agreed = say(AGREED, day=plan.agreed_on, by=plan.by, review=plan.review_on)
    story: list[Flowable] = [
        Text(f"{figures.name} · {figures.number}", size=14, bold=True, language=language),
        Text(speak(agreed), size=10, language=language, above=3),
        *_said(say(N_("Why I stay")), plan.reasons_to_stay, speak, language),
        *_said(say(N_("What worries me")), plan.worries, speak, language),
    ]
    for goal in plan.goals:
        words = say(N_("%(n)s. %(domain)s: %(goal)s"), n=goal.number, domain=goal.domain, goal=goal.text)
        story.append(Text(speak(words), size=11.5, bold=True, language=language, above=9, with_next=True))
        story += [Text(speak(_step(step)), size=10.5, language=language, above=2.5) for step in goal.steps]
    story += _said(say(N_("If I use again")), plan.if_a_lapse, speak, language)
    story.append(Text(speak(NEVER), size=9.5, language=language, above=6))
    for signer, words in NAMES.items():
        story += _name(words, plan.signed_by(signer), speak, language)
    if ground is not None:
        story += footing(ground, speak=speak, language=language)
    return page.build(story, title=TITLE, about=figures.about, speak=speak, bare=ground is None)


NEVER = say(
    N_(
        "Nothing in this plan is a condition of my dose. I can change it at any time, and take somebody along to talk about it."
    )
)
NAMES = {Signer.PERSON: say(N_("My name")), Signer.COUNSELLOR: say(N_("For the clinic"))}


def _said(title: Words, text: str, speak: Speaker, language: str) -> list[Flowable]:
    if not text:
        return []
    return [
        Text(speak(title), size=11.5, bold=True, language=language, above=9, with_next=True),
        Text(text, size=10.5, language=language, above=2),
    ]


def _step(step: Step) -> Words:
    """Return a step with a box to tick, ticked where it is done."""
    if step.seen is None:
        return say(N_("☐ %(what)s (%(who)s, by %(day)s)"), what=step.text, who=step.owner, day=step.due_on)
    words = OPEN if step.is_open else DONE
    return say(words, what=step.text, who=step.owner, day=step.due_on, result=step.seen.result)


def _name(words: Words, signed: Signed | None, speak: Speaker, language: str) -> list[Flowable]:
    if signed is None:
        line = say(N_("%(whose)s: ______________________________  Day: ______________"), whose=words)
        return [Text(speak(line), size=10.5, language=language, above=22)]
    how = say(N_("%(whose)s: signed %(how)s on %(day)s"), whose=words, how=signed.signed_how, day=signed.signed_on)
    if signed.signer is Signer.COUNSELLOR:
        how = say(N_("%(whose)s: %(by)s, on %(day)s"), whose=words, by=signed.by, day=signed.signed_on)
    said: list[Flowable] = [Text(speak(how), size=10.5, language=language, above=14, with_next=True)]
    if signed.drawn is not None and signed.signed_how is SignedOn.SCREEN:
        said.append(signature.drawing(signed.drawn, width=180))
    return said
