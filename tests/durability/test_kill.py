"""kill -9 in the middle of a dosing run: what a nurse saw confirmed is there, and nothing is half there."""

import http.client
import random
import re
import threading
import time

import pytest
from sqlalchemy import text

from tests.durability.conftest import Clinic, look_into
from tests.durability.recount import recount
from tests.running import PATIENCE

pytestmark = pytest.mark.slow

DONE = re.compile(r"/window/done/(\d+)$")
NURSES = 6


def dose_until_killed(terminal, people: list[int], confirmed: list[int]) -> None:
    """Dose one person after another; note each dose whose confirmation arrived; end when the server does."""
    while people:
        person_id = people.pop()
        try:
            answer = terminal.press(person_id, terminal.open(person_id))
        except (OSError, http.client.HTTPException):
            return
        found = DONE.search(answer.location)
        assert answer.status == 303 and found, (answer.status, answer.text[:500])
        confirmed.append(int(found.group(1)))


def run_and_kill(clinic: Clinic, people: list[int], after: float) -> list[int]:
    """Let nurses dose, kill the server's whole process group a while after the first dose, and return what was confirmed.

    On a busy machine the first page alone takes longer than that while.
    """
    terminals = clinic.terminals(NURSES)
    confirmed: list[int] = []
    runs = [threading.Thread(target=dose_until_killed, args=(terminal, people, confirmed)) for terminal in terminals]
    for run in runs:
        run.start()
    give_up = time.monotonic() + PATIENCE
    while not confirmed and time.monotonic() < give_up:
        time.sleep(0.01)
    time.sleep(after)
    clinic.server.kill()
    for run in runs:
        run.join()
    return confirmed


def kill_rounds(clinic: Clinic, rounds: int, seed: int) -> None:
    chance = random.Random(seed)
    people = list(clinic.people)
    confirmed: list[int] = []
    for number in range(rounds):
        if number:
            clinic.server.start()
        confirmed += run_and_kill(clinic, people, chance.uniform(0.3, 1.2))
        with look_into(clinic.home) as session:
            counts = recount(session)
            kept = {row[0] for row in session.execute(text("SELECT id FROM dose"))}
        assert set(confirmed) <= kept, f"{len(set(confirmed) - kept)} confirmed doses are lost"
    print(f"\nkilled {rounds} times: {len(confirmed)} doses confirmed, {counts['doses']} on record, 0 lost, 0 halves")
    assert confirmed, "nothing was dosed before the kills, so they prove nothing"


def test_kill_loses_nothing_confirmed_and_leaves_nothing_half(clinic: Clinic):
    kill_rounds(clinic, rounds=5, seed=20261121)


@pytest.mark.soak
def test_fifty_kills(clinic: Clinic):
    kill_rounds(clinic, rounds=50, seed=7)
