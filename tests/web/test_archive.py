"""The pages of the archive: what is kept, who took it, the clinic head's signature, and what the books say since."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dispensary.jobs.papers import keep_log, keep_pack
from dispensary.rules.job_times import Due
from models import ArchivedPaper, ArchivedPaperContent, ArchiveOpening, PaperSignature, SignInAttempt
from models.enums import ArchivedKind, Role
from tests import factories
from tests.conftest import CHEAP_HASHER
from tests.rows import count_stored as count
from tests.rows import one_stored

DAY = timedelta(days=1)
PASSWORD = "a long and plain password"


@pytest.fixture
def kept(app, session, world, clock):
    """The log of the first day and the pack of the second, with somebody dosed on the first."""
    who = factories.person(session, "Lê", "Bình")
    dose = factories.dose(session, world, who, factories.order(session, world, who))
    world.staff[Role.CLINIC_HEAD].password_hash = CHEAP_HASHER.hash(PASSWORD)
    session.commit()
    clock.forward(days=1)
    with app.app_context():
        for job in (keep_log, keep_pack):
            job(app, Due(world.site.id, "job", clock(), world.day, 1))
    session.rollback()
    papers = {paper.kind: paper for paper in session.scalars(select(ArchivedPaper))}
    papers["dose"] = dose
    session.rollback()
    return papers


def as_role(client, session, world, role):
    return client.sign_in(session, world, world.staff[role], at_window=False)


@pytest.fixture
def head(client, session, world, kept):
    return as_role(client, session, world, Role.CLINIC_HEAD)


def address(kept, what="", kind=ArchivedKind.DAY_LOG):
    return f"/archive/{kept[kind].id}{what}"


def test_the_month_lists_what_is_kept_with_its_digest(head, kept):
    page = head.get("/archive").text

    for kind in (ArchivedKind.DAY_LOG, ArchivedKind.DOWNTIME_PACK):
        assert kept[kind].digest[:12] in page
    assert "nobody yet" in page
    assert "Nothing is kept of this month" in head.get("/archive/months/2026-02").text


def test_an_open_day_of_which_no_log_is_kept_is_named(client, app, session, world, clock, kept):
    clock.forward(days=2)
    with app.app_context():
        keep_log(app, Due(world.site.id, "day_log", clock(), world.day + 2 * DAY, 1))
    session.rollback()
    page = as_role(client, session, world, Role.CLINIC_HEAD).get("/archive").text

    assert "No log is kept of these open days: Tue 2026-03-03." in " ".join(page.split())


@pytest.mark.parametrize("month", ["9999-12", "0001-01", "2026-13", "2026", "x", "2026-03-01"])
def test_a_month_that_none_is_has_no_page(head, kept, month):
    assert head.get(f"/archive/months/{month}").status_code == 404


@pytest.mark.parametrize("number", [0, 2**31, 2**63, 10**30])
def test_a_paper_that_none_is_has_no_page(head, kept, number):
    assert head.get(f"/archive/{number}").status_code == 404


def test_what_is_opened_and_printed_is_what_was_kept_and_is_noted(head, session, kept):
    content = session.scalar(select(ArchivedPaperContent.content).order_by(ArchivedPaperContent.id).limit(1))
    session.rollback()

    opened = head.send(address(kept, "/opened.pdf"), {}, page="/archive")
    printed = head.send(address(kept, "/printed.pdf"), {}, page=address(kept))

    assert opened.data == printed.data == content
    assert "dispensing-log-2026-03-02.pdf" in opened.headers["Content-Disposition"]
    page = head.get(address(kept)).text
    assert page.index("printed") < page.rindex("opened")
    assert count(session, ArchiveOpening) == 2


def test_the_clinic_head_signs_with_the_password_and_once(head, session, world, kept):
    wrong = head.send(address(kept, "/signature"), {"password": "not it"}, page=address(kept))
    assert wrong.status_code == 422
    assert "not your password" in wrong.text
    assert count(session, PaperSignature) == 0
    assert count(session, SignInAttempt) == 1

    unread = head.send(address(kept, "/signature"), {"password": PASSWORD}, page=address(kept))
    assert unread.status_code == 422
    assert "read it before you sign" in unread.text
    head.send(address(kept, "/opened.pdf"), {}, page=address(kept))

    signed = head.send(address(kept, "/signature"), {"password": PASSWORD}, page=address(kept))

    assert signed.status_code == 303
    page = head.get(address(kept)).text
    assert "Sign this paper" not in page
    assert world.staff[Role.CLINIC_HEAD].name in page
    assert one_stored(session, PaperSignature).digest == kept[ArchivedKind.DAY_LOG].digest


def test_a_digest_that_the_page_did_not_show_signs_nothing_and_is_not_shown_again(head, session, kept):
    answer = head.send(address(kept, "/signature"), {"password": PASSWORD, "digest": "made up"}, page=address(kept))

    assert answer.status_code == 409
    assert "made up" not in answer.text
    assert kept[ArchivedKind.DAY_LOG].digest in answer.text
    assert count(session, PaperSignature) == 0


def test_a_change_in_the_books_stands_beside_the_paper_which_stays(head, session, world, kept):
    assert "the books say what this paper says" in head.get(address(kept)).text

    factories.reversal(session, world, kept["dose"])
    session.commit()
    page = head.get(address(kept)).text

    assert "The books were added to since this paper was made" in page
    assert f"Dose no. {kept['dose'].id}" in page
    assert "given, reversed" in page
    digest = session.scalar(select(ArchivedPaper.digest).where(ArchivedPaper.kind == ArchivedKind.DAY_LOG))
    assert digest == kept[ArchivedKind.DAY_LOG].digest


def test_the_inspector_reads_the_log_and_signs_nothing_and_sees_no_pack(client, session, world, kept):
    inspector = as_role(client, session, world, Role.INSPECTOR)

    page = inspector.get("/archive").text
    assert kept[ArchivedKind.DAY_LOG].digest[:12] in page
    assert kept[ArchivedKind.DOWNTIME_PACK].digest[:12] not in page
    assert inspector.send(address(kept, "/opened.pdf"), {}, page="/archive").data.startswith(b"%PDF")
    assert "Sign this paper" not in inspector.get(address(kept)).text
    for what in ("", "/opened.pdf"):
        where = address(kept, what, ArchivedKind.DOWNTIME_PACK)
        answer = inspector.send(where, {}, page=address(kept)) if what else inspector.get(where)
        assert answer.status_code == 403
    assert inspector.send(address(kept, "/signature"), {}, page=address(kept)).status_code == 403
    assert count(session, ArchiveOpening) == 1


def test_the_nurse_takes_the_pack_that_is_ready_before_opening(client, session, world, kept):
    nurse = as_role(client, session, world, Role.NURSE)
    where = address(kept, "/printed.pdf", ArchivedKind.DOWNTIME_PACK)

    answer = nurse.send(where, {}, page=address(kept, "", ArchivedKind.DOWNTIME_PACK))

    assert answer.data.startswith(b"%PDF")
    assert f'href="/archive/{kept[ArchivedKind.DOWNTIME_PACK].id}"' in nurse.get("/downtime").text
    assert "downtime-pack-2026-03-03.pdf" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.PRESCRIBER, Role.ADMINISTRATOR, Role.PEER])
def test_nobody_else_sees_the_archive(client, session, world, kept, role):
    assert as_role(client, session, world, role).get("/archive").status_code == 403
    assert as_role(client, session, world, role).get(address(kept)).status_code == 403


def test_a_button_of_a_page_opened_by_somebody_else_hands_out_nothing(head, session, world, kept):
    nurse = world.staff[Role.NURSE].id

    answer = head.send(address(kept, "/opened.pdf"), {"signed_in_as": str(nurse)}, page="/archive")

    assert answer.status_code == 409
    assert count(session, ArchiveOpening) == 0
