"""Words of stock."""

from enum import StrEnum

from dispensary.labels.marking import N_
from models import enums

WORDS: dict[type[StrEnum], dict[StrEnum, str]] = {
    enums.BaseUnit: {
        enums.BaseUnit.ML: N_("mL"),
        enums.BaseUnit.TABLET: N_("tablet"),
        enums.BaseUnit.FILM: N_("film"),
        enums.BaseUnit.SYRINGE: N_("syringe"),
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
    enums.ConsignmentFate: {
        enums.ConsignmentFate.RECEIVED: N_("received"),
        enums.ConsignmentFate.CONFIRMED: N_("confirmed on paper by the addressee"),
        enums.ConsignmentFate.CAME_BACK: N_("came back"),
        enums.ConsignmentFate.LOST: N_("lost on the way"),
    },
    enums.WasteReason: {
        enums.WasteReason.LEFT_OVER: N_("left over"),
        enums.WasteReason.NOT_SWALLOWED: N_("poured, not swallowed"),
        enums.WasteReason.SPILT: N_("spilt"),
        enums.WasteReason.BROKEN: N_("broken"),
        enums.WasteReason.EXPIRED: N_("expired"),
        enums.WasteReason.CONTAMINATED: N_("contaminated"),
    },
}
