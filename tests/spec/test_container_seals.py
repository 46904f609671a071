"""What the number on a container's seal says at a count.

A sealed container with a number on record is confirmed by it at an opening and a closing count; another number is a finding,
never "whole". What is open is measured, and may be sealed for the night: only the opening check holds that against the
record. Source: product.md §8 ("sealed containers by number and seal", "opening is a seal check of last night's closing").
"""

import pytest

from dispensary.rules.container_seals import SealOnRecord, SealRead, fault_of_seal, is_another, is_new
from models.enums import CountFound as F
from models.enums import CountKind as K

KNOWN = SealOnRecord(1, "AB 0042")


def read(number, found=F.WHOLE, known=KNOWN, *, sealed=True):
    return SealRead(known, sealed, found, number)


@pytest.mark.parametrize(
    ("seal", "kind", "fault", "another", "new"),
    [
        pytest.param(read("AB 0042"), K.OPENING, False, False, False, id="the one on record"),
        pytest.param(read("ab0042"), K.OPENING, False, False, False, id="blanks and capitals make no difference"),
        pytest.param(read("AB 0043"), K.OPENING, True, True, False, id="another is never whole"),
        pytest.param(read("AB 0043"), K.WEEKLY, True, True, False, id="at no count"),
        pytest.param(
            read("AB 0043", F.OTHER_SEAL), K.OPENING, False, True, False, id="another, and said so: a finding"
        ),
        pytest.param(read("AB 0042", F.OTHER_SEAL), K.OPENING, True, False, False, id="said another, and is not"),
        pytest.param(read(""), K.OPENING, True, False, False, id="not read at opening"),
        pytest.param(read(""), K.CLOSING, True, False, False, id="not read at closing"),
        pytest.param(read(""), K.WEEKLY, False, False, False, id="need not be at a weekly count"),
        pytest.param(read("", F.OTHER_SEAL), K.OPENING, True, False, False, id="which other one has to be said"),
        pytest.param(read("", F.BROKEN), K.OPENING, False, False, False, id="a broken one need not be read"),
        pytest.param(read("", F.NOT_FOUND), K.OPENING, False, False, False, id="gone"),
        pytest.param(read("AB 0042", F.NOT_FOUND), K.OPENING, True, False, False, id="gone has no seal to read"),
        pytest.param(read("Z1", known=None), K.OPENING, False, False, True, id="none on record: it is now"),
        pytest.param(
            read("Z1", F.BROKEN, None), K.OPENING, False, False, False, id="a broken one is not put on record"
        ),
        pytest.param(read("Z1", F.OTHER_SEAL, None), K.OPENING, False, False, False, id="nor is one that is not ours"),
        pytest.param(read("", known=None), K.OPENING, False, False, False, id="no number anywhere"),
        pytest.param(read("Z" * 41, known=None), K.OPENING, True, False, True, id="no seal has so long a number"),
        pytest.param(
            read("AB 0042", F.MEASURED, sealed=False), K.OPENING, False, False, False, id="as sealed last night"
        ),
        pytest.param(
            read("none", F.MEASURED, sealed=False), K.OPENING, False, True, False, id="the night's seal is gone"
        ),
        pytest.param(read("", F.MEASURED, sealed=False), K.OPENING, True, False, False, id="the night's seal not read"),
        pytest.param(read("N7", F.MEASURED, sealed=False), K.CLOSING, False, False, True, id="sealed for this night"),
        pytest.param(
            read("", F.MEASURED, sealed=False), K.CLOSING, False, False, False, id="not sealed for this night"
        ),
    ],
)
def test_what_a_number_says(seal, kind, fault, another, new):
    assert (fault_of_seal(seal, kind) is not None) is fault
    assert is_another(seal, kind) is another
    assert is_new(seal, kind) is new


def test_no_refusal_gives_the_number_away():
    for kind in K:
        for found in F:
            for number in ("", "another"):
                fault = fault_of_seal(read(number, found), kind)
                assert fault is None or not fault.values
