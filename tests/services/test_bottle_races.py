"""Two people at the same moment over bottles: whoever comes second decides on what the first has left, on both databases."""

import pytest
from sqlalchemy import func, select

from dispensary.rules.bottle_returns import Looked
from dispensary.services import bottle_returns, bottles, dosing
from dispensary.services.bottles import Handover
from models import Bottle, BottleEnd, Claim, TakeHomeIssue
from models.enums import BottleFate, BottleState, ClaimKind, Residue, SealState
from tests import factories, take_homes
from tests.durability.recount import recount
from tests.services.test_dosing_races import at_once
from tests.station import SITE, give, shown

FULL = Looked(BottleState.FULL, SealState.INTACT, Residue.EXPECTED)


@pytest.fixture
def who(session, world):
    """Somebody dosed today who may take two bottles home."""
    made = factories.patient(session, world)
    take_homes.decide(session, world, made)
    take_homes.safe(session, world, made)
    give(session, world, made)
    session.commit()
    return made


def handing_over(session, world, who, by=None):
    handover = Handover(who.id, take_homes.plan(session, world, who).digest)
    act = world.act(by)
    session.rollback()
    return lambda other: bottles.issue_bottles(other, handover=handover, terms=take_homes.TERMS, act=act)


def count(session, table) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(table))


def test_two_terminals_hand_over_once(app, session, world, who):
    first, second = handing_over(session, world, who), handing_over(session, world, who, world.witness)

    outcomes = at_once(app, first, second)

    assert outcomes[0] == "done"
    assert outcomes[1] in ("slot_taken", "changed_since_shown")
    assert (count(session, TakeHomeIssue), count(session, Bottle)) == (1, 2)
    recount(session)


def test_bottles_and_a_dose_for_somebody_else_share_a_container(app, session, world, who):
    other = factories.patient(session, world, family_name="Trần")
    session.commit()
    page, act = shown(session, world, other), world.act(world.witness)
    session.rollback()

    outcomes = at_once(
        app,
        handing_over(session, world, who),
        lambda two: dosing.record_dose(two, shown=page, site=SITE, act=act),
    )

    assert outcomes == ["done", "done"]
    recount(session)


@pytest.fixture
def at_home(session, world, who):
    """The id of a bottle at home."""
    take_homes.hand_over(session, world, who)
    session.commit()
    return session.scalars(select(Bottle.id).order_by(Bottle.id)).first()


def test_one_bottle_ends_once(app, session, world, at_home):
    witness_id, act, second = world.witness.id, world.act(), world.act(world.witness)
    session.rollback()

    outcomes = at_once(
        app,
        lambda one: bottle_returns.take_back(
            one, bottle_id=at_home, looked=FULL, rest={}, witnessed_by_id=witness_id, act=act
        ),
        lambda two: bottle_returns.note_gone(two, bottle_id=at_home, fate=BottleFate.LOST, told="lost", act=second),
    )

    assert outcomes == ["done", "ended_before"]
    assert count(session, BottleEnd) == 1
    assert session.scalar(select(func.count()).where(Claim.kind == ClaimKind.TAKE_HOME)) == 2
    recount(session)
