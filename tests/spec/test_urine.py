"""What a urine says, and who looks at it. One line a case.

A medicine must show where a dose was taken, or was to be taken at home, in the two days before. What the body makes of a
medicine (EDDP of methadone) is there only if it was swallowed. A question of safety, never a sanction: a stop is set only for
somebody who takes doses home and in whose urine the medicine is absent; everything else is a proposal, and no dose and no
take-home decision changes by itself. Source: product.md §9.
"""

import pytest

from dispensary.policy.urine import urine_policy
from dispensary.rules.urine import Expected, Finding, Follows, as_imported, due_to_show, findings, follows, judged
from models.enums import DayStatus, Medication, UrineFound, UrineMethod, UrineOutcome

POSITIVE, NEGATIVE, PRESENT, ABSENT = UrineFound
TAKEN, REFUSED, DILUTED, TAMPERED, NOT_ABLE = UrineOutcome
STRIP, LABORATORY = UrineMethod
ON_METHADONE = Expected(Medication.METHADONE, due=True)
ON_BUPRENORPHINE = Expected(Medication.BUPRENORPHINE_NALOXONE, due=True)
NOT_DUE = Expected(Medication.METHADONE, due=False)
FROM_METHADONE = Expected(Medication.BUPRENORPHINE_NALOXONE, due=True, earlier=frozenset({Medication.METHADONE}))
AFTER_METHADONE = Expected(earlier=frozenset({Medication.METHADONE}))
WITH_DIAZEPAM = Expected(Medication.METHADONE, due=True, other_medicines=frozenset({"benzodiazepine"}))

SHOWN = [
    ("the medicine is there", ON_METHADONE, {"methadone": True, "opiates": False}, [PRESENT, NEGATIVE], []),
    (
        "the medicine is absent",
        ON_METHADONE,
        {"methadone": False, "opiates": False},
        [ABSENT, NEGATIVE],
        ["medicine_absent"],
    ),
    ("no dose in the last days: not expected", NOT_DUE, {"methadone": False}, [NEGATIVE], []),
    ("nothing ordered: not expected", Expected(), {"methadone": False}, [NEGATIVE], []),
    ("nothing ordered, and methadone is there", Expected(), {"methadone": True}, [POSITIVE], ["not_prescribed"]),
    ("its own trace is gone, EDDP is there", ON_METHADONE, {"methadone": False, "eddp": True}, [NEGATIVE, PRESENT], []),
    (
        "methadone without EDDP was put in",
        ON_METHADONE,
        {"methadone": True, "eddp": False},
        [PRESENT, ABSENT],
        ["medicine_put_in"],
    ),
    ("neither", ON_METHADONE, {"methadone": False, "eddp": False}, [ABSENT, ABSENT], ["medicine_absent"]),
    ("heroin beside it", ON_METHADONE, {"methadone": True, "opiates": True}, [PRESENT, POSITIVE], ["not_prescribed"]),
    (
        "absent, and heroin",
        ON_METHADONE,
        {"methadone": False, "opiates": True},
        [ABSENT, POSITIVE],
        ["medicine_absent", "not_prescribed"],
    ),
    ("buprenorphine of a combined tablet", ON_BUPRENORPHINE, {"buprenorphine": True}, [PRESENT], []),
    (
        "methadone in somebody on buprenorphine",
        ON_BUPRENORPHINE,
        {"methadone": True, "buprenorphine": True},
        [POSITIVE, PRESENT],
        ["not_prescribed"],
    ),
    (
        "changed from methadone last week: both show",
        FROM_METHADONE,
        {"methadone": True, "buprenorphine": True},
        [PRESENT] * 2,
        [],
    ),
    (
        "changed from methadone, and the new medicine is absent: absent, nothing was put in",
        FROM_METHADONE,
        {"methadone": True, "eddp": True, "buprenorphine": False},
        [PRESENT, PRESENT, ABSENT],
        ["medicine_absent"],
    ),
    ("treatment ended last week", AFTER_METHADONE, {"methadone": True, "eddp": True}, [PRESENT] * 2, []),
    ("diazepam that is on record", WITH_DIAZEPAM, {"methadone": True, "benzodiazepines": True}, [PRESENT, PRESENT], []),
    (
        "diazepam on record does not stand for an absent medicine",
        WITH_DIAZEPAM,
        {"methadone": False, "benzodiazepines": True},
        [ABSENT, PRESENT],
        ["medicine_absent"],
    ),
    (
        "diazepam that is not",
        ON_METHADONE,
        {"methadone": True, "benzodiazepines": True},
        [PRESENT, POSITIVE],
        ["not_prescribed"],
    ),
]


@pytest.mark.parametrize(("what", "expected", "looked_for", "means", "asks"), SHOWN)
def test_what_a_reading_means(what, expected, looked_for, means, asks):
    seen = judged(looked_for, expected, urine_policy())

    assert list(seen.values()) == means
    assert findings(TAKEN, seen.items(), urine_policy()) == tuple(asks)


DAYS = [
    ("a dose under the nurse's eyes", [DayStatus.NO_SHOW, DayStatus.OBSERVED], True),
    ("a dose to be taken at home", [DayStatus.TAKE_HOME, DayStatus.NO_SHOW], True),
    ("an injection that lasts", [DayStatus.INJECTION_COVERS, DayStatus.INJECTION_COVERS], True),
    ("nothing on either day", [DayStatus.NO_SHOW, DayStatus.WITHHELD], False),
    ("no dose was due", [DayStatus.NOT_SCHEDULED, DayStatus.CLOSED_UNCOVERED], False),
    ("a dose elsewhere that nobody confirmed", [DayStatus.ELSEWHERE_UNVERIFIED, DayStatus.AWAY_UNKNOWN], False),
]


@pytest.mark.parametrize(("what", "statuses", "shows"), DAYS)
def test_the_medicine_must_show_after(what, statuses, shows):
    assert due_to_show(statuses) is shows


OUTCOMES = [
    ("refused", REFUSED, ["refused"]),
    ("diluted", DILUTED, ["diluted"]),
    ("tampered with", TAMPERED, ["tampered"]),
    ("not able: nobody is asked about it", NOT_ABLE, []),
]


@pytest.mark.parametrize(("what", "outcome", "asks"), OUTCOMES)
def test_a_urine_that_was_not_taken_is_a_finding_of_its_own_and_never_negative(what, outcome, asks):
    assert findings(outcome, (), urine_policy()) == tuple(asks)


STOP_AND_SECOND = Follows(stop=True, second_test=True, take_home_review=True)
ONLY_STOP = Follows(stop=True, take_home_review=True)
LED = [
    ("absent on a strip, takes doses home", ["medicine_absent"], True, STRIP, STOP_AND_SECOND),
    ("put in, on a strip, takes doses home", ["medicine_put_in"], True, STRIP, STOP_AND_SECOND),
    (
        "absent in a laboratory, takes doses home",
        ["medicine_absent"],
        True,
        LABORATORY,
        Follows(stop=True, take_home_review=True),
    ),
    (
        "absent, every dose under our eyes",
        ["medicine_absent"],
        False,
        STRIP,
        Follows(second_test=True, prescriber=True),
    ),
    ("heroin, takes doses home", ["not_prescribed"], True, STRIP, Follows(take_home_review=True)),
    ("heroin, every dose under our eyes", ["not_prescribed"], False, STRIP, Follows(counselling=True)),
    ("refused, takes doses home", ["refused"], True, None, Follows(take_home_review=True)),
    ("refused, every dose under our eyes", ["refused"], False, None, Follows(counselling=True)),
    ("diluted, takes doses home", ["diluted"], True, None, Follows(take_home_review=True)),
    ("nothing", [], True, STRIP, Follows()),
]


@pytest.mark.parametrize(("what", "found", "takes_home", "method", "led"), LED)
def test_what_follows(what, found, takes_home, method, led):
    assert follows(map(Finding, found), takes_home=takes_home, method=method) == led


IMPORTED = [
    ("opioids", "positive", POSITIVE),
    ("opioids", "Negative", NEGATIVE),
    ("heroin", "detected", POSITIVE),
    ("methadone", "positive", PRESENT),
    ("methadone", "negative", ABSENT),
    ("eddp", "absent", ABSENT),
]


@pytest.mark.parametrize(("substance", "result", "means"), IMPORTED)
def test_what_an_imported_result_means(substance, result, means):
    assert as_imported(substance, result, urine_policy()) is means
