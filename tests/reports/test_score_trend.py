"""A questionnaire over time as a drawing: each panel has its own scale, and points only of what counts."""

from datetime import timedelta

import pytest

from dispensary.policy.instruments import definition
from dispensary.policy.instruments.definitions import from_table
from dispensary.queries.instruments import Taken
from models.enums import Instrument, Substance
from reports import score_trend
from tests.reports.made_up import DAY, SPEAK

ASSIST = definition(Instrument.ASSIST)
MOST = {"1": 3, "2": 6, "3": 6, "4": 7, "5": 8, "6": 6, "7": 6}


def taken(values, *, days=0, number=1):
    kept = {"person_id": 1, "outreach_contact_id": None, "by": "Carl Brook", "total": None, "values": values}
    day = DAY + timedelta(days=days)
    return Taken(id=number, instrument=Instrument.ASSIST, edition=ASSIST.edition, taken_on=day, **kept)


def most_of_everything():
    asked = {item.key for item in ASSIST.items}
    keys = [f"{question}.{substance}" for substance in ASSIST.substances for question in MOST]
    return {key: MOST[key.split(".")[0]] for key in keys if key in asked}


def test_each_substance_is_drawn_against_its_own_largest_total():
    drawn = score_trend.panels(ASSIST, [taken(most_of_everything())], SPEAK)

    assert [panel.points[0][1] for panel in drawn] == [panel.most for panel in drawn]
    assert [panel.most for panel in drawn] == [31] + [39] * (len(ASSIST.substances) - 1)
    assert ASSIST.substances[0] is Substance.TOBACCO


def test_highest_score_of_tobacco_stands_at_the_top_of_its_scale():
    values = {key: value for key, value in most_of_everything().items() if key.endswith(".tobacco")}
    pair = [taken(values), taken(values | {"6.tobacco": 0}, days=28, number=2)]

    drawing = score_trend.chart(ASSIST, pair, SPEAK)

    said = [part.text for part in drawing.contents[1].contents if hasattr(part, "text")]
    assert "31" in said
    assert "39" not in said


def test_no_band_begins_beyond_what_can_be_reached():
    for substance in ASSIST.substances:
        assert max(band.least for band in ASSIST.bands if substance in band.substances) <= ASSIST.most_of(substance)


def test_largest_total_that_no_substance_reaches_is_no_definition():
    table = {
        "instrument": "assist", "edition": "e", "scoring": "substances", "asks_about": "a", "source": "s",
        "mark": "known", "licence": "l", "most": 7,
        "items": [
            {"key": "1", "words": "Ever used", "values": [0, 3], "role": "ever"},
            {"key": "2", "words": "How often used", "values": [0, 6], "role": "recent"},
        ],
    }  # fmt: skip

    with pytest.raises(ValueError, match="none of a substance"):
        from_table("some.toml", table)

    assert from_table("some.toml", table | {"most": 6}).most == 6
