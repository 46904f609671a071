"""Many terminals at once, against a running server: exactly one dose, and the losers are told who and when."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.durability.conftest import Clinic, look_into
from tests.durability.recount import recount

pytestmark = pytest.mark.slow

WHO_AND_WHEN = re.compile(r"Dosed today at \d\d:\d\d by Nurse \d\d\.")


def at_once(jobs):
    """Run all jobs at the same moment and return their answers."""
    with ThreadPoolExecutor(len(jobs)) as pool:
        return [done.result() for done in [pool.submit(job) for job in jobs]]


@pytest.mark.parametrize("times", [4, 64])
def test_one_form_sent_many_times_at_once_is_one_dose(clinic: Clinic, times: int):
    terminal = clinic.terminals(1)[0]
    person_id = clinic.people[0]
    fields = terminal.open(person_id)
    copies = [type(terminal)(terminal.port, dict(terminal.cookies)) for _ in range(times)]

    answers = at_once([lambda t=t: t.press(person_id, fields) for t in copies])

    assert {answer.status for answer in answers} == {303}, Counter(a.status for a in answers)
    assert len({answer.location for answer in answers}) == 1
    with look_into(clinic.home) as session:
        assert recount(session) == {"doses": 1, "claims": 1, "lines": 1, "movements": 1}


def test_one_person_at_sixteen_terminals_is_one_dose_and_fifteen_are_told(clinic: Clinic):
    terminals = clinic.terminals()
    person_id = clinic.people[0]
    pages = [terminal.open(person_id) for terminal in terminals]

    answers = at_once([lambda t=t, f=f: t.press(person_id, f) for t, f in zip(terminals, pages, strict=True)])

    assert Counter(answer.status for answer in answers) == {303: 1, 409: 15}
    assert all(WHO_AND_WHEN.search(answer.text) for answer in answers if answer.status == 409)
    with look_into(clinic.home) as session:
        assert recount(session)["doses"] == 1


def test_sixteen_terminals_dose_their_queues_and_everything_adds_up(clinic: Clinic):
    terminals = clinic.terminals()
    people = clinic.people[:32]

    def morning(terminal, number):
        """Dose every person of the list, each terminal beginning elsewhere, so that all of them meet."""
        turn = people[number * 2 :] + people[: number * 2]
        seen = []
        for person_id in turn:
            fields = terminal.open(person_id)
            seen.append(terminal.press(person_id, fields).status)
        return seen

    statuses = at_once([lambda t=t, n=n: morning(t, n) for n, t in enumerate(terminals)])

    counted = Counter(status for seen in statuses for status in seen)
    assert counted == {303: 32, 409: 32 * 15}
    with look_into(clinic.home) as session:
        assert recount(session) == {"doses": 32, "claims": 32, "lines": 32, "movements": 32}
