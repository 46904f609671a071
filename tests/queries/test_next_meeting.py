"""When a group meets next: the day its sheet is printed for."""

from datetime import date

import pytest

from dispensary.queries.groups import GroupLine
from models.enums import GroupKind

MONDAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("weekday", "opened", "closed", "meets"),
    [
        (1, date(2026, 1, 5), None, MONDAY),
        (3, date(2026, 1, 5), None, date(2026, 3, 4)),
        (7, date(2026, 1, 5), None, date(2026, 3, 8)),
        (1, date(2026, 3, 3), None, date(2026, 3, 9)),
        (None, date(2026, 1, 5), None, MONDAY),
        (3, date(2026, 1, 5), date(2026, 3, 3), None),
        (None, date(2026, 1, 5), date(2026, 3, 1), None),
    ],
)
def test_next_meeting_is_the_first_of_its_weekday_while_the_group_is_open(weekday, opened, closed, meets):
    kind = next(iter(GroupKind))
    group = GroupLine(1, "Harbour", kind, weekday, "10:00", 60, 1, "Ada", False, opened, closed, 3)

    assert group.next_on(MONDAY) == meets
