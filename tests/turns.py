"""Endings, contests and custodies as a test needs them: proposed, agreed to, told, contested."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

import models
from dispensary.policy.turns import turn_rules
from dispensary.services import contests, endings
from dispensary.services.endings import Proposal
from models import enums
from models.enums import Role
from tests.factories import World, role, save, staff, stamp

A_DAY = timedelta(days=1)


def proposal(world: World, **values: Any) -> Proposal:
    """Return an ending for threats, with the least time that the rules leave."""
    rules = turn_rules()
    notice_on: date = values.pop("notice_on", world.day)
    contest_by = notice_on + rules.contest_within
    return Proposal(
        **{
            "reason": enums.EndingReason.THREATS,
            "account": "Threatened two of us with a knife on the first of March.",
            "offered_instead": "Doses at the side door, and at the clinic in the next town; declined.",
            "notice_on": notice_on,
            "contest_by": contest_by,
            "last_day": contest_by + rules.contest_answered_within,
        }
        | values
    )


def proposed(session: Session, world: World, who: models.Person, **values: Any) -> models.Ending:
    """Propose an ending as the prescriber."""
    wanted = proposal(world, **values)
    return endings.propose(session, person_id=who.id, proposal=wanted, act=world.act(world.prescriber))


def told(session: Session, world: World, who: models.Person, **values: Any) -> models.Ending:
    """Propose an ending, have the clinic head agree, and hand over its notice."""
    made = proposed(session, world, who, **values)
    endings.agree(session, ending_id=made.id, act=world.act(world.staff[Role.CLINIC_HEAD]))
    endings.hand_notice(session, ending_id=made.id, way=enums.Channel.AT_THE_WINDOW, act=world.act())
    return made


def contested(
    session: Session, world: World, who: models.Person, about: enums.ContestAbout, subject_id: int
) -> models.Contest:
    """Take down that somebody contests a decision."""
    return contests.contest(
        session,
        person_id=who.id,
        about=about,
        subject_id=subject_id,
        words="It was not me.",
        said_on=world.day,
        act=world.act(),
    )


def another(session: Session, world: World, kind: Role, name: str = "Olga Brandt") -> models.Staff:
    """Return somebody else of a role, who had no hand in anything."""
    made = staff(session, name)
    role(session, made, world.site, kind)
    return made


def in_custody(session: Session, world: World, who: models.Person, **values: Any) -> models.Absence:
    """Put on record that somebody is in custody since the day before yesterday."""
    return save(
        session,
        models.Absence(
            **{
                "person_id": who.id,
                "kind": enums.AbsenceKind.CUSTODY,
                "from_on": world.day - 2 * A_DAY,
                "place": "City jail",
                "told_by": "his brother",
            }
            | values,
            **stamp(world),
        ),
    )
