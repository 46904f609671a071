"""A theft or a loss of stock, field by field as a regulator's form asks, on the screen and on paper alike.

What was told stands beside what the books know; what nobody knows is said to be not known, and nothing is made up.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reportlab.platypus import Flowable
from sqlalchemy.orm import Session

from dispensary.queries import loss_facts, losses, sites
from dispensary.queries.loss_facts import Access, Pattern
from dispensary.queries.losses import LossCard
from dispensary.rules.losses import PATTERN_KINDS, Missing
from dispensary.wording import N_, Moment, Speaker, Words, in_unit, say
from models.enums import LossKind, MovementKind
from models.units import plain
from reports import page
from reports.ledger import Column, Ledger, Row, Text
from reports.page import Heading

TITLE = say(N_("Report of theft or loss of controlled drugs"))
NOT_KNOWN = say(N_("not known"))
NO_CHANGE = say(
    N_(
        "This report changes no balance. What is missing leaves the books by an authorised adjustment, which names its reason."
    )
)
REPORT_SAYS = say(
    N_("In quantities as told; everything under “by the books” is worked out from movements, sittings and roles.")
)


@dataclass(frozen=True)
class LossFigures:
    """One report with all that the books and the house know of it."""

    about: Heading
    phone: str
    """The clinic's own."""
    card: LossCard
    missing: tuple[Missing, ...]
    access: tuple[Access, ...]
    pattern: Pattern
    earlier: tuple[LossCard, ...]


def figures(session: Session, report_id: int, site_id: int, today: date, *, about: Heading) -> LossFigures:
    """Return a report of a site as it stands on record today.

    Raises:
        NotFound: there is none with this id here.
    """
    card = losses.report(session, report_id, site_id, today)
    return LossFigures(
        about=about,
        phone=sites.site(session, site_id).phone,
        card=card,
        missing=tuple(loss_facts.missing(session, card)),
        access=tuple(loss_facts.access(session, card)),
        pattern=loss_facts.pattern(session, card),
        earlier=tuple(losses.earlier(session, card, today)),
    )


def known(text: str) -> Words:
    """Return a text, or that it is not known."""
    return say("%(text)s", text=text) if text else NOT_KNOWN


def percent(number: Decimal | None) -> Words:
    """Return a share in words; a dash where there was nothing to have a share of."""
    return say("–") if number is None else say("%(n)s %%", n=plain(number))


def happened(card: LossCard) -> Words:
    """Return when it happened, as far as it is known."""
    if card.first_on == card.last_on:
        return say(N_("on %(day)s"), day=card.first_on)
    return say(N_("between %(first)s and %(last)s"), first=card.first_on, last=card.last_on)


def fields(figures: LossFigures) -> Iterator[tuple[Words, Words]]:
    """Yield each fact that a form asks for, by the name of its field; what nobody knows says so."""
    card, about = figures.card, figures.about
    yield say(N_("Report no.")), say("%(n)s", n=card.id)
    yield say(N_("Clinic")), known(about.clinic)
    yield say(N_("Address")), known(about.address)
    yield say(N_("Telephone")), known(figures.phone)
    yield say(N_("Registration number of the clinic")), NOT_KNOWN
    yield say(N_("Kind of theft or loss")), say("%(kind)s", kind=card.kind)
    yield say(N_("When it happened")), happened(card)
    yield say(N_("Discovered on")), say("%(day)s", day=card.discovered_on)
    yield say(N_("Discovered by")), known(card.discovered_by)
    yield (
        say(N_("Reported here by")),
        say(N_("%(by)s, %(at)s"), by=card.by, at=Moment(card.recorded_at)),
    )
    yield say(N_("Police told")), say("%(police)s", police=card.police)
    yield say(N_("Which police")), known(card.police_who)
    yield say(N_("Police number of the case")), known(card.police_number)
    on_the_way = card.kind is LossKind.IN_TRANSIT
    yield (
        say(N_("Carrier")),
        known(card.carrier) if on_the_way or card.carrier else say(N_("none: it was not lost on the way")),
    )
    yield say(N_("Circumstances")), known(card.circumstances)
    yield say(N_("Measures against another loss")), known(card.measures)
    yield say(N_("Reports of the same products before")), say("%(n)s", n=len(figures.earlier))
    if card.end is not None:
        closed = N_("%(day)s, by %(by)s: %(why)s")
        yield say(N_("Closed on")), say(closed, day=card.end.closed_on, by=card.end.by, why=card.end.reason)
        yield say(N_("Found again")), known(card.end.recovered)


def often(pattern: Pattern, product_id: int, month: tuple[int, int], kind: MovementKind) -> str:
    """Return how often something happened in a month, as a number; a dash for never."""
    found = pattern.of(product_id, month, kind)
    return str(found.times) if found else "–"


def month_name(month: tuple[int, int]) -> str:
    """Return a month as it stands at the head of a column."""
    return f"{month[0]}-{month[1]:02}"


def render(figures: LossFigures, *, speak: Speaker) -> bytes:
    """Return the report as PDF; its title says nothing about anybody."""
    language, card = figures.about.language, figures.card

    def head(words: Words) -> Text:
        return Text(speak(words), size=10.0, bold=True, above=9.0, language=language, with_next=True)

    def small(words: Words) -> Text:
        return Text(speak(words), size=8.0, above=2.0, language=language)

    def table(columns: Sequence[tuple[Words, float, bool]], rows: Sequence[Sequence[Words | str]]) -> list[Flowable]:
        heads = [Column(speak(title), share, number) for title, share, number in columns]
        said = [[cell if isinstance(cell, str) else speak(cell) for cell in row] for row in rows]
        return [
            Ledger(heads, [Row(row) for row in said], language=language, row_height=0)
            if said
            else small(say(N_("None.")))
        ]

    story: list[Flowable] = [small(REPORT_SAYS), small(NO_CHANGE)]
    story += [
        Text(f"{speak(name)}: {speak(value)}", size=9.0, above=2.5, language=language)
        for name, value in fields(figures)
    ]
    story.append(head(say(N_("What is missing, as told"))))
    story += table(_LINES, [_line(line) for line in card.lines])
    story.append(head(say(N_("Amounts, by the books"))))
    story += table(_AMOUNTS, [_amount(one) for one in figures.missing])
    story.append(head(say(N_("Who had access, by the books: %(when)s"), when=happened(card))))
    story += table(_ACCESS, [_access(one, speak) for one in figures.access])
    story.append(head(say(N_("Small losses in the twelve months before: how often a month"))))
    for one in figures.missing:
        story.append(small(say("%(product)s", product=one.product)))
        story += table(_pattern_columns(figures.pattern), list(_pattern_rows(figures.pattern, one)))
    story.append(head(say(N_("What is asked for, and what was done"))))
    if card.unreadable is not None:
        story.append(small(card.unreadable))
    story += table(_DUE, [_due(card, n) for n in range(len(card.due))]) if card.due else [small(NO_POLICY)]
    # a note may be longer than a page, which a row cannot be
    story += [Text(speak(_step(step)), size=9.0, above=2.5, language=language) for step in card.steps]
    return page.build(story, title=TITLE, about=figures.about, speak=speak)


NO_POLICY = say(
    N_(
        "No approved policy says what is asked for after a loss. It is looked up in the law of the place, and told as a step."
    )
)
_LINES = (
    (say(N_("No.")), 8, True),
    (say(N_("Product")), 60, False),
    (say(N_("Strength")), 24, True),
    (say(N_("Quantity")), 26, True),
    (say(N_("mg")), 24, True),
    (say(N_("Lot")), 28, False),
    (say(N_("Container")), 28, False),
)
_AMOUNTS = (
    (say(N_("Product")), 56, False),
    (say(N_("Missing")), 24, True),
    (say(N_("mg")), 22, True),
    (say(N_("Held before")), 26, True),
    (say(N_("Held after")), 26, True),
    (say(N_("Received\nin a year")), 26, True),
    (say(N_("Share of\nreceived")), 18, True),
    (say(N_("Used\nin a year")), 26, True),
    (say(N_("Share\nof used")), 18, True),
)
_ACCESS = (
    (say(N_("Name")), 50, False),
    (say(N_("Role that may")), 40, False),
    (say(N_("Moved it")), 18, True),
    (say(N_("Of that, from\nthe safe")), 22, True),
    (say(N_("Witnessed")), 18, True),
    (say(N_("Opened")), 16, True),
    (say(N_("Sat at a\nwindow")), 18, True),
)
_DUE = (
    (say(N_("Asked for")), 50, False),
    (say(N_("Due by")), 22, False),
    (say(N_("State")), 40, False),
    (say(N_("By which rule")), 80, False),
)


def _line(line: losses.LossLine) -> list[Words | str]:
    return [
        str(line.number),
        line.product,
        say(N_("%(mg)s mg/%(unit)s"), mg=plain(line.strength), unit=line.unit),
        in_unit(line.quantity, line.unit),
        plain(line.quantity * line.strength),
        known(line.lot),
        known(line.container),
    ]


def _amount(one: Missing) -> list[Words | str]:
    return [
        one.product,
        in_unit(one.quantity, one.unit),
        plain(one.amount_mg),
        in_unit(one.held_before, one.unit),
        in_unit(one.held_after, one.unit),
        in_unit(one.received, one.unit),
        percent(one.share_of_received),
        in_unit(one.used, one.unit),
        percent(one.share_of_used),
    ]


def _access(one: Access, speak: Speaker) -> list[Words | str]:
    counted = (one.moved, one.from_safe, one.witnessed, one.opened, one.sat_at_window)
    roles = ", ".join(speak(role) for role in one.roles) or "–"
    return [one.name, roles, *(str(n) if n else "–" for n in counted)]


def _pattern_columns(pattern: Pattern) -> list[tuple[Words, float, bool]]:
    months = [(say("%(month)s", month=month_name(month)), 14.0, True) for month in pattern.months]
    return [(say(N_("What")), 26.0, False), *months, (say(N_("Together")), 34.0, True)]


def _pattern_rows(pattern: Pattern, one: Missing) -> Iterator[list[Words | str]]:
    for kind in PATTERN_KINDS:
        times = [often(pattern, one.product_id, month, kind) for month in pattern.months]
        lost = in_unit(pattern.lost(one.product_id, kind), one.unit)
        together = say(N_("%(n)s: %(lost)s"), n=pattern.times(one.product_id, kind), lost=lost)
        yield [say("%(kind)s", kind=kind), *times, together]


def _due(card: LossCard, number: int) -> list[Words | str]:
    one = card.due[number]
    rule = say(N_("%(citation)s (%(profile)s)"), citation=one.asked.rule.citation, profile=one.asked.profile)
    return [say("%(kind)s", kind=one.kind), one.due_on.isoformat(), one.state_words, rule]


def _step(step: losses.LossStepLine) -> Words:
    """Return one step in a sentence; one that was taken back says so first."""
    words = N_("%(day)s, %(kind)s: to %(whom)s, number %(number)s, recorded by %(by)s. %(note)s")
    said = say(
        words,
        day=step.done_on,
        kind=step.kind,
        whom=step.to_whom,
        number=known(step.number),
        by=step.by,
        note=step.note,
    )
    if step.taken_back_why is None:
        return said
    gone = N_("Taken back by %(by)s (%(why)s): %(step)s")
    return say(gone, by=step.taken_back_by, why=step.taken_back_why, step=said)
