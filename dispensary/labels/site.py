"""Words of a site, its staff and its paper."""

from enum import StrEnum

from dispensary.labels.marking import N_
from models import enums

WORDS: dict[type[StrEnum], dict[StrEnum, str]] = {
    enums.Origin: {
        enums.Origin.WINDOW: N_("at the window"),
        enums.Origin.DESK: N_("at a desk"),
        enums.Origin.PAPER: N_("from paper"),
        enums.Origin.IMPORT: N_("imported"),
        enums.Origin.JOB: N_("by the nightly job"),
        enums.Origin.DEMO: N_("demonstration"),
    },
    enums.Role: {
        enums.Role.NURSE: N_("nurse"),
        enums.Role.COUNSELLOR: N_("counsellor"),
        enums.Role.PRESCRIBER: N_("prescriber"),
        enums.Role.CLINIC_HEAD: N_("clinic head"),
        enums.Role.ADMINISTRATOR: N_("administrator"),
        enums.Role.INSPECTOR: N_("inspector"),
        enums.Role.PEER: N_("peer worker"),
    },
    enums.SettingKey: {
        enums.SettingKey.TIME_ZONE: N_("time zone"),
        enums.SettingKey.DAY_STARTS: N_("the clinic day starts at"),
        enums.SettingKey.MINIMUM_HOURS_BETWEEN_DAYS: N_("least hours between two days' doses"),
        enums.SettingKey.HOLD_FROM_DAYS: N_("hold from days without medicine"),
        enums.SettingKey.HOLD_FROM_DAYS_INDUCTION: N_("hold from days without medicine, in induction"),
        enums.SettingKey.IDLE_MINUTES: N_("minutes until an idle terminal locks"),
        enums.SettingKey.SCREEN_SHOWS_NAMES: N_("the queue shows names"),
        enums.SettingKey.OPENING_DAYS: N_("days of the week on which the clinic doses"),
        enums.SettingKey.TELEPHONE_ORDERS: N_("orders by telephone"),
        enums.SettingKey.COUNTERSIGN_HOURS: N_("hours until a telephone order is countersigned"),
        enums.SettingKey.FIRST_DOSE_OBSERVATION_MINUTES: N_("minutes to stay after a first dose"),
        enums.SettingKey.LOST_AFTER_NO_SHOWS: N_("no-shows in a row before somebody is proposed as lost"),
        enums.SettingKey.CALL_BACK_HOURS: N_("hours to bring in the bottles after a call-back"),
        enums.SettingKey.SAFETY_CHECK_DAYS: N_("days until take-home safety is gone through again"),
        enums.SettingKey.PACK_FOLDER: N_("folder for the rolling downtime pack"),
        enums.SettingKey.PACK_EVERY_MINUTES: N_("minutes between two rolling downtime packs"),
    },
    enums.PackCopyFate: {
        enums.PackCopyFate.DESTROYED: N_("not used, destroyed"),
        enums.PackCopyFate.USED_AND_ENTERED: N_("used and entered"),
        enums.PackCopyFate.MISSING: N_("missing"),
    },
    enums.JobOutcome: {
        enums.JobOutcome.DONE: N_("done"),
        enums.JobOutcome.FAILED: N_("failed"),
    },
    enums.PrintedSheet: {
        enums.PrintedSheet.DISPENSING_LOG: N_("dispensing log"),
        enums.PrintedSheet.REGISTER: N_("controlled-drug register"),
        enums.PrintedSheet.DOSE_HISTORY: N_("dosing history"),
        enums.PrintedSheet.DOWNTIME_PACK: N_("downtime pack"),
        enums.PrintedSheet.PRESCRIPTION: N_("prescription"),
        enums.PrintedSheet.GUEST_LETTER: N_("guest letter"),
        enums.PrintedSheet.MISSED_DOSES: N_("missed-dose list"),
        enums.PrintedSheet.OWN_SHEET: N_("the person's own sheet"),
        enums.PrintedSheet.BOTTLE_LABELS: N_("bottle labels"),
        enums.PrintedSheet.CLOSURE_LIST: N_("closure list"),
        enums.PrintedSheet.TAKE_HOME_PLAN: N_("take-home plan"),
        enums.PrintedSheet.WORKLIST: N_("worklist"),
        enums.PrintedSheet.GROUP_SHEET: N_("group sheet"),
        enums.PrintedSheet.CARE_PLAN: N_("care plan"),
        enums.PrintedSheet.ENDING_NOTICE: N_("ending notice"),
        enums.PrintedSheet.CONTEST_ANSWER: N_("contest answer"),
        enums.PrintedSheet.REFERRAL: N_("referral"),
        enums.PrintedSheet.TRANSFER_LETTER: N_("transfer letter"),
        enums.PrintedSheet.FACTUAL_LETTER: N_("factual letter"),
        enums.PrintedSheet.READERS: N_("readers"),
        enums.PrintedSheet.CONFERENCE: N_("conference"),
        enums.PrintedSheet.URINE_DRAW: N_("random draw"),
    },
    enums.ChainKind: {
        enums.ChainKind.AUDIT: N_("audit"),
        enums.ChainKind.REGISTER: N_("register"),
    },
    enums.SealOccasion: {
        enums.SealOccasion.DAY_CLOSE: N_("day close"),
        enums.SealOccasion.PRINTED_PAGE: N_("printed page"),
        enums.SealOccasion.UPGRADE: N_("upgrade"),
        enums.SealOccasion.ON_DEMAND: N_("on demand"),
    },
}
