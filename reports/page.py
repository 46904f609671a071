"""The sheet around every report: paper, header, footer, page n of N, and the same bytes for the same figures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4, letter
from reportlab.lib.pagesizes import landscape as turned
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Frame, PageTemplate
from reportlab.platypus.doctemplate import BaseDocTemplate
from sqlalchemy.orm import Session

from dispensary.policy.profiles import Approval
from dispensary.queries import policy, sites
from dispensary.wording import N_, Speaker, Words, say
from reports import fonts
from reports.ledger import broken

SIZES = {"A4": A4, "Letter": letter}
MARGIN = 12 * mm
HEAD = 40.0
"""Points above the content for the header."""
FOOT, LINE = 16.0, 10.0
"""Points under the content for the footer, and for each line over it."""
SMALL, TITLE_SIZE = 7.5, 13.0
GAP = 12.0
"""Points between what stands left and right on one line of the header."""


@dataclass(frozen=True)
class Heading:
    """What every report says about itself."""

    clinic: str
    address: str
    first: date
    last: date
    """The period, in clinic days."""
    zone: str
    policies: tuple[Approval, ...]
    printed_by: str
    printed_at: datetime
    paper: str
    """A4 or Letter."""
    language: str
    site_code: str = ""
    """Short name of the site, where a sheet says of which one it is."""

    @property
    def period(self) -> Words:
        """The period in words."""
        if self.first == self.last:
            return say(N_("Clinic day %(day)s"), day=self.first)
        return say(N_("Clinic days %(first)s to %(last)s"), first=self.first, last=self.last)

    @property
    def rules(self) -> Words:
        """Which rules were in force."""
        if not self.policies:
            return say(N_("Policy: house rules only"))
        names = ", ".join(f"{p.profile} ({p.effective_on.isoformat()})" for p in self.policies)
        return say(N_("Policy: house rules, %(names)s"), names=names)


def heading(
    session: Session,
    site_id: int,
    first: date,
    last: date,
    *,
    printed_by: str,
    printed_at: datetime,
    on_paper: str | None = None,
) -> Heading:
    """Return what a report of a site says about itself; on the site's own paper unless another is asked for."""
    site = sites.site(session, site_id)
    return Heading(
        clinic=site.name,
        address=site.address,
        first=first,
        last=last,
        zone=sites.settings(session, site_id, last).zone.key,
        policies=tuple(p for p in policy.approvals(session, site_id, last) if p.in_force),
        printed_by=printed_by,
        printed_at=printed_at,
        paper=on_paper or site.paper,
        language=site.language,
        site_code=site.code,
    )


def over(about: Heading, first: date, last: date) -> Heading:
    """Return the same heading over other clinic days."""
    return replace(about, first=first, last=last)


def build(
    story: Sequence[Flowable],
    *,
    title: Words,
    about: Heading,
    speak: Speaker,
    landscape: bool = False,
    foot: str = "",
    bare: bool = False,
) -> bytes:
    """Return a PDF of the content, framed.

    The document's own title is the report's name and never a person's; its date is the moment of printing, so that the
    same figures give the same bytes.

    Args:
        story: the content, top to bottom.
        title: the report's name.
        about: clinic, period, zone, policy, hand and moment.
        speak: the language of the sheet.
        landscape: turn the paper.
        foot: what stands above the footer of every page, such as a seal; broken into lines.
        bare: name neither clinic nor policy around the content, as where the sheet leaves with the person.
    """
    fonts.ready()
    size = SIZES[about.paper]
    width, height = turned(size) if landscape else size
    seals = broken(foot, SMALL, width - 2 * MARGIN, language=about.language) if foot else []
    below = FOOT + LINE * len(seals)
    header, head = _header(speak(title), about, speak, (width, height), bare=bare)
    frame = Frame(
        MARGIN,
        MARGIN + below,
        width - 2 * MARGIN,
        height - 2 * MARGIN - head - below,
        leftPadding=0,
        rightPadding=0,
        topPadding=0,
        bottomPadding=0,
    )
    name = speak(title)
    out = BytesIO()
    document = BaseDocTemplate(
        out,
        pagesize=(width, height),
        title=name,
        author="",  # a viewer shows it outside the sheet, where it would tell what clinic it comes from
        subject=name,
        lang=about.language,
        invariant=1,
        initialFontName=fonts.REGULAR,  # else every page names a font that the file does not carry
    )
    document.addPageTemplates(PageTemplate(frames=[frame], onPage=lambda canvas, _: header(canvas)))
    document.build(list(story), canvasmaker=_numbered(about, speak, width, seals))
    return out.getvalue()


def room(about: Heading) -> tuple[float, float]:
    """Return how much of an upright page with a bare head is left for the content, without a foot."""
    width, height = SIZES[about.paper]
    return width - 2 * MARGIN, height - 2 * MARGIN - HEAD - FOOT


def _header(
    name: str, about: Heading, speak: Speaker, size: tuple[float, float], *, bare: bool
) -> tuple[Callable[[Canvas], None], float]:
    """Return what draws the head of a page, and how high it is: address and rules go below where the line is too short."""
    width, height = size
    top, language, room = height - MARGIN, about.language, width - 2 * MARGIN
    clinic = "" if bare else about.clinic
    under = "" if bare else " · ".join(filter(None, (about.address, speak(about.rules))))
    period = f"{speak(about.period)} · {speak(say(N_('Times: %(zone)s'), zone=about.zone))}"
    beside = fonts.width(period, 9, True, language) + GAP + fonts.width(under, SMALL, False, language) <= room
    lines = [] if beside else broken(under, SMALL, room, language=language)
    more = LINE * len(lines)

    def draw(canvas: Canvas) -> None:
        fonts.draw(canvas, MARGIN, top - 12, name, TITLE_SIZE, bold=True, language=language)
        fonts.draw(canvas, MARGIN, top - 25, period, 9, bold=True, language=language)
        _right(canvas, width - MARGIN, top - 11, clinic, 10, language, bold=True)
        if beside:
            _right(canvas, width - MARGIN, top - 23, under, SMALL, language)
        for n, line in enumerate(lines, start=1):
            fonts.draw(canvas, MARGIN, top - 25 - LINE * n, line, SMALL, language=language)
        canvas.setLineWidth(0.8)
        canvas.line(MARGIN, top - 32 - more, width - MARGIN, top - 32 - more)

    return draw, HEAD + more


def _right(canvas: Canvas, x: float, y: float, text: str, size: float, language: str, bold: bool = False) -> None:
    fonts.draw(canvas, x - fonts.width(text, size, bold, language), y, text, size, bold=bold, language=language)


def stamp(at: datetime) -> str:
    """Return a moment as a PDF writes it."""
    return at.astimezone(UTC).strftime("D:%Y%m%d%H%M%S+00'00'")


def _numbered(about: Heading, speak: Speaker, width: float, seals: Sequence[str]) -> type[Canvas]:
    """Return a canvas that knows, once all pages are laid out, how many there are."""
    printed = say(N_("Printed by %(by)s, %(at)s"), by=about.printed_by, at=speak.moment(about.printed_at))

    class Numbered(Canvas):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.setDateFormatter(lambda *_: stamp(about.printed_at))
            self._pages: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802 - ReportLab's own name
            self._pages.append(dict(self.__dict__))
            self._startPage()  # type: ignore[attr-defined]

        def save(self) -> None:
            pages = self._pages
            for number, page in enumerate(pages, start=1):
                self.__dict__.update(page)
                self._foot(number, len(pages))
                super().showPage()
            super().save()

        def _foot(self, number: int, of: int) -> None:
            for n, line in enumerate(reversed(seals), start=1):
                fonts.draw(self, MARGIN, MARGIN + 3 + LINE * n, line, SMALL, language=about.language)
            fonts.draw(self, MARGIN, MARGIN, speak(printed), SMALL, language=about.language)
            counted = speak(say(N_("page %(n)s of %(of)s"), n=number, of=of))
            _right(self, width - MARGIN, MARGIN, counted, SMALL, about.language, bold=True)

    return Numbered
