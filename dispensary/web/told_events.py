"""The ticks beside a text in free words: which events it tells of, so that the window hears of them and of nothing else."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from dispensary.rules.events import TOLD_IN_WORDS
from dispensary.web.forms import TicksField
from dispensary.wording import label
from models.enums import TaskReasonKind


def told_field(asks: Any = None) -> Any:
    """Return the field in which whoever writes ticks what the text tells of."""
    return TicksField(
        asks or _l("This tells of"),
        choices=[SelectChoice(value=kind.value, label=_l(label(kind))) for kind in TOLD_IN_WORDS],
        description=_l("What is ticked shows at the window before the next dose and goes to the prescriber today. The text"
                       " stays closed."),
    )  # fmt: skip


def told_in(field: Any) -> list[TaskReasonKind]:
    """Return what was ticked; nothing where the form has no such field."""
    return [TaskReasonKind(word) for word in (field.data if field else None) or ()]
