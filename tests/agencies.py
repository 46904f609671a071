"""An agency in the directory, and a consent that lets us tell it something: what tests about agencies begin with."""

from dataclasses import replace
from datetime import timedelta

import models
from dispensary.policy.profiles import SHIPPED, load
from dispensary.policy.stack import alert_list
from dispensary.services import agencies, chains, consents
from dispensary.services.agencies import AgencyEntry
from dispensary.services.consents import Allowed
from models.enums import AgencyKind, ChainKind, ConsentScope, Role, SignedOn
from tests import factories

DAY = timedelta(days=1)
SCOPES = (ConsentScope.ATTENDANCE, ConsentScope.LAST_DOSE)


def listed(session, world, name="Harbour Shelter", kind=AgencyKind.HOUSING, **values):
    entry = AgencyEntry(**{"name": name, "kind": kind, "contact": "Ms Tran", "phone": "555-0142"} | values)
    return agencies.list_agency(session, entry=entry, act=world.act(world.staff[Role.COUNSELLOR]))


def another_site(session, world):
    """Return the same clinic's people at another site, which has its own directory and audit."""
    site = factories.save(session, models.Site(code="other", name="Hill Clinic"))
    chains.create_head(session, site.id, ChainKind.AUDIT)
    return replace(world, site=site)


def consented(session, world, who, agency, *scopes, **values):
    allowed = Allowed(
        **{
            "agency_id": agency.id,
            "scopes": frozenset(scopes or SCOPES),
            "purpose": "a place to live",
            "signed_on": world.day,
            "signed_how": SignedOn.PAPER,
            "expires_on": world.day + 90 * DAY,
        }
        | values
    )
    return consents.give_consent(
        session, person_id=who.id, allowed=allowed, act=world.act(world.staff[Role.COUNSELLOR])
    )


def listed_medicines(day):
    return alert_list(load([SHIPPED]), [], day)
