"""Records of another site: whoever opens one by its own address, or sends its form, is told that there is none here."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.routing import IntegerConverter, Rule

import models
from dispensary.permissions import ROLES
from dispensary.queries.here import STANDS_EVERYWHERE
from dispensary.web.here import table_of
from models import Base
from models.enums import Role
from tests import factories
from tests.house.samples import Samples
from tests.house.test_gate import needed, own_rules

STANDS_ABOUT_THE_PERSON = {
    "absence": "the window asks about the days wherever somebody comes; custody and hospital are known everywhere",
    "collector": "whoever may no longer collect must be struck off wherever the person says so",
    "episode_end": "an end recorded by mistake, a death above all, must not leave somebody without a dose elsewhere",
    "health_fact": "an allergy or a pregnancy is the person's, and warns at every window",
    "lot": "a lot is the maker's; each site sees what came to it and went out of it, and counts the rest",
    "marker": "says something of the person, and is counted where they are treated",
    "notice": "is passed on at the window to which the person comes",
    "person_link": "says whose record it is",
    "stop": "holds the dose at every window, so a prescriber of any site may release it",
}
"""Records that every site opens, with the reason."""

OF_NO_SITE = {
    "person": "people are the clinic's",
    "product": "the list of products is the clinic's; the register that is opened is the site's own",
    "staff": "an account is the clinic's; its roles are each site's",
}
"""Tables that name no site, with the reason."""

LOOKS_ITSELF = {
    "station.done": "on the path of every dose: reads by site, and goes on with the next person",
    "station.spoke": "on the path of every dose: writes by site, and goes on with the next person",
    "station.dissolved": "on the path of every dose: writes by site, and goes back to the window",
    "stock.consignment": "is opened by the site that sent it and the one it goes to, and by no other",
    "stock.receive_consignment": "is the addressee's form about what another site sent",
}
"""Views that the gate leaves to look by themselves, with the reason."""

NOT_OF_THE_RECORD = {"access_log", "staff_session"}


class OfAnotherSite(Samples):
    """Fills in addresses with records that another site of the same clinic made, about people of its own."""

    def __init__(self, session, world) -> None:
        super().__init__(session, world)
        here, self.rows = self.rows.first, type(self.rows)(session)
        self.rows.first = {name: here[name] for name in OF_NO_SITE if name != "person"}
        self._know("site", factories.save(session, models.Site(code="other", name="Hill Clinic")).id)
        self._know("person", factories.person(session).id)
        self.rows.add("order_step")
        self.rows.one("instrument_score")
        met = self.rows.add("outreach_contact", person_id=None)
        screened = self.rows.add("instrument_score", person_id=None, outreach_contact_id=met["id"])
        self.screening_id = screened["id"]
        session.commit()


def records_in(rule: Rule) -> list[str]:
    """Return the tables of the records that an address names, people aside."""
    gaps = [gap for gap, converter in rule._converters.items() if isinstance(converter, IntegerConverter)]
    tables = [table for gap in gaps if (table := table_of(gap)) is not None]
    return [table.name for table in tables if table.name != "person"]


def of_a_site(app: Flask, method: str) -> Iterator[Rule]:
    """Find the addresses in the map that open a record which is a site's."""
    for rule in own_rules(app, method):
        named = set(records_in(rule)) - OF_NO_SITE.keys() - STANDS_ABOUT_THE_PERSON.keys()
        if named and rule.endpoint not in LOOKS_ITSELF:
            yield rule


def opened(app, client, session, world, method: str, rule: Rule, address: str):
    """Open an address as somebody of this site who may, or send a form there that says nothing but its sender."""
    role = next(role for role in Role if needed(app, rule) <= ROLES[role])
    client.sign_in(session, world, world.staff[role])
    if method == "GET":
        return client.get(address)
    return client.post(address, data={"signed_in_as": str(world.staff[role].id)})


def counts(session) -> dict[str, int]:
    session.rollback()
    tables = [table for name, table in Base.metadata.tables.items() if name not in NOT_OF_THE_RECORD]
    return {table.name: session.scalar(select(func.count()).select_from(table)) for table in tables}


@pytest.fixture
def without_csrf(app):
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_address_opens_a_record_of_another_site(app, client, session, world, without_csrf, method):
    samples = OfAnotherSite(session, world)
    addresses = [(rule, samples.address(rule)) for rule in of_a_site(app, method)]
    before = counts(session)

    answers = [(rule, opened(app, client, session, world, method, rule, address)) for rule, address in addresses]

    assert [(str(rule), answer.status_code) for rule, answer in answers if answer.status_code != 404] == []
    assert counts(session) == before
    assert len(addresses) > 50


def test_what_stands_about_a_person_is_opened_at_every_site(app, client, session, world):
    samples = OfAnotherSite(session, world)
    open_everywhere = [
        rule
        for rule in own_rules(app, "GET")
        if records_in(rule) and set(records_in(rule)) <= STANDS_ABOUT_THE_PERSON.keys()
    ]

    answers = {
        str(rule): opened(app, client, session, world, "GET", rule, samples.address(rule)).status_code
        for rule in open_everywhere
    }

    lots = {rule for rule in answers if "<int:lot_id>" in rule}
    assert {answers.pop(rule) for rule in lots} == {404}, "a lot of which nothing came here"
    assert set(answers.values()) == {200}, answers


def test_the_lists_of_exceptions_are_those_of_the_rule(app):
    known = {name for rule in app.url_map.iter_rules() for name in records_in(rule)}
    marked = {name for name, view in app.view_functions.items() if getattr(view, "of_any_site", False)}

    assert STANDS_ABOUT_THE_PERSON.keys() == STANDS_EVERYWHERE
    assert known >= STANDS_EVERYWHERE
    assert {name for name in known if "site_id" not in Base.metadata.tables[name].c} == OF_NO_SITE.keys() - {"person"}
    assert marked == LOOKS_ITSELF.keys()


def test_the_window_says_nothing_of_a_dose_of_another_site(app, client, session, world, without_csrf):
    samples = OfAnotherSite(session, world)
    number = session.get_one(models.Person, samples.rows.first["person"]["id"]).number
    rules = [rule for method in ("GET", "POST") for rule in own_rules(app, method) if rule.endpoint in LOOKS_ITSELF]
    addresses = [(rule, samples.address(rule)) for rule in rules]
    before = counts(session)

    for rule, address in addresses:
        method = "GET" if "GET" in rule.methods else "POST"
        answer = opened(app, client, session, world, method, rule, address)

        assert number not in answer.get_data(as_text=True), rule
    assert {rule.endpoint for rule in rules} == LOOKS_ITSELF.keys()
    assert counts(session) == before


def test_a_gap_that_names_a_record_is_known_to_the_rule(app):
    unknown = {gap for rule in app.url_map.iter_rules() for gap in unknown_records_in(rule)}

    assert unknown == set()


def unknown_records_in(rule: Rule) -> set[str]:
    numbers = {gap for gap, converter in rule._converters.items() if isinstance(converter, IntegerConverter)}
    return {gap for gap in numbers if gap.endswith("_id") and table_of(gap) is None}


SHOWS_WHOSE = {
    "harm_reduction.of_person",
    "health_tests.of_person",
    "sessions.of_person",
    "turns.of_person",
    "urine.of_person",
}
"""Pages about a person with records of every site beside each other."""


def test_a_page_about_a_person_offers_nothing_that_only_another_site_opens(app, client, session, world):
    samples = OfAnotherSite(session, world)
    theirs = {rule.endpoint: samples.address(rule) for method in ("GET", "POST") for rule in of_a_site(app, method)}
    pages = [rule for rule in own_rules(app, "GET") if rule.endpoint in SHOWS_WHOSE]

    offered = set()
    for rule in pages:
        for role in (role for role in Role if needed(app, rule) <= ROLES[role]):
            client.sign_in(session, world, world.staff[role])
            text = client.get(samples.address(rule)).get_data(as_text=True)
            offered |= {(rule.endpoint, endpoint) for endpoint, address in theirs.items() if f'"{address}"' in text}

    assert len(pages) == len(SHOWS_WHOSE)
    assert sorted(offered) == []
