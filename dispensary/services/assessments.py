"""Finding out about a life, one part at a time: half done it may be saved, and nothing of it delays a dose."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import Refused
from dispensary.queries.people import episode_on
from dispensary.services import audit, people
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.services.past_days import refuse_unless_past
from dispensary.wording import N_, say
from models import Assessment, LifeSituation
from models.enums import AssessmentDomain, AuditKind, Education, FamilyTies, Housing, Need, Work

LONGEST = 2000
MOST_CHILDREN = 20


def assess(
    session: Session,
    *,
    person_id: int,
    domain: AssessmentDomain,
    need: Need,
    findings: str,
    complete: bool,
    family_took_part: bool,
    assessed_on: date,
    act: Act,
) -> Assessment:
    """Record what was found in one part of a life; a later entry of the same part counts in its place.

    Args:
        complete: whether this part is done; what is half done is saved as it is.
        family_took_part: whether family or friends were there, with the person's consent.

    Raises:
        Refused: the person is not in treatment, the day cannot be right, or it is called complete with parts missing.
    """
    findings = people.line(findings, "findings", needed=complete, longest=LONGEST)
    if complete and need is Need.NOT_ASKED:
        words = say(N_("Say how much help is needed, or save it half done."))
        raise Refused(words, code="need_not_asked", field="need")
    refuse_unless_past(assessed_on, "assessed_on", act)
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    episode_id = open_episode(session, person_id, act)
    mine = (Assessment.episode_id == episode_id, Assessment.domain == domain)
    turn = (session.scalar(select(func.max(Assessment.turn)).where(*mine)) or 0) + 1
    found = write(
        session,
        Assessment(
            person_id=person_id,
            episode_id=episode_id,
            domain=domain,
            turn=turn,
            need=need,
            findings=findings,
            complete=complete,
            family_took_part=family_took_part,
            assessed_on=assessed_on,
            **act.stamp,
        ),
    )
    audit.record(
        session,
        AuditKind.ASSESSMENT_RECORDED,
        found,
        act,
        person=person_id,
        domain=domain,
        turn=turn,
        complete=complete,
    )
    return found


def record_life_situation(
    session: Session,
    *,
    person_id: int,
    seen_on: date,
    housing: Housing,
    work: Work,
    education: Education,
    family: FamilyTies,
    children_under_6: int | None,
    act: Act,
) -> LifeSituation:
    """Record housing, work, education and family as they are on a day; the rows before it stay, and show the way.

    Raises:
        Refused: the day cannot be right, or so many children are a slip of the keys.
    """
    refuse_unless_past(seen_on, "seen_on", act)
    if children_under_6 is not None and not 0 <= children_under_6 <= MOST_CHILDREN:
        words = say(N_("From 0 to %(most)s; leave it empty if it was not asked."), most=MOST_CHILDREN)
        raise Refused(words, code="children", field="children_under_6")
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    seen = write(
        session,
        LifeSituation(
            person_id=person_id,
            seen_on=seen_on,
            housing=housing,
            work=work,
            education=education,
            family=family,
            children_under_6=children_under_6,
            **act.stamp,
        ),
    )
    audit.record(session, AuditKind.LIFE_SITUATION_RECORDED, seen, act, person=person_id, seen_on=seen_on)
    return seen


def open_episode(session: Session, person_id: int, act: Act) -> int:
    """Return the episode that an assessment or a plan belongs to.

    Raises:
        Refused: the person is not in treatment at this site.
    """
    episode_id = episode_on(session, person_id, act.site_id)
    if episode_id is None:
        words = say(N_("Not in treatment here now. Admit the person first; the assessment may follow later."))
        raise Refused(words, code="not_in_treatment")
    return episode_id
