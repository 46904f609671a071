"""What was keyed when a terminal locked: kept for its sitting alone, forgotten once it is back on its page.

It is nothing of the clinic's records yet: no rule was asked and nothing is audited, since nothing was recorded.
"""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import Enum, auto

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from dispensary.rules.kept_fields import Pair, fit, worth_keeping
from models import KeptForm, StaffSession

LONGEST_SITTING = timedelta(hours=14)
"""How long a cookie lives: what nobody has come back to by then is forgotten."""
MOST_PAGES = 20
"""How many pages of one sitting are kept at once."""


class Kept(Enum):
    """What became of the fields of a page."""

    NOTHING = auto()
    """There was nothing in them."""
    WHOLE = auto()
    TOO_LONG = auto()


def keep(session: Session, *, sitting_id: int, path: str, fields: Iterable[Pair], at: datetime) -> Kept:
    """Keep what was keyed into one page of a sitting; while it stays locked, the first that came is not replaced.

    Args:
        path: the page on which it was keyed, to be put back there.
        fields: names and values as sent; secrets and the page's own tokens are left out here.
    """
    kept = worth_keeping(fields)
    if not any(value.strip() for _, value in kept):
        return Kept.NOTHING
    _lock(session, sitting_id)
    mine = KeptForm.sitting_id == sitting_id
    standing = session.scalar(select(KeptForm.id).where(mine, KeptForm.path == path))
    if standing is not None and _is_locked(session, sitting_id):
        return Kept.WHOLE
    pages = session.scalar(select(func.count()).select_from(KeptForm).where(mine)) or 0
    if not fit(kept) or pages >= MOST_PAGES:
        return Kept.TOO_LONG
    session.execute(delete(KeptForm).where(mine, KeptForm.path == path))
    session.add(KeptForm(sitting_id=sitting_id, path=path, fields=json.dumps(kept), kept_at=at))
    session.flush()
    return Kept.WHOLE


def _lock(session: Session, sitting_id: int) -> None:
    session.execute(select(StaffSession.id).where(StaffSession.id == sitting_id).with_for_update(key_share=True))


def _is_locked(session: Session, sitting_id: int) -> bool:
    query = select(StaffSession.id).where(StaffSession.id == sitting_id, StaffSession.locked_at.is_not(None))
    return session.scalar(query) is not None


def forget(session: Session, *, kept_id: int) -> None:
    """Forget what is back on its page."""
    session.execute(delete(KeptForm).where(KeptForm.id == kept_id))


def forget_ended(session: Session, at: datetime) -> None:
    """Forget what was keyed in sittings that have ended, and what nobody came back to."""
    ended = select(StaffSession.id).where(StaffSession.ended_at.is_not(None))
    session.execute(
        delete(KeptForm).where(or_(KeptForm.sitting_id.in_(ended), KeptForm.kept_at < at - LONGEST_SITTING))
    )
