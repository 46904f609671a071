"""Garbage at every form of the map: never a mistake of ours, always a sentence, and nothing recorded that should not be."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from urllib.parse import urlencode

import html5lib
import pytest
from sqlalchemy import func, select
from werkzeug.routing import Rule

import models
from dispensary.permissions import ROLES
from dispensary.services import chains, stock_receiving
from models import AuditEvent, Base, Person
from models.enums import AuditKind, ChainKind, PlaceKind, Role
from models.units import quantity
from tests import factories
from tests.client import hidden_fields
from tests.conftest import POSTGRESQL, SQLITE
from tests.house.samples import Samples
from tests.house.test_gate import needed, own_rules

NOT_FACTS = {"access_log", "sign_in_attempt", "staff_session", "audit_event"}
"""Who looked, who tried and who was refused is kept; of the audit only refusals may be new."""

OF_REFUSALS = {AuditKind.PERMISSION_REFUSED, AuditKind.SIGN_IN_FAILED}

BUTTONS = {
    "sign_in.lock", "sign_in.leave", "patients.issue_card", "patients.revoke_card", "patients.lose_card", "patients.tick_notice",
    "staff.end", "staff.withdraw_role", "staff.issue_badge", "site.retire_terminal", "stock.open_container", "stock.countersign",
    "reporting.own_sheet_pdf", "orders.prescription", "station.tick_notice", "station.spoke",
    "station.sign_note", "plans.sheet", "plans.countersign", "referrals.letter", "journey.consent_pdf",
    "support.sheet", "turns.notice_pdf", "turns.answer_pdf", "privacy.print_readers", "privacy.tick_seen",
    "relatives.end_link", "risk.print_own", "risk.end_leaving_out", "losses.sheet", "stock.destruction_pdf",
    "stock.custody_pdf", "archive.open_it", "archive.print_it",
}  # fmt: skip
"""Forms of one button, perhaps beside the size of the paper: there is nothing to type wrongly."""

WORDS = {
    "patients.contact", "patients.release_stop", "patients.correct_end", "orders.release_stop", "orders.close_task",
    "site.add_window", "site.name_terminal", "staff.set_password", "station.notes", "patients.end_health",
    "disclosures.take_back", "referrals.end_calls", "stock.add_supplier", "stock.change_supplier",
    "take_homes.end_once", "take_homes.end_collector", "take_homes.credit", "calendar.take_back",
    "take_homes.decline", "take_homes.keep", "urine.take_back", "urine.make",
    "turns.take_back_ending", "harm_reduction.take_back", "assessment.take_back", "worklist.agree",
    "support.change_supporter", "relatives.change_relative", "relatives.register", "outreach.take_back_screening",
    "losses.take_back", "losses.close",
    "stock.footnote", "stock.pump_rule", "stock.add_pump", "stock.change_pump", "stock.clean_pump", "stock.take_back_pump_event",
    "stock.add_kit", "stock.reseal",
}  # fmt: skip
"""Forms that take any printable words, or one whole number, and so may record what looks like garbage."""

LOOKS_FURTHER = {"station.done", "station.confirm", "station.spoke", "station.dissolved"}
"""The window goes on with the next person, whoever was there before."""

GARBAGE = {
    "nothing": b"",
    "blanks": b"   \t  ",
    "a word": "zwölf".encode(),
    "negative": b"-80",
    "ten-fold": b"8000000000",
    "not a number": b"NaN",
    "endless": b"Infinity",
    "exponent": b"1e400",
    "digits of another script": "٨٠".encode(),
    "superscript": "8²".encode(),
    "NUL": b"8\x000",
    "control characters": "a\x07\x1b[2Jb\x85".encode(),
    "noncharacter": "a\ufffe\uffff".encode(),
    "lone surrogate": "a\ud800".encode("utf-8", "surrogatepass"),
    "no UTF-8": b"\xff\xfe\x80",
    "number of 400 digits": b"9" * 400,
    "number beyond the database": str(2**63).encode(),
    "SQL": b"1'; DROP TABLE dose; --",
    "HTML": b"<script>alert(1)</script>",
    "template": b"{{ 7*7 }}{% raw %}",
    "percent": b"%(name)s %s %",
    "path": b"../../../../etc/passwd",
    "number of 5000 digits": b"9" * 5000,
    "overlong": b"x" * 20_000,
}


READ_BY_THE_DATABASE = (
    "NUL",
    "lone surrogate",
    "no UTF-8",
    "number beyond the database",
    "number of 5000 digits",
    "SQL",
)
"""What the two databases take differently; all else never gets that far, and is tried on one of them."""

GARBAGE_ON_BACKENDS = [(SQLITE, what) for what in GARBAGE] + [(POSTGRESQL, what) for what in READ_BY_THE_DATABASE]


@dataclass
class Target:
    """One form of the map: its address, who may send it, and the names of its fields."""

    rule: Rule
    path: str
    role: Role
    fields: list[str]


@pytest.fixture
def without_csrf(app) -> Iterator[None]:
    """Let a test look behind the first wall."""
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


OF_SOME_FORMS = ("scan", "text", "first", "last", "paper", "first_page", "last_page", "role", "from_on", "back")

NAMES_OF_FIELDS: dict[str, dict[str, list[str]]] = {}
"""By backend and address. Each test has the same clinic: its 200 forms are opened for the first, and remembered."""


def names_on(page) -> list[str]:
    found = re.findall(r'name="([^"]+)"', page.get_data(as_text=True))
    return [name for name in found if name not in ("viewport", "signed_in_as")]


@pytest.fixture
def targets(backend, app, client, session, world, without_csrf) -> list[Target]:
    """Every form of the map, each with a record to work on."""
    samples = Samples(session, world)
    found = []
    for rule in own_rules(app, "POST"):
        role = next(role for role in Role if (needed(app, rule) or frozenset()) <= ROLES[role])
        found.append(Target(rule, samples.address(rule), role, []))
    if backend not in NAMES_OF_FIELDS:
        NAMES_OF_FIELDS[backend] = {
            target.path: names_on(client.get(target.path))
            for target in by_role(client, session, world, found)
            if "GET" in (target.rule.methods or ())
        }
    names = NAMES_OF_FIELDS[backend]
    for target in found:
        shown = names[target.path] if "GET" in (target.rule.methods or ()) else []
        target.fields = [*shown, *OF_SOME_FORMS]
    return found


def by_role(client, session, world, targets: list[Target]) -> Iterator[Target]:
    """Go through the forms, each as somebody who may send it."""
    for role in Role:
        client.sign_in(session, world, world.staff[role])
        for target in (t for t in targets if t.role is role):
            if target.rule.endpoint.startswith("sign_in."):
                client.sign_in(session, world, world.staff[role])
            yield target


def send(client, path: str, fields: list[tuple[str, bytes | str]], **how):
    """Send a form exactly as it is, whatever bytes are in it."""
    body = urlencode([("signed_in_as", str(client.staff_id)), *fields])
    return client.post(path, data=body, content_type="application/x-www-form-urlencoded", **how)


def counts(session) -> dict[str, int]:
    session.rollback()
    rows = {name: session.scalar(select(func.count()).select_from(t)) for name, t in Base.metadata.tables.items()}
    refused = session.scalar(select(func.count()).where(AuditEvent.kind.in_(OF_REFUSALS)))
    return {name: n for name, n in rows.items() if name not in NOT_FACTS} | {
        "other events": rows["audit_event"] - refused
    }


@contextmanager
def nothing_recorded(session) -> Iterator[None]:
    """Compare the whole database before and after."""
    before = counts(session)
    yield
    assert counts(session) == before


LEADS_ON = (303, 307)
"""To the page that shows the result; with what was scanned, to the page that looks for the next person."""


def check_answer(answer, where) -> None:
    """Assert that somebody can read what became of it."""
    assert answer.status_code in (200, *LEADS_ON, 400, 403, 404, 405, 409, 413, 422), (where, answer.status_code)
    if answer.status_code in LEADS_ON:
        return
    assert answer.mimetype == "text/html", (where, answer.mimetype)
    page = answer.get_data(as_text=True)
    assert "<h1" in page, where
    assert len(re.sub(r"<[^>]+>", " ", page[page.index("<main") :]).split()) > 3, where


@pytest.mark.parametrize(("backend", "what"), GARBAGE_ON_BACKENDS)
def test_garbage_in_every_field_is_answered_in_words_and_records_nothing(client, session, world, targets, what):
    typed = [t for t in targets if t.rule.endpoint not in BUTTONS | WORDS]

    with nothing_recorded(session):
        for target in by_role(client, session, world, typed):
            fields = [(name, GARBAGE[what]) for name in target.fields if name != "token"]
            answer = send(client, target.path, [*fields, ("token", "one of ours")])
            check_answer(answer, target.rule)


@pytest.mark.parametrize(("backend", "what"), GARBAGE_ON_BACKENDS)
def test_garbage_where_any_words_may_stand_is_kept_or_answered_in_words(client, session, world, targets, what):
    for target in by_role(client, session, world, [t for t in targets if t.rule.endpoint in WORDS]):
        answer = send(client, target.path, [(name, GARBAGE[what]) for name in target.fields if name != "token"])

        check_answer(answer, target.rule)


def test_forms_without_any_field_record_nothing(client, session, world, targets):
    with nothing_recorded(session):
        for target in by_role(client, session, world, [t for t in targets if t.rule.endpoint not in BUTTONS | WORDS]):
            check_answer(send(client, target.path, []), target.rule)


def test_two_thousand_fields_and_fields_sent_many_times_record_nothing(client, session, world, targets):
    many = [(f"steps-{n}-amount_mg", b"80") for n in range(2000)]

    with nothing_recorded(session):
        for target in by_role(client, session, world, [t for t in targets if t.rule.endpoint not in BUTTONS | WORDS]):
            twice = [(name, value) for name in target.fields for value in (b"1", b"<b>", b"1")]
            check_answer(send(client, target.path, [*many, *twice]), target.rule)


def test_ten_megabytes_are_refused_in_words(client, session, world, targets):
    with nothing_recorded(session):
        for target in by_role(client, session, world, [t for t in targets if t.rule.endpoint not in BUTTONS]):
            answer = send(client, target.path, [("note", b"x" * 10 * 1024 * 1024)])

            assert answer.status_code == 413, target.rule
            assert "too large" in answer.get_data(as_text=True)


def test_a_token_is_nothing_to_play_with(client, session, world, targets):
    with nothing_recorded(session):
        for token in (b"", b"\x00", b"\xff", b"x" * 5000, b"'; --"):
            for target in by_role(client, session, world, [t for t in targets if t.role is Role.NURSE]):
                if target.rule.endpoint not in BUTTONS | WORDS:
                    check_answer(send(client, target.path, [("token", token)]), target.rule)


@pytest.mark.parametrize("number", [0, 2**31, 2**63, 2**64, 10**40])
def test_ids_that_no_record_has_are_not_found(app, client, session, world, targets, number):
    with nothing_recorded(session):
        for rule in own_rules(app, "GET"):
            if (
                any(gap.endswith("_id") and gap != "profile_id" for gap in rule.arguments)
                and rule.endpoint not in LOOKS_FURTHER
            ):
                role = next(role for role in Role if (needed(app, rule) or frozenset()) <= ROLES[role])
                client.sign_in(session, world, world.staff[role])
                path = re.sub(r"<int:\w+_id>", str(number), rule.rule)
                path = re.sub(r"<int[^>]*>", "1", path)

                assert client.get(path).status_code == 404, path
        for target in by_role(client, session, world, targets):
            path = re.sub(r"<int:\w+_id>", str(number), target.rule.rule)
            if path != target.rule.rule and "<" not in path and target.rule.endpoint not in LOOKS_FURTHER:
                answer = send(client, path, [(name, b"1") for name in target.fields])

                check_answer(answer, path)
                assert answer.status_code in (404, 405, 422), (path, answer.status_code)


@dataclass
class Elsewhere:
    """What belongs to another site."""

    container: models.Container
    receipt: models.Receipt
    terminal: models.Terminal
    window: models.Window
    role: models.StaffRole
    dose: models.Dose


@pytest.fixture
def elsewhere(session, world, targets) -> Elsewhere:
    """Another site with its own stock, window, staff and dose."""
    site = factories.save(session, models.Site(code="other", name="Hill Clinic"))
    window = factories.save(session, models.Window(site_id=site.id, name="Window 1"))
    terminal = factories.save(
        session, models.Terminal(site_id=site.id, window_id=window.id, name="Hill", code="terminal-on-the-hill")
    )
    places = {
        kind: factories.save(
            session,
            models.Place(
                site_id=site.id,
                kind=kind,
                name=window.name if kind is PlaceKind.WINDOW else "",
                window_id=window.id if kind is PlaceKind.WINDOW else None,
            ),
        )
        for kind in PlaceKind
    }
    there = replace(world, site=site, window=window, terminal=terminal, places=places, containers={})
    chains.create_head(session, site.id, ChainKind.AUDIT)
    nurse = factories.staff(session, "Hill Nurse")
    role = factories.role(session, nurse, site, Role.NURSE)
    there.containers["methadone"] = factories.container(session, there, world.products["methadone"], opened=True)
    sealed = factories.container(session, there, world.products["bup8"], size="30")
    who = factories.person(session)
    dose = factories.dose(session, there, who, factories.order(session, there, who))
    batch = stock_receiving.Batch(
        product_id=world.products["bup2"].id,
        lot_number="X1",
        expires_on=world.day.replace(year=2031),
        size=quantity("7"),
        count=1,
    )
    receipt = stock_receiving.receive_delivery(
        session, supplier="Hill", document_no="1", batch=batch, act=there.act(nurse)
    )
    session.commit()
    return Elsewhere(sealed, receipt, terminal, window, role, dose)


def test_records_of_another_site_are_not_reached(client, session, world, targets, elsewhere):
    ids = {
        "container_id": elsewhere.container.id,
        "receipt_id": elsewhere.receipt.id,
        "terminal_id": elsewhere.terminal.id,
        "role_id": elsewhere.role.id,
        "dose_id": elsewhere.dose.id,
    }

    with nothing_recorded(session):
        for target in by_role(client, session, world, targets):
            path = target.rule.rule
            for gap, key in ids.items():
                path = path.replace(f"<int:{gap}>", str(key))
            if path == target.rule.rule or "<" in path:
                continue
            answer = send(client, path, [(name, b"1") for name in target.fields])
            check_answer(answer, path)
            if target.rule.endpoint not in LOOKS_FURTHER:
                assert answer.status_code in (404, 422), path
            if "GET" in (target.rule.methods or ()):
                assert client.get(path).status_code in (404, 403), path


def test_containers_and_windows_of_another_site_cannot_be_chosen(client, session, world, targets, elsewhere):
    ours = factories.container(session, world, world.products["bup8"], size="30", at_window=False)
    session.commit()
    client.sign_in(session, world, world.nurse)

    with nothing_recorded(session):
        forged = [
            (elsewhere.container.id, world.window.id),
            (elsewhere.container.id, 0),
            (ours.id, elsewhere.window.id),
        ]
        for container_id, window_id in forged:
            answer = send(client, "/stock/move", [("containers", str(container_id)), ("to", str(window_id))])

            check_answer(answer, forged)
            assert answer.status_code in (404, 422)


def test_somebody_elses_token_is_refused_with_who_and_when(client, session, world):
    who = factories.patient(session, world)
    session.commit()
    client.sign_in(session, world, world.nurse)
    fields = hidden_fields(client.get(f"/people/{who.id}/notice")) | {"kind": "fee"}
    client.post(f"/people/{who.id}/notice", data=fields)
    client.sign_in(session, world, world.witness)
    other = hidden_fields(client.get(f"/people/{who.id}/notice"))

    answer = client.post(f"/people/{who.id}/notice", data={**fields, **other, "token": fields["token"]})

    assert answer.status_code == 409
    assert "already sent at 07:00 by Rosa Ames" in answer.get_data(as_text=True)


NAMES = [
    ("王", "小明"),
    ("斎藤", "健"),
    ("الحسن", "محمد"),
    ("Nguyễn", "Thị Ánh Tuyết"),
    ("O’Brien-Smythe", "D'Arcy"),
    ("😀", "👩‍⚕️"),
    ("Robert'); DROP TABLE person;--", "x"),
    ("<script>alert('x')</script>", '"><img src="x">'),
    ("{{ config }}", "%(name)s %d"),
    ("&amp;", "&lt;b&gt;"),
]


@pytest.mark.parametrize(("family_name", "given_name"), NAMES)
def test_any_name_is_kept_found_and_shown_as_it_is(client, session, world, family_name, given_name):
    client.sign_in(session, world, world.nurse)
    data = {"family_name": family_name, "given_name": given_name, "birth_date": "", "sex": "unknown"}

    answer = client.send("/people/register", data)
    found = client.send("/people", {"text": family_name})

    who = session.scalars(select(Person)).one()
    assert (who.family_name, who.given_name) == (family_name, given_name)
    assert answer.status_code == 303
    for page in (answer.headers["Location"], f"/window/{who.id}", f"/people/{who.id}/identity"):
        text = client.get(page).get_data(as_text=True)
        assert f"{family_name} {given_name}" in shown(text)
        assert "<script>alert" not in text
    assert f"{family_name} {given_name}" in shown(found.get_data(as_text=True))


def shown(page: str) -> str:
    """Return the text of a page as somebody reads it."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    return " ".join("".join(tree.find(".//main").itertext()).split())


@pytest.mark.parametrize("name", ["a\u202eb", "a\u2066b", "\x00", "a\x07b", "a\ufffe"])
def test_a_name_that_would_turn_or_hide_what_stands_beside_it_is_refused(client, session, world, name):
    client.sign_in(session, world, world.nurse)

    answer = client.send("/people/register", {"family_name": name, "birth_date": "", "sex": "unknown"})

    assert answer.status_code == 422
    assert "characters that cannot be printed" in answer.get_data(as_text=True)
    assert session.scalars(select(Person)).all() == []
