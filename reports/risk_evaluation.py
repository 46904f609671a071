"""The nightly scan looked back on: the same figures in words, as tables, and for other programs."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from reportlab.platypus import Flowable

from dispensary.analytics.alerts import AlertFigures
from dispensary.analytics.bootstrap import Estimate
from dispensary.analytics.evaluation import Judged, Rule, Score, Section
from dispensary.analytics.judged import Definition
from dispensary.analytics.printed import machine, number
from dispensary.analytics.ranked import Ranked
from dispensary.policy.evaluation import looking_back
from dispensary.policy.risk import risk_card
from dispensary.wording import N_, Speaker, Words, say
from models.enums import Sex
from reports import page
from reports.ledger import Text
from reports.page import Heading
from reports.retention import Table, on_paper
from reports.risk_evaluation_figures import EvaluationFigures, Group
from reports.sheet import Cell, Sheet

TITLE = say(N_("Nightly scan looked back on"))
Row = list[Words | Cell]
FIRST_COLUMN = 110
"""Share of the paper's width that the name of a line takes."""
HIDDEN = say(N_("too few to show"))
TWO, THREE = Decimal("0.01"), Decimal("0.001")
SCORES: dict[Score, Words] = {
    Score.CARD: say(N_("points, published map")),
    Score.RECALIBRATED: say(N_("points, the clinic's own probability")),
    Score.LOCAL: say(N_("local model")),
    Score.PLAIN: say(N_("missed days of the last 7")),
}
RULES: dict[Rule, Words] = {
    Rule.RED: say(N_("RED")),
    Rule.AMBER: say(N_("AMBER")),
    Rule.LOCAL: say(N_("local model")),
    Rule.PLAIN: say(
        N_("missed %(n)s of %(days)s or more"),
        n=looking_back().evaluation.plain_missed,
        days=looking_back().evaluation.plain_of_days,
    ),
    Rule.RANDOM: say(N_("anybody, at the load of AMBER")),
}
IN_WORKBOOK = {
    "definitions": say(N_("Ranks and probabilities")),
    "alerts": say(N_("Alerts")),
    "fifths": say(N_("Fifths")),
    "watched": say(N_("Watched by month")),
    "trips": say(N_("Drift")),
}
"""Names of tables short enough for a leaf of a workbook, where they differ."""
DEFINITIONS: dict[Definition, Words] = {
    Definition.B: say(N_("B: dosed tonight")),
    Definition.C: say(N_("C: all, few missed in a row")),
}
GROUPED_BY: dict[str, Words] = {
    "drug": say(N_("Drug")),
    "site": say(N_("Site")),
    "sex": say(N_("Sex")),
    "age": say(N_("Age")),
}
BY: dict[str, Words] = {
    "drug": say(N_("By drug")),
    "site": say(N_("By site")),
    "sex": say(N_("By sex")),
    "age": say(N_("By age")),
}
WORD = N_("%(word)s")
_SEXES = {one.value: one for one in Sex}


def sure(of: Estimate, places: Decimal = TWO, times: int = 1) -> str:
    """Return a figure with its interval beside it; a dash where there is none."""
    if of.value is None:
        return "–"
    value = _printed(of.value, places, times)
    if of.lower is None or of.upper is None:
        return value
    return f"{value} ({_printed(of.lower, places, times)}–{_printed(of.upper, places, times)})"


def _printed(value: float, places: Decimal, times: int) -> str:
    return str((Decimal(repr(value)) * times).quantize(places))


def share(of: Estimate) -> str:
    """Return a share in percent with its interval."""
    return sure(of, Decimal("0.1"), 100)


def rules(figures: EvaluationFigures) -> list[Words]:
    """Return how the figures are counted, in the words that stand beside them."""
    of, card, period = looking_back().evaluation, risk_card(), figures.question.period
    told = [
        say(
            N_("Every night from %(first)s to %(last)s, as it stood at its close; what came later only judges it."),
            first=period.first,
            last=period.last,
        ),
        say(
            N_(
                "Lost: the first run of %(gap)s days without a dose, as in retention. B: nights on which the person was"
                " dosed, the run begins within %(horizon)s days. C: nights with at most %(most)s no-shows in a row, the run"
                " goes on already or begins within %(horizon)s days. Every night has %(behind)s days behind it: judged are"
                " nights until %(until)s."
            ),
            gap=of.gap,
            horizon=of.horizon,
            most=card.most_no_shows,
            behind=of.horizon + of.gap,
            until=figures.known_to,
        ),
        say(
            N_(
                "An alert is new if the person had none of the same rule for %(n)s nights; RED counts from the site's number"
                " of no-shows in a row, all others only while somebody still comes. The limit a night and who was left out"
                " are not counted."
            ),
            n=card.silent_nights,
        ),
        say(
            N_(
                "In brackets: 95 %% intervals, from %(n)s draws of whole people; for alerts at random, between what %(m)s draws"
                " gave."
            ),
            n=of.resamples,
            m=of.random_draws,
        ),
        say(
            N_(
                "Transfer, death, custody and planned completion are no loss: nights that close before them are not judged."
                " Whoever was raised and helped is not lost either, so that falling figures may be a success."
            )
        ),
        figures.local,
    ]
    watch = looking_back().watch
    told.append(
        say(
            N_(
                "Drift is written down, and nothing follows from it by itself: of the last %(nights)s judged nights, on the"
                " last of a month, observed/expected outside of %(low)s to %(high)s with %(least)s expected or more; or"
                " %(weeks)s weeks in a row with more than %(factor)s times as many raised as AMBER as the site can follow up."
            ),
            nights=watch.observed_nights,
            low=watch.observed_expected[0],
            high=watch.observed_expected[1],
            least=watch.least_expected,
            weeks=watch.load_weeks,
            factor=watch.load_factor,
        )
    )
    if period.follow_up is not None:
        told.append(say(N_("Nobody is followed for longer than %(n)s days."), n=period.follow_up))
    if any(one.section is None for groups in figures.groups.values() for one in groups):
        words = N_("Groups with fewer than %(n)s people, or lost, are not shown, nor what would give them away.")
        told.append(say(words, n=figures.hide_below))
    return told


def tables(figures: EvaluationFigures) -> list[Table]:
    """Return every table of the figures."""
    return [
        _definitions(figures.everybody),
        _alerts(figures.everybody),
        *(_groups(by, groups) for by, groups in figures.groups.items()),
        _in_lines("months", say(N_("By month")), N_("Month"), [(one.name, one) for one in figures.months]),
        _fifths(figures),
        _watched(figures),
        _trips(figures),
    ]


def outside(figures: EvaluationFigures) -> list[Table]:
    """Return every table as it may leave the clinic: nothing of fewer people than the site's number."""
    least = figures.hide_below
    if _few(figures):
        return [replace(table, rows=[]) for table in tables(figures)]
    return [
        replace(table, rows=[_without_few(row, least) for row in table.rows]) if table.key == "watched" else table
        for table in tables(figures)
    ]


def _few(figures: EvaluationFigures) -> bool:
    """Return whether all of them together are too few to be told of outside."""
    everybody = figures.everybody
    return any(0 < count < figures.hide_below for count in (everybody.people, everybody.lost))


def _without_few(row: Sequence[Words | Cell], least: int) -> Row:
    """Return a line without counts of few people; where one is left out, so are all counts of the line."""
    few = any(isinstance(cell, int) and 0 < cell < least for cell in row)
    return [HIDDEN if few and isinstance(cell, int) else cell for cell in row]


def _definitions(of: Section) -> Table:
    columns = (
        ("definition", N_("Definition")),
        ("score", N_("Score")),
        ("nights", N_("Nights")),
        ("people", N_("People")),
        ("events", N_("Nights with the event")),
        ("lost", N_("Lost")),
        ("auroc", N_("AUROC")),
        ("pr_auc", N_("PR-AUC")),
        ("observed_expected", N_("Observed / expected")),
        ("slope", N_("Slope")),
    )
    rows: list[Row] = [
        [
            DEFINITIONS[definition],
            SCORES[score],
            judged.nights,
            judged.people,
            judged.events,
            judged.lost,
            sure(found.auroc, THREE),
            sure(found.pr_auc, THREE),
            sure(found.observed_expected),
            sure(found.slope),
        ]
        for definition, judged in of.definitions.items()
        for score, found in judged.scores.items()
    ]
    return Table("definitions", say(N_("How well each ranks, and whether its probability comes true")), columns, rows)


def _alerts(of: Section) -> Table:
    columns = (
        ("rule", N_("Rule")),
        ("alerts", N_("New alerts")),
        ("per_100_days", N_("By 100 patient-days")),
        ("right", N_("Rightly (%)")),
        ("lost", N_("Lost")),
        ("found", N_("Found while still coming (%)")),
        ("days_before", N_("Median days before the last dose")),
    )
    rows: list[Row] = [
        [
            RULES[rule],
            f"{found.alerts:g}",
            sure(found.per_100_days),
            share(found.right),
            found.lost,
            share(found.found),
            sure(found.days_before, Decimal("0.1")),
        ]
        for rule, found in of.alerts.items()
    ]
    return Table("alerts", say(N_("What alerts would have been worth")), columns, rows)


def _groups(by: str, groups: Sequence[Group]) -> Table:
    lines = [(say(WORD, word=_SEXES[one.name]) if by == "sex" else one.name, one) for one in groups]
    return _in_lines(f"by_{by}", BY[by], GROUPED_BY[by].msgid, lines)


def _in_lines(key: str, name: Words, heading: str, lines: Sequence[tuple[Words | str, Group]]) -> Table:
    columns = (
        ("name", heading),
        ("people", N_("People")),
        ("days", N_("Patient-days")),
        ("lost", N_("Lost")),
        ("auroc_b", N_("AUROC, B")),
        ("auroc_c", N_("AUROC, C")),
        ("auroc_local", N_("AUROC, C, local model")),
        ("observed_expected", N_("Observed / expected, C")),
        ("amber", N_("AMBER by 100 days")),
        ("amber_right", N_("Rightly (%)")),
        ("amber_found", N_("Found while still coming (%)")),
        ("red", N_("RED by 100 days")),
        ("red_right", N_("Rightly (%)")),
    )
    return Table(key, name, columns, [[label, *_line(one.section)] for label, one in lines])


def _line(of: Section | None) -> Row:
    if of is None:
        return [HIDDEN, *("–",) * 11]
    b, c = of.definitions[Definition.B].scores, of.definitions[Definition.C].scores
    amber, red = of.alerts[Rule.AMBER], of.alerts[Rule.RED]
    return [
        of.people,
        of.days,
        of.lost,
        sure(b[Score.CARD].auroc, THREE),
        sure(c[Score.CARD].auroc, THREE),
        sure(c.get(Score.LOCAL, Ranked()).auroc, THREE),
        sure(c.get(Score.RECALIBRATED, c[Score.CARD]).observed_expected),
        sure(amber.per_100_days),
        share(amber.right),
        share(amber.found),
        sure(red.per_100_days),
        share(red.right),
    ]


def _fifths(figures: EvaluationFigures) -> Table:
    columns = (
        ("score", N_("Score")),
        ("fifth", N_("Fifth of the nights")),
        ("nights", N_("Nights")),
        ("expected", N_("Expected (%)")),
        ("observed", N_("Observed (%)")),
    )
    rows: list[Row] = [
        [
            SCORES[score],
            n,
            one.nights,
            share(Estimate(one.expected)),
            share(Estimate(one.observed)),
        ]
        for score, fifths in figures.fifths.items()
        for n, one in enumerate(fifths, 1)
    ]
    return Table("fifths", say(N_("Whether probabilities come true, definition C")), columns, rows)


def _watched(figures: EvaluationFigures) -> Table:
    columns = (
        ("month", N_("Month")),
        ("red", N_("RED")),
        ("amber", N_("AMBER")),
        ("held_back", N_("AMBER held back")),
        ("settled", N_("Tasks with an outcome")),
        ("not_needed", N_("Of these not needed")),
        ("missed", N_("Missed days (%)")),
        ("tested", N_("Urine known (%)")),
        ("positive", N_("Last positive (%)")),
    )
    rows: list[Row] = [
        [
            one.month,
            one.raised.red,
            one.raised.amber,
            one.raised.held_back,
            one.raised.settled,
            one.raised.not_needed,
            *(share(Estimate(of)) for of in (one.missed, one.tested, one.positive)),
        ]
        for one in figures.watched
    ]
    return Table("watched", say(N_("Watched month by month: whom the scan raised, and what it read")), columns, rows)


def _trips(figures: EvaluationFigures) -> Table:
    columns = (
        ("kind", N_("What")),
        ("from", N_("From the night of")),
        ("to", N_("Until")),
        ("observed", N_("Observed")),
        ("expected", N_("Expected, or can be followed up")),
        ("ratio", N_("Ratio")),
        ("noted_on", N_("Written down on")),
    )
    rows: list[Row] = [
        [
            say(WORD, word=one.trip.kind),
            one.trip.first.isoformat(),
            one.trip.last.isoformat(),
            one.trip.observed,
            str(one.trip.expected.quantize(Decimal("0.1"))),
            str(one.trip.ratio),
            one.on.isoformat(),
        ]
        for one in figures.trips
    ]
    return Table("trips", say(N_("Drift that was written down")), columns, rows)


def as_sheets(figures: EvaluationFigures, speak: Speaker) -> list[Sheet]:
    """Return the tables for a spreadsheet, as they may leave the clinic, and how they are counted."""
    counted = Sheet(speak(say(N_("How it is counted"))), [speak(TITLE)], [[speak(rule)] for rule in rules(figures)])
    sheets = [(IN_WORKBOOK.get(table.key, table.name), table) for table in outside(figures)]
    return [*(replace(table.as_sheet(speak), name=speak(name)) for name, table in sheets), counted]


def render(figures: EvaluationFigures, *, about: Heading, speak: Speaker) -> bytes:
    """Return the figures as PDF, as they may leave the clinic."""
    language = about.language
    story: list[Flowable] = [Text(speak(rule), size=9, language=language, above=2) for rule in rules(figures)]
    if _few(figures):
        words = say(
            N_("Fewer people, or fewer lost, than %(n)s: no figure of them leaves the clinic."), n=figures.hide_below
        )
        story.append(Text(speak(words), size=10, bold=True, language=language, above=10))
    for table in outside(figures):
        if table.rows:
            story += on_paper(table, language, speak, first=FIRST_COLUMN)
    return page.build(story, title=TITLE, about=about, speak=speak, landscape=True)


def as_dict(figures: EvaluationFigures, speak: Speaker) -> dict[str, Any]:
    """Return everything for another program, every figure with its interval."""
    period, of = figures.question.period, looking_back().evaluation
    return {
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "judged_to": figures.known_to.isoformat(),
        "sites": [site.code for site in figures.question.sites],
        "card": risk_card().version,
        "horizon_days": of.horizon,
        "gap_days": of.gap,
        "follow_up_days": period.follow_up,
        "resamples": of.resamples,
        "seed": of.seed,
        "rules": [speak(rule) for rule in rules(figures)],
        "all": _section(figures.everybody),
        "by": {
            by: {one.name: _hidden() if one.section is None else _section(one.section) for one in groups}
            for by, groups in figures.groups.items()
        },
        "by_month": {one.name: _section(one.section) for one in figures.months if one.section},
        "fifths": {
            score.value: [
                {"nights": one.nights, "expected": _of(one.expected), "observed": _of(one.observed)} for one in fifths
            ]
            for score, fifths in figures.fifths.items()
            if fifths
        },
        "watched": _watched(figures).as_records(speak),
        "trips": _trips(figures).as_records(speak),
    }


def _hidden() -> dict[str, Any]:
    return {"hidden": True}


def _section(of: Section) -> dict[str, Any]:
    return {
        "people": of.people,
        "patient_days": of.days,
        "lost": of.lost,
        "definitions": {one.value: _judged(judged) for one, judged in of.definitions.items()},
        "alerts": {rule.value: _alert(found) for rule, found in of.alerts.items()},
    }


def _judged(of: Judged) -> dict[str, Any]:
    return {
        "n": of.nights,
        "people": of.people,
        "events": of.events,
        "lost": of.lost,
        "base_rate": _of(of.events / of.nights) if of.nights else None,
        **{score.value: _ranked(found) for score, found in of.scores.items()},
    }


def _ranked(of: Ranked) -> dict[str, Any]:
    told = {"auroc": _estimate(of.auroc), "pr_auc": _estimate(of.pr_auc)}
    if of.log_loss is None:
        return told
    return {
        **told,
        "observed_expected": _estimate(of.observed_expected),
        "slope": _estimate(of.slope),
        "log_loss": _of(of.log_loss),
    }


def _alert(of: AlertFigures) -> dict[str, Any]:
    return {
        "alerts": of.alerts,
        "per_100_patient_days": _estimate(of.per_100_days),
        "ppv": _estimate(of.right),
        "lost": of.lost,
        "flagged_while_attending": _estimate(of.found),
        "median_days_before_last_dose": _estimate(of.days_before),
    }


def _estimate(of: Estimate) -> dict[str, Any]:
    return {"value": _of(of.value), "lower": _of(of.lower), "upper": _of(of.upper)}


def _of(value: float | None) -> Any:
    return machine(number(value))
