"""What the made-up counsellors know of their people from day to day."""

from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

COUNSELLORS = ("counsellor", "counsellor2")


@dataclass(frozen=True)
class Appointment:
    """A session that was arranged."""

    session_id: int
    person_id: int
    starts_at: datetime
    who: str
    """The account of the counsellor."""


@dataclass
class Casework:
    """Whose people are whose, and what lies ahead of each."""

    rng: Random
    """Of its own, so that casework draws nothing away from the rest of the story."""
    keeper: dict[int, str] = field(default_factory=dict)
    """The counsellor of each person."""
    dates: dict[date, list[Appointment]] = field(default_factory=dict)
    met: set[int] = field(default_factory=set)
    """With whom a first date was arranged."""
    groups: dict[int, list[int]] = field(default_factory=dict)
    """Who belongs to each group."""
    review_on: dict[int, date] = field(default_factory=dict)
    """When each plan is looked at again."""
    urine_on: dict[int, date] = field(default_factory=dict)
    """When each person last gave a urine."""
    agencies: list[int] = field(default_factory=list)
    referrals: dict[int, int] = field(default_factory=dict)
    """Whose each open referral is."""
    called: set[int] = field(default_factory=set)
    """Former patients who are called on a schedule."""
    asked: set[int] = field(default_factory=set)
    """Who has said what they want of treatment."""
    integrated: set[int] = field(default_factory=set)
    """Whose journey has reached the community."""
    overdose_id: int | None = None
    """The overdose that was survived."""
    overdosed: int = 0
    """Whose it was."""
    programmes: dict[int, int] = field(default_factory=dict)
    """Whose each programme of a pair is."""
    pairs_since: date | None = None
    """When the pairs began."""
    weeks_told: int = 0
    """How many of their weeks are on record."""
