"""Kept papers: kept once, never changed, opened and signed on record; and whatever is done to them is named."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import archive as records
from dispensary.queries.verification.facts import changed_fact, unaudited_fact
from dispensary.queries.verification.papers import wrong_paper, wrong_paper_signature
from dispensary.services import archive, jobs
from dispensary.services.conflicts import translated
from models import ArchivedPaper, ArchivedPaperContent, ArchiveOpening, PaperSignature, Site
from models.enums import ArchivedKind, ArchiveUse, AuditKind, Role
from tests import factories
from tests.rows import audited, count
from tests.services.test_verify import open_walls, plain

__all__ = ["open_walls"]

PDF = b"%PDF-1.4 the log of Monday"
FIGURES = {"Doses given": "2", "Dose no. %(of)s|7": "P00001, 80 mg, given"}
CHECKS = (changed_fact, unaudited_fact, wrong_paper, wrong_paper_signature)


def keep(session, world, content=PDF, act=None, **values):
    asked = {
        "kind": ArchivedKind.DAY_LOG,
        "first": world.day,
        "last": world.day,
        "figures": FIGURES,
        "language": "en",
        "paper": "A4",
    }
    return archive.keep(session, content=content, act=act or world.act(), **asked | values)


def by_itself(session, world):
    return jobs.act_of_job(session, world.site.id, world.at)


def head(world):
    return world.act(world.staff[Role.CLINIC_HEAD])


def read_and_sign(session, made, act):
    archive.open_paper(session, paper_id=made.id, use=ArchiveUse.OPENED, act=act)
    return archive.sign(session, paper_id=made.id, digest=made.digest, act=act)


def faults(session, world):
    session.expire_all()
    found = [check(session, world.site.id, lambda rows: None) for check in CHECKS]
    return [f"{plain(one.where)}: {plain(one.what)}" for one in found if one]


def test_a_paper_is_kept_with_the_digest_of_its_bytes_and_stands_in_the_audit(session, world):
    made = keep(session, world)

    (line,) = records.papers(session, world.site.id, world.day, world.day, list(ArchivedKind))
    assert (line.id, line.digest, line.size) == (made.id, hashlib.sha256(PDF).hexdigest(), len(PDF))
    assert records.figures_of(session, made.id) == '{"Dose no. %(of)s|7":"P00001, 80 mg, given","Doses given":"2"}'
    (event,) = audited(session, AuditKind.PAPER_KEPT)
    assert line.digest[:12] in event.body
    assert faults(session, world) == []


def test_equal_bytes_are_not_kept_twice_and_other_bytes_beside_the_first(session, world):
    first = keep(session, world)

    assert keep(session, world).id == first.id
    assert keep(session, world, b"%PDF-1.4 made anew").id != first.id
    assert count(session, ArchivedPaper) == count(session, ArchivedPaperContent) == 2


def test_what_a_job_made_of_a_day_stays_the_only_one_that_a_job_makes(session, world):
    act = by_itself(session, world)
    first = keep(session, world, act=act)

    assert keep(session, world, b"%PDF-1.4 drawn an hour later", act=act).id == first.id
    assert count(session, ArchivedPaper) == 1
    twice = {column.key: getattr(first, column.key) for column in ArchivedPaper.__table__.columns if column.key != "id"}
    with pytest.raises(Conflict), translated():
        session.execute(ArchivedPaper.__table__.insert().values(twice | {"digest": "other"}))


def test_what_is_no_pdf_and_days_that_are_turned_round_are_refused(session, world):
    for content in (b"", b"<html>", b" %PDF-1.4"):
        with pytest.raises(Refused) as refused:
            keep(session, world, content)
        assert refused.value.code == "no_pdf"
    with pytest.raises(Refused) as refused:
        keep(session, world, first=world.day + timedelta(days=1))
    assert refused.value.code == "days_reversed"
    assert count(session, ArchivedPaper) == 0


def test_opening_and_printing_are_on_record_by_name(session, world):
    made = keep(session, world)

    for use in (ArchiveUse.OPENED, ArchiveUse.PRINTED):
        assert archive.open_paper(session, paper_id=made.id, use=use, act=head(world)) == PDF

    kept = records.paper(session, world.site.id, made.id)
    name = world.staff[Role.CLINIC_HEAD].name
    assert [(one.by, one.use) for one in kept.openings] == [(name, ArchiveUse.OPENED), (name, ArchiveUse.PRINTED)]
    assert len(audited(session, AuditKind.PAPER_OPENED)) == len(audited(session, AuditKind.PAPER_PRINTED)) == 1
    assert faults(session, world) == []


def test_the_clinic_head_signs_once_over_the_digest(session, world):
    made = keep(session, world)

    read_and_sign(session, made, head(world))

    (signature,) = records.paper(session, world.site.id, made.id).signatures
    assert (signature.digest, signature.role) == (made.digest, Role.CLINIC_HEAD)
    with pytest.raises(Conflict) as again:
        archive.sign(session, paper_id=made.id, digest=made.digest, act=head(world))
    assert again.value.code == "signed_before"
    assert faults(session, world) == []


def test_a_second_clinic_head_signs_beside_the_first(session, world):
    made = keep(session, world)
    other = factories.staff(session, "Second Head")
    factories.role(session, other, world.site, Role.CLINIC_HEAD)

    for act in (head(world), world.act(other)):
        read_and_sign(session, made, act)

    assert count(session, PaperSignature) == 2


def test_a_paper_is_not_signed_unread_even_if_somebody_else_has_opened_it(session, world):
    made = keep(session, world)
    archive.open_paper(session, paper_id=made.id, use=ArchiveUse.OPENED, act=world.act())

    with pytest.raises(Refused) as refused:
        archive.sign(session, paper_id=made.id, digest=made.digest, act=head(world))

    assert refused.value.code == "not_opened"
    assert count(session, PaperSignature) == 0


def test_nobody_else_signs_nor_another_paper_than_was_shown(session, world):
    made = keep(session, world)

    with pytest.raises(Refused) as refused:
        archive.sign(session, paper_id=made.id, digest=made.digest, act=world.act())
    assert refused.value.code == "not_clinic_head"
    for digest in ("", "0" * 64, made.digest.upper()):
        with pytest.raises(Conflict) as conflict:
            archive.sign(session, paper_id=made.id, digest=digest, act=head(world))
        assert conflict.value.code == "other_paper"
    assert count(session, PaperSignature) == 0


def test_a_paper_of_another_site_is_neither_shown_nor_opened_nor_signed(session, world):
    there = factories.save(session, Site(code="other", name="Hill Clinic"))
    made = keep(session, world, act=replace(world.act(), site_id=there.id))

    for does in (
        lambda: records.paper(session, world.site.id, made.id),
        lambda: archive.open_paper(session, paper_id=made.id, use=ArchiveUse.OPENED, act=head(world)),
        lambda: archive.sign(session, paper_id=made.id, digest=made.digest, act=head(world)),
    ):
        with pytest.raises(NotFound):
            does()
    assert records.papers(session, world.site.id, world.day, world.day, list(ArchivedKind)) == []
    assert keep(session, world).id != made.id, "equal bytes of two sites are two papers"


@pytest.fixture
def signed(session, world):
    made = keep(session, world)
    keep(session, world, b"%PDF-1.4 another", kind=ArchivedKind.DOWNTIME_PACK)
    archive.open_paper(session, paper_id=made.id, use=ArchiveUse.PRINTED, act=head(world))
    archive.sign(session, paper_id=made.id, digest=made.digest, act=head(world))
    session.commit()
    assert faults(session, world) == []
    return made


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE archived_paper_content SET content = CAST('%PDF-1.4 the log of Munday' AS {bytes}) WHERE id = 1",
        "UPDATE archived_paper_content SET figures = '{{}}' WHERE id = 1",
        "UPDATE archived_paper_content SET archived_paper_id = 99 WHERE id = 1",
        "DELETE FROM archived_paper_content WHERE id = 1",
        "DELETE FROM archived_paper WHERE id = 1",
        "UPDATE archived_paper SET digest = 'other' WHERE id = 1",
        "UPDATE archived_paper SET size = 3 WHERE id = 1",
        "UPDATE archived_paper SET last_on = '2026-03-03' WHERE id = 1",
        "UPDATE archive_opening SET use = 'opened'",
        "DELETE FROM archive_opening",
        "UPDATE paper_signature SET digest = 'other'",
        "DELETE FROM paper_signature",
    ],
)
def test_whatever_is_changed_behind_the_audit_is_named(session, world, signed, open_walls, backend, change):
    open_walls()
    session.execute(text(change.format(bytes="bytea" if backend == "postgresql" else "blob")))

    found = faults(session, world)

    assert found, change
    if "content" in change:
        assert any("kept paper" in one for one in found)


def test_a_changed_byte_is_named_by_its_paper_and_nothing_is_handed_out_or_signed(
    session, world, signed, open_walls, backend
):
    open_walls()
    kind = "bytea" if backend == "postgresql" else "blob"
    session.execute(
        text(f"UPDATE archived_paper_content SET content = CAST('%PDF-1.4 the log of Tuesday' AS {kind}) WHERE id = 1")
    )

    assert faults(session, world) == [f"kept paper no. {signed.id}: its bytes are not those that were kept"]
    before = count(session, ArchiveOpening)
    other = factories.staff(session, "Second Head")
    factories.role(session, other, world.site, Role.CLINIC_HEAD)
    for does in (
        lambda: archive.open_paper(session, paper_id=signed.id, use=ArchiveUse.OPENED, act=head(world)),
        lambda: archive.sign(session, paper_id=signed.id, digest=signed.digest, act=world.act(other)),
    ):
        with pytest.raises(Conflict) as conflict:
            does()
        assert conflict.value.code == "paper_changed"
    assert count(session, ArchiveOpening) == before


def test_bytes_of_no_paper_and_a_paper_that_nobody_kept_are_named(session, world, signed, open_walls):
    open_walls()
    made = {column.key: getattr(signed, column.key) for column in ArchivedPaper.__table__.columns}
    session.execute(ArchivedPaper.__table__.insert().values(made | {"id": 77, "digest": "made up"}))

    found = faults(session, world)

    assert "archived_paper no. 77: the audit knows nothing of it" in found
    assert "kept paper no. 77: its bytes are gone" in found


def test_the_database_refuses_to_change_or_delete_what_is_kept(session, world, signed):
    for change in ("UPDATE archived_paper_content SET figures = ''", "DELETE FROM archived_paper"):
        with pytest.raises(Exception, match="append-only") as refused:
            session.execute(text(change))
        assert isinstance(refused.value, IntegrityError) or refused.value
        session.rollback()
