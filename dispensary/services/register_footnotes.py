"""Footnotes of the controlled-drug register: what is wrong with a line is said beside it, dated and signed; the line stays."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import NotFound, Refused
from dispensary.services import audit, people
from dispensary.services.act import Act
from dispensary.wording import N_, say
from models import RegisterEntry, RegisterFootnote
from models.enums import AuditKind

LONGEST = 500


def write_footnote(session: Session, *, entry_id: int, text: str, act: Act) -> RegisterFootnote:
    """Write a footnote on one line of this site's register, dated and signed by whoever writes it.

    Raises:
        NotFound: this site's register has no such line.
        Refused: the footnote says nothing that can be read, or is too long.
    """
    text = people.line(text, "text", needed=True, longest=LONGEST)
    if not any(c.isalnum() for c in text):
        raise Refused(say(N_("Write it in words that can be read.")), code="blank", field="text")
    query = select(RegisterEntry).where(RegisterEntry.id == entry_id, RegisterEntry.site_id == act.site_id)
    entry = session.scalar(query)
    if entry is None:
        raise NotFound(say(N_("There is no such line in this site's register.")), code="no_such_line")
    footnote = RegisterFootnote(
        register_entry_id=entry.id, clinic_day=act.clinic_day, written_at=act.at, text=text, **act.stamp
    )
    session.add(footnote)
    session.flush()
    audit.record(session, AuditKind.REGISTER_FOOTNOTED, footnote, act, product=entry.product_id, line=entry.number)
    return footnote
