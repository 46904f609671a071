"""The shape of what is entered into the directory."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, SubmitField

from dispensary.services.agencies import AgencyEntry
from dispensary.web.forms import Form, Required, TextField, choices
from models.enums import AgencyKind

FIRST = {"autofocus": True, "autocomplete": "off"}


class AgencyForm(Form):
    """An agency as the directory knows it."""

    name = TextField(_l("Name"), [Required()], render_kw=FIRST)
    kind = SelectField(_l("What it does"), [Required()], choices=choices(AgencyKind))
    contact = TextField(
        _l("Who there knows us"), [Required()], description=_l("A name, so that nobody has to ask twice.")
    )
    phone = TextField(_l("Phone"), [Required()])
    address = TextField(_l("Address"))
    hours = TextField(_l("When it is open"))
    offers = TextField(_l("What it offers"), longest=500)
    submit = SubmitField(_l("Keep"))

    @property
    def entry(self) -> AgencyEntry:
        """What was typed, as the service wants it."""
        return AgencyEntry(
            name=self.name.data or "",
            kind=AgencyKind(self.kind.data),
            contact=self.contact.data or "",
            phone=self.phone.data or "",
            address=self.address.data or "",
            hours=self.hours.data or "",
            offers=self.offers.data or "",
        )


class ChangeAgencyForm(AgencyForm):
    """The same, of one that is in the directory."""

    retired = BooleanField(
        _l("In the directory no more"),
        description=_l("It is chosen no more; what was sent there stays on record."),
    )
