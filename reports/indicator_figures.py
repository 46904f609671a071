"""The indicators as figures: each with its definition in words, its population, its source, and whoever is behind it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dispensary.policy.indicators import IndicatorRules, indicator_rules
from dispensary.queries.indicators import Indicators
from dispensary.queries.urines import UrineLine
from dispensary.rules.commissioners_counts import Share
from dispensary.rules.indicators import DailyDose, Presence, at_least, completed_years, mean_mg, missed, more_than
from dispensary.rules.person_days import BUPRENORPHINE, METHADONE
from dispensary.wording import N_, Words, say
from models.enums import Admission, Attendance, DayStatus, HealthTestKind, Sex, UrineOutcome

PEOPLE, DAYS = say(N_("people")), say(N_("days"))
TESTS, SESSIONS = say(N_("tests")), say(N_("sessions"))
DRUGS = {METHADONE: say(N_("methadone")), BUPRENORPHINE: say(N_("buprenorphine"))}
HOUSE = say(N_("House"))
ON_A_DATE = say(N_("UNAIDS indicator registry, coverage of opioid agonist therapy"))
KP_MAT_PARTS = say(N_("PEPFAR by sex; UNAIDS Global AIDS Monitoring by sex and age"))
KP_MAT = say(N_("PEPFAR, definition of KP_MAT"))
CLINIC_DOSE = say(N_("Bao and others 2009 for methadone; usual dose of buprenorphine"))
UNAIDS_DOSE = say(N_("UNAIDS indicator registry, adequacy of dose"))
NO_LONGER = frozenset({DayStatus.OUTSIDE_TREATMENT, DayStatus.AWAITED})
"""Days that are none of treatment, or of which nothing is known yet."""


@dataclass(frozen=True)
class Behind:
    """One row behind a figure: whose it is, and what of them counted."""

    person_id: int
    detail: Words | None = None


@dataclass(frozen=True)
class Figure:
    """One figure. None is a number that there is not, or that may not leave the clinic."""

    key: str
    """Its name in an address and in files; it stays the same."""
    what: Words
    definition: Words
    n: int | None
    behind: tuple[Behind, ...]
    counts: Words = PEOPLE
    of: int | None = None
    """The denominator of a share."""
    of_people: frozenset[int] | None = None
    """Who is behind the denominator."""
    of_key: str | None = None
    """The figure that is the denominator, if it is one."""
    percent: Decimal | None = None
    mg: Decimal | None = None
    source: Words = HOUSE
    """Where the definition comes from; the citation of its number stands in indicators.toml."""
    part: bool = False
    """Whether it and the other parts of its section add up to what is known."""
    nest: str = ""
    """Figures of one nest lie within each other: what is between two of them is known too."""
    few: bool = False
    """Whether its numbers are too small to leave the clinic, or would give away another that is."""
    shields: bool = False
    """Whether it is large enough itself and left out only for the sake of another."""

    @property
    def people(self) -> frozenset[int]:
        """Who is behind it."""
        return frozenset(row.person_id for row in self.behind)


@dataclass(frozen=True)
class Section:
    """Figures of one subject, with what is said of all of them."""

    title: Words
    words: Words
    figures: tuple[Figure, ...]


def sections(found: Indicators) -> tuple[Section, ...]:
    """Return every figure of a period, whole."""
    rules = indicator_rules()
    return (
        _census(found),
        _treatment(found, rules),
        _kp_mat_by_sex(found),
        _kp_mat_by_age(found, rules),
        _doses(found, rules),
        _days(found, rules),
        _take_homes(found),
        _urine(found),
        _counselling(found),
        _tests(found),
    )


def _rows(people: Iterable[int]) -> tuple[Behind, ...]:
    return tuple(Behind(person_id) for person_id in sorted(people))


def _share(
    key: str,
    what: Words,
    definition: Words,
    people: frozenset[int],
    of: frozenset[int],
    *,
    of_key: str | None = None,
    source: Words = HOUSE,
    nest: str = "",
    behind: tuple[Behind, ...] | None = None,
) -> Figure:
    """Return a share of people."""
    return Figure(
        key,
        what,
        definition,
        len(people),
        _rows(people) if behind is None else behind,
        of=len(of),
        of_people=of,
        of_key=of_key,
        percent=Share(len(people), len(of)).percent,
        source=source,
        nest=nest,
    )


def _census(found: Indicators) -> Section:
    census = found.census
    first, last = found.first, found.last
    came = {
        Admission.NEW: N_("+ admitted for the first time"),
        Admission.TRANSFERRED_IN: N_("+ transferred in"),
        Admission.READMITTED: N_("+ came back"),
    }
    figures = [
        Figure(
            "census-start",
            say(N_("in treatment before %(day)s"), day=first),
            say(N_("In treatment with a medicine at the close of the day before the period.")),
            len(census.start),
            _rows(census.start),
            part=True,
        ),
        *(
            Figure(
                f"census-{way}",
                say(words),
                say(
                    N_(
                        "Began treatment with a medicine here in the period. Who was in treatment here before came back."
                    )
                ),
                len(census.came[way]),
                tuple(_moved(one, one.first) for one in census.came[way]),
                part=True,
            )
            for way, words in came.items()
        ),
        *(
            Figure(
                f"census-left-{reason}",
                say(N_("− left: %(reason)s"), reason=reason),
                say(N_("The last day of their treatment, as recorded, lies in the period.")),
                len(left),
                tuple(_moved(one, one.last) for one in left),
                part=True,
            )
            for reason, left in census.left.items()
        ),
        Figure(
            "census-end",
            say(N_("= in treatment once %(day)s was over"), day=last),
            say(N_("Start, with who came and without who left. Who left on the last day is not in it.")),
            len(census.end),
            _rows(census.end),
            part=True,
        ),
    ]
    words = N_(
        "People in treatment with a medicine here, guests left out. Somebody whose one treatment follows on the other with no"
        " day between neither came nor left, so these are people; the counts for the commissioner count treatments that ended."
    )
    return Section(say(N_("Census")), say(words), tuple(figures))


def _moved(one: Presence, day: date | None) -> Behind:
    return Behind(one.person_id, say("%(day)s", day=day))


def _treatment(found: Indicators, rules: IndicatorRules) -> Section:
    months = rules.kp_mat_months
    kp_mat = N_(
        "People with %(n)s months of treatment with a medicine here without a break, by the last day of the period, or by the"
        " last day of their treatment if that lies in it. The program does not know who injects: everybody is counted."
    )
    return Section(
        say(N_("In treatment")),
        say(
            N_("As in the counts for the commissioner, the last day of a treatment is one of it. Guests are left out.")
        ),
        (
            Figure(
                "on-medicine",
                say(N_("in treatment with a medicine on %(day)s"), day=found.last),
                say(
                    N_(
                        "People in treatment on the last day, maintenance or withdrawal management. This is the count of"
                        " UNAIDS of people on opioid agonist therapy at a date. The commissioner's count has those in"
                        " counselling alone beside them."
                    )
                ),
                len(found.on_medicine),
                _rows(found.on_medicine),
                source=ON_A_DATE,
            ),
            Figure(
                "in-period",
                say(N_("in treatment with a medicine on any day of the period")),
                say(N_("People with one day of treatment with a medicine at least, from the first day to the last.")),
                len(found.in_period),
                _rows(found.in_period),
            ),
            Figure(
                "kp-mat",
                say(N_("KP_MAT: with %(n)s months of treatment"), n=months),
                say(kp_mat, n=months),
                len(found.long_enough),
                _rows(found.long_enough),
                source=KP_MAT,
            ),
            Figure(
                "counselling-only",
                say(N_("in counselling alone on %(day)s"), day=found.last),
                say(N_("People in treatment on the last day without a medicine; they are in no other figure.")),
                len(found.counselling_only),
                _rows(found.counselling_only),
            ),
        ),
    )


def _kp_mat_by_sex(found: Indicators) -> Section:
    definition = say(N_("Those of KP_MAT of this sex, as their papers or their own word say."))
    figures = [
        _part_of_kp_mat(f"kp-mat-{sex}", say("%(sex)s", sex=sex), definition, people)
        for sex in Sex
        for people in [frozenset(who for who in found.long_enough if found.who[who].sex is sex)]
        if people or sex in (Sex.FEMALE, Sex.MALE)
    ]
    words = N_("Everybody of KP_MAT is in one of them.")
    return Section(say(N_("KP_MAT by sex")), say(words), tuple(figures))


def _kp_mat_by_age(found: Indicators, rules: IndicatorRules) -> Section:
    bound = rules.kp_mat_age_from
    born = {who: found.who[who].birth_date for who in found.long_enough}
    ages = {who: completed_years(day, found.last) for who, day in born.items() if day is not None}
    kinds = [
        ("younger", say(N_("younger than %(n)s"), n=bound), {who for who, age in ages.items() if age < bound}),
        ("older", say(N_("%(n)s years or older"), n=bound), {who for who, age in ages.items() if age >= bound}),
    ]
    if unknown := found.long_enough - ages.keys():
        kinds.append(("age-unknown", say(N_("date of birth not known")), set(unknown)))
    definition = say(N_("Those of KP_MAT of this age, in completed years on the last day of the period."))
    figures = [_part_of_kp_mat(f"kp-mat-{key}", what, definition, frozenset(people)) for key, what, people in kinds]
    words = N_("Everybody of KP_MAT is in one of them.")
    return Section(say(N_("KP_MAT by age")), say(words), tuple(figures))


def _part_of_kp_mat(key: str, what: Words, definition: Words, people: frozenset[int]) -> Figure:
    return Figure(key, what, definition, len(people), _rows(people), source=KP_MAT_PARTS, part=True)


def _doses(found: Indicators, rules: IndicatorRules) -> Section:
    doses = found.days.doses
    injected = found.on_medicine & found.days.injected
    unknown = found.on_medicine - doses.keys() - injected
    figures: list[Figure] = []
    for drug in DRUGS:
        mine = {who: dose for who, dose in sorted(doses.items()) if dose.drug == drug}
        figures += _of_drug(drug, mine, rules)
    figures += [
        Figure(
            "dose-injection",
            say(N_("whose last dose was an injection")),
            say(N_("An injection is no daily dose: these people are in no mean and no share.")),
            len(injected),
            _rows(injected),
            part=True,
        ),
        Figure(
            "dose-unknown",
            say(N_("with no daily dose known")),
            say(N_("Nothing was taken whole in the period of their treatment, or it is not known how much.")),
            len(unknown),
            _rows(unknown),
            part=True,
        ),
    ]
    words = N_(
        "Of those in treatment with a medicine on the last day: what they took on the last day of the period on which all that"
        " was due was taken, before staff, elsewhere or at home; where a dose covers several days, for one of them. People in"
        " their first weeks are among them."
    )
    return Section(say(N_("Daily dose")), say(words), tuple(figures))


def _of_drug(drug: str, doses: Mapping[int, DailyDose], rules: IndicatorRules) -> Iterator[Figure]:
    people, key = frozenset(doses), f"dose-{drug}"
    clinic, unaids, named = rules.clinic_dose_mg[drug], rules.unaids_dose_mg[drug], DRUGS[drug]

    def rows(some: Iterable[int]) -> tuple[Behind, ...]:
        return tuple(Behind(who, say(N_("%(amount)s mg"), amount=doses[who].amount_mg)) for who in sorted(some))

    yield Figure(
        key,
        say(N_("on %(drug)s, daily dose known"), drug=named),
        say(N_("People whose last daily dose was %(drug)s."), drug=named),
        len(people),
        rows(people),
        part=True,
    )
    yield Figure(
        f"{key}-mean",
        say(N_("mean daily dose of %(drug)s"), drug=named),
        say(N_("The sum of the last daily doses over the number of people who had one, to a tenth of a mg.")),
        None,
        rows(people),
        of_key=key,
        mg=mean_mg(doses.values()),
    )
    yield _share(
        f"{key}-clinic",
        say(N_("%(drug)s, %(amount)s mg or more (the clinic's)"), drug=named, amount=clinic),
        say(
            N_("Daily dose of %(amount)s mg or more, of those with a known daily dose of %(drug)s."),
            amount=clinic,
            drug=named,
        ),
        at_least(doses, clinic),
        people,
        of_key=key,
        source=CLINIC_DOSE,
        nest=key,
        behind=rows(at_least(doses, clinic)),
    )
    yield _share(
        f"{key}-unaids",
        say(N_("%(drug)s, more than %(amount)s mg (UNAIDS)"), drug=named, amount=unaids),
        say(
            N_("Daily dose above %(amount)s mg, of those with a known daily dose of %(drug)s."),
            amount=unaids,
            drug=named,
        ),
        more_than(doses, unaids),
        people,
        of_key=key,
        source=UNAIDS_DOSE,
        nest=key,
        behind=rows(more_than(doses, unaids)),
    )


def _days(found: Indicators, rules: IndicatorRules) -> Section:
    by_status = {status: days for status, days in found.days.by_status.items() if status not in NO_LONGER}
    figures = [_of_status(status, by_status[status]) for status in DayStatus if status in by_status]
    share = missed({status: sum(days.values()) for status, days in by_status.items()})
    not_come = by_status.get(DayStatus.NO_SHOW, {})
    runs = {who: n for who, n in found.days.longest_run.items() if n >= rules.long_run}
    figures += [
        Figure(
            "missed",
            say(N_("missed days")),
            say(
                N_(
                    "Days on which somebody for whom a dose was due did not come, of these and all days on which something was"
                    " given, taken home, covered, withheld or refused. Days away, on paper, closed, or told and not verified"
                    " are in neither."
                )
            ),
            share.n,
            _with_days(not_come),
            DAYS,
            of=share.of,
            of_people=found.in_period,
            percent=share.percent,
        ),
        _share(
            "missed-people",
            say(N_("people who missed a day")),
            say(N_("With one missed day at least, of those in treatment with a medicine on any day of the period.")),
            frozenset(not_come),
            found.in_period,
            of_key="in-period",
            nest="missed",
            behind=_with_days(not_come),
        ),
        _share(
            "missed-run",
            say(N_("people who missed %(n)s days in a row"), n=rules.long_run),
            say(
                N_(
                    "With so many no-shows in a row within the period, of the same people. Coming ends a run, dosed or not;"
                    " days that are none of it neither count nor end it."
                )
            ),
            frozenset(runs),
            found.in_period,
            of_key="in-period",
            nest="missed",
            behind=_with_days(runs),
        ),
    ]
    words = N_(
        "What became of each day of treatment with a medicine until %(day)s, as the day ledger says it: a day counts from the"
        " next day on."
    )
    return Section(say(N_("Days and missed doses")), say(words, day=found.known_until), tuple(figures))


def _of_status(status: DayStatus, days: Mapping[int, int]) -> Figure:
    words = say(N_("Days with this status in the day ledger; where facts meet, a day has the first of these."))
    n = sum(days.values())
    return Figure(f"days-{status}", say("%(status)s", status=status), words, n, _with_days(days), DAYS, part=True)


def _with_days(days: Mapping[int, int]) -> tuple[Behind, ...]:
    most_first = sorted(days.items(), key=lambda one: (-one[1], one[0]))
    return tuple(Behind(who, say(N_("days: %(n)s"), n=n)) for who, n in most_first)


def _take_homes(found: Indicators) -> Section:
    none = found.on_medicine - found.steps.keys()
    figures = [
        Figure(
            "steps-none",
            say(N_("comes for every dose")),
            say(N_("No decision about doses to take home is in force.")),
            len(none),
            _rows(none),
            part=True,
        )
    ]
    for most in sorted(set(found.steps.values())):
        people = {who for who, n in found.steps.items() if n == most}
        figures.append(
            Figure(
                f"steps-{most}",
                say(N_("takes home at one time, doses at most: %(n)s"), n=most),
                say(
                    N_(
                        "By the decision in force on the last day; what was handed out for single days is not among them."
                    )
                ),
                len(people),
                _rows(people),
                part=True,
            )
        )
    words = N_("Of those in treatment with a medicine on the last day, how many doses they may take home at one time.")
    return Section(say(N_("Steps of take-home doses")), say(words), tuple(figures))


def _urine(found: Indicators) -> Section:
    lines = [line for line in found.urines if line.person_id in found.in_period]
    read = [line for line in lines if line.counts]
    kinds = [
        ("read", say(N_("taken and read")), read),
        ("waiting", say(N_("taken, not read yet")), [o for o in lines if o.waits]),
    ]
    kinds += [
        (outcome.value, say("%(outcome)s", outcome=outcome), [line for line in lines if line.outcome is outcome])
        for outcome in UrineOutcome
        if outcome is not UrineOutcome.TAKEN
    ]
    told = say(N_("Urines that were asked for on a day of the period. What was taken back as a mistake is in none."))
    figures = [Figure(f"urine-{key}", what, told, len(of), _tested(of), TESTS, part=True) for key, what, of in kinds]
    figures += [
        _of_read(
            "urine-positive",
            say(N_("something not prescribed found")),
            say(N_("Of the urines taken and read. Refused, diluted or unread ones are never counted as negative.")),
            [line for line in read if line.positive],
            read,
        ),
        _of_read(
            "urine-absent",
            say(N_("expected medicine absent")),
            say(N_("The medicine was due to show and did not, or was put in; of the urines taken and read.")),
            [line for line in read if line.absent],
            read,
        ),
        _share(
            "urine-people",
            say(N_("people with a urine taken and read")),
            say(N_("With one at least, of those in treatment with a medicine on any day of the period.")),
            frozenset(line.person_id for line in read),
            found.in_period,
            of_key="in-period",
        ),
    ]
    words = N_("Urines asked for here of people in treatment with a medicine on any day of the period.")
    return Section(say(N_("Urine tests")), say(words), tuple(figures))


def _tested(lines: Sequence[UrineLine]) -> tuple[Behind, ...]:
    return tuple(Behind(line.person_id, say("%(day)s", day=line.collected_on)) for line in lines)


def _of_read(key: str, what: Words, definition: Words, of: list[UrineLine], read: list[UrineLine]) -> Figure:
    return Figure(
        key,
        what,
        definition,
        len(of),
        _tested(of),
        TESTS,
        of=len(read),
        of_people=frozenset(line.person_id for line in read),
        of_key="urine-read",
        percent=Share(len(of), len(read)).percent,
    )


def _counselling(found: Indicators) -> Section:
    lines = [one for one in found.sessions if one.person_id in found.in_period]
    by = {word: [one for one in lines if one.held and one.held.attendance is word] for word in Attendance}
    kinds = [(word.value, say("%(word)s", word=word), by[word]) for word in Attendance]
    kinds.append(("open", say(N_("nothing recorded of it")), [one for one in lines if one.held is None]))
    told = say(
        N_("Sessions of counselling arranged for a day of the period. One that was put off counts on its new day.")
    )
    figures = [
        Figure(
            f"counselling-{key}",
            what,
            told,
            len(of),
            tuple(Behind(one.person_id, say("%(day)s", day=one.clinic_day)) for one in of),
            SESSIONS,
            part=True,
        )
        for key, what, of in kinds
    ]
    figures.append(
        _share(
            "counselling-people",
            say(N_("people who came to counselling")),
            say(
                N_(
                    "Alone or in a group, once at least in the period; of those in treatment with a medicine on the last day."
                )
            ),
            found.counselled,
            found.on_medicine,
            of_key="on-medicine",
        )
    )
    words = N_("Of people in treatment with a medicine on any day of the period. No dose depends on it.")
    return Section(say(N_("Counselling")), say(words), tuple(figures))


def _tests(found: Indicators) -> Section:
    figures: list[Figure] = []
    for kind in HealthTestKind:
        days = found.offered[kind]
        new = {who: day for who, day in days.items() if day >= found.first}
        for key, words, offered in (
            ("period", N_("%(test)s, offered in the period"), new),
            ("ever", N_("%(test)s, offered by the last day"), days),
        ):
            figures.append(
                _share(
                    f"offered-{kind}-{key}",
                    say(words, test=kind),
                    say(N_("Offered, whatever the answer; of those in treatment with a medicine on the last day.")),
                    frozenset(offered),
                    found.on_medicine,
                    of_key="on-medicine",
                    nest=f"offered-{kind}",
                    behind=tuple(Behind(who, say("%(day)s", day=day)) for who, day in sorted(offered.items())),
                )
            )
    words = N_(
        "Tests are voluntary and a condition of nothing. Answers and findings are read by few and stand in no figure here."
    )
    return Section(say(N_("Health tests offered")), say(words), tuple(figures))
