"""The note that goes along with a consignment, inside its seal: what was sent, by whom, under which papers, and its receipt."""

from dataclasses import dataclass

from reportlab.platypus import Flowable

from dispensary.queries.consignments import SentConsignment
from dispensary.wording import N_, Moment, Speaker, in_unit, say
from reports import page
from reports.ledger import Column, Ledger, Row, Text
from reports.page import Heading

TITLE = say(N_("Consignment note"))
COLUMNS = ((N_("Label"), 80), (N_("Product"), 200), (N_("Lot"), 80), (N_("Expiry"), 70), (N_("Content"), 70))
RECEIPT = (
    N_("Received on ____________________ at __________, seal whole: ☐ yes ☐ no"),
    N_("Name and signature: ________________________________________"),
    N_("Second person: ________________________________________"),
)


@dataclass(frozen=True)
class NoteFigures:
    """What the note says."""

    about: Heading
    sent: SentConsignment


def render(figures: NoteFigures, *, speak: Speaker) -> bytes:
    """Return the note as PDF."""
    sent, language = figures.sent, figures.about.language
    said = [
        say(N_("From: %(sender)s"), sender=sent.sender),
        say(N_("To: %(addressee)s"), addressee=sent.addressee),
        say(N_("Document number: %(number)s"), number=sent.document_no),
        say(N_("Authority: %(authority)s"), authority=sent.authority or "–"),
        say(N_("Sent: %(at)s, %(by)s and %(witness)s"), at=Moment(sent.sent_at), by=sent.by, witness=sent.witness),
        say(N_("Collected by: %(who)s; seen: %(seen)s"), who=sent.carrier, seen=sent.identity_seen),
        say(N_("Seal: %(seal)s"), seal=sent.seal_no),
    ]
    story: list[Flowable] = [Text(speak(words), size=10.0, language=language, above=3.0) for words in said]
    columns = [Column(speak(say(title)), share) for title, share in COLUMNS]
    rows = [
        Row([one.label, one.product, one.lot, one.expires_on.isoformat(), speak(in_unit(one.quantity, one.unit))])
        for one in sent.lines
    ]
    story.append(
        Text(speak(say(N_("Containers: %(n)s"), n=len(rows))), size=10.0, bold=True, language=language, above=8.0)
    )
    story.append(Ledger(columns, rows, language=language))
    story += [Text(speak(say(words)), size=10.0, language=language, above=14.0) for words in RECEIPT]
    return page.build(story, title=TITLE, about=figures.about, speak=speak)
