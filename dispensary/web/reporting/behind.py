"""The page behind a figure: the rows that its number, or its denominator, is worked out from."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import abort, render_template, request, url_for

from dispensary.queries.indicators import named
from dispensary.web.database import db
from dispensary.web.reporting import asked
from reports.figures import WORDS, Figure, number_of

ROWS_A_PAGE = 500


def page(figure: Figure | None, first: date, last: date, *, period: Mapping[str, str], back: str, back_to: str) -> str:
    """Return the page of a figure's rows; of its denominator where the address asks for that.

    Args:
        figure: None where the period has none of that name.
        first: the first clinic day that the figure is of.
        last: the last one.
        period: how the address of this page says the same days.
        back: the address of the page that showed the figure.
        back_to: what that page is called.
    """
    if figure is None:
        abort(404)
    of = request.args.get("of") == "1"
    rows = figure.of_behind if of else figure.behind
    if rows is None:
        abort(404)
    address: dict[str, Any] = {"figure": figure.key, **period}
    number, pages = asked.page_number(), max(1, -(-len(rows) // ROWS_A_PAGE))
    shown = rows[(number - 1) * ROWS_A_PAGE : number * ROWS_A_PAGE]
    return render_template(
        "reporting/behind.html",
        other=url_for(str(request.endpoint), **(address if of else address | {"of": 1})),
        figure=figure,
        of=of,
        rows=rows,
        shown=shown,
        page=number,
        pages=pages,
        address=address | {"of": 1} if of else address,
        n=number_of(figure.way, rows),
        words=WORDS[figure.way],
        who=named(db.session(), frozenset(row.person_id for row in shown if row.person_id is not None)),
        has_people=any(row.person_id is not None for row in rows),
        has_amounts=any(row.amount is not None for row in rows),
        has_details=any(row.detail is not None for row in rows),
        first=first,
        last=last,
        back=back,
        back_to=back_to,
    )
