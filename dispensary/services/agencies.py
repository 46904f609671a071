"""The directory of agencies around the clinic, and the site's own statement of confidentiality."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import NotFound, Refused
from dispensary.queries import consents
from dispensary.rules.names import composed
from dispensary.services import audit, people
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import Agency, PrivacyStatement
from models.enums import AgencyKind, AuditKind

LONGEST_STATEMENT = 6000
LONGEST_NOTICE = 600


@dataclass(frozen=True)
class AgencyEntry:
    """What the directory says of an agency."""

    name: str
    kind: AgencyKind
    contact: str
    """Who there knows us."""
    phone: str
    address: str = ""
    hours: str = ""
    offers: str = ""


def list_agency(session: Session, *, entry: AgencyEntry, act: Act) -> Agency:
    """Put an agency into the directory of this site.

    Raises:
        Refused: the name, or whom to call there and how, is missing, or the name is in the directory already.
    """
    values = _checked(entry)
    _refuse_name_taken(session, values["name"], act)
    agency = Agency(site_id=act.site_id, kind=entry.kind, retired_on=None, **values)
    session.add(agency)
    session.flush()
    audit.record(session, AuditKind.AGENCY_LISTED, agency, act, agency_kind=entry.kind)
    return agency


def change_agency(session: Session, *, agency_id: int, entry: AgencyEntry, retired: bool = False, act: Act) -> Agency:
    """Change what the directory says of an agency, or retire it: it is chosen no more, and what was sent there stays.

    Raises:
        NotFound: there is no such agency here.
        Refused: as for a new one, nothing differs, or its name or kind would change under consents that stand.
    """
    values: dict[str, Any] = _checked(entry)
    agency = here(session, agency_id, act)
    session.refresh(agency, with_for_update={"key_share": True})
    _refuse_name_taken(session, values["name"], act, but=agency_id)
    retired_on = (agency.retired_on or act.clinic_day) if retired else None
    values |= {"kind": entry.kind, "retired_on": retired_on}
    if all(getattr(agency, name) == value for name, value in values.items()):
        raise Refused(say(N_("Nothing differs from what is on record.")), code="nothing_changed")
    _refuse_another_under_consents(session, agency, values, act)
    for name, value in values.items():
        setattr(agency, name, value)
    session.flush()
    audit.record(session, AuditKind.AGENCY_CHANGED, agency, act, agency_kind=entry.kind, retired=int(retired))
    return agency


def here(session: Session, agency_id: int, act: Act) -> Agency:
    """Return an agency of this site's directory.

    Raises:
        NotFound: there is none such.
    """
    agency = session.get(Agency, agency_id)
    if agency is None or agency.site_id != act.site_id:
        raise NotFound(say(N_("There is no such agency in the directory here.")), code="no_such_agency")
    return agency


def refuse_retired(agency: Agency, field: str = "agency_id") -> None:
    """Refuse something new with an agency that the directory has retired.

    Raises:
        Refused: it was retired.
    """
    if agency.retired_on is not None:
        words = N_("%(agency)s is in the directory no more since %(day)s. Choose another.")
        raise Refused(say(words, agency=agency.name, day=agency.retired_on), code="agency_retired", field=field)


def approve_statement(session: Session, *, text: str, notice: str, approved_on: date, act: Act) -> PrivacyStatement:
    """Approve the site's own statement of confidentiality, with the exceptions of the place, and the notice on every sheet.

    Raises:
        Refused: one of them is missing or too long, or the day lies ahead.
    """
    text = _paragraphs(text)
    notice = people.line(notice, "notice", needed=True, longest=LONGEST_NOTICE)
    if approved_on > act.clinic_day:
        raise Refused(say(N_("This day lies ahead. Enter the day of approval.")), code="ahead", field="approved_on")
    last = select(func.max(PrivacyStatement.turn)).where(PrivacyStatement.site_id == act.site_id)
    turn = (session.scalar(last) or 0) + 1
    approved = write(
        session, PrivacyStatement(turn=turn, text=text, notice=notice, approved_on=approved_on, **act.stamp)
    )
    audit.record(session, AuditKind.PRIVACY_STATEMENT_APPROVED, approved, act, turn=turn)
    return approved


def _paragraphs(text: str) -> str:
    """Return the statement paragraph by paragraph, each composed and trimmed."""
    if len(text) > LONGEST_STATEMENT:
        words = say(N_("This is too long: %(max)s characters at most."), max=LONGEST_STATEMENT)
        raise Refused(words, code="long", field="text")
    lines = [people.line(part, "text", longest=LONGEST_STATEMENT) for part in composed_lines(text)]
    if not any(lines):
        raise Refused(say(N_("Please fill this in.")), code="blank", field="text")
    return "\n".join(filter(None, lines))


def composed_lines(text: str) -> list[str]:
    """Return a text line by line, whatever way its lines end."""
    return [composed(part) for part in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]


def _refuse_another_under_consents(session: Session, agency: Agency, values: dict[str, Any], act: Act) -> None:
    """Refuse to make another agency of one that people let us tell things: they agreed to this name, of this kind."""
    differs = [name for name in ("name", "kind") if values[name] != getattr(agency, name)]
    if differs and consents.stand_for(session, agency.id, act.clinic_day):
        words = N_(
            "People let us tell %(agency)s things, by this name and kind. Retire it, and list the other one anew."
        )
        raise Refused(say(words, agency=agency.name), code="consents_stand", field=differs[0])


def _checked(entry: AgencyEntry) -> dict[str, str]:
    return {
        "name": people.line(entry.name, "name", needed=True),
        "contact": people.line(entry.contact, "contact", needed=True),
        "phone": people.line(entry.phone, "phone", needed=True),
        "address": people.line(entry.address, "address"),
        "hours": people.line(entry.hours, "hours"),
        "offers": people.line(entry.offers, "offers", longest=500),
    }


def _refuse_name_taken(session: Session, name: str, act: Act, but: int | None = None) -> None:
    query = select(Agency.id).where(Agency.site_id == act.site_id, Agency.name == name, Agency.id != (but or 0))
    if session.scalar(query) is not None:
        words = say(N_("An agency of this name is in the directory already. Open that one."))
        raise Refused(words, code="name_taken", field="name")
