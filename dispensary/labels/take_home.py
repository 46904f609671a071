"""Words of take-home doses and bottles."""

from enum import StrEnum

from dispensary.labels.marking import N_
from models import enums

WORDS: dict[type[StrEnum], dict[StrEnum, str]] = {
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
}
