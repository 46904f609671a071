"""Figures made up for the reports, so that a page can be drawn without a database."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from dispensary.queries.dispensing import DispensedDose, DispensedLine, DispensedProduct, Hand, Reversed
from dispensary.queries.paper import RegisterDoses, SealOnPaper
from dispensary.wording import Speaker
from models.enums import BaseUnit, DoseOutcome, Form, Medication, Origin, RefusedReason, ReversalReason, WithheldReason
from models.units import mg, mg_per_unit, quantity
from reports.dispensing_figures import Dispenser, DispensingLogFigures, LogRow, totals
from reports.dose_words import needs_note
from reports.page import Heading

DAY = date(2026, 3, 2)
OPENING = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
SPEAK = Speaker(lambda text: text, ZoneInfo("Europe/Berlin"))
METHADONE = DispensedProduct(
    1, "Methadone oral solution 10 mg/mL", Medication.METHADONE, Form.LIQUID, BaseUnit.ML, mg_per_unit("10"), None
)
TABLETS = DispensedProduct(
    2,
    "Buprenorphine/naloxone 8 mg/2 mg tablets",
    Medication.BUPRENORPHINE_NALOXONE,
    Form.TABLET,
    BaseUnit.TABLET,
    mg_per_unit("8"),
    mg_per_unit("2"),
)
ROSA, WANDA = Hand(1, "Rosa Ames", "RA"), Hand(2, "Wanda Reed", "WR")
NAMES = (
    "Nguyễn Thị Hường",
    "Nguyễn Thị Hướng",
    "Đặng Văn Trường",
    "髙橋 﨑子",
    "山﨑 太郎",
    "欧阳 娜娜",
    "王 秀英",
    "O'Connor Siobhán",
    "Müller-Lüdenscheidt Karl-Friedrich Maximilian von und zu Hohenstein",
    "𪚥 Liu",
)


def heading(**values):
    return Heading(
        **{
            "clinic": "Harbour Clinic",
            "address": "1 Quay Street",
            "first": DAY,
            "last": DAY,
            "zone": "Europe/Berlin",
            "policies": (),
            "printed_by": "Rosa Ames",
            "printed_at": OPENING + timedelta(hours=6),
            "paper": "A4",
            "language": "en",
        }
        | values
    )


def line(product=METHADONE, poured="8", taken=None):
    return DispensedLine(product, "B-0012", "L77", quantity(poured), quantity(taken or poured))


def made_dose(number=1, **values):
    at = values.pop("at", OPENING + timedelta(seconds=40 * number))
    lines = values.get("lines", (line(),))
    taken_mg = sum((made.taken_mg for made in lines), mg(0))
    return DispensedDose(
        **{
            "id": number,
            "clinic_day": DAY,
            "part": 1,
            "person_id": number,
            "number": f"P{number:05}",
            "name": NAMES[number % len(NAMES)],
            "outcome": DoseOutcome.GIVEN,
            "medication": Medication.METHADONE,
            "form": Form.LIQUID,
            "ordered_mg": taken_mg,
            "taken_mg": taken_mg,
            "wasted_mg": mg(0),
            "taken_at": at,
            "withheld_reason": None,
            "refused_reason": None,
            "note": "",
            "origin": Origin.WINDOW,
            "recorded_at": at,
            "by": ROSA if number % 3 else WANDA,
            "witness": "",
            "lines": lines,
            "reversal": None,
        }
        | values
    )


REVERSAL = Reversed(ReversalReason.NOT_SWALLOWED, "spat out", True, OPENING + timedelta(hours=1), DAY, "RA", "WR")


def odd_doses(start=1):
    """One dose of every kind that the log must show."""
    return [
        made_dose(start, reversal=REVERSAL),
        made_dose(
            start + 1,
            lines=(line(poured="8", taken="5"),),
            outcome=DoseOutcome.PART_GIVEN,
            refused_reason=RefusedReason.FEELS_UNWELL,
            witness="WR",
        ),
        made_dose(
            start + 2,
            lines=(),
            outcome=DoseOutcome.WITHHELD,
            withheld_reason=WithheldReason.SEDATED,
            ordered_mg=mg(80),
            note="asked to come back at noon",
        ),
        made_dose(start + 3, lines=(), outcome=DoseOutcome.REFUSED, refused_reason=RefusedReason.NOT_WANTED),
        made_dose(
            start + 4,
            lines=(line(TABLETS, "1"), line(TABLETS, "2")),
            medication=Medication.BUPRENORPHINE_NALOXONE,
            form=Form.TABLET,
        ),
        made_dose(start + 5, recorded_at=OPENING + timedelta(days=1)),
    ]


def log_figures(doses=None, *, register=None, elsewhere=(), spilt=(), **about):
    """The log of made-up doses; the register agrees unless another is given."""
    doses = odd_doses() if doses is None else doses
    rows, notes = [], 0
    for dose in doses:
        late = dose.recorded_at - dose.taken_at > timedelta(hours=12)
        noted = needs_note(dose, late)
        notes += noted
        for n, made in enumerate(dose.lines or (None,)):
            rows.append(LogRow(len(rows) + 1, dose, made, n > 0, late, notes if noted and n == 0 else None))
    products = {p.id: p for p in (METHADONE, TABLETS)}
    if register is None:
        sums = totals(rows, (), spilt, {}, products, DAY, DAY)
        register = {t.product.id: RegisterDoses(t.dispensed, t.reversed, t.wasted, t.spilt) for t in sums}
    hands = sorted({dose.by for dose in doses}, key=lambda h: h.initials)
    return DispensingLogFigures(
        about=heading(**about),
        rows=tuple(rows),
        earlier=(),
        elsewhere=tuple(LogRow(n, one, None) for n, one in enumerate(elsewhere, start=len(rows) + 1)),
        imported=(),
        spilt=spilt,
        totals=totals(rows, (), spilt, register, products, DAY, DAY),
        dispensers=tuple(Dispenser(h, sum(d.by == h for d in doses)) for h in hands),
        seals={1: SealOnPaper(1, 412, "ab" * 32, OPENING, "k1f00d")},
    )
