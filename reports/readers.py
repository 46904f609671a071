"""Who opened a person's record, for that person: by day, who, as what, and which page; what was opened with a reason, or told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from reportlab.platypus import Flowable
from sqlalchemy.orm import Session

from dispensary.clock import moment_on
from dispensary.labels.pages import page_label
from dispensary.queries import disclosures, glass, people, readers
from dispensary.queries.disclosures import Disclosed
from dispensary.queries.glass import Opened
from dispensary.queries.people import Identity
from dispensary.queries.readers import Reading
from dispensary.rules.consents import Ground
from dispensary.wording import N_, Moment, Speaker, Words, say
from reports import disclosed, page
from reports.ledger import Column, Ledger, Row, Text
from reports.page import Heading

TITLE = say(N_("Who opened my record"))
COLUMNS = (
    (N_("Day"), 60),
    (N_("Who"), 120),
    (N_("As"), 100),
    (N_("What was opened"), 150),
    (N_("How often"), 50),
    (N_("From"), 45),
    (N_("Until"), 45),
)
NOBODY = say(N_("Nobody opened it in these days."))
TOLD = say(N_("What was told about me, to whom, and on what ground"))
NOTHING_TOLD = say(N_("Nothing was told to anybody in these days."))
OPENED = say(N_("Opened with a reason, without the permission that is usual for it"))
NOTED = say(N_("Each page about one person notes who opens it."))
NOT_NOTED = say(
    N_(
        "Lists on which several people stand, such as who is expected today, the worklist, caseloads, groups, the search by"
        " name and reports, do not note each of them: whoever saw the person there is not named here."
    )
)


@dataclass(frozen=True)
class ReadersFigures:
    """Who opened a person's record over some clinic days."""

    about: Heading
    person: Identity
    rows: tuple[Reading, ...]
    opened: tuple[Opened, ...]
    """Restricted parts that somebody opened with a reason."""
    told: tuple[Disclosed, ...]
    """What was told about the person to anybody, the newest first."""


def figures(session: Session, person_id: int, *, about: Heading, zone: ZoneInfo, day_starts: time) -> ReadersFigures:
    """Return who opened the record on the days of the heading."""
    since = moment_on(about.first, day_starts, zone, day_starts)
    until = moment_on(about.last + timedelta(days=1), day_starts, zone, day_starts)
    rows = readers.readings_of(session, person_id, since, until, zone=zone, day_starts=day_starts)
    opened = glass.opened_of(session, person_id, since, until)
    told = tuple(one for one in disclosures.disclosures_of(session, person_id) if since <= one.told_at < until)
    return ReadersFigures(about, people.identity(session, person_id), tuple(rows), tuple(opened), told)


def cells(row: Reading, speak: Speaker) -> list[str]:
    """Return one line in the order of COLUMNS, the same on the screen and on paper."""
    return [
        row.day.isoformat(),
        row.by,
        ", ".join(speak(role) for role in row.roles),
        speak(say(page_label(row.page))),
        str(row.times),
        f"{row.first_at.astimezone(speak.zone):%H:%M}",
        f"{row.last_at.astimezone(speak.zone):%H:%M}",
    ]


def sentence(opened: Opened) -> Words:
    """Return who opened what with which reason, and who saw it."""
    seen = say(N_("not seen by the clinic head yet"))
    if opened.seen_at is not None:
        seen = say(N_("seen by %(who)s on %(at)s"), who=opened.seen_by, at=Moment(opened.seen_at))
    words = N_("%(at)s, %(by)s: %(part)s. Reason: %(reason)s (%(seen)s)")
    at = Moment(opened.opened_at)
    return say(words, at=at, by=opened.by, part=opened.part, reason=opened.reason, seen=seen)


def told_sentence(one: Disclosed) -> Words:
    """Return what was told to whom, on what ground, and by whom."""
    words = N_("%(at)s, %(to)s: %(told)s (%(basis)s; told by %(by)s)")
    return say(words, at=Moment(one.told_at), to=one.recipient, told=one.told, basis=one.basis, by=one.by)


def render(figures: ReadersFigures, ground: Ground, *, speak: Speaker) -> bytes:
    """Return the list as PDF, for the person's own hand; its title and head say nothing about anybody."""
    language = figures.about.language

    def text(words: Words, **look: float | bool) -> Text:
        return Text(speak(words), language=language, **{"size": 10.0, "above": 4.0, **look})  # type: ignore[arg-type]

    story: list[Flowable] = [
        text(say(N_("For %(name)s"), name=figures.person.name), size=13.0, bold=True),
        text(figures.about.period),
    ]
    columns = [Column(speak(say(title)), share) for title, share in COLUMNS]
    rows = [Row(cells(row, speak)) for row in figures.rows]
    story.append(Ledger(columns, rows, language=language, row_height=13.0) if rows else text(NOBODY))
    story += _listed(OPENED, [sentence(one) for one in figures.opened], text)
    story += _listed(TOLD, [told_sentence(one) for one in figures.told] or [NOTHING_TOLD], text)
    story += [text(NOTED, above=10.0), text(NOT_NOTED, above=0.0)]
    story += disclosed.footing(ground, speak=speak, language=language)
    return page.build(story, title=TITLE, about=figures.about, speak=speak, bare=True)


def _listed(title: Words, said: Sequence[Words], text: Callable[..., Text]) -> list[Flowable]:
    if not said:
        return []
    return [text(title, bold=True, above=10.0, with_next=True), *(text(words) for words in said)]
