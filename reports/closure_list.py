"""The list of a closure on paper, as a prescriber signed it: who takes doses home, and how everybody else is dosed."""

from reportlab.platypus import Flowable

from dispensary.queries.closures import SignedLine, SignedList
from dispensary.rules.closures import WHY
from dispensary.wording import N_, Speaker, say
from reports import page
from reports.ledger import Column, Ledger, Row, Text
from reports.page import Heading

TITLE = say(N_("Closure list"))
COLUMNS = (
    (say(N_("Number")), 10),
    (say(N_("Name")), 26),
    (say(N_("Born")), 11),
    (say(N_("Doses to take home")), 23),
    (say(N_("Another way, and why")), 50),
    (say(N_("Done, initials")), 14),
)
ROOM_TO_SIGN = 18.0


def render(signed: SignedList, *, about: Heading, speak: Speaker) -> bytes:
    """Return the list as a PDF, with a column to tick off each line."""
    language = about.language
    head = say(
        N_("Version %(n)s, signed by %(by)s on %(at)s. With doses: %(doses)s. Another way: %(others)s."),
        n=signed.version,
        by=signed.signed_by,
        at=speak.moment(signed.signed_at),
        doses=sum(1 for line in signed.lines if line.first_on),
        others=sum(1 for line in signed.lines if not line.first_on),
    )
    story: list[Flowable] = [Text(speak(head), size=10, bold=True, language=language, with_next=True)]
    columns = [Column(speak(title), share) for title, share in COLUMNS]
    rows = [_row(line, speak) for line in signed.lines]
    story.append(Ledger(columns, rows, language=language, row_height=ROOM_TO_SIGN))
    return page.build(story, title=TITLE, about=about, speak=speak, landscape=True)


def _row(line: SignedLine, speak: Speaker) -> Row:
    born = line.birth_date.isoformat() if line.birth_date else speak(say(N_("not recorded")))
    return Row((line.number, line.name, born, _days(line, speak), _way(line, speak), ""), struck=line.ended)


def _days(line: SignedLine, speak: Speaker) -> str:
    if line.first_on is None or line.last_on is None:
        return "–"
    if line.first_on == line.last_on:
        return line.first_on.isoformat()
    return speak(say(N_("%(first)s to %(last)s"), first=line.first_on, last=line.last_on))


def _way(line: SignedLine, speak: Speaker) -> str:
    return ": ".join(filter(None, ("; ".join(speak(WHY[code]) for code in line.why_not), line.other_way)))
