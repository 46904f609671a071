"""The indicators of a month of a small clinic, counted by hand; and the same without small counts."""

from datetime import date
from decimal import Decimal

import pytest

import models
from dispensary.queries.indicators import indicators
from dispensary.queries.journey_counts import journey_counts
from dispensary.wording import Speaker
from models.enums import (
    EpisodeEndReason,
    Form,
    Medication,
)
from reports import indicators as report
from reports import page
from tests import factories, february
from tests.february import DAY, FIRST, LAST, dosed, ended, stay


@pytest.fixture
def clinic(session, world):
    return february.lay(session, world)


def figures(session, world, first=FIRST, last=LAST, today=None):
    about = page.heading(session, world.site.id, first, last, printed_by="Hanna Lind", printed_at=world.at)
    return report.figures(session, world.site.id, today=today or world.day, about=about)


BY_HAND = {
    "census-start": (3, None),
    "census-new": (1, None),
    "census-transferred_in": (0, None),
    "census-readmitted": (1, None),
    "census-left-dropped_out": (1, None),
    "census-end": (4, None),
    "came": (2, None),
    "left": (1, None),
    "on-medicine": (4, None),
    "in-period": (5, None),
    "kp-mat": (2, None),
    "kp-mat-female": (1, None),
    "kp-mat-male": (1, None),
    "kp-mat-younger": (1, None),
    "kp-mat-older": (1, None),
    "counselling-only": (1, None),
    "dose-methadone": (2, None),
    "dose-methadone-clinic": (2, 2),
    "dose-methadone-unaids": (1, 2),
    "dose-buprenorphine": (1, None),
    "dose-buprenorphine-clinic": (0, 1),
    "dose-buprenorphine-unaids": (1, 1),
    "dose-injection": (0, None),
    "dose-unknown": (1, None),
    "days-observed": (86, None),
    "days-no_show": (3, None),
    "missed": (3, 89),
    "days-due": (89, None),
    "urine-asked": (3, None),
    "counselling-arranged": (2, None),
    "missed-people": (1, 5),
    "missed-run": (1, 5),
    "steps-none": (3, None),
    "steps-3": (1, None),
    "urine-read": (2, None),
    "urine-waiting": (0, None),
    "urine-refused": (1, None),
    "urine-diluted": (0, None),
    "urine-tampered": (0, None),
    "urine-not_able": (0, None),
    "urine-positive": (1, 2),
    "urine-absent": (0, 2),
    "urine-people": (2, 5),
    "counselling-came": (1, None),
    "counselling-no_show": (1, None),
    "counselling-excused": (0, None),
    "counselling-called_off_by_us": (0, None),
    "counselling-open": (0, None),
    "counselling-people": (1, 4),
    "offered-hiv-period": (1, 4),
    "offered-hiv-ever": (2, 4),
}
"""Each figure of February as somebody with a pencil counts it: 28 + 25 + 19 + 14 days dosed, Bob's last three missed."""


def test_every_figure_of_a_month_as_counted_by_hand(session, world, clinic):
    found = {one.key: one for section in figures(session, world).sections for one in section.figures}

    assert {key: (one.n, one.of) for key, one in found.items() if key in BY_HAND} == BY_HAND
    none = {key: one.n for key, one in found.items() if key not in BY_HAND and not key.endswith("-mean")}
    assert set(none.values()) == {0} and all(
        key.startswith(("offered-", "census-left-", "days-", "kp-mat-")) for key in none
    )
    assert found["dose-methadone-mean"].n == Decimal("70.0")
    assert found["dose-buprenorphine-mean"].n == Decimal("14.0")


def test_whoever_counts_is_behind_the_figure(session, world, clinic):
    made = figures(session, world)

    def behind(key):
        return {name for name, who in clinic.items() if who in made.figure(key).people}

    assert behind("census-readmitted") == {"eva"}
    assert behind("kp-mat") == {"ann", "dee"}
    assert (behind("kp-mat-female"), behind("kp-mat-older")) == ({"ann"}, {"ann"})
    assert (behind("kp-mat-male"), behind("kp-mat-younger")) == ({"dee"}, {"dee"})
    assert behind("on-medicine") == {"ann", "bob", "cai", "eva"}
    assert behind("dose-unknown") == {"eva"}
    assert behind("missed-run") == {"bob"}
    (row,) = made.figure("missed").behind
    assert row.amount == 3


def test_in_treatment_means_what_the_commissioner_counts(session, world, clinic):
    counts = journey_counts(session, world.site.id, FIRST, LAST, world.day)

    found = indicators(session, world.site.id, FIRST, LAST, world.day)

    assert counts.in_treatment == len(found.on_medicine | found.counselling_only) == 5
    assert sum(counts.exits.values()) == sum(len(left) for left in found.census.left.values())


def test_one_month_begins_where_the_other_ends(session, world, clinic):
    january = indicators(session, world.site.id, date(2026, 1, 1), date(2026, 1, 31), world.day)
    february = indicators(session, world.site.id, FIRST, LAST, world.day)

    assert january.census.end == february.census.start


def test_of_today_nobody_has_missed_anything_yet(session, world, clinic):
    found = indicators(session, world.site.id, world.day - DAY, world.day, world.day)

    assert found.known_until == world.day - DAY
    assert sum(found.days.by_status.get("no_show", {}).values()) == 3, "Ann, Bob and Cai missed the first of March"


def test_a_month_to_come_has_nothing_missed(session, world, clinic):
    found = indicators(session, world.site.id, date(2026, 4, 1), date(2026, 4, 30), world.day)

    assert (found.days.by_status, found.days.doses) == ({}, {})
    assert len(found.on_medicine) == 4


def test_whose_last_dose_was_an_injection_has_no_daily_dose(session, world):
    who, _ = stay(session, world, date(2025, 6, 1))
    dosed(session, world, who, 1, 20, "8", medication=Medication.BUPRENORPHINE)
    dosed(session, world, who, 21, 21, "96", medication=Medication.BUPRENORPHINE, form=Form.INJECTION)

    found = indicators(session, world.site.id, FIRST, LAST, world.day)

    assert (found.days.doses, found.days.injected) == ({}, {who.id})


def test_a_dose_taken_back_later_counts_in_no_month(session, world):
    who, episode = stay(session, world, world.day - 3 * DAY)
    order = factories.order(session, world, who, in_episode=episode, starts_on=world.day - 3 * DAY)
    wrong = factories.dose(session, world, who, order, at=world.at - DAY)
    factories.reversal(session, world, wrong)

    found = indicators(session, world.site.id, world.day - DAY, world.day - DAY, world.day)

    assert found.days.by_status["no_show"] == {who.id: 1}


def test_the_end_of_an_episode_that_was_a_mistake_counts_as_none(session, world):
    who, episode = stay(session, world, date(2025, 6, 1))
    mistake = ended(session, world, episode, date(2026, 2, 3), EpisodeEndReason.DIED)
    values = {"episode_end_id": mistake.id, "reason": "another person"}
    factories.save(session, models.EpisodeEndCorrection(**values, **factories.stamp(world)))

    found = indicators(session, world.site.id, FIRST, LAST, world.day)

    assert (found.census.left, found.census.end) == ({}, {who.id})


def test_what_leaves_the_clinic_names_no_few(session, world, clinic):
    sheet = report.as_sheet(figures(session, world), Speaker(str, world.zone))

    shown = {row[0]: row[3:6] for row in sheet.rows}
    assert shown["census-start"] == ["under 5", None, None]
    assert shown["missed-people"] == ["under 5", None, None]
    assert shown["dose-methadone-mean"] == ["under 5 people", None, None]
    numbers = [cell for row in sheet.rows for cell in row[3:6] if isinstance(cell, int | Decimal)]
    assert set(numbers) <= {0}
    assert all(row[7] and row[8] and row[9] for row in sheet.rows), "definition, population and source"


def test_the_sheet_says_its_definitions_in_pdf(session, world, clinic):
    made = report.render(figures(session, world), speak=Speaker(str, world.zone))

    assert made.startswith(b"%PDF")
