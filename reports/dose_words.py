"""How reports say what became of a dose: strengths, quantities with their unit, outcomes, and the notes to a row."""

from datetime import timedelta

from dispensary.clock import clinic_day
from dispensary.queries.dispensing import DispensedDose, DispensedProduct
from dispensary.queries.paper import SealOnPaper
from dispensary.queries.sites import SiteSettings
from dispensary.wording import N_, Speaker, Words, in_unit, place_injected, say, what_became
from models.enums import InjectionSite, Origin
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
    became = speak(what_became(dose.outcome, dose.form))
    return f"{became}: {speak(why)}" if why else became


def injected_into(dose: DispensedDose) -> Words | None:
    """Return where on the body an injection was given; None for anything else."""
    place = place_injected(dose.note)
    return say(N_("injected into: %(place)s"), place=place) if isinstance(place, InjectionSite) else None


def marks(dose: DispensedDose, *, late: bool, note: int | None, wasted: str) -> list[Words]:
    """Return what a reader must not miss: reversed, a mistake, came up, late, wasted before whom, a part of the day."""
    said = _gravest(dose)
    if dose.origin is Origin.PAPER:
        said.append(say(N_("FROM PAPER")))
    elif late:
        said.append(say(N_("LATE ENTRY")))
    if note is not None:
        said.append(say(N_("note %(n)s"), n=note))
    if wasted:
        witness = dose.reversal.witness if dose.reversal and dose.reversal.poured else dose.witness
        said.append(say(N_("wasted %(lost)s, witness %(witness)s"), lost=wasted, witness=witness))
    return said + _beside(dose)


def _gravest(dose: DispensedDose) -> list[Words]:
    said = []
    if dose.reversal is not None:
        said.append(say(N_("REVERSED")))
    if dose.incident is not None:
        said.append(say(N_("⚠ DOSING INCIDENT: %(kind)s"), kind=dose.incident.kind))
    if dose.came_up_after is not None:
        said.append(_came_up(dose))
    if dose.replaces_at is not None:
        said.append(say(N_("REPLACES the dose of %(at)s"), at=dose.replaces_at))
    return said


def _beside(dose: DispensedDose) -> list[Words]:
    said = []
    if away := dose.verified:
        said.append(say(N_("%(source)s %(name)s"), source=away.source, name=away.source_name))
    if dose.part > 1:
        said.append(say(N_("part %(n)s, ordered that day") if dose.further else N_("part %(n)s"), n=dose.part))
    if dose.not_seen:
        said.append(say(N_("not seen to dissolve")))
    if dose.record:
        said.append(say(N_("on record %(number)s"), number=dose.record))
    return said


def _came_up(dose: DispensedDose) -> Words:
    seen = N_("VOMITED after %(n)s min, seen")
    told = N_("VOMITED after %(n)s min, not seen")
    words = say(seen if dose.came_up_seen else told, n=dose.came_up_after)
    return say(N_("%(vomited)s, replaced"), vomited=words) if dose.replaced else words


def needs_note(dose: DispensedDose, late: bool) -> bool:
    """Return whether a row has something to explain."""
    happened = (dose.reversal, dose.came_up_after, dose.incident, dose.verified)
    told = (late, dose.not_seen, dose.origin is Origin.PAPER, dose.note, dose.exceptions)
    return any(what is not None for what in happened) or any(told)


def note(number: int, row: int, dose: DispensedDose, late: bool, speak: Speaker) -> str:
    """Return the note to a row: who recorded it when, what went wrong, what was reversed and why, what was written beside."""
    said = [*_written_down(dose, late, speak), *_mistake(dose), *_came_up_in_full(dose), *_taken_back(dose, speak)]
    beside = dose.note
    if (into := injected_into(dose)) is not None:
        said, beside = [into, *said], ""
    own = (dose.reversal.note if dose.reversal else "", dose.incident.note if dose.incident else "", beside)
    written = [text for text in own if text]
    start = speak(say(N_("Note %(n)s, row %(row)s, %(number)s"), n=number, row=row, number=dose.number))
    return f"{start}: {'; '.join([*map(speak, said), *(f'“{text}”' for text in written)])}."


def _written_down(dose: DispensedDose, late: bool, speak: Speaker) -> list[Words]:
    said = []
    hand = {"at": speak.moment(dose.recorded_at), "by": dose.by.initials}
    if dose.origin is Origin.PAPER:
        words = N_("entered from paper %(at)s by %(by)s, given by %(giver)s")
        said.append(say(words, giver=dose.dispenser.initials, **hand))
    elif late:
        said.append(say(N_("recorded %(at)s by %(by)s"), **hand))
    if dose.exceptions:
        rules = ", ".join(speak(words) for words in wrong_with(dose))
        said.append(say(N_("acknowledged from paper: %(rules)s"), rules=rules))
    if away := dose.verified:
        words = N_("%(source)s %(name)s, said by %(verifier)s")
        said.append(say(words, source=away.source, name=away.source_name, verifier=away.verifier))
    return said


def _came_up_in_full(dose: DispensedDose) -> list[Words]:
    said = []
    if dose.came_up_after is not None:
        seen = N_("came up %(n)s minutes after it was swallowed, seen by staff")
        told = N_("came up %(n)s minutes after it was swallowed, not seen by staff")
        said.append(say(seen if dose.came_up_seen else told, n=dose.came_up_after))
    if dose.not_seen:
        said.append(say(N_("nobody saw it dissolve")))
    return said


def _taken_back(dose: DispensedDose, speak: Speaker) -> list[Words]:
    if (back := dose.reversal) is None:
        return []
    said = [say(N_("reversed %(at)s by %(by)s: %(why)s"), at=speak.moment(back.at), by=back.by, why=back.reason)]
    if back.poured:
        said.append(say(N_("what was poured was wasted, witness %(witness)s"), witness=back.witness))
    elif back.witness:
        said.append(say(N_("witness %(witness)s"), witness=back.witness))
    return said


def wrong_with(dose: DispensedDose) -> list[Words]:
    """Return the rules that were acknowledged when a dose was entered from paper, in few words."""
    return [say(EXCEPTIONS.get(code, code)) for code in dose.exceptions]


def _mistake(dose: DispensedDose) -> list[Words]:
    """Return what a dosing incident was: of which kind, whose dose it was meant to be, whether the amount is certain."""
    if dose.incident is None:
        return []
    said = [say(N_("dosing incident: %(kind)s"), kind=dose.incident.kind)]
    if dose.incident.intended:
        said.append(say(N_("meant for %(number)s"), number=dose.incident.intended))
    if not dose.incident.certain:
        said.append(say(N_("the amount is not certain")))
    return said


HAPPENED = (
    N_("given by"),
    N_("vomited after, minutes"),
    N_("vomiting seen by staff"),
    N_("replaces the dose of"),
    N_("dosing incident"),
    N_("meant for"),
    N_("amount certain"),
    N_("not seen to dissolve"),
    N_("rules acknowledged"),
    N_("given elsewhere by"),
    N_("confirmed by"),
    N_("record"),
    N_("what happened"),
)
"""The headings of what else is known of a dose, in files for other programs."""


def happened(dose: DispensedDose, speak: Speaker) -> list[str | int | None]:
    """Return what else is known of a dose, in the order of HAPPENED."""
    incident, away = dose.incident, dose.verified
    return [
        dose.given_by.initials if dose.given_by else None,
        dose.came_up_after,
        None if dose.came_up_after is None else speak(_yes_or_no(dose.came_up_seen)),
        speak.moment(dose.replaces_at) if dose.replaces_at else None,
        speak(incident.kind) if incident else None,
        incident.intended if incident else None,
        speak(_yes_or_no(incident.certain)) if incident else None,
        speak(say(N_("yes"))) if dose.not_seen else None,
        ", ".join(speak(words) for words in wrong_with(dose)) or None,
        f"{speak(away.source)} {away.source_name}" if away else None,
        away.verifier if away else None,
        dose.record or None,
        (incident.note if incident else "") or None,
    ]


def _yes_or_no(what: bool) -> Words:
    return say(N_("yes")) if what else say(N_("no"))


EXCEPTIONS = {
    "record_linked_away": N_("this record was linked with another"),
    "not_admitted": N_("not in treatment here"),
    "episode_ended": N_("the episode had ended"),
    "no_active_order": N_("no order was in force"),
    "not_due_today": N_("no dose was due"),
    "injection_early": N_("the injection was early"),
    "injection_late": N_("the injection was late"),
    "slot_taken": N_("a dose of this day was on record"),
    "dosed_elsewhere_today": N_("dosed elsewhere that day"),
    "more_than_ordered": N_("more than was ordered"),
    "stop_standing": N_("a stop stood"),
    "days_without_medicine": N_("too many days without medicine"),
    "too_soon_after_last_day": N_("too soon after the day before"),
    "too_soon_after_part": N_("too soon after the part before"),
    "another_medicine": N_("another medicine than was ordered"),
    "more_than_due": N_("more than was due"),
    "less_than_due": N_("less than was due"),
}
"""What a rule would have said that was acknowledged on entry from paper, in few words, by its code."""


def seal_words(seal: SealOnPaper, what: str) -> Words:
    """Return one seal as it is printed: of what, up to which number, digest, key and moment."""
    return say(
        N_("Register sealed: %(what)s, up to no. %(number)s, digest %(digest)s, key %(key)s"),
        what=what,
        number=seal.number,
        digest=seal.digest[:16],
        key=seal.key_id,
    )
