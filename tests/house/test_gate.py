"""The map of addresses, walked as every role: nothing is reached without its permission, and nothing is unmarked."""

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select
from werkzeug.routing import Rule

from dispensary.permissions import ROLES
from dispensary.web.here import table_of
from models import AuditEvent, Base, Submission
from models.enums import AuditKind, Role
from tests.client import HOST
from tests.house.samples import Samples

NO_ANSWER_WITHOUT_DATA: dict[str, str] = {}
"""Pages that rightly answer 404 or 409 to the samples, with the reason."""


@pytest.fixture
def samples(session, world) -> Samples:
    return Samples(session, world)


def own_rules(app, method: str) -> Iterator[Rule]:
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()) and not rule.endpoint.endswith("static"):
            yield rule


def needed(app, rule: Rule):
    """Return the permissions a page asks for; None for a page that is open to all."""
    view = app.view_functions[rule.endpoint]
    return None if getattr(view, "public", False) else view.requires


def test_every_endpoint_is_marked(app):
    unmarked = [
        name for name, view in app.view_functions.items() if not (hasattr(view, "requires") or hasattr(view, "public"))
    ]

    assert unmarked == []


def test_only_signing_in_health_and_styles_are_open_to_everybody(app):
    public = {name for name, view in app.view_functions.items() if getattr(view, "public", False)}

    assert public == {"sign_in.enter", "sign_in.health", "static", "bootstrap.static"}


def test_every_page_needs_a_sign_in(app, client, samples):
    for rule in own_rules(app, "GET"):
        if needed(app, rule) is not None:
            answer = client.get(samples.address(rule))

            assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in"), rule


@pytest.mark.parametrize("role", list(Role))
def test_every_role_sees_its_pages_and_no_others(app, client, session, world, samples, role):
    may = ROLES[role]
    for rule in own_rules(app, "GET"):
        client.sign_in(session, world, world.staff[role])
        answer = client.get(samples.address(rule))

        wanted = needed(app, rule)
        if wanted is not None and not wanted <= may:
            assert answer.status_code == 403, f"{role} reached {rule}"
        elif rule.endpoint in NO_ANSWER_WITHOUT_DATA:
            assert answer.status_code in (404, 409, 422), f"{rule} answers now: take it off the list"
        else:
            assert answer.status_code < 400, f"{role} at {rule}: {answer.status_code}"


def test_no_form_is_taken_without_its_token(app, client, session, world, samples):
    for rule in own_rules(app, "POST"):
        client.sign_in(session, world, world.nurse)

        answer = client.post(samples.address(rule), data={"signed_in_as": str(world.nurse.id)})

        assert answer.status_code == 400, rule
    assert session.scalar(select(func.count()).select_from(Submission)) == 0


@pytest.fixture
def without_csrf(app):
    """Let a test look behind the first wall."""
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.mark.parametrize("role", list(Role))
def test_no_role_can_send_a_form_that_it_may_not_see(app, client, session, world, samples, without_csrf, role):
    who = world.staff[role]
    refusals = 0
    for rule in own_rules(app, "POST"):
        wanted = needed(app, rule)
        if wanted is None or wanted <= ROLES[role]:
            continue
        client.sign_in(session, world, who)

        answer = client.post(samples.address(rule), data={"signed_in_as": str(who.id)})

        assert answer.status_code == 403, f"{role} sent {rule}"
        refusals += 1
    kinds = select(func.count()).where(AuditEvent.kind == AuditKind.PERMISSION_REFUSED)
    assert session.scalar(kinds) == refusals


def test_no_page_of_somebody_else_is_taken(app, client, session, world, samples, without_csrf):
    for rule in own_rules(app, "POST"):
        wanted = needed(app, rule)
        role = next((r for r in Role if wanted is not None and wanted <= ROLES[r]), None)
        if role is None:
            continue
        client.sign_in(session, world, world.staff[role])

        answer = client.post(samples.address(rule), data={"signed_in_as": str(world.witness.id)})

        assert answer.status_code == 409, rule


def test_no_form_is_taken_from_a_locked_terminal(app, client, session, world, samples, without_csrf):
    for rule in own_rules(app, "POST"):
        view = app.view_functions[rule.endpoint]
        if needed(app, rule) is None or getattr(view, "while_locked", False):
            continue
        client.sign_in(session, world, world.nurse)
        with client.session_transaction(base_url=HOST) as cookie:
            cookie["seen_at"] -= 3600

        answer = client.post(samples.address(rule), data={"signed_in_as": str(world.nurse.id)})

        assert (answer.status_code, answer.headers["Location"]) == (303, "/locked"), rule


def test_opening_pages_writes_nothing_but_the_access_log(app, client, session, world, samples):
    mine = [rule for rule in own_rules(app, "GET") if (needed(app, rule) or frozenset()) <= ROLES[Role.NURSE]]
    addresses = [samples.address(rule) for rule in mine]
    client.sign_in(session, world, world.nurse)
    before = counts(session)

    for address in addresses:
        client.get(address)

    changed = {name for name, count in counts(session).items() if count != before[name]}
    assert changed <= {"access_log"}


def counts(session) -> dict[str, int]:
    session.rollback()
    return {name: session.scalar(select(func.count()).select_from(t)) for name, t in Base.metadata.tables.items()}


NOT_NOTED_ONCE = {
    "station.mark": (0, "answers a mark, no record"),
    "station.done": (0, "says what was just recorded on the page before, which was noted"),
    "patients.photo": (0, "belongs to the page that shows it"),
    "patients.link": (2, "shows two records side by side"),
}
"""Pages about one person that note no reading, or more than one, each with the reason."""


def test_whoever_opens_a_page_about_one_person_is_noted_once(app, client, session, world, samples):
    for rule in own_rules(app, "GET"):
        role = next((role for role in Role if needed(app, rule) is not None and needed(app, rule) <= ROLES[role]), None)
        if role is None or not any(is_about_a_person(gap) for gap in rule.arguments):
            continue
        address = samples.address(rule)
        client.sign_in(session, world, world.staff[role])
        before = counts(session)["access_log"]

        answer = client.get(address)

        wanted, _ = NOT_NOTED_ONCE.get(rule.endpoint, (1, ""))
        if answer.status_code == 200:
            assert counts(session)["access_log"] - before == wanted, rule


def is_about_a_person(gap: str) -> bool:
    """Return whether a gap in an address names a person, or a record that is always some person's."""
    table = table_of(gap)
    if gap == "person_id" or table is None:
        return gap == "person_id"
    return "person_id" in table.c and not table.c.person_id.nullable
