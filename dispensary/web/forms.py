"""What every form of ours has: a token, the person who opened it, and a place for a refusal.

Forms hold the shape of input only; what it means is decided by the services.
"""

import re
import secrets
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FileField,
    FormField,
    HiddenField,
    PasswordField,
    SelectMultipleField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.csrf.core import CSRFTokenField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import Length, StopValidation, ValidationError
from wtforms.widgets import CheckboxInput, HiddenInput

from dispensary.errors import Conflict, DomainError, Refused
from dispensary.rules.names import composed, has_control_characters, is_blank, printable
from dispensary.web import edge
from dispensary.wording import label
from models.units import exact

LONGEST_TEXT = 2000
THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]+)?")
"""`1,000` may mean one or a thousand."""


class Form(FlaskForm):
    """A form that writes. `refuse` puts a rule's answer where the person is looking."""

    keeps_focus = False
    """Whether its first field has the focus even where all is filled in, since Enter could do no harm there."""

    token = HiddenField()
    signed_in_as = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Give a fresh page its token and the id of whoever opens it."""
        super().__init__(*args, **kwargs)
        self.reasons: list[tuple[str, str]] = []
        self.status = 200
        if not self.token.data:
            self.token.data = secrets.token_urlsafe(18)
        if current_user.is_authenticated:
            self.signed_in_as.data = str(edge.sitting().staff_id)

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Check the shape of the input; a page with errors answers 422."""
        _send_back_printable(self)
        good = bool(super().validate(*args, **kwargs))
        for field in self:
            if field.type == "HiddenField" and not _is_whole(field):
                good = False
        self.status = 200 if good else 422
        self._lead_to_refusal()
        return good

    def refuse(self, refusal: DomainError) -> None:
        """Show a refusal at its field, or above the form; nothing that was typed is lost."""
        speak = edge.speaker()
        self.status = 409 if isinstance(refusal, Conflict) else 422
        if refusal.field and refusal.field in self._fields:
            self._fields[refusal.field].errors = [speak(refusal.words)]
            self._lead_to_refusal()
            return
        reasons = refusal.reasons if isinstance(refusal, Refused) else ()
        self.reasons = [(speak(r.message), speak(r.next_step)) for r in reasons]
        if not reasons:
            self.form_errors.append(speak(refusal.words))

    def _lead_to_refusal(self) -> None:
        """Give the focus to the first field that was refused, and take it from where a fresh page has it."""
        refused = next((field for field in _seen_fields(self) if field.errors), None)
        if refused is None or self.keeps_focus:
            return
        for field in _seen_fields(self):
            field.render_kw = {key: said for key, said in (field.render_kw or {}).items() if key != "autofocus"}
        refused.render_kw["autofocus"] = True

    def names(self) -> set[str]:
        """Return the names of the fields that somebody types into or chooses from."""
        return {field.name for field in _open_fields(self)}

    def put_back(self, kept: MultiDict[str, str]) -> set[str]:
        """Fill in what was keyed before the terminal locked; return the names that have no place here."""
        fields = list(_open_fields(self))
        for field in fields:
            if field.name in kept or isinstance(field, BooleanField):
                field.process(kept)
        return set(kept) - {field.name for field in fields}


NOT_KEYED = (CSRFTokenField, FileField, HiddenField, PasswordField, SubmitField)


def _open_fields(fields: Iterable[Any]) -> Iterator[Any]:
    """Yield every field, in whatever row, that shows what somebody typed or chose."""
    for field in fields:
        if isinstance(field, FormField):
            yield from _open_fields(field.form)
        elif isinstance(field, FieldList):
            yield from _open_fields(field)
        elif not isinstance(field, NOT_KEYED) and not isinstance(field.widget, HiddenInput):
            yield field


def _seen_fields(fields: Iterable[Any]) -> Iterator[Any]:
    """Yield every field, in whatever row, that somebody sees."""
    for field in fields:
        if isinstance(field, FormField):
            yield from _seen_fields(field.form)
        elif isinstance(field, FieldList):
            yield from _seen_fields(field)
        elif not isinstance(field.widget, HiddenInput) and not isinstance(field, SubmitField):
            yield field


def _send_back_printable(fields: Iterable[Any]) -> None:
    """Take out of what was typed, as a refused page shows it again, what no page can hold."""
    for field in fields:
        if isinstance(field, FormField):
            _send_back_printable(field.form)
        elif isinstance(field, FieldList):
            _send_back_printable(field)
        elif field.raw_data:
            field.raw_data = [printable(raw) if isinstance(raw, str) else raw for raw in field.raw_data]


def _is_whole(field: Any) -> bool:
    """Return whether a hidden field holds what a page of ours may hold; if not, say so and forget it."""
    if not field.data or (len(field.data) <= LONGEST_TEXT and not has_control_characters(field.data)):
        return True
    field.data, field.errors = "", [gettext("This page is not whole. Open it again.")]
    return False


class Required:
    """Something must be entered; a blank is nothing."""

    field_flags = {"required": True}  # noqa: RUF012 - WTForms' own protocol

    def __init__(self, message: str | None = None) -> None:
        """Keep what to say, if not the usual sentence."""
        self.message = message

    def __call__(self, form: FlaskForm, field: Any) -> None:
        """Stop at an empty field; one that could not be read has said so already."""
        if field.process_errors:
            raise StopValidation
        if field.data is None or (isinstance(field.data, str) and _is_blank(field.data)):
            field.errors = []
            raise StopValidation(self.message or gettext("Please fill this in."))


def _in_a_line(text: str) -> str:
    return text.replace("\r\n", " ").replace("\n", " ")


def _is_blank(text: str) -> bool:
    """Return whether nothing can be read in a text; of what cannot even be printed it is said that it cannot."""
    return is_blank(text) and not has_control_characters(_in_a_line(text))


def sane_text(form: FlaskForm, field: Any) -> None:
    """Refuse control characters, which no form of ours has a use for, and do not send them back either."""
    if field.data and has_control_characters(_in_a_line(field.data)):
        field.data = printable(field.data)
        raise ValidationError(gettext("This holds characters that cannot be printed. Type it again."))


class TextField(StringField):
    """A line of text: composed letters, single blanks, no control characters, a sensible length."""

    def __init__(self, label: Any = None, validators: Any = (), longest: int = 200, **kwargs: Any) -> None:
        """Add the checks that every text needs."""
        too_long = Length(max=longest, message=lazy_gettext("This is too long: %(max)d characters at most."))
        super().__init__(label, [*validators, sane_text, too_long], **kwargs)

    def process_formdata(self, valuelist: Any) -> None:
        """Keep the text composed and trimmed."""
        if valuelist:
            raw = valuelist[0][: LONGEST_TEXT * 4]
            self.data = raw if has_control_characters(raw) else composed(raw)


class ParagraphsField(TextAreaField):
    """A text of some paragraphs, whose lines stay as they are."""

    def __init__(self, label: Any = None, validators: Any = (), longest: int = 6000, **kwargs: Any) -> None:
        """Add the checks that every text needs."""
        too_long = Length(max=longest, message=lazy_gettext("This is too long: %(max)d characters at most."))
        super().__init__(label, [*validators, sane_text, too_long], **kwargs)

    def process_formdata(self, valuelist: Any) -> None:
        """Keep what was typed; what nobody can read is nothing."""
        super().process_formdata(valuelist)
        if self.data and _is_blank(self.data):
            self.data = ""


class TicksField(SelectMultipleField):
    """Some words of a vocabulary, each ticked or not."""

    option_widget = CheckboxInput()

    def pre_validate(self, form: Any) -> None:
        """Refuse a word that is not on the list."""
        known = {str(value) for value, *_ in self.iter_choices()}
        if any(str(value) not in known for value in self.data or ()):
            raise StopValidation(gettext("Choose from the list."))


class ExactField(StringField):
    """A quantity typed by hand: exact to a thousandth, a point or a comma before the decimals, never a unit in it."""

    def process_formdata(self, valuelist: Any) -> None:
        """Turn what was typed into an exact decimal."""
        self.data: Decimal | None = None  # type: ignore[assignment]
        self.typed = printable(valuelist[0]) if valuelist else ""
        text = valuelist[0].strip() if valuelist else ""
        if not text:
            return
        if THOUSANDS.fullmatch(text):
            raise ValueError(gettext("One or a thousand? Type it without a comma."))
        if not text.replace(",", ".", 1).replace(".", "", 1).isascii() or not all(
            c.isdigit() or c in ".," for c in text
        ):
            raise ValueError(gettext("Digits only, with a point before decimals. The unit is already there."))
        if len(text) > 12:  # noqa: PLR2004 - no quantity of ours has more digits
            raise ValueError(gettext("This number is too long."))
        try:
            self.data = exact(text.replace(",", "."))
        except ValueError:
            raise ValueError(gettext("At most three decimals.")) from None

    def _value(self) -> str:
        typed = getattr(self, "typed", None)
        return typed if typed is not None else "" if self.data is None else str(self.data)


class DayField(DateField):
    """A day, picked or typed as year-month-day."""

    def process_formdata(self, valuelist: Any) -> None:
        """Turn what was typed into a day; nothing typed is no day."""
        self.data: Any = None
        text = valuelist[0].strip() if valuelist else ""
        if not text:
            return
        try:
            self.data = date.fromisoformat(text)
        except ValueError:
            raise ValueError(gettext("Type the day as year-month-day, such as 2026-03-02.")) from None


def choices(kind: type[StrEnum], but: frozenset[StrEnum] = frozenset()) -> list[SelectChoice]:
    """Return the words of a vocabulary but some, to choose from, labelled in the language of the request."""
    return [SelectChoice(value=word.value, label=lazy_gettext(label(word))) for word in kind if word not in but]


def positive(form: FlaskForm, field: Any) -> None:
    """Refuse zero and less."""
    if field.data is not None and field.data <= 0:
        raise ValidationError(gettext("This must be more than zero."))


LONGEST_ID = 9
"""Digits of an id that either database can look for."""


def id_in(text: str | None) -> int:
    """Return the id that a hidden field holds; 0, which is nobody's, where it holds none."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= LONGEST_ID else 0
