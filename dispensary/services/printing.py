"""Printing: who printed what, and the heads sealed under every page of the log and the register."""

from datetime import date

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from dispensary.services import audit, seals
from dispensary.services.act import Act
from models import Site
from models.enums import AuditKind, PrintedSheet, SealOccasion


def note_printed(
    session: Session,
    *,
    sheet: PrintedSheet,
    act: Act,
    first: date | None = None,
    last: date | None = None,
    person_id: int | None = None,
    product_id: int | None = None,
) -> None:
    """Note that a sheet was printed: which, over what days, of whom or of what product."""
    site = session.get_one(Site, act.site_id)
    audit.record(
        session,
        AuditKind.REPORT_PRINTED,
        site,
        act,
        sheet=sheet,
        first=first,
        last=last,
        person=person_id,
        product=product_id,
    )


def seal_for_print(
    session: Session,
    *,
    sheet: PrintedSheet,
    key: Ed25519PrivateKey,
    act: Act,
    first: date | None = None,
    last: date | None = None,
    product_id: int | None = None,
) -> None:
    """Note that a page of the log or the register is printed, and seal what it stands on, so that it can be held against it."""
    note_printed(session, sheet=sheet, act=act, first=first, last=last, product_id=product_id)
    seals.seal_heads(session, occasion=SealOccasion.PRINTED_PAGE, key=key, act=act)
