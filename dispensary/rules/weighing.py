"""How much of a liquid is in a container that was weighed: gross less tare, divided by density.

Exact from the scale to the end, and rounded once: to the nearest smallest part of the product, a half up, since that is
how finely it is measured out. A scale that shows steps may be half a step off at each of its two readings, full and
empty, so the result may be off by as much liquid as weighs one step; that stands beside it, rounded up.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil

from dispensary.rules.products import is_whole_parts
from dispensary.wording import N_, Words, say
from models.units import THOUSANDTH, Grams, GramsPerML, Quantity, grams, grams_per_ml

HEAVIEST = grams(20_000)
"""No bottle that a clinic weighs is heavier, full."""
LIGHTEST_LIQUID, HEAVIEST_LIQUID = grams_per_ml("0.7"), grams_per_ml("1.6")
"""Below it is spirit, above it no syrup: somebody typed another number."""


@dataclass(frozen=True)
class Scale:
    """What a container is weighed against: its tare and its liquid's density on record, and the site's scale."""

    tare_id: int
    tare: Grams
    density_id: int
    grams_per_ml: GramsPerML
    readability: Grams


def by_weight(gross: Grams, scale: Scale, smallest_part: Quantity) -> Quantity:
    """Return how much is in a container that weighs so much, to the nearest smallest part of its product, a half up."""
    return rounded_to_part(gross, scale.tare, scale.grams_per_ml, smallest_part)


def rounded_to_part(gross: Grams, tare: Grams, density: GramsPerML, smallest_part: Quantity) -> Quantity:
    """Return the same from its figures alone, as it can be worked out again from what a count keeps."""
    parts = (Fraction(gross) - Fraction(tare)) / Fraction(density) / Fraction(smallest_part)
    return Quantity((parts + Fraction(1, 2)).__floor__() * smallest_part)


def may_be_off(readability: Grams, density: GramsPerML) -> Quantity:
    """Return by how much the result may be off because of the scale alone, in mL, rounded up to a thousandth."""
    return Quantity(ceil(Fraction(readability) / Fraction(density) * 1000) * THOUSANDTH)


def fault_of_gross(gross: Grams, scale: Scale, size: Quantity, smallest_part: Quantity) -> Words | None:
    """Return what is impossible in a weight, in words that say nothing of the books; None if nothing."""
    if gross % scale.readability:
        return say(N_("The scale shows steps of %(step)s g. Type what it shows."), step=scale.readability)
    if gross < scale.tare:
        return say(N_("It weighs less than the empty container: %(tare)s g. Weigh it again."), tare=scale.tare)
    if gross > HEAVIEST or by_weight(gross, scale, smallest_part) > size:
        return say(N_("So heavy it cannot be with this tare and density. Weigh it again, or measure it."))
    return None


def fault_of_tare(weight: Grams) -> Words | None:
    """Return what is impossible in the weight of an empty container; None if nothing."""
    if not Decimal(0) < weight <= HEAVIEST:
        return say(N_("An empty container weighs more than nothing and no more than %(most)s g."), most=HEAVIEST)
    return None


def fault_of_density(density: GramsPerML) -> Words | None:
    """Return what is impossible in a density; None if nothing."""
    if not LIGHTEST_LIQUID <= density <= HEAVIEST_LIQUID:
        words = N_("A millilitre of a medicine weighs between %(least)s g and %(most)s g.")
        return say(words, least=LIGHTEST_LIQUID, most=HEAVIEST_LIQUID)
    return None


def makes(measured: Quantity, gross: Grams, tare: Grams, density: GramsPerML, smallest_part: Quantity) -> bool:
    """Return whether what a count keeps of a weighing makes the quantity that it says."""
    whole = is_whole_parts(measured, smallest_part)
    return whole and gross >= tare and rounded_to_part(gross, tare, density, smallest_part) == measured
