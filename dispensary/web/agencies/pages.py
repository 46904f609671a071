"""What the pages about agencies, referrals and disclosures share: one form, an agency to choose, days and moments."""

from datetime import date
from typing import Any

from flask import render_template
from flask_babel import gettext
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import ValidationError

from dispensary.queries import agencies, consents, people
from dispensary.web import edge
from dispensary.web.database import db
from dispensary.web.forms import Form

EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)


def sensible_day(form: Form, field: Any) -> None:
    """Refuse a day that no record of ours can be about."""
    if field.data is not None and not EARLIEST <= field.data <= LATEST:
        raise ValidationError(gettext("Type the day as year-month-day, such as 2026-03-02."))


def show_form(form: Form, title: str, *, back: str, person_id: int | None = None, hint: str = "") -> tuple[str, int]:
    """Return a page with one form, about a person or about none."""
    person = people.identity(db.session(), person_id) if person_id is not None else None
    html = render_template("agencies/form.html", form=form, title=title, back=back, person=person, hint=hint)
    return html, form.status


def agency_choices(first: str = "") -> list[SelectChoice]:
    """Return the agencies of the directory to choose from.

    Args:
        first: what stands first, for no agency.
    """
    speak = edge.speaker()
    listed = agencies.directory(db.session(), edge.sitting().site_id)
    named = [SelectChoice(value=str(one.id), label=f"{one.name} ({speak(one.kind)})") for one in listed]
    return [SelectChoice(value="", label=first or "—"), *named]


def recipient_choices(person_id: int, *first: SelectChoice) -> list[SelectChoice]:
    """Return the agencies to choose from, each with the word whether a consent of this person stands.

    Args:
        first: what stands before the agencies.
    """
    today = edge.act().clinic_day
    standing = {c.agency_id: c for c in consents.facts_of(db.session(), person_id) if c.holds_on(today)}
    made = list(first)
    for one in agencies.directory(db.session(), edge.sitting().site_id):
        consent = standing.get(one.id)
        said = gettext("no consent on record")
        if consent is not None:
            said = gettext("consent until %(day)s", day=consent.expires_on.isoformat())
        made.append(SelectChoice(value=str(one.id), label=f"{one.name} ({said})"))
    return made
