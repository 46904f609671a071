"""Closed vocabularies. The value of each word is what the database stores; what people read is in the edge's wording."""

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


class Medication(StrEnum):
    """The drug, as a dose counts it."""

    METHADONE = "methadone"
    BUPRENORPHINE = "buprenorphine"
    BUPRENORPHINE_NALOXONE = "buprenorphine_naloxone"


class Form(StrEnum):
    """How the drug is given."""

    LIQUID = "liquid"
    TABLET = "tablet"
    FILM = "film"
    INJECTION = "injection"


class BaseUnit(StrEnum):
    """What a product is counted in."""

    ML = "mL"
    TABLET = "tablet"
    FILM = "film"
    SYRINGE = "syringe"


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


class DoseOutcome(StrEnum):
    """What became of a dose, and every other way in which medicine was swallowed."""

    GIVEN = "given"
    PART_GIVEN = "part_given"
    WITHHELD = "withheld"
    REFUSED = "refused"
    REPLACEMENT = "replacement"
    ELSEWHERE = "elsewhere"
    INCIDENT = "incident"


class WithheldReason(StrEnum):
    """Why staff gave no dose."""

    SEDATED = "sedated"
    INTOXICATED = "intoxicated"
    STOP = "stop"
    DAYS_WITHOUT_MEDICINE = "days_without_medicine"
    ORDER_PROBLEM = "order_problem"
    NO_STOCK = "no_stock"
    OTHER = "other"


class RefusedReason(StrEnum):
    """Why the person took no dose, or not all of it."""

    NOT_WANTED = "not_wanted"
    FEELS_UNWELL = "feels_unwell"
    AMOUNT_DISPUTED = "amount_disputed"
    LEFT_EARLY = "left_early"
    OTHER = "other"


class ReversalReason(StrEnum):
    """Why a record of a dose is of what did not happen."""

    WRONG_PERSON_ON_SCREEN = "wrong_person_on_screen"
    NOT_SWALLOWED = "not_swallowed"
    KEYED_BY_MISTAKE = "keyed_by_mistake"
    OTHER = "other"


class ObservationKind(StrEnum):
    """What was seen after a dose was taken."""

    SPOKE_SWALLOWED = "spoke_swallowed"
    DISSOLVED = "dissolved"
    NOT_SEEN = "not_seen"


class IncidentKind(StrEnum):
    """What was wrong with what was swallowed."""

    WRONG_PERSON = "wrong_person"
    WRONG_AMOUNT = "wrong_amount"
    WRONG_MEDICINE = "wrong_medicine"
    TWICE = "twice"
    AGAINST_A_RULE = "against_a_rule"


class Alertness(StrEnum):
    """How awake a watched person was found."""

    AWAKE = "awake"
    DROWSY = "drowsy"
    HARD_TO_ROUSE = "hard_to_rouse"
    UNRESPONSIVE = "unresponsive"


class ElsewhereSource(StrEnum):
    """Who gave a dose that was not given here."""

    GUEST_CLINIC = "guest_clinic"
    HOSPITAL = "hospital"
    CUSTODY = "custody"
    EMERGENCY_DEPARTMENT = "emergency_department"


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


class PackCopyFate(StrEnum):
    """What became of one printed copy of the downtime pack."""

    DESTROYED = "destroyed"
    USED_AND_ENTERED = "used_and_entered"
    MISSING = "missing"


class ClaimKind(StrEnum):
    """What took a slot."""

    OBSERVED = "observed"
    TAKE_HOME = "take_home"
    ELSEWHERE = "elsewhere"
    INJECTION = "injection"
    IMPORT = "import"
    INCIDENT = "incident"
    LINK = "link"


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


class DepotInterval(StrEnum):
    """How long an injection is meant to cover."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"


class InjectionSite(StrEnum):
    """Where an injection was given; the sides take turns."""

    ABDOMEN_RIGHT = "abdomen_right"
    ABDOMEN_LEFT = "abdomen_left"
    UPPER_ARM_RIGHT = "upper_arm_right"
    UPPER_ARM_LEFT = "upper_arm_left"
    THIGH_RIGHT = "thigh_right"
    THIGH_LEFT = "thigh_left"
    BUTTOCK_RIGHT = "buttock_right"
    BUTTOCK_LEFT = "buttock_left"


class TakeHomeEndReason(StrEnum):
    """Why a take-home decision no longer holds."""

    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    EPISODE_ENDED = "episode_ended"
    OWN_WISH = "own_wish"


class OneOffReason(StrEnum):
    """Why doses are taken home apart from the schedule."""

    JOURNEY = "journey"
    ILLNESS = "illness"
    WORK = "work"
    FAMILY = "family"
    CLOSURE = "closure"
    OTHER = "other"


class NaloxoneOffer(StrEnum):
    """Whether naloxone was offered with take-home doses, and what came of it."""

    GIVEN = "given"
    HAS_IT = "has_it"
    DECLINED = "declined"
    NONE_HERE = "none_here"


class LabelLayout(StrEnum):
    """On what the labels of bottles are printed."""

    SHEET = "sheet"
    ROLL_62 = "roll_62"


class BottleFate(StrEnum):
    """What became of a bottle."""

    RETURNED = "returned"
    LOST = "lost"
    STOLEN = "stolen"
    SPILT = "spilt"


class BottleState(StrEnum):
    """What was in a bottle that was brought back."""

    EMPTY = "empty"
    PART = "part"
    FULL = "full"


class SealState(StrEnum):
    """How the seal of a bottle was found."""

    INTACT = "intact"
    BROKEN = "broken"
    MISSING = "missing"


class Residue(StrEnum):
    """What an emptied or opened bottle still shows."""

    NONE = "none"
    EXPECTED = "expected"
    UNLIKE_THE_MEDICINE = "unlike_the_medicine"


class CallBackReason(StrEnum):
    """Why somebody is asked to bring in the bottles."""

    RANDOM = "random"
    DOSE_CHANGED = "dose_changed"
    MEDICINE_ABSENT = "medicine_absent"
    CONCERN = "concern"
    LOT_RECALLED = "lot_recalled"


class CallBackOutcomeKind(StrEnum):
    """How a call-back ended."""

    ALL_THERE = "all_there"
    SHORT = "short"
    ALTERED = "altered"
    DID_NOT_COME = "did_not_come"
    EXCUSED = "excused"


class JobOutcome(StrEnum):
    """How one attempt at a job ended."""

    DONE = "done"
    FAILED = "failed"


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
    LOST = "lost"


class PlaceKind(StrEnum):
    """Where stock is or goes; the sum over all places, those outside included, is zero."""

    SUPPLIER = "supplier"
    INVENTORY = "inventory"
    SAFE = "safe"
    WINDOW = "window"
    PERSON = "person"
    WASTE = "waste"
    DESTROYED = "destroyed"
    IN_TRANSIT = "in_transit"
    OTHER_SITE = "other_site"
    BOTTLE_END = "bottle_end"
    ADJUSTMENT = "adjustment"
    RETURNED = "returned"


class MovementKind(StrEnum):
    """Why stock moved."""

    INITIAL = "initial"
    RECEIVE = "receive"
    TRANSFER = "transfer"
    DISPENSE = "dispense"
    TAKE_HOME = "take_home"
    WASTE = "waste"
    SPILL = "spill"
    REVERSAL = "reversal"
    DESTROY = "destroy"
    RETURN = "return"
    BOTTLE_END = "bottle_end"
    ADJUSTMENT = "adjustment"


class WasteReason(StrEnum):
    """Why stock was lost for use."""

    LEFT_OVER = "left_over"
    NOT_SWALLOWED = "not_swallowed"
    SPILT = "spilt"
    BROKEN = "broken"
    EXPIRED = "expired"
    CONTAMINATED = "contaminated"


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


class PrintedSheet(StrEnum):
    """What was printed, as the audit names it."""

    DISPENSING_LOG = "dispensing_log"
    REGISTER = "register"
    DOSE_HISTORY = "dose_history"
    DOWNTIME_PACK = "downtime_pack"
    PRESCRIPTION = "prescription"
    GUEST_LETTER = "guest_letter"
    MISSED_DOSES = "missed_doses"
    OWN_SHEET = "own_sheet"
    BOTTLE_LABELS = "bottle_labels"
    CLOSURE_LIST = "closure_list"
    TAKE_HOME_PLAN = "take_home_plan"


class AuditKind(StrEnum):
    """What was done, as noun and past tense."""

    SITE_CREATED = "site.created"
    SITE_SETTING_CHANGED = "site_setting.changed"
    WINDOW_CREATED = "window.created"
    TERMINAL_NAMED = "terminal.named"
    TERMINAL_RETIRED = "terminal.retired"
    STAFF_CREATED = "staff.created"
    STAFF_ENDED = "staff.ended"
    ROLE_GRANTED = "role.granted"
    ROLE_WITHDRAWN = "role.withdrawn"
    PASSWORD_CHANGED = "password.changed"  # noqa: S105 - a kind of event, no secret
    SIGNED_IN = "staff.signed_in"
    SIGNED_OUT = "staff.signed_out"
    SIGN_IN_FAILED = "sign_in.failed"
    PERMISSION_REFUSED = "permission.refused"
    PERSON_REGISTERED = "person.registered"
    IDENTITY_CHANGED = "identity.changed"
    CONTACT_CHANGED = "contact.changed"
    PHOTO_TAKEN = "photo.taken"
    CARD_ISSUED = "card.issued"
    CARD_REVOKED = "card.revoked"
    PERSON_ADMITTED = "person.admitted"
    EPISODE_ENDED = "episode.ended"
    EPISODE_END_CORRECTED = "episode.end_corrected"
    STOP_SET = "stop.set"
    STOP_RELEASED = "stop.released"
    NOTICE_SET = "notice.set"
    NOTICE_TICKED = "notice.ticked"
    RE_ENTRY_RELEASED = "re_entry.released"
    TASK_RESOLVED = "task.resolved"
    ORDER_SIGNED = "order.signed"
    ORDER_ENDED = "order.ended"
    DOSE_RECORDED = "dose.recorded"
    DOSE_WITHHELD = "dose.withheld"
    DOSE_REFUSED = "dose.refused"
    DOSE_REVERSED = "dose.reversed"
    DOSE_REPLACED = "dose.replaced"
    DOSE_OBSERVED = "dose.observed"
    DOSE_VOMITED = "dose.vomited"
    DOSE_SPILT = "dose.spilt"
    REPLACEMENT_ORDERED = "replacement.ordered"
    ELSEWHERE_REPORTED = "elsewhere.reported"
    ELSEWHERE_DECIDED = "elsewhere.decided"
    INCIDENT_RECORDED = "incident.recorded"
    INCIDENT_OBSERVED = "incident.observed"
    EXCEPTION_ACKNOWLEDGED = "exception.acknowledged"
    SUPPLEMENT_ORDERED = "supplement.ordered"
    TELEPHONE_ORDER_TAKEN = "telephone_order.taken"
    TELEPHONE_ORDER_COUNTERSIGNED = "telephone_order.countersigned"
    ON_CALL_SET = "on_call.set"
    RECORDS_LINKED = "records.linked"
    RECORDS_UNLINKED = "records.unlinked"
    GUEST_ADMITTED = "guest.admitted"
    HEALTH_FACT_ENTERED = "health_fact.entered"
    HEALTH_FACT_ENDED = "health_fact.ended"
    SHIFT_NOTE_WRITTEN = "shift_note.written"
    SHIFT_NOTE_READ = "shift_note.read"
    PIN_CHANGED = "pin.changed"
    BADGE_ISSUED = "badge.issued"
    CLOCK_CONFIRMED = "clock.confirmed"
    DOWNTIME_DECLARED = "downtime.declared"
    DOWNTIME_ENTERED = "downtime.entered"
    DOWNTIME_PACK_PRINTED = "downtime_pack.printed"
    PACK_COPY_TICKED = "pack_copy.ticked"
    CLOSED_DAY_ANNOUNCED = "closed_day.announced"
    CLOSED_DAY_TAKEN_BACK = "closed_day.taken_back"
    CLOSURE_LIST_SIGNED = "closure_list.signed"
    ABSENCE_RECORDED = "absence.recorded"
    ABSENCE_ENDED = "absence.ended"
    MISSED_DAY_EXPLAINED = "missed_day.explained"
    FOLLOW_UP_KEPT = "follow_up.kept"
    RE_ENTRY_ASKED = "re_entry.asked"
    RE_ENTRY_DECIDED = "re_entry.decided"
    TAKE_HOME_DECIDED = "take_home.decided"
    TAKE_HOME_ENDED = "take_home.ended"
    TAKE_HOME_ALLOWED_ONCE = "take_home.allowed_once"
    TAKE_HOME_ONCE_ENDED = "take_home.once_ended"
    TAKE_HOME_REVIEWED = "take_home.reviewed"
    TAKE_HOME_ASKED = "take_home.asked"
    TAKE_HOME_DECLINED = "take_home.declined"
    TREATMENT_CREDITED = "treatment.credited"
    COLLECTOR_NAMED = "collector.named"
    COLLECTOR_ENDED = "collector.ended"
    SAFETY_CHECKED = "safety.checked"
    BOTTLES_ISSUED = "bottles.issued"
    LABELS_PRINTED = "labels.printed"
    BOTTLE_RETURNED = "bottle.returned"
    BOTTLE_GONE = "bottle.gone"
    CALLED_BACK = "call_back.made"
    CALL_BACK_CLOSED = "call_back.closed"
    JOB_RAN = "job.ran"
    PRODUCT_ADDED = "product.added"
    STOCK_INVENTORIED = "stock.inventoried"
    STOCK_RECEIVED = "stock.received"
    RECEIPT_COUNTERSIGNED = "receipt.countersigned"
    STOCK_TRANSFERRED = "stock.transferred"
    CONTAINER_OPENED = "container.opened"
    CONTAINER_EMPTIED = "container.emptied"
    STOCK_WASTED = "stock.wasted"
    DAY_CLOSED = "day.closed"
    REPORT_PRINTED = "report.printed"
    POLICY_APPROVED = "policy.approved"
    HISTORY_IMPORTED = "history.imported"
    DEMO_MADE = "demo.made"
    CHAINS_SEALED = "chains.sealed"
