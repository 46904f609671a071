"""The inventory of controlled stock that is taken at least every two years, on paper: what 21 CFR 1304.11 asks it to say.

The day, whether at opening or close of business, every drug, form and strength, how many containers with how much in each,
and both signatures; exactly as it was counted, whatever the books said.
"""

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby

from reportlab.platypus import Flowable

from dispensary.queries.stock_counts import CountedLine, WholeCount
from dispensary.wording import N_, Speaker, Words, in_unit, say
from models.enums import BusinessMoment, CountFound
from models.units import Quantity, plain
from reports import page
from reports.ledger import Column, Ledger, Row, Text
from reports.page import Heading

TITLE = say(N_("Inventory of controlled stock"))
COLUMNS = (
    (N_("Product"), 60, False),
    (N_("Drug"), 36, False),
    (N_("Form"), 22, False),
    (N_("Strength"), 26, True),
    (N_("Lots"), 30, False),
    (N_("State"), 22, False),
    (N_("Containers"), 22, True),
    (N_("In each"), 26, True),
    (N_("Together"), 30, True),
    (N_("mg"), 26, True),
)
TAKEN = {
    BusinessMoment.OPENING: N_("Taken on %(day)s at opening of business."),
    BusinessMoment.CLOSE: N_("Taken on %(day)s at close of business."),
}


def render(places: Sequence[WholeCount], missing: Sequence[str], *, about: Heading, speak: Speaker) -> bytes:
    """Return the inventory as a PDF: each place with its stock and both signatures.

    Args:
        places: every place that was counted for it.
        missing: names of windows with stock that were not; the safe's is empty.
    """
    language, head = about.language, places[0].head
    assert head.business is not None  # only an inventory is printed here
    taken = say(TAKEN[head.business], day=head.clinic_day)
    story: list[Flowable] = [Text(speak(taken), size=11, bold=True, language=language)]
    for name in missing:
        left_out = say(N_("NOT COUNTED FOR IT: %(place)s, where the books put stock."), place=name or _safe())
        story.append(Text(speak(left_out), bold=True, language=language, above=4))
    for one in places:
        story += _place(one, about, speak)
    return page.build(story, title=TITLE, about=about, speak=speak, landscape=True)


def _safe() -> Words:
    return say(N_("safe"))


def _place(one: WholeCount, about: Heading, speak: Speaker) -> list[Flowable]:
    language, head = about.language, one.head
    columns = [Column(speak(say(title)), share, number) for title, share, number in COLUMNS]
    parts: list[Flowable] = [
        Text(head.window or speak(_safe()), size=11, bold=True, language=language, above=10, with_next=True),
        Ledger(columns, rows(one.lines, speak), language=language, row_height=0),
    ]
    for said in one.finds:
        found = say(N_("Found besides, in no book of this place: %(what)s"), what=said)
        parts.append(Text(speak(found), language=language, above=3))
    for words in figures(one.lines):
        parts.append(Text(speak(words), language=language, above=3))
    gone = [line.label for line in one.lines if line.found is CountFound.NOT_FOUND]
    if gone:
        words = say(N_("In the books, and not found: %(labels)s"), labels=", ".join(gone))
        parts.append(Text(speak(words), bold=True, language=language, above=3))
    signed = say(
        N_("Counted by %(by)s at %(at)s: ______________________   Second person %(witness)s: ______________________"),
        by=head.by,
        at=head.counted_at,
        witness=head.witness,
    )
    parts.append(Text(speak(signed), size=10, language=language, above=14))
    return parts


def figures(lines: Sequence[CountedLine]) -> list[Words]:
    """Return what was weighed with all that it was worked out with, and every seal that was read, container by container."""
    said = []
    for line in lines:
        if line.gross is not None and line.tare is not None and line.grams_per_ml and line.may_be_off:
            words = N_(
                "%(label)s: weighed %(gross)s g less %(tare)s g, by %(density)s g/mL: %(counted)s, ± %(off)s mL by the scale."
            )
            said.append(
                say(
                    words,
                    label=line.label,
                    gross=line.gross,
                    tare=line.tare,
                    density=line.grams_per_ml,
                    counted=in_unit(line.counted, line.unit),
                    off=line.may_be_off,
                )
            )
        if line.other_seal:
            words = N_("%(label)s: SEAL %(number)s, on record %(known)s.")
            said.append(say(words, label=line.label, number=line.seal, known=line.seal_known))
    if seals := [f"{line.label}: {line.seal}" for line in lines if line.seal and not line.other_seal]:
        said.append(say(N_("Numbers read on the seals: %(seals)s."), seals="; ".join(seals)))
    return said


def rows(lines: Sequence[CountedLine], speak: Speaker) -> list[Row]:
    """Return one row for each product, state and content of a container, as counted, and one that adds a product up."""
    there = [line for line in lines if line.found is not CountFound.NOT_FOUND]
    made: list[Row] = []
    for _, of_product in groupby(sorted(there, key=_product), key=_product):
        product = list(of_product)
        for _, alike in groupby(sorted(product, key=_content), key=_content):
            made.append(_row(list(alike), speak))
        made.append(_total(product, speak))
    return made or [Row((speak(say(N_("Nothing stands here."))), *[""] * (len(COLUMNS) - 1)))]


def _product(line: CountedLine) -> tuple[str, str, Decimal, str]:
    return line.medication.value, line.form.value, line.strength, line.product


def _content(line: CountedLine) -> tuple[bool, Decimal]:
    return line.found is not CountFound.WHOLE, line.counted


def _row(alike: Sequence[CountedLine], speak: Speaker) -> Row:
    one = alike[0]
    together = Quantity(sum((line.counted for line in alike), Decimal(0)))
    return Row(
        (
            one.product,
            speak(one.medication),
            speak(one.form),
            f"{plain(one.strength)} mg/{speak(one.unit)}",
            ", ".join(sorted({line.lot for line in alike})),
            speak(say(N_("sealed")) if one.found is CountFound.WHOLE else say(N_("open"))),
            str(len(alike)),
            speak(in_unit(one.counted, one.unit)),
            speak(in_unit(together, one.unit)),
            plain(sum((line.counted_mg for line in alike), Decimal(0))),
        )
    )


def _total(product: Sequence[CountedLine], speak: Speaker) -> Row:
    together = Quantity(sum((line.counted for line in product), Decimal(0)))
    total_mg = plain(sum((line.counted_mg for line in product), Decimal(0)))
    all_of_it = speak(say(N_("all of it")))
    empty = [""] * 4
    cells = (all_of_it, *empty, "", str(len(product)), "", speak(in_unit(together, product[0].unit)), total_mg)
    return Row(cells, bold=True)
