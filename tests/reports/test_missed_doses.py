"""The missed-dose list on paper and as a file: the same figures, and an empty one says so."""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from dispensary.services import absences
from models.enums import AbsenceKind, MissedReason
from models.units import mg
from reports import missed_doses, page, sheet
from reports.missed_doses import Order, Part
from tests import factories
from tests.reports.made_up import NAMES, SPEAK

DAY = timedelta(days=1)


def figures(session, world, at_least=1, **asked):
    about = page.heading(session, world.site.id, world.day, world.day, printed_by="Nora", printed_at=world.at)
    return missed_doses.figures(session, world.site.id, at_least=at_least, about=about, **asked)


def absent(session, world, name, days):
    who = factories.patient(
        session, world, family_name=name, phone="0912 000 111", starts_on=world.day - (days + 1) * DAY
    )
    of = session.query(factories.models.DoseOrder).filter_by(person_id=who.id).one()
    factories.dose(session, world, who, of, at=world.at - (days + 1) * DAY)
    return who


def text(content):
    reader = PdfReader(io.BytesIO(content))
    return reader.metadata.title, "\n".join(page.extract_text() for page in reader.pages)


def test_sheet_and_paper_say_the_same_of_each(session, world):
    who = absent(session, world, "Nguyễn Thị", 3)
    yesterday = world.day - DAY
    absences.explain_missed_day(
        session, person_id=who.id, clinic_day=yesterday, reason=MissedReason.FORGOT, act=world.act()
    )

    made = figures(session, world)

    last = world.day - 4 * DAY
    assert missed_doses.as_sheet(made, SPEAK).rows == [
        [
            who.number,
            "Nguyễn Thị Hường",
            3,
            3,
            last,
            mg("80"),
            "confirmed",
            last,
            mg("80"),
            "0912 000 111",
            "Not asked yet how they may be reached: ask first.",
            "",
            "",
            f"{yesterday.isoformat()}: forgot",
        ]
    ]
    title, words = text(missed_doses.render(made, speak=SPEAK))
    assert title == "Missed doses"
    for part in (who.number, "80", last.isoformat(), "0912 000 111", "forgot", "1 or more. People: 1"):
        assert part in words


def test_csv_has_a_line_for_each(session, world):
    for n, name in enumerate(NAMES, start=1):
        absent(session, world, name, n)

    lines = sheet.to_csv(missed_doses.as_sheet(figures(session, world), SPEAK), SPEAK.zone).decode().splitlines()

    assert len(lines) == 1 + len(NAMES)
    assert lines[0].lstrip("\ufeff").startswith("Number,Name,Days without medicine,No-shows in a row")


def test_list_of_nobody_says_so(session, world):
    _, words = text(missed_doses.render(figures(session, world), speak=SPEAK))

    assert "Nobody in treatment has missed so many days." in words


def test_whoever_is_in_hospital_is_passed_over_and_stands_apart(session, world):
    here, away = absent(session, world, "Here", 2), absent(session, world, "Away", 5)
    absences.record_absence(
        session,
        person_id=away.id,
        kind=AbsenceKind.HOSPITAL,
        from_on=world.day - DAY,
        expected_until=None,
        place="ward 5",
        told_by="the ward",
        act=world.act(),
    )

    made = figures(session, world)

    assert [row.number for row in made.rows] == [here.number]
    assert [row.number for row in made.passed_over] == [away.number]
    lines = missed_doses.as_sheet(made, SPEAK).rows
    assert [line[0] for line in lines] == [here.number, away.number]
    assert lines[1][-1] == f"in hospital since {(world.day - DAY).isoformat()}: passed over"
    _, words = text(missed_doses.render(made, speak=SPEAK))
    assert "People: 1; in hospital or custody besides: 1" in words
    assert words.index("In hospital or custody: passed over") < words.index(away.number)


@pytest.mark.parametrize(
    ("by", "first"), [(Order.DAYS, "Zoe"), (Order.NO_SHOWS, "Zoe"), (Order.NAME, "Amy"), (Order.LAST_DOSE, "Zoe")]
)
def test_list_is_sorted_as_asked(session, world, by, first):
    absent(session, world, "Zoe", 5)
    absent(session, world, "Amy", 2)

    made = figures(session, world, by=by)

    assert made.rows[0].family_name == first


def test_list_leaves_out_those_of_whom_somebody_knows_why(session, world):
    known, unknown = absent(session, world, "Known", 2), absent(session, world, "Unknown", 2)
    yesterday = world.day - DAY
    absences.explain_missed_day(
        session, person_id=known.id, clinic_day=yesterday, reason=MissedReason.ILL, act=world.act()
    )

    made = figures(session, world, of=Part.NO_REASON)

    assert [row.number for row in made.rows] == [unknown.number]
    assert "nobody knows why yet" in text(missed_doses.render(made, speak=SPEAK))[1]
