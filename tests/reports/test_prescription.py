"""The prescription: what it says, and what it keeps to itself."""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from dispensary.errors import NotFound
from models.enums import Form, Medication
from models.units import mg
from reports import page, prescription
from tests import factories
from tests.reports.made_up import SPEAK

DAY = timedelta(days=1)


@pytest.fixture
def printed(session, world):
    def text(order, paper="A4"):
        about = page.heading(
            session, world.site.id, world.day, world.day, printed_by="Rosa", printed_at=world.at, on_paper=paper
        )
        pdf = PdfReader(
            io.BytesIO(prescription.render(prescription.figures(session, order.id, about=about), speak=SPEAK))
        )
        return pdf, " ".join(" ".join(sheet.extract_text() for sheet in pdf.pages).split())

    return text


def test_sheet_says_who_what_how_much_and_until_when(session, world, printed):
    who = factories.person(session)
    order = factories.order(session, world, who, amount="82.5")

    pdf, text = printed(order)

    for said in ("Nguyễn Hường", who.number, "1985-05-17", "methadone, oral liquid", "every day", "82.5 mg"):
        assert said in text
    assert "eight two point five milligrams" in text
    assert "Last day: 2027-03-01" in text
    assert "Signed by: Dana Frost" in text
    assert "Signature of the prescriber" in text
    assert "page 1 of 1" in text
    assert "A step up takes effect only" not in text
    assert pdf.metadata.title == "Prescription"


def test_steps_and_their_condition_are_printed(session, world, printed):
    who = factories.person(session)
    order = factories.order(session, world, who, steps={world.day: ("30",), world.day + 3 * DAY: ("40",)})

    _, text = printed(order)

    assert "From 2026-03-02: 30 mg three zero milligrams" in text
    assert "From 2026-03-05: 40 mg four zero milligrams" in text
    assert "A step up takes effect only when every dose due since the step before was taken in full" in text


def test_each_part_of_a_day_stands_by_itself(session, world, printed):
    who = factories.person(session)
    order = factories.order(session, world, who, steps={world.day: ("50", "30")}, hours_between_parts=6)

    _, text = printed(order, "Letter")

    assert "80 mg (50 mg + 30 mg)" in text
    assert "part 1: five zero milligrams; part 2: three zero milligrams" in text
    assert "In 2 parts a day, at least 6 hours apart." in text


def test_no_nought_is_lost_in_words():
    assert prescription.spelled(mg("100.05"), SPEAK) == "one zero zero point zero five milligrams"


def test_order_that_is_not_there_is_not_printed(session, world):
    about = page.heading(session, world.site.id, world.day, world.day, printed_by="Rosa", printed_at=world.at)

    with pytest.raises(NotFound):
        prescription.figures(session, 1, about=about)


def test_injection_is_printed_with_the_days_of_its_window(session, world, printed):
    who = factories.person(session)
    order = factories.depot_order(session, world, who, plan={"second_after_days": 7})

    _, text = printed(order)

    assert "buprenorphine, injection" in text
    assert "How often: every 28 days" in text
    assert "from 7 days before that day to 7 days after it" in text
    assert "The second may be given from 7 days after the first." in text
    assert "the prescriber's own figures" in text


def test_days_of_the_week_are_printed(session, world, printed):
    who = factories.person(session)
    order = factories.order(
        session, world, who, amount="8", weekdays="135", medication=Medication.BUPRENORPHINE, form=Form.TABLET
    )

    _, text = printed(order)

    assert "How often: on Mondays, on Wednesdays, on Fridays" in text
