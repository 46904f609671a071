"""Recording a dose over HTTP, beside the bare stack and the bare database."""

import tempfile
import threading
from pathlib import Path

from bench import bare, served, timing
from tests import backends

CLIENTS = (1, 8, 16, 32)
DOSES = 320


def run(backend: str, postgres: backends.Postgres | None) -> None:
    """Print doses a second and their times for each number of clients, with the ratios."""
    print(f"\nRecording a dose, {backend}, {DOSES} doses a line")
    print(f"  bare database, 1 client        {bare_database(backend, postgres)}")
    for clients in CLIENTS:
        theirs = bare_http(backend, clients, postgres)
        ours = clinic_http(backend, clients, postgres)
        print(f"  bare Flask and SQL, {clients:2} clients {theirs}")
        print(f"  the clinic,         {clients:2} clients {ours}")
        print(
            f"      ratio of throughput {ours.a_second / theirs.a_second:5.2f}"
            f"   of p99 {ours.at(0.99) / theirs.at(0.99):5.2f}"
        )


def bare_database(backend: str, postgres: backends.Postgres | None) -> timing.Timing:
    """Time the four statements and the commit alone."""
    if postgres:
        postgres.execute("DROP DATABASE IF EXISTS bare WITH (FORCE)")
        postgres.execute("CREATE DATABASE bare")
    folder = Path(tempfile.mkdtemp(prefix="bench-bare-"))
    url = postgres.url("bare") if postgres else f"sqlite:///{folder / 'bare.sqlite'}"
    served.make_bare(url, 1)
    engine = bare.make_engine(url)
    taken = timing.run([lambda n=n: bare.record(engine, n) for n in range(DOSES)], 1)
    engine.dispose()
    return taken


def bare_http(backend: str, clients: int, postgres: backends.Postgres | None) -> timing.Timing:
    """Time the bare stack."""
    local = threading.local()
    with served.bare_stack(backend, 1, postgres) as port:

        def give(person_id: int) -> None:
            if not hasattr(local, "client"):
                local.client = served.BareClient(port)
            assert local.client.ask("POST", f"/dose/{person_id}") == 201

        timing.run([lambda n=n: give(n) for n in range(64)], clients)
        return timing.run([lambda n=n: give(n) for n in range(DOSES)], clients)


def clinic_http(backend: str, clients: int, postgres: backends.Postgres | None) -> timing.Timing:
    """Time the clinic: the pages are opened beforehand, the confirmations are timed."""
    warm = 64
    with served.clinic(backend, DOSES + warm, postgres) as clinic:
        pages = []
        for number, person_id in enumerate(clinic.people):
            terminal = clinic.terminals[number % len(clinic.terminals)]
            pages.append((terminal, person_id, terminal.open(person_id)))
        local = threading.local()

        def give(opened, person_id, fields) -> None:
            if not hasattr(local, "terminals"):
                local.terminals = {}
            key = opened.cookies["session"]
            terminal = local.terminals.setdefault(key, type(opened)(opened.port, dict(opened.cookies)))
            answer = terminal.press(person_id, fields)
            assert answer.status == 303, answer.text[:400]

        timing.run([lambda p=p: give(*p) for p in pages[:warm]], clients)
        return timing.run([lambda p=p: give(*p) for p in pages[warm:]], clients)
