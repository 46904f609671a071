"""Days on paper and printed packs: declared once at a time, signed as entered, every copy accounted for."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import downtime as records
from dispensary.services import downtime
from models import AuditEvent, DowntimeDay, PackCopyTick
from models.enums import AuditKind, PackCopyFate

DAY = timedelta(days=1)


def declare(session, world, day=None, reason="power cut"):
    return downtime.declare_day(session, clinic_day=day or world.day, reason=reason, act=world.act())


def sign(session, world, day=None, sheets=3):
    return downtime.sign_entered(session, clinic_day=day or world.day, sheets=sheets, act=world.act())


def pack(session, world, copies=2, day=None):
    return downtime.note_pack(session, clinic_day=day or world.day, copies=copies, act=world.act())


def tick(session, world, of, copy=1, fate=PackCopyFate.DESTROYED):
    return downtime.tick_copy(session, pack_id=of.id, copy=copy, fate=fate, act=world.act())


def last_audit(session):
    return session.scalars(select(AuditEvent.kind).order_by(AuditEvent.id.desc())).first()


def test_declared_day_is_not_yet_entered_until_somebody_signs(session, world):
    declare(session, world)
    assert last_audit(session) == AuditKind.DOWNTIME_DECLARED
    assert records.not_yet_entered(session, world.site.id) == [world.day]

    sign(session, world)

    assert last_audit(session) == AuditKind.DOWNTIME_ENTERED
    assert records.not_yet_entered(session, world.site.id) == []


def test_day_is_declared_again_once_its_paper_was_signed(session, world):
    declare(session, world)
    with pytest.raises(Conflict) as twice:
        declare(session, world)
    sign(session, world)

    again = declare(session, world)

    assert (twice.value.code, again.turn) == ("declared", 2)
    assert session.scalars(select(DowntimeDay.turn).order_by(DowntimeDay.id)).all() == [1, 2]


def test_only_days_of_the_period_asked_about_are_named(session, world):
    declare(session, world, world.day - 5 * DAY)
    declare(session, world)

    assert records.not_yet_entered(session, world.site.id, world.day - DAY, world.day) == [world.day]
    assert records.not_yet_entered(session, world.site.id) == [world.day - 5 * DAY, world.day]


@pytest.mark.parametrize(("ahead", "reason", "field"), [(0, " ", "reason"), (1, "power cut", "clinic_day")])
def test_day_without_a_reason_or_not_begun_is_refused(session, world, ahead, reason, field):
    with pytest.raises(Refused) as refused:
        declare(session, world, day=world.day + ahead * DAY, reason=reason)

    assert refused.value.field == field


def test_nothing_is_signed_that_does_not_wait(session, world):
    with pytest.raises(Conflict):
        sign(session, world)


def test_no_number_of_sheets_is_below_nothing(session, world):
    declare(session, world)

    with pytest.raises(Refused) as refused:
        sign(session, world, sheets=-1)

    assert refused.value.field == "sheets"


def test_each_printing_of_a_day_counts_up_and_its_copies_are_accounted_for(session, world):
    first, second = pack(session, world), pack(session, world, copies=1)
    assert last_audit(session) == AuditKind.DOWNTIME_PACK_PRINTED

    tick(session, world, first, copy=2)

    found = {made.printing: made for made in records.packs(session, world.site.id)}
    assert (first.printing, second.printing) == (1, 2)
    assert last_audit(session) == AuditKind.PACK_COPY_TICKED
    assert [copy.fate for copy in found[1].copies] == [None, PackCopyFate.DESTROYED]
    assert (found[1].open, found[2].open) == (1, 1)


def test_copy_is_ticked_once(session, world):
    made = pack(session, world)
    tick(session, world, made)

    with pytest.raises(Conflict) as refused:
        tick(session, world, made, fate=PackCopyFate.MISSING)

    assert refused.value.code == "ticked_before"
    assert len(session.scalars(select(PackCopyTick)).all()) == 1


@pytest.mark.parametrize("copy", [0, 3])
def test_copy_that_was_not_printed_is_not_found(session, world, copy):
    with pytest.raises(NotFound):
        tick(session, world, pack(session, world), copy=copy)


@pytest.mark.parametrize("copies", [0, 21])
def test_number_of_copies_is_sensible(session, world, copies):
    with pytest.raises(Refused) as refused:
        pack(session, world, copies=copies)

    assert refused.value.field == "copies"


@pytest.mark.parametrize("days", [-1, 8])
def test_pack_is_of_today_or_of_the_next_days(session, world, days):
    with pytest.raises(Refused) as refused:
        pack(session, world, day=world.day + days * DAY)

    assert refused.value.field == "clinic_day"
