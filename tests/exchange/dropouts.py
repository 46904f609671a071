"""Who dropped out of the published histories, and when, by the ledger of the imported doses.

A dropout is the first run of 14 or more days without a dose; its onset is the day after the last dose before it. The figures
are those of the publication's folder (README): 84 of 362 on methadone and 266 of 511 on buprenorphine.
"""

from datetime import date, timedelta
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

import models
from dispensary.queries.day_facts import EVER, NOW, clinic_days, days_of
from dispensary.rules.ledger import ledger
from dispensary.rules.person_days import DRUG_OF, METHADONE, PersonDays
from models.enums import DayStatus
from tests.exchange.replay import FOLLOW_UP_DAYS
from tests.factories import World

RUN, HUNDRED = 14, 100
ON_DAY = (7, 14, 28, 60, 90, 120, 154)
PUBLISHED = {
    "methadone": (362, 84, (0.9751, 0.9475, 0.9254, 0.8785, 0.8315, 0.8011, 0.7680)),
    "buprenorphine": (511, 266, (0.8689, 0.8200, 0.7573, 0.6301, 0.5675, 0.5166, 0.4795)),
}


def assert_the_ledger_finds_the_published_dropouts(session: Session, world: World) -> None:
    onsets: dict[str, list[int | None]] = {drug: [] for drug in PUBLISHED}
    people = session.scalars(select(models.Person.id).order_by(models.Person.id)).all()
    clinic = clinic_days(session, world.site.id, world.day, NOW)
    for n in range(0, len(people), HUNDRED):
        records = {person_id: person_id for person_id in people[n : n + HUNDRED]}
        for days in days_of(session, records, world.site.id, clinic, since=EVER, until=world.day, as_of=NOW).values():
            onsets["methadone" if drug_of(days) == METHADONE else "buprenorphine"].append(onset(days, world.day))
    for drug, (how_many, dropped_out, retained) in PUBLISHED.items():
        found = onsets[drug]
        assert (len(found), sum(day is not None for day in found)) == (how_many, dropped_out), drug
        assert [round(share_retained(found, day), 4) for day in ON_DAY] == list(retained), drug


def drug_of(days: PersonDays) -> str:
    return DRUG_OF[days.doses[0].medication]


def onset(days: PersonDays, today: date) -> int | None:
    """Return the day of treatment on which the first long run of missed days began, counted from 0; None if none did."""
    first = days.doses[0].day
    in_view = ledger(days, first, first + timedelta(days=FOLLOW_UP_DAYS - 1), today)
    begins = 0
    for missed, run in groupby(in_view, key=lambda day: day.status is DayStatus.NO_SHOW):
        length = len(list(run))
        if missed and length >= RUN:
            return begins
        begins += length
    return None


def share_retained(onsets: list[int | None], day: int) -> float:
    """Kaplan-Meier, where nobody is lost from view before the last day."""
    return 1 - sum(1 for onset in onsets if onset is not None and onset <= day) / len(onsets)
