"""What somebody enters that reaches the window before the next dose, and what does not: one line a case.

Source: product.md §9 (“an overdose, hospital stay, pregnancy, new sedative or custody entered by anyone shows at the
window before the next dose and opens a prescriber's task”); the list of medicines: FDA labels, section 7.
"""

from datetime import date

import pytest

from dispensary.policy.profiles import SHIPPED, load
from dispensary.policy.stack import alert_list
from dispensary.rules.events import EVENTS, OF_A_STAY, TOLD_IN_WORDS, event_of_medicine
from models.enums import AbsenceKind, HealthFactKind, TaskReasonKind

LISTED = alert_list(load([SHIPPED]), [], date(2026, 3, 2)).about(HealthFactKind.MEDICINE, None)
NEW_MEDICINE, HEALTH = TaskReasonKind.NEW_MEDICINE, TaskReasonKind.HEALTH


@pytest.mark.parametrize(
    ("medicine", "event"),
    [
        pytest.param("diazepam", NEW_MEDICINE, id="a benzodiazepine"),
        pytest.param("Diazepam 5 mg at night", NEW_MEDICINE, id="with its amount, as people write it"),
        pytest.param("PREGABALIN", NEW_MEDICINE, id="a medicine that makes sleepy"),
        pytest.param("codeine syrup", NEW_MEDICINE, id="a second opioid"),
        pytest.param("naltrexone", NEW_MEDICINE, id="an antagonist"),
        pytest.param("phenobarbital", NEW_MEDICINE, id="a barbiturate"),
        pytest.param("rifampicin", HEALTH, id="changes the dose over days: the prescriber alone"),
        pytest.param("fluconazole", HEALTH, id="slows the clearing: the prescriber alone"),
        pytest.param("paracetamol", None, id="on no list"),
        pytest.param("", None, id="nothing said"),
    ],
)
def test_a_new_medicine_reaches_whom_it_concerns(medicine, event):
    assert event_of_medicine(medicine, LISTED) is event


def test_both_kinds_of_stay_are_told_apart():
    assert OF_A_STAY == {
        AbsenceKind.HOSPITAL: TaskReasonKind.HOSPITAL,
        AbsenceKind.CUSTODY: TaskReasonKind.CUSTODY,
    }


@pytest.mark.parametrize(
    ("kind", "at_the_window"),
    [
        (TaskReasonKind.OVERDOSE, True),
        (TaskReasonKind.HOSPITAL, True),
        (TaskReasonKind.CUSTODY, True),
        (TaskReasonKind.PREGNANCY, True),
        (TaskReasonKind.NEW_MEDICINE, True),
        (TaskReasonKind.HEALTH, False),
        (TaskReasonKind.URINE, False),
        (TaskReasonKind.NO_SHOW, False),
        (TaskReasonKind.MISSED_DOSES, False),
        (TaskReasonKind.CONTEST, False),
    ],
)
def test_what_shows_at_the_window_is_a_closed_list(kind, at_the_window):
    assert (kind in EVENTS) is at_the_window


def test_everything_that_a_text_may_tell_of_reaches_the_window():
    assert set(TOLD_IN_WORDS) <= set(EVENTS)
