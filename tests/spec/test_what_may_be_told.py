"""What may be told to an agency: one line a case, and on which consent.

Source: 42 CFR 2.31 and 2.32 (clinical-rules §5); product.md §9; capabilities S16.
"""

from datetime import date, timedelta

import pytest

from dispensary.rules.consents import ConsentFacts, needs_its_own, relied_on
from models.enums import AgencyKind, ConsentScope, SignedOn

TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)
COURT, SHELTER = 1, 2
IN_TREATMENT, ATTENDANCE, LAST_DOSE = ConsentScope.IN_TREATMENT, ConsentScope.ATTENDANCE, ConsentScope.LAST_DOSE
URINE, NOTES, HEALTH = ConsentScope.URINE_RESULTS, ConsentScope.COUNSELLING_NOTES, ConsentScope.HEALTH


def consent(number, *scopes, agency=SHELTER, signed=-30, until=30, ended=None):
    return ConsentFacts(
        id=number,
        agency_id=agency,
        agency="Harbour Shelter",
        purpose="a place to live",
        signed_on=TODAY + signed * DAY,
        signed_how=SignedOn.PAPER,
        expires_on=TODAY + until * DAY,
        ended_on=None if ended is None else TODAY + ended * DAY,
        scopes=frozenset({IN_TREATMENT, *scopes}),
    )


@pytest.mark.parametrize(
    ("consents", "told", "agency", "answer"),
    [
        pytest.param([consent(1, ATTENDANCE)], {ATTENDANCE}, SHELTER, 1, id="covered, so it is told"),
        pytest.param([], {ATTENDANCE}, SHELTER, ["no_consent"], id="nobody asked the person"),
        pytest.param([consent(1, ATTENDANCE)], {ATTENDANCE}, COURT, ["no_consent"], id="a consent for another agency"),
        pytest.param([consent(1, ATTENDANCE, until=0)], {ATTENDANCE}, SHELTER, 1, id="it holds on its last day"),
        pytest.param([consent(1, ATTENDANCE, until=-1)], {ATTENDANCE}, SHELTER, ["consent_expired"], id="expired"),
        pytest.param([consent(1, ATTENDANCE, ended=0)], {ATTENDANCE}, SHELTER, ["consent_taken_back"], id="taken back"),
        pytest.param(
            [consent(1, ATTENDANCE, signed=1)], {ATTENDANCE}, SHELTER, ["consent_not_yet"], id="begins tomorrow"
        ),
        pytest.param(
            [consent(1, ATTENDANCE)],
            {ATTENDANCE, LAST_DOSE, HEALTH},
            SHELTER,
            ["consent_does_not_cover", "consent_does_not_cover"],
            id="each thing that is not covered is named",
        ),
        pytest.param(
            [consent(1, ATTENDANCE), consent(2, LAST_DOSE)],
            {ATTENDANCE, LAST_DOSE},
            SHELTER,
            ["consent_does_not_cover"],
            id="two consents are not added up",
        ),
        pytest.param(
            [consent(1, ATTENDANCE), consent(2, ATTENDANCE, signed=-1)],
            {ATTENDANCE},
            SHELTER,
            2,
            id="the newest is relied on",
        ),
        pytest.param(
            [consent(1, ATTENDANCE), consent(2, ATTENDANCE, signed=-1, ended=0)],
            {ATTENDANCE},
            SHELTER,
            1,
            id="another one that stands still holds",
        ),
        pytest.param([consent(1)], {IN_TREATMENT}, SHELTER, 1, id="that somebody is in treatment is part of each"),
    ],
)
def test_what_may_be_told_on_which_consent(consents, told, agency, answer):
    found = relied_on(consents, agency, frozenset({IN_TREATMENT, *told}), TODAY)

    assert (found.id if isinstance(found, ConsentFacts) else [reason.code for reason in found]) == answer


@pytest.mark.parametrize(
    ("told", "kind", "apart"),
    [
        ({URINE, ATTENDANCE}, AgencyKind.COURT, URINE),
        ({URINE, ATTENDANCE}, AgencyKind.PROBATION, URINE),
        ({URINE, HEALTH}, AgencyKind.CUSTODY, URINE),
        ({URINE}, AgencyKind.COURT, None),
        ({URINE, HEALTH}, AgencyKind.HOSPITAL, None),
        ({NOTES, ATTENDANCE}, AgencyKind.MENTAL_HEALTH, NOTES),
        ({NOTES}, AgencyKind.MENTAL_HEALTH, None),
        ({ATTENDANCE, HEALTH}, AgencyKind.COURT, None),
    ],
)
def test_urine_results_to_justice_and_counselling_notes_need_a_consent_of_their_own(told, kind, apart):
    assert needs_its_own({IN_TREATMENT, *told}, kind) == apart
