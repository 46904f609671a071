"""The labels of bottles that go home: a sheet of 24, or a roll of 62 mm, one label a bottle.

The day on which it is to be taken is the largest thing on it; the code holds the bottle's own number and nothing about the
person. A further printing is marked as one, so that no bottle has two labels that look alike. (clinical-rules §4.5)
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy.orm import Session

from dispensary.errors import NotFound
from dispensary.policy.label_lines import LabelLines
from dispensary.queries import bottle_contents, handovers, sites
from dispensary.queries import labels as on_record
from dispensary.queries.bottle_contents import Content
from dispensary.queries.labels import LabelFacts
from dispensary.wording import N_, Speaker, Words, in_unit, say
from models.enums import Form, LabelLayout, Medication
from models.units import plain
from reports import fonts, page
from reports.label_drawing import Drawn, Place, Text

ACROSS, DOWN = 3, 8
ON_SHEET = ACROSS * DOWN
SHEET = Place((0, 0), (70 * mm, 37 * mm), qr=15 * mm)
ROLL = Place((0, 0), (62 * mm, 52 * mm), qr=16 * mm, larger=1.22)

WEEKDAYS = (
    say(N_("Monday")),
    say(N_("Tuesday")),
    say(N_("Wednesday")),
    say(N_("Thursday")),
    say(N_("Friday")),
    say(N_("Saturday")),
    say(N_("Sunday")),
)


@dataclass(frozen=True)
class LabelFigures:
    """The labels of one handover, and whose clinic they are from."""

    clinic: str
    address: str
    phone: str
    language: str
    labels: tuple[LabelFacts, ...]
    contents: dict[int, tuple[Content, ...]]
    also: LabelLines
    """What approved profiles want printed besides."""
    printing: int
    """1 at first; every further printing is a reprint."""
    printed_at: datetime


def figures(
    session: Session, issue_id: int, site_id: int, *, also: LabelLines, printing: int, printed_at: datetime
) -> LabelFigures:
    """Return what stands on the labels of one handover.

    Raises:
        NotFound: nothing was handed out under this number here.
    """
    if handovers.issue(session, issue_id, site_id) is None:
        raise NotFound(say(N_("Nothing was handed out under this number here.")), code="no_such_issue")
    site, labels = sites.site(session, site_id), on_record.label_facts(session, issue_id)
    return LabelFigures(
        clinic=site.name,
        address=site.address,
        phone=site.phone,
        language=site.language,
        labels=tuple(labels),
        also=also,
        contents=bottle_contents.contents(session, [label.bottle_id for label in labels]),
        printing=printing,
        printed_at=printed_at,
    )


def render(figures: LabelFigures, layout: LabelLayout, *, speak: Speaker, start: int = 1) -> bytes:
    """Return the labels as PDF, titled *Labels* and nothing else.

    Args:
        layout: a sheet of 24, or a roll of 62 mm.
        start: on which label of the first sheet to begin, where some of it were used before; counted along the rows.
    """
    fonts.ready()
    out, roll = BytesIO(), layout is LabelLayout.ROLL_62
    canvas = Canvas(
        out,
        pagesize=ROLL.size if roll else A4,
        invariant=1,
        lang=figures.language,
        initialFontName=fonts.REGULAR,  # type: ignore[arg-type] # a name; the stubs say a number
    )
    canvas.setTitle(speak(say(N_("Labels"))))
    canvas.setAuthor("")
    canvas.setDateFormatter(lambda *_: page.stamp(figures.printed_at))
    for n, label in enumerate(figures.labels, start=0 if roll else start - 1):
        if roll:
            _label(figures, label, speak).draw(canvas, ROLL)
            canvas.showPage()
        else:
            if n and n % ON_SHEET == 0:
                canvas.showPage()
            _label(figures, label, speak).draw(canvas, replace(SHEET, corner=_corner(n % ON_SHEET)))
    if not roll:
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _corner(n: int) -> tuple[float, float]:
    """Return the lower left corner of a label on the sheet, counted from 0 along the rows."""
    width, height = SHEET.size
    above = (A4[1] - DOWN * height) / 2
    return (n % ACROSS) * width, A4[1] - above - (n // ACROSS + 1) * height


def _label(figures: LabelFigures, label: LabelFacts, speak: Speaker) -> Drawn:
    """Return everything of one label, from the top down."""
    reprint = speak(say(N_("Reprint %(n)s"), n=figures.printing)) if figures.printing > 1 else ""
    covers = f"{speak(WEEKDAYS[label.covers_on.weekday()])} {label.covers_on.isoformat()}"
    return Drawn(
        head=(
            Text(" · ".join(filter(None, (figures.clinic, figures.phone))), 6.5, bold=True, right=reprint),
            Text(figures.address, 5.5),
        ),
        whole=(
            Text(label.person, 9, bold=True, right=label.person_number),
            Text(_what(figures, label, speak), 8.5, bold=True),
            Text(speak(say(N_("TO BE TAKEN ON"))), 5.5),
        ),
        beside_code=(
            Text(covers, 14, bold=True),
            *(Text(speak(words), size, bold=bold) for words, size, bold in _small(label)),
        ),
        also=figures.also.of(label.medication),
        code=str(label.uid).upper(),
        language=figures.language,
    )


def _what(figures: LabelFigures, label: LabelFacts, speak: Speaker) -> str:
    """Return the drug, its amount and how much of it is in the bottle."""
    content = figures.contents.get(label.bottle_id, ())
    held = ", ".join(speak(in_unit(one.quantity, one.unit)) for one in content)
    return f"{speak(label.medication)}, {speak(label.form)} · {plain(label.amount_mg)} mg ({held})"


def _small(label: LabelFacts) -> Iterator[tuple[Words, float, bool]]:
    """Yield what is small on a label: its words, their size, and whether they are bold."""
    if label.parts > 1:
        yield say(N_("Part %(n)s of %(all)s of this day"), n=label.part, all=label.parts), 6.5, True
    given = N_("Given %(day)s · bottle %(n)s of %(of)s")
    yield directions(label.medication, label.form), 5.8, False
    yield say(given, day=label.issued_on, n=label.number, of=label.of_number), 5.8, False
    yield say(N_("Prescriber: %(name)s"), name=label.prescriber), 5.8, False
    yield say(N_("KEEP LOCKED, OUT OF CHILDREN'S REACH.")), 5.8, True
    yield say(N_("MAY BE FATAL TO OTHERS.")), 5.8, True


def directions(medication: Medication, form: Form) -> Words:
    """Return how a dose is taken, in plain words."""
    if form is Form.LIQUID:
        return say(N_("Drink all of it at once, on this day only."))
    if medication is Medication.METHADONE:
        return say(N_("Swallow all of it at once, on this day only."))
    return say(N_("Let all of it dissolve under the tongue, on this day only."))
