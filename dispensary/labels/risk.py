"""Words of the nightly scan."""

from enum import StrEnum

from dispensary.labels.marking import N_
from models import enums

WORDS: dict[type[StrEnum], dict[StrEnum, str]] = {
    enums.RiskLane: {
        enums.RiskLane.RED: N_("RED"),
        enums.RiskLane.AMBER: N_("AMBER"),
    },
    enums.RiskFactor: {
        enums.RiskFactor.NO_SHOWS: N_("scheduled days missed in a row"),
        enums.RiskFactor.OTHER_MISSED: N_("other scheduled days missed in the last 14"),
        enums.RiskFactor.DAYS_IN_TREATMENT: N_("days in treatment here"),
        enums.RiskFactor.LOW_AMOUNT: N_("amount a day"),
        enums.RiskFactor.LOWERED: N_("lower than 14 days ago"),
        enums.RiskFactor.OPIOID_URINE: N_("last opioid urine"),
        enums.RiskFactor.NO_URINE: N_("days without a urine"),
    },
    enums.RiskModelKind: {
        enums.RiskModelKind.RECALIBRATION: N_("probability for the points"),
        enums.RiskModelKind.LOCAL: N_("model of the clinic's own"),
    },
    enums.RiskTripKind: {
        enums.RiskTripKind.CALIBRATION: N_("more or fewer lost than the probabilities say"),
        enums.RiskTripKind.LOAD: N_("more raised as AMBER than can be followed up"),
    },
    enums.RiskModelStep: {
        enums.RiskModelStep.PROMOTED: N_("put into use"),
        enums.RiskModelStep.RETIRED: N_("taken out of use"),
    },
    enums.SnoozeReason: {
        enums.SnoozeReason.TRANSFER: N_("transfer"),
        enums.SnoozeReason.CUSTODY: N_("jail or custody"),
        enums.SnoozeReason.HOSPITAL: N_("hospital"),
        enums.SnoozeReason.TRAVEL: N_("travel"),
        enums.SnoozeReason.GUEST_DOSING: N_("doses as a guest elsewhere"),
        enums.SnoozeReason.CLOSURE: N_("clinic closed"),
        enums.SnoozeReason.OTHER: N_("other"),
    },
}
