"""What stands out about a referral, and when it waits too long for an answer."""

from dataclasses import dataclass
from datetime import date, datetime

from models.enums import AgencyKind, ReferralResult, ReplyKind

ELSEWHERE = frozenset({AgencyKind.PRIMARY_CARE, AgencyKind.RESIDENTIAL, AgencyKind.OTHER_CLINIC})
"""Where treatment itself goes; a way back is written down. Source: product.md §9 (NTA Models of care 2006)."""


def goes_elsewhere(kind: AgencyKind) -> bool:
    """Return whether treatment itself goes to such an agency, so that a way back must be written."""
    return kind in ELSEWHERE


@dataclass(frozen=True)
class Meeting:
    """The joint first meeting as it stands: arranged, or held and with whom."""

    at: datetime
    held: bool
    met_with: str
    we_were_there: bool


@dataclass(frozen=True)
class Reply:
    """What the agency answered last."""

    reply: ReplyKind
    replied_on: date
    from_whom: str
    note: str


@dataclass(frozen=True)
class ReferralFacts:
    """A referral with what has become of it."""

    id: int
    person_id: int
    number: str
    name: str
    """Of the person, family name first."""
    agency_id: int
    agency: str
    agency_kind: AgencyKind
    agency_phone: str
    agency_contact: str
    made_on: date
    by: str
    reason: str
    answer_by: date
    way_back: str
    result: ReferralResult | None
    closed_on: date | None
    close_note: str
    meeting: Meeting | None
    reply: Reply | None

    @property
    def open(self) -> bool:
        """Whether the loop is not closed yet."""
        return self.closed_on is None

    def overdue(self, today: date) -> bool:
        """Return whether it is open, its day has passed, and nothing but a waiting list, or no answer at all, came."""
        waits = self.reply is None or self.reply.reply is ReplyKind.WAITING_LIST
        return self.open and waits and self.answer_by < today
