"""The shape of what is entered about consents and about what is told."""

from collections.abc import Iterable, Sequence

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, SubmitField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from dispensary.rules.consents import ALWAYS, ConsentFacts
from dispensary.services.consents import Allowed
from dispensary.services.disclosures import Telling
from dispensary.web import edge
from dispensary.web.agencies.pages import agency_choices, recipient_choices, sensible_day
from dispensary.web.forms import DayField, Form, ParagraphsField, Required, TextField, TicksField, choices, id_in
from dispensary.web.signing import StrokesField
from dispensary.web.told_events import told_field
from models.enums import ConsentScope, DisclosureBasis, DisclosureWay, SignedOn

TICKED = frozenset({ALWAYS})
"""Told with anything else, so nobody ticks it."""
NOT_PRINTED = frozenset({DisclosureWay.PRINT})
BY_TELEPHONE = frozenset({DisclosureBasis.TO_THE_PERSON})


class ConsentForm(Form):
    """What the person allows us to tell an agency."""

    agency_id = SelectField(_l("Which agency"), [Required(_l("Choose one."))], choices=[], default="")
    scopes = TicksField(
        _l("What may be told"),
        choices=choices(ConsentScope, but=TICKED),
        description=_l("That the person is in treatment is told with any of it. Counselling notes, and urine results to"
                       " a court, probation or custody, need a consent each of their own."),
    )  # fmt: skip
    purpose = TextField(
        _l("For what"), [Required()], longest=500, description=_l("In the person's own words if you can.")
    )
    signed_on = DayField(_l("Signed on"), [Required(), sensible_day])
    signed_how = RadioField(_l("Signed on what"), [Required(_l("Choose one."))], choices=choices(SignedOn))
    expires_on = DayField(_l("Last day on which it holds"), [Required(), sensible_day])
    drawn = StrokesField()
    submit = SubmitField(_l("Record the consent"))

    def offer(self) -> None:
        """Fill in what is chosen from."""
        self.agency_id.choices = agency_choices()

    @property
    def allowed(self) -> Allowed:
        """What was entered, as the service wants it."""
        return Allowed(
            agency_id=id_in(self.agency_id.data),
            scopes=scopes_in(self.scopes.data),
            purpose=self.purpose.data or "",
            signed_on=self.signed_on.data,
            signed_how=SignedOn(self.signed_how.data),
            expires_on=self.expires_on.data,
            drawn=self.drawn.data or "",
        )


def scopes_in(ticked: Iterable[str] | None) -> frozenset[ConsentScope]:
    """Return what was ticked."""
    return frozenset(ConsentScope(word) for word in ticked or ())


ALL, ONE = "all", "one"
"""How much is taken back: whatever the agency may be told, or one consent of several."""


class TakeBackForm(Form):
    """The person takes back what an agency may be told."""

    reach = RadioField(_l("What is taken back"), [Required(_l("Choose one."))], default=ALL)
    how = TextField(
        _l("How the person said so"),
        [Required()],
        longest=500,
        description=_l("Such as: in writing; here, in person. No reason is asked."),
        render_kw={"autofocus": True},
    )
    submit = SubmitField(_l("The consent is taken back"))

    def offer(self, taken: ConsentFacts, others: Sequence[ConsentFacts]) -> None:
        """Ask how much is taken back, where more than one consent stands for the agency."""
        if not others:
            del self.reach
            return
        self._stays = stays_in_words(taken.agency, others)
        alone = gettext("the consent of %(day)s alone. %(stays)s", day=taken.signed_on.isoformat(), stays=self._stays)
        self.reach.choices = [
            SelectChoice(value=ALL, label=gettext("all that %(agency)s may be told", agency=taken.agency)),
            SelectChoice(value=ONE, label=alone),
        ]

    @property
    def leaves_others(self) -> bool:
        """Whether other consents for the agency stay."""
        return "reach" in self and self.reach.data == ONE

    @property
    def said(self) -> str:
        """What is said once it is done: of what stays, if anything does."""
        if self.leaves_others:
            return f"{gettext('The consent is taken back.')} {self._stays}"
        return gettext("It is taken back: nothing may be told to this agency.")


def stays_in_words(agency: str, standing: Sequence[ConsentFacts]) -> str:
    """Return what an agency may still be told, and until when."""
    speak = edge.speaker()
    each = [
        f"{', '.join(speak(scope) for scope in sorted(one.scopes - TICKED))} ({speak(one.expires_on)})"
        for one in standing
    ]
    return gettext("%(agency)s may still be told until the day named: %(what)s.", agency=agency, what="; ".join(each))


BY_HAND = "hand"
"""What is chosen where a sheet goes into the person's own hand."""


def _not_listed() -> SelectChoice:
    return SelectChoice(value="", label=gettext("not in the directory"))


class ToWhom:
    """To whom a sheet goes: an agency on a consent, or the person's own hand."""

    agency_id = SelectField(_l("To whom"), [Required(_l("Choose one."))], choices=[], default="")
    recipient = TextField(_l("Who there"), description=_l("A name, if it goes to somebody."))

    def offer_recipients(self, person_id: int, agency_id: int | None = None) -> None:
        """Fill in what is chosen from, with the agency that it is about in its place."""
        chosen: SelectField = self.agency_id
        by_hand = SelectChoice(value=BY_HAND, label=gettext("to the person, by hand"))
        chosen.choices = recipient_choices(person_id, SelectChoice(value="", label="—"), by_hand)
        if chosen.raw_data is None and agency_id is not None:
            chosen.data = str(agency_id)

    def telling(self, scopes: frozenset[ConsentScope], told: str) -> Telling:
        """Return what is to be told on paper."""
        agency_id = id_in(self.agency_id.data) or None
        return Telling(
            basis=DisclosureBasis.CONSENT if agency_id else DisclosureBasis.TO_THE_PERSON,
            scopes=scopes,
            told=told,
            way=DisclosureWay.PRINT,
            agency_id=agency_id,
            recipient=self.recipient.data or ("" if agency_id else gettext("the person")),
        )


class SheetForm(ToWhom, Form):
    """A sheet about a person, as PDF."""

    submit = SubmitField(_l("Print as PDF"))


class HandForm(Form):
    """A sheet that goes into the person's own hand and nowhere else."""

    submit = SubmitField(_l("Print as PDF, to hand over in person"))

    def telling(self, scopes: frozenset[ConsentScope], told: str) -> Telling:
        """Return what is to be told on paper."""
        return Telling(
            DisclosureBasis.TO_THE_PERSON, scopes, told, DisclosureWay.PRINT, recipient=gettext("the person")
        )


class TellForm(Form):
    """Something is told, in whatever way."""

    agency_id = SelectField(
        _l("Agency"), choices=[], default="", description=_l("Needed where it is told on a consent.")
    )
    recipient = TextField(_l("Who is told"), description=_l("Name and place, if no agency is chosen."))
    basis = RadioField(_l("On what ground"), [Required(_l("Choose one."))], choices=choices(DisclosureBasis))
    purpose = TextField(
        _l("For what"),
        longest=500,
        description=_l("Without a consent: what the emergency is, which order of which court, which law."),
    )
    way = RadioField(_l("How"), [Required(_l("Choose one."))], choices=choices(DisclosureWay, but=NOT_PRINTED))
    call_back = TextField(
        _l("Called back at"),
        description=_l("On the telephone: the number you looked up and called, not the one given."),
    )
    scopes = TicksField(_l("What is told"), choices=choices(ConsentScope, but=TICKED))
    told = ParagraphsField(_l("What is said"), [Required()], longest=2000)
    submit = SubmitField(_l("Record that it is told"))

    def offer(self, person_id: int) -> None:
        """Fill in what is chosen from."""
        self.agency_id.choices = recipient_choices(person_id, _not_listed())

    @property
    def telling(self) -> Telling:
        """What was entered, as the service wants it."""
        return Telling(
            basis=DisclosureBasis(self.basis.data),
            scopes=scopes_in(self.scopes.data),
            told=one_line(self.told.data),
            way=DisclosureWay(self.way.data),
            agency_id=id_in(self.agency_id.data) or None,
            recipient=self.recipient.data or "",
            purpose=self.purpose.data or "",
            call_back=self.call_back.data or "",
        )


class LastDoseForm(Form):
    """A hospital, or whoever doses next, asks by telephone for the last dose."""

    recipient = TextField(
        _l("Who calls"), [Required()], description=_l("Name, ward, hospital."), render_kw={"autofocus": True}
    )
    call_back = TextField(
        _l("Called back at"),
        [Required()],
        description=_l("A number you looked up yourself. Say nothing before you have called back."),
    )
    basis = RadioField(
        _l("On what ground"), [Required(_l("Choose one."))], choices=choices(DisclosureBasis, but=BY_TELEPHONE)
    )
    agency_id = SelectField(_l("Agency"), choices=[], default="", description=_l("Only where it is told on a consent."))
    purpose = TextField(_l("For what"), longest=500, description=_l("In an emergency: what has happened."))
    told = ParagraphsField(_l("What is said"), [Required()], longest=2000, render_kw={"rows": 5})
    tells = told_field(_l("The call tells of"))
    submit = SubmitField(_l("Record that it was said"))

    def offer(self, person_id: int, told: str) -> None:
        """Fill in what is chosen from, and what there is to say."""
        self.agency_id.choices = recipient_choices(person_id, _not_listed())
        if not self.is_submitted():
            self.told.data = told

    @property
    def telling(self) -> Telling:
        """What was entered, as the service wants it."""
        return Telling(
            basis=DisclosureBasis(self.basis.data),
            scopes=frozenset({ConsentScope.LAST_DOSE, ConsentScope.MEDICINE_AND_DOSE}),
            told=one_line(self.told.data),
            way=DisclosureWay.TELEPHONE,
            agency_id=id_in(self.agency_id.data) or None,
            recipient=self.recipient.data or "",
            purpose=self.purpose.data or "",
            call_back=self.call_back.data or "",
        )


def one_line(text: str | None) -> str:
    """Return a text of some lines as the record keeps it."""
    return " ".join((text or "").split())


class StatementForm(Form):
    """The site's own statement of confidentiality."""

    text = ParagraphsField(
        _l("The statement"),
        [Required()],
        description=_l(
            "In plain words: who learns of what is said here, and the exceptions of this place, each by name."
        ),
        render_kw={"rows": 14},
    )
    notice = ParagraphsField(
        _l("The notice on every sheet that goes out on a consent"),
        [Required()],
        longest=600,
        render_kw={"rows": 3},
    )
    approved_on = DayField(_l("Approved on"), [Required(), sensible_day])
    submit = SubmitField(_l("Approve"))
