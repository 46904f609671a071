"""The directory of agencies around the clinic."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import NotFound
from dispensary.wording import N_, say
from models import Agency
from models.enums import AgencyKind


@dataclass(frozen=True)
class Listed:
    """An agency as the directory knows it."""

    id: int
    name: str
    kind: AgencyKind
    contact: str
    phone: str
    address: str
    hours: str
    offers: str
    retired_on: date | None


_LISTED = tuple(Agency.__table__.c[name] for name in Listed.__dataclass_fields__)


def directory(session: Session, site_id: int, *, with_retired: bool = False) -> list[Listed]:
    """Return the agencies of a site by kind and name; those retired only if asked for."""
    query = select(*_LISTED).where(Agency.site_id == site_id)
    if not with_retired:
        query = query.where(Agency.retired_on.is_(None))
    return [Listed(*row) for row in session.execute(query.order_by(Agency.kind, Agency.name, Agency.id))]


def agency(session: Session, agency_id: int, site_id: int) -> Listed:
    """Return one agency of a site.

    Raises:
        NotFound: there is none such.
    """
    row = session.execute(select(*_LISTED).where(Agency.id == agency_id, Agency.site_id == site_id)).one_or_none()
    if row is None:
        raise NotFound(say(N_("There is no such agency in the directory here.")), code="no_such_agency")
    return Listed(*row)
