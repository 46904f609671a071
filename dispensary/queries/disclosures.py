"""What was told about a person, to whom, on what ground: the list that the person may ask for."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.queries.signs import same_person
from models import Agency, AgencyConsent, Disclosure, DisclosureScope, Staff
from models.enums import ConsentScope, DisclosureBasis, DisclosureWay


@dataclass(frozen=True)
class Disclosed:
    """Something that was told."""

    id: int
    told_at: datetime
    recipient: str
    agency: str
    call_back: str
    basis: DisclosureBasis
    consent_on: date | None
    purpose: str
    told: str
    way: DisclosureWay
    by: str
    scopes: tuple[ConsentScope, ...]


def disclosures_of(session: Session, person_id: int) -> list[Disclosed]:
    """Return all that was told about a person, the newest first."""
    row = Disclosure.__table__.c
    query = (
        select(
            row.id,
            row.told_at,
            row.recipient,
            func.coalesce(Agency.name, ""),
            row.call_back,
            row.basis,
            AgencyConsent.signed_on,
            row.purpose,
            row.told,
            row.way,
            Staff.name,
        )
        .join(Staff, Staff.id == row.recorded_by_id)
        .outerjoin(Agency, Agency.id == row.agency_id)
        .outerjoin(AgencyConsent, AgencyConsent.id == row.consent_id)
        .where(same_person(row.person_id, person_id))
        .order_by(row.told_at.desc(), row.id.desc())
    )
    rows = session.execute(query).all()
    scopes = scopes_of(session, [found.id for found in rows])
    return [Disclosed(*[*found, scopes.get(found.id, ())]) for found in rows]


def scopes_of(session: Session, disclosure_ids: list[int]) -> dict[int, tuple[ConsentScope, ...]]:
    """Return what kinds of things each disclosure told."""
    query = select(DisclosureScope.disclosure_id, DisclosureScope.scope)
    query = query.where(DisclosureScope.disclosure_id.in_(disclosure_ids)).order_by(DisclosureScope.id)
    found: dict[int, tuple[ConsentScope, ...]] = {}
    for disclosure_id, scope in session.execute(query):
        found[disclosure_id] = (*found.get(disclosure_id, ()), scope)
    return found
