"""The shape of what is entered about people."""

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, RadioField, SelectField, SubmitField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from dispensary.web.disclosures.forms import ToWhom
from dispensary.web.forms import DayField, ExactField, Form, Required, TextField, choices, positive
from dispensary.web.witness import WitnessFields
from models.enums import Admission, EpisodeEndReason, EpisodeKind, Medication, NoticeKind, Sex, StopKind

BY_LETTER: frozenset[StrEnum] = frozenset({EpisodeKind.GUEST})
"""Kinds of episode that begin on a page of their own."""
NOT_ALONE: frozenset[StrEnum] = frozenset({EpisodeEndReason.LINKED, EpisodeEndReason.ENDED_BY_CLINIC})
"""Ends that only come with another change."""
NONE_YET = SelectChoice(value="", label="—")
FIRST = {"autofocus": True}


class Press(Form):
    """A single button, without any field."""


class SearchForm(Form):
    """Part of a name, a number, or a card."""

    text = TextField(
        _l("Name, number or card"),
        [Required()],
        description=_l("Part of a name in any script, marks or not; or the beginning of the number; or scan the card."),
        render_kw={"autofocus": True, "autocomplete": "off", "spellcheck": "false"},
    )
    submit = SubmitField(_l("Search"))


class NameFields:
    """Who somebody is."""

    family_name = TextField(_l("Family name"), [Required()], render_kw={**FIRST, "autocomplete": "off"})
    given_name = TextField(_l("Given name"), render_kw={"autocomplete": "off"})
    birth_date = DayField(_l("Birth date"), description=_l("May stay empty if nobody knows it."))
    sex = SelectField(_l("Sex"), choices=choices(Sex), default=Sex.UNKNOWN.value)
    identity_number = TextField(
        _l("Number of an identity paper"), description=_l("If there is one."), render_kw={"autocomplete": "off"}
    )


class ContactFields:
    """How somebody can be reached."""

    phone = TextField(_l("Phone"), render_kw={"autocomplete": "off", "inputmode": "tel"})
    address = TextField(_l("Address"), render_kw={"autocomplete": "off"})


class RegisterForm(NameFields, ContactFields, Form):
    """A new person."""

    number = TextField(
        _l("Clinic's number"),
        description=_l("Leave empty for the next free one."),
        longest=20,
        render_kw={"autocomplete": "off"},
    )
    seen = HiddenField()
    distinct = BooleanField(_l("I have looked at these: this is somebody else"))
    submit = SubmitField(_l("Register"))

    @property
    def distinct_from(self) -> frozenset[int]:
        """The people that were shown as alike, once the nurse has said that this is somebody else."""
        shown = (self.seen.data or "") if self.distinct.data else ""
        return frozenset(int(part) for part in shown.split(",") if part.isascii() and part.isdigit())


class IdentityForm(NameFields, Form):
    """A correction or change of who somebody is."""

    reason = TextField(_l("Why it changes"), [Required()], description=_l("Kept with the old name."))
    submit = SubmitField(_l("Change"))


class ContactForm(ContactFields, Form):
    """A change of phone or address."""

    submit = SubmitField(_l("Change"))


class PhotoForm(Form):
    """A photo from a file or a camera."""

    photo = FileField(
        _l("Photo"),
        [FileRequired(_l("Choose a file."))],
        description=_l("JPEG or PNG, 6 MB at most. Only the small picture is kept, nothing of where it was taken."),
        render_kw={"accept": "image/jpeg,image/png", **FIRST},
    )
    submit = SubmitField(_l("Keep this photo"))


class AdmitForm(Form):
    """The beginning of an episode."""

    admission = RadioField(_l("How does it begin?"), [Required(_l("Choose one."))], choices=choices(Admission))
    kind = SelectField(_l("For"), choices=choices(EpisodeKind, but=BY_LETTER), default=EpisodeKind.MAINTENANCE.value)
    admitted_on = DayField(_l("Admitted on"), [Required()])
    clinic = TextField(_l("Transferred in: from which clinic"))
    confirmed_by = TextField(_l("Transferred in: who there confirmed the last dose"))
    last_dose_on = DayField(_l("Transferred in: day of the last dose"))
    last_dose_mg = ExactField(_l("Transferred in: last dose in mg"), render_kw={"inputmode": "decimal"})
    last_dose_medication = SelectField(
        _l("Transferred in: medicine of the last dose"), choices=[NONE_YET, *choices(Medication)], default=""
    )
    submit = SubmitField(_l("Admit"))


class EndForm(Form):
    """The end of an episode."""

    reason = RadioField(
        _l("How did it end?"), [Required(_l("Choose one."))], choices=choices(EpisodeEndReason, but=NOT_ALONE)
    )
    ended_on = DayField(_l("Last day"), [Required()], description=_l("The last day on which its orders hold."))
    note = TextField(_l("In your own words"), [Required()])
    agreed = BooleanField(_l("The person wishes this, or agrees"))
    calls = BooleanField(_l("The person agrees to be called afterwards"))
    submit = SubmitField(_l("End the episode"))


class ReasonForm(Form):
    """Why something is taken back or let go."""

    reason = TextField(_l("Why"), [Required()], longest=500, render_kw=FIRST)
    submit = SubmitField()

    def __init__(self, button: str, **kwargs: Any) -> None:
        """Name the button."""
        super().__init__(**kwargs)
        self.submit.label.text = button


class StopForm(Form):
    """Why dosing stands still."""

    kind = RadioField(_l("Why must dosing stand still?"), [Required(_l("Choose one."))], choices=choices(StopKind))
    note = TextField(_l("Note (may stay empty)"), longest=500)
    submit = SubmitField(_l("Set the stop"))


class NoticeForm(Form):
    """What the person should hear."""

    kind = RadioField(_l("What about?"), [Required(_l("Choose one."))], choices=choices(NoticeKind))
    note = TextField(_l("In your own words"), description=_l("Needed for “other”."), longest=500)
    submit = SubmitField(_l("Leave the notice"))


class GuestForm(Form):
    """What the home clinic's letter says of a guest."""

    clinic = TextField(_l("Home clinic"), [Required()], render_kw=FIRST)
    home_contact = TextField(
        _l("How it is reached"), [Required()], description=_l("Telephone or address: our doses go back there.")
    )
    letter = TextField(_l("Its letter"), [Required()], description=_l("Number or date of the letter."))
    last_dose_on = DayField(_l("Day of the last dose there"), [Required()])
    last_dose_mg = ExactField(_l("Last dose there in mg"), [Required(), positive], render_kw={"inputmode": "decimal"})
    last_dose_medication = SelectField(_l("Medicine of the last dose"), choices=choices(Medication))
    confirmed_by = TextField(_l("Who there confirmed the last dose"), [Required()])
    until_on = DayField(
        _l("Guest until"), [Required()], description=_l("The last day on which a dose may be given here.")
    )
    submit = SubmitField(_l("Admit as a guest"))


class LetterForm(ToWhom, Form):
    """To whom a letter goes, and what of it is asked."""

    confirmed_by = TextField(
        _l("Last dose confirmed by telephone to"),
        description=_l("Name and number. Empty leaves a line to fill in by hand."),
    )
    with_days = BooleanField(_l("The doses of the last fourteen days too"))
    submit = SubmitField(_l("Print the letter as PDF"))


class OtherRecordForm(Form):
    """The other record of the same person."""

    text = TextField(
        _l("The other record: card, number or name"), [Required()], render_kw={**FIRST, "autocomplete": "off"}
    )
    submit = SubmitField(_l("Compare"))


class LinkForm(WitnessFields, Form):
    """Two people sign that two records are of one person."""

    shown = HiddenField()
    reason = TextField(
        _l("How do you know that this is one person?"), [Required()], longest=500, render_kw={"autocomplete": "off"}
    )
    submit = SubmitField(_l("Link the two records"))


class UnlinkForm(WitnessFields, Form):
    """Two people sign that a link was a mistake."""

    reason = TextField(_l("How do you know that these are two people?"), [Required()], longest=500, render_kw=FIRST)
    submit = SubmitField(_l("Take the link back"))
