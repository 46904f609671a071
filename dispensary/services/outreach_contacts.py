"""Taking hold of somebody met in outreach while something is written about them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound
from dispensary.queries.people import surviving
from dispensary.services import people
from dispensary.services.act import Act
from dispensary.wording import N_, say
from models import OutreachContact


def lock(session: Session, contact_id: int, act: Act) -> OutreachContact:
    """Lock a contact of this site and return it.

    Raises:
        NotFound: there is no such contact here.
    """
    query = select(OutreachContact).where(OutreachContact.id == contact_id, OutreachContact.site_id == act.site_id)
    contact = session.scalar(query.with_for_update(key_share=True).execution_options(populate_existing=True))
    if contact is None:
        raise NotFound(say(N_("There is no such contact.")), code="no_such_contact")
    return contact


def lock_with_person(session: Session, contact_id: int, act: Act) -> int | None:
    """Lock a contact and, if they were recognised, first the person they are; return that person's surviving record.

    Raises:
        NotFound: there is no such contact here.
        Conflict: something else was written about them just now.
    """
    known = session.scalar(select(OutreachContact.person_id).where(OutreachContact.id == contact_id))
    person_id = surviving(session, known) if known is not None else None
    if person_id is not None:
        people.lock(session, person_id)
    if lock(session, contact_id, act).person_id != known:
        raise Conflict(
            say(N_("Something was written about this contact just now. Look again.")), code="contact_changed"
        )
    return person_id
