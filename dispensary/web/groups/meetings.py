"""A meeting of a group: the sheet to take along, and who came, about what and for how long."""

from datetime import date

from flask import Response, render_template, url_for
from flask_babel import gettext as _

from dispensary.errors import NotFound
from dispensary.permissions import Permission
from dispensary.queries import groups as records
from dispensary.queries.caseload import Colleague
from dispensary.queries.groups import GroupLine
from dispensary.services import group_meetings
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.groups.blueprint import Answer, bp, group_here, leaders
from dispensary.web.groups.forms import CorrectForm, CorrectMeetingForm, MeetingForm
from dispensary.web.once import Work
from dispensary.web.reporting import asked, paper
from dispensary.web.reporting.forms import PrintForm
from dispensary.web.sessions.blueprint import form_page
from dispensary.web.sessions.day import day_in
from dispensary.web.sessions.forms import offer
from dispensary.wording import N_, say
from models.enums import Attendance, PrintedSheet
from reports import group_sheet


@bp.route("/<int:care_group_id>/meetings/<clinic_day>", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def meeting(care_group_id: int, clinic_day: str) -> Answer:
    """Record a meeting, or show what is on record of it."""
    group, day, act = group_here(care_group_id), day_in(clinic_day), edge.act()
    form = MeetingForm.asking(
        records.members(db.session(), group.id, day), records.relatives(db.session(), act.site_id)
    )
    form.begin(group)
    offer(form.led_by_id, leaders(), act.by_id)

    def change(work: Work) -> str:
        group_meetings.record_meeting(work.session, group_id=group.id, day=day, meeting=form.meeting, act=work.act)
        return address_of_meeting(group.id, day)

    met = records.meeting(db.session(), group.id, day)
    page = {"group": group, "day": day, "met": met, "form": form, "today": act.clinic_day, "paper": _paper()}
    page["turns"] = records.turns(db.session(), met.id) if met else ()
    page["asked"] = records.asked(db.session(), met) if met else ()
    return carried_out(form, change, said=_("The meeting is on record.")) or (
        render_template("groups/meeting.html", **page),
        form.status,
    )


@bp.route("/<int:care_group_id>/meetings/<clinic_day>/correct", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def correct_meeting(care_group_id: int, clinic_day: str) -> Answer:
    """Record a meeting anew that was recorded wrongly."""
    group, day = group_here(care_group_id), day_in(clinic_day)
    met = _on_record(group.id, day)
    form = _correction(group, met)

    def change(work: Work) -> str:
        group_meetings.correct_meeting(
            work.session,
            group_id=group.id,
            day=day,
            meeting=form.meeting,
            reason=form.reason.data or "",
            act=work.act,
        )
        return address_of_meeting(group.id, day)

    page = {"group": group, "day": day, "met": met, "form": form}
    return carried_out(form, change, said=_("Recorded anew.")) or (
        render_template("groups/correct_meeting.html", **page),
        form.status,
    )


def _on_record(group_id: int, day: date) -> records.Meeting:
    met = records.meeting(db.session(), group_id, day)
    if met is None:
        raise NotFound(say(N_("No meeting of this day is on record. Record it first.")), code="no_such_meeting")
    return met


def _correction(group: GroupLine, met: records.Meeting) -> CorrectMeetingForm:
    """Return the form with what is on record; who came it asks only where the meeting counted as called off."""
    session, act = db.session(), edge.act()
    members = () if met.held else records.members(session, group.id, met.day)
    form = CorrectMeetingForm.asking(members, records.relatives(session, act.site_id))
    form.begin_anew(group, met)
    known = leaders()
    gone = () if met.led_by_id in {one.id for one in known} else (Colleague(met.led_by_id, met.led_by),)
    offer(form.led_by_id, (*known, *gone), act.by_id)
    return form


@bp.route("/<int:care_group_id>/meetings/<clinic_day>/people/<int:person_id>", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def correct(care_group_id: int, clinic_day: str, person_id: int) -> Answer:
    """Record anew whether somebody came."""
    group, day = group_here(care_group_id), day_in(clinic_day)
    note_access(person_id, "group attendance")
    form = CorrectForm()

    def change(work: Work) -> str:
        group_meetings.correct_attendance(
            work.session,
            group_id=group.id,
            day=day,
            person_id=person_id,
            attendance=Attendance(form.attendance.data),
            act=work.act,
        )
        return address_of_meeting(group.id, day)

    hint, back = f"{group.name}, {day.isoformat()}", address_of_meeting(group.id, day)
    return carried_out(form, change, said=_("Recorded anew.")) or form_page(
        person_id, form, _("Whether somebody came"), hint=hint, back=back
    )


@bp.post("/<int:care_group_id>/meetings/<clinic_day>/sheet.pdf")
@gate.requires(Permission.CASEWORK_VIEW, Permission.REPORT_PRINT)
def sheet(care_group_id: int, clinic_day: str) -> Response:
    """Note who prints, and answer the attendance sheet of a meeting: to be signed, or as it is on record."""
    group, day = group_here(care_group_id), day_in(clinic_day)
    form = paper.understood(PrintForm())
    paper.note(PrintedSheet.GROUP_SHEET, day)
    figures = group_sheet.figures(db.session(), group, day, about=asked.heading(day, day, form.paper.data))
    content = group_sheet.render(figures, speak=edge.speaker())
    return asked.file(content, asked.PDF, f"group-{group.id}-{day.isoformat()}.pdf")


def address_of_meeting(group_id: int, day: date) -> str:
    """Return the address of a meeting's page."""
    return url_for("groups.meeting", care_group_id=group_id, clinic_day=day.isoformat())


def _paper() -> PrintForm:
    today = edge.act().clinic_day
    return PrintForm(formdata=None, paper=asked.heading(today, today).paper)
