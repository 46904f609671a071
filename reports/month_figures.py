"""The parts of the monthly summary that are told beside the indicators, each figure with the rows it is worked out from."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from dispensary.policy.evaluation import looking_back
from dispensary.policy.indicators import IndicatorRules, indicator_rules
from dispensary.policy.journey import journey_rules
from dispensary.policy.retention import retention_rules
from dispensary.policy.urine import urine_policy
from dispensary.queries.indicators import Indicators, MissedRun
from dispensary.queries.month import MonthRows, Raised, StopTold
from dispensary.queries.retention import Course
from dispensary.rules.commissioners_counts import PLANNED, Stay
from dispensary.rules.indicators import DailyDose, presences
from dispensary.rules.reconciliation import AccountLine, ProductReconciliation, Reconciliation
from dispensary.rules.retention import Exit
from dispensary.rules.subtraction import adds_up
from dispensary.wording import N_, Words, in_unit, say
from models.enums import (
    BottleFate,
    CallBackOutcomeKind,
    DrillOutcome,
    EpisodeEndReason,
    IncidentKind,
    JobOutcome,
    MovementKind,
    RiskLane,
    StopKind,
    TaskOutcome,
    UrineFound,
)
from models.units import Mg, Quantity
from reports.dose_words import EXCEPTIONS
from reports.figures import Behind, Figure, Section, Way, denominator, drawn
from reports.indicator_figures import DRUGS, LEFT, TESTS, sections
from reports.reconciliation import difference_words

A_DAY, THOUSAND = timedelta(days=1), 1000
NOTHING = Mg(Decimal(0))
RUNS, MINUTES, SECONDS = say(N_("runs")), say(N_("minutes")), say(N_("seconds"))
STOPS, BOTTLES, CALLS = say(N_("stops")), say(N_("bottles")), say(N_("call-backs"))
FLAGS, INCIDENTS, RULES = say(N_("flags")), say(N_("incidents")), say(N_("rules"))
CONTAINERS, DAYS_CLOSED, DIFFERENCES = say(N_("containers")), say(N_("closings")), say(N_("differences"))
STAYS = say(N_("treatments"))
RECEIVED = frozenset({MovementKind.INITIAL, MovementKind.RECEIVE})
GIVEN = frozenset({MovementKind.DISPENSE, MovementKind.TAKE_HOME})
COURSES = say(N_("courses"))
ATTEMPTS, BACKUPS, DOSES = say(N_("attempts")), say(N_("backups")), say(N_("doses"))


@dataclass(frozen=True)
class MonthFacts:
    """Everything that the summary of a month is worked out from."""

    first: date
    last: date
    indicators: Indicators
    rows: MonthRows
    """Of these days, and of as many before them as the scan's flags are followed."""
    courses: tuple[Course, ...]
    """Every course of the site that began early enough to fall due in the month, as it was known at its end."""
    stock: Reconciliation
    stays: tuple[Stay, ...]
    """Every episode of the site but those of guests."""

    @property
    def month(self) -> MonthRows:
        """The rows of the month alone."""
        return self.rows.of(self.first, self.last)


def parts(facts: MonthFacts) -> tuple[Section, ...]:
    """Return every figure of a month, whole: those of the indicators, and after each what else is told of its subject."""
    rules, month = indicator_rules(), facts.month
    of = {section.key: section for section in sections(facts.indicators)}
    return (
        of["census"],
        of["treatment"],
        of["kp-mat-by-sex"],
        of["kp-mat-by-age"],
        cohorts(facts.first, facts.last, facts.courses),
        _commissioned(facts),
        of["days"],
        _runs(facts, rules),
        _decisions(month),
        of["doses"],
        *_bands(facts.indicators, rules),
        of["steps"],
        _bottles(month),
        of["urine"],
        _substances(facts.indicators),
        of["counselling"],
        of["tests"],
        _scan(facts),
        _safety(month),
        _stock(facts),
        _seconds(month),
        _machinery(month),
    )


def _day(person_id: int, day: date) -> Behind:
    return Behind(person_id, say("%(day)s", day=day))


def _runs(facts: MonthFacts, rules: IndicatorRules) -> Section:
    """Return the long runs of missed days, and what came of each.

    A run belongs to the month in which it had become long, so that one over the turn of a month is in one month and no other.
    """
    long = [
        (who, run)
        for who, theirs in sorted(facts.indicators.days.runs.items())
        for run in theirs
        if len(run.days) >= rules.long_run and facts.first <= run.days[rules.long_run - 1] <= facts.last
    ]
    left = [
        (one.person_id, one.last, one.left)
        for one in presences(facts.stays)
        if one.last is not None and one.left in LEFT
    ]

    def came_of(who: int, run: MissedRun) -> tuple[str, Words]:
        until = run.back_on or date.max
        reason = next((why for person, day, why in left if person == who and run.first <= day < until), None)
        if reason is not None:
            return f"left-{reason}", say(N_("left treatment: %(reason)s"), reason=reason)
        if run.back_on is not None:
            return "back", say(N_("came again"))
        return "away", say(N_("has not come since"))

    def row(who: int, run: MissedRun) -> Behind:
        if run.back_on is None:
            return Behind(who, say(N_("from %(first)s to %(last)s"), first=run.first, last=run.last), len(run.days))
        words = N_("from %(first)s to %(last)s, came on %(back)s")
        return Behind(who, say(words, first=run.first, last=run.last, back=run.back_on), len(run.days))

    settled = [(*came_of(who, run), row(who, run)) for who, run in long]
    kinds = dict(sorted((key, words) for key, words, _ in settled))
    kinds = {"back": say(N_("came again")), "away": say(N_("has not come since")), **kinds}
    definition = say(
        N_(
            "Runs of no-shows that became %(n)s long on a day of the period, whenever they began: each is in one month alone. By"
            " what is known today of how each ended; who left before coming again has left."
        ),
        n=rules.long_run,
    )
    figures = [
        drawn(
            "runs",
            say(N_("runs of %(n)s missed days or more"), n=rules.long_run),
            definition,
            [one for _, _, one in settled],
            way=Way.ROWS,
            unit=RUNS,
        ),
        *(
            drawn(
                f"runs-{key}",
                words,
                definition,
                [one for k, _, one in settled if k == key],
                way=Way.ROWS,
                unit=RUNS,
                part=True,
            )
            for key, words in kinds.items()
        ),
    ]
    words = N_(
        "Days that are none of a run, such as a day in hospital, neither count nor end it. Coming ends it, dosed or not."
    )
    ties = (adds_up("runs", (f"runs-{key}" for key in kinds)),)
    return Section(
        say(N_("Runs of missed days, and what came of each")), say(words), tuple(figures), key="runs", ties=ties
    )


def _bands(found: Indicators, rules: IndicatorRules) -> Iterator[Section]:
    """Yield, for each drug, how its daily doses are spread."""
    for drug, named in DRUGS.items():
        mine = {who: dose for who, dose in sorted(found.days.doses.items()) if dose.drug == drug}
        bounds = rules.band_bounds_mg[drug]
        definition = say(N_("Those with a known daily dose of %(drug)s, by how much it is."), drug=named)
        figures = tuple(
            drawn(
                _band_key(drug, lower),
                _band(lower, upper),
                definition,
                [Behind(who, None, dose.amount_mg) for who, dose in mine.items() if _within(dose, lower, upper)],
                part=True,
            )
            for lower, upper in zip([NOTHING, *bounds], [*bounds, None], strict=True)
        )
        yield Section(
            say(N_("Daily dose of %(drug)s, spread"), drug=named),
            say(N_("A dose stands in the band in which it begins: the lower bound is in it, the upper is not.")),
            figures,
            key=f"spread-{drug}",
            ties=(
                adds_up(f"dose-{drug}", (_band_key(drug, lower) for lower in (NOTHING, *bounds))),
                *(
                    adds_up(f"dose-{drug}-{share}", (_band_key(drug, lower) for lower in bounds if lower >= bound))
                    for share, bound in (("clinic", rules.clinic_dose_mg[drug]), ("unaids", rules.unaids_dose_mg[drug]))
                ),
            ),
        )


def _band_key(drug: str, lower: Mg) -> str:
    return f"dose-{drug}-from-{lower}"


def _within(dose: DailyDose, lower: Mg, upper: Mg | None) -> bool:
    return lower <= dose.amount_mg and (upper is None or dose.amount_mg < upper)


def _band(lower: Mg, upper: Mg | None) -> Words:
    if upper is None:
        return say(N_("%(lower)s mg or more"), lower=lower)
    return say(N_("from %(lower)s to below %(upper)s mg"), lower=lower, upper=upper)


def _decisions(month: MonthRows) -> Section:
    """Return how long stops stood before a prescriber decided."""
    decided = [one for one in month.stops if one.minutes is not None]

    def rows(some: Iterable[StopTold]) -> list[Behind]:
        words = N_("%(kind)s on %(day)s")
        return [Behind(one.person_id, say(words, kind=one.kind, day=one.day), one.minutes) for one in some]

    told = say(N_("Stops that were set on a day of the period, until a prescriber released each."))
    figures = [
        drawn("stops", say(N_("stops set")), told, rows(month.stops), way=Way.ROWS, unit=STOPS),
        *(
            drawn(
                f"stops-{kind}",
                say("%(kind)s", kind=kind),
                told,
                rows([o for o in month.stops if o.kind is kind]),
                way=Way.ROWS,
                unit=STOPS,
                part=True,
            )
            for kind in StopKind
        ),
        drawn(
            "decision-median",
            say(N_("from stop to decision, half within")),
            told,
            rows(decided),
            way=Way.MIDDLE,
            unit=MINUTES,
        ),
        drawn(
            "decision-ninth",
            say(N_("from stop to decision, nine of ten within")),
            told,
            rows(decided),
            way=Way.NINTH,
            unit=MINUTES,
        ),
        drawn(
            "decision-late",
            say(N_("decided after the answer was due")),
            told,
            rows([o for o in decided if o.late]),
            way=Way.ROWS,
            unit=STOPS,
            of=rows(decided),
        ),
        drawn(
            "stops-standing",
            say(N_("not decided yet")),
            told,
            rows([o for o in month.stops if o.minutes is None]),
            way=Way.ROWS,
            unit=STOPS,
        ),
    ]
    words = N_(
        "Minutes of everybody count, at night and on closed days too: whoever waits without a dose waits on those as well."
    )
    ties = (
        adds_up("stops", (f"stops-{kind}" for kind in StopKind)),
        adds_up("stops", ("stops-standing", denominator("decision-late"))),
    )
    return Section(say(N_("Stops and decisions")), say(words), tuple(figures), key="decisions", ties=ties)


def _bottles(month: MonthRows) -> Section:
    """Return what went home, what came back, and who was called back."""
    handed = [Behind(one.person_id, say("%(day)s", day=one.day), one.bottles) for one in month.handed]
    told = say(N_("Handed over on a day of the period, one bottle a dose."))
    ends = say(N_("Bottles of which it was told or seen on a day of the period what became of them."))
    calls = say(N_("Somebody was asked on a day of the period to bring in every bottle; by what is known today."))
    outcomes: list[tuple[str, Words, CallBackOutcomeKind | None]] = [
        *((kind.value, say("%(kind)s", kind=kind), kind) for kind in CallBackOutcomeKind),
        ("open", say(N_("nothing came of it yet")), None),
    ]
    figures = [
        drawn("bottles-out", say(N_("bottles handed over")), told, handed, way=Way.SUM, unit=BOTTLES),
        drawn("bottles-people", say(N_("people who took bottles home")), told, handed),
        *(
            drawn(
                f"bottles-{fate}",
                say(N_("bottles: %(fate)s"), fate=fate),
                ends,
                [_bottle_end(one.person_id, one.day, one.state) for one in month.ended if one.fate is fate],
                way=Way.ROWS,
                unit=BOTTLES,
            )
            for fate in BottleFate
        ),
        drawn(
            "calls",
            say(N_("called back")),
            calls,
            [_day(o.person_id, o.day) for o in month.called],
            way=Way.ROWS,
            unit=CALLS,
        ),
        *(
            drawn(
                f"calls-{key}",
                say(N_("call-back: %(outcome)s"), outcome=words),
                calls,
                [_day(o.person_id, o.day) for o in month.called if o.outcome is kind],
                way=Way.ROWS,
                unit=CALLS,
                part=True,
            )
            for key, words, kind in outcomes
        ),
    ]
    words = N_("Take-home doses that were handed over, whatever decision they rest on.")
    ties = (adds_up("calls", (f"calls-{key}" for key, _, _ in outcomes)),)
    return Section(say(N_("Bottles and call-backs")), say(words), tuple(figures), key="bottles", ties=ties)


def _bottle_end(person_id: int, day: date, state: object) -> Behind:
    if state is None:
        return _day(person_id, day)
    return Behind(person_id, say(N_("%(day)s, %(state)s"), day=day, state=state))


def _substances(found: Indicators) -> Section:
    """Return what urines showed, substance by substance."""
    read = [one for one in found.urines if one.counts and one.person_id in found.in_period]
    policy = urine_policy()
    shown = [
        (key, one) for one in read for key, what in one.results if what in (UrineFound.POSITIVE, UrineFound.PRESENT)
    ]
    looked = Counter(key for one in read for key, _ in one.results)
    told = say(N_("Of the urines taken and read that looked for it. What is prescribed is among them."))
    figures = tuple(
        drawn(
            f"found-{key}",
            policy.words_of(key),
            told,
            [_day(one.person_id, one.collected_on) for k, one in shown if k == key],
            way=Way.ROWS,
            unit=TESTS,
            of=[_day(one.person_id, one.collected_on) for one in read if any(k == key for k, _ in one.results)],
        )
        for key in sorted(
            looked,
            key=lambda key: (
                key not in policy.substances,
                list(policy.substances).index(key) if key in policy.substances else 0,
                key,
            ),
        )
    )
    words = N_("A finding proposes and never decides: it may be a medicine somebody is prescribed.")
    return Section(say(N_("Found in urine, by substance")), say(words), figures, key="substances")


def cohorts(first: date, last: date, courses: Iterable[Course]) -> Section:
    """Return, of everyone whose first months were over in a month, the share still in treatment."""
    rules = retention_rules()
    figures = []
    for months, days in rules.months:
        wait = timedelta(days=days + rules.usual_gap - 1)
        due = [one for one in courses if first <= one.began_on + wait <= last]
        stayed = [one for one in due if one.outcome.exit is None or one.outcome.days > days]
        figures.append(
            drawn(
                f"cohort-{months}",
                say(N_("still in treatment, months after the first dose: %(n)s"), n=months),
                say(
                    N_(
                        "Of the courses whose first %(days)s days, and the %(gap)s after them that it takes to know who was lost,"
                        " were over in the period: those not lost, ended or handed over by then."
                    ),
                    days=days,
                    gap=rules.usual_gap,
                ),
                [_began(one) for one in stayed],
                way=Way.ROWS,
                unit=COURSES,
                of=[_began(one) for one in due],
            )
        )
    words = N_(
        "Day 0 is the first dose; lost is the first run of %(gap)s days without one. Curves stand under Retention."
    )
    return Section(
        say(N_("Retention of the cohorts due")), say(words, gap=rules.usual_gap), tuple(figures), key="cohorts"
    )


def _began(course: Course) -> Behind:
    return Behind(course.person_id, say(N_("since %(day)s"), day=course.began_on))


def _commissioned(facts: MonthFacts) -> Section:
    """Return what the commissioner counts: who was retained for 12 weeks, and who left as planned."""
    after = journey_rules().retained_after
    due = [one for one in facts.stays if facts.first <= one.admitted_on + after <= facts.last]
    kept = [one for one in due if one.ended_on is None or one.ended_on >= one.admitted_on + after]
    ended = [
        one
        for one in facts.stays
        if one.ended_on is not None
        and facts.first <= one.ended_on <= facts.last
        and one.reason is not EpisodeEndReason.DIED
    ]
    figures = (
        drawn(
            "retained-12-weeks",
            say(N_("retained for 12 weeks")),
            say(N_("Of those admitted whose 12 weeks were over in the period: whose treatment went on at that day.")),
            [_admitted(one) for one in kept],
            way=Way.ROWS,
            unit=STAYS,
            of=[_admitted(one) for one in due],
        ),
        drawn(
            "exits-planned",
            say(N_("planned exits")),
            say(
                N_(
                    "Completed, or handed over to another clinic; of the treatments that ended in the period but for deaths."
                )
            ),
            [_exit(one) for one in ended if one.reason in PLANNED],
            way=Way.ROWS,
            unit=STAYS,
            of=[_exit(one) for one in ended],
        ),
    )
    words = N_(
        "By admission and recorded end alone, whatever was taken; counselling alone is among them, guests are not."
    )
    reasons = [reason for reason in LEFT if reason is not EpisodeEndReason.DIED]
    ties = (
        adds_up("exits-planned", (f"census-left-{reason}" for reason in reasons if reason in PLANNED)),
        adds_up(denominator("exits-planned"), (f"census-left-{reason}" for reason in reasons)),
    )
    return Section(say(N_("Commissioner's counts")), say(words), figures, key="commissioner", ties=ties)


def _admitted(one: Stay) -> Behind:
    return Behind(one.person_id, say(N_("admitted %(day)s"), day=one.admitted_on))


def _exit(one: Stay) -> Behind:
    return Behind(one.person_id, say(N_("%(day)s, %(reason)s"), day=one.ended_on, reason=one.reason))


def _scan(facts: MonthFacts) -> Section:
    """Return whom the nightly scan raised, what came of it, and how many of those raised were lost."""
    month = facts.month
    told = say(N_("Raised on a night of the period."))
    red = [one for one in month.raised if one.lane is RiskLane.RED]
    amber = [one for one in month.raised if one.lane is RiskLane.AMBER and not one.capped]
    tasked = [one for one in month.raised if not one.capped]
    closed = [one for one in tasked if one.outcome is not None]

    def row(one: Raised) -> Behind:
        if one.outcome is None:
            return Behind(one.person_id, say(N_("night of %(day)s"), day=one.day))
        return Behind(one.person_id, say(N_("night of %(day)s, %(outcome)s"), day=one.day, outcome=one.outcome))

    def rows(some: Iterable[Raised]) -> list[Behind]:
        return [row(one) for one in some]

    figures = [
        drawn("flags-red", say(N_("RED: missed several days in a row")), told, rows(red), way=Way.ROWS, unit=FLAGS),
        drawn(
            "flags-amber",
            say(N_("AMBER: still comes, and has many points")),
            told,
            rows(amber),
            way=Way.ROWS,
            unit=FLAGS,
        ),
        drawn(
            "flags-capped",
            say(N_("AMBER beyond what the site can follow up")),
            told,
            rows([o for o in month.raised if o.capped]),
            way=Way.ROWS,
            unit=FLAGS,
        ),
        drawn("flags-closed", say(N_("tasks closed")), told, rows(closed), way=Way.ROWS, unit=FLAGS, of=rows(tasked)),
        *(
            drawn(
                f"flags-{outcome}",
                say(N_("closed: %(outcome)s"), outcome=outcome),
                told,
                rows([o for o in closed if o.outcome is outcome]),
                way=Way.ROWS,
                unit=FLAGS,
                part=True,
            )
            for outcome in TaskOutcome
        ),
        _ppv(facts),
    ]
    words = N_("The scan proposes a talk and never changes a dose.")
    ties = (
        adds_up("flags-closed", (f"flags-{outcome}" for outcome in TaskOutcome)),
        adds_up(denominator("flags-closed"), ("flags-red", "flags-amber")),
    )
    return Section(say(N_("Nightly scan")), say(words), tuple(figures), key="scan", ties=ties)


def _ppv(facts: MonthFacts) -> Figure:
    """Return, of those raised as AMBER whose follow-up ended in the month, the share that was lost."""
    rules = looking_back().evaluation
    wait = timedelta(days=rules.behind)
    followed = [
        one for one in facts.rows.raised if one.lane is RiskLane.AMBER and facts.first <= one.day + wait <= facts.last
    ]
    onsets: dict[int | None, list[date]] = {}
    for course in facts.courses:
        if course.outcome.exit is Exit.LOST:
            onsets.setdefault(course.person_id, []).append(course.began_on + timedelta(days=course.outcome.days))
    lost = [
        one
        for one in followed
        if any(
            one.day - timedelta(days=rules.gap) < day <= one.day + timedelta(days=rules.horizon)
            for day in onsets.get(one.person_id, ())
        )
    ]
    return drawn(
        "flags-ppv",
        say(N_("AMBER that came true")),
        say(
            N_(
                "Of the nights on which somebody was raised as AMBER and whose follow-up ended in the period: lost within"
                " %(horizon)s days, by a run of %(gap)s days without a dose."
            ),
            horizon=rules.horizon,
            gap=rules.gap,
        ),
        [_day(one.person_id, one.day) for one in lost],
        way=Way.ROWS,
        unit=FLAGS,
        of=[_day(one.person_id, one.day) for one in followed],
    )


def _safety(month: MonthRows) -> Section:
    """Return what went wrong with doses, and which rules were overridden."""
    told = say(N_("Noticed on a day of the period."))
    rows = [
        (o.kind, Behind(o.person_id, say(N_("%(kind)s on %(day)s"), kind=o.kind, day=o.day))) for o in month.incidents
    ]
    acknowledged = [
        Behind(o.person_id, say(N_("%(rule)s on %(day)s"), rule=say(EXCEPTIONS.get(o.code, o.code)), day=o.day))
        for o in month.overridden
    ]
    figures = [
        drawn("incidents", say(N_("dosing incidents")), told, [one for _, one in rows], way=Way.ROWS, unit=INCIDENTS),
        *(
            drawn(
                f"incidents-{kind}",
                say("%(kind)s", kind=kind),
                told,
                [one for k, one in rows if k is kind],
                way=Way.ROWS,
                unit=INCIDENTS,
                part=True,
            )
            for kind in IncidentKind
        ),
        drawn(
            "overrides",
            say(N_("rules acknowledged against")),
            say(
                N_(
                    "Entered from paper: what happened there would have been refused on the screen, and was acknowledged."
                )
            ),
            acknowledged,
            way=Way.ROWS,
            unit=RULES,
        ),
    ]
    words = N_("What was swallowed and should not have been, whoever noticed it; and rules that paper went past.")
    ties = (adds_up("incidents", (f"incidents-{kind}" for kind in IncidentKind)),)
    return Section(say(N_("Incidents and overrides")), say(words), tuple(figures), key="safety", ties=ties)


def _stock(facts: MonthFacts) -> Section:
    """Return whether the books agree, by product; counts, and days closed with a difference."""
    month = facts.month
    differences = [
        Behind(None, say(N_("%(product)s: %(words)s"), product=one.product, words=difference_words(d, one.unit)))
        for one in facts.stock.products
        for d in one.differences
    ]
    counted = [
        Behind(
            None,
            say(
                N_("%(label)s, %(product)s, on %(day)s: %(by)s"),
                label=o.label,
                product=o.product,
                day=o.day,
                by=in_unit(o.differs_by, o.unit),
            ),
        )
        for o in month.counted
    ]
    wrong = [row for row, one in zip(counted, month.counted, strict=True) if one.differs_by]
    closings = [Behind(None, say("%(day)s", day=one.day)) for one in month.closed]
    figures = [
        *(figure for one in facts.stock.products for figure in _of_product(one)),
        drawn(
            "stock-differences",
            say(N_("differences between the books")),
            say(N_("Movements, register, containers and log, held against each other as in the reconciliation.")),
            differences,
            way=Way.ROWS,
            unit=DIFFERENCES,
        ),
        drawn(
            "stock-counted-wrong",
            say(N_("containers found to differ from the books")),
            say(N_("Of the containers looked at in a count; by how much stands with each.")),
            wrong,
            way=Way.ROWS,
            unit=CONTAINERS,
            of=counted,
        ),
        drawn(
            "closed-differing",
            say(N_("days closed with a difference")),
            say(N_("Closed with a reason and before a second person, of all closings.")),
            [row for row, one in zip(closings, month.closed, strict=True) if one.differs],
            way=Way.ROWS,
            unit=DAYS_CLOSED,
            of=closings,
        ),
    ]
    words = N_("By product as in the reconciliation of the same days, in the product's own unit.")
    return Section(say(N_("Stock")), say(words), tuple(figures), key="stock")


def _of_product(product: ProductReconciliation) -> Iterator[Figure]:
    """Yield what there was of a product, what came, what was given, what else left, and what there is."""
    account = product.stock
    opening = [Behind(None, say(N_("opening balance")), account.opening)]
    lines = [(line.kind, _moved(line)) for line in account.lines if line.came_in or line.went_out]
    received, given = ([row for kind, row in lines if kind in kinds] for kinds in (RECEIVED, GIVEN))
    other = [row for kind, row in lines if kind not in (*RECEIVED, *GIVEN)]
    told = say(
        N_(
            "By the movements of the period. Given is what was dispensed at the window and to take home; the rest is what was"
            " wasted, spilt, moved, adjusted or reversed, less than nothing where more left than came. The closing balance is"
            " the opening one with what was received and the rest, less what was given."
        )
    )
    for key, what, rows in (
        ("opening", N_("%(product)s: opening balance"), opening),
        ("received", N_("%(product)s: received"), received),
        ("given", N_("%(product)s: given"), list(map(_taken_off, given))),
        ("other", N_("%(product)s: the rest"), other),
        ("closing", N_("%(product)s: closing balance"), [*opening, *(row for _, row in lines)]),
    ):
        named = say(what, product=product.product)
        unit = say("%(unit)s", unit=product.unit)
        yield drawn(f"stock-{product.product_id}-{key}", named, told, rows, way=Way.SUM, unit=unit)


def _taken_off(row: Behind) -> Behind:
    """Return a row of what left as how much it was."""
    return replace(row, amount=-(row.amount or 0))


def _moved(line: AccountLine) -> Behind:
    net = Quantity(line.came_in - line.went_out)
    if line.of is None:
        return Behind(None, say("%(kind)s", kind=line.kind), net)
    return Behind(None, say(N_("%(kind)s: %(of)s"), kind=line.kind, of=line.of), net)


def _seconds(month: MonthRows) -> Section:
    """Return how long a dose took at the window."""
    rows = [
        Behind(
            None,
            say(N_("%(terminal)s on %(day)s"), terminal=one.terminal or "–", day=one.day),
            Decimal(one.milliseconds) / THOUSAND,
        )
        for one in month.timed
    ]
    told = say(N_("From the card or the name until the dose was recorded, at every window of the site."))
    figures = (
        drawn("seconds-doses", say(N_("doses measured")), told, rows, way=Way.ROWS, unit=DOSES),
        drawn("seconds-median", say(N_("half within")), told, rows, way=Way.MIDDLE, unit=SECONDS),
        drawn("seconds-ninth", say(N_("nine of ten within")), told, rows, way=Way.NINTH, unit=SECONDS),
    )
    words = N_("By terminal and hour under Seconds at the window.")
    return Section(say(N_("Seconds at the window")), say(words), figures, key="seconds")


def _machinery(month: MonthRows) -> Section:
    """Return what ran by itself, and whether it was saved."""
    done, failed = (
        [
            Behind(None, say(N_("%(job)s, night of %(day)s"), job=o.job, day=o.day))
            for o in month.jobs
            if o.outcome is outcome
        ]
        for outcome in (JobOutcome.DONE, JobOutcome.FAILED)
    )
    told = say(N_("Attempts at the jobs that run by themselves, of nights of the period."))
    copies = [(o.outcome, Behind(None, say(N_("%(file)s, %(day)s"), file=o.file, day=o.day))) for o in month.backups]
    figures = (
        drawn("jobs-done", say(N_("jobs done")), told, done, way=Way.ROWS, unit=ATTEMPTS, part=True),
        drawn("jobs-failed", say(N_("jobs failed")), told, failed, way=Way.ROWS, unit=ATTEMPTS, part=True),
        drawn(
            "backups-proved",
            say(N_("backups restored on trial and found whole")),
            say(N_("Of the backups of the whole database made in the period; the newest trial of each counts.")),
            [one for outcome, one in copies if outcome is DrillOutcome.PROVED],
            way=Way.ROWS,
            unit=BACKUPS,
            of=[one for _, one in copies],
        ),
    )
    words = N_("A job that failed is tried again; each attempt counts.")
    return Section(say(N_("Jobs and backups")), say(words), figures, key="machinery")
