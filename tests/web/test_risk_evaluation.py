"""The page on which the nightly scan is looked back on: figures, rules and versions, for the clinic head alone."""

from datetime import timedelta

from dispensary.services import risk, risk_models
from models.enums import Role
from tests.jobs.test_risk_scan import came
from tests.services.test_risk_models import keep

DAY = timedelta(days=1)


def sign_in(client, session, world, role):
    client.sign_in(session, world, world.staff[role], at_window=False)


def test_page_shows_every_table_with_how_it_is_counted(session, world, client):
    for n in range(4):
        came(session, world, ago=1 + 2 * (n % 2))
    version = keep(session, world)
    risk_models.promote(session, version=version, reason="It comes true here.", act=world.act())
    session.commit()
    sign_in(client, session, world, Role.CLINIC_HEAD)
    asked = f"?from={world.day - 60 * DAY}&until={world.day - 28 * DAY}"

    page = client.get(f"/risk/evaluation{asked}").get_data(as_text=True)

    for name in ("definitions", "alerts", "by_drug", "by_site", "months", "fifths", "versions"):
        assert f'id="{name}"' in page
    assert "the run begins within 14 days" in page
    assert "95 % intervals" in page
    assert version in page and "It comes true here." in page


def test_days_without_nights_say_so(session, world, client):
    session.commit()
    sign_in(client, session, world, Role.CLINIC_HEAD)

    page = client.get("/risk/evaluation?from=2001-01-01&until=2001-02-01")

    assert page.status_code == 200
    assert "There are no nights in these days" in page.get_data(as_text=True)


def test_it_is_for_the_clinic_head(session, world, client):
    session.commit()
    for role in (Role.COUNSELLOR, Role.NURSE):
        sign_in(client, session, world, role)
        assert client.get("/risk/evaluation").status_code == 403
        client.post("/sign-out")


def test_list_says_a_probability_only_once_somebody_put_it_into_use(session, world, client):
    came(session, world, ago=3)
    for one in risk.to_raise(session, world.site.id, world.day):
        risk.raise_flag(session, one, world.act())
    version = keep(session, world)
    session.commit()
    sign_in(client, session, world, Role.COUNSELLOR)

    before = client.get("/risk").get_data(as_text=True)
    risk_models.promote(session, version=version, reason="It comes true here.", act=world.act())
    session.commit()
    after = client.get("/risk").get_data(as_text=True)

    assert version not in before
    assert version in after
