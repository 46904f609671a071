"""Words of medicines and doses."""

from enum import StrEnum

from dispensary.labels.marking import N_
from models import enums

WORDS: dict[type[StrEnum], dict[StrEnum, str]] = {
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
    enums.DoseOutcome: {
        enums.DoseOutcome.GIVEN: N_("given and observed"),
        enums.DoseOutcome.PART_GIVEN: N_("part given"),
        enums.DoseOutcome.WITHHELD: N_("withheld"),
        enums.DoseOutcome.REFUSED: N_("refused"),
        enums.DoseOutcome.REPLACEMENT: N_("replacement given"),
        enums.DoseOutcome.ELSEWHERE: N_("given elsewhere, verified"),
        enums.DoseOutcome.INCIDENT: N_("dosing incident"),
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
    enums.ClaimKind: {
        enums.ClaimKind.OBSERVED: N_("observed dose"),
        enums.ClaimKind.TAKE_HOME: N_("take-home dose"),
        enums.ClaimKind.ELSEWHERE: N_("dose given elsewhere"),
        enums.ClaimKind.INJECTION: N_("injection"),
        enums.ClaimKind.IMPORT: N_("imported dose"),
        enums.ClaimKind.INCIDENT: N_("dosing incident"),
        enums.ClaimKind.LINK: N_("dose of a linked record"),
    },
    enums.DepotInterval: {
        enums.DepotInterval.WEEKLY: N_("weekly injection"),
        enums.DepotInterval.MONTHLY: N_("monthly injection"),
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
}
