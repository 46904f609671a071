"""Two people who wait for a place; each keeps it by name."""

from datetime import date, datetime

from dispensary.demo.scene import Scene
from dispensary.services import people, waiting
from models.enums import Sex

COME = {
    9: ("Aldous", "Noor", date(1991, 3, 14), Sex.FEMALE, "555-0311", "came with a friend who is in treatment here"),
    4: ("Berg", "Matti", date(1984, 11, 2), Sex.MALE, "555-0312", "was sent by the shelter; sleeps there"),
}
"""So many days before the last one: who, and how they came."""
WHY = "no free hour of the prescriber this week"


def in_the_evening(scene: Scene, at: datetime) -> None:
    """Take down who came today, and keep their place."""
    if scene.days_left not in COME:
        return
    family_name, given_name, born_on, sex, phone, reason = COME[scene.days_left]
    act = scene.act("counsellor", at)
    person = people.register_person(
        scene.session,
        family_name=family_name,
        given_name=given_name,
        birth_date=born_on,
        sex=sex,
        identity_number=None,
        phone=phone,
        address="",
        number="",
        distinct_from=frozenset(scene.person_ids.values()),
        act=act,
    )
    waiting.receive(scene.session, person_id=person.id, agency_id=None, received_on=scene.day, reason=reason, act=act)
    waiting.wait(scene.session, person_id=person.id, since_on=scene.day, why=WHY, act=act)
