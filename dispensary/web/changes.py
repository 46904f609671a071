"""The recurring shape of a page that writes: a valid form, one change, and the page that shows its result."""

from collections.abc import Callable

from flask import flash, redirect
from werkzeug.wrappers import Response

from dispensary.errors import Conflict, Refused
from dispensary.web.forms import Form
from dispensary.web.once import Work, once
from models.enums import Origin


def carried_out(
    form: Form,
    change: Callable[[Work], str],
    *,
    said: str = "",
    origin: Origin = Origin.DESK,
    witness: Callable[[], int | None] | None = None,
) -> Response | None:
    """Carry out one change if its form was sent and is well-formed.

    Args:
        form: with its token; a refusal is shown in it.
        change: does the work in its session and returns the address that shows the result.
        said: what the next page says of it, if that page does not show it anyway.
        origin: whether it is done at the window or at a desk.
        witness: proves the second person, where one is needed; before the change, so that a wrong try stays on record.

    Returns:
        The way to the result; None if the form is to be shown, with what stands in the way, if anything does.
    """
    if not form.validate_on_submit():
        return None
    try:
        witness_id = witness() if witness else None
        with once(form.token.data, origin) as work:
            work.witness_id = witness_id
            work.leads_to(change(work))
    except (Refused, Conflict) as refusal:
        form.refuse(refusal)
        return None
    if said:
        flash(said, "done")
    return redirect(work.result, 303)
