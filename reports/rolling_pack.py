"""The rolling downtime pack: who was given what since opening, and everyone still due, as things stood at one moment.

It lies encrypted in a folder of the site, so that a clinic whose computers fail at ten knows whom it dosed until then.
"""

from dataclasses import dataclass
from datetime import date
from io import BytesIO

from pypdf import PdfReader, PdfWriter
from reportlab.platypus import Flowable
from sqlalchemy.orm import Session

from dispensary.queries import bottles, dispensing
from dispensary.queries.bottles import PersonsBottles
from dispensary.queries.dispensing import DispensedDose
from dispensary.rules.dosing import SiteRules
from dispensary.wording import N_, Speaker, Words, say
from models.units import plain
from reports import downtime_pack, page
from reports.dose_words import marks, outcome
from reports.downtime_pack import FIRST_RULE, PackFigures
from reports.ledger import Column, Ledger, Row, Text
from reports.page import Heading

TITLE = say(N_("Downtime pack"))
COLUMNS = (
    (say(N_("Time")), 5, False),
    (say(N_("Number")), 8, False),
    (say(N_("Name")), 20, False),
    (say(N_("Taken, mg")), 7, True),
    (say(N_("Medicine")), 16, False),
    (say(N_("Outcome")), 18, False),
    (say(N_("By")), 5, False),
    (say(N_("To be known")), 25, False),
)
HOME_COLUMNS = (
    (say(N_("Number")), 10, False),
    (say(N_("Name")), 30, False),
    (say(N_("At home until")), 14, False),
    (say(N_("Bottles")), 10, True),
)


@dataclass(frozen=True)
class RollingFigures:
    """Everything in a rolling pack."""

    about: Heading
    clinic_day: date
    doses: tuple[DispensedDose, ...]
    """Each record of the day, by the person's name: what was given, refused, withheld, reversed."""
    expected: PackFigures
    at_home: tuple[PersonsBottles, ...] = ()
    """Who has doses at home for days after this one, by number."""

    @property
    def dosed(self) -> int:
        """How many people swallowed something today, by what is on record."""
        return len({dose.person_id for dose in self.doses if dose.taken_mg > 0 and dose.reversal is None})


def figures(
    session: Session, site_id: int, *, clinic_day: date, window_id: int | None, site: SiteRules, about: Heading
) -> RollingFigures:
    """Return what the pack says, as things stand at the moment of printing."""
    doses = dispensing.doses_of_days(session, site_id, clinic_day, clinic_day)
    expected = downtime_pack.figures(
        session, site_id, clinic_day=clinic_day, window_id=window_id, site=site, printing=None, about=about
    )
    by_name = sorted(doses, key=lambda dose: (dose.name, dose.number, dose.taken_at))
    everyone = bottles.everyones(session, site_id, clinic_day)
    at_home = tuple(one for one in everyone if one.last_on > clinic_day)
    return RollingFigures(about, clinic_day, tuple(by_name), expected, at_home)


def opening(figures: RollingFigures) -> list[Words]:
    """Return what the cover says: as of when, how many were dosed, and how to go on."""
    return [
        say(
            N_("As things stood on %(day)s at %(at)s. People dosed here today: %(dosed)s; expected in all: %(people)s."),
            day=figures.clinic_day,
            at=figures.about.printed_at,
            dosed=figures.dosed,
            people=len(figures.expected.rows),
        ),
        say(N_("What was given after that moment is not in here. Ask the nurses, look at the empties, count the bottles.")),
        say(N_("First come the records of today, by name; then who has doses at home; then everyone expected, with amounts, "
               "stops and days without.")),
    ]  # fmt: skip


def render(figures: RollingFigures, *, speak: Speaker) -> bytes:
    """Return the pack as a PDF that is not encrypted yet; its title says nothing about anybody or any medicine."""
    whole = PdfWriter()
    for part in (_given(figures, speak), downtime_pack.render(figures.expected, speak=speak)):
        whole.append(PdfReader(BytesIO(part)))
    whole.add_metadata({"/Title": speak(TITLE), "/Author": figures.about.clinic})
    out = BytesIO()
    whole.write(out)
    return out.getvalue()


def _given(figures: RollingFigures, speak: Speaker) -> bytes:
    language = figures.about.language
    story: list[Flowable] = [Text(speak(FIRST_RULE), size=20, bold=True, language=language)]
    story += [Text(speak(words), size=11, language=language, above=4) for words in opening(figures)]
    story.append(
        Text(speak(say(N_("Records of today"))), size=11, bold=True, language=language, above=10, with_next=True)
    )
    columns = [Column(speak(title), share, number) for title, share, number in COLUMNS]
    rows = [_row(dose, speak) for dose in figures.doses]
    story.append(Ledger(columns, rows, language=language) if rows else _none(speak, language))
    story += _home(figures, speak)
    return page.build(story, title=TITLE, about=figures.about, speak=speak, landscape=True)


def _home(figures: RollingFigures, speak: Speaker) -> list[Flowable]:
    """Return who has doses at home for later days, since whoever is without computers tomorrow must not dose them too."""
    if not figures.at_home:
        return []
    title = say(N_("Doses at home for the days after today: give nothing for a day that a bottle covers"))
    columns = [Column(speak(name), share, number) for name, share, number in HOME_COLUMNS]
    rows = [Row((one.number, one.name, speak(one.last_on), str(one.full))) for one in figures.at_home]
    language = figures.about.language
    return [
        Text(speak(title), size=11, bold=True, language=language, above=10, with_next=True),
        Ledger(columns, rows, language=language),
    ]


def _none(speak: Speaker, language: str) -> Flowable:
    return Text(speak(say(N_("Nothing is on record for today so far."))), size=11, language=language)


def _row(dose: DispensedDose, speak: Speaker) -> Row:
    """Return one record; a reversed one is struck through and says so."""
    known = marks(dose, late=False, note=None, wasted="")
    cells = (
        speak(dose.taken_at),
        dose.number,
        dose.name,
        plain(dose.taken_mg),
        speak(dose.medication),
        outcome(dose, speak),
        dose.dispenser.initials,
        "; ".join(speak(words) for words in known),
    )
    return Row(cells, struck=dose.reversal is not None, bold=dose.taken_mg > 0)
