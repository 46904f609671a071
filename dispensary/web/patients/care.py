"""Episodes, stops and notices of one person."""

from typing import Any

from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from dispensary.errors import Refused
from dispensary.permissions import Permission
from dispensary.queries import people as records
from dispensary.queries import prescriber_desk
from dispensary.services import discharges, episodes, stops
from dispensary.services.discharges import Leave
from dispensary.services.episodes import TransferIn
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.patients.forms import AdmitForm, EndForm, NoticeForm, Press, ReasonForm, StopForm
from dispensary.web.patients.pages import address_of, bp, show_form, show_person
from dispensary.web.stop_facts import behind
from dispensary.wording import N_, say
from models.enums import Admission, EpisodeEndReason, EpisodeKind, Medication, NoticeKind, StopKind
from models.units import Mg

Answer = tuple[str, int] | BaseResponse


@bp.route("/<int:person_id>/admit", methods=["GET", "POST"])
@gate.requires(Permission.EPISODE_CHANGE)
def admit(person_id: int) -> Answer:
    """Begin an episode."""
    note_access(person_id, "admit")
    form = AdmitForm(admitted_on=edge.act().clinic_day)

    def change(work: Work) -> str:
        episodes.admit_patient(
            work.session,
            person_id=person_id,
            kind=EpisodeKind(form.kind.data),
            admission=Admission(form.admission.data),
            admitted_on=form.admitted_on.data,
            transfer=_transfer(form),
            act=work.act,
        )
        return address_of(person_id)

    return carried_out(form, change, said=_("Admitted.")) or show_form(person_id, form, _("Admission"))


def _transfer(form: AdmitForm) -> TransferIn | None:
    """Return the last dose elsewhere, None if nothing of it is filled in.

    Raises:
        Refused: it is filled in by half.
    """
    parts: tuple[Any, ...] = (
        form.clinic.data,
        form.confirmed_by.data,
        form.last_dose_on.data,
        form.last_dose_mg.data,
        form.last_dose_medication.data,
    )
    if not any(parts):
        return None
    for part, field in zip(parts, TransferIn.__dataclass_fields__, strict=True):
        if part is None or part == "":
            raise Refused(say(N_("Please fill this in.")), code="transfer_by_half", field=field)
    clinic, confirmed_by, last_dose_on, last_dose_mg, medication = parts
    return TransferIn(clinic, confirmed_by, last_dose_on, Mg(last_dose_mg), Medication(medication))


@bp.route("/<int:person_id>/end", methods=["GET", "POST"])
@gate.requires(Permission.EPISODE_CHANGE)
def end(person_id: int) -> Answer:
    """End the open episode."""
    note_access(person_id, "end")
    form = EndForm(ended_on=edge.act().clinic_day)

    def change(work: Work) -> str:
        leave = Leave(
            reason=EpisodeEndReason(form.reason.data),
            ended_on=form.ended_on.data,
            note=form.note.data or "",
            agreed=bool(form.agreed.data),
            calls=bool(form.calls.data),
        )
        discharges.discharge(work.session, person_id=person_id, leave=leave, act=work.act)
        return address_of(person_id)

    hint = _(
        "The orders of the episode end with it, on the same day. Against the person's wish nobody ends it alone: propose"
        " an ending under Turning points. Ask why the person leaves and what would have helped (What keeps them here, exit"
        " interview), and say that the way back is open."
    )
    return carried_out(form, change, said=_("The episode has ended.")) or show_form(
        person_id, form, _("End of the episode"), hint
    )


@bp.route("/ends/<int:end_id>/correct", methods=["GET", "POST"])
@gate.requires(Permission.EPISODE_CHANGE)
def correct_end(end_id: int) -> Answer:
    """Take back an end that was recorded by mistake."""
    person_id = records.person_of_end(db.session(), end_id)
    note_access(person_id, "correct_end")
    form = ReasonForm(_("Correct the end"))

    def change(work: Work) -> str:
        episodes.correct_episode_end(work.session, episode_end_id=end_id, reason=form.reason.data or "", act=work.act)
        return address_of(person_id)

    hint = _("The episode stands again. Its orders stay ended: a prescriber signs anew.")
    return carried_out(form, change, said=_("The episode stands again.")) or show_form(
        person_id, form, _("An end recorded by mistake"), hint
    )


@bp.route("/<int:person_id>/stop", methods=["GET", "POST"])
@gate.requires(Permission.STOP_SET)
def set_stop(person_id: int) -> Answer:
    """Stop dosing until a prescriber decides."""
    note_access(person_id, "stop")
    form = StopForm()

    def change(work: Work) -> str:
        stops.set_stop(
            work.session, person_id=person_id, kind=StopKind(form.kind.data), note=form.note.data or "", act=work.act
        )
        return address_of(person_id)

    hint = _("No dose is given until a prescriber releases the stop. It goes to the prescriber's desk at once.")
    return carried_out(form, change, said=_("The stop stands.")) or show_form(person_id, form, _("Stop"), hint)


@bp.route("/stops/<int:stop_id>/release", methods=["GET", "POST"])
@gate.requires(Permission.STOP_RELEASE)
def release_stop(stop_id: int) -> Answer:
    """Let dosing go on."""
    person_id = records.person_of_stop(db.session(), stop_id)
    note_access(person_id, "release")
    form = ReasonForm(_("Release the stop"))

    def change(work: Work) -> str:
        stops.release_stop(work.session, stop_id=stop_id, reason=form.reason.data or "", act=work.act)
        return address_of(person_id)

    return carried_out(form, change, said=_("The stop is released.")) or show_form(
        person_id, form, _("Release of a stop"), _behind(stop_id)
    )


def _behind(stop_id: int) -> str:
    """Return what is on record behind a stop, unless it was released meanwhile."""
    stop = prescriber_desk.stop(db.session(), stop_id)
    return " ".join(map(edge.speaker(), behind(db.session(), stop))) if stop else ""


@bp.route("/<int:person_id>/notice", methods=["GET", "POST"])
@gate.requires(Permission.NOTICE_SET)
def set_notice(person_id: int) -> Answer:
    """Leave something to be said at the window."""
    note_access(person_id, "notice")
    form = NoticeForm()

    def change(work: Work) -> str:
        stops.set_notice(
            work.session, person_id=person_id, kind=NoticeKind(form.kind.data), note=form.note.data or "", act=work.act
        )
        return address_of(person_id)

    hint = _("It shows at the window until it is ticked. It never stops or delays a dose.")
    return carried_out(form, change, said=_("The notice is left.")) or show_form(person_id, form, _("Notice"), hint)


@bp.post("/notices/<int:notice_id>/tick")
@gate.requires(Permission.NOTICE_SET)
def tick_notice(notice_id: int) -> Answer:
    """Tick a notice as passed on."""
    person_id = records.person_of_notice(db.session(), notice_id)
    form = Press()

    def change(work: Work) -> str:
        stops.tick_notice(work.session, notice_id=notice_id, act=work.act)
        return address_of(person_id)

    return carried_out(form, change, said=_("Passed on.")) or show_person(person_id, form)
