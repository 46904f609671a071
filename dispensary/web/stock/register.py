"""The controlled-drug register on the screen, page by page, in the columns of one law or another; and footnotes on its lines."""

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from dispensary.errors import NotFound
from dispensary.permissions import Permission
from dispensary.policy.register_layouts import RegisterLayout, register_layouts
from dispensary.queries import register as register_queries
from dispensary.queries.register import RegisterPage
from dispensary.rules.register_slip import PAGE_ROWS
from dispensary.services import register_footnotes
from dispensary.web import edge, gate
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.reporting import asked
from dispensary.web.reporting.forms import LayoutForm
from dispensary.web.stock.blueprint import bp
from dispensary.web.stock.forms import FootnoteForm
from dispensary.wording import N_, say
from reports import register as paper


@bp.get("/register")
@gate.requires(Permission.REGISTER_VIEW)
def register() -> str:
    """List the registers of the site, and for the days that are asked for, which of their lines are of them."""
    session, site_id = db.session(), edge.sitting().site_id
    first, last = asked.days()
    books = register_queries.books(session, site_id)
    return render_template(
        "stock/register.html",
        books=books,
        first=first,
        last=last,
        lines={
            b.product_id: register_queries.lines_of_days(session, site_id, b.product_id, first, last) for b in books
        },
        rows=PAGE_ROWS,
        form=LayoutForm(formdata=None, paper=asked.heading(first, last).paper, layout=edge.settings().register_layout),
    )


@bp.get("/register/<int:product_id>")
@bp.get("/register/<int:product_id>/<int:number>")
@gate.requires(Permission.REGISTER_VIEW)
def register_page(product_id: int, number: int | None = None) -> str:
    """Show one page of a product's register, the newest if none is named."""
    page = register_queries.register_page(db.session(), edge.sitting().site_id, product_id, number)
    if page is None:
        raise NotFound(say(N_("There is no such page in the register.")), code="no_register_page")
    return render_template("stock/register_page.html", page=page, **_shown(page, _layout()))


@bp.route("/register/lines/<int:register_entry_id>/footnote", methods=["GET", "POST"])
@gate.requires(Permission.REGISTER_FOOTNOTE)
def footnote(register_entry_id: int) -> tuple[str, int] | Response:
    """Write a footnote on a line; the line itself stays as it is."""
    where = register_queries.place_of(db.session(), edge.sitting().site_id, register_entry_id)
    if where is None:
        raise NotFound(say(N_("There is no such line in this site's register.")), code="no_such_line")
    form = FootnoteForm()

    def change(work: Work) -> str:
        register_footnotes.write_footnote(
            work.session, entry_id=register_entry_id, text=form.text.data or "", act=work.act
        )
        return url_for("stock.register_page", product_id=where.product_id, number=where.page)

    answer = carried_out(form, change)
    if answer is not None:
        return answer
    page = register_queries.register_page(db.session(), edge.sitting().site_id, where.product_id, where.page)
    assert page is not None
    shown = _shown(page, register_layouts()[edge.settings().register_layout])
    return render_template("stock/footnote.html", form=form, page=page, number=where.number, **shown), form.status


def _layout() -> RegisterLayout:
    """Return the layout that the address asks for; the site's own where it asks for none that there is."""
    layouts = register_layouts()
    return layouts.get(request.args.get("layout", ""), layouts[edge.settings().register_layout])


def _shown(page: RegisterPage, layout: RegisterLayout) -> dict[str, object]:
    speak = edge.speaker()
    return {
        "layout": layout,
        "layouts": register_layouts().values(),
        "groups": paper.groups(layout),
        "lines": list(zip(page.rows, paper.lines(page, layout, speak), strict=True)),
        "head": [(name, paper.said_at_head(page.book, name, speak)) for name in layout.head],
        "notes": [paper.footnote_cells(note, speak) for note in page.footnotes],
    }
