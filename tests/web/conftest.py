"""Who is signed in, and somebody in treatment: what most tests of pages begin with."""

import pytest

from models import Person
from tests import factories
from tests.client import StrictClient


@pytest.fixture
def nurse(client, session, world) -> StrictClient:
    """The client of the nurse at the window."""
    return client.sign_in(session, world, world.nurse)


@pytest.fixture
def prescriber(client, session, world) -> StrictClient:
    """The client of the prescriber, away from the windows."""
    return client.sign_in(session, world, world.prescriber, at_window=False)


@pytest.fixture
def who(session, world) -> Person:
    """Somebody in treatment."""
    made = factories.patient(session, world)
    session.commit()
    return made
