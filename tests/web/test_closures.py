"""The prescriber's pages of closures: who needs doses, the signature, and the printed list."""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select

import models
from dispensary.policy.profiles import SHIPPED, load
from dispensary.services.calendar import announce_closed
from dispensary.services.stops import set_stop
from models import ClosureListLine, OneOffTakeHome, SafetyCheck
from models.enums import ClosureKind, NaloxoneOffer, StopKind
from tests import factories
from tests.client import hidden_fields

DAY = timedelta(days=1)


@pytest.fixture
def address(session, world):
    """Thursday is announced as closed, and the US rule is approved."""
    us = next(profile for profile in load([SHIPPED]) if profile.id == "us-42cfr8-2024-take-homes")
    values = {"profile": us.id, "digest": us.digest, "in_force": True, "effective_on": world.day}
    stamp = factories.stamp(world, world.prescriber)
    factories.save(session, models.PolicyApproval(**values, approved_at=world.at, **stamp))
    day = world.day + 3 * DAY
    announce_closed(session, first=day, last=day, kind=ClosureKind.HOLIDAY, reason="New year", act=world.act())
    session.commit()
    return f"/orders/closures/{day}/{day}"


def ready(session, world, name):
    who = factories.patient(session, world, family_name=name, starts_on=world.day - 30 * DAY)
    order = session.scalars(select(models.DoseOrder).where(models.DoseOrder.person_id == who.id)).one()
    factories.dose(session, world, who, order, at=world.at - DAY)
    talk = {"locked_storage": True, "taught": True, "child_resistant": True, "naloxone": NaloxoneOffer.GIVEN}
    factories.save(session, SafetyCheck(person_id=who.id, clinic_day=world.day, **talk, **factories.stamp(world)))
    session.commit()
    return who


def test_prescriber_finds_the_closure_signs_it_and_prints_the_list(prescriber, session, world, address):
    free, stopped = ready(session, world, "Free"), ready(session, world, "Stopped")
    set_stop(session, person_id=stopped.id, kind=StopKind.SEDATION, act=world.act())
    session.commit()
    assert "not signed" in prescriber.get("/orders/closures").text
    assert "a stop stands" in prescriber.get(address).text

    refused = prescriber.send(address, {})
    assert refused.status_code == 422
    assert "Type how this person is dosed" in refused.text
    signed = prescriber.send(address, {f"way-{stopped.id}": "dosed at the harbour site"})

    assert signed.status_code == 303
    session.rollback()
    assert session.scalars(select(OneOffTakeHome.person_id)).all() == [free.id]
    assert len(session.scalars(select(ClosureListLine)).all()) == 2
    assert "✓ signed" in prescriber.get("/orders/closures").text
    paper = prescriber.send(f"{address}/list.pdf", {}, page=address)
    text = PdfReader(io.BytesIO(paper.data)).pages[0].extract_text()
    assert "Free" in text and "dosed at the harbour site" in text
    assert paper.headers["Content-Disposition"] == 'inline; filename="closure-2026-03-05.pdf"'


def test_one_line_says_how_everybody_else_is_dosed(prescriber, session, world, address):
    stopped = ready(session, world, "Stopped")
    set_stop(session, person_id=stopped.id, kind=StopKind.SEDATION, act=world.act())
    session.commit()

    signed = prescriber.send(address, {"otherwise": "dosed at the harbour site"})

    assert signed.status_code == 303
    session.rollback()
    assert session.scalars(select(ClosureListLine.other_way)).all() == ["dosed at the harbour site"]


def test_list_that_changed_since_it_was_opened_is_shown_again_and_not_signed(prescriber, session, world, address):
    ready(session, world, "First")
    page = prescriber.get(address)
    fields = hidden_fields(page, address)
    ready(session, world, "Second")

    answer = prescriber.post(address, data=fields)

    assert answer.status_code == 409
    assert "Something has changed since this list was shown" in answer.text
    assert session.scalars(select(OneOffTakeHome)).all() == []


def test_nurse_reads_the_list_and_cannot_sign_it(nurse, session, world, address):
    ready(session, world, "First")

    assert "A prescriber signs the list." in nurse.get(address).text
    assert nurse.send(address, {}).status_code == 403


def test_open_days_have_no_list(prescriber, world, address):
    open_day = f"/orders/closures/{world.day}/{world.day}"

    assert "no list is signed for an open day" in prescriber.get(open_day).text
    assert prescriber.get("/orders/closures/2026-03-05/2026-03-04").status_code == 404
    assert prescriber.get("/orders/closures/soon/later").status_code == 404
