"""The start page of paper: everything that can be printed, by when it is wanted; and a person's papers."""

from flask import render_template

from dispensary.permissions import Permission
from dispensary.queries import people
from dispensary.queries import register as registers
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.database import db
from dispensary.web.reporting import asked, printables
from dispensary.web.reporting.blueprint import bp
from dispensary.web.reporting.forms import LayoutForm
from dispensary.web.reporting.printables import OF_A_PERSON


@bp.get("")
@gate.requires(Permission.REPORT_PRINT)
def paper() -> str:
    """Show everything that whoever is signed in may print."""
    first, last = asked.days()
    may = edge.sitting().permissions
    books = registers.books(db.session(), edge.sitting().site_id) if Permission.REGISTER_VIEW in may else []
    form = LayoutForm(formdata=None, paper=asked.heading(first, last).paper, layout=edge.settings().register_layout)
    occasions = printables.shown_to(may)
    return render_template(
        "reporting/paper.html",
        first=first,
        last=last,
        books=books,
        form=form,
        occasions=[one for one in occasions if one.key != OF_A_PERSON],
        of_a_person=next((one for one in occasions if one.key == OF_A_PERSON), None),
    )


@bp.get("/person/<int:person_id>")
@gate.requires(Permission.REPORT_PRINT, Permission.PERSON_VIEW)
def of_person(person_id: int) -> str:
    """Show what can be printed about one person, each with the page that its button stands on."""
    note_access(person_id, "papers")
    found = [one for one in printables.shown_to(edge.sitting().permissions) if one.key == OF_A_PERSON]
    who = people.identity(db.session(), person_id)
    return render_template("reporting/of_person.html", person=who, occasions=found)
