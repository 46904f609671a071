"""What counsellors do and find: sessions, calls, plans, assessments, instruments, tests."""

from enum import StrEnum


class Discipline(StrEnum):
    """Whose next date it is."""

    COUNSELLING = "counselling"
    MEDICAL = "medical"
    NURSING = "nursing"
    LABORATORY = "laboratory"


class SessionKind(StrEnum):
    """What a meeting with one person, or with a family, is."""

    COUNSELLING = "counselling"
    MOTIVATIONAL_INTERVIEW = "motivational_interview"
    FAMILY = "family"
    CASE_REVIEW = "case_review"
    HOME_VISIT = "home_visit"
    TELEPHONE = "telephone"
    MEDICAL_REVIEW = "medical_review"
    HEALTH_CHECK = "health_check"
    BLOOD_OR_URINE = "blood_or_urine"


class Attendance(StrEnum):
    """Whether somebody came to what was arranged."""

    CAME = "came"
    NO_SHOW = "no_show"
    EXCUSED = "excused"
    CALLED_OFF_BY_US = "called_off_by_us"


class Topic(StrEnum):
    """What a session or a group was about."""

    RELAPSE_PREVENTION = "relapse_prevention"
    LIFE_SKILLS = "life_skills"
    EDUCATION = "education"
    TREATMENT_ITSELF = "treatment_itself"
    FAMILY = "family"
    WORK = "work"
    HOUSING = "housing"
    LEGAL = "legal"
    HEALTH = "health"
    MOOD = "mood"
    TRAUMA = "trauma"
    NEXT_STEP = "next_step"
    OTHER = "other"


class GroupKind(StrEnum):
    """What a group is for."""

    RELAPSE_PREVENTION = "relapse_prevention"
    LIFE_SKILLS = "life_skills"
    EDUCATION = "education"
    FAMILY_PROGRAMME = "family_programme"
    COMMUNITY_SUPPORT = "community_support"
    MUTUAL_AID = "mutual_aid"
    OTHER = "other"


class Channel(StrEnum):
    """How somebody is reached."""

    TELEPHONE = "telephone"
    TEXT = "text"
    LETTER = "letter"
    HOME_VISIT = "home_visit"
    AT_THE_WINDOW = "at_the_window"
    SUPPORTER = "supporter"


class AttemptOutcome(StrEnum):
    """What came of an attempt to reach somebody."""

    REACHED = "reached"
    MESSAGE_LEFT = "message_left"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    MAY_NOT_BE_CALLED = "may_not_be_called"
    CAME_BY = "came_by"


class TaskOutcome(StrEnum):
    """How a task ended."""

    DONE = "done"
    CAME_BACK = "came_back"
    AGREED = "agreed"
    NOT_REACHED = "not_reached"
    NOT_WANTED = "not_wanted"
    MOVED_ON = "moved_on"
    NOT_NEEDED = "not_needed"
    PASSED = "passed"
    """By itself: what it was about stands no more, and nobody has said why. Never chosen by a person."""


class AssessmentDomain(StrEnum):
    """A part of life that an assessment looks at."""

    SUBSTANCE_USE = "substance_use"
    PHYSICAL_HEALTH = "physical_health"
    MENTAL_HEALTH = "mental_health"
    WORK_AND_MONEY = "work_and_money"
    FAMILY_AND_SOCIAL = "family_and_social"
    LEGAL = "legal"
    HOUSING = "housing"


class Need(StrEnum):
    """How much help somebody needs in a part of life."""

    NONE = "none"
    SOME = "some"
    MUCH = "much"
    AT_ONCE = "at_once"
    NOT_ASKED = "not_asked"


class Instrument(StrEnum):
    """A questionnaire with a score, by a name that no other has."""

    ASSIST = "assist"
    COWS = "cows"
    SOWS_HANDELSMAN = "sows_handelsman"
    SOWS_GOSSOP = "sows_gossop"
    DAST_10 = "dast_10"
    PHQ_9 = "phq_9"
    GAD_7 = "gad_7"
    TOP = "top"


class SafetyAction(StrEnum):
    """What was done at once about thoughts of self-harm."""

    TALKED_NO_PLAN = "talked_no_plan"
    SAFETY_PLAN_MADE = "safety_plan_made"
    PRESCRIBER_CALLED = "prescriber_called"
    CRISIS_SERVICE = "crisis_service"
    EMERGENCY = "emergency"
    LEFT_BEFORE = "left_before"


class Signer(StrEnum):
    """Who signed a plan."""

    PERSON = "person"
    COUNSELLOR = "counsellor"


class SignedOn(StrEnum):
    """On what something was signed."""

    SCREEN = "screen"
    PAPER = "paper"


class PlanReviewResult(StrEnum):
    """What became of a step."""

    DONE = "done"
    PARTLY = "partly"
    NOT_DONE = "not_done"
    DROPPED = "dropped"


class SaidOccasion(StrEnum):
    """When somebody was asked what keeps them here, or makes it hard."""

    ENTRY = "entry"
    REVIEW = "review"
    MISSED_DAYS = "missed_days"
    EXIT = "exit"


class Motive(StrEnum):
    """What somebody stays for."""

    LIFE_WITHOUT_HEROIN = "life_without_heroin"
    FAMILY = "family"
    CHILDREN = "children"
    HEALTH = "health"
    WORK = "work"
    MONEY = "money"
    NO_WITHDRAWAL = "no_withdrawal"
    OUT_OF_TROUBLE = "out_of_trouble"
    OTHER = "other"


class Barrier(StrEnum):
    """What makes staying hard."""

    ANOTHER_DRUG = "another_drug"
    TIED_BY_DAILY_VISITS = "tied_by_daily_visits"
    RELATION_TO_STAFF = "relation_to_staff"
    WAITING = "waiting"
    SIDE_EFFECTS = "side_effects"
    DOSE_TOO_LOW = "dose_too_low"
    DISTANCE_OR_COST = "distance_or_cost"
    WORK_HOURS = "work_hours"
    SHAME = "shame"
    FAMILY_AGAINST = "family_against"
    POLICE = "police"
    CARE_OF_CHILDREN = "care_of_children"
    STILL_USING = "still_using"
    OTHER = "other"


class UrineOccasion(StrEnum):
    """Why a urine was asked for."""

    ENTRY = "entry"
    SCHEDULE = "schedule"
    DRAW = "draw"
    CLINICAL = "clinical"
    CONFIRMATION = "confirmation"
    OWN_WISH = "own_wish"


class UrineOutcome(StrEnum):
    """What became of a urine that was asked for."""

    TAKEN = "taken"
    REFUSED = "refused"
    DILUTED = "diluted"
    TAMPERED = "tampered"
    NOT_ABLE = "not_able"


class UrineMethod(StrEnum):
    """How a urine was looked at."""

    STRIP = "strip"
    LABORATORY = "laboratory"


class UrineFound(StrEnum):
    """What a substance that was looked for means; what other programs wrote stands as they wrote it."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    PRESENT = "present"
    ABSENT = "absent"


class HealthTestKind(StrEnum):
    """What somebody may be tested for, if they wish."""

    HIV = "hiv"
    HEPATITIS_B = "hepatitis_b"
    HEPATITIS_C = "hepatitis_c"
    TUBERCULOSIS = "tuberculosis"


class OfferAnswer(StrEnum):
    """What somebody said to an offer; no answer closes anything."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    LATER = "later"
    ALREADY_HAS = "already_has"


class HealthTestResultKind(StrEnum):
    """What a health test found."""

    NEGATIVE = "negative"
    POSITIVE = "positive"
    UNCLEAR = "unclear"
    NOT_DONE = "not_done"


class LinkedToCare(StrEnum):
    """Whether a finding led to care."""

    IN_CARE = "in_care"
    REFERRED = "referred"
    NOT_WANTED = "not_wanted"
    NOT_NEEDED = "not_needed"


class RestrictedPart(StrEnum):
    """A part of a record behind its own permission."""

    CASE_NOTES = "case_notes"
    HEALTH_TESTS = "health_tests"
    MARKERS = "markers"
