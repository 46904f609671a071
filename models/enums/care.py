"""People, their episodes and orders, and what desks owe them."""

from enum import StrEnum


class Sex(StrEnum):
    """As the person's papers or own word say; used in reports only."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


class EpisodeKind(StrEnum):
    """What an episode of care is for."""

    MAINTENANCE = "maintenance"
    WITHDRAWAL_MANAGEMENT = "withdrawal_management"
    COUNSELLING_ONLY = "counselling_only"
    GUEST = "guest"


class Admission(StrEnum):
    """How an episode began."""

    NEW = "new"
    READMITTED = "readmitted"
    TRANSFERRED_IN = "transferred_in"


class EpisodeEndReason(StrEnum):
    """How an episode ended; planned exits first."""

    COMPLETED = "completed"
    TRANSFERRED_OUT = "transferred_out"
    LEFT_BY_OWN_WISH = "left_by_own_wish"
    DROPPED_OUT = "dropped_out"
    ENDED_BY_CLINIC = "ended_by_clinic"
    CUSTODY = "custody"
    DIED = "died"
    GUEST_STAY_OVER = "guest_stay_over"
    LINKED = "linked"
    OTHER = "other"


class TreatmentPhase(StrEnum):
    """Where treatment stands; set by the order, it chooses which table applies."""

    INDUCTION = "induction"
    STABILISATION = "stabilisation"
    MAINTENANCE = "maintenance"
    TAPER = "taper"


class OrderEndReason(StrEnum):
    """Why an order no longer holds before its last day."""

    REPLACED = "replaced"
    STOPPED = "stopped"
    EPISODE_ENDED = "episode_ended"
    LINKED = "linked"


class TelephoneOrderKind(StrEnum):
    """What a prescriber may order by telephone: nothing that raises a dose."""

    CONTINUE = "continue"
    LOWER = "lower"
    RELEASE = "release"


class HealthFactKind(StrEnum):
    """What about a person's health shows before a dose."""

    ALLERGY = "allergy"
    PREGNANCY = "pregnancy"
    QTC = "qtc"
    MEDICINE = "medicine"
    NALOXONE = "naloxone"


class CardEnd(StrEnum):
    """Why a card no longer holds."""

    LOST = "lost"
    DAMAGED = "damaged"
    REPLACED = "replaced"


class StopKind(StrEnum):
    """Why dosing stands still until a prescriber decides: a closed list."""

    SEDATION = "sedation"
    DAYS_WITHOUT_MEDICINE = "days_without_medicine"
    ELSEWHERE_UNVERIFIED = "elsewhere_unverified"
    MEDICINE_ABSENT = "medicine_absent"
    INCIDENT = "incident"
    ORDER_PROBLEM = "order_problem"
    ABSENCE = "absence"


class NoticeKind(StrEnum):
    """What a person should hear at the window; it never stops or delays a dose."""

    SEE_COUNSELLOR = "see_counsellor"
    URINE_DUE = "urine_due"
    PAPERS = "papers"
    FEE = "fee"
    OTHER = "other"


class Desk(StrEnum):
    """Whose worklist a task lies on."""

    PRESCRIBER = "prescriber"
    COUNSELLING = "counselling"
    NURSE = "nurse"


class TaskReasonKind(StrEnum):
    """Why a task was opened or grew."""

    STOP = "stop"
    DAYS_WITHOUT_MEDICINE = "days_without_medicine"
    STEP_WAITS = "step_waits"
    ORDER_ENDING = "order_ending"
    NOT_FIT = "not_fit"
    INCIDENT = "incident"
    VOMITED = "vomited"
    ELSEWHERE = "elsewhere"
    COUNTERSIGN = "countersign"
    HEALTH = "health"
    TAKE_HOME_REVIEW = "take_home_review"
    TAKE_HOME_REQUEST = "take_home_request"
    BOTTLES = "bottles"
    CALL_BACK = "call_back"
    DEPOT_WINDOW = "depot_window"
    ABSENCE = "absence"
    HOSPITAL = "hospital"
    CUSTODY = "custody"
    PREGNANCY = "pregnancy"
    NEW_MEDICINE = "new_medicine"
    LOST = "lost"
    MISSED_DOSES = "missed_doses"
    NO_SHOW = "no_show"
    SESSION_DUE = "session_due"
    REVIEW_DUE = "review_due"
    CALL_DUE = "call_due"
    REFERRAL_OVERDUE = "referral_overdue"
    INTAKE_OPEN = "intake_open"
    WANTS_BACK = "wants_back"
    URINE = "urine"
    OVERDOSE = "overdose"
    TOLD_DEAD = "told_dead"
    URINE_DUE = "urine_due"
    WAITS_LONG = "waits_long"
    REASONS_DUE = "reasons_due"
    TAPER = "taper"
    CONTEST = "contest"
    ENDING = "ending"
    RISK_RED = "risk_red"
    RISK_AMBER = "risk_amber"
    RELEASE_DAY = "release_day"
    SAFETY = "safety"
    OTHER = "other"
