"""The figures of the nightly scan looked back on: of everybody, by drug, site, sex and age band, and by month.

The page and the command read these. Groups too small to hide in are left out, with what would give them away.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from sqlalchemy.orm import Session

from dispensary.analytics.calibration import Fifth, mean
from dispensary.analytics.evaluation import Evaluation, Score, Scores, Section
from dispensary.analytics.judged import Bools, Floats, Ints, Nights
from dispensary.analytics.local_columns import NAMES
from dispensary.analytics.refit import NotInstalled, TooFew, out_of_fold, published
from dispensary.policy.evaluation import looking_back
from dispensary.policy.risk import risk_card
from dispensary.queries import risk_models, risk_watch, sites
from dispensary.queries.risk_groups import GroupedBy, groups_of
from dispensary.queries.risk_models import Version
from dispensary.queries.risk_nights import Period, nights_of
from dispensary.queries.risk_watch import Noted, Raised
from dispensary.wording import N_, Words, say
from models import Site
from models.enums import RiskModelKind

SITE = "site"
READ = ("missed_share_28", "opioid_not_known", "opioid_last")
"""The columns of what the scan reads that are watched: attendance, and whether urines are tested and what they say."""
FIT_NOW = say(
    N_("Local model: fitted now, in %(n)s groups of people, each scored by a model that saw none of them."),
    n=looking_back().refit.folds,
)
NO_LIBRARY = say(N_("Local model: none; fitting one needs the extra named refit."))
TOO_FEW = say(
    N_("Local model: none; it takes %(n)s people lost, and fewer were."), n=looking_back().refit.challenger_dropouts
)
NONE_YET = say(N_("Local model: none is kept that may be judged on these nights."))


@dataclass(frozen=True)
class Question:
    """Which nights of which sites are looked back on."""

    sites: tuple[Site, ...]
    period: Period
    fit: bool = False
    """Fit a local model to other people's nights where none is kept; only a command may, since it takes a library."""


@dataclass(frozen=True)
class Group:
    """One group of people, or one month."""

    name: str
    section: Section | None
    """None where it is too small to be told of."""


@dataclass(frozen=True)
class Watched:
    """One month: whom the scan raised and what came of it, and what it read."""

    month: str
    raised: Raised
    missed: float | None
    """Of the scheduled days of four weeks, the share that was missed, over all nights of the month."""
    tested: float | None
    """The share of nights with an opioid urine of the last four weeks."""
    positive: float | None
    """Of these, the share whose last one was positive."""


@dataclass(frozen=True)
class EvaluationFigures:
    """Everything that is said of a period."""

    question: Question
    everybody: Section
    groups: Mapping[str, Sequence[Group]]
    months: Sequence[Group]
    watched: Sequence[Watched]
    """What the scan raised and read, month by month."""
    trips: Sequence[Noted]
    fifths: Mapping[Score, Sequence[Fifth]]
    known_to: date
    """The last night of which it is known by now what came of it."""
    local: Words
    hide_below: int
    """Groups with fewer people, or fewer lost, are not told."""
    versions: Sequence[Version]


def figures(session: Session, question: Question) -> EvaluationFigures:
    """Return what the scan would have been worth on every night of a period."""
    found = _Looking(session, question)
    looked_back = found.evaluation
    everybody = np.ones(len(found.nights), np.bool_)
    behind = looking_back().evaluation.behind
    today = question.period.known_until + timedelta(days=1)
    least = max(sites.settings(session, site.id, today).hide_below for site in question.sites)
    return EvaluationFigures(
        question=question,
        everybody=looked_back.section(everybody),
        groups={
            by: _told([(n, looked_back.section(m)) for n, m in of.items()], least) for by, of in found.groups.items()
        },
        months=_told([(name, looked_back.section(mask)) for name, mask in found.months.items()], least),
        watched=_watched(session, found),
        trips=risk_watch.trips(session, [site.id for site in question.sites]),
        fifths={score: looked_back.fifths(score) for score in (Score.CARD, Score.RECALIBRATED, Score.LOCAL)},
        known_to=min(question.period.last, date.fromordinal(question.period.known_until.toordinal() - behind)),
        local=found.local_words,
        hide_below=least,
        versions=[one for site in question.sites for one in risk_models.versions(session, site.id)],
    )


def _watched(session: Session, found: "_Looking") -> list[Watched]:
    """Return each month of the period with anybody in treatment; of the inputs, what every night of it says."""
    period, nights = found.question.period, found.nights
    raised = risk_watch.raised_by_month(session, [s.id for s in found.question.sites], period.first, period.last)
    columns = {name: nights.columns[:, NAMES.index(name)] for name in READ}
    lines = []
    for name, of in found.all_months.items():
        tested = of & (columns["opioid_not_known"] == 0)
        lines.append(
            Watched(
                name,
                raised.get(name, Raised()),
                mean(columns["missed_share_28"][of]),
                mean(1 - columns["opioid_not_known"][of]),
                mean(columns["opioid_last"][tested]),
            )
        )
    return lines


def _told(groups: Sequence[tuple[str, Section]], hide_below: int) -> list[Group]:
    """Return groups as they may be told: too few people, or too few lost, are not, nor what would give one alone away."""
    small = [any(0 < count < hide_below for count in (one.people, one.lost)) for _, one in groups]
    if small.count(True) == 1 and len(groups) > 1:
        next_smallest = min(
            (place for place, is_small in enumerate(small) if not is_small), key=lambda n: groups[n][1].people
        )
        small[next_smallest] = True
    return [Group(name, None if is_small else section) for (name, section), is_small in zip(groups, small, strict=True)]


class _Looking:
    """The nights of all sites together, with what is said of each."""

    def __init__(self, session: Session, question: Question) -> None:
        self.session, self.question = session, question
        parts, courses = [], 0
        for site in question.sites:
            part = nights_of(session, site.id, question.period)
            parts.append(replace(part, course=(part.course + courses).astype(np.int32)))
            courses += int(part.course.max(initial=-1)) + 1
        place = [np.full(len(part), n, np.int32) for n, part in enumerate(parts)]
        self.nights = Nights.joined(parts) if parts else Nights.none(len(NAMES))
        self.place = np.zeros(0, np.int32)
        if parts:
            order = np.lexsort((_all(parts, "day"), _all(parts, "person")))
            self.place = np.concatenate(place)[order]
        self.local_words = NONE_YET

    @cached_property
    def evaluation(self) -> Evaluation:
        rules, card = looking_back(), risk_card()
        said = published(self.nights, rules.map)
        recalibrated, _ = self._kept(RiskModelKind.RECALIBRATION, lambda one, of: (one.line.of(said[of]), 0.0))
        local, local_from = self._kept(
            RiskModelKind.LOCAL, lambda one, of: (one.local.logit(self.nights.columns[of]), one.local.alert_from)
        )
        if local is None and self.question.fit:
            local, local_from = self._fit_now(), None
        return Evaluation(self.nights, Scores(said, local, local_from, recalibrated), rules.evaluation, card)

    def _kept(
        self, kind: RiskModelKind, say_of: Callable[[Version, Bools], tuple[Floats, float]]
    ) -> tuple[Floats | None, Floats | None]:
        """Return what kept versions say of the nights after those they know; None where there is none such."""
        said, least = np.full(len(self.nights), np.nan), np.full(len(self.nights), np.inf)
        for n, site in enumerate(self.question.sites):
            one = risk_models.newest(self.session, site.id, kind)
            if one is None or not one.fits_this_program:
                continue
            of = (self.place == n) & (self.nights.day > one.known_until.toordinal())
            if of.any():
                said[of], least[of] = say_of(one, of)
                if kind is RiskModelKind.LOCAL:
                    self.local_words = say(
                        N_("Local model: version %(version)s, on nights after %(day)s only, which it does not know."),
                        version=one.version,
                        day=one.known_until,
                    )
        return (said, least) if np.isfinite(said).any() else (None, None)

    def _fit_now(self) -> Floats | None:
        rules, card = looking_back(), risk_card()
        without = Evaluation(self.nights, Scores(published(self.nights, rules.map)), rules.evaluation, card)
        if len(without.lost.row) < rules.refit.challenger_dropouts:
            self.local_words = TOO_FEW
            return None
        try:
            found = out_of_fold(self.nights, rules, card)
        except (NotInstalled, TooFew) as why:
            self.local_words = NO_LIBRARY if isinstance(why, NotInstalled) else TOO_FEW
            return None
        self.local_words = FIT_NOW
        return found

    @property
    def groups(self) -> dict[str, Mapping[str, Bools]]:
        of_people = groups_of(self.session, self.nights)
        by_site = {site.code: self.place == n for n, site in enumerate(self.question.sites)}
        return {GroupedBy.DRUG.value: of_people[GroupedBy.DRUG], SITE: by_site} | {
            by.value: of_people[by] for by in (GroupedBy.SEX, GroupedBy.AGE)
        }

    @property
    def months(self) -> dict[str, Bools]:
        """The nights of each month of which anything is known."""
        return {name: of for name, of in self.all_months.items() if (self.evaluation.followed & of).any()}

    @cached_property
    def all_months(self) -> dict[str, Bools]:
        """The nights of each month."""
        days, place = np.unique(self.nights.day, return_inverse=True)
        names = np.array([date.fromordinal(day).strftime("%Y-%m") for day in days.tolist()], dtype="U7")
        of = names[place] if len(days) else np.zeros(0, "U7")
        return {str(name): of == name for name in np.unique(names)}


def _all(parts: Sequence[Nights], name: str) -> Ints:
    found: Ints = np.concatenate([getattr(part, name) for part in parts])
    return found
