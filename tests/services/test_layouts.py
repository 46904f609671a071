"""The bodies of chained rows, as their newest layout writes them for ever: a row printed years ago must still be readable."""

import json
import os
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from dispensary.queries.verification.stock import COLUMN_OF
from models import AuditEvent, RegisterEntry
from models.enums import AuditKind
from tests import factories

GOLDEN = Path(__file__).parents[1] / "rules" / "golden"


def check(name, text):
    """Compare with the golden file; a new layout needs a new file, and never changes an old one."""
    file = GOLDEN / name
    if os.environ.get("WRITE_GOLDEN") and not file.exists():
        file.write_text(text + "\n", encoding="utf-8")
    assert text + "\n" == file.read_text(encoding="utf-8")


@pytest.fixture
def dose(session, world):
    who = factories.person(session)
    order = factories.order(session, world, who)
    return factories.dose(session, world, who, order, taken="50", uid=UUID(int=7), note="left early, said so")


def test_the_audit_row_of_a_dose_is_written_as_ever(session, dose):
    query = select(AuditEvent.body).where(AuditEvent.kind == AuditKind.DOSE_RECORDED)

    check("audit-3.txt", session.scalars(query).one())


def test_the_register_lines_of_a_dose_are_written_as_ever(session, world, dose):
    query = select(RegisterEntry.body).where(RegisterEntry.product_id == world.products["methadone"].id)

    check("register-2.txt", "\n".join(session.scalars(query.order_by(RegisterEntry.number))))


def test_verification_knows_every_field_of_a_register_line():
    line = json.loads((GOLDEN / "register-1.txt").read_text(encoding="utf-8").splitlines()[0])

    assert set(line) - {"layout", "number", "balance"} == set(COLUMN_OF)
