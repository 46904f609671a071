"""The locked terminal: who opens it again and how, and what comes back of what was keyed."""

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

import models
from dispensary.permissions import ROLES
from dispensary.rules.kept_fields import is_secret
from dispensary.services import downtime
from models import AuditEvent, Dose, KeptForm
from models.enums import AuditKind, Role
from tests import factories
from tests.client import HOST, hidden_fields
from tests.conftest import CHEAP_HASHER
from tests.factories import PASSWORD
from tests.house.samples import Samples
from tests.house.test_gate import needed, own_rules
from tests.rows import count_stored

BADGE, PIN = "KB-OFROSAAMES234567", "482915"
NOTE = "asleep on the chair, woke when called"


@pytest.fixture
def nurse(client, session, world):
    """The nurse at the window, with a badge and a PIN."""
    world.nurse.badge_code, world.nurse.pin_hash = BADGE, CHEAP_HASHER.hash(PIN)
    world.witness.badge_code = "KB-OFWANDAREED23456"
    return client.sign_in(session, world, world.nurse)


@pytest.fixture
def who(session, world, nurse):
    made = factories.patient(session, world)
    session.commit()
    return made


def text(answer):
    return answer.get_data(as_text=True)


def lock(client, back="/people", keyed=None):
    fields = hidden_fields(client.get("/people"), "/people")
    more = {} if keyed is None else {"keyed": json.dumps(keyed)}
    return client.post("/lock", data=fields | {"back": back} | more)


def unlock(client, **fields):
    return client.send("/locked", fields)


def by_badge(client, badge=BADGE, pin=PIN):
    unlock(client, badge=badge)
    return unlock(client, pin=pin)


def kinds(session, kind):
    session.rollback()
    return session.scalar(select(func.count()).where(AuditEvent.kind == kind))


def is_locked(client):
    return client.get("/people").headers.get("Location") == "/locked"


# Who opens it


def test_the_badge_is_read_first_and_then_the_pin_opens(nurse):
    lock(nurse)

    read = unlock(nurse, badge=BADGE)
    opened = unlock(nurse, pin=PIN)

    assert read.status_code == 200 and "The badge is read" in text(read)
    assert BADGE not in text(read) and is_autofocused(read, "pin")
    assert (opened.status_code, opened.headers["Location"]) == (303, "/people")


def is_autofocused(answer, name):
    return bool(re.search(rf'<input[^>]*autofocus[^>]* name="{name}"', text(answer)))


def test_badge_and_pin_in_one_go_open(nurse):
    lock(nurse)

    assert unlock(nurse, badge=BADGE.lower(), pin=PIN).headers["Location"] == "/people"


def test_the_badge_alone_never_opens(nurse):
    lock(nurse)
    for _ in range(3):
        unlock(nurse, badge=BADGE)

    assert is_locked(nurse)


def test_the_pin_alone_never_opens(nurse):
    lock(nurse)

    answer = unlock(nurse, pin=PIN)

    assert answer.status_code == 422 and "Scan your badge" in text(answer)
    assert is_locked(nurse)


def test_a_badge_that_was_read_long_ago_is_asked_for_again(nurse, clock):
    lock(nurse)
    unlock(nurse, badge=BADGE)
    clock.forward(minutes=3)

    assert "Scan your badge" in text(unlock(nurse, pin=PIN))


def test_a_badge_read_before_the_last_lock_opens_nothing_now(nurse):
    lock(nurse)
    by_badge(nurse)
    lock(nurse)

    assert unlock(nurse, pin=PIN).status_code == 422


def test_the_badge_of_somebody_else_is_told_whose_sitting_it_is(nurse, world):
    lock(nurse)

    answer = unlock(nurse, badge=world.witness.badge_code, pin=PIN)

    assert answer.status_code == 422
    assert "only Rosa Ames can open it" in text(answer) and "Sign Rosa Ames out" in text(answer)
    assert world.witness.name not in text(answer)
    assert is_locked(nurse)


def test_somebody_else_signs_them_out_and_sits_down(nurse, session, world):
    lock(nurse, "/people", [["text", "half a name"]])
    page = nurse.get("/locked")

    nurse.post("/sign-out", data=hidden_fields(page, "/sign-out") | {"signed_in_as": str(world.nurse.id)})
    nurse.send("/sign-in", {"username": world.witness.username, "password": PASSWORD})

    assert "half a name" not in text(nurse.get("/people"))
    assert count_stored(session, KeptForm) == 0


@pytest.mark.parametrize("badge", ["KB-UNKNOWN", "x" * 200, "' OR 1=1 --", BADGE + BADGE])
def test_an_unknown_badge_is_told_so(nurse, badge):
    lock(nurse)

    assert "not known here" in text(unlock(nurse, badge=badge, pin=PIN))
    assert is_locked(nurse)


def test_a_wrong_pin_stands_on_the_audit_and_is_not_shown_again(nurse, session):
    lock(nurse)

    answer = by_badge(nurse, pin="111222")

    assert answer.status_code == 422 and "The PIN is not right" in text(answer)
    assert "111222" not in text(answer)
    assert kinds(session, AuditKind.SIGN_IN_FAILED) == 1
    assert is_locked(nurse)


def test_after_five_wrong_pins_only_the_password_opens(nurse, clock):
    lock(nurse)
    for _ in range(5):
        by_badge(nurse, pin="111222")
        clock.forward(seconds=30)

    page = nurse.get("/locked")
    refused = unlock(nurse, badge=BADGE, pin=PIN)
    opened = unlock(nurse, password=PASSWORD)
    lock(nurse)

    assert 'name="pin"' not in text(page) and "only the password opens" in text(page)
    assert refused.status_code == 422
    assert opened.status_code == 303
    assert by_badge(nurse).status_code == 303, "the password was right, so the PIN counts again"


def test_wrong_pins_count_at_every_terminal_together(nurse, app, session, world, clock):
    lock(nurse)
    for _ in range(5):
        by_badge(nurse, pin="111222")
        clock.forward(seconds=30)
    other = app.test_client().sign_in(session, world, world.nurse, at_window=False)
    lock(other)

    assert 'name="pin"' not in text(other.get("/locked"))


def test_a_sitting_of_yesterday_is_opened_by_its_password_only(nurse, clock):
    lock(nurse)
    clock.forward(hours=15)

    assert "once a shift" in text(nurse.get("/locked"))
    assert unlock(nurse, badge=BADGE, pin=PIN).status_code == 422
    assert unlock(nurse, password=PASSWORD).status_code == 303


def test_who_has_no_badge_is_asked_for_the_password(client, session, world):
    client.sign_in(session, world, world.nurse)
    lock(client)

    page = client.get("/locked")

    assert 'name="badge"' not in text(page) and "come back faster" in text(page)
    assert is_autofocused(page, "password")


# What was keyed


def test_what_the_script_sent_is_back_on_its_page_and_nothing_is_recorded(nurse, session, who):
    page = f"/window/{who.id}/withhold"
    lock(nurse, page, [["reason", "sedated"], ["note", NOTE], ["witness_password", "s3cret"]])

    assert NOTE not in text(nurse.get("/locked"))
    back = by_badge(nurse).headers["Location"]
    shown = text(nurse.get(back))

    assert back == page
    assert f'value="{NOTE}"' in shown and re.search(r'<input checked[^>]* value="sedated"', shown)
    assert "nothing was recorded" in shown and "s3cret" not in shown
    assert count_stored(session, Dose) == 0


def test_it_is_back_once_and_then_forgotten(nurse, session, who):
    page = f"/window/{who.id}/withhold"
    lock(nurse, page, [["note", NOTE]])
    by_badge(nurse)

    assert NOTE in text(nurse.get(page))
    assert NOTE not in text(nurse.get(page))
    assert count_stored(session, KeptForm) == 0


def test_a_form_sent_from_a_locked_terminal_is_kept_and_not_carried_out(nurse, session, who, clock):
    page = f"/window/{who.id}/withhold"
    fields = hidden_fields(nurse.get(page), page)
    clock.forward(minutes=6)

    answer = nurse.post(page, data=fields | {"reason": "sedated", "note": NOTE}, follow_redirects=True)

    assert answer.request.path == "/locked"
    assert "nothing was recorded" in text(answer) and NOTE not in text(answer)
    assert count_stored(session, Dose) == 0
    assert unlock(nurse, badge=BADGE, pin=PIN).headers["Location"] == page
    assert NOTE in text(nurse.get(page))
    nurse.send(page, {"reason": "sedated", "note": NOTE})
    assert count_stored(session, Dose) == 1


def test_f_is_not_put_back_so_that_enter_pressed_twice_doses_nobody(nurse, session, who):
    page = f"/window/{who.id}"
    lock(nurse, page, [["scan", "F"]])
    by_badge(nurse)

    shown = nurse.get(page)
    answer = nurse.post(page, data=hidden_fields(shown, page) | {"scan": scan_value(shown)})

    assert "type it again" in text(shown)
    assert answer.headers["Location"] == page
    assert count_stored(session, Dose) == 0


def scan_value(answer):
    found = re.search(r'<input[^>]* name="scan"[^>]*>', text(answer))
    value = re.search(r'value="([^"]*)"', found[0])
    return value[1] if value else ""


def test_half_a_name_stays_in_the_field_of_the_window(nurse):
    lock(nurse, "/window", [["scan", "Nguy"]])
    by_badge(nurse)

    assert scan_value(nurse.get("/window")) == "Nguy"


def test_the_page_comes_back_as_it_is_now(nurse, session, world, who):
    page = f"/window/{who.id}/part"
    old = hidden_fields(nurse.get(page), page)
    lock(nurse, page, [["shown", old["shown"]], ["taken_mg", "4o"]])
    factories.container(session, world, world.products["methadone"], opened=False)
    stop = models.Stop(
        person_id=who.id, kind="sedation", decide_by=world.at, set_at=world.at, **factories.stamp(world)
    )  # fmt: skip
    factories.save(session, stop)
    session.commit()
    by_badge(nurse)

    shown = nurse.get(page)
    fresh = hidden_fields(shown, page)

    assert 'value="4o"' in text(shown), "as it was typed, right or wrong"
    assert "Do not give" in text(shown)
    assert fresh["token"] != old["token"] and fresh["shown"] != old["shown"]


def test_rows_of_an_order_come_back(client, session, world, who):
    world.prescriber.badge_code, world.prescriber.pin_hash = "KB-OFDANA", CHEAP_HASHER.hash(PIN)
    order = session.scalars(select(models.DoseOrder).where(models.DoseOrder.person_id == who.id)).one()
    client.sign_in(session, world, world.prescriber)
    page = f"/orders/{order.id}/change"
    keyed = [["amount_mg", "85"], ["steps-0-from_on", "2026-03-09"], ["steps-0-amount_mg", "90"], ["reason", "awake"]]
    lock(client, page, [*keyed, ["steps-7-amount_mg", "one hundred"]])
    by_badge(client, "KB-OFDANA")

    shown = text(client.get(page))

    for name, value in [*keyed, ["steps-7-amount_mg", "one hundred"]]:
        assert re.search(rf'<input[^>]* name="{name}"[^>]* value="{value}"', shown), name
    assert "Not put back" not in shown


def test_a_box_that_was_not_ticked_stays_so(nurse, session, world, who):
    made = factories.dose(session, world, who, session.scalars(select(models.DoseOrder)).first())
    session.commit()
    page = f"/window/doses/{made.id}/reverse"
    lock(nurse, page, [["note", NOTE], ["poured", "y"]])
    by_badge(nurse)

    assert re.search(r'<input[^>]*checked[^>]* name="poured"', text(nurse.get(page)))


def test_what_has_no_field_on_the_page_is_shown_as_text(nurse, who):
    lock(nurse, f"/window/{who.id}/withhold", [["note", NOTE], ["gone_field", "also typed"]])
    by_badge(nurse)

    shown = text(nurse.get(f"/window/{who.id}/withhold"))

    assert f'value="{NOTE}"' in shown and "also typed" in shown and "Not put back" in shown


@pytest.mark.parametrize("page", ["/staff/1/roles", "/nowhere", "//evil.example/x", "/staff", "", "a\x00b"])
def test_what_was_keyed_where_no_page_can_be_opened_is_shown_once(nurse, session, page):
    lock(nurse, page, [["note", NOTE]])

    back = by_badge(nurse).headers["Location"]

    assert back == "/keyed"
    once, again = nurse.get(back), nurse.get(back)
    assert NOTE in text(once) and "evil" not in text(once)
    assert NOTE not in text(again)
    assert count_stored(session, KeptForm) == 0


def test_a_form_that_stands_on_another_page_comes_back_there(client, session, world, clock):
    client.sign_in(session, world, world.staff[Role.ADMINISTRATOR], at_window=False)
    page = f"/staff/{world.nurse.id}"
    fields = hidden_fields(client.get(page), f"{page}/roles")
    clock.forward(minutes=6)

    client.post(f"{page}/roles", data=fields | {"role": "counsellor"}, headers={"Referer": HOST + page})
    back = unlock(client, password=PASSWORD).headers["Location"]

    assert back == page
    assert re.search(r'<option selected value="counsellor">', text(client.get(page)))


def test_two_tabs_of_one_sitting_each_get_back_their_own(nurse, who):
    one, two = f"/window/{who.id}/withhold", f"/window/{who.id}/refuse"
    fields = hidden_fields(nurse.get("/people"), "/people")
    for page, note in ((one, "in the first tab"), (two, "in the second tab")):
        nurse.post("/lock", data=fields | {"back": page, "keyed": json.dumps([["note", note]])})
    by_badge(nurse)

    assert "in the first tab" in text(nurse.get(one))
    assert "in the second tab" in text(nurse.get(two))


def test_the_second_tab_is_opened_by_its_owner_too_and_leads_to_its_own_page(nurse, who):
    first = nurse.get("/people")
    lock(nurse, "/people")
    one = hidden_fields(nurse.get("/locked"), "/locked")
    nurse.post("/lock", data=hidden_fields(first, "/people") | {"back": "/stock"})
    two = hidden_fields(nurse.get("/locked"), "/locked")

    assert nurse.post("/locked", data=one | {"badge": BADGE, "pin": PIN}).headers["Location"] == "/people"
    assert nurse.post("/locked", data=two | {"badge": BADGE, "pin": PIN}).headers["Location"] == "/stock"


def test_the_page_of_somebody_else_is_not_kept(nurse, session, world, who, clock):
    page = f"/window/{who.id}/withhold"
    fields = hidden_fields(nurse.get(page), page)
    clock.forward(minutes=6)

    nurse.post(page, data=fields | {"signed_in_as": str(world.witness.id), "note": NOTE})

    assert count_stored(session, KeptForm) == 0


def test_polling_neither_keeps_a_terminal_open_nor_opens_it(nurse, clock):
    for _ in range(7):
        clock.forward(minutes=1)
        answer = nurse.get("/window/queue")

    assert answer.headers["Location"] == "/locked"
    assert unlock(nurse, badge=BADGE, pin=PIN).headers["Location"] != "/window/queue"


@pytest.mark.parametrize(
    "keyed", ["{", "[[[[", "null", "7", '{"a": 1}', '["ab"]', '[["a"]]', '[["a", 1]]', "[" * 100_000]
)
def test_nonsense_instead_of_fields_only_locks(nurse, session, keyed):
    fields = hidden_fields(nurse.get("/people"), "/people")

    answer = nurse.post("/lock", data=fields | {"back": "/people", "keyed": keyed})

    assert answer.headers["Location"] == "/locked"
    assert count_stored(session, KeptForm) == 0


def test_what_is_too_long_is_said_to_be_lost(nurse, who):
    lock(nurse, f"/window/{who.id}/withhold", [["note", "x" * 20_000]])

    assert "too long to be kept" in text(nurse.get("/locked"))


def test_an_old_tab_after_the_next_nurse_sat_down_says_so(client, session, world):
    client.sign_in(session, world, world.nurse)
    old = hidden_fields(client.get("/day-close"), "/day-close")
    client.sign_in(session, world, world.witness)
    client.get("/day-close")

    answer = client.post("/day-close", data=old)

    assert answer.status_code == 409
    assert "opened by somebody else. Nothing was recorded; open it again as Wanda Reed" in text(answer)
    assert kinds(session, AuditKind.DAY_CLOSED) == 0


# Setting and issuing


def test_a_pin_is_set_by_its_owner_with_their_password(client, session, world):
    client.sign_in(session, world, world.nurse)

    answer = client.send("/pin", {"old": PASSWORD, "pin": PIN, "pin_again": PIN})

    session.expire_all()
    session.rollback()
    assert answer.status_code == 303
    assert CHEAP_HASHER.verify(session.get_one(models.Staff, world.nurse.id).pin_hash, PIN)
    assert kinds(session, AuditKind.PIN_CHANGED) == 1
    assert "Your PIN is set." in client.get("/window").get_data(as_text=True)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"old": "wrong"}, "not your present password"),
        ({"pin": "123456", "pin_again": "123456"}, "in a row"),
        ({"pin": "4829"}, "exactly 6 digits"),
        ({"pin_again": "482916"}, "not the same"),
        ({"pin": ""}, "fill this in"),
    ],
)
def test_a_pin_that_may_not_be_is_told_and_not_set(client, session, world, change, words):
    client.sign_in(session, world, world.nurse)

    answer = client.send("/pin", {"old": PASSWORD, "pin": PIN, "pin_again": PIN} | change)

    assert answer.status_code == 422 and words in text(answer)
    assert "48291" not in text(answer)
    assert kinds(session, AuditKind.PIN_CHANGED) == 0


def test_the_administrator_issues_a_badge_and_prints_it(client, session, world):
    client.sign_in(session, world, world.staff[Role.ADMINISTRATOR], at_window=False)
    page = f"/staff/{world.nurse.id}"
    before = client.get(f"{page}/badge.pdf")
    fields = hidden_fields(client.get(page), f"{page}/badge")

    answer = client.post(f"{page}/badge", data=fields)
    printed = client.get(f"{page}/badge.pdf")

    session.expire_all()
    session.rollback()
    code = session.get_one(models.Staff, world.nurse.id).badge_code
    assert before.status_code == 404
    assert answer.headers["Location"] == page
    assert code.startswith("KB-") and code not in text(client.get(page))
    assert printed.data.startswith(b"%PDF") and "badge.pdf" in printed.headers["Content-Disposition"]


# Whole house


def test_every_field_that_hides_what_is_typed_is_never_kept(app, client, session, world):
    """A new password field must have a name that the lock knows for a secret."""
    samples = Samples(session, world)
    names = set()
    for rule in own_rules(app, "GET"):
        role = next(role for role in Role if (needed(app, rule) or frozenset()) <= ROLES[role])
        answer = client.sign_in(session, world, world.staff[role]).get(samples.address(rule))
        if answer.mimetype == "text/html":
            for field in re.findall(r'<input[^>]*type="password"[^>]*>', text(answer)):
                names.add(re.search(r'name="([^"]+)"', field)[1])

    assert {"password", "old", "pin", "witness_password"} <= names
    assert [name for name in names if not is_secret(name)] == []


def test_a_morning_of_paper_comes_back_row_by_row(nurse, session, world, clock):
    day = world.day - timedelta(days=1)
    people = [factories.patient(session, world, starts_on=day - timedelta(days=3)) for _ in range(3)]
    downtime.declare_day(session, clinic_day=day, reason="power cut", act=world.act())
    session.commit()
    page = f"/downtime/{day.isoformat()}/entry"
    typed = [(f"p{who.id}-{field}", f"{field}{who.id}") for who in people for field in ("m", "t", "b", "w")]
    others = [("x1-n", "P09999"), ("x1-o", "G")]
    fresh = hidden_fields(nurse.get(page), page)
    lock(nurse, page, [["by", "RA"], *map(list, typed + others)])
    by_badge(nurse)

    shown = nurse.get(page)

    for name, value in [("by", "RA"), *typed, *others]:
        assert re.search(rf'<input[^>]* name="{name}"[^>]* value="{value}"', text(shown)), name
    rows = {name: value for name, value in hidden_fields(shown, page).items() if name.startswith("p")}
    assert rows == {name: value for name, value in fresh.items() if name.startswith("p")}
    assert "Not put back" not in text(shown)
    assert NOTE not in text(nurse.get(page)) and "P09999" not in text(nurse.get(page))
