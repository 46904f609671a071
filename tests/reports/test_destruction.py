"""The record of a destruction on paper."""

import io

import pytest
from pypdf import PdfReader

from dispensary.errors import NotFound
from reports import destruction as report
from reports import page
from tests import factories
from tests.reports.made_up import SPEAK
from tests.services.test_destruction import chosen, destroy


@pytest.fixture
def figures(session, world):
    """Two sealed bottles destroyed together."""
    old = [
        factories.container(session, world, world.products["methadone"], at_window=False, size=size)
        for size in ("500", "250")
    ]
    session.commit()
    made = destroy(session, world, *(chosen(session, world, one) for one in old))
    about = page.heading(session, world.site.id, world.day, world.day, printed_by="Rosa", printed_at=world.at)
    return report.figures(session, made.id, world.site.id, about=about)


def text(figures):
    return " ".join(p.extract_text() for p in PdfReader(io.BytesIO(report.render(figures, speak=SPEAK))).pages)


def test_the_sheet_names_both_people_and_each_thing_and_adds_up(world, figures):
    words = text(figures)

    for said in ("41-7", world.nurse.name, world.witness.name, "500 mL", "250 mL", "10 mg/mL", "7500 mg", "750 mL"):
        assert said in words.replace("\xa0", " ")
    [total] = report.totals(figures, SPEAK)
    assert (total.things, total.amount_mg) == (2, sum(t.amount_mg for t in figures.things))


def test_the_same_destruction_gives_the_same_bytes(figures):
    assert report.render(figures, speak=SPEAK) == report.render(figures, speak=SPEAK)


def test_no_destruction_is_printed_that_is_not_on_record(session, world, figures):
    with pytest.raises(NotFound):
        report.figures(session, 999, world.site.id, about=figures.about)
