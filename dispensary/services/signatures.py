"""A name signed on the screen: kept as drawn, or on the paper that is kept instead."""

from dispensary.errors import Refused
from dispensary.rules.strokes import strokes_in
from dispensary.wording import N_, say
from models.enums import SignedOn


def kept(signed_how: SignedOn, drawn: str) -> str | None:
    """Return the strokes of a name as they are kept; none where it stands on paper.

    Raises:
        Refused: nothing was drawn on the screen.
    """
    if signed_how is not SignedOn.SCREEN:
        return None
    try:
        strokes_in(drawn)
    except ValueError as error:
        words = say(N_("Sign in the field with a pen or a finger, or sign on paper."))
        raise Refused(words, code="not_signed", field="drawn") from error
    return drawn
