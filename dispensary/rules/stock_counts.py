"""What a count says beside the books: which lines differ, by how much, and what that asks for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

from dispensary.rules import container_seals, weighing
from dispensary.rules.container_seals import SealOnRecord, SealRead
from dispensary.rules.products import is_whole_parts
from dispensary.rules.weighing import Scale
from dispensary.wording import N_, Words, say
from models.enums import CountFound, CountKind
from models.units import Grams, Mg, MgPerUnit, Quantity, plain

NOTHING = Quantity(Decimal(0))
TEXT_DIGEST = 16
"""So many characters stand for a text that the audit does not repeat."""
SEAL_LOST = (CountFound.BROKEN, CountFound.OTHER_SEAL)
FOUND_SEALED = (CountFound.WHOLE, *SEAL_LOST, CountFound.NOT_FOUND)
FOUND_OPEN = (CountFound.MEASURED, CountFound.NOT_FOUND)
LineSaid = tuple[int, int, Quantity, bool, CountFound, Quantity | None]
"""Container, its last movement, the books, whether sealed, what was found, what was measured."""


@dataclass(frozen=True)
class Expected:
    """A container that the books put at a place, as they know it."""

    id: int
    label: str
    size: Quantity
    smallest_part: Quantity
    strength: MgPerUnit
    seq: int
    books: Quantity
    sealed: bool
    """Never opened, and as full as it came: what says sealed and is not full is measured like an open one."""
    scale: Scale | None = None
    """What it is weighed against; None where no tare or density is on record, or nothing is weighed."""
    seal: SealOnRecord | None = None
    """The number on its seal, where one is on record."""
    opened: bool = False

    @property
    def basis(self) -> tuple[int, int, int]:
        """The tare, the density and the seal on record, by their ids; 0 where there is none."""
        tare, density = (self.scale.tare_id, self.scale.density_id) if self.scale else (0, 0)
        return tare, density, self.seal.id if self.seal else 0


@dataclass(frozen=True)
class Looked:
    """What somebody found of one container, and its last movement as the page knew it."""

    seq: int
    found: CountFound
    measured: Quantity | None = None
    """How much there is, however it was found out."""
    gross: Grams | None = None
    """What the scale showed, where it was weighed."""
    basis: tuple[int, int, int] = (0, 0, 0)
    """The tare, the density and the seal on record that the page showed, or knew of."""
    seal: str = ""
    """The number on its seal, as it was read."""


@dataclass(frozen=True)
class Judged:
    """What a count as a whole comes to."""

    differing: tuple[int, ...]
    """Ids of the containers that differ from the books, or whose seal is not whole."""
    since_closing: tuple[int, ...]
    """Ids of the containers that the closing count found and that are gone, or opened, since."""
    off_mg: Mg
    """All variances added up, whichever way they go."""
    finds: int
    other_seals: tuple[int, ...] = ()
    """Ids of the containers whose seal carries another number than the one on record."""

    @property
    def needs_note(self) -> bool:
        """Whether it has to be said in words how this may have come about."""
        return bool(self.differing or self.since_closing or self.finds)

    def needs_witness(self, above: Mg) -> bool:
        """Return whether a second person signs: the site's figure is passed, or a seal is not the one on record."""
        return self.off_mg > above or bool(self.other_seals)


@dataclass(frozen=True)
class AtClosing:
    """What the closing count found of one container."""

    container_id: int
    sealed: bool
    """Whether its seal was whole."""


def fault_of(one: Expected, looked: Looked) -> Words | None:
    """Return what is impossible in what was found of a container, in words that say nothing of the books; None if nothing."""
    if looked.found not in (FOUND_SEALED if one.sealed else FOUND_OPEN):
        return say(N_("Choose from the list."))
    if looked.found in (CountFound.WHOLE, CountFound.NOT_FOUND):
        if looked.measured is not None:
            return say(N_("A quantity is measured only where a container is open, or its seal is not whole."))
        return None
    return _fault_of_measure(one, looked.measured)


def fault_of_seal(one: Expected, looked: Looked, kind: CountKind) -> Words | None:
    """Return what cannot be in the number that was read on a container's seal; None if nothing."""
    return container_seals.fault_of_seal(seal_read(one, looked), kind)


def reads_another_seal(one: Expected, looked: Looked, kind: CountKind) -> bool:
    """Return whether a number was read on a container's seal that is not the one on record."""
    return container_seals.is_another(seal_read(one, looked), kind)


def seal_read(one: Expected, looked: Looked) -> SealRead:
    """Return what was read on the seal of a container, beside what is on record."""
    return SealRead(one.seal, not one.opened, looked.found, looked.seal)


def fault_of_weight(one: Expected, gross: Grams) -> Words | None:
    """Return what is impossible in what the scale showed of a container; None if nothing."""
    if one.scale is None:
        return say(N_("No tare or no density of it is on record: measure it."))
    return weighing.fault_of_gross(gross, one.scale, one.size, one.smallest_part)


def by_weight(one: Expected, gross: Grams) -> Quantity | None:
    """Return how much is in a container that weighs so much; None where it cannot be told."""
    if one.scale is None or fault_of_weight(one, gross) is not None:
        return None
    return weighing.by_weight(gross, one.scale, one.smallest_part)


def _fault_of_measure(one: Expected, measured: Quantity | None) -> Words | None:
    if measured is None:
        return say(N_("Measure what is in it; 0 if nothing is."))
    if not NOTHING <= measured <= one.size:
        return say(N_("So much cannot be in it. Measure it again."))
    if not is_whole_parts(measured, one.smallest_part):
        return say(N_("It is measured in steps of %(part)s."), part=one.smallest_part)
    return None


def counted(books: Quantity, found: CountFound, measured: Quantity | None) -> Quantity:
    """Return how much was there: behind a whole seal what the books say, of one that is gone nothing."""
    if found is CountFound.WHOLE:
        return books
    return measured if measured is not None else NOTHING


def variance(books: Quantity, found: CountFound, measured: Quantity | None) -> Quantity:
    """Return what was there beyond the books; less than zero where something is missing."""
    return Quantity(counted(books, found, measured) - books)


def differs(books: Quantity, found: CountFound, measured: Quantity | None) -> bool:
    """Return whether a line asks for a word: a quantity that differs, a seal that is not whole, a container that is gone."""
    return found in (*SEAL_LOST, CountFound.NOT_FOUND) or variance(books, found, measured) != 0


def judge(
    lines: Iterable[tuple[Expected, Looked]],
    closing: Sequence[AtClosing],
    finds: int,
    kind: CountKind = CountKind.OPENING,
) -> Judged:
    """Return what a count comes to.

    Args:
        lines: every container that the books put there, with what was found of it.
        closing: what the closing count of the place found there, for an opening check; else nothing.
        finds: how many containers stand there that the books do not know.
        kind: why it is counted; at an opening check the seal of last night is held against the record too.
    """
    pairs, off = list(lines), Decimal(0)
    for one, looked in pairs:
        off += abs(variance(one.books, looked.found, looked.measured)) * one.strength
    others = tuple(o.id for o, seen in pairs if container_seals.is_another(seal_read(o, seen), kind))
    return Judged(
        differing=tuple(o.id for o, seen in pairs if o.id in others or differs(o.books, seen.found, seen.measured)),
        since_closing=since(closing, {one.id: one.sealed for one, _ in pairs}),
        off_mg=Mg(off),
        finds=finds,
        other_seals=others,
    )


def since(closing: Iterable[AtClosing], now_sealed: Mapping[int, bool]) -> tuple[int, ...]:
    """Return the ids of containers that stood there at closing and have left since, or were sealed then and are not now.

    Args:
        now_sealed: every container that the books put there now, and whether it is to be sealed.
    """
    return tuple(
        c.container_id
        for c in closing
        if c.container_id not in now_sealed or (c.sealed and not now_sealed[c.container_id])
    )


def contents_of(lines: Iterable[LineSaid], finds: Iterable[str]) -> str:
    """Return the lines and finds of a count as the audit writes them: `7/3 998.5 open measured 990; find 1 3f…`.

    Args:
        lines: in the order in which they were written.
        finds: what was said of each container that no book knows; only a digest of it stands in the audit.
    """
    said = [
        f"{container_id}/{seq} {plain(books)} {'sealed' if sealed else 'open'} {found.value}"
        + (f" {plain(measured)}" if measured is not None else "")
        for container_id, seq, books, sealed, found, measured in lines
    ]
    said += [f"find {n} {sha256(text.encode()).hexdigest()[:TEXT_DIGEST]}" for n, text in enumerate(finds, start=1)]
    return "; ".join(said)


def tried(looked: Mapping[int, Looked]) -> str:
    """Return what was found, as a try that was looked at again is noted: `7 measured 990; 8 whole`."""
    return "; ".join(
        f"{key} {one.found.value}"
        + (f" {plain(one.measured)}" if one.measured is not None else "")
        + (f" of {plain(one.gross)} g" if one.gross is not None else "")
        for key, one in sorted(looked.items())
    )
