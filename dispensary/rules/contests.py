"""Who answers what a person contests, and by when: somebody who had no hand in it, before anything gets worse."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from dispensary.rules.take_homes import Decision
from dispensary.wording import N_, Words, say
from models.enums import ContestAbout, ContestResult


def answer_by(said_on: date, within: timedelta) -> date:
    """Return the last day on which a contest is answered."""
    return said_on + within


def fault_of_answering(deciders: Set[int], by_id: int) -> Words | None:
    """Return why somebody may not answer a contest; None if they had no hand in what is contested."""
    if by_id not in deciders:
        return None
    return say(
        N_(
            "You had a hand in what is contested. Somebody else answers: another prescriber or clinic head, or somebody"
            " from outside who is given an account for it."
        )
    )


def lessens(before: Decision, after: Decision) -> bool:
    """Return whether a new take-home decision gives less than the one before: fewer days at one time, or more visits."""
    visits_before = Fraction(len(before.attends_on), before.every_weeks)
    return after.most_days < before.most_days or Fraction(len(after.attends_on), after.every_weeks) > visits_before


@dataclass(frozen=True)
class ContestFacts:
    """What a person contests, in their words, and the answer."""

    id: int
    person_id: int
    site_id: int
    number: str
    name: str
    about: ContestAbout
    subject_id: int
    """Of the stop, the decision, what was declined, or the ending."""
    said_on: date
    words: str
    answer_by: date
    by: str
    result: ContestResult | None
    reason: str
    decided_on: date | None
    answered_by: str | None

    @property
    def open(self) -> bool:
        """Whether nobody has answered it."""
        return self.result is None

    def overdue(self, today: date) -> bool:
        """Whether the answer is late."""
        return self.open and today > self.answer_by
