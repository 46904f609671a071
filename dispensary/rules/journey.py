"""Where somebody's journey stands, and when their own aim is asked again. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dispensary.wording import N_, Words, say
from models.enums import JourneyStage


class Where(StrEnum):
    """A column of the board of who is where."""

    WAITING = "waiting"
    BEFORE_FIRST_DOSE = "before_first_dose"
    ENGAGEMENT = "engagement"
    DELIVERY = "delivery"
    COMMUNITY_INTEGRATION = "community_integration"
    COMPLETION = "completion"
    AFTERCARE = "aftercare"


COLUMNS: Mapping[Where, Words] = {
    Where.WAITING: say(N_("waiting for treatment")),
    Where.BEFORE_FIRST_DOSE: say(N_("admitted, before the first dose")),
    **{Where(stage.value): say("%(stage)s", stage=stage) for stage in JourneyStage},
    Where.AFTERCARE: say(N_("aftercare calls")),
}


@dataclass(frozen=True)
class Stage:
    """A stage and the day since which it stands."""

    stage: JourneyStage
    from_on: date


def stage_now(changes: Sequence[Stage], admitted_on: date) -> Stage:
    """Return where a journey stands: as somebody set it last, and until then at engagement, from the admission on.

    Source: NTA, Models of care 2006: the journey begins with engagement.
    """
    return changes[-1] if changes else Stage(JourneyStage.ENGAGEMENT, admitted_on)


def column_of(stage: JourneyStage, dosed: bool, with_doses: bool) -> Where:
    """Return where somebody in care stands on the board.

    Args:
        stage: as it was set last, engagement until then.
        dosed: whether they have had their first dose, or somebody has set their stage since.
        with_doses: whether their treatment is one with doses; counselling alone has no first dose to wait for.
    """
    if with_doses and not dosed and stage is JourneyStage.ENGAGEMENT:
        return Where.BEFORE_FIRST_DOSE
    return Where(stage.value)


def aim_is_due(said_on: date | None, reviews: Iterable[date]) -> bool:
    """Return whether to ask somebody what they want of treatment: at entry, and again at each review of the plan.

    Args:
        said_on: when they said it last in this episode; None if they were not asked yet.
        reviews: the days on which a plan was agreed anew.
    """
    return said_on is None or any(day > said_on for day in reviews)
