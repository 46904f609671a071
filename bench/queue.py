"""The queue of four hundred people, beside the bare query and template; and the poll that finds nothing new."""

import threading

from bench import served, timing
from tests import backends
from tests.running import Terminal

PEOPLE = 400
ASKED = 150


def run(backend: str, postgres: backends.Postgres | None) -> None:
    """Print pages a second, with the ratios."""
    print(f"\nThe queue of {PEOPLE} people, {backend}, 8 clients")
    local = threading.local()
    with served.bare_stack(backend, PEOPLE, postgres) as port:

        def bare_page() -> None:
            if not hasattr(local, "client"):
                local.client = served.BareClient(port)
            assert local.client.ask("GET", "/queue") == 200

        theirs = timing.run([bare_page] * ASKED, 8)
    with served.clinic(backend, PEOPLE, postgres) as clinic:
        asks = [Asking(Terminal(t.port, dict(t.cookies))) for t in clinic.terminals[:8]]
        ours = timing.run([asks[n % 8].whole for n in range(ASKED)], 1)
        ours = timing.run([asks[n % 8].whole for n in range(ASKED)], 8)
        same = timing.run([asks[n % 8].unchanged for n in range(ASKED * 4)], 8)
    print(f"  bare query and template        {theirs}")
    print(f"  the clinic's queue             {ours}")
    print(f"  unchanged, answered by its tag {same}")
    print(
        f"      ratio of throughput {ours.a_second / theirs.a_second:5.2f}"
        f"   unchanged to whole {same.a_second / ours.a_second:5.1f}"
    )


class Asking:
    """One page that asks for the queue; several clients share it under a lock."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal, self.lock = terminal, threading.Lock()
        self.tag = ""

    def whole(self) -> None:
        with self.lock:
            assert self.terminal.get("/window/queue").status == 200
            self.tag = self.terminal.tag

    def unchanged(self) -> None:
        with self.lock:
            assert self.terminal.get("/window/queue", unless=self.tag).status == 304
