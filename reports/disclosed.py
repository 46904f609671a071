"""What stands at the foot of every sheet that tells somebody about a person: on what ground, what of it, and the notice."""

from reportlab.platypus import Flowable

from dispensary.rules.consents import Ground
from dispensary.wording import N_, Speaker, Words, say
from models.enums import DisclosureBasis
from reports.ledger import Text


def lines(ground: Ground) -> list[Words]:
    """Return the ground, what is covered, and the notice, in sentences."""
    said = [say(N_("Told to: %(to)s."), to=ground.recipient)]
    if ground.consent is not None:
        words = N_(
            "On the person's consent of %(day)s, which holds until %(until)s unless it is taken back. Purpose: %(purpose)s"
        )
        said.append(
            say(words, day=ground.consent.signed_on, until=ground.consent.expires_on, purpose=ground.consent.purpose)
        )
        said.append(say(N_("The consent covers:")))
        said += [say(N_("• %(what)s"), what=scope) for scope in sorted(ground.consent.scopes)]
    elif ground.basis is DisclosureBasis.TO_THE_PERSON:
        said.append(say(N_("Handed to the person, who decides to whom it is shown.")))
    else:
        said.append(
            say(N_("Without a consent. Ground: %(basis)s. %(purpose)s"), basis=ground.basis, purpose=ground.purpose)
        )
    if ground.notice:
        said.append(say(N_("Notice: %(notice)s"), notice=ground.notice))
    return said


def footing(ground: Ground, *, speak: Speaker, language: str) -> list[Flowable]:
    """Return the same as paragraphs for the end of a sheet."""
    first, *more = lines(ground)
    return [
        Text(speak(first), size=9.0, bold=True, language=language, above=14.0),
        *(Text(speak(words), size=9.0, language=language, above=2.0) for words in more),
    ]
