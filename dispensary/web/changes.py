"""The recurring shape of a page that writes: a valid form, one change, and the page that shows its result."""

from collections.abc import Callable

from flask import flash, redirect
from werkzeug.wrappers import Response

from dispensary.errors import Conflict, Refused
from dispensary.web.forms import Form
from dispensary.web.once import Work, once


def carried_out(form: Form, change: Callable[[Work], str], *, said: str) -> Response | None:
    """Carry out one change if its form was sent and is well-formed.

    Args:
        change: does the work in its session and returns the address that shows the result.
        said: what the next page says of it.

    Returns:
        The way to the result; None if the form is to be shown, with what stands in the way, if anything does.
    """
    if not form.validate_on_submit():
        return None
    try:
        with once(form.token.data or "") as work:
            work.leads_to(change(work))
    except (Refused, Conflict) as refusal:
        form.refuse(refusal)
        return None
    flash(said, "done")
    return redirect(work.result, 303)
