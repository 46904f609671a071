"""A person's sessions: the next date of each discipline, what was, and each one arranged, put off and recorded."""

from flask import render_template
from flask_babel import gettext as _
from flask_login import current_user

from dispensary.permissions import Permission
from dispensary.queries import caseload, groups, people
from dispensary.queries import sessions as records
from dispensary.queries.sessions import Arranged
from dispensary.rules.names import is_blank
from dispensary.services import case_notes, events, sessions
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.sessions.blueprint import Answer, address_of, bp, form_page, where_it_is_kept
from dispensary.web.sessions.forms import ArrangeForm, HeldForm, MoveForm, OutcomeForm, offer
from dispensary.web.station.told import time_now
from dispensary.web.told_events import told_in
from models.enums import Discipline, SessionKind


@bp.get("/people/<int:person_id>/sessions")
@gate.requires(Permission.CASEWORK_VIEW)
def of_person(person_id: int) -> str:
    """Show a person's next dates, sessions and groups."""
    note_access(person_id, "sessions")
    session, today = db.session(), edge.act().clinic_day
    return render_template(
        "sessions/of_person.html",
        person=people.identity(session, person_id),
        keeper=caseload.counsellor_of(session, person_id, today),
        dates=records.next_dates(session, person_id, today),
        disciplines=list(Discipline),
        sessions=records.of_person(session, person_id),
        memberships=groups.groups_of(session, person_id),
        came=groups.attended_by(session, person_id),
        today=today,
    )


@bp.route("/people/<int:person_id>/sessions/arrange", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def arrange(person_id: int) -> Answer:
    """Arrange a session with a person."""
    note_access(person_id, "arrange a session")
    form = ArrangeForm()
    _offer_colleagues(form)

    def change(work: Work) -> str:
        sessions.arrange(
            work.session,
            person_id=person_id,
            kind=SessionKind(form.kind.data),
            discipline=Discipline(form.discipline.data),
            with_id=form.with_id.data,
            starts_at=form.starts_at,
            minutes=form.minutes.data or 0,
            act=work.act,
        )
        return address_of(person_id)

    return carried_out(form, change, said=_("Arranged.")) or form_page(person_id, form, _("Arrange a session"))


@bp.route("/people/<int:person_id>/sessions/held", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def record_held(person_id: int) -> Answer:
    """Record a session that nobody had arranged."""
    note_access(person_id, "record a session")
    form = HeldForm()
    _offer_colleagues(form)
    _without_note_unless_allowed(form)
    if not form.is_submitted():
        form.day.data, form.time.data = edge.act().clinic_day, time_now()

    def change(work: Work) -> str:
        kept = sessions.record_held(
            work.session,
            person_id=person_id,
            kind=SessionKind(form.kind.data),
            discipline=Discipline(form.discipline.data),
            with_id=form.with_id.data,
            starts_at=form.starts_at,
            outcome=form.outcome,
            act=work.act,
        )
        _write_note(work, form, records.one(work.session, kept.care_session_id))
        return address_of(person_id)

    return carried_out(form, change, said=_("Recorded.")) or form_page(
        person_id, form, _("Record a session that was not arranged"), hint=where_it_is_kept() if form.note else ""
    )


@bp.route("/sessions/<int:care_session_id>/record", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def record(care_session_id: int) -> Answer:
    """Record what became of a session, with the note and the next date."""
    arranged = records.one(db.session(), care_session_id)
    note_access(arranged.person_id, "record a session")
    form = OutcomeForm()
    _without_note_unless_allowed(form)
    form.begin(arranged)

    def change(work: Work) -> str:
        sessions.record(work.session, session_id=care_session_id, outcome=form.outcome, act=work.act)
        _write_note(work, form, arranged)
        _arrange_next(work, form, arranged)
        return address_of(arranged.person_id)

    return carried_out(form, change, said=_("Recorded.")) or form_page(
        arranged.person_id, form, _("What became of the session"), hint=_said_of(arranged)
    )


@bp.route("/sessions/<int:care_session_id>/put-off", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def put_off(care_session_id: int) -> Answer:
    """Arrange another time for a session."""
    arranged = records.one(db.session(), care_session_id)
    note_access(arranged.person_id, "put off a session")
    form = MoveForm(with_id=arranged.with_id)
    _offer_colleagues(form)

    def change(work: Work) -> str:
        sessions.put_off(
            work.session,
            session_id=care_session_id,
            starts_at=form.starts_at,
            with_id=form.with_id.data,
            act=work.act,
        )
        return address_of(arranged.person_id)

    return carried_out(form, change, said=_("Put off.")) or form_page(
        arranged.person_id, form, _("Put off a session"), hint=_said_of(arranged)
    )


def _offer_colleagues(form: ArrangeForm | HeldForm | MoveForm) -> None:
    act = edge.act()
    offer(form.with_id, caseload.colleagues(db.session(), act.site_id, act.clinic_day), act.by_id)


def _without_note_unless_allowed(form: OutcomeForm | HeldForm) -> None:
    if not current_user.may(Permission.CASE_NOTE_WRITE):
        del form.note


def _write_note(work: Work, form: OutcomeForm | HeldForm, arranged: Arranged) -> None:
    """Write the note that came with a record, if one did, and let the window hear of what the session told of."""
    events.tell_all(work.session, person_id=arranged.person_id, kinds=told_in(form.tells), act=work.act)
    if not form.note or is_blank(form.note.data or ""):
        return
    case_notes.write_note(
        work.session,
        person_id=arranged.person_id,
        text=form.note.data or "",
        about_on=min(arranged.clinic_day, work.act.clinic_day),
        session_id=arranged.id,
        act=work.act,
    )


def _arrange_next(work: Work, form: OutcomeForm, arranged: Arranged) -> None:
    """Arrange the next date of the same kind, with the same colleague, if one was entered."""
    starts_at = form.next_at
    if starts_at is None:
        return
    sessions.arrange(
        work.session,
        person_id=arranged.person_id,
        kind=arranged.kind,
        discipline=arranged.discipline,
        with_id=arranged.with_id,
        starts_at=starts_at,
        minutes=arranged.planned_minutes,
        act=work.act,
    )


def _said_of(arranged: Arranged) -> str:
    """Return which session a form is about."""
    speak = edge.speaker()
    return _(
        "%(kind)s, %(at)s, %(minutes)s minutes planned, with %(who)s.",
        kind=speak(arranged.kind).capitalize(),
        at=speak.moment(arranged.starts_at),
        minutes=arranged.planned_minutes,
        who=arranged.with_name,
    )
