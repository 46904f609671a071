"""What the made-up counsellors know of their people from day to day."""

from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from models.enums import HealthTestKind, Housing

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
    groups: list[int] = field(default_factory=list)
    """Those that meet each week, in their order."""
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
    entered: dict[int, date] = field(default_factory=dict)
    """The evening on which what is asked at entry was gone through, by episode."""
    assessed: dict[int, date] = field(default_factory=dict)
    """When the parts of a life were gone through, by episode."""
    lives_at: dict[int, Housing] = field(default_factory=dict)
    marked: set[int] = field(default_factory=set)
    """Who was asked whether they belong to a group whose needs are counted."""
    screened: set[int] = field(default_factory=set)
    """Who was asked about every substance."""
    tests_offered: set[int] = field(default_factory=set)
    """The episodes in which health tests were offered."""
    results_on: dict[date, list[tuple[HealthTestKind, int]]] = field(default_factory=dict)
    """The tests whose results come back on a day, each with its offer."""
    consents: dict[int, tuple[int, int]] = field(default_factory=dict)
    """What each person signed for which agency."""
    relatives: list[int] = field(default_factory=list)
    planned: set[int] = field(default_factory=set)
    """Of whose stay in custody all is written down that is known."""
    singled_out: set[int] = field(default_factory=set)
    """To whom something happened that happens once."""
    declined: tuple[int, int] | None = None
    """Whose wish for doses at home was declined, and the answer."""
    contest_id: int | None = None
    wish_id: int | None = None
    """Of a taper."""
    ending_id: int | None = None
    """Of the ending that was proposed."""
    draw_id: int | None = None
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
