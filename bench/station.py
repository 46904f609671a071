"""The page of a person at the window, with a year of doses behind each of five hundred people.

Sixteen terminals open a page each second, on the second, as people come; nobody waits for another's answer.
"""

import threading
import time

from bench import served, timing
from tests import backends
from tests.running import Terminal

PEOPLE = 500
SECONDS = 30


def run(backend: str, postgres: backends.Postgres | None) -> None:
    """Print how long a page takes: one after the other, and at sixteen terminals."""
    print(f"\nThe page of a person at the window, {PEOPLE} people with a year of doses each, {backend}")
    with served.clinic(backend, PEOPLE, postgres, history=True) as clinic:
        first, people = clinic.terminals[0], clinic.people
        timing.run([lambda n=n: opened(first, n) for n in people[:50]], 1)
        one = timing.run([lambda n=n: opened(first, n) for n in people], 1)
        sixteen = open_loop(clinic.terminals, people)
    print(f"  one after the other                  {one}")
    print(f"  {len(clinic.terminals)} terminals, a page a second each   {sixteen}")


def opened(terminal: Terminal, person_id: int) -> None:
    assert terminal.get(f"/window/{person_id}").status == 200


def open_loop(terminals: list[Terminal], people: list[int]) -> timing.Timing:
    """Open pages at fixed moments; a late answer counts from the moment at which its page was due."""
    each: list[float] = []
    begun = time.perf_counter() + 1

    def at_one(number: int) -> None:
        terminal = terminals[number]
        for second in range(SECONDS):
            due = begun + second + number / len(terminals)
            time.sleep(max(0.0, due - time.perf_counter()))
            opened(terminal, people[(second * len(terminals) + number) % len(people)])
            each.append(time.perf_counter() - due)

    threads = [threading.Thread(target=at_one, args=(number,)) for number in range(len(terminals))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return timing.Timing(time.perf_counter() - begun, sorted(each))
