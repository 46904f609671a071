"""A person with somebody who stands by them, the group they go to, and urine tests as they stand on record."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

import models
from dispensary.services import groups, programmes, support
from dispensary.services.act import Act
from dispensary.services.groups import Terms
from dispensary.services.support import Naming
from models.enums import GroupKind, OfferAnswer, Relation, UrineFound, UrineMethod, UrineOccasion, UrineOutcome
from tests import factories
from tests.factories import World

LONG_AGO = timedelta(days=100)


def naming(world: World, **changes: object) -> Naming:
    """Return a sister with both consents, who sees nothing of doses or urine."""
    values = {
        "name": "Maria Ames",
        "relation": Relation.SIBLING,
        "phone": "555-0177",
        "contact_rules": "after six, never by letter",
        "drug_free": True,
        "person_agreed_on": world.day - LONG_AGO,
        "supporter_agreed_on": world.day - LONG_AGO,
    }
    return Naming(**values | changes)  # type: ignore[arg-type]


def supporter(session: Session, world: World, who: models.Person, act: Act, **changes: object) -> models.Supporter:
    """Offer the programme, be told yes, and name the sister."""
    support.offer_programme(
        session, person_id=who.id, offered_on=world.day, answer=OfferAnswer.ACCEPTED, why=None, act=act
    )
    return support.name_supporter(session, person_id=who.id, naming=naming(world, **changes), act=act)


def group(session: Session, world: World, act: Act, name: str = "Pairs") -> models.Group:
    """Make the weekly group of the pairs."""
    terms = Terms(name, GroupKind.COMMUNITY_SUPPORT, 1, "17:00", 90, act.by_id, open_to_relatives=True)
    return groups.make_group(session, terms=terms, opened_on=world.day - LONG_AGO, act=act)


def programme(session: Session, who: models.Person, group: models.Group, starts_on: date, act: Act) -> models.Programme:
    """Begin the programme of a pair."""
    return programmes.begin_programme(session, person_id=who.id, group_id=group.id, starts_on=starts_on, act=act)


def urine(
    session: Session,
    world: World,
    who: models.Person,
    day: date,
    *,
    positive: bool = False,
    outcome: UrineOutcome = UrineOutcome.TAKEN,
) -> models.UrineTest:
    """Put a urine on record: read at once, if it was taken."""
    taken = outcome is UrineOutcome.TAKEN
    test = factories.save(session, models.UrineTest(person_id=who.id, collected_on=day, **factories.stamp(world)))
    how = models.UrineCollection(
        urine_test_id=test.id,
        occasion=UrineOccasion.SCHEDULE,
        outcome=outcome,
        observed=False,
        method=UrineMethod.LABORATORY if taken else None,
        panel="laboratory",
        **factories.stamp(world),
    )
    factories.save(session, how)
    if taken:
        found = UrineFound.POSITIVE if positive else UrineFound.NEGATIVE
        result = models.UrineResult(urine_test_id=test.id, substance="opiates", result=found, **factories.stamp(world))
        factories.save(session, result)
    return test
