"""Words of days, closures and absences."""

from enum import StrEnum

from dispensary.labels.marking import N_
from models import enums

WORDS: dict[type[StrEnum], dict[StrEnum, str]] = {
    enums.DayStatus: {
        enums.DayStatus.OBSERVED: N_("dosed"),
        enums.DayStatus.PART: N_("part of the dose"),
        enums.DayStatus.ELSEWHERE: N_("dosed elsewhere, verified"),
        enums.DayStatus.INJECTION_COVERS: N_("covered by an injection"),
        enums.DayStatus.TAKE_HOME: N_("take-home dose, presumed taken"),
        enums.DayStatus.ELSEWHERE_UNVERIFIED: N_("perhaps dosed elsewhere, not verified"),
        enums.DayStatus.WITHHELD: N_("withheld"),
        enums.DayStatus.REFUSED: N_("refused"),
        enums.DayStatus.AWAY_UNKNOWN: N_("in hospital or custody, dosing unknown"),
        enums.DayStatus.NOT_YET_ENTERED: N_("on paper, not yet entered"),
        enums.DayStatus.CLOSED_UNCOVERED: N_("closed, no dose for the day"),
        enums.DayStatus.NO_SHOW: N_("did not come"),
        enums.DayStatus.AWAITED: N_("awaited"),
        enums.DayStatus.NOT_SCHEDULED: N_("no dose due"),
        enums.DayStatus.OUTSIDE_TREATMENT: N_("not in treatment"),
    },
    enums.ClosureKind: {
        enums.ClosureKind.HOLIDAY: N_("public holiday"),
        enums.ClosureKind.PLANNED: N_("planned closure"),
        enums.ClosureKind.SUDDEN: N_("sudden closure"),
    },
    enums.AbsenceKind: {
        enums.AbsenceKind.HOSPITAL: N_("in hospital"),
        enums.AbsenceKind.CUSTODY: N_("in custody"),
    },
    enums.MissedReason: {
        enums.MissedReason.ILL: N_("ill"),
        enums.MissedReason.WORK: N_("work"),
        enums.MissedReason.FAMILY: N_("family"),
        enums.MissedReason.JOURNEY: N_("away on a journey"),
        enums.MissedReason.MONEY_OR_DISTANCE: N_("money or distance"),
        enums.MissedReason.POLICE: N_("police"),
        enums.MissedReason.DID_NOT_WANT: N_("did not want the medicine"),
        enums.MissedReason.FORGOT: N_("forgot"),
        enums.MissedReason.RELATION_TO_STAFF: N_("trouble with staff"),
        enums.MissedReason.NOT_REACHED: N_("not reached"),
        enums.MissedReason.OTHER: N_("another reason"),
    },
    enums.ReEntryAction: {
        enums.ReEntryAction.HOLD_REINDUCT: N_("hold: the prescriber starts anew"),
        enums.ReEntryAction.HOLD_NOTIFY: N_("hold and call the prescriber"),
        enums.ReEntryAction.GIVE_IF_NOT_INTOXICATED: N_("give if not intoxicated"),
        enums.ReEntryAction.GIVE: N_("give"),
    },
    enums.Answer: {
        enums.Answer.YES: N_("yes"),
        enums.Answer.NO: N_("no"),
        enums.Answer.UNKNOWN: N_("not known"),
    },
}
