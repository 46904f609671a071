"""How reports say what became of a dose: strengths, quantities with their unit, outcomes, and the notes to a row."""

from datetime import timedelta

from dispensary.clock import clinic_day
from dispensary.queries.dispensing import DispensedDose, DispensedProduct
from dispensary.queries.paper import SealOnPaper
from dispensary.queries.sites import SiteSettings
from dispensary.wording import N_, Speaker, Words, in_unit, say
from models.units import Quantity, plain

LATE_AFTER = timedelta(minutes=30)
"""A dose written down this long after it was taken is marked as a late entry: longer than any queue at the window."""


def is_late(dose: DispensedDose, settings: SiteSettings) -> bool:
    """Return whether a dose was written down late: on another clinic day, or long after it was taken."""
    recorded_on = clinic_day(dose.recorded_at, settings.zone, settings.day_starts)
    return recorded_on != dose.clinic_day or dose.recorded_at - dose.taken_at > LATE_AFTER


def strength(product: DispensedProduct, speak: Speaker) -> str:
    """Return a strength: `10 mg/mL`, `8 mg/tablet`, and `8 mg/2 mg` of buprenorphine and naloxone in one piece."""
    if product.naloxone_strength is not None:
        return f"{plain(product.strength)} mg/{plain(product.naloxone_strength)} mg"
    return f"{plain(product.strength)} mg/{speak(product.unit)}"


def dispensed(quantity: Quantity | None, product: DispensedProduct | None, speak: Speaker) -> str:
    """Return a quantity with its product's unit; empty where there is none."""
    return "" if quantity is None or product is None else speak(in_unit(quantity, product.unit))


def outcome(dose: DispensedDose, speak: Speaker) -> str:
    """Return what became of a dose, with the reason where one was picked."""
    why = dose.withheld_reason or dose.refused_reason
    return f"{speak(dose.outcome)}: {speak(why)}" if why else speak(dose.outcome)


def marks(dose: DispensedDose, *, late: bool, note: int | None, wasted: str) -> list[Words]:
    """Return what a reader must not miss: reversed, late, wasted before whom, a further part of the day."""
    said = []
    if dose.reversal is not None:
        said.append(say(N_("REVERSED")))
    if late:
        said.append(say(N_("LATE ENTRY")))
    if note is not None:
        said.append(say(N_("note %(n)s"), n=note))
    if wasted:
        witness = dose.reversal.witness if dose.reversal and dose.reversal.poured else dose.witness
        said.append(say(N_("wasted %(lost)s, witness %(witness)s"), lost=wasted, witness=witness))
    if dose.part > 1:
        said.append(say(N_("part %(n)s"), n=dose.part))
    return said


def needs_note(dose: DispensedDose, late: bool) -> bool:
    """Return whether a row has something to explain."""
    return late or dose.reversal is not None or bool(dose.note)


def note(number: int, row: int, dose: DispensedDose, late: bool, speak: Speaker) -> str:
    """Return the note to a row: who recorded it when, what was reversed and why, what was written beside."""
    said = []
    if late:
        said.append(say(N_("recorded %(at)s by %(by)s"), at=speak.moment(dose.recorded_at), by=dose.by.initials))
    if back := dose.reversal:
        said.append(
            say(N_("reversed %(at)s by %(by)s: %(why)s"), at=speak.moment(back.at), by=back.by, why=back.reason)
        )
        if back.poured:
            said.append(say(N_("what was poured was wasted, witness %(witness)s"), witness=back.witness))
    written = [text for text in (dose.reversal.note if dose.reversal else "", dose.note) if text]
    start = speak(say(N_("Note %(n)s, row %(row)s, %(number)s"), n=number, row=row, number=dose.number))
    return f"{start}: {'; '.join([*map(speak, said), *(f'“{text}”' for text in written)])}."


def seal_words(seal: SealOnPaper, what: str) -> Words:
    """Return one seal as it is printed: of what, up to which number, digest, key and moment."""
    return say(
        N_("Register sealed: %(what)s, up to no. %(number)s, digest %(digest)s, key %(key)s"),
        what=what,
        number=seal.number,
        digest=seal.digest[:16],
        key=seal.key_id,
    )
