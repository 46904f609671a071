"""What is decided about doses to take home, and bottles handed over, as the window would do it in a test."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import models
from dispensary.policy.take_homes import TakeHomePolicy
from dispensary.queries import going_home
from dispensary.queries.going_home import Asked, Terms
from dispensary.rules.bottles import IssuePlan
from dispensary.services import bottles, dosing, stock
from dispensary.services.bottles import Handover
from models import enums
from models.units import quantity
from tests.factories import World, dose, save, stamp
from tests.station import SITE

TERMS = Terms(SITE, 365, TakeHomePolicy)


def decide(session: Session, world: World, who: models.Person, **values: Any) -> models.TakeHomeDecision:
    """Decide that somebody comes on the weekday of today and three days after, and takes two doses at most."""
    comes = "".join(sorted(str((world.day + timedelta(days=n)).isoweekday()) for n in (0, 3)))
    order = session.scalars(select(models.DoseOrder).where(models.DoseOrder.person_id == who.id)).first()
    assert order is not None
    return save(
        session,
        models.TakeHomeDecision(
            **{
                "person_id": who.id,
                "episode_id": order.episode_id,
                "attends_on": comes,
                "every_weeks": 1,
                "most_days": 3,
                "days_in_treatment": 90,
                "criteria": "[]",
                "rationale": "stable",
                "effective_on": world.day,
                "review_on": world.day + timedelta(days=90),
                "decided_at": world.at,
            }
            | values,
            **stamp(world, world.prescriber),
        ),
    )


def one_off(
    session: Session, world: World, who: models.Person, first: date, last: date, at: datetime | None = None
) -> models.OneOffTakeHome:
    """Allow doses for a journey."""
    order = session.scalars(select(models.DoseOrder).where(models.DoseOrder.person_id == who.id)).first()
    assert order is not None
    return save(
        session,
        models.OneOffTakeHome(
            person_id=who.id,
            episode_id=order.episode_id,
            reason=enums.OneOffReason.JOURNEY,
            first_on=first,
            last_on=last,
            rationale="a wedding",
            decided_at=at or world.at,
            **stamp(world, world.prescriber, recorded_at=at or world.at),
        ),
    )


def safe(session: Session, world: World, who: models.Person, day: date | None = None) -> models.SafetyCheck:
    """Go through storage, teaching and closures with somebody."""
    return save(
        session,
        models.SafetyCheck(
            person_id=who.id,
            clinic_day=day or world.day,
            locked_storage=True,
            taught=True,
            child_resistant=True,
            naloxone=enums.NaloxoneOffer.GIVEN,
            **stamp(world),
        ),
    )


def collector(session: Session, world: World, who: models.Person) -> models.Collector:
    """Name a sister who may collect."""
    return save(
        session,
        models.Collector(
            person_id=who.id,
            name="Mai Nguyễn",
            relation="sister",
            authority="letter of today",
            from_on=world.day,
            until_on=world.day + timedelta(days=30),
            **stamp(world),
        ),
    )


def dosed_until_yesterday(session: Session, world: World, who: models.Person) -> None:
    """Give 80 mg on each of the seven days before today."""
    order = session.scalars(select(models.DoseOrder).where(models.DoseOrder.person_id == who.id)).one()
    for n in range(7, 0, -1):
        dose(session, world, who, order, at=world.at - timedelta(days=n))


def leave_in_container(session: Session, world: World, key: str, amount: str) -> None:
    """Waste all of a container but so much, before a witness."""
    container_id, act = world.containers[key].id, world.act()
    holds = stock.lock_container(session, container_id, act).holds
    moved = stock.draw(
        session,
        container_id=container_id,
        quantity=quantity(holds - quantity(amount)),
        kind=enums.MovementKind.WASTE,
        to_place=enums.PlaceKind.WASTE,
        witnessed_by_id=world.witness.id,
        waste_reason=enums.WasteReason.LEFT_OVER,
        act=act,
    )
    stock.enter_register(session, [moved], act)


def plan(
    session: Session, world: World, who: models.Person, *, one_off_id: int | None = None, collected: bool = False,
    terms: Terms | None = None, **changes: Any
) -> IssuePlan:  # fmt: skip
    """Return what goes home now, as the page shows it."""
    act = world.act(**changes)
    return going_home.issue_plan(
        session,
        dosing.station_facts(session, who.id, act),
        Asked(one_off_id, collected),
        terms or TERMS,
        site_id=world.site.id,
        window_id=world.window.id,
    )


def hand_over(
    session: Session,
    world: World,
    who: models.Person,
    *,
    digest: str | None = None,
    one_off_id: int | None = None,
    collector_id: int | None = None,
    identity_seen: str = "",
    terms: Terms | None = None,
    **changes: Any,
) -> models.TakeHomeIssue:
    """Look, and hand over what goes home now."""
    if digest is None:
        collected = collector_id is not None
        digest = plan(session, world, who, one_off_id=one_off_id, collected=collected, terms=terms, **changes).digest
    handover = Handover(who.id, digest, one_off_id=one_off_id, collector_id=collector_id, identity_seen=identity_seen)
    act = world.act(**changes).at_the_window()
    return bottles.issue_bottles(session, handover=handover, terms=terms or TERMS, act=act)
