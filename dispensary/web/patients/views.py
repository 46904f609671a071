"""Finding and registering people, and what is known of them: identity, contact, photo, card."""

from typing import Any

from flask import Response, abort, make_response, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from dispensary.errors import Refused
from dispensary.permissions import Permission
from dispensary.queries import people as records
from dispensary.queries.people import Found, FoundPerson
from dispensary.services import people
from dispensary.services.photos import WindowPhoto, window_photo
from dispensary.web import gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.patients.forms import ContactForm, IdentityForm, PhotoForm, RegisterForm, SearchForm
from dispensary.web.patients.pages import address_of, bp, show_form, show_person
from models.enums import Sex

Answer = tuple[str, int] | BaseResponse


@bp.get("")
@gate.requires(Permission.PERSON_VIEW)
def search() -> Answer:
    """Show the search, and below it nothing until something is asked."""
    return _search(SearchForm(), None)


@bp.post("")
@gate.requires(Permission.PERSON_VIEW)
def results() -> Answer:
    """List whom a text may mean; a card that holds leads straight to its person."""
    form = SearchForm()
    if not form.validate_on_submit():
        return _search(form, None)
    text = form.text.data or ""
    holder = records.card_holder(db.session(), text)
    if holder is not None and holder.revoked_at is None:
        return redirect(address_of(holder.person_id), 303)
    return _search(form, records.find_people(db.session(), text))


def _search(form: SearchForm, found: Found | None) -> tuple[str, int]:
    return render_template("patients/search.html", form=form, found=found), form.status


@bp.route("/register", methods=["GET", "POST"])
@gate.requires(Permission.PERSON_REGISTER)
def register() -> Answer:
    """Register somebody; people alike are shown first."""
    form = RegisterForm()

    def change(work: Work) -> str:
        person = people.register_person(
            work.session,
            **_identity(form),
            phone=form.phone.data or "",
            address=form.address.data or "",
            number=form.number.data or "",
            distinct_from=form.distinct_from,
            act=work.act,
        )
        return address_of(person.id)

    return carried_out(form, change, said=_("Registered.")) or _register(form)


def _register(form: RegisterForm) -> tuple[str, int]:
    """Show the form, with the people alike whom the nurse must look at first."""
    alike: list[FoundPerson] = []
    if form.distinct.errors or form.seen.data:
        alike = records.alike(
            db.session(),
            form.family_name.data or "",
            form.given_name.data or "",
            form.birth_date.data,
            form.identity_number.data,
            form.phone.data or "",
        )
    form.seen.data, form.distinct.data = ",".join(str(other.id) for other in alike), False
    return render_template("patients/register.html", form=form, alike=alike), form.status


def _identity(form: RegisterForm | IdentityForm) -> dict[str, Any]:
    return {
        "family_name": form.family_name.data or "",
        "given_name": form.given_name.data or "",
        "birth_date": form.birth_date.data,
        "sex": Sex(form.sex.data),
        "identity_number": form.identity_number.data,
    }


@bp.get("/<int:person_id>")
@gate.requires(Permission.PERSON_VIEW)
def show(person_id: int) -> Answer:
    """Show what is known of one person; of a record that was linked into another one, that one."""
    root_id = records.surviving(db.session(), person_id)
    if root_id != person_id:
        return redirect(address_of(root_id), 303)
    note_access(person_id, "person")
    return show_person(person_id)


@bp.route("/<int:person_id>/identity", methods=["GET", "POST"])
@gate.requires(Permission.PERSON_REGISTER)
def identity(person_id: int) -> Answer:
    """Change who the record says somebody is."""
    note_access(person_id, "identity")
    form = IdentityForm(obj=records.identity(db.session(), person_id))

    def change(work: Work) -> str:
        people.change_identity(
            work.session, person_id=person_id, **_identity(form), reason=form.reason.data or "", act=work.act
        )
        return address_of(person_id)

    return carried_out(form, change, said=_("Changed.")) or show_form(person_id, form, _("Change of identity"))


@bp.route("/<int:person_id>/contact", methods=["GET", "POST"])
@gate.requires(Permission.PERSON_REGISTER)
def contact(person_id: int) -> Answer:
    """Change how somebody can be reached."""
    note_access(person_id, "contact")
    form = ContactForm(obj=records.identity(db.session(), person_id))

    def change(work: Work) -> str:
        people.change_contact(
            work.session,
            person_id=person_id,
            phone=form.phone.data or "",
            address=form.address.data or "",
            act=work.act,
        )
        return address_of(person_id)

    return carried_out(form, change, said=_("Changed.")) or show_form(person_id, form, _("Change of contact"))


@bp.get("/<int:person_id>/photo.jpg")
@gate.requires(Permission.PERSON_VIEW)
def photo(person_id: int) -> Response:
    """Return the photo for the page that shows it, which has noted who opened the record."""
    jpeg = records.photo(db.session(), person_id)
    if jpeg is None:
        abort(404)
    answer = make_response(jpeg)
    answer.mimetype = "image/jpeg"
    return answer


@bp.route("/<int:person_id>/photo", methods=["GET", "POST"])
@gate.requires(Permission.PERSON_REGISTER)
def take_photo(person_id: int) -> Answer:
    """Keep a photo for the window."""
    note_access(person_id, "photo")
    form = PhotoForm()
    made = _made_small(form) if request.method == "POST" else None

    def change(work: Work) -> str:
        if made is None:
            raise AssertionError("a refused photo never gets here")
        people.take_photo(work.session, person_id=person_id, photo=made, act=work.act)
        return address_of(person_id)

    done = carried_out(form, change, said=_("Photo kept.")) if made else None
    return done or show_form(person_id, form, _("Photo"))


def _made_small(form: PhotoForm) -> WindowPhoto | None:
    """Return the photo made safe, before any change begins; None if there is none, and the form says why."""
    if not form.validate():
        return None
    try:
        return window_photo(form.photo.data.read())
    except Refused as refusal:
        form.refuse(refusal)
        return None
