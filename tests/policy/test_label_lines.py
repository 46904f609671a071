"""What profiles want on labels: read hard, in force once approved, each sentence once."""

import pytest

from dispensary.errors import Refused
from dispensary.policy.profiles import read
from dispensary.policy.stack import label_lines
from models.enums import Medication
from tests.policy.shelf import CITED, DAY, HEAD, approval, shipped

LINE = f"""
[[label_line]]
medications = ["methadone"]
text = "Not for anybody else."
{CITED}
"""


def test_us_warning_is_on_the_labels_of_every_drug_once_it_is_approved():
    profile = shipped()["us-21cfr290-labels"]

    lines = label_lines([profile], [approval(profile)], DAY)

    for medication in Medication:
        [text] = lines.of(medication)
        assert text.startswith("Caution: Federal law prohibits the transfer of this drug")


def test_drafts_print_nothing():
    assert label_lines(list(shipped().values()), [], DAY).in_force == ()


def test_a_sentence_of_two_profiles_is_printed_once(write):
    mine = read(write(HEAD + LINE + LINE))

    assert label_lines([mine], [approval(mine)], DAY).of(Medication.METHADONE) == ("Not for anybody else.",)
    assert label_lines([mine], [approval(mine)], DAY).of(Medication.BUPRENORPHINE) == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('text = "Not for anybody else."', 'text = " "'),
        ('text = "Not for anybody else."', f'text = "{"x" * 161}"'),
        ('text = "Not for anybody else."', "text = 3"),
        ('["methadone"]', '["heroin"]'),
        ('mark = "seen"', 'mark = "doubtful"'),
        ("[[label_line]]", "[[label_line]]\ncolour = 'red'"),
    ],
)
def test_line_that_is_not_right_is_refused(write, old, new):
    with pytest.raises(Refused) as refusal:
        read(write(HEAD + LINE.replace(old, new)))

    assert refusal.value.code == "profile_unreadable"
