"""The scorecard for one person: points that anyone can add up, a lane, and the reasons as counts that can be checked.

It never stops or changes a dose or a take-home, and knows nothing of age, sex, race or address. Points and lanes are data
(policy/risk.toml); the probability that a scorecard might stand for is not said before it was fitted on the clinic's own people.
"""

from dataclasses import dataclass
from decimal import Decimal

from dispensary.policy.risk import DRUGS, RiskCard, Share
from models.enums import Medication, RiskFactor, RiskLane
from models.units import Mg


@dataclass(frozen=True)
class RiskFeatures:
    """What is counted of one person at the close of a clinic day; nothing of it lies after that day."""

    medication: Medication
    no_shows: int
    """In a row, as the day ledger counts them."""
    other_missed: int
    """Scheduled days missed in the last 14, without those in the row of no-shows."""
    missed_14: int
    days_in_treatment: int
    """Since the first day with an order here, which is 0."""
    amount_mg: Mg | None
    """A day, as last taken; None where nothing was taken yet, or only by injection."""
    amount_before_mg: Mg | None
    """The same, as it was 14 days ago, of the same drug."""
    opioid_positive: bool | None
    """What the last urine that was tested for opioids showed; None where there is none."""
    opioid_age: int | None
    """How many days ago that was taken."""
    urine_age: int | None
    """How many days ago the last urine of any kind was taken; None where there is none in this treatment."""
    urine_scheduled: bool
    """Whether a policy in force asks for urine tests of this person."""

    @property
    def drug(self) -> str:
        """The drug, whatever its form."""
        return DRUGS[self.medication]


@dataclass(frozen=True)
class RiskReason:
    """One row of the card: what was counted, and what it is worth."""

    factor: RiskFactor
    count: Decimal | None
    """None where it is not known; such a row scores 0."""
    points: int

    @property
    def known(self) -> bool:
        """Whether there was anything to count."""
        return self.count is not None


@dataclass(frozen=True)
class Risk:
    """What the card says of one person on one night."""

    lane: RiskLane | None
    points: int
    reasons: tuple[RiskReason, ...]
    """Every row of the card, those with points first, those not known last."""

    @property
    def scored(self) -> tuple[RiskReason, ...]:
        """The rows that gave points."""
        return tuple(reason for reason in self.reasons if reason.points)

    @property
    def not_known(self) -> tuple[RiskReason, ...]:
        """The rows about which nothing is on record."""
        return tuple(reason for reason in self.reasons if not reason.known)


def score(of: RiskFeatures, card: RiskCard, red_from: int | None = None) -> Risk:
    """Return the lane, the points and the reasons of one person on one night.

    Args:
        red_from: from how many no-shows in a row the site has RED; as the card has it if not given.
    """
    rows = [RiskReason(factor, *ROWS[factor](of, card)) for factor in RiskFactor]
    points = sum(row.points for row in rows)
    rows.sort(key=lambda row: (not row.known, -row.points))
    return Risk(lane_of(of.no_shows, points, of.drug, card, red_from), points, tuple(rows))


def lane_of(no_shows: int, points: int, drug: str, card: RiskCard, red_from: int | None = None) -> RiskLane | None:
    """Return the lane: RED by no-shows in a row alone; AMBER by points, and only for somebody who still comes."""
    if no_shows >= (red_from or card.red_from):
        return RiskLane.RED
    if no_shows <= card.amber_most_no_shows and points >= card.amber_from[drug]:
        return RiskLane.AMBER
    return None


def of_others(of: RiskFeatures, card: RiskCard) -> tuple[Share | None, Share | None]:
    """Return what became of others in that position: by no-shows in a row, and for those who came, by missed days."""
    if of.no_shows:
        return card.returned[of.drug].at(of.no_shows), None
    return None, card.attending[of.drug].at(of.missed_14)


Row = tuple[Decimal | None, int]


def _no_shows(of: RiskFeatures, card: RiskCard) -> Row:
    return Decimal(of.no_shows), card.factors[RiskFactor.NO_SHOWS].points_of(of.no_shows)


def _other_missed(of: RiskFeatures, card: RiskCard) -> Row:
    return Decimal(of.other_missed), card.factors[RiskFactor.OTHER_MISSED].points_of(of.other_missed)


def _days_in_treatment(of: RiskFeatures, card: RiskCard) -> Row:
    days = of.days_in_treatment
    return Decimal(days), card.factors[RiskFactor.DAYS_IN_TREATMENT].points_of(days)


def _low_amount(of: RiskFeatures, card: RiskCard) -> Row:
    if of.amount_mg is None:
        return None, 0
    low = of.days_in_treatment >= card.low_amount_from_day and of.amount_mg < card.low_amount_below_mg[of.drug]
    return of.amount_mg, card.factors[RiskFactor.LOW_AMOUNT].points_of(0) if low else 0


def _lowered(of: RiskFeatures, card: RiskCard) -> Row:
    if of.amount_mg is None or of.amount_before_mg is None:
        return None, 0
    by = max(Decimal(0), of.amount_before_mg - of.amount_mg)
    return by, card.factors[RiskFactor.LOWERED].points_of(0) if by else 0


def _opioid_urine(of: RiskFeatures, card: RiskCard) -> Row:
    if of.opioid_positive is None or of.opioid_age is None or of.opioid_age > card.opioid_within_days:
        return None, 0
    return Decimal(of.opioid_age), card.factors[RiskFactor.OPIOID_URINE].points_of(0) if of.opioid_positive else 0


def _no_urine(of: RiskFeatures, card: RiskCard) -> Row:
    if not of.urine_scheduled:
        return None, 0
    without = of.days_in_treatment if of.urine_age is None else of.urine_age
    long = of.days_in_treatment >= card.no_urine_from_day and without > card.no_urine_after_days
    return Decimal(without), card.factors[RiskFactor.NO_URINE].points_of(0) if long else 0


ROWS = {
    RiskFactor.NO_SHOWS: _no_shows,
    RiskFactor.OTHER_MISSED: _other_missed,
    RiskFactor.DAYS_IN_TREATMENT: _days_in_treatment,
    RiskFactor.LOW_AMOUNT: _low_amount,
    RiskFactor.LOWERED: _lowered,
    RiskFactor.OPIOID_URINE: _opioid_urine,
    RiskFactor.NO_URINE: _no_urine,
}
