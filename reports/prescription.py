"""One version of an order on paper: the amounts in figures and in words, every step by date, and a line to sign on."""

from dataclasses import dataclass

from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable
from sqlalchemy.orm import Session

from dispensary.errors import NotFound
from dispensary.queries import orders
from dispensary.queries.orders import OrderVersion
from dispensary.queries.people import Identity, full_name, identity
from dispensary.rules.order_words import UPWARD, in_parts, in_words, often, window
from dispensary.rules.orders import OrderFacts, Step
from dispensary.wording import N_, Speaker, Words, say
from models.units import Mg, plain
from reports import fonts, page
from reports.ledger import Text
from reports.page import Heading

TITLE = say(N_("Prescription"))
DIGITS = {
    "0": say(N_("zero")),
    "1": say(N_("one")),
    "2": say(N_("two")),
    "3": say(N_("three")),
    "4": say(N_("four")),
    "5": say(N_("five")),
    "6": say(N_("six")),
    "7": say(N_("seven")),
    "8": say(N_("eight")),
    "9": say(N_("nine")),
    ".": say(N_("point")),
}


@dataclass(frozen=True)
class PrescriptionFigures:
    """Everything the sheet shows."""

    about: Heading
    person: Identity
    version: OrderVersion

    @property
    def order(self) -> OrderFacts:
        """The order as plain values."""
        return self.version.facts


def figures(session: Session, order_id: int, *, about: Heading) -> PrescriptionFigures:
    """Return one version of an order and whom it is for.

    Raises:
        NotFound: there is no such order.
    """
    version = orders.version(session, order_id)
    if version is None:
        raise NotFound(say(N_("There is no such order here.")), code="no_such_order")
    over = page.over(about, version.facts.starts_on, max(version.facts.starts_on, version.facts.ends_on))
    return PrescriptionFigures(over, identity(session, version.person_id), version)


def spelled(amount_mg: Mg, speak: Speaker) -> str:
    """Return an amount digit by digit with its unit written out: `eight zero milligrams`.

    Read so it is the same in every language, and a nought too many cannot be missed.
    """
    digits = " ".join(speak(DIGITS[digit]) for digit in plain(amount_mg))
    return speak(say(N_("%(digits)s milligrams"), digits=digits))


def steps(figures: PrescriptionFigures, speak: Speaker) -> list[tuple[str, str]]:
    """Return each step of the order: from which day how much, in figures, and the same in words, each part for itself."""
    return [
        (
            speak(say(N_("From %(day)s: %(amount)s"), day=step.from_on, amount=in_parts(step.amounts_mg))),
            _digits_of(step, speak),
        )
        for step in figures.order.steps
    ]


def _digits_of(step: Step, speak: Speaker) -> str:
    if len(step.amounts_mg) == 1:
        return spelled(step.amounts_mg[0], speak)
    parts = [
        speak(say(N_("part %(n)s: %(amount)s"), n=n, amount=spelled(mg, speak)))
        for n, mg in enumerate(step.amounts_mg, start=1)
    ]
    return "; ".join(parts)


def facts(figures: PrescriptionFigures, speak: Speaker) -> list[tuple[str, str]]:
    """Return what stands above the steps: for whom, what, how often, from when to when, by whom."""
    order, person = figures.order, figures.person
    written = [
        (N_("For"), full_name(person.family_name, person.given_name)),
        (N_("Number"), person.number),
        (N_("Born"), speak(person.birth_date) or speak(say(N_("not recorded")))),
        (N_("Medicine"), f"{speak(order.medication)}, {speak(order.form)}"),
        (N_("How often"), speak(often(order))),
        (N_("First day"), speak(order.starts_on)),
        (N_("Last day"), speak(order.ends_on) if not figures.version.never_held else speak(NEVER)),
        (N_("Version"), str(order.version)),
        (N_("Over a limit because"), figures.version.over_limit_reason or ""),
        (N_("Signed by"), f"{order.signed_by}, {speak.moment(order.signed_at)}"),
        (N_("Ended"), speak(figures.version.ended) if figures.version.ended else ""),
    ]
    return [(speak(say(title)), text) for title, text in written if text]


NEVER = say(N_("never held"))


def conditions(figures: PrescriptionFigures) -> list[Words]:
    """Return the sentences under the steps: hours between parts, the window of injections, on what a step up depends."""
    order, said = figures.order, []
    if order.parts > 1:
        said.append(
            say(N_("In %(parts)s parts a day, at least %(hours)s hours apart."), parts=order.parts,
                hours=order.hours_between_parts)
        )  # fmt: skip
    return [*said, *window(order), *([UPWARD] if UPWARD in in_words(order) else [])]


def render(figures: PrescriptionFigures, *, speak: Speaker) -> bytes:
    """Return the sheet as PDF."""
    language = figures.about.language
    story: list[Flowable] = [
        Text(f"{title}: {text}", size=11, bold=number in (0, 3), language=language, above=4)
        for number, (title, text) in enumerate(facts(figures, speak))
    ]
    for amount, words in steps(figures, speak):
        story.append(Text(amount, size=13, bold=True, language=language, above=14, with_next=True))
        story.append(Text(words, size=10, language=language, above=2))
    story += [Text(speak(words), size=9.5, language=language, above=12) for words in conditions(figures)]
    story.append(SignatureLine(speak(say(N_("Signature of the prescriber, date"))), language))
    return page.build(story, title=TITLE, about=figures.about, speak=speak)


class SignatureLine(Flowable):
    """A line to sign on, with what it is for under it."""

    def __init__(self, under: str, language: str) -> None:
        """Keep what stands under the line."""
        super().__init__()
        self.under, self.language = under, language

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Take the width there is and room to write."""
        return width, 70

    def draw(self) -> None:
        """Draw the line."""
        canvas: Canvas = self.canv
        canvas.setLineWidth(0.6)
        canvas.line(0, 16, 280, 16)
        fonts.draw(canvas, 0, 4, self.under, 8, language=self.language)
