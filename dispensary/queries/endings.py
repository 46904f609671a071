"""Proposed endings: both hands, the notice, a contest, what came of them; and what is known of somebody leaving."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from dispensary.errors import NotFound
from dispensary.queries import absences, orders, sites
from dispensary.queries.people import EpisodeSpan
from dispensary.queries.signs import same_person
from dispensary.rules.endings import EndingFacts, Leaving
from dispensary.wording import N_, say
from models import (
    Contest,
    ContestAnswer,
    Dose,
    DoseReversal,
    Ending,
    EndingAgreement,
    EndingNotice,
    EndingOutcome,
    EpisodeEnd,
    EpisodeEndCorrection,
    Staff,
)
from models.enums import AbsenceKind

_ENDING, _AGREED, _NOTICE, _OUTCOME = (
    table.__table__.c for table in (Ending, EndingAgreement, EndingNotice, EndingOutcome)
)


def of_person(session: Session, person_id: int) -> list[EndingFacts]:
    """Return every ending that was proposed of a person, the newest first."""
    query = _endings().where(same_person(_ENDING.person_id, person_id))
    return [EndingFacts(*row) for row in session.execute(query.order_by(_ENDING.id.desc()))]


def open_of_episode(session: Session, episode_id: int) -> EndingFacts | None:
    """Return the ending of an episode that is neither carried out nor taken back, or None."""
    query = _endings().where(_ENDING.episode_id == episode_id, _OUTCOME.id.is_(None))
    row = session.execute(query.order_by(_ENDING.id.desc()).limit(1)).one_or_none()
    return EndingFacts(*row) if row else None


def open_of_site(session: Session, site_id: int) -> Sequence[EndingFacts]:
    """Return what is open of a site's episodes that go on, the next last day first."""
    corrected = exists().where(EpisodeEndCorrection.episode_end_id == EpisodeEnd.id)
    over = exists().where(EpisodeEnd.episode_id == _ENDING.episode_id, ~corrected)
    query = _endings().where(_ENDING.site_id == site_id, _OUTCOME.id.is_(None), ~over)
    return [EndingFacts(*row) for row in session.execute(query.order_by(_ENDING.last_day, _ENDING.id))]


def ending(session: Session, ending_id: int) -> EndingFacts:
    """Return one proposed ending.

    Raises:
        NotFound: there is none such.
    """
    row = session.execute(_endings().where(_ENDING.id == ending_id)).one_or_none()
    if row is None:
        raise NotFound(say(N_("There is no such ending on record.")), code="no_such_ending")
    return EndingFacts(*row)


def _endings() -> Select[Any]:
    agreed_by = aliased(Staff)
    answered = exists().where(ContestAnswer.contest_id == Contest.id)
    waits = exists().where(Contest.ending_id == _ENDING.id, ~answered).correlate(Ending.__table__)
    return (
        select(
            _ENDING.id,
            _ENDING.person_id,
            _ENDING.episode_id,
            _ENDING.site_id,
            _ENDING.turn,
            _ENDING.reason,
            _ENDING.account,
            _ENDING.offered_instead,
            _ENDING.notice_on,
            _ENDING.contest_by,
            _ENDING.last_day,
            _ENDING.recorded_by_id,
            Staff.name,
            _ENDING.recorded_at,
            _AGREED.recorded_by_id,
            agreed_by.name,
            _AGREED.agreed_at,
            _NOTICE.handed_on,
            _NOTICE.way,
            _OUTCOME.result,
            _OUTCOME.decided_on,
            func.coalesce(_OUTCOME.reason, ""),
            waits,
        )
        .select_from(Ending)
        .join(Staff, Staff.id == _ENDING.recorded_by_id)
        .outerjoin(EndingAgreement, _AGREED.ending_id == _ENDING.id)
        .outerjoin(agreed_by, agreed_by.id == _AGREED.recorded_by_id)
        .outerjoin(EndingNotice, _NOTICE.ending_id == _ENDING.id)
        .outerjoin(EndingOutcome, _OUTCOME.ending_id == _ENDING.id)
    )


def leaving(session: Session, person_id: int, span: EpisodeSpan, *, agreed: bool, site_id: int, today: date) -> Leaving:
    """Return what the rule asks before one person alone records an end."""
    newest = select(func.max(Dose.clinic_day)).where(
        same_person(Dose.__table__.c.person_id, person_id), Dose.id.not_in(select(DoseReversal.dose_id))
    )
    seen = max(filter(None, (session.scalar(newest), span.admitted_on)))
    stays = absences.lasting_stays(session, person_id)
    return Leaving(
        kind=span.kind,
        agreed=agreed,
        in_custody=any(stay.kind is AbsenceKind.CUSTODY for stay in stays),
        unseen_days=(today - seen).days,
        lost_after_days=sites.settings(session, site_id, today).lost_after_no_shows,
    )


def ordered_until(session: Session, person_id: int, today: date) -> date | None:
    """Return the last day of what is ordered now and after it; None where nothing is."""
    lasting = [v.facts.ends_on for v in orders.versions_of(session, person_id) if v.facts.ends_on >= today]
    return max(lasting, default=None)
