"""What was found out about a life: each part of it as it counts now and as it was before, and the life situation over time."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.queries.signs import same_person
from models import Assessment, LifeSituation, Staff
from models.enums import AssessmentDomain, Education, FamilyTies, Housing, Need, Work


@dataclass(frozen=True)
class Finding:
    """What was found in one part of a life on a day."""

    domain: AssessmentDomain
    episode_id: int
    turn: int
    need: Need
    findings: str
    complete: bool
    family_took_part: bool
    assessed_on: date
    by: str


def findings_of(session: Session, person_id: int) -> list[Finding]:
    """Return everything ever found about a person, the newest first, whichever of their records it stands on."""
    query = (
        select(
            Assessment.domain,
            Assessment.episode_id,
            Assessment.turn,
            Assessment.need,
            Assessment.findings,
            Assessment.complete,
            Assessment.family_took_part,
            Assessment.assessed_on,
            Staff.name.label("by"),
        )
        .join(Staff, Staff.id == Assessment.recorded_by_id)
        .where(same_person(Assessment.__table__.c.person_id, person_id))
        .order_by(Assessment.id.desc())
    )
    return [Finding(**row._mapping) for row in session.execute(query)]


def standing(findings: list[Finding], episode_id: int | None) -> dict[AssessmentDomain, Finding]:
    """Return what counts now of each part, in the present episode; of each the highest turn."""
    found: dict[AssessmentDomain, Finding] = {}
    for finding in findings:
        if finding.episode_id == episode_id and (
            finding.domain not in found or found[finding.domain].turn < finding.turn
        ):
            found[finding.domain] = finding
    return found


@dataclass(frozen=True)
class Situation:
    """Housing, work, education and family on a day."""

    seen_on: date
    housing: Housing
    work: Work
    education: Education
    family: FamilyTies
    children_under_6: int | None
    by: str


def situations_of(session: Session, person_id: int) -> list[Situation]:
    """Return how somebody lived over time, the newest first."""
    query = (
        select(
            LifeSituation.seen_on,
            LifeSituation.housing,
            LifeSituation.work,
            LifeSituation.education,
            LifeSituation.family,
            LifeSituation.children_under_6,
            Staff.name.label("by"),
        )
        .join(Staff, Staff.id == LifeSituation.recorded_by_id)
        .where(same_person(LifeSituation.__table__.c.person_id, person_id))
        .order_by(LifeSituation.seen_on.desc(), LifeSituation.id.desc())
    )
    return [Situation(**row._mapping) for row in session.execute(query)]
