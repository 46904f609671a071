"""Each bottle against the slot it holds, the stock that filled it, what came back of it, and what the audit says."""

from collections import defaultdict
from decimal import Decimal
from itertools import groupby

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from dispensary.queries.verification.chains import AT_ONCE
from dispensary.queries.verification.results import Fault, Progress
from dispensary.rules import chain
from dispensary.rules.bottles import contents_of
from dispensary.wording import N_, Words, say
from models import (
    AuditEvent,
    Bottle,
    BottleEnd,
    BottleLine,
    BottleRest,
    Claim,
    ClaimRelease,
    Movement,
    PersonLink,
    Product,
    TakeHomeIssue,
)
from models.enums import AuditKind, ClaimKind, MovementKind


def wrong_bottle(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first bottle whose claim is of another person, day, part or kind, or the first such claim without one."""
    other = or_(
        Claim.id.is_(None),
        Claim.person_id != Bottle.person_id,
        Claim.clinic_day != Bottle.covers_on,
        Claim.part != Bottle.part,
        Claim.kind != ClaimKind.TAKE_HOME,
    )
    query = select(func.min(Bottle.id)).outerjoin(Claim, Claim.id == Bottle.claim_id)
    if (first := session.scalar(query.where(Bottle.site_id == site_id, other))) is not None:
        return _bottle(first, say(N_("its claim is not of this person, day and part")))
    owned = exists().where(Bottle.claim_id == Claim.id)
    query = select(func.min(Claim.id)).where(Claim.site_id == site_id, Claim.kind == ClaimKind.TAKE_HOME, ~owned)
    if (first := session.scalar(query)) is not None:
        return Fault(say(N_("claim no. %(id)s"), id=first), say(N_("its bottle is not on record")))
    return _wrong_release(session, site_id)


def _wrong_release(session: Session, site_id: int) -> Fault | None:
    """Return the first bottle whose day was freed although it was not brought back unopened, and nothing came after it."""
    again = aliased(Claim)
    freed = exists().where(ClaimRelease.claim_id == Bottle.claim_id)
    early = exists().where(BottleEnd.bottle_id == Bottle.id, BottleEnd.early)
    linked = exists().where(PersonLink.person_id == Claim.person_id, PersonLink.root_id == again.person_id)
    followed = exists().where(
        Claim.id == Bottle.claim_id,
        or_(and_(again.person_id == Claim.person_id, again.turn == Claim.turn + 1), linked),
        again.clinic_day == Claim.clinic_day,
        again.part == Claim.part,
        again.id > Claim.id,
        again.kind == ClaimKind.TAKE_HOME,
    )
    gone = exists().where(BottleEnd.bottle_id == Bottle.id, ~BottleEnd.early)
    query = select(func.min(Bottle.id)).where(Bottle.site_id == site_id)
    if (first := session.scalar(query.where(early, ~freed))) is not None:
        return _bottle(first, say(N_("it was brought back unopened, and its day is not free")))
    if (first := session.scalar(query.where(freed, ~early, ~and_(gone, followed)))) is not None:
        return _bottle(first, say(N_("its day was freed, and nothing says why")))
    return None


def wrong_bottle_draw(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first bottle that does not hold what was ordered, or whose stock is not what its lines say."""
    query = (
        select(Bottle.id, Bottle.amount_mg, BottleLine.quantity, Product.strength)
        .outerjoin(BottleLine, BottleLine.bottle_id == Bottle.id)
        .outerjoin(Product, Product.id == BottleLine.product_id)
        .where(Bottle.site_id == site_id)
        .order_by(Bottle.id)
    )
    with session.execute(query.execution_options(yield_per=AT_ONCE)) as rows:
        for bottle_id, group in groupby(rows, key=lambda row: row.id):
            lines = list(group)
            held = sum((r.quantity * r.strength for r in lines if r.strength is not None), Decimal(0))
            if held != lines[0].amount_mg:
                return _bottle(bottle_id, say(N_("its lines do not add up to its amount")))
    same = and_(
        Movement.id == BottleLine.movement_id,
        Movement.kind == MovementKind.TAKE_HOME,
        Movement.container_id == BottleLine.container_id,
        Movement.product_id == BottleLine.product_id,
        Movement.quantity == BottleLine.quantity,
    )
    unlike = select(func.min(BottleLine.bottle_id)).where(BottleLine.site_id == site_id, ~exists().where(same))
    if (first := session.scalar(unlike)) is not None:
        return _bottle(first, say(N_("the stock it took is not what its lines say")))
    return _unnamed(session, site_id, MovementKind.TAKE_HOME, BottleLine)


def wrong_return(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first bottle brought back of which another rest was set apart than was measured before a witness."""
    rest = (
        select(func.coalesce(func.sum(BottleRest.quantity), 0))
        .where(BottleRest.bottle_end_id == BottleEnd.id)
        .scalar_subquery()
    )
    query = select(func.min(BottleEnd.bottle_id)).where(
        BottleEnd.site_id == site_id, rest != func.coalesce(BottleEnd.quantity, 0)
    )
    if (first := session.scalar(query)) is not None:
        return _bottle(first, say(N_("what was set apart of it is not what was measured")))
    same = and_(
        Movement.id == BottleRest.movement_id,
        Movement.kind == MovementKind.RETURN,
        Movement.quantity == BottleRest.quantity,
    )
    query = (
        select(func.min(BottleEnd.bottle_id))
        .join(BottleRest, BottleRest.bottle_end_id == BottleEnd.id)
        .where(BottleEnd.site_id == site_id, ~exists().where(same))
    )
    if (first := session.scalar(query)) is not None:
        return _bottle(first, say(N_("its rest did not move as the record says")))
    return _unnamed(session, site_id, MovementKind.RETURN, BottleRest)


def _unnamed(
    session: Session, site_id: int, kind: MovementKind, by: type[BottleLine] | type[BottleRest]
) -> Fault | None:
    """Return the first movement of a kind that belongs to no bottle."""
    named = exists().where(by.movement_id == Movement.id)
    query = select(func.min(Movement.id)).where(Movement.site_id == site_id, Movement.kind == kind, ~named)
    first = session.scalar(query)
    return None if first is None else Fault(say(N_("movement no. %(id)s"), id=first), say(N_("no bottle says so")))


def wrong_handover(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first handover whose bottles are not those that its audit row says were handed out."""
    bottles = _bottles(session, site_id)
    audit = AuditEvent.__table__.c
    query = select(audit.subject_id, audit.body).where(
        audit.site_id == site_id, audit.kind == AuditKind.BOTTLES_ISSUED, audit.subject == TakeHomeIssue.__tablename__
    )
    with session.execute(query.order_by(audit.number).execution_options(yield_per=AT_ONCE)) as rows:
        for issue_id, body in rows:
            said = chain.fields(body).get("contents")
            if said is not None and said != bottles.get(issue_id):
                where = say(N_("handover no. %(id)s"), id=issue_id)
                return Fault(where, say(N_("its bottles are not those that were handed out")))
    return None


def _bottles(session: Session, site_id: int) -> dict[int, str]:
    query = (
        select(Bottle.issue_id, Bottle.covers_on, Bottle.part, Bottle.amount_mg)
        .where(Bottle.site_id == site_id)
        .order_by(Bottle.issue_id, Bottle.number)
    )
    found = defaultdict(list)
    for issue_id, day, part, amount_mg in session.execute(query):
        found[issue_id].append((day, part, amount_mg))
    return {issue_id: contents_of(bottles) for issue_id, bottles in found.items()}


def _bottle(bottle_id: int, what: Words) -> Fault:
    return Fault(say(N_("bottle no. %(id)s"), id=bottle_id), what)
