"""When somebody is lost to treatment: the gap rule, day by day, and what is another way out.

D taken here · T at home · E elsewhere, verified · W came, withheld · R came, refused · P part of a day
. no-show · - nothing was due and nothing covers it · c closed · u away, on paper, or told and not verified
Source: product.md §12; retention-evidence §2a and §4 point 5 (closed days and covered take-home days are no missed days).
"""

from datetime import date, timedelta

import pytest

from dispensary.rules.retention import Exit, Mark, Outcome, Spell, lost_on, open_run, outcome, outcome_by_dates
from models.enums import EpisodeEndReason

FIRST = date(2026, 1, 1)
DAY = timedelta(days=1)
MARKS = dict.fromkeys("DTEWRP", Mark.THERE) | {".": Mark.GONE, "-": Mark.GONE, "c": Mark.CLOSED, "u": Mark.UNKNOWN}


def marks(days):
    return [(FIRST + n * DAY, MARKS[sign]) for n, sign in enumerate(days)]


@pytest.mark.parametrize(
    ("days", "gap", "lost"),
    [
        pytest.param("DDD......D", 7, None, id="one day less than the gap"),
        pytest.param("DDD.......", 7, 3, id="as long as the gap: lost from the first of the days"),
        pytest.param("DDD........D", 7, 3, id="whoever comes back later was lost all the same"),
        pytest.param("DDD...D....D", 7, None, id="two short runs are no long one"),
        pytest.param("D.......D.......", 7, 1, id="the first of two runs"),
        pytest.param("DDTTTTTTTTTD", 7, None, id="take-home days are days with a dose"),
        pytest.param("DEEEEEEEEED", 7, None, id="so are doses elsewhere"),
        pytest.param("D...P......D", 7, None, id="a part ends a run"),
        pytest.param("D...W......D", 7, None, id="coming ends a run, though the dose was withheld"),
        pytest.param("D...R......D", 7, None, id="or refused"),
        pytest.param("D......c.D", 7, 1, id="a closed day neither ends a run"),
        pytest.param("D.....cc.D", 7, None, id="nor counts"),
        pytest.param("Dc.......D", 7, 1, id="closed right after the last dose: lost from the day after that dose"),
        pytest.param("D...uuuu....", 7, 1, id="days of which nothing is known neither end a run nor count"),
        pytest.param("Duuuuuuuu...", 7, None, id="two weeks in hospital are no run"),
        pytest.param("Duuuu.......", 7, 5, id="gone after hospital: lost from the first day after it"),
        pytest.param("DDD-------", 7, 3, id="the order ran out and nobody came"),
        pytest.param("DDD..----.", 7, 3, id="missed, and then nothing was due any more"),
        pytest.param("D.", 1, 1, id="a gap of one day"),
        pytest.param("", 7, None, id="no days"),
    ],
)
def test_the_first_long_run_without_a_dose(days, gap, lost):
    found = lost_on(marks(days), gap)

    assert found == (None if lost is None else FIRST + lost * DAY)


@pytest.mark.parametrize(
    ("days", "since"),
    [
        pytest.param("DDD", None, id="dosed on the last day"),
        pytest.param("DDD...", 3, id="gone since then"),
        pytest.param("DDDcc", 3, id="closed since then"),
        pytest.param("DDDuu", None, id="nothing is known since then"),
    ],
)
def test_the_run_that_still_goes_on(days, since):
    assert open_run(marks(days), 7) == (None if since is None else FIRST + since * DAY)


def spell(*, ended=None, reason=None, seen=100):
    last = None if ended is None else FIRST + ended * DAY
    return Spell(FIRST, last, reason, FIRST + (seen - 1) * DAY)


R = EpisodeEndReason


@pytest.mark.parametrize(
    ("course", "lost", "running", "found"),
    [
        pytest.param(spell(), None, None, Outcome(100, None), id="in treatment: seen for a hundred days"),
        pytest.param(spell(seen=1), None, None, Outcome(1, None), id="the first dose was the last day looked at"),
        pytest.param(spell(), 30, None, Outcome(30, Exit.LOST), id="lost on day 30"),
        pytest.param(spell(), None, 95, Outcome(100, None), id="away, not yet long enough"),
        pytest.param(spell(ended=60, reason=R.TRANSFERRED_OUT), None, None, Outcome(60, Exit.TRANSFERRED), id="moved"),
        pytest.param(spell(ended=60, reason=R.DIED), None, None, Outcome(60, Exit.DIED), id="died"),
        pytest.param(spell(ended=60, reason=R.CUSTODY), None, None, Outcome(60, Exit.CUSTODY), id="custody"),
        pytest.param(spell(ended=60, reason=R.COMPLETED), None, None, Outcome(60, Exit.COMPLETED), id="completed"),
        pytest.param(spell(ended=60, reason=R.DIED), 40, None, Outcome(40, Exit.LOST), id="lost first, died later"),
        pytest.param(spell(ended=60, reason=R.DIED), None, 58, Outcome(60, Exit.DIED), id="died within a short run"),
        pytest.param(spell(ended=60, reason=R.DROPPED_OUT), None, 55, Outcome(55, Exit.LOST), id="left: after the last dose"),
        pytest.param(spell(ended=60, reason=R.LEFT_BY_OWN_WISH), None, None, Outcome(61, Exit.LOST), id="dosed on the last day"),
        pytest.param(spell(ended=60, reason=R.ENDED_BY_CLINIC), None, 57, Outcome(57, Exit.LOST), id="discharged"),
        pytest.param(spell(ended=60, reason=R.OTHER), None, 57, Outcome(57, Exit.LOST), id="for another reason"),
        pytest.param(spell(ended=120, reason=R.DIED), None, None, Outcome(100, None), id="ended after the last day looked at"),
    ],
)  # fmt: skip
def test_how_a_course_ended(course, lost, running, found):
    day = {n: FIRST + n * DAY for n in (lost, running) if n is not None}

    assert outcome(course, day.get(lost), day.get(running)) == found


@pytest.mark.parametrize(
    ("course", "found"),
    [
        pytest.param(spell(ended=60, reason=R.DROPPED_OUT), Outcome(60, Exit.LOST), id="lost on the recorded day"),
        pytest.param(spell(ended=0, reason=R.DROPPED_OUT), Outcome(0, Exit.LOST), id="on the day of admission"),
        pytest.param(spell(ended=60, reason=R.CUSTODY), Outcome(60, Exit.CUSTODY), id="another way out"),
        pytest.param(spell(), Outcome(99, None), id="in treatment on the last day known"),
    ],
)
def test_a_course_without_daily_doses_goes_by_its_dates(course, found):
    assert outcome_by_dates(course) == found
