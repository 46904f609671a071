"""What every print button does first: understand on which paper, and note who prints what."""

from datetime import date
from typing import TypeVar

from dispensary.errors import Refused
from dispensary.services import printing
from dispensary.web import edge
from dispensary.web.database import unit_of_work
from dispensary.web.reporting.forms import PrintForm
from dispensary.wording import N_, say
from models.enums import PrintedSheet

Asking = TypeVar("Asking", bound=PrintForm)


def understood(form: Asking) -> Asking:
    """Return the form of a print button, once it says what to print.

    Raises:
        Refused: it does not; nothing is printed on a guess.
    """
    if not form.validate_on_submit():
        raise Refused(say(N_("What to print was not understood. Open the page again.")), code="not_understood")
    return form


def note(sheet: PrintedSheet, first: date | None = None, last: date | None = None) -> None:
    """Note that whoever is signed in prints a sheet over some days; of today where none is said."""
    act = edge.act()
    first = first or act.clinic_day
    with unit_of_work() as session:
        printing.note_printed(session, sheet=sheet, act=act, first=first, last=last or first)


def note_of_person(sheet: PrintedSheet, person_id: int) -> None:
    """Note that whoever is signed in prints a sheet about a person that stays in the clinic."""
    with unit_of_work() as session:
        printing.note_printed(session, sheet=sheet, act=edge.act(), person_id=person_id)
