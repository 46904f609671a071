"""The letter between two clinics: what it says, and that nobody is named outside it."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from dispensary.errors import Refused
from dispensary.queries.guests import GuestOf
from dispensary.queries.people import Identity, StandingStop
from dispensary.rules.consents import ConsentFacts, Ground
from dispensary.rules.orders import OrderFacts, Step
from dispensary.services import guests
from models.enums import (
    ConsentScope,
    DisclosureBasis,
    DoseOutcome,
    Form,
    Medication,
    Sex,
    SignedOn,
    StopKind,
    TreatmentPhase,
    WithheldReason,
)
from models.units import mg
from reports import guest_letter, page
from reports.guest_letter import LetterFigures, render, stops_in_words
from tests.factories import dose, no_dose, order, patient, person, reversal
from tests.reports.made_up import DAY, OPENING, SPEAK, heading, made_dose
from tests.services.test_guests import visit

WHO = Identity(1, "P00011", "髙橋", "さくら", date(1985, 5, 17), Sex.FEMALE, None, "", "", has_photo=False)
ORDER = OrderFacts(
    id=1,
    version=2,
    medication=Medication.METHADONE,
    form=Form.LIQUID,
    treatment_phase=TreatmentPhase.MAINTENANCE,
    starts_on=DAY - timedelta(days=30),
    ends_on=DAY + timedelta(days=30),
    every_n_days=1,
    parts=1,
    hours_between_parts=None,
    steps=(Step(DAY - timedelta(days=30), (mg("80"),)),),
    signed_by="Dana Frost",
    signed_at=OPENING,
)
GUEST = GuestOf(1, "Hill Clinic", "555-0177", "of 2026-02-27", "Dr Moor", DAY + timedelta(days=3))
STOP = StandingStop(1, StopKind.MEDICINE_ABSENT, "", OPENING, "Rosa Ames", OPENING, 5, overdue=False)
CONSENT = ConsentFacts(
    id=1,
    agency_id=1,
    agency="Hill Clinic",
    purpose="go on dosing",
    signed_on=DAY,
    signed_how=SignedOn.PAPER,
    expires_on=DAY + timedelta(days=30),
    ended_on=None,
    scopes=frozenset({ConsentScope.IN_TREATMENT, ConsentScope.LAST_DOSE}),
)
GROUND = Ground(
    DisclosureBasis.CONSENT, "Hill Clinic", CONSENT.scopes, CONSENT.purpose, CONSENT, "Not to be passed on."
)
HANDED = made_dose(1, at=OPENING, ordered_mg=mg("80"))


def made(**values):
    return LetterFigures(
        **{
            "about": page.over(heading(), DAY - timedelta(days=2), DAY),
            "person": WHO,
            "ground": GROUND,
            "confirmed_by": "",
            "way_back": "",
            "guest": GUEST,
            "since": DAY - timedelta(days=2),
            "last": HANDED,
            "doses": (HANDED,),
            "order": ORDER,
            "stops": (STOP,),
        }
        | values
    )


def written(figures):
    pdf = PdfReader(io.BytesIO(render(figures, speak=SPEAK)))
    return pdf, " ".join(" ".join(sheet.extract_text() for sheet in pdf.pages).split())


def test_a_guests_letter_says_every_day_of_the_stay():
    pdf, text = written(made())

    assert pdf.metadata.title == "Letter" and "髙橋" not in str(pdf.metadata)
    for said in ("To: Hill Clinic", "髙橋 さくら", "P00011", "of 2026-02-27", "Dr Moor", "consent of 2026-03-02"):
        assert said in text, said
    assert "2026-02-28" in text and text.count("no dose on record") == 2
    assert "Dana Frost" not in text, "the order is the home clinic's own"


def test_our_own_patients_letter_says_last_dose_order_and_stops_and_no_more():
    _, text = written(made(guest=None, doses=()))

    assert "Last dose taken here" in text and "given by Rosa Ames" in text and "at 08:00" in text
    assert "80 mg every day" in text and "Signed by Dana Frost." in text
    assert "STOP since 2026-03-02" in text
    assert "day by day" not in text


def test_a_stop_that_would_tell_of_a_urine_asks_for_a_call_and_any_other_says_why():
    sedation = replace(STOP, kind=StopKind.SEDATION)
    absent, sleepy = (" ".join(str(SPEAK(words)) for words in stops_in_words((stop,))) for stop in (STOP, sedation))

    assert absent == "STOP since 2026-03-02 08:00. Call us before the next dose."
    assert sleepy == f"STOP since 2026-03-02 08:00: {SPEAK(StopKind.SEDATION)}."


def test_a_stop_is_dated_by_the_clinics_own_clock():
    late = replace(STOP, set_at=datetime(2026, 3, 3, 2, 30, tzinfo=UTC))
    (words,) = stops_in_words((late,))

    said = replace(SPEAK, zone=ZoneInfo("America/New_York"))(words)

    assert said == "STOP since 2026-03-02 21:30. Call us before the next dose."


def test_nobody_without_an_order_a_dose_or_a_birth_date_breaks_the_letter():
    _, text = written(made(guest=None, doses=(), last=None, order=None, stops=(), person=replace(WHO, birth_date=None)))

    assert "No dose was taken here." in text and "No order holds here today." in text and "No stop stands." in text


def test_letter_carries_what_the_consent_covers_and_the_notice():
    _, text = written(made())

    for said in ("Purpose: go on dosing", "The consent covers:", "last dose", "Notice: Not to be passed on."):
        assert said in text, said


def test_letter_in_the_persons_own_hand_says_so_and_names_who_confirmed_the_dose_and_the_way_back():
    by_hand = Ground(DisclosureBasis.TO_THE_PERSON, "the person", CONSENT.scopes, "", None, "")

    _, text = written(
        made(guest=None, doses=(), ground=by_hand, confirmed_by="Dr Moor, 555-0177", way_back="Comes any morning.")
    )

    assert "Last dose confirmed by telephone to: Dr Moor, 555-0177." in text
    assert "The way back to us: Comes any morning." in text
    assert "Handed to the person" in text and "Notice:" not in text


def test_the_same_figures_give_the_same_bytes():
    assert render(made(), speak=SPEAK) == render(made(), speak=SPEAK)


def of_database(session, world, who, **values):
    about = page.heading(session, world.site.id, world.day, world.day, printed_by="Rosa Ames", printed_at=world.at)
    wanted = {"ground": GROUND, "with_days": False} | values
    return guest_letter.figures(session, who.id, about=about, at=world.at, **wanted)


def test_figures_of_a_guest_hold_each_dose_of_the_stay_but_no_reversed_one(session, world):
    who = person(session)
    stay = guests.admit_guest(session, person_id=who.id, visit=visit(world), act=world.act(world.prescriber))
    signed = order(session, world, who, in_episode=stay, ends_on=world.day + timedelta(days=7))
    reversal(session, world, dose(session, world, who, signed))
    kept = no_dose(session, world, who, signed, withheld_reason=WithheldReason.OTHER)

    figures = of_database(session, world, who)

    assert figures.guest.home_clinic == "Hill Clinic"
    assert [(d.id, d.outcome) for d in figures.doses] == [(kept.id, DoseOutcome.WITHHELD)]
    assert figures.last is None


def test_figures_of_our_own_patient_hold_days_only_where_the_consent_covers_them(session, world):
    from sqlalchemy import select

    from models import DoseOrder

    who = patient(session, world)
    given = dose(session, world, who, session.scalars(select(DoseOrder)).one())

    alone, with_days = of_database(session, world, who), of_database(session, world, who, with_days=True)

    assert (alone.last.id, alone.doses) == (given.id, ())
    assert [d.id for d in with_days.doses] == [given.id]
    assert with_days.order.medication is Medication.METHADONE


def test_nobody_is_written_of_who_was_never_in_treatment(session, world):
    with pytest.raises(Refused) as refusal:
        of_database(session, world, person(session))

    assert refusal.value.code == "nothing_to_write"
