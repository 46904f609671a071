"""Days, closures, absences, and the way back after missed days."""

from enum import StrEnum


class DayStatus(StrEnum):
    """What became of a clinic day for one person; where facts meet, the first of these."""

    OBSERVED = "observed"
    PART = "part"
    ELSEWHERE = "elsewhere"
    INJECTION_COVERS = "injection_covers"
    TAKE_HOME = "take_home"
    ELSEWHERE_UNVERIFIED = "elsewhere_unverified"
    WITHHELD = "withheld"
    REFUSED = "refused"
    AWAY_UNKNOWN = "away_unknown"
    NOT_YET_ENTERED = "not_yet_entered"
    CLOSED_UNCOVERED = "closed_uncovered"
    NO_SHOW = "no_show"
    AWAITED = "awaited"
    NOT_SCHEDULED = "not_scheduled"
    OUTSIDE_TREATMENT = "outside_treatment"


class ClosureKind(StrEnum):
    """Why the clinic gives no doses on a day."""

    HOLIDAY = "holiday"
    PLANNED = "planned"
    SUDDEN = "sudden"


class AbsenceKind(StrEnum):
    """Where somebody is whose dosing there is unknown."""

    HOSPITAL = "hospital"
    CUSTODY = "custody"


class MissedReason(StrEnum):
    """Why somebody missed a day, as found out."""

    ILL = "ill"
    WORK = "work"
    FAMILY = "family"
    JOURNEY = "journey"
    MONEY_OR_DISTANCE = "money_or_distance"
    POLICE = "police"
    DID_NOT_WANT = "did_not_want"
    FORGOT = "forgot"
    RELATION_TO_STAFF = "relation_to_staff"
    NOT_REACHED = "not_reached"
    OTHER = "other"


class ReEntryAction(StrEnum):
    """What a missed-dose table says of a number of days without medicine, the strictest first."""

    HOLD_REINDUCT = "hold_reinduct"
    HOLD_NOTIFY = "hold_notify"
    GIVE_IF_NOT_INTOXICATED = "give_if_not_intoxicated"
    GIVE = "give"


class Answer(StrEnum):
    """What somebody said to a question; unknown takes the cautious branch."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
