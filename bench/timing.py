"""Timing many small things: how many a second, and how long the middle, the slow and the slowest took."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Timing:
    """One run of many: seconds in all, and the sorted seconds of each."""

    seconds: float
    each: list[float]

    @property
    def a_second(self) -> float:
        return len(self.each) / self.seconds

    def at(self, share: float) -> float:
        """Return the milliseconds within which this share was done."""
        return self.each[min(len(self.each) - 1, int(len(self.each) * share))] * 1000

    def __str__(self) -> str:
        return (
            f"{self.a_second:8.0f}/s   p50 {self.at(0.5):7.2f} ms   p99 {self.at(0.99):7.2f} ms"
            f"   worst {self.at(1):7.2f} ms"
        )


def run(jobs: Iterable[Callable[[], object]], clients: int) -> Timing:
    """Run jobs by a number of clients, each taking the next as soon as it is free."""
    queue = iter(list(jobs))
    each: list[float] = []

    def client() -> None:
        for job in queue:
            begun = time.perf_counter()
            job()
            each.append(time.perf_counter() - begun)

    queue = _shared(queue)
    begun = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        for done in [pool.submit(client) for _ in range(clients)]:
            done.result()
    return Timing(time.perf_counter() - begun, sorted(each))


class _shared:  # noqa: N801 - an iterator that several threads may pull from
    def __init__(self, items: Iterator[Callable[[], object]]) -> None:
        self.items, self.lock = items, threading.Lock()

    def __iter__(self) -> "_shared":
        return self

    def __next__(self) -> Callable[[], object]:
        with self.lock:
            return next(self.items)


@contextmanager
def stopwatch() -> Iterator[list[float]]:
    """Yield a list that holds the seconds once the block has ended."""
    held: list[float] = []
    begun = time.perf_counter()
    yield held
    held.append(time.perf_counter() - begun)


def peak_mb() -> float:
    """Return the most memory this process has held, in MB; the system's count of resources would begin with its parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024
