"""The badge of a member of staff: a code to scan and their name, in the size of a card. Alone it opens nothing."""

from datetime import datetime

from sqlalchemy.orm import Session

from dispensary.errors import NotFound
from dispensary.queries import accounts
from dispensary.wording import N_, Speaker, say
from reports import patient_card
from reports.patient_card import PatientCardFigures


def figures(session: Session, staff_id: int, *, language: str, printed_at: datetime) -> PatientCardFigures:
    """Return what is on somebody's badge in use: the code, and the name in the place of a number.

    Raises:
        NotFound: there is no badge in use.
    """
    badge = accounts.badge_of(session, staff_id)
    if badge is None:
        raise NotFound(say(N_("There is no badge in use. Issue one first.")), code="no_badge")
    name, code = badge
    return PatientCardFigures(code, name, language, printed_at)


def render(figures: PatientCardFigures, *, speak: Speaker) -> bytes:
    """Return the badge as a PDF of one page, drawn as the cards are."""
    return patient_card.render(figures, speak=speak)
