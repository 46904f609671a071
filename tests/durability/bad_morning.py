"""One bad morning at a served clinic: whatever goes wrong at two windows, in an order that a seed decides.

The morning keeps its own book of what was confirmed on a screen, and of what may or may not have happened when the server
was killed; afterwards the book is held against the database.
"""

import http.client
import random
import re
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests import factories
from tests.running import Answer, Server, Terminal, fields_of, filled_in

DONE = re.compile(r"/window/done/(\d+)$")
OPENED = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
"""When the made-up morning begins, on a Monday."""


@dataclass
class Furniture:
    """Who and what is in the clinic: ids and sign-in names, made once and copied for each morning."""

    nurses: list[str]
    prescriber: str
    witness: str
    codes: list[str]
    people: list[int]
    twins: list[tuple[int, int]]
    """Pairs of records that are of one person each."""
    windows: list[int]


@dataclass
class Book:
    """What the screens confirmed, and what may have happened unseen."""

    given: dict[int, int] = field(default_factory=dict)
    """The person of each dose whose confirmation arrived."""
    reversed: set[int] = field(default_factory=set)
    paper: Counter[int] = field(default_factory=Counter)
    """How many rows of paper were entered of each person."""
    perhaps: list[int] = field(default_factory=list)
    """People whose answer never came, since the server was killed."""
    done: Counter[str] = field(default_factory=Counter)
    """How often each kind of page was carried out."""


class BadMorning:
    """A morning in which each verb may happen at any time."""

    def __init__(
        self, server: Server, clock_file: Path, furniture: Furniture, terminals: Callable, rows: Callable, seed: int
    ) -> None:
        self.server, self.clock_file, self.furniture = server, clock_file, furniture
        self.right = timedelta(seconds=int(clock_file.read_text(encoding="ascii")))
        self.chance = random.Random(seed)
        self.book = Book()
        self.sign_in_all = terminals
        self.rows = rows
        self.sit_down()
        self.old_pages: list[tuple[Terminal, int, dict[str, str]]] = []

    def sit_down(self) -> None:
        """Sign everybody in anew, the prescriber at a desk."""
        self.terminals: list[Terminal] = self.sign_in_all()
        self.desk = Terminal(self.server.port).sign_in(self.furniture.prescriber, factories.PASSWORD)

    def set_clock(self, wrong_by: timedelta) -> None:
        """Let the clinic's clock be wrong by so much from now on."""
        self.clock_file.write_text(str(int((self.right + wrong_by).total_seconds())), encoding="ascii")

    def anyone(self) -> int:
        return self.chance.choice(self.furniture.people)

    def anywhere(self) -> Terminal:
        return self.chance.choice(self.terminals)

    def fill(self, terminal: Terminal, path: str, **fields: str) -> Answer:
        """Open a page and send its form with these fields."""
        page = terminal.get(path)
        shown = filled_in(page.text) if page.status == 200 else {}
        if "token" not in shown:
            return page
        answer = terminal.post(path, shown | fields)
        assert answer.status in (303, 200, 404, 409, 422), (path, answer.status, answer.text[:600])
        if answer.status == 303:
            self.book.done[path.rstrip("/0123456789").rsplit("/", 1)[-1]] += 1
        return answer

    def note(self, person_id: int, answer: Answer) -> int | None:
        """Put into the book what a screen said after a confirmation."""
        assert answer.status in (303, 404, 409, 422), (answer.status, answer.text[:600])
        found = DONE.search(answer.location)
        if found:
            self.book.given[int(found.group(1))] = person_id
            self.book.done["dose"] += 1
            return int(found.group(1))
        return None

    def page_of(self, terminal: Terminal, person_id: int) -> dict[str, str] | None:
        """Open a person's page as a scan would; None where it leads elsewhere."""
        answer = terminal.get(f"/window/{person_id}")
        return fields_of(answer.text) if answer.status == 200 else None

    # Verbs: what may happen

    def give(self) -> None:
        person_id, terminal = self.anyone(), self.anywhere()
        if (fields := self.page_of(terminal, person_id)) is not None:
            self.note(person_id, terminal.press(person_id, fields))

    def press_twice(self) -> None:
        """One nurse presses Enter twice: both answers are the same."""
        person_id, terminal = self.anyone(), self.anywhere()
        if (fields := self.page_of(terminal, person_id)) is None:
            return
        copies = [Terminal(terminal.port, dict(terminal.cookies)) for _ in range(2)]
        with ThreadPoolExecutor(2) as pool:
            answers = [done.result() for done in [pool.submit(t.press, person_id, fields) for t in copies]]
        if any(answer.status == 303 for answer in answers):
            assert answers[0].location == answers[1].location, [a.location for a in answers]
        self.note(person_id, answers[0])

    def two_terminals(self) -> None:
        """Two nurses have the same person open and press at once: one dose at most."""
        person_id = self.anyone()
        pages = [(t, self.page_of(t, person_id)) for t in self.chance.sample(self.terminals, 2)]
        if any(fields is None for _, fields in pages):
            return
        with ThreadPoolExecutor(2) as pool:
            answers = [d.result() for d in [pool.submit(t.press, person_id, fields) for t, fields in pages]]
        made = {self.note(person_id, answer) for answer in answers} - {None}
        assert len(made) <= 1, f"two doses {made} from two terminals"

    def leave_a_page_open(self) -> None:
        person_id, terminal = self.anyone(), self.anywhere()
        if (fields := self.page_of(terminal, person_id)) is not None:
            self.old_pages.append((terminal, person_id, fields))

    def press_an_old_page(self) -> None:
        if self.old_pages:
            terminal, person_id, fields = self.old_pages.pop()
            self.note(person_id, terminal.press(person_id, fields))

    def withhold(self) -> None:
        self.fill(self.anywhere(), f"/window/{self.anyone()}/withhold", reason="other", note="said so")

    def refuse(self) -> None:
        self.fill(self.anywhere(), f"/window/{self.anyone()}/refuse", reason="not_wanted", note="")

    def part(self) -> None:
        person_id = self.anyone()
        answer = self.fill(
            self.anywhere(), f"/window/{person_id}/part", taken_mg="20", reason="feels_unwell", **self.seen()
        )
        if answer.status in (303, 409, 422):
            self.note(person_id, answer)

    def seen(self) -> dict[str, str]:
        """What a witness types."""
        return {"witness_username": self.furniture.witness, "witness_password": factories.PASSWORD}

    def reverse(self) -> None:
        standing = sorted(set(self.book.given) - self.book.reversed)
        if not standing:
            return
        dose_id = self.chance.choice(standing)
        poured = self.chance.random() < 0.5
        fields = {"poured": "y", "reason": "not_swallowed"} if poured else {"reason": "keyed_by_mistake"}
        answer = self.fill(
            self.anywhere(), f"/window/doses/{dose_id}/reverse", note="did not happen", **fields, **self.seen()
        )
        if answer.status == 303:
            self.book.reversed.add(dose_id)

    def wrong_container(self) -> None:
        """A page shows one bottle; before Enter another stands in its place: nothing is recorded from the wrong one."""
        number = self.chance.randrange(len(self.terminals))
        terminal, window_id = self.terminals[number], self.furniture.windows[number % 2]
        person_id = self.anyone()
        fields = self.page_of(terminal, person_id)
        standing = self.rows(
            "SELECT c.id, m.balance_after FROM container c JOIN movement m ON m.container_id = c.id"
            f" WHERE c.window_id = {window_id} AND c.opened_at IS NOT NULL AND c.emptied_at IS NULL"
            " ORDER BY m.container_seq DESC LIMIT 1"
        )
        sealed = self.rows(f"SELECT id FROM container WHERE window_id = {window_id} AND opened_at IS NULL ORDER BY id")
        if fields is None or not standing or not sealed:
            return
        container_id, holds = standing[0]
        measured = f"{holds / 1000:.3f}"
        ended = self.fill(terminal, f"/stock/containers/{container_id}/end", measured=measured, note="", **self.seen())
        opened = self.fill(terminal, f"/stock/containers/{sealed[0][0]}/open", **self.seen())
        answer = terminal.press(person_id, fields)
        if ended.status == opened.status == 303:
            assert answer.status != 303 or not DONE.search(answer.location), "dosed from a container that was not shown"
        self.note(person_id, answer)

    def stop_and_release(self) -> None:
        """A nurse sets a stop between page and Enter; later the prescriber releases it."""
        person_id, terminal = self.anyone(), self.anywhere()
        fields = self.page_of(terminal, person_id)
        stopped = self.fill(self.anywhere(), f"/people/{person_id}/stop", kind="order_problem", note="")
        if fields is not None:
            answer = terminal.press(person_id, fields)
            if stopped.status == 303:
                assert answer.status in (409, 422), "dosed behind a stop"
            self.note(person_id, answer)
        for (stop_id,) in self.rows("SELECT id FROM stop WHERE id NOT IN (SELECT stop_id FROM stop_release)"):
            if self.chance.random() < 0.7:
                self.fill(self.desk, f"/prescriber/stops/{stop_id}/release", reason="seen and decided")

    def incident(self) -> None:
        """Somebody swallowed what they should not have; it is always recorded."""
        person_id, terminal = self.anyone(), self.anywhere()
        kind = self.chance.choice(["wrong_person", "wrong_amount", "against_a_rule"])
        answer = self.fill(
            terminal, f"/window/{person_id}/incident", kind=kind, taken_mg="30", note="told by the person", intended=""
        )
        if answer.status != 303:  # nothing that stands open here makes up 30 mg: it is recorded all the same
            answer = self.fill(
                terminal, f"/window/{person_id}/incident", kind=kind, taken_mg="30", note="from a bottle that broke",
                intended="", source="not_from_here",
            )  # fmt: skip
        assert answer.status == 303, "what was swallowed could not be recorded"

    def swallowed_by_another(self) -> None:
        """A dose on record was swallowed by somebody else: the record is reversed and the truth recorded, as one."""
        standing = sorted(set(self.book.given) - self.book.reversed)
        if not standing:
            return
        dose_id, swallower = self.chance.choice(standing), self.anyone()
        (number,) = self.rows(f"SELECT number FROM person WHERE id = {swallower}")[0]
        answer = self.fill(
            self.anywhere(),
            f"/window/doses/{dose_id}/incident",
            kind="wrong_person",
            swallowed_by=number,
            note="mixed up",
        )
        if answer.status == 303:
            self.book.reversed.add(dose_id)

    def vomit_and_replace(self) -> None:
        """A dose comes up; a prescriber orders what replaces it, and it is given, or not."""
        dosed = sorted({who for dose, who in self.book.given.items() if dose not in self.book.reversed})
        person_id, terminal = self.chance.choice(dosed or self.furniture.people), self.anywhere()
        self.fill(terminal, f"/window/{person_id}/vomited", minutes_after="0", witnessed="seen", note="")
        self.fill(self.desk, f"/people/{person_id}/replacement", amount_mg="20", reason="seen to come up")
        last = self.rows(f"SELECT dose_id FROM vomiting WHERE person_id = {person_id} ORDER BY id DESC LIMIT 1")
        if last:
            path = f"/window/doses/{last[0][0]}/replace"
            answer = self.fill(terminal, path, scan="F")
            if answer.status != 200:  # nothing waits to be replaced
                self.note(person_id, answer)

    def spill(self) -> None:
        """A poured dose is spilt before it is swallowed; it may be poured again."""
        self.fill(self.anywhere(), f"/window/{self.anyone()}/spilt", note="the cup fell", **self.seen())

    def elsewhere(self) -> None:
        """Somebody was dosed elsewhere; the source is called, or not."""
        person_id, terminal = self.anyone(), self.anywhere()
        self.fill(
            terminal,
            f"/window/{person_id}/elsewhere",
            source="hospital",
            source_name="City",
            amount_mg="40",
            taken_time="05:30",
            told_by="self",
        )
        waiting = self.rows(
            "SELECT id FROM elsewhere_dose WHERE id NOT IN (SELECT elsewhere_dose_id FROM elsewhere_verdict)"
        )
        for (report_id,) in waiting:
            if self.chance.random() < 0.6:
                said = self.chance.choice(["gave_it", "did_not"])
                self.fill(terminal, f"/window/elsewhere/{report_id}", answer=said, verifier="ward sister, rung back")

    def paper(self) -> None:
        """The power was out: three people were dosed on paper, one of them perhaps dosed already; it is entered twice over."""
        terminal, day = self.anywhere(), f"{OPENED:%Y-%m-%d}"
        page = terminal.get("/downtime").text
        terminal.post("/downtime/days", filled_in(page, "/downtime/days") | {"clinic_day": day, "reason": "no power"})
        page = terminal.get(f"/downtime/{day}/entry").text
        sent = filled_in(page)
        rows = re.findall(r'name="(\w+)-p" value="(\d+)"', page)
        written = {key: int(who) for key, who in self.chance.sample(rows, min(2, len(rows)))}
        blank = re.search(r'name="(\w+)-n"', page)
        if blank:
            written[blank.group(1)] = another = self.anyone()
            (sent[f"{blank.group(1)}-n"],) = self.rows(f"SELECT number FROM person WHERE id = {another}")[0]
        for key in written:
            sent |= {f"{key}-o": "G", f"{key}-t": "05:40", f"{key}-m": sent.get(f"{key}-d") or "30"}
        sent["by"] = self.furniture.nurses[0]
        answer = terminal.post(f"/downtime/{day}/entry", sent)
        again = terminal.post(f"/downtime/{day}/entry", sent)
        assert {answer.status, again.status} <= {303, 422, 409}, (answer.status, again.status, again.text[:500])
        if again.status == 422:
            ticks = dict(re.findall(r'name="(\w+-k)" value="([^"]+)"', again.text))
            last = terminal.post(f"/downtime/{day}/entry", filled_in(again.text) | ticks | {"by": sent["by"]})
            assert last.status in (303, 422), (last.status, last.text[:500])
            staying = set(re.findall(r'name="(\w+)-o" value="G"', last.text)) if last.status == 422 else set()
        else:
            staying = set()
        self.book.paper.update(who for key, who in written.items() if key not in staying)
        self.book.done["paper"] += len(written) - len(staying & set(written))

    def clock_goes_wrong(self) -> None:
        """The clock jumps; nothing is given until it is right again, or two people have confirmed it."""
        if not self.rows("SELECT id FROM dose WHERE outcome IN ('given', 'part_given', 'replacement')"):
            return
        wrong_by = self.chance.choice([timedelta(minutes=-10), timedelta(days=3)])
        self.set_clock(wrong_by)
        self.sit_down()
        person_id, terminal = self.anyone(), self.anywhere()
        if (fields := self.page_of(terminal, person_id)) is not None:
            answer = terminal.press(person_id, fields)
            assert not DONE.search(answer.location), "dosed by a clock that cannot be right"
            self.book.done["clock"] += 1
        if wrong_by < timedelta(0) and self.chance.random() < 0.5:
            self.fill(terminal, "/window/clock", **self.seen())
            self.give()
        self.set_clock(timedelta(0))
        self.sit_down()

    def link(self) -> None:
        """Two records turn out to be of one person."""
        if not self.furniture.twins:
            return
        root, other = self.chance.choice(self.furniture.twins)
        self.fill(self.anywhere(), f"/people/{root}/link/{other}", reason="same person, two papers", **self.seen())

    def kill(self) -> None:
        """Cut the power while nurses are dosing; then start again."""
        jobs = [self.chance.sample(self.furniture.people, 3) for _ in self.terminals]

        def dose_on(terminal: Terminal, people: list[int]) -> None:
            for person_id in people:
                try:
                    fields = self.page_of(terminal, person_id)
                    answer = terminal.press(person_id, fields) if fields else None
                except (OSError, http.client.HTTPException):
                    self.book.perhaps.append(person_id)
                    return
                if answer:
                    self.note(person_id, answer)

        runs = [threading.Thread(target=dose_on, args=job) for job in zip(self.terminals, jobs, strict=True)]
        for run in runs:
            run.start()
        threading.Event().wait(self.chance.uniform(0.02, 0.25))
        self.server.kill()
        for run in runs:
            run.join()
        self.server.start()
        self.old_pages.clear()
        self.sit_down()
