"""What is said to people: a message and its values, put into a language only at the edge.

Facts store codes and values, never sentences, so that the same history can be read in another language tomorrow.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from models import enums
from models.units import plain


def N_(msgid: str) -> str:  # noqa: N802 - gettext's own name, which its extractor looks for
    """Mark a sentence for the translators and return it unchanged."""
    return msgid


@dataclass(frozen=True)
class Words:
    """A sentence with named gaps, such as `Dosed today at %(at)s by %(by)s.`, and what fills them."""

    msgid: str
    values: dict[str, Any] = field(default_factory=dict)


def say(msgid: str, **values: Any) -> Words:
    """Return words with their values."""
    return Words(msgid, values)


@dataclass(frozen=True)
class Moment:
    """A moment to be said with its day, since it may lie on another than today."""

    at: datetime


@dataclass(frozen=True)
class Speaker:
    """Turns words, vocabulary and values into text in one language and one clinic's time.

    `translate` is gettext; `zone` the clinic's. Numbers are printed exactly, days as year-month-day, moments as the
    clinic's local time.
    """

    translate: Callable[[str], str]
    zone: ZoneInfo

    def __call__(self, what: Any) -> str:
        """Return the text of anything that may be shown."""
        match what:
            case Words(msgid=msgid, values=values):
                text = self.translate(msgid)
                said = text % {k: self(v) for k, v in values.items()} if values else text
            case StrEnum():
                said = self.translate(label(what))
            case Decimal():
                said = plain(what)
            case Moment(at=at):
                said = self.moment(at)
            case datetime():
                said = what.astimezone(self.zone).strftime("%H:%M")
            case date():
                said = what.isoformat()
            case _:
                said = "" if what is None else str(what)
        return said

    def moment(self, at: datetime) -> str:
        """Return day and time, in the clinic's zone, to the minute."""
        return at.astimezone(self.zone).strftime("%Y-%m-%d %H:%M")


LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
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
    enums.Medication: {
        enums.Medication.METHADONE: N_("methadone"),
        enums.Medication.BUPRENORPHINE: N_("buprenorphine"),
        enums.Medication.BUPRENORPHINE_NALOXONE: N_("buprenorphine with naloxone"),
    },
    enums.Form: {
        enums.Form.LIQUID: N_("oral liquid"),
        enums.Form.TABLET: N_("tablets"),
        enums.Form.FILM: N_("film"),
        enums.Form.INJECTION: N_("injection"),
    },
    enums.BaseUnit: {
        enums.BaseUnit.ML: N_("mL"),
        enums.BaseUnit.TABLET: N_("tablet"),
        enums.BaseUnit.FILM: N_("film"),
        enums.BaseUnit.SYRINGE: N_("syringe"),
    },
    enums.Sex: {
        enums.Sex.FEMALE: N_("female"),
        enums.Sex.MALE: N_("male"),
        enums.Sex.OTHER: N_("other"),
        enums.Sex.UNKNOWN: N_("not recorded"),
    },
    enums.EpisodeKind: {
        enums.EpisodeKind.MAINTENANCE: N_("maintenance"),
        enums.EpisodeKind.WITHDRAWAL_MANAGEMENT: N_("withdrawal management"),
        enums.EpisodeKind.COUNSELLING_ONLY: N_("counselling only"),
        enums.EpisodeKind.GUEST: N_("guest"),
    },
    enums.Admission: {
        enums.Admission.NEW: N_("new"),
        enums.Admission.READMITTED: N_("re-admitted"),
        enums.Admission.TRANSFERRED_IN: N_("transferred in"),
    },
    enums.EpisodeEndReason: {
        enums.EpisodeEndReason.COMPLETED: N_("completed"),
        enums.EpisodeEndReason.TRANSFERRED_OUT: N_("transferred out"),
        enums.EpisodeEndReason.LEFT_BY_OWN_WISH: N_("left by own wish"),
        enums.EpisodeEndReason.DROPPED_OUT: N_("dropped out"),
        enums.EpisodeEndReason.ENDED_BY_CLINIC: N_("ended by the clinic"),
        enums.EpisodeEndReason.CUSTODY: N_("in custody"),
        enums.EpisodeEndReason.DIED: N_("died"),
        enums.EpisodeEndReason.GUEST_STAY_OVER: N_("guest stay over"),
        enums.EpisodeEndReason.LINKED: N_("counted with the surviving record"),
        enums.EpisodeEndReason.OTHER: N_("other"),
    },
    enums.TreatmentPhase: {
        enums.TreatmentPhase.INDUCTION: N_("induction"),
        enums.TreatmentPhase.STABILISATION: N_("stabilisation"),
        enums.TreatmentPhase.MAINTENANCE: N_("maintenance"),
        enums.TreatmentPhase.TAPER: N_("taper"),
    },
    enums.OrderEndReason: {
        enums.OrderEndReason.REPLACED: N_("replaced by a new version"),
        enums.OrderEndReason.STOPPED: N_("stopped by the prescriber"),
        enums.OrderEndReason.EPISODE_ENDED: N_("the episode ended"),
        enums.OrderEndReason.LINKED: N_("two records were linked"),
    },
    enums.DoseOutcome: {
        enums.DoseOutcome.GIVEN: N_("given and observed"),
        enums.DoseOutcome.PART_GIVEN: N_("part given"),
        enums.DoseOutcome.WITHHELD: N_("withheld"),
        enums.DoseOutcome.REFUSED: N_("refused"),
        enums.DoseOutcome.REPLACEMENT: N_("replacement given"),
        enums.DoseOutcome.ELSEWHERE: N_("given elsewhere, verified"),
        enums.DoseOutcome.INCIDENT: N_("dosing incident"),
    },
    enums.ObservationKind: {
        enums.ObservationKind.SPOKE_SWALLOWED: N_("spoke, swallowed"),
        enums.ObservationKind.DISSOLVED: N_("dissolved"),
        enums.ObservationKind.NOT_SEEN: N_("not seen"),
    },
    enums.IncidentKind: {
        enums.IncidentKind.WRONG_PERSON: N_("wrong person"),
        enums.IncidentKind.WRONG_AMOUNT: N_("wrong amount"),
        enums.IncidentKind.WRONG_MEDICINE: N_("wrong medicine"),
        enums.IncidentKind.TWICE: N_("twice on one day"),
        enums.IncidentKind.AGAINST_A_RULE: N_("against a rule"),
    },
    enums.Alertness: {
        enums.Alertness.AWAKE: N_("awake and answering"),
        enums.Alertness.DROWSY: N_("drowsy, wakes when spoken to"),
        enums.Alertness.HARD_TO_ROUSE: N_("hard to rouse"),
        enums.Alertness.UNRESPONSIVE: N_("does not respond"),
    },
    enums.ElsewhereSource: {
        enums.ElsewhereSource.GUEST_CLINIC: N_("another clinic"),
        enums.ElsewhereSource.HOSPITAL: N_("hospital"),
        enums.ElsewhereSource.CUSTODY: N_("custody"),
        enums.ElsewhereSource.EMERGENCY_DEPARTMENT: N_("emergency department"),
    },
    enums.TelephoneOrderKind: {
        enums.TelephoneOrderKind.CONTINUE: N_("continue the order"),
        enums.TelephoneOrderKind.LOWER: N_("lower today's dose"),
        enums.TelephoneOrderKind.RELEASE: N_("release today's held dose"),
    },
    enums.HealthFactKind: {
        enums.HealthFactKind.ALLERGY: N_("allergy"),
        enums.HealthFactKind.PREGNANCY: N_("pregnancy"),
        enums.HealthFactKind.QTC: N_("QTc"),
        enums.HealthFactKind.MEDICINE: N_("other medicine"),
        enums.HealthFactKind.NALOXONE: N_("naloxone held"),
    },
    enums.CardEnd: {
        enums.CardEnd.LOST: N_("lost or stolen"),
        enums.CardEnd.DAMAGED: N_("damaged"),
        enums.CardEnd.REPLACED: N_("replaced"),
    },
    enums.PackCopyFate: {
        enums.PackCopyFate.DESTROYED: N_("not used, destroyed"),
        enums.PackCopyFate.USED_AND_ENTERED: N_("used and entered"),
        enums.PackCopyFate.MISSING: N_("missing"),
    },
    enums.WithheldReason: {
        enums.WithheldReason.SEDATED: N_("sedated"),
        enums.WithheldReason.INTOXICATED: N_("intoxicated"),
        enums.WithheldReason.STOP: N_("a stop stands"),
        enums.WithheldReason.DAYS_WITHOUT_MEDICINE: N_("too many days without medicine"),
        enums.WithheldReason.ORDER_PROBLEM: N_("problem with the order"),
        enums.WithheldReason.NO_STOCK: N_("no stock at the window"),
        enums.WithheldReason.OTHER: N_("other"),
    },
    enums.RefusedReason: {
        enums.RefusedReason.NOT_WANTED: N_("did not want it"),
        enums.RefusedReason.FEELS_UNWELL: N_("feels unwell"),
        enums.RefusedReason.AMOUNT_DISPUTED: N_("disputes the amount"),
        enums.RefusedReason.LEFT_EARLY: N_("left before the end"),
        enums.RefusedReason.OTHER: N_("other"),
    },
    enums.ReversalReason: {
        enums.ReversalReason.WRONG_PERSON_ON_SCREEN: N_("recorded on the wrong person's page, nothing taken"),
        enums.ReversalReason.NOT_SWALLOWED: N_("not swallowed"),
        enums.ReversalReason.KEYED_BY_MISTAKE: N_("keyed by mistake, nothing taken"),
        enums.ReversalReason.OTHER: N_("other"),
    },
    enums.ClaimKind: {
        enums.ClaimKind.OBSERVED: N_("observed dose"),
        enums.ClaimKind.TAKE_HOME: N_("take-home dose"),
        enums.ClaimKind.ELSEWHERE: N_("dose given elsewhere"),
        enums.ClaimKind.INJECTION: N_("injection"),
        enums.ClaimKind.IMPORT: N_("imported dose"),
        enums.ClaimKind.INCIDENT: N_("dosing incident"),
        enums.ClaimKind.LINK: N_("dose of a linked record"),
    },
    enums.StopKind: {
        enums.StopKind.SEDATION: N_("sedation"),
        enums.StopKind.DAYS_WITHOUT_MEDICINE: N_("days without medicine"),
        enums.StopKind.ELSEWHERE_UNVERIFIED: N_("dose elsewhere not verified"),
        enums.StopKind.MEDICINE_ABSENT: N_("medicine absent in the urine"),
        enums.StopKind.INCIDENT: N_("dosing incident"),
        enums.StopKind.ORDER_PROBLEM: N_("problem with the order"),
        enums.StopKind.ABSENCE: N_("back from hospital or custody, last dose not verified"),
    },
    enums.NoticeKind: {
        enums.NoticeKind.SEE_COUNSELLOR: N_("please see the counsellor"),
        enums.NoticeKind.URINE_DUE: N_("urine test due"),
        enums.NoticeKind.PAPERS: N_("papers to bring or sign"),
        enums.NoticeKind.FEE: N_("fee to settle"),
        enums.NoticeKind.OTHER: N_("other"),
    },
    enums.Desk: {
        enums.Desk.PRESCRIBER: N_("prescriber"),
        enums.Desk.COUNSELLING: N_("counselling"),
        enums.Desk.NURSE: N_("nurses"),
    },
    enums.TaskReasonKind: {
        enums.TaskReasonKind.STOP: N_("a stop waits for a decision"),
        enums.TaskReasonKind.DAYS_WITHOUT_MEDICINE: N_("held after days without medicine"),
        enums.TaskReasonKind.STEP_WAITS: N_("an upward step waits"),
        enums.TaskReasonKind.ORDER_ENDING: N_("an order is ending"),
        enums.TaskReasonKind.NOT_FIT: N_("not fit for a dose"),
        enums.TaskReasonKind.INCIDENT: N_("dosing incident"),
        enums.TaskReasonKind.VOMITED: N_("vomited after a dose"),
        enums.TaskReasonKind.ELSEWHERE: N_("dose elsewhere to verify"),
        enums.TaskReasonKind.COUNTERSIGN: N_("telephone order to countersign"),
        enums.TaskReasonKind.HEALTH: N_("something new about the person's health"),
        enums.TaskReasonKind.TAKE_HOME_REVIEW: N_("take-home doses to review"),
        enums.TaskReasonKind.TAKE_HOME_REQUEST: N_("take-home doses asked for"),
        enums.TaskReasonKind.BOTTLES: N_("bottles lost, stolen, altered or wrong"),
        enums.TaskReasonKind.CALL_BACK: N_("call-back of bottles"),
        enums.TaskReasonKind.DEPOT_WINDOW: N_("injection early or late"),
        enums.TaskReasonKind.ABSENCE: N_("in hospital or custody"),
        enums.TaskReasonKind.LOST: N_("perhaps lost to follow-up"),
    },
    enums.PlaceKind: {
        enums.PlaceKind.SUPPLIER: N_("supplier"),
        enums.PlaceKind.INVENTORY: N_("first inventory"),
        enums.PlaceKind.SAFE: N_("safe"),
        enums.PlaceKind.WINDOW: N_("window"),
        enums.PlaceKind.PERSON: N_("people in treatment"),
        enums.PlaceKind.RETURNED: N_("brought back, waiting for destruction"),
        enums.PlaceKind.WASTE: N_("waste"),
        enums.PlaceKind.DESTROYED: N_("destroyed"),
        enums.PlaceKind.IN_TRANSIT: N_("in transit"),
        enums.PlaceKind.OTHER_SITE: N_("other site"),
        enums.PlaceKind.BOTTLE_END: N_("bottle end"),
        enums.PlaceKind.ADJUSTMENT: N_("authorised adjustment"),
    },
    enums.MovementKind: {
        enums.MovementKind.INITIAL: N_("first inventory"),
        enums.MovementKind.RECEIVE: N_("received"),
        enums.MovementKind.TRANSFER: N_("transferred"),
        enums.MovementKind.DISPENSE: N_("dispensed"),
        enums.MovementKind.TAKE_HOME: N_("taken home"),
        enums.MovementKind.WASTE: N_("wasted"),
        enums.MovementKind.SPILL: N_("spilt"),
        enums.MovementKind.REVERSAL: N_("reversed"),
        enums.MovementKind.DESTROY: N_("destroyed"),
        enums.MovementKind.RETURN: N_("returned"),
        enums.MovementKind.BOTTLE_END: N_("bottle end"),
        enums.MovementKind.ADJUSTMENT: N_("adjusted"),
    },
    enums.WasteReason: {
        enums.WasteReason.LEFT_OVER: N_("left over"),
        enums.WasteReason.NOT_SWALLOWED: N_("poured, not swallowed"),
        enums.WasteReason.SPILT: N_("spilt"),
        enums.WasteReason.BROKEN: N_("broken"),
        enums.WasteReason.EXPIRED: N_("expired"),
        enums.WasteReason.CONTAMINATED: N_("contaminated"),
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
    },
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
    enums.InjectionSite: {
        enums.InjectionSite.ABDOMEN_RIGHT: N_("abdomen, right"),
        enums.InjectionSite.ABDOMEN_LEFT: N_("abdomen, left"),
        enums.InjectionSite.UPPER_ARM_RIGHT: N_("upper arm, right"),
        enums.InjectionSite.UPPER_ARM_LEFT: N_("upper arm, left"),
        enums.InjectionSite.THIGH_RIGHT: N_("thigh, right"),
        enums.InjectionSite.THIGH_LEFT: N_("thigh, left"),
        enums.InjectionSite.BUTTOCK_RIGHT: N_("buttock, right"),
        enums.InjectionSite.BUTTOCK_LEFT: N_("buttock, left"),
    },
    enums.DepotInterval: {
        enums.DepotInterval.WEEKLY: N_("weekly injection"),
        enums.DepotInterval.MONTHLY: N_("monthly injection"),
    },
    enums.TakeHomeEndReason: {
        enums.TakeHomeEndReason.REPLACED: N_("replaced by a newer decision"),
        enums.TakeHomeEndReason.WITHDRAWN: N_("withdrawn after a review"),
        enums.TakeHomeEndReason.EPISODE_ENDED: N_("the episode ended"),
        enums.TakeHomeEndReason.OWN_WISH: N_("by the person's own wish"),
    },
    enums.OneOffReason: {
        enums.OneOffReason.JOURNEY: N_("journey"),
        enums.OneOffReason.ILLNESS: N_("illness"),
        enums.OneOffReason.WORK: N_("work"),
        enums.OneOffReason.FAMILY: N_("family"),
        enums.OneOffReason.CLOSURE: N_("the clinic is closed"),
        enums.OneOffReason.OTHER: N_("another reason"),
    },
    enums.NaloxoneOffer: {
        enums.NaloxoneOffer.GIVEN: N_("naloxone given"),
        enums.NaloxoneOffer.HAS_IT: N_("has naloxone"),
        enums.NaloxoneOffer.DECLINED: N_("naloxone declined"),
        enums.NaloxoneOffer.NONE_HERE: N_("no naloxone here to give"),
    },
    enums.LabelLayout: {
        enums.LabelLayout.SHEET: N_("sheet of 24 labels"),
        enums.LabelLayout.ROLL_62: N_("62 mm roll"),
    },
    enums.BottleFate: {
        enums.BottleFate.RETURNED: N_("brought back"),
        enums.BottleFate.LOST: N_("lost"),
        enums.BottleFate.STOLEN: N_("stolen"),
        enums.BottleFate.SPILT: N_("spilt"),
    },
    enums.BottleState: {
        enums.BottleState.EMPTY: N_("empty"),
        enums.BottleState.PART: N_("partly full"),
        enums.BottleState.FULL: N_("full"),
    },
    enums.SealState: {
        enums.SealState.INTACT: N_("seal intact"),
        enums.SealState.BROKEN: N_("seal broken"),
        enums.SealState.MISSING: N_("no seal"),
    },
    enums.Residue: {
        enums.Residue.NONE: N_("no residue"),
        enums.Residue.EXPECTED: N_("residue of the medicine"),
        enums.Residue.UNLIKE_THE_MEDICINE: N_("residue unlike the medicine"),
    },
    enums.CallBackReason: {
        enums.CallBackReason.RANDOM: N_("drawn at random"),
        enums.CallBackReason.DOSE_CHANGED: N_("the dose has changed"),
        enums.CallBackReason.MEDICINE_ABSENT: N_("medicine absent in a test"),
        enums.CallBackReason.CONCERN: N_("a concern"),
        enums.CallBackReason.LOT_RECALLED: N_("a lot was recalled"),
    },
    enums.CallBackOutcomeKind: {
        enums.CallBackOutcomeKind.ALL_THERE: N_("all there"),
        enums.CallBackOutcomeKind.SHORT: N_("some missing"),
        enums.CallBackOutcomeKind.ALTERED: N_("some altered"),
        enums.CallBackOutcomeKind.DID_NOT_COME: N_("did not come"),
        enums.CallBackOutcomeKind.EXCUSED: N_("excused"),
    },
    enums.JobOutcome: {
        enums.JobOutcome.DONE: N_("done"),
        enums.JobOutcome.FAILED: N_("failed"),
    },
}
"""What people read for each word of the closed vocabularies; audit kinds have presenters of their own.

By vocabulary first: a nurse as a role and the nurses' desk are stored as the same word, and equal words are equal keys.
"""


IN_UNITS = {
    enums.BaseUnit.ML: (N_("%(quantity)s mL"), N_("%(quantity)s mL")),
    enums.BaseUnit.TABLET: (N_("%(quantity)s tablet"), N_("%(quantity)s tablets")),
    enums.BaseUnit.FILM: (N_("%(quantity)s film"), N_("%(quantity)s films")),
    enums.BaseUnit.SYRINGE: (N_("%(quantity)s syringe"), N_("%(quantity)s syringes")),
}
"""One and more of each unit; a language with further plurals abbreviates the unit, as quantities are rarely whole."""


def in_unit(quantity: Decimal, unit: enums.BaseUnit) -> Words:
    """Return a quantity with its unit: `8.5 mL`, `1 tablet`, `2 tablets`."""
    one, more = IN_UNITS[unit]
    return say(one if quantity == 1 else more, quantity=quantity)


def what_became(outcome: enums.DoseOutcome, form: enums.Form | None) -> enums.DoseOutcome | Words:
    """Return what became of a dose; an injection was injected, not given to be swallowed."""
    injected = outcome is enums.DoseOutcome.GIVEN and form is enums.Form.INJECTION
    return say(N_("injected")) if injected else outcome


def place_injected(note: str) -> enums.InjectionSite | str:
    """Return the place on the body that the record of an injection keeps; any other note as it was written."""
    return enums.InjectionSite(note) if note in list(enums.InjectionSite) else note


def label(word: StrEnum) -> str:
    """Return the untranslated label of a word; a word without one is a mistake in the program."""
    return LABELS[type(word)][word]
