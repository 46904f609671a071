"""The way in, through and on: outreach, journey, agencies, supporters, and what is told to whom."""

from enum import StrEnum


class OutreachPlace(StrEnum):
    """Where somebody was met before enrolment."""

    STREET = "street"
    DROP_IN = "drop_in"
    HOME = "home"
    CUSTODY = "custody"
    HOSPITAL = "hospital"
    PHARMACY = "pharmacy"
    OTHER = "other"


class Substance(StrEnum):
    """What an intervention or a screening is about; prescribed and shop medicines among them."""

    TOBACCO = "tobacco"
    ALCOHOL = "alcohol"
    CANNABIS = "cannabis"
    COCAINE = "cocaine"
    AMPHETAMINES = "amphetamines"
    INHALANTS = "inhalants"
    SEDATIVES = "sedatives"
    HALLUCINOGENS = "hallucinogens"
    OPIOIDS = "opioids"
    PRESCRIBED_MEDICINES = "prescribed_medicines"
    SHOP_MEDICINES = "shop_medicines"
    OTHER = "other"


class InterventionResult(StrEnum):
    """What came of a brief intervention."""

    WANTS_TREATMENT = "wants_treatment"
    WANTS_TO_CUT_DOWN = "wants_to_cut_down"
    WILL_THINK = "will_think"
    NOT_WANTED = "not_wanted"


class WaitingEndReason(StrEnum):
    """How waiting for treatment ended."""

    ADMITTED = "admitted"
    DOES_NOT_WANT_IT = "does_not_want_it"
    WENT_ELSEWHERE = "went_elsewhere"
    NOT_FOUND = "not_found"
    OTHER = "other"


class IntakeItem(StrEnum):
    """What is asked at intake; the first five before the first dose, all else by its due date."""

    IDENTITY = "identity"
    CONSENT = "consent"
    MEDICAL_ASSESSMENT = "medical_assessment"
    ORDER = "order"
    CONTACT = "contact"
    ASSESSMENT = "assessment"
    PLAN = "plan"
    OWN_AIM = "own_aim"
    HEALTH_TESTS = "health_tests"
    NALOXONE = "naloxone"
    PRIVACY_NOTICE = "privacy_notice"


class JourneyStage(StrEnum):
    """Where somebody's journey stands, set by a person; not the treatment phase."""

    ENGAGEMENT = "engagement"
    DELIVERY = "delivery"
    COMMUNITY_INTEGRATION = "community_integration"
    COMPLETION = "completion"


class Aim(StrEnum):
    """What the person wants of treatment."""

    STAY = "stay"
    FEWER_VISITS = "fewer_visits"
    LOWER = "lower"
    LEAVE = "leave"
    NOT_SURE = "not_sure"


class TaperWish(StrEnum):
    """What was asked of a taper."""

    BEGIN = "begin"
    PAUSE = "pause"
    STOP = "stop"
    GO_BACK_UP = "go_back_up"


class AskedBy(StrEnum):
    """Whose wish it is."""

    PERSON = "person"
    PRESCRIBER = "prescriber"
    FAMILY = "family"
    OTHER = "other"


class EndingReason(StrEnum):
    """For what treatment may be ended against somebody's wish; no urine result and no missed counselling is on the list."""

    VIOLENCE = "violence"
    THREATS = "threats"
    SELLING_ON_THE_PREMISES = "selling_on_the_premises"
    MEDICALLY_UNSAFE = "medically_unsafe"
    PROGRAMME_CLOSES = "programme_closes"


class EndingResult(StrEnum):
    """What became of a proposed ending."""

    TAKEN_BACK = "taken_back"
    ENDED = "ended"


class ContestAbout(StrEnum):
    """What a person contests."""

    STOP = "stop"
    TAKE_HOME = "take_home"
    TAKE_HOME_DECLINED = "take_home_declined"
    ENDING = "ending"


class ContestResult(StrEnum):
    """How a contested decision was decided, by somebody else."""

    UPHELD = "upheld"
    CHANGED = "changed"
    REVERSED = "reversed"


class ReleaseKind(StrEnum):
    """How custody is expected to end."""

    BAIL = "bail"
    PROBATION = "probation"
    FULL_TERM = "full_term"
    NOT_KNOWN = "not_known"


class CallSeries(StrEnum):
    """Why somebody is called on a schedule."""

    AFTERCARE = "aftercare"
    AFTER_RELEASE = "after_release"
    AFTER_TRANSFER = "after_transfer"
    AFTER_HOSPITAL = "after_hospital"


class Housing(StrEnum):
    """Where somebody lives."""

    OWN_HOME = "own_home"
    WITH_FAMILY = "with_family"
    WITH_FRIENDS = "with_friends"
    HOSTEL = "hostel"
    INSTITUTION = "institution"
    NO_HOME = "no_home"
    UNKNOWN = "unknown"


class Work(StrEnum):
    """How somebody earns or does not."""

    FULL_TIME = "full_time"
    PART_TIME = "part_time"
    CASUAL = "casual"
    SEEKING = "seeking"
    CARING = "caring"
    CANNOT_WORK = "cannot_work"
    RETIRED = "retired"
    UNKNOWN = "unknown"


class Education(StrEnum):
    """Whether somebody is learning."""

    IN_SCHOOL = "in_school"
    IN_TRAINING = "in_training"
    NOT_NOW = "not_now"
    UNKNOWN = "unknown"


class FamilyTies(StrEnum):
    """How it stands with the family."""

    CLOSE = "close"
    SOME = "some"
    BROKEN = "broken"
    NONE = "none"
    UNKNOWN = "unknown"


class Relation(StrEnum):
    """What a supporter is to the person."""

    PARTNER = "partner"
    PARENT = "parent"
    CHILD = "child"
    SIBLING = "sibling"
    RELATIVE = "relative"
    FRIEND = "friend"
    PEER = "peer"


class DeclineReason(StrEnum):
    """Why a support programme was not wanted."""

    NOBODY_TO_ASK = "nobody_to_ask"
    FAMILY_MUST_NOT_KNOW = "family_must_not_know"
    SUPPORTER_DECLINED = "supporter_declined"
    NO_TIME = "no_time"
    NOT_WANTED = "not_wanted"


class ProgrammeEndReason(StrEnum):
    """How a support programme ended for a pair."""

    COMPLETED = "completed"
    PERSON_LEFT = "person_left"
    SUPPORTER_LEFT = "supporter_left"
    CONSENT_WITHDRAWN = "consent_withdrawn"


class ActivityKind(StrEnum):
    """What a pair plans to do together."""

    SPORT = "sport"
    OUTING = "outing"
    MEAL = "meal"
    FAMILY_VISIT = "family_visit"
    WORK_OR_COURSE = "work_or_course"
    FAITH = "faith"
    MUTUAL_AID = "mutual_aid"
    AT_HOME = "at_home"
    OTHER = "other"


class AgencyKind(StrEnum):
    """What an agency around the clinic does."""

    LEGAL_ADVICE = "legal_advice"
    MUTUAL_AID = "mutual_aid"
    HOUSING = "housing"
    WORK = "work"
    EDUCATION = "education"
    MICRO_LOAN = "micro_loan"
    WELFARE = "welfare"
    MENTAL_HEALTH = "mental_health"
    HOSPITAL = "hospital"
    PRIMARY_CARE = "primary_care"
    HIV_CARE = "hiv_care"
    HEPATITIS_CARE = "hepatitis_care"
    TB_CARE = "tb_care"
    OBSTETRIC = "obstetric"
    CHILD_CARE = "child_care"
    RESIDENTIAL = "residential"
    OTHER_CLINIC = "other_clinic"
    OUTREACH = "outreach"
    CUSTODY = "custody"
    PROBATION = "probation"
    COURT = "court"
    OTHER = "other"


class ReplyKind(StrEnum):
    """What an agency answered to a referral."""

    TAKEN_ON = "taken_on"
    WAITING_LIST = "waiting_list"
    DID_NOT_COME = "did_not_come"
    NOT_TAKEN = "not_taken"


class ReferralResult(StrEnum):
    """How a referral was closed."""

    ARRIVED = "arrived"
    HELPED = "helped"
    DID_NOT_ARRIVE = "did_not_arrive"
    NOT_WANTED = "not_wanted"
    CAME_BACK_TO_US = "came_back_to_us"


class ConsentScope(StrEnum):
    """What may be told to an agency."""

    IN_TREATMENT = "in_treatment"
    ATTENDANCE = "attendance"
    MEDICINE_AND_DOSE = "medicine_and_dose"
    LAST_DOSE = "last_dose"
    HEALTH = "health"
    PLAN = "plan"
    SOCIAL = "social"
    COUNSELLING_NOTES = "counselling_notes"
    URINE_RESULTS = "urine_results"


class DisclosureBasis(StrEnum):
    """On what ground something was told."""

    CONSENT = "consent"
    EMERGENCY = "emergency"
    COURT_ORDER = "court_order"
    AUDIT = "audit"
    LAW = "law"
    TO_THE_PERSON = "to_the_person"


class DisclosureWay(StrEnum):
    """How something was told."""

    PRINT = "print"
    TELEPHONE = "telephone"
    FILE = "file"
    MEETING = "meeting"


class SupplyKind(StrEnum):
    """What is handed out to reduce harm."""

    NEEDLES = "needles"
    SYRINGES = "syringes"
    SAFE_BOX = "safe_box"
    FILTERS_AND_COOKERS = "filters_and_cookers"
    CONDOMS = "condoms"
    NALOXONE = "naloxone"
    TEST_STRIPS = "test_strips"


class OverdoseHelp(StrEnum):
    """Who helped in an overdose."""

    BYSTANDER = "bystander"
    PEER = "peer"
    STAFF = "staff"
    AMBULANCE = "ambulance"
    NOBODY = "nobody"
    UNKNOWN = "unknown"


class MarkerKind(StrEnum):
    """A group whose needs are counted, seen by few."""

    YOUNG = "young"
    WOMAN = "woman"
    PREGNANT = "pregnant"
    PARENT_OF_YOUNG_CHILDREN = "parent_of_young_children"
    TWO_DIAGNOSES = "two_diagnoses"
    NO_HOME = "no_home"
    MINORITY = "minority"
    SEX_WORK = "sex_work"
