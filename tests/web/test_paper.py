"""The page of paper: it lists every sheet of the program, each to those who may print it, and each is two clicks away."""

import inspect
import re

import html5lib
import pytest
from werkzeug.routing import BuildError

from dispensary.permissions import ROLES, Permission
from dispensary.web.reporting import printables
from dispensary.web.reporting.printables import OCCASIONS, OF_A_PERSON
from models.enums import Role
from tests import factories
from tests.house.samples import Samples
from tests.house.test_gate import needed, own_rules

SHEETS = [sheet for one in OCCASIONS for sheet in one.sheets]
PERSONS = [sheet for one in OCCASIONS if one.key == OF_A_PERSON for sheet in one.sheets]
NOT_IN_THE_SAMPLES = {
    "orders.closure_list": "no closure is coming",
    "stock.inventory_pdf": "the count is no inventory",
    "turns.answer_pdf": "the contest is not answered",
    "turns.notice_pdf": "the ending is not agreed",
    "bottles.print_labels": "the bottle has come back",
    "disclosures.statement_pdf": "none is approved",
    "programme_forms.as_pdf": "the site has named no form",
}
"""Buttons that rightly stand on no page of the small clinic, with the reason; the tests of their own parts press them."""


OPENED = {"archive.open_it"}
"""Shows a kept paper without printing it; its print stands beside it."""


def answers_a_pdf(view) -> bool:
    """Return whether a view, or a function of its own module that it names, answers a PDF."""
    view = inspect.unwrap(view)
    module, text = inspect.getmodule(view), inspect.getsource(view)
    for name in set(re.findall(r"\b_\w+\b", text)):
        beside = getattr(module, name, None)
        text += inspect.getsource(beside) if inspect.isfunction(beside) else ""
    return "asked.PDF" in text or "handed_out(" in text


def printing(app) -> set[str]:
    """Return every endpoint that answers a PDF, by what it does or by its address."""
    rules = [*own_rules(app, "GET"), *own_rules(app, "POST")]
    return {
        rule.endpoint
        for rule in rules
        if rule.rule.endswith(".pdf") or answers_a_pdf(app.view_functions[rule.endpoint])
    }


def lines_of(answer) -> set[str]:
    """Return where the lines of a page of paper lead to, without their days."""
    tree = html5lib.parse(answer.get_data(as_text=True), namespaceHTMLElements=False)
    tables = [table for table in tree.iter("table") if "sheets" in table.get("class", "")]
    return {link.get("href") for table in tables for link in table.iter("a")}


def leads_to(answer) -> list[str]:
    """Return the addresses of a page's links and buttons."""
    text = answer.get_data(as_text=True).partition("<main")[2].replace("&amp;", "&")
    return re.findall(r'(?:href|action|formaction)="(/[^"#?]*)', text)


def test_every_pdf_of_the_program_is_on_the_page_of_paper(app):
    assert {sheet.endpoint for sheet in SHEETS} == printing(app) - OPENED
    assert len(SHEETS) == len({sheet.endpoint for sheet in SHEETS})


def test_looking_at_the_code_finds_the_sheets_that_no_address_tells(app):
    told = {rule.endpoint for rule in own_rules(app, "POST") if rule.rule.endswith(".pdf")}

    assert {"patients.letter", "risk.print_own", "privacy.print_readers", "referrals.sheet"} <= printing(app) - told
    assert not answers_a_pdf(app.view_functions["reporting.register_csv"])


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.endpoint)
def test_the_page_of_a_sheet_asks_for_nothing_but_the_person(app, sheet):
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        try:
            adapter.build(sheet.page, {"person_id": 1} if sheet in PERSONS else {}, append_unknown=False)
        except BuildError:  # pragma: no cover - says which one
            pytest.fail(f"{sheet.page} cannot be linked from the page of paper")


@pytest.mark.parametrize("role", [role for role in Role if Permission.REPORT_PRINT in ROLES[role]])
def test_each_role_is_shown_what_it_may_print_and_nothing_else(app, client, session, world, role):
    who, may = factories.patient(session, world), ROLES[role]
    session.commit()
    client.sign_in(session, world, world.staff[role])
    shown = lines_of(client.get("/paper"))
    if Permission.PERSON_VIEW in may:
        shown |= lines_of(client.get(f"/paper/person/{who.id}"))

    for sheet in SHEETS:
        rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint in (sheet.endpoint, sheet.page)]
        allowed = all(needed(app, rule) <= may for rule in rules)
        with app.app_context():
            assert sheet.shown_to(may) == allowed, sheet
        assert allowed <= (address_of(app, sheet, who.id) in shown), sheet
    for address in shown - {"#register-title"}:
        assert client.get(address).status_code == 200, address


def address_of(app, sheet, person_id) -> str:
    if sheet.page == "reporting.paper":
        return "#register-title"
    with app.test_request_context():
        return app.url_map.bind("localhost").build(sheet.page, {"person_id": person_id} if sheet in PERSONS else {})


def test_every_button_is_on_its_page_or_beside_the_record_chosen_there(app, client, session, world):
    boss = world.nurse
    for role in set(Role) - {Role.NURSE, Role.PEER}:
        factories.role(session, boss, world.site, role)
    samples = Samples(session, world)
    for rule in app.url_map.iter_rules():
        if rule.endpoint in {sheet.endpoint for sheet in SHEETS}:
            samples.address(rule)  # makes the record that it is about
    client.sign_in(session, world, boss)
    person_id = samples.value("person_id")
    patterns = {rule.endpoint: pattern(rule) for rule in app.url_map.iter_rules()}
    missing = set()
    for sheet in SHEETS:
        page = "/paper" if sheet.page == "reporting.paper" else address_of(app, sheet, person_id)
        seen = leads_to(client.get(page, follow_redirects=True))
        near = [page, *seen]
        if not any(patterns[sheet.endpoint].fullmatch(one) for one in near):
            for one in dict.fromkeys(seen):
                got = client.get(one) if not one.endswith((".csv", ".xlsx", ".svg", ".jpg")) else None
                near += leads_to(got) if got is not None and got.mimetype == "text/html" else []
        if not any(patterns[sheet.endpoint].fullmatch(one) for one in near):
            missing.add(sheet.endpoint)

    assert missing == set(NOT_IN_THE_SAMPLES)


def pattern(rule) -> re.Pattern[str]:
    """Return what addresses of a rule look like."""
    parts = re.split(r"<[^>]+>", rule.rule)
    return re.compile("[^/]+".join(re.escape(part) for part in parts))


def test_somebodys_papers_are_noted_as_opened_and_hidden_from_an_inspector(client, session, world):
    who = factories.patient(session, world)
    session.commit()

    assert "Papers" in client.sign_in(session, world, world.nurse).get(f"/people/{who.id}").text
    assert "Sheet to take along" in client.get(f"/paper/person/{who.id}").text
    inspector = client.sign_in(session, world, world.staff[Role.INSPECTOR], at_window=False)
    assert inspector.get(f"/paper/person/{who.id}").status_code == 403
    assert "person" not in {one.key for one in seen_by(client, Role.INSPECTOR)}


def seen_by(client, role):
    with client.application.app_context():
        return printables.shown_to(ROLES[role])
