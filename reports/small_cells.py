"""What leaves the clinic without names: figures without small counts of people, and without what would give them away."""

from collections.abc import Sequence
from dataclasses import replace

from dispensary.rules.commissioners_counts import Share, hidden
from dispensary.rules.harm_reduction import shown_count
from dispensary.wording import N_, Speaker, Words, say
from reports.commissioners_counts import FEW, NOT_SHOWN
from reports.figures import Figure, Section
from reports.sheet import Cell


def outside(whole: Sequence[Section], least: int) -> tuple[Section, ...]:
    """Return figures as they may leave the clinic: without small counts of people, and without what would give them away.

    Parts of a sum go by twos; of a share, its counts and what is between them are large enough or none. Where a denominator
    is left out for the sake of another figure, its share is told in percent alone; where it is small, not at all.
    """
    end = _end_tells(whole, least)
    made = [replace(section, figures=_parts_outside(section.figures, least, end)) for section in whole]
    if any(one.few and one.key.startswith("census-") for section in made for one in section.figures):
        made = [replace(section, figures=tuple(map(_in_period_outside, section.figures))) for section in made]
    gone = {one.key for section in made for one in section.figures if one.few}
    made = [replace(s, figures=tuple(_one_outside(one, least, gone) for one in s.figures)) for s in made]
    return tuple(replace(section, figures=_between(section.figures, least)) for section in made)


def number(one: Figure, least: int, speak: Speaker) -> Cell:
    """Return the number of a figure, or why it is not shown."""
    if one.few and one.n is None:
        return speak(say(NOT_SHOWN) if one.shields else say(FEW, n=least))
    return one.n


def told(least: int) -> Words:
    """Return what is said under figures that have left the clinic."""
    return say(N_("Counts of people from 1 to %(n)s are not shown, nor what would give them away."), n=least - 1)


def _end_tells(whole: Sequence[Section], least: int) -> frozenset[str]:
    """Return the end of the census where it, beside who was there on the last day, would tell how few left on that day."""
    known = {one.key: int(one.n or 0) for section in whole for one in section.figures}
    between = abs(known.get("on-medicine", 0) - known.get("census-end", 0))
    return frozenset({"census-end"}) if 0 < between < least else frozenset()


def _in_period_outside(one: Figure) -> Figure:
    """Leave out how many were there in a period: beside start and end it would tell how few came, or left."""
    return replace(one, n=None, few=True, shields=True) if one.key == "in-period" else one


def _parts_outside(figures: Sequence[Figure], least: int, also: frozenset[str]) -> tuple[Figure, ...]:
    parts = [one for one in figures if one.part]
    counts = [int(one.n or 0) for one in parts]
    places = [n for n, one in enumerate(parts) if one.key in also]
    shown = hidden(counts, least, people=[len(one.people) for one in parts], also=places)
    by_key = {one.key: n for one, n in zip(parts, shown, strict=True)}
    return tuple(_left_out(one, least) if one.part and by_key[one.key] is None else one for one in figures)


def _left_out(one: Figure, least: int) -> Figure:
    return replace(one, n=None, of=None, percent=None, few=True, shields=len(one.people) >= least)


def _one_outside(one: Figure, least: int, gone: set[str]) -> Figure:
    """Return a figure that is no part of a sum as it may leave the clinic."""
    if one.part or one.few:
        return one
    if shown_count(len(one.people), least) is None:
        return _left_out(one, least)
    if one.of_people is not None and not Share(len(one.people), len(one.of_people)).may_leave(least):
        return _left_out(one, least)
    if one.of_key in gone or gone.intersection(one.sums):
        return replace(one, n=None, of=None, few=True, shields=True)
    return one


def _between(figures: Sequence[Figure], least: int) -> tuple[Figure, ...]:
    """Leave out a figure that lies within another of its nest where few people are between the two."""
    made = list(figures)
    for n, one in enumerate(made):
        around = [two for two in made if two.nest and two.nest == one.nest and not two.few and two.key != one.key]
        if not one.few and any(one.people <= two.people and 0 < len(two.people - one.people) < least for two in around):
            made[n] = _left_out(one, least)
    return tuple(made)
