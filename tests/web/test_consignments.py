"""The pages between two sites: sending before a witness, taking in blind, and what became of the rest."""

from dataclasses import replace

import pytest

from dispensary.services import chains, consignments
from dispensary.services.consignments import Sending
from models import Consignment, ConsignmentArrival, ConsignmentEnd, ConsignmentLine, Site, Terminal, Window
from models.enums import ChainKind, Role
from tests import factories
from tests.factories import PASSWORD
from tests.rows import count_stored, one_stored

PAPERS = {"document_no": "222-0001", "carrier": "M. Diaz", "identity_seen": "pass 77", "seal_no": "S-100"}


def text(response):
    return response.get_data(as_text=True)


@pytest.fixture
def hill(session, world):
    site = factories.save(session, Site(code="hill", name="Hill Clinic"))
    window = factories.save(session, Window(site_id=site.id, name="Window 1"))
    terminal = factories.save(session, Terminal(site_id=site.id, window_id=window.id, name="Hill", code="hill-1"))
    chains.create_head(session, site.id, ChainKind.AUDIT)
    who = factories.staff(session, "Hill Nurse")
    factories.role(session, who, site, Role.NURSE)
    session.commit()
    staff = world.staff | {Role.NURSE: who}
    return replace(world, site=site, window=window, terminal=terminal, staff=staff, containers={})


@pytest.fixture
def bottle(session, world):
    made = factories.container(session, world, world.products["methadone"], at_window=False)
    session.commit()
    return made


def from_hill(session, world, hill, *, to=None):
    """A consignment that the other site has sent, with its label."""
    sealed = factories.container(
        session, replace(hill, places=places_of(session, hill)), hill.products["methadone"], at_window=False
    )
    sent = consignments.send(
        session,
        sending=Sending(**PAPERS, to_site_id=to or world.site.id),
        container_ids=[sealed.id],
        witnessed_by_id=world.witness.id,
        act=hill.act(),
    )
    session.commit()
    return sent, sealed.label


def places_of(session, hill):
    from models import Place
    from models.enums import PlaceKind

    window = PlaceKind.WINDOW
    return {
        kind: factories.save(
            session,
            Place(
                site_id=hill.site.id,
                kind=kind,
                name=str(hill.window.id) if kind is window else "",
                window_id=hill.window.id if kind is window else None,
            ),
        )
        for kind in PlaceKind
    }


def test_a_consignment_is_sent_before_a_witness_and_printed(nurse, session, world, hill, bottle):
    signed = {"witness_username": world.witness.username, "witness_password": PASSWORD}
    form = {**PAPERS, "to_site": hill.site.id, "addressee": "", "authority": "", "containers": [bottle.id]}

    refused = nurse.send("/stock/consignments/new", form)
    answer = nurse.send("/stock/consignments/new", form | signed)

    assert refused.status_code == 422
    assert "A second person must sign here." in text(refused)
    sent = one_stored(session, Consignment)
    where = f"/stock/consignments/{sent.id}"
    assert answer.headers["Location"] == where
    page = text(nurse.get(where))
    assert bottle.label in page and "S-100" in page and "Hill Clinic" in page
    assert "On its way" in text(nurse.get("/stock"))
    assert "222-0001" in text(nurse.get("/stock/consignments"))
    assert "not here: sent away" in text(nurse.get(f"/stock/containers/{bottle.id}"))
    book = text(nurse.get(f"/stock/register/{bottle.product_id}"))
    assert "Hill Clinic" in book
    assert "222-0001" in book
    note = nurse.send(f"{where}.pdf", {"paper": "A4"}, page=where)
    assert note.data.startswith(b"%PDF")


def test_the_addressee_does_not_see_what_was_sent_before_it_has_looked(nurse, session, world, hill):
    sent, label = from_hill(session, world, hill)
    where = f"/stock/consignments/{sent.id}"

    for path in (where, f"{where}/receive", "/stock", "/stock/consignments"):
        page = text(nurse.get(path))
        assert "Hill Clinic" in page
        assert label not in page and "S-100" not in page

    answer = nurse.send(
        f"{where}/receive", {"seal_no": "S-101", "seal": "broken", "labels": f"{label}\nX-9", "note": "cut open"}
    )
    assert answer.status_code == 303
    page = text(nurse.get(where))
    assert "X-9" in page and "sent under S-100, came as S-101" in page and "not whole" in page
    assert "Waits for a second signature" in text(nurse.get("/stock"))
    assert count_stored(session, ConsignmentEnd) == 1


def test_the_same_look_sent_twice_takes_it_in_once(nurse, session, world, hill):
    sent, label = from_hill(session, world, hill)
    where = f"/stock/consignments/{sent.id}/receive"
    found = {"seal_no": "S-100", "seal": "whole", "labels": label, "note": ""}
    nurse.send(where, found)

    again = nurse.send(where, found)

    assert again.status_code == 409
    assert count_stored(session, ConsignmentArrival) == 1


@pytest.mark.parametrize("turn", ["", "0", "-1", "9" * 40, "٢", "<b>"])
def test_a_page_that_was_tampered_with_takes_nothing_in(nurse, session, world, hill, turn):
    sent, label = from_hill(session, world, hill)
    found = {"seal_no": "S-100", "seal": "whole", "labels": label, "note": "", "turn": turn}

    answer = nurse.send(f"/stock/consignments/{sent.id}/receive", found)

    assert answer.status_code in (409, 422)
    assert count_stored(session, ConsignmentArrival) == 0


def test_a_consignment_between_others_is_not_reached(nurse, session, world, hill):
    third = factories.save(session, Site(code="third", name="Third Clinic"))
    session.commit()
    sent, _ = from_hill(session, world, hill, to=third.id)
    where = f"/stock/consignments/{sent.id}"

    for path in (where, f"{where}/receive", f"{where}/end"):
        assert nurse.get(path).status_code == 404


def test_the_addressee_neither_ends_nor_prints_and_the_sender_does_not_receive(nurse, session, world, hill, bottle):
    sent, _ = from_hill(session, world, hill)
    own = consignments.send(
        session,
        sending=Sending(**PAPERS, to_site_id=hill.site.id),
        container_ids=[bottle.id],
        witnessed_by_id=world.witness.id,
        act=world.act(),
    )
    session.commit()

    assert nurse.get(f"/stock/consignments/{sent.id}/end").status_code == 404
    answer = nurse.send(f"/stock/consignments/{sent.id}.pdf", {"paper": "A4"}, page="/stock/consignments/new")
    assert answer.status_code == 404
    assert nurse.get(f"/stock/consignments/{own.id}/receive").status_code == 404


def test_what_did_not_arrive_is_accounted_for_by_two(nurse, session, world, hill, bottle):
    own = consignments.send(
        session,
        sending=Sending(**PAPERS, to_site_id=hill.site.id),
        container_ids=[bottle.id],
        witnessed_by_id=world.witness.id,
        act=world.act(),
    )
    session.commit()
    line, where = one_stored(session, ConsignmentLine), f"/stock/consignments/{own.id}"
    signed = {"witness_username": world.witness.username, "witness_password": PASSWORD}

    blank = nurse.send(f"{where}/end", {"lines": [line.id], "fate": "lost", "note": ""} | signed)
    answer = nurse.send(f"{where}/end", {"lines": [line.id], "fate": "came_back", "note": "road closed"} | signed)

    assert blank.status_code == 422
    assert answer.headers["Location"] == where
    assert "road closed" in text(nurse.get(where))
    assert "On its way" not in text(nurse.get("/stock"))
