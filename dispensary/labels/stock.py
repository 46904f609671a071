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
    enums.WasteReason: {
        enums.WasteReason.LEFT_OVER: N_("left over"),
        enums.WasteReason.NOT_SWALLOWED: N_("poured, not swallowed"),
        enums.WasteReason.SPILT: N_("spilt"),
        enums.WasteReason.BROKEN: N_("broken"),
        enums.WasteReason.EXPIRED: N_("expired"),
        enums.WasteReason.CONTAMINATED: N_("contaminated"),
    },
    enums.Shift: {
        enums.Shift.MORNING: N_("morning"),
        enums.Shift.AFTERNOON: N_("afternoon"),
        enums.Shift.EVENING: N_("evening"),
    },
    enums.LossKind: {
        enums.LossKind.BREAK_IN: N_("break-in"),
        enums.LossKind.ROBBERY: N_("robbery"),
        enums.LossKind.PILFERAGE: N_("taken by somebody who works here"),
        enums.LossKind.TAKEN_BY_VISITOR: N_("taken by somebody in treatment or a visitor"),
        enums.LossKind.IN_TRANSIT: N_("lost on the way here or from here"),
        enums.LossKind.UNEXPLAINED: N_("unexplained"),
        enums.LossKind.OTHER: N_("other, as the circumstances say"),
    },
    enums.PoliceTold: {
        enums.PoliceTold.YES: N_("yes"),
        enums.PoliceTold.NO: N_("no"),
        enums.PoliceTold.NOT_KNOWN: N_("not known"),
    },
    enums.LossStepKind: {
        enums.LossStepKind.REGULATOR_NOTICE: N_("written notice to the regulator"),
        enums.LossStepKind.REGULATOR_FORM: N_("the regulator's form"),
        enums.LossStepKind.POLICE: N_("police told"),
        enums.LossStepKind.OTHER: N_("something else"),
    },
    enums.StockOrderEndKind: {
        enums.StockOrderEndKind.COMPLETE: N_("all of it came"),
        enums.StockOrderEndKind.CLOSED: N_("closed, the rest does not come"),
        enums.StockOrderEndKind.CANCELLED: N_("cancelled, nothing came"),
    },
    enums.DeliveryDifference: {
        enums.DeliveryDifference.FEWER: N_("fewer than ordered"),
        enums.DeliveryDifference.MORE: N_("more than ordered"),
        enums.DeliveryDifference.OTHER_SIZE: N_("another size than ordered"),
        enums.DeliveryDifference.NOT_ORDERED: N_("not ordered"),
        enums.DeliveryDifference.OTHER_LOT: N_("another lot than asked for"),
        enums.DeliveryDifference.EXPIRES_EARLIER: N_("expires earlier than asked for"),
    },
    enums.DestructionMethod: {
        enums.DestructionMethod.DENATURED: N_("made useless in a denaturing kit"),
        enums.DestructionMethod.INCINERATED: N_("burnt"),
        enums.DestructionMethod.CHEMICAL: N_("chemically digested"),
        enums.DestructionMethod.OTHER: N_("another way"),
    },
    enums.DestructionReason: {
        enums.DestructionReason.EXPIRED: N_("expired"),
        enums.DestructionReason.CONTAMINATED: N_("contaminated"),
        enums.DestructionReason.BROKEN: N_("broken"),
        enums.DestructionReason.NOT_NEEDED: N_("no longer needed"),
        enums.DestructionReason.RETURNED: N_("brought back by a patient"),
    },
    enums.ReconciliationCheck: {
        enums.ReconciliationCheck.REGISTER: N_("balance of the register"),
        enums.ReconciliationCheck.LINES: N_("lines of the register"),
        enums.ReconciliationCheck.CONTAINERS: N_("what the containers hold"),
        enums.ReconciliationCheck.LOTS: N_("sum over all places of a lot"),
        enums.ReconciliationCheck.DISPENSED: N_("dispensing log: swallowed"),
        enums.ReconciliationCheck.REVERSED: N_("dispensing log: reversed"),
        enums.ReconciliationCheck.WASTED: N_("dispensing log: poured, not swallowed"),
        enums.ReconciliationCheck.TAKEN_HOME: N_("dispensing log: taken home"),
        enums.ReconciliationCheck.BROUGHT_BACK: N_("dispensing log: brought back"),
    },
}
