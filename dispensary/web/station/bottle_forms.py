"""The shape of what is confirmed when bottles are handed over."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, SubmitField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from dispensary.services.bottles import Handover
from dispensary.web.forms import Form, TextField, id_in


class HandoverForm(Form):
    """Who takes the bottles, as the page showed them."""

    shown = HiddenField()
    digits = TextField(
        _l("Last two digits of the number, as the person says them"),
        longest=20,
        render_kw={"autocomplete": "off", "inputmode": "numeric"},
    )
    collector_id = SelectField(_l("Taken by"), choices=[])
    identity_seen = TextField(_l("Document that the collector showed"), longest=100)
    submit = SubmitField(_l("Hand over"))

    def offer(self, collectors: Sequence[tuple[int, str]]) -> None:
        """Let the person, or one of those with authority today, be chosen."""
        named = [SelectChoice(value=str(one), label=name) for one, name in collectors]
        self.collector_id.choices = [SelectChoice(value="", label=_l("the person")), *named]

    def handover(self, person_id: int, one_off_id: int | None) -> Handover:
        """Return what was confirmed, as the service wants it."""
        return Handover(
            person_id,
            self.shown.data or "",
            digits=self.digits.data or "",
            one_off_id=one_off_id,
            collector_id=id_in(self.collector_id.data) or None,
            identity_seen=self.identity_seen.data or "",
        )
