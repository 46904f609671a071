"""The shape of what is entered about supplies, overdoses and markers; what it means the services decide."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SubmitField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from dispensary.services.overdoses import LONGEST_NOTE, Told
from dispensary.web.forms import DayField, Form, Required, TextField, choices
from dispensary.web.take_homes.forms import WholeField
from dispensary.wording import label
from models.enums import MarkerKind, OverdoseHelp, SupplyKind

CHOOSE = _l("Choose one.")
QUIET = {"autocomplete": "off"}
YES = "yes"
SURVIVED = [SelectChoice(value=YES, label=_l("yes")), SelectChoice(value="no", label=_l("no, the person died"))]


def _pieces(kind: SupplyKind, **look: Any) -> WholeField:
    return WholeField(_l(label(kind)), render_kw={"inputmode": "numeric", "autocomplete": "off", **look})


class GiveForm(Form):
    """What is handed out: how many of each."""

    needles = _pieces(SupplyKind.NEEDLES, autofocus=True)
    syringes = _pieces(SupplyKind.SYRINGES)
    safe_box = _pieces(SupplyKind.SAFE_BOX)
    filters_and_cookers = _pieces(SupplyKind.FILTERS_AND_COOKERS)
    condoms = _pieces(SupplyKind.CONDOMS)
    naloxone = _pieces(SupplyKind.NALOXONE)
    test_strips = _pieces(SupplyKind.TEST_STRIPS)
    taught = BooleanField(_l("Showed how it is used"))
    given_on = DayField(_l("Day"), [Required()])
    submit = SubmitField(_l("Note it"))

    @property
    def items(self) -> dict[SupplyKind, int]:
        """How many pieces of each kind; what was left empty was not handed out."""
        typed = {kind: self[kind.value].data for kind in SupplyKind}
        return {kind: pieces for kind, pieces in typed.items() if pieces is not None}


class OverdoseForm(Form):
    """What somebody tells of an overdose."""

    happened_on = DayField(_l("Day"), [Required()])
    place = TextField(_l("Where"), [Required()], render_kw=QUIET | {"autofocus": True})
    helped_by = RadioField(_l("Who helped"), [Required(CHOOSE)], choices=choices(OverdoseHelp))
    naloxone_given = BooleanField(_l("Naloxone was given"))
    hospital = BooleanField(_l("Taken to hospital"))
    survived = RadioField(_l("Did the person survive?"), [Required(CHOOSE)], choices=SURVIVED)
    told_by = TextField(_l("Who tells of it"), [Required()], description=_l("The person, a friend, the ambulance."))
    note = TextField(
        _l("Note"),
        longest=LONGEST_NOTE,
        description=_l("Read by those who read case notes. The window sees that there was an overdose, and no word of"
                       " this."),
    )  # fmt: skip
    submit = SubmitField(_l("Tell window and prescriber"))

    @property
    def told(self) -> Told:
        """What was entered, as the service wants it."""
        return Told(
            happened_on=self.happened_on.data,
            place=self.place.data or "",
            helped_by=OverdoseHelp(self.helped_by.data),
            naloxone_given=bool(self.naloxone_given.data),
            hospital=bool(self.hospital.data),
            survived=self.survived.data == YES,
            told_by=self.told_by.data or "",
            note=self.note.data or "",
        )


class ContactOverdoseForm(OverdoseForm):
    """What somebody tells of an overdose of a contact; the same whether or not anybody knows who the contact is."""

    submit = SubmitField(_l("Note it"))


class FollowUpForm(Form):
    """What was done after an overdose."""

    done_on = DayField(_l("Day"), [Required()])
    what = TextField(
        _l("What was done"),
        [Required()],
        longest=LONGEST_NOTE,
        description=_l("Such as: spoke at home, what had happened, what helps next time. Read by those who read case"
                       " notes."),
        render_kw=QUIET | {"autofocus": True},
    )  # fmt: skip
    naloxone = WholeField(
        _l("Kits of naloxone given again"),
        description=_l("Empty or 0 for none. They are counted with the supplies, and the person holds naloxone again."),
    )
    submit = SubmitField(_l("Note it"))


class TakeBackForm(Form):
    """Why an overdose was recorded by mistake."""

    reason = TextField(
        _l("What was wrong"),
        [Required()],
        description=_l("Such as: another person’s; told twice."),
        longest=200,
        render_kw=QUIET | {"autofocus": True},
    )
    submit = SubmitField(_l("Take it back"))


class MarkerForm(Form):
    """A group that somebody belongs to."""

    kind = RadioField(_l("Which group"), [Required(CHOOSE)], choices=choices(MarkerKind))
    from_on = DayField(_l("Since"), [Required()])
    submit = SubmitField(_l("Mark"))


class EndMarkerForm(Form):
    """It holds no more."""

    ended_on = DayField(_l("Last day"), [Required()])
    submit = SubmitField(_l("It holds no more"))
