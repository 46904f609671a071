"""Relatives who come to the family programme in their own right; whose they are stands on record by that person's consent."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, Refused
from dispensary.queries import relatives as records
from dispensary.services import audit, people
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.services.past_days import refuse_unless_past
from dispensary.wording import N_, say
from models import Relative, RelativeLink, RelativeLinkEnd
from models.enums import AuditKind


def register_relative(session: Session, *, name: str, phone: str, act: Act) -> Relative:
    """Put a relative on record; whose relative they are is not asked.

    Raises:
        Refused: no name is said, or a text is too long.
    """
    relative = Relative(
        site_id=act.site_id, name=people.line(name, "name", needed=True), phone=people.line(phone, "phone")
    )
    session.add(relative)
    session.flush()
    audit.record(session, AuditKind.RELATIVE_REGISTERED, relative, act)
    return relative


def change_relative(session: Session, *, relative_id: int, name: str, phone: str, act: Act) -> Relative:
    """Change how a relative is called and reached.

    Raises:
        NotFound: there is no such relative here.
        Refused: no name is said, a text is too long, or nothing differs.
    """
    records.relative(session, relative_id, act.site_id)
    relative = session.get_one(Relative, relative_id, populate_existing=True)
    said = people.line(name, "name", needed=True), people.line(phone, "phone")
    if said == (relative.name, relative.phone):
        raise Refused(say(N_("Nothing differs from what is on record.")), code="nothing_changed")
    relative.name, relative.phone = said
    session.flush()
    audit.record(session, AuditKind.RELATIVE_CHANGED, relative, act)
    return relative


def link_relative(
    session: Session, *, relative_id: int, person_id: int, agreed: bool, consent_on: date, act: Act
) -> RelativeLink:
    """Put on record whose relative somebody is, as that person agreed.

    Args:
        agreed: the person themselves, not the relative, said yes.

    Raises:
        NotFound: there is no such relative or person.
        Refused: the person has not agreed, or the day cannot be right.
        Conflict: the two are linked already.
    """
    if not agreed:
        words = N_("Without the person’s own consent nobody is linked with them. Ask the person first.")
        raise Refused(say(words), code="no_consent", field="agreed")
    refuse_unless_past(consent_on, "consent_on", act)
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    records.relative(session, relative_id, act.site_id)
    if any(one.relative_id == relative_id for one in records.links_of_person(session, person_id)):
        raise Conflict(say(N_("The two are linked already.")), code="linked_already")
    mine = (RelativeLink.relative_id == relative_id, RelativeLink.person_id == person_id)
    link = write(
        session,
        RelativeLink(
            relative_id=relative_id,
            person_id=person_id,
            turn=(session.scalar(select(func.max(RelativeLink.turn)).where(*mine)) or 0) + 1,
            consent_on=consent_on,
            **act.stamp,
        ),
    )
    audit.record(session, AuditKind.RELATIVE_LINK_AGREED, link, act, relative=relative_id, person=person_id)
    return link


def end_link(session: Session, *, link_id: int, act: Act) -> RelativeLinkEnd:
    """Record that a person took back their consent to be linked with a relative; from now on neither page shows the other.

    Raises:
        NotFound: there is no such link here, or it was taken back before.
    """
    people.lock(session, records.link(session, link_id, act.site_id).person_id)
    now = records.link(session, link_id, act.site_id)
    end = write(session, RelativeLinkEnd(link_id=link_id, ended_on=act.clinic_day, **act.stamp))
    said = {"relative": now.relative_id, "person": now.person_id}
    audit.record(session, AuditKind.RELATIVE_LINK_ENDED, end, act, **said)
    return end
