"""The card: scans as its code, and says nothing of clinic, name or medicine."""

import io
import subprocess

import pytest
from PIL import Image
from pypdf import PdfReader

from dispensary.errors import NotFound
from models import PersonCard
from reports import patient_card
from reports.patient_card import PatientCardFigures, render
from tests import factories
from tests.reports.made_up import OPENING, SPEAK

FIGURES = PatientCardFigures("DTKM4XQ29WZR", "P00012", "en", OPENING)


def test_card_is_one_page_of_wallet_size_with_code_and_number_alone():
    pdf = PdfReader(io.BytesIO(render(FIGURES, speak=SPEAK)))

    box = pdf.pages[0].mediabox
    assert len(pdf.pages) == 1
    assert (round(float(box.width) / 72 * 25.4, 1), round(float(box.height) / 72 * 25.4, 1)) == (85.6, 54.0)
    assert pdf.pages[0].extract_text().split() == ["P00012", "DTKM4X", "Q29WZR"]
    assert pdf.metadata.title == "Card"
    assert {pdf.metadata.author, pdf.metadata.subject} <= {None, "", "unspecified"}


def test_another_code_is_another_picture(tmp_path):
    other = PatientCardFigures("DTKM4XQ29WZS", "P00012", "en", OPENING)

    assert squares(tmp_path, FIGURES) != squares(tmp_path, other)
    assert squares(tmp_path, FIGURES) == squares(tmp_path, FIGURES)


def squares(tmp_path, figures):
    (tmp_path / "card.pdf").write_bytes(render(figures, speak=SPEAK))
    subprocess.run(["pdftoppm", "-png", "-r", "100", str(tmp_path / "card.pdf"), str(tmp_path / "card")], check=True)
    return Image.open(tmp_path / "card-1.png").convert("1").crop((10, 0, 185, 212)).tobytes()


def test_only_the_card_in_use_is_printed(session, world):
    who = factories.person(session)
    issued = {"person_id": who.id, "issued_at": world.at, "issued_by_id": world.nurse.id}
    session.add(PersonCard(code="DTOLD", revoked_at=world.at, revoked_by_id=world.nurse.id, **issued))
    session.add(PersonCard(code="DTNEW", **issued))
    session.commit()

    assert patient_card.figures(session, who.id, language="en", printed_at=world.at).code == "DTNEW"


def test_person_without_a_card_is_told_so(session, world):
    who = factories.person(session)
    session.commit()

    with pytest.raises(NotFound):
        patient_card.figures(session, who.id, language="en", printed_at=world.at)
