"""The medicine, and what became of a dose."""

from enum import StrEnum


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


class ClaimKind(StrEnum):
    """What took a slot."""

    OBSERVED = "observed"
    TAKE_HOME = "take_home"
    ELSEWHERE = "elsewhere"
    INJECTION = "injection"
    IMPORT = "import"
    INCIDENT = "incident"
    LINK = "link"


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
