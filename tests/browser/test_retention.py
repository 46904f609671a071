"""How long people stay, told by the clinic head by keyboard alone: the curve by medicine, who was lost, the paper, a month beside
that of the year before (S10, interviews in Viet Nam), and what the nightly scan would have been worth.
"""

from datetime import timedelta

from sqlalchemy import select

from models import AuditEvent
from models.enums import AuditKind, Medication, Role
from tests.web.test_retention import course

DAY = timedelta(days=1)
BUPRENORPHINE = {"medication": Medication.BUPRENORPHINE, "taken": "16"}


def furnish(clinic):
    """Of twelve on methadone five are lost after ten days, of twelve on buprenorphine six; a year ago two of ten were."""
    world = clinic.world
    with clinic.record() as session:
        for n in range(12):
            course(session, world, 10 if n < 5 else 100)
        made = [course(session, world, 10 if n < 6 else 100, **BUPRENORPHINE) for n in range(12)]
        for n in range(10):
            course(session, world, 10 if n < 2 else 465, ago=465)
        return made[0].number


def test_head_sees_who_stays_on_what_opens_the_lost_prints_and_sets_a_month_beside_that_of_the_year_before(clinic, sit):
    lost = furnish(clinic)
    head = sit(clinic.world.staff[Role.CLINIC_HEAD])

    head.go("/paper").follow("Retention")
    head.sees_page("Retention").pick("Lost after", "14 days")
    head.pick("By", "medication")
    head.push("Show")

    head.sees_page("Retention").sees("the first run of 14 days without a dose")
    head.sees("Log-rank, All groups")
    assert head.page.locator("figure img").evaluate("picture => picture.complete && picture.naturalWidth > 0")
    head.follow("Buprenorphine, Lost: 6")
    head.sees_page("Courses behind a number").sees("Buprenorphine: 6 courses").sees(lost)
    head.follow("Back to retention")

    printed = head.sees_page("Retention").prints("Print as PDF").text
    assert "the first run of 14 days without a dose" in printed
    assert "Buprenorphine 28 6 6 0.5000" in printed

    month = (clinic.world.day - 100 * DAY).strftime("%Y-%m")
    rows = told(head, "Lost by month of admission")
    line = next(row for row in rows if row.startswith(f"{month}2430"))
    assert line.startswith(f"{month}243045.83"), "eleven of twenty-four are lost by day 30"
    assert "1020.00" in line, "of ten a year before, two"


def told(head, caption):
    """Return the rows of a table, without blanks."""
    table = head.page.locator("table").filter(has=head.page.locator("caption", has_text=caption))
    return ["".join(row.split()) for row in table.locator("tbody tr").all_inner_texts()]


def test_head_looks_back_on_the_nightly_scan_prints_it_and_counts_a_month(clinic, sit):
    furnish(clinic)
    head = sit(clinic.world.staff[Role.CLINIC_HEAD])

    head.go("/paper").follow("Nightly scan looked back on")
    head.sees_page("Nightly scan looked back on").sees("By month").sees("Watched month by month")
    assert "Drift is written down" in head.prints("Print as PDF").text

    head.follow("Indicators")
    head.sees_page("Indicators").sees("KP_MAT by sex").sees("KP_MAT by age")
    assert "KP_MAT" in head.prints("Print as PDF").text
    head.follow("Data quality")
    head.sees_page("Data quality")
    with clinic.record() as session:
        query = (
            select(AuditEvent.body).where(AuditEvent.kind == AuditKind.REPORT_PRINTED).order_by(AuditEvent.id.desc())
        )
        newest, before = session.scalars(query.limit(2))
        assert "indicators" in newest and "risk_evaluation" in before
