"""What every page of the station shows about the person in front of it."""

from dispensary.errors import NotFound
from dispensary.queries.safety_picture import SafetyPicture, safety_picture
from dispensary.rules.dosing import reasons_to_withhold
from dispensary.web import edge
from dispensary.web.database import db
from dispensary.wording import N_, say


def picture_of(person_id: int) -> SafetyPicture:
    """Return the safety picture of a person at this window, now.

    Raises:
        NotFound: there is no such person.
    """
    act = edge.act()
    picture = safety_picture(
        db.session(),
        person_id=person_id,
        site_id=act.site_id,
        window_id=act.window_id,
        clinic_day=act.clinic_day,
        at=act.at,
    )
    if picture is None:
        raise NotFound(say(N_("There is no such person.")), code="no_such_person")
    return picture


def reasons_of(picture: SafetyPicture) -> list[tuple[str, str]]:
    """Return every reason not to give, each with what to do next, as sentences."""
    speak = edge.speaker()
    reasons = reasons_to_withhold(picture.facts, edge.settings().rules)
    return [(speak(reason.message), speak(reason.next_step)) for reason in reasons]
