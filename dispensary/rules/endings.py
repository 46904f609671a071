"""How treatment ends: with the person, or by two hands after a notice and time to contest, with doses until then."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dispensary.reasons import Reason
from dispensary.wording import N_, Words, say
from models.enums import Channel, EndingReason, EndingResult, EpisodeEndReason, EpisodeKind, Role

WITH_THE_PERSON = frozenset(
    {
        EpisodeEndReason.COMPLETED,
        EpisodeEndReason.TRANSFERRED_OUT,
        EpisodeEndReason.LEFT_BY_OWN_WISH,
        EpisodeEndReason.OTHER,
    }
)
"""Ends that are the person's own wish or agreed with them."""
BY_TWO_HANDS = EpisodeEndReason.ENDED_BY_CLINIC
HANDS = frozenset({Role.PRESCRIBER, Role.CLINIC_HEAD})
"""Whose two hands an ending against the person's wish needs: one of each, never one person."""
WAYS = (Channel.AT_THE_WINDOW, Channel.HOME_VISIT, Channel.LETTER)
"""How a notice on paper comes into the person's hand."""


@dataclass(frozen=True)
class Leaving:
    """What is known where one person wants to record an end."""

    kind: EpisodeKind
    agreed: bool
    """The person wishes it, or agrees."""
    in_custody: bool
    """A custody that lasts is on record."""
    unseen_days: int
    """Since the last dose or the admission."""
    lost_after_days: int


def fault_of(reason: EpisodeEndReason, known: Leaving) -> Words | None:
    """Return why one person alone cannot record this end, with what to do instead; None if they can."""
    match reason:
        case EpisodeEndReason.ENDED_BY_CLINIC:
            words = N_(
                "Nobody ends treatment against the person's wish alone. Propose an ending: prescriber and clinic head"
                " agree, the person is told in writing and may contest it, and doses go on until then."
            )
        case EpisodeEndReason.DROPPED_OUT if known.unseen_days < known.lost_after_days:
            words = N_(
                "Seen too lately to count as lost. Whoever misses doses is proposed by the site's rule; look for the"
                " person, then decide on the list of missed doses."
            )
        case EpisodeEndReason.CUSTODY if not known.in_custody:
            words = N_("No custody is on record. Record it first: the place in treatment is kept until the release.")
        case EpisodeEndReason.GUEST_STAY_OVER if known.kind is not EpisodeKind.GUEST:
            words = N_("This is no guest. Choose another reason.")
        case EpisodeEndReason.LINKED:
            words = N_("An end of this kind comes of linking two records. Choose another reason.")
        case _ if reason in WITH_THE_PERSON and not known.agreed:
            words = N_(
                "Tick that the person wishes this or agrees. If they do not, propose an ending: it needs a second hand."
            )
        case _:
            return None
    return say(words)


def fault_of_hands(first: frozenset[Role], second: frozenset[Role]) -> Words | None:
    """Return why two people's roles do not suffice for an ending; None if one is prescriber and the other clinic head."""
    if any({one, other} == HANDS for one in first for other in second):
        return None
    return say(
        N_("A prescriber and the clinic head decide on an ending together. Ask somebody who holds the other role.")
    )


def fault_of_dates(
    notice_on: date,
    contest_by: date,
    last_day: date,
    *,
    today: date,
    contest_within: timedelta,
    answered_within: timedelta,
) -> tuple[str, Words] | None:
    """Return which day of a proposed ending cannot be, and why; None if there is time to be told, contest and be answered."""
    if notice_on < today:
        return "notice_on", say(N_("The notice is handed over today or later."))
    if contest_by < (least := notice_on + contest_within):
        words = N_("There are %(n)s days to contest at least: until %(day)s or later.")
        return "contest_by", say(words, n=contest_within.days, day=least)
    if last_day < (least := contest_by + answered_within):
        words = N_(
            "Whoever contests on the last day is answered within %(n)s days, and doses go on until then: %(day)s or later."
        )
        return "last_day", say(words, n=answered_within.days, day=least)
    return None


@dataclass(frozen=True)
class EndingFacts:
    """A proposed ending and what became of it."""

    id: int
    person_id: int
    episode_id: int
    site_id: int
    turn: int
    reason: EndingReason
    account: str
    offered_instead: str
    notice_on: date
    contest_by: date
    last_day: date
    proposed_by_id: int
    proposed_by: str
    proposed_at: datetime
    agreed_by_id: int | None
    agreed_by: str | None
    agreed_at: datetime | None
    handed_on: date | None
    way: Channel | None
    result: EndingResult | None
    decided_on: date | None
    result_reason: str
    contest_waits: bool
    """The person contests it, and nobody has answered yet."""

    @property
    def open(self) -> bool:
        """Whether it is neither carried out nor taken back."""
        return self.result is None

    @property
    def deciders(self) -> frozenset[int]:
        """Who had a hand in it."""
        return frozenset({self.proposed_by_id} | ({self.agreed_by_id} if self.agreed_by_id else set()))


def in_the_way(ending: EndingFacts, today: date) -> list[Reason]:
    """Return everything that stands between a proposed ending and carrying it out today."""
    found = []
    if ending.agreed_by_id is None:
        words = say(N_("Only one hand: prescriber and clinic head have not both agreed."))
        found.append(Reason("one_hand", words, say(N_("Ask the other of the two."))))
    if ending.handed_on is None:
        words = say(N_("The person does not have the notice in hand."))
        found.append(Reason("no_notice", words, say(N_("Print it, hand it over, and record that."))))
    if ending.contest_waits:
        words = say(N_("The person contests it, and nobody has answered yet."))
        found.append(Reason("contested", words, say(N_("Somebody who had no hand in it answers. Doses go on."))))
    if today < ending.last_day:
        words = say(N_("The last day is %(day)s. Doses go on until then."), day=ending.last_day)
        found.append(Reason("before_the_last_day", words, say(N_("Carry it out on that day or later."))))
    return found
