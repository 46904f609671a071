"""Days on which doses went onto paper: the packs printed for them, what became of each copy, and when all is entered."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import downtime
from dispensary.rules.downtime import DAYS_AHEAD, MOST_COPIES
from dispensary.services import audit
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.services.people import line
from dispensary.wording import N_, say
from models import DowntimeDay, DowntimeEntered, DowntimePack, PackCopyTick, Staff
from models.enums import AuditKind, PackCopyFate

MOST_SHEETS = 999


def note_pack(session: Session, *, clinic_day: date, copies: int, act: Act) -> DowntimePack:
    """Note a printing of the downtime pack, whose copies are numbered and accounted for one by one.

    Raises:
        Refused: for a day that is over or far ahead, or of no sensible number of copies.
    """
    if not act.clinic_day <= clinic_day <= act.clinic_day + DAYS_AHEAD:
        words = say(N_("A pack is printed for today or one of the next %(n)s days."), n=DAYS_AHEAD.days)
        raise Refused(words, code="not_a_pack_day", field="clinic_day")
    if not 1 <= copies <= MOST_COPIES:
        raise Refused(say(N_("Print from 1 to %(n)s copies."), n=MOST_COPIES), code="copies", field="copies")
    mine = (DowntimePack.site_id == act.site_id, DowntimePack.clinic_day == clinic_day)
    printing = (session.scalar(select(func.max(DowntimePack.printing)).where(*mine)) or 0) + 1
    pack = write(
        session,
        DowntimePack(clinic_day=clinic_day, printing=printing, copies=copies, printed_at=act.at, **act.stamp),
    )
    audit.record(session, AuditKind.DOWNTIME_PACK_PRINTED, pack, act, day=clinic_day, printing=printing, copies=copies)
    return pack


def tick_copy(session: Session, *, pack_id: int, copy: int, fate: PackCopyFate, act: Act) -> PackCopyTick:
    """Tick what became of one copy of a pack.

    Raises:
        NotFound: there is no such copy here.
        Conflict: it was ticked before; it says as what and by whom.
    """
    pack = session.get(DowntimePack, pack_id)
    if pack is None or pack.site_id != act.site_id or not 1 <= copy <= pack.copies:
        raise NotFound(say(N_("There is no such copy here.")), code="no_such_copy")
    before = session.execute(
        select(PackCopyTick.fate, Staff.name)
        .join(Staff, Staff.id == PackCopyTick.recorded_by_id)
        .where(PackCopyTick.pack_id == pack_id, PackCopyTick.copy == copy)
    ).one_or_none()
    if before is not None:
        words = say(N_("This copy was ticked already: %(fate)s, by %(by)s."), fate=before.fate, by=before.name)
        raise Conflict(words, code="ticked_before")
    tick = write(session, PackCopyTick(pack_id=pack_id, copy=copy, fate=fate, ticked_at=act.at, **act.stamp))
    audit.record(session, AuditKind.PACK_COPY_TICKED, tick, act, pack=pack_id, copy=copy, fate=fate)
    return tick


def declare_day(session: Session, *, clinic_day: date, reason: str, act: Act) -> DowntimeDay:
    """Declare that doses of a clinic day went onto paper; until all is entered, the day is not yet entered.

    Raises:
        Refused: the day has not begun, or no reason is given.
        Conflict: it is declared already and not yet entered.
    """
    reason = line(reason, "reason", needed=True)
    if clinic_day > act.clinic_day:
        raise Refused(say(N_("%(day)s has not begun yet."), day=clinic_day), code="day_not_begun", field="clinic_day")
    waiting = downtime.waiting_day(session, act.site_id, clinic_day)
    if waiting is not None:
        words = N_("%(day)s was declared by %(by)s, and its paper is not yet entered. Enter it below.")
        raise Conflict(say(words, day=clinic_day, by=waiting.declared_by), code="declared", field="clinic_day")
    mine = (DowntimeDay.site_id == act.site_id, DowntimeDay.clinic_day == clinic_day)
    turn = (session.scalar(select(func.max(DowntimeDay.turn)).where(*mine)) or 0) + 1
    day = write(session, DowntimeDay(clinic_day=clinic_day, turn=turn, reason=reason, declared_at=act.at, **act.stamp))
    audit.record(session, AuditKind.DOWNTIME_DECLARED, day, act, day=clinic_day, turn=turn)
    return day


def sign_entered(session: Session, *, clinic_day: date, sheets: int, act: Act) -> DowntimeEntered:
    """Sign that all paper of a clinic day has been entered.

    Raises:
        Refused: no sensible number of sheets.
        Conflict: the day is not declared, or somebody has signed it already.
    """
    if not 0 <= sheets <= MOST_SHEETS:
        raise Refused(say(N_("How many sheets were entered?")), code="sheets", field="sheets")
    waiting = downtime.waiting_day(session, act.site_id, clinic_day)
    if waiting is None:
        words = say(N_("No paper of %(day)s waits: it was signed as entered, or never declared."), day=clinic_day)
        raise Conflict(words, code="nothing_waits")
    signed = write(session, DowntimeEntered(downtime_day_id=waiting.id, sheets=sheets, signed_at=act.at, **act.stamp))
    audit.record(session, AuditKind.DOWNTIME_ENTERED, signed, act, day=clinic_day, turn=waiting.turn, sheets=sheets)
    return signed
