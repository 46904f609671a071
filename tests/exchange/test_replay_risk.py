"""The scorecard on half a year of 873 real people's dosing, imported like any clinic's: who will be lost ranks first.

Definition C, 14 days: nights with at most 3 no-shows in a row, of people not yet lost; the event is that the first run of 14
missed days is running, or begins within 14 days; every night has 28 days of follow-up behind it (retention-evidence §2a).
"""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from sqlalchemy.orm import Session

from dispensary.analytics.day_grid import DRUG_CODE, NEVER
from dispensary.analytics.features import NONE
from dispensary.analytics.onsets import GAP, first_onsets
from dispensary.analytics.ranking import auroc
from dispensary.analytics.scorecard import points
from dispensary.exchange.examine import examine
from dispensary.exchange.history import signer, write_history
from dispensary.policy.risk import risk_card
from dispensary.queries.day_grids import grids
from dispensary.queries.risk_features import features_of
from models import enums
from tests.exchange import replay
from tests.factories import World

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not replay.SOURCE.exists(), reason=f"the published histories are not at {replay.SOURCE}"),
]
HORIZON = 14
NIGHTS = replay.STAGGER_DAYS + replay.FOLLOW_UP_DAYS


def test_the_scorecard_ranks_as_well_as_published(
    session: Session, world: World, tmp_path: Path, backend: str, capsys: pytest.CaptureFixture[str]
) -> None:
    replay.convert(tmp_path)
    found = examine(session, tmp_path, source="ctn0027", today=world.day)
    act = world.act(signer(session, world.at), origin=enums.Origin.IMPORT)
    write_history(session, found, zone=ZoneInfo("UTC"), act=act)
    session.commit()
    nights = [replay.FIRST_DAY + timedelta(days=n) for n in range(NIGHTS)]

    counted = features_of(session, world.site.id, nights, history_days=1)

    total = points(counted.counted, counted.urine_scheduled, risk_card())
    begun, onset = followed_up(session, world, counted.people, nights)
    night, event = eligible(counted, begun, onset)
    drugs = counted.counted.medication
    methadone = drugs == DRUG_CODE[enums.Medication.METHADONE]
    measured = {
        name: (auroc(total[night & of], event[night & of]), int(event[night & of].sum()), int((night & of).sum()))
        for name, of in (("all", np.True_), ("methadone", methadone), ("buprenorphine", ~methadone))
    }
    with capsys.disabled():
        for name, (area, events, n) in measured.items():
            print(f"\n{backend}: {name}: AUROC {area:.3f}, {events:,} of {n:,} nights", end="")
    assert measured["all"][0] >= 0.75
    assert (onset != NONE).sum() == 84 + 266


def followed_up(session, world, people, nights):
    """Return for each person the column of the first day of treatment, and of the onset within the follow-up, if any."""
    begun, onset = np.full(len(people), NONE), np.full(len(people), NONE)
    last = nights[-1] + timedelta(days=HORIZON + GAP)
    for days in grids(session, world.site.id, nights[0], [last], in_treatment_since=nights[0]):
        places = np.searchsorted(people, list(days.records))
        in_care = days.grid.since != NEVER
        begun[places] = in_care.argmax(axis=1)
        onset[places] = first_onsets(days.grid)
    return begun, np.where(onset + GAP <= begun + replay.FOLLOW_UP_DAYS, onset, NONE)


def eligible(counted, begun, onset):
    """Return which nights are judged, and on which of them the event is true; arrays of nights by people."""
    night = np.arange(NIGHTS)[:, None]
    in_view = counted.counted.active & (night + HORIZON + GAP <= begun + replay.FOLLOW_UP_DAYS)
    lost = (onset != NONE) & (night >= onset + GAP - 1)
    event = (onset != NONE) & (onset <= night + HORIZON)
    return in_view & ~lost & (counted.counted.no_shows <= risk_card().most_no_shows), event
