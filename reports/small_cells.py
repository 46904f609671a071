"""What leaves the clinic without names: figures without small counts of people, and without what would give them away."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from dispensary.rules.commissioners_counts import Share, hidden
from dispensary.rules.harm_reduction import shown_count
from dispensary.rules.subtraction import Tie, adds_up, remainder, worked_out
from dispensary.wording import N_, Speaker, Words, say
from reports.commissioners_counts import FEW, NOT_SHOWN
from reports.figures import PEOPLE, Figure, Section, denominator
from reports.sheet import Cell

OF_FEW = N_("under %(n)s people")


def outside(whole: Sequence[Section], least: int) -> tuple[Section, ...]:
    """Return figures as they may leave the clinic: without small counts of people, and without what would give them away.

    Parts of a sum go by twos; of a share, its counts and what is between them are large enough or none. Where a denominator
    is left out for the sake of another figure, its share is told in percent alone; where it is small, not at all. What could
    still be worked out by taking figures off each other, of one section or of several, goes with one more of them.
    """
    end = _end_tells(whole, least)
    made = [replace(section, figures=_parts_outside(section.figures, least, end)) for section in whole]
    made = _settled(made, least)
    made = [replace(section, figures=_between(section.figures, least)) for section in made]
    return tuple(_Subtraction(whole, least).without(made))


def number(one: Figure, least: int, speak: Speaker) -> Cell:
    """Return the number of a figure, or why it is not shown: of few people, be their days, tests or minutes many."""
    if one.few and one.n is None:
        return speak(say(NOT_SHOWN) if one.shields else say(FEW if one.unit == PEOPLE else OF_FEW, n=least))
    return one.n


def told(least: int) -> Words:
    """Return what is said under figures that have left the clinic."""
    return say(N_("Counts of people from 1 to %(n)s are not shown, nor what would give them away."), n=least - 1)


def _end_tells(whole: Sequence[Section], least: int) -> frozenset[str]:
    """Return the end of the census where it, beside who was there on the last day, would tell how few left on that day."""
    known = {one.key: int(one.n or 0) for section in whole for one in section.figures}
    between = abs(known.get("on-medicine", 0) - known.get("census-end", 0))
    return frozenset({"census-end"}) if 0 < between < least else frozenset()


def _settled(made: Sequence[Section], least: int) -> list[Section]:
    """Leave out what hangs on a figure that is left out: a total of it, and a share of it but for its percent."""
    if any(one.few and one.key.startswith("census-") for section in made for one in section.figures):
        made = [replace(section, figures=tuple(map(_in_period_outside, section.figures))) for section in made]
    gone = {one.key for section in made for one in section.figures if one.few}
    return [replace(s, figures=tuple(_one_outside(one, least, gone) for one in s.figures)) for s in made]


def _in_period_outside(one: Figure) -> Figure:
    """Leave out how many were there in a period: beside start and end it would tell how few came, or left."""
    return replace(one, n=None, few=True, shields=True) if one.key == "in-period" else one


def _parts_outside(figures: Sequence[Figure], least: int, also: frozenset[str]) -> tuple[Figure, ...]:
    parts = [one for one in figures if one.part and not one.known]
    counts = [int(one.n or 0) for one in parts]
    places = [n for n, one in enumerate(parts) if one.key in also]
    shown = hidden(counts, least, people=[len(one.people) for one in parts], also=places)
    gone = {one.key for one, n in zip(parts, shown, strict=True) if n is None}
    gone |= {one.key for one in figures if one.known and one.part and (one.key in also or _small(one.people, least))}
    return tuple(_left_out(one, least) if one.key in gone else one for one in figures)


def _small(people: Collection[int], least: int) -> bool:
    return shown_count(len(people), least) is None


def _left_out(one: Figure, least: int) -> Figure:
    return replace(one, n=None, of=None, percent=None, few=True, shields=len(one.people) >= least)


def _one_outside(one: Figure, least: int, gone: set[str]) -> Figure:
    """Return a figure that is no part of a sum as it may leave the clinic."""
    if one.part or one.few:
        return one
    if _small(one.people, least):
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


class _Subtraction:
    """What whoever is handed figures could work out by taking them off each other, since they add up."""

    def __init__(self, whole: Sequence[Section], least: int) -> None:
        self.least = least
        self.figures = {one.key: one for section in whole for one in section.figures}
        self.numbers = {key: one.n for key, one in self.figures.items() if isinstance(one.n, int)}
        self.numbers |= {denominator(key): one.of for key, one in self.figures.items() if one.of is not None}
        self.secret = {key for key, one in self.figures.items() if _small(one.people, least)}
        self.secret |= {denominator(key) for key, one in self.figures.items() if _small(one.of_people or (), least)}
        self.ties: list[Tie] = []
        for tie in _ties(whole):
            if tie.keys() <= self.numbers.keys():
                self._tied(tie)

    def _tied(self, tie: Tie) -> None:
        """Keep a tie; where it leaves over a few, these are a small count of their own that nobody may work out."""
        left_over = remainder(tie, self.numbers)
        if left_over and abs(left_over) < self.least:
            name = f"left over {len(self.ties)}"
            self.secret.add(name)
            self.ties.append({**tie, name: -1})
        elif not left_over:
            self.ties.append(tie)

    def without(self, made: Sequence[Section]) -> list[Section]:
        """Leave out one figure more, the smallest that helps, as long as a small count could be worked out."""
        made = list(made)
        while found := self._given_away(told := _by_key(made)):
            shield = self._shield(told, min(found))
            if shield is None:
                return made
            out = _left_out(told[shield], self.least)
            made = [
                replace(section, figures=tuple(out if one.key == shield else one for one in section.figures))
                for section in made
            ]
            made = _settled(made, self.least)
        return made

    def _given_away(self, told: dict[str, Figure]) -> frozenset[str]:
        """Return the small counts that follow from what is told."""
        percents = [self._by_percent(one) for one in told.values() if one.n is None and one.percent is not None]
        ties = [*self.ties, *percents]
        return worked_out(ties, {name for tie in ties for name in tie if self._is_left_out(name, told)}) & self.secret

    def _is_left_out(self, name: str, told: dict[str, Figure]) -> bool:
        """Return whether nobody is told a number, here or on another paper."""
        if name not in self.numbers:
            return True
        if (one := told.get(name)) is not None:
            return one.n is None and not (one.known and name not in self.secret)
        return told[name.removesuffix(denominator(""))].of is None

    def _by_percent(self, one: Figure) -> Tie:
        """Return how the percent of a share, told alone, ties its numbers: who knows the one knows the other."""
        return {one.key: self.numbers[denominator(one.key)], denominator(one.key): -self.numbers[one.key]}

    def _shield(self, told: dict[str, Figure], name: str) -> str | None:
        """Return the figure that is left out for the sake of a small count: one that is enough, rather than one that is not."""
        near = self._near(name)
        candidates = sorted(
            (
                one
                for key, one in told.items()
                if key in near and not one.known and (one.n, one.percent) != (None, None)
            ),
            key=lambda one: (one.n == 0, not one.part, one.n or 0, one.key),
        )
        for one in candidates:
            if name not in self._given_away({**told, one.key: _left_out(one, self.least)}):
                return one.key
        return candidates[0].key if candidates else None

    def _near(self, name: str) -> set[str]:
        """Return the figures that are tied to a number, be it by way of others."""
        near, size = {name}, 0
        while len(near) > size:
            size = len(near)
            near.update(other for tie in self.ties if not near.isdisjoint(tie) for other in tie)
        return near | {other.removesuffix(denominator("")) for other in near}


def _by_key(made: Sequence[Section]) -> dict[str, Figure]:
    return {one.key: one for section in made for one in section.figures}


def _ties(whole: Sequence[Section]) -> Iterator[Tie]:
    """Yield how figures add up: as their sections say, a sum with what it adds up, a share's denominator with its figure."""
    for section in whole:
        yield from section.ties
        for one in section.figures:
            if one.sums and one.of_key is None:
                yield adds_up(one.key, one.sums)
            if one.of_key is not None and one.of is not None:
                yield adds_up(denominator(one.key), (one.of_key,))
