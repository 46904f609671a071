"""What the number on a container's seal says at a count, beside the one on record."""

from dataclasses import dataclass

from dispensary.wording import N_, Words, say
from models.enums import CountFound, CountKind

CHECKED = (CountKind.OPENING, CountKind.CLOSING)
"""Counts at which the number on record is read on the seal; at the others it may be."""
LONGEST = 40


@dataclass(frozen=True)
class SealOnRecord:
    """The number that a container's seal carries by the record."""

    id: int
    number: str


@dataclass(frozen=True)
class SealRead:
    """What there was to read on one container's seal at a count."""

    on_record: SealOnRecord | None
    sealed: bool
    """Whether the container was never opened; what is open may carry a seal for the night."""
    found: CountFound
    number: str


def plain_number(number: str) -> str:
    """Return a number as it is compared: blanks and capital letters make no difference."""
    return "".join(number.split()).casefold()


def same_number(one: str, other: str) -> bool:
    """Return whether two people wrote down the same number."""
    return plain_number(one) == plain_number(other)


def is_another(read: SealRead, kind: CountKind) -> bool:
    """Return whether a number was read that is not the one on record.

    What is open is measured at every count and sealed anew for the night, so only an opening check holds it against the record.
    """
    if read.on_record is None or not read.number or same_number(read.number, read.on_record.number):
        return False
    return read.sealed or kind is CountKind.OPENING


def is_new(read: SealRead, kind: CountKind) -> bool:
    """Return whether the number read goes on record: none was, or what is open was sealed for the night with another."""
    if not read.number or read.found not in (CountFound.WHOLE, CountFound.MEASURED) or is_another(read, kind):
        return False
    return read.on_record is None or not same_number(read.number, read.on_record.number)


def is_read(read: SealRead, kind: CountKind) -> bool:
    """Return whether the number has to be read: one is on record, and something is there that should carry it."""
    if read.on_record is None or read.found in (CountFound.NOT_FOUND, CountFound.BROKEN):
        return False
    return kind in CHECKED if read.sealed else kind is CountKind.OPENING


def fault_of_seal(read: SealRead, kind: CountKind) -> Words | None:
    """Return what cannot be in what was read on a seal, in words that do not give its number away; None if nothing."""
    if read.number and read.found is CountFound.NOT_FOUND:
        return say(N_("What was not found has no seal to read."))
    if not read.number:
        return say(N_("Read the number of the seal, and type it.")) if is_read(read, kind) else None
    if not plain_number(read.number).isprintable() or len(read.number) > LONGEST:
        return say(N_("Read the number of the seal, and type it."))
    if read.sealed and read.found is CountFound.WHOLE and is_another(read, kind):
        return say(
            N_("This is not the number on record. Read it again; if it says so, choose “another seal” and measure.")
        )
    if read.on_record and read.found is CountFound.OTHER_SEAL and not is_another(read, kind):
        return say(N_("This is the number on record. Read it again, or choose what else is wrong with the seal."))
    return None
