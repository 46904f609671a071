"""How a sheet about a person leaves: its ground is made sure first, it is drawn with it, and both are put on record.

Whatever leaves the clinic about a person has its row among what was told, and the person's own hand is no exception: their
own sheet, their plan, a notice, an answer, what they sign. No consent is asked for it (42 CFR 2.23, patients' access), but it
is on the list, since paper that lies at home can be read by others (clinical-rules §5: printing what names somebody is a
disclosure). Sheets that stay in the clinic (log, register, lists, scores, the history for the record) are on the audit alone.
"""

from collections.abc import Callable
from typing import Any

from flask import Response
from flask_babel import gettext
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, Refused
from dispensary.queries import people
from dispensary.rules.consents import Ground
from dispensary.services import disclosures, printing
from dispensary.services.disclosures import Telling
from dispensary.web import edge
from dispensary.web.database import db, unit_of_work
from dispensary.web.reporting import asked
from dispensary.wording import N_, say
from models import Disclosure
from models.enums import ConsentScope, DisclosureBasis, DisclosureWay, PrintedSheet


def handed_out(
    form: Any,
    person_id: int,
    *,
    sheet: PrintedSheet,
    scopes: frozenset[ConsentScope],
    draw: Callable[[Session, Ground], bytes],
    name: str,
) -> Response | None:
    """Answer a sheet about a person, once it is sure that it may go where the form says; record that it did.

    Args:
        form: says to whom (`ToWhom`, `HandForm`); a refusal is shown in it.
        scopes: what the sheet tells.
        draw: returns the sheet, with its ground on it.
        name: the file's name, which says nothing about anybody.

    Returns:
        The sheet; None if the form is to be shown.
    """
    if not form.validate_on_submit():
        return None
    telling: Telling = form.telling(scopes, edge.speaker()(sheet))
    act = edge.act()
    try:
        ground = disclosures.ground_for(db.session(), person_id=person_id, telling=telling, act=act)
        content = draw(db.session(), ground)
        with unit_of_work() as session:
            made = disclosures.tell(session, person_id=person_id, telling=telling, act=act)
            _refuse_another_ground(ground, made)
            printing.note_printed(session, sheet=sheet, act=act, person_id=person_id)
    except (Refused, Conflict) as refusal:
        form.refuse(refusal)
        return None
    return asked.file(content, asked.PDF, name)


def into_own_hand(person_id: int, *, sheet: PrintedSheet, scopes: frozenset[ConsentScope]) -> None:
    """Record that a sheet is printed for the person's own hand, and what it tells.

    Args:
        scopes: what the sheet tells.
    """
    act, told = edge.act(), edge.speaker()(sheet)
    to = gettext("the person")
    telling = Telling(DisclosureBasis.TO_THE_PERSON, scopes, told, DisclosureWay.PRINT, recipient=to)
    with unit_of_work() as session:
        survivor = people.surviving(session, person_id)
        disclosures.tell(session, person_id=survivor, telling=telling, act=act)
        printing.note_printed(session, sheet=sheet, act=act, person_id=person_id)


def _refuse_another_ground(drawn: Ground, made: Disclosure) -> None:
    """Refuse a sheet that names one consent where another is relied on now: the first was taken back while it was drawn."""
    if made.consent_id != (drawn.consent.id if drawn.consent else None):
        words = N_("What the person allows has changed while the sheet was drawn. Print it again.")
        raise Conflict(say(words), code="ground_changed")
