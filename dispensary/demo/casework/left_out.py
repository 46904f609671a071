"""Somebody whom the nightly scan raised has told why they do not come: they are left out of it until they are back."""

from datetime import datetime, timedelta

from dispensary.demo.scene import Scene
from dispensary.queries import risk_flags
from dispensary.services import risk
from models.enums import SnoozeReason

EVENINGS = 4
"""On one of the last so many evenings, the first on which the scan has raised somebody."""
AWAY = timedelta(days=9)
NOTE = "helps with the harvest at the family's; back with the bus of that day"


def in_the_evening(scene: Scene, at: datetime) -> None:
    """Leave out whoever was raised last of those with the most missed days, once."""
    site_id, day = scene.clinic.site_id, scene.day
    if not 0 < scene.days_left <= EVENINGS or risk_flags.left_out(scene.session, site_id, day):
        return
    flags = risk_flags.open_flags(scene.session, site_id, day)
    if flags:
        who = scene.casework.keeper.get(flags[0].person_id, "counsellor")
        risk.snooze(
            scene.session,
            person_id=flags[0].person_id,
            reason=SnoozeReason.TRAVEL,
            until_on=day + AWAY,
            note=NOTE,
            act=scene.act(who, at),
        )
