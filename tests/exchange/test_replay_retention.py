"""Half a year of 873 real people: the curves of the published folder, by our own import and our own statistics."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from sqlalchemy.orm import Session

from dispensary.analytics.survival import kaplan_meier
from dispensary.exchange.examine import examine
from dispensary.exchange.history import signer, write_history
from dispensary.queries.retention import Asked, Course, courses
from dispensary.rules.retention import Exit
from models import enums
from tests.exchange import replay
from tests.exchange.dropouts import ON_DAY, PUBLISHED
from tests.exchange.replay import FOLLOW_UP_DAYS
from tests.factories import World

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not replay.SOURCE.exists(), reason=f"the published histories are not at {replay.SOURCE}"),
]


@pytest.fixture
def imported(session: Session, world: World, tmp_path: Path) -> None:
    replay.convert(tmp_path)
    found = examine(session, tmp_path, source="ctn0027", today=world.day)
    act = world.act(signer(session, world.at), origin=enums.Origin.IMPORT)
    write_history(session, found, zone=ZoneInfo("UTC"), act=act)
    session.commit()


def found_with(session: Session, world: World, **values: object) -> tuple[Course, ...]:
    asked = Asked(**({"gap": 14, "looked_at": world.day - timedelta(days=1), "follow_up": FOLLOW_UP_DAYS} | values))
    return courses(session, asked).all


def test_the_published_retention_comes_out_to_the_last_digit(session: Session, world: World, imported: None) -> None:
    found = found_with(session, world)

    for drug, (people, lost, retained) in PUBLISHED.items():
        mine = [course for course in found if course.drug == drug]
        assert (len(mine), sum(c.outcome.exit is Exit.LOST for c in mine)) == (people, lost)
        assert all(c.outcome.days == FOLLOW_UP_DAYS for c in mine if c.outcome.exit is None)
        curve = kaplan_meier(
            np.array([c.outcome.days for c in mine]), np.array([c.outcome.exit is Exit.LOST for c in mine])
        )
        assert [round(curve.at(day).share, 4) for day in ON_DAY] == list(retained)
