"""What a site, its staff, its paper and its chains are made of."""

from enum import StrEnum


class Origin(StrEnum):
    """How a fact came in."""

    WINDOW = "window"
    DESK = "desk"
    PAPER = "paper"
    IMPORT = "import"
    JOB = "job"
    DEMO = "demo"


class Role(StrEnum):
    """What a member of staff is at a site; each is a set of permissions (dispensary/web/gate.py)."""

    NURSE = "nurse"
    COUNSELLOR = "counsellor"
    PRESCRIBER = "prescriber"
    CLINIC_HEAD = "clinic_head"
    ADMINISTRATOR = "administrator"
    INSPECTOR = "inspector"
    PEER = "peer"


class SettingKey(StrEnum):
    """What a site may set, each as a dated row, so that a later change cannot move history."""

    TIME_ZONE = "time_zone"
    DAY_STARTS = "day_starts"
    MINIMUM_HOURS_BETWEEN_DAYS = "minimum_hours_between_days"
    HOLD_FROM_DAYS = "hold_from_days"
    HOLD_FROM_DAYS_INDUCTION = "hold_from_days_induction"
    IDLE_MINUTES = "idle_minutes"
    SCREEN_SHOWS_NAMES = "screen_shows_names"
    OPENING_DAYS = "opening_days"
    TELEPHONE_ORDERS = "telephone_orders"
    COUNTERSIGN_HOURS = "countersign_hours"
    FIRST_DOSE_OBSERVATION_MINUTES = "first_dose_observation_minutes"
    LOST_AFTER_NO_SHOWS = "lost_after_no_shows"
    CALL_BACK_HOURS = "call_back_hours"
    SAFETY_CHECK_DAYS = "safety_check_days"
    PACK_FOLDER = "pack_folder"
    PACK_EVERY_MINUTES = "pack_every_minutes"
    BACKUP_FOLDER = "backup_folder"
    RISK_RED_FROM = "risk_red_from"
    RISK_AMBER_A_DAY = "risk_amber_a_day"
    HIDE_BELOW = "hide_below"
    COUNT_WITNESS_ABOVE_MG = "count_witness_above_mg"
    SCALE_READABILITY_MG = "scale_readability_mg"
    TARGET_IN_TREATMENT = "target_in_treatment"
    TARGET_RETAINED_PERCENT = "target_retained_percent"
    TARGET_PLANNED_PERCENT = "target_planned_percent"
    TARGET_WAITING_DAYS = "target_waiting_days"
    REGISTER_LAYOUT = "register_layout"
    PROGRAMME_FORMS = "programme_forms"


class PackCopyFate(StrEnum):
    """What became of one printed copy of the downtime pack."""

    DESTROYED = "destroyed"
    USED_AND_ENTERED = "used_and_entered"
    MISSING = "missing"


class ArchivedKind(StrEnum):
    """Of what kind a kept paper is."""

    DAY_LOG = "day_log"
    DOWNTIME_PACK = "downtime_pack"
    MONTH_SUMMARY = "month_summary"


class ArchiveUse(StrEnum):
    """What somebody did with a kept paper."""

    OPENED = "opened"
    PRINTED = "printed"


class JobOutcome(StrEnum):
    """How one attempt at a job ended."""

    DONE = "done"
    FAILED = "failed"


class DrillOutcome(StrEnum):
    """What came of restoring a backup into a database of its own."""

    PROVED = "proved"
    NOT_READABLE = "not_readable"
    NOT_RESTORED = "not_restored"
    OTHER_REVISION = "other_revision"
    ROWS_DIFFER = "rows_differ"
    CHAINS_BROKEN = "chains_broken"
    NO_SCRATCH_DATABASE = "no_scratch_database"


class PrintedSheet(StrEnum):
    """What was printed, as the audit names it."""

    DISPENSING_LOG = "dispensing_log"
    REGISTER = "register"
    CONSIGNMENT = "consignment"
    CUSTODY_SHEET = "custody_sheet"
    DOSE_HISTORY = "dose_history"
    DOWNTIME_PACK = "downtime_pack"
    PRESCRIPTION = "prescription"
    GUEST_LETTER = "guest_letter"
    MISSED_DOSES = "missed_doses"
    OWN_SHEET = "own_sheet"
    BOTTLE_LABELS = "bottle_labels"
    CLOSURE_LIST = "closure_list"
    TAKE_HOME_PLAN = "take_home_plan"
    WORKLIST = "worklist"
    GROUP_SHEET = "group_sheet"
    CARE_PLAN = "care_plan"
    SCORES = "scores"
    ENDING_NOTICE = "ending_notice"
    CONTEST_ANSWER = "contest_answer"
    REFERRAL = "referral"
    TRANSFER_LETTER = "transfer_letter"
    FACTUAL_LETTER = "factual_letter"
    READERS = "readers"
    RISK = "risk"
    RISK_EVALUATION = "risk_evaluation"
    CONFERENCE = "conference"
    URINE_DRAW = "urine_draw"
    TREATMENT_CONSENT = "treatment_consent"
    COMMISSIONERS_COUNTS = "commissioners_counts"
    LIFE_COUNTS = "life_counts"
    PAIR_SHEET = "pair_sheet"
    WAITING_LIST = "waiting_list"
    PRIVACY_STATEMENT = "privacy_statement"
    RETENTION = "retention"
    INDICATORS = "indicators"
    MONTH_SUMMARY = "month_summary"
    PROGRAMME_FORM = "programme_form"
    LOSS_REPORT = "loss_report"
    DESTRUCTION = "destruction"
    RECONCILIATION = "reconciliation"
    LOT_TRACE = "lot_trace"
    CROSS_INDEX = "cross_index"
    INVENTORY = "inventory"
    COUNT_SHEET = "count_sheet"
    PUMP_LOG = "pump_log"


class ChainKind(StrEnum):
    """Which chain of digests a head or seal belongs to."""

    AUDIT = "audit"
    REGISTER = "register"


class SealOccasion(StrEnum):
    """When the heads were sealed."""

    DAY_CLOSE = "day_close"
    PRINTED_PAGE = "printed_page"
    UPGRADE = "upgrade"
    ON_DEMAND = "on_demand"
    RESTORE = "restore"
    NIGHT = "night"
