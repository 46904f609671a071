"""The indicators as figures: each with its definition in words, its population, its source, and whoever is behind it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from dispensary.policy.indicators import IndicatorRules, indicator_rules
from dispensary.queries.indicators import Indicators
from dispensary.queries.urines import UrineLine
from dispensary.rules.commissioners_counts import NO_EXIT
from dispensary.rules.indicators import KNOWN, DailyDose, Presence, at_least, completed_years, more_than
from dispensary.rules.person_days import BUPRENORPHINE, METHADONE
from dispensary.rules.subtraction import adds_up
from dispensary.wording import N_, Words, say
from models.enums import Admission, Attendance, DayStatus, EpisodeEndReason, HealthTestKind, Sex, UrineOutcome
from reports.figures import DAYS, HOUSE, Behind, Figure, Section, Way, drawn, rows_of

MG = say(N_("mg"))
TESTS, SESSIONS = say(N_("tests")), say(N_("sessions"))
DRUGS = {METHADONE: say(N_("methadone")), BUPRENORPHINE: say(N_("buprenorphine"))}
ON_A_DATE = say(N_("UNAIDS indicator registry, coverage of opioid agonist therapy"))
KP_MAT_PARTS = say(N_("PEPFAR by sex; UNAIDS Global AIDS Monitoring by sex and age"))
KP_MAT = say(N_("PEPFAR, definition of KP_MAT"))
CLINIC_DOSE = say(N_("Bao and others 2009 for methadone; usual dose of buprenorphine"))
UNAIDS_DOSE = say(N_("UNAIDS indicator registry, adequacy of dose"))
LEFT = tuple(reason for reason in EpisodeEndReason if reason not in NO_EXIT)
"""Ways of leaving treatment; each has its line, nobody's too, since the census is compared from month to month."""
NO_LONGER = frozenset({DayStatus.OUTSIDE_TREATMENT, DayStatus.AWAITED})
"""Days that are none of treatment, or of which nothing is known yet."""


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
    rows = rows_of(people) if behind is None else behind
    return drawn(key, what, definition, rows, of=rows_of(of), of_key=of_key, source=source, nest=nest)


def _census(found: Indicators) -> Section:
    census = found.census
    first, last = found.first, found.last
    came = {
        Admission.NEW: N_("+ admitted for the first time"),
        Admission.TRANSFERRED_IN: N_("+ transferred in"),
        Admission.READMITTED: N_("+ came back"),
    }
    figures = [
        drawn(
            "census-start",
            say(N_("in treatment before %(day)s"), day=first),
            say(N_("In treatment with a medicine at the close of the day before the period.")),
            rows_of(census.start),
            part=True,
            known=True,
        ),
        *(
            drawn(
                f"census-{way}",
                say(words),
                say(
                    N_(
                        "Began treatment with a medicine here in the period. Who was in treatment here before came back."
                    )
                ),
                (_moved(one, one.first) for one in census.came[way]),
                way=Way.ROWS,
                part=True,
            )
            for way, words in came.items()
        ),
        *(
            drawn(
                f"census-left-{reason}",
                say(N_("− left: %(reason)s"), reason=reason),
                say(N_("The last day of their treatment, as recorded, lies in the period.")),
                (_moved(one, one.last) for one in census.left.get(reason, ())),
                way=Way.ROWS,
                part=True,
            )
            for reason in LEFT
        ),
        drawn(
            "census-end",
            say(N_("= in treatment once %(day)s was over"), day=last),
            say(N_("Start, with who came and without who left. Who left on the last day is not in it.")),
            rows_of(census.end),
            part=True,
            known=True,
        ),
    ]
    ways, reasons = [f"census-{way}" for way in came], [f"census-left-{reason}" for reason in LEFT]
    figures += [
        drawn(
            "came",
            say(N_("came: new, transferred in, or back")),
            say(N_("The three lines of those who came, together.")),
            (_moved(one, one.first) for way in came for one in census.came[way]),
            way=Way.ROWS,
            sums=tuple(ways),
        ),
        drawn(
            "left",
            say(N_("left, for whatever reason")),
            say(N_("The lines of those who left, together.")),
            (_moved(one, one.last) for reason in LEFT for one in census.left.get(reason, ())),
            way=Way.ROWS,
            sums=tuple(reasons),
        ),
    ]
    words = N_(
        "People in treatment with a medicine here, guests left out. Somebody whose one treatment follows on the other with no"
        " day between neither came nor left, so these are people; the counts for the commissioner count treatments that ended."
    )
    balance = {
        "census-start": 1,
        **dict.fromkeys(ways, 1),
        **dict.fromkeys(reasons, -1),
        "census-end": -1,
    }
    return Section(say(N_("Census")), say(words), tuple(figures), key="census", ties=(balance,))


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
            drawn(
                "on-medicine",
                say(N_("in treatment with a medicine on %(day)s"), day=found.last),
                say(
                    N_(
                        "People in treatment on the last day, maintenance or withdrawal management. This is the count of"
                        " UNAIDS of people on opioid agonist therapy at a date. The commissioner's count has those in"
                        " counselling alone beside them."
                    )
                ),
                rows_of(found.on_medicine),
                source=ON_A_DATE,
                known=True,
            ),
            drawn(
                "in-period",
                say(N_("in treatment with a medicine on any day of the period")),
                say(N_("People with one day of treatment with a medicine at least, from the first day to the last.")),
                rows_of(found.in_period),
            ),
            drawn(
                "kp-mat",
                say(N_("KP_MAT: with %(n)s months of treatment"), n=months),
                say(kp_mat, n=months),
                rows_of(found.long_enough),
                source=KP_MAT,
            ),
            drawn(
                "counselling-only",
                say(N_("in counselling alone on %(day)s"), day=found.last),
                say(N_("People in treatment on the last day without a medicine; they are in no other figure.")),
                rows_of(found.counselling_only),
            ),
        ),
        key="treatment",
    )


def _kp_mat_by_sex(found: Indicators) -> Section:
    definition = say(N_("Those of KP_MAT of this sex, as their papers or their own word say."))
    figures = [
        _part_of_kp_mat(f"kp-mat-{sex}", say("%(sex)s", sex=sex), definition, people)
        for sex in Sex
        for people in [frozenset(who for who in found.long_enough if found.who[who].sex is sex)]
    ]
    words = N_("Everybody of KP_MAT is in one of them.")
    ties = (adds_up("kp-mat", (one.key for one in figures)),)
    return Section(say(N_("KP_MAT by sex")), say(words), tuple(figures), key="kp-mat-by-sex", ties=ties)


def _kp_mat_by_age(found: Indicators, rules: IndicatorRules) -> Section:
    bound = rules.kp_mat_age_from
    born = {who: found.who[who].birth_date for who in found.long_enough}
    ages = {who: completed_years(day, found.last) for who, day in born.items() if day is not None}
    kinds = [
        ("younger", say(N_("younger than %(n)s"), n=bound), {who for who, age in ages.items() if age < bound}),
        ("older", say(N_("%(n)s years or older"), n=bound), {who for who, age in ages.items() if age >= bound}),
        ("age-unknown", say(N_("date of birth not known")), set(found.long_enough - ages.keys())),
    ]
    definition = say(N_("Those of KP_MAT of this age, in completed years on the last day of the period."))
    figures = [_part_of_kp_mat(f"kp-mat-{key}", what, definition, frozenset(people)) for key, what, people in kinds]
    words = N_("Everybody of KP_MAT is in one of them.")
    ties = (adds_up("kp-mat", (one.key for one in figures)),)
    return Section(say(N_("KP_MAT by age")), say(words), tuple(figures), key="kp-mat-by-age", ties=ties)


def _part_of_kp_mat(key: str, what: Words, definition: Words, people: frozenset[int]) -> Figure:
    return drawn(key, what, definition, rows_of(people), source=KP_MAT_PARTS, part=True)


def _doses(found: Indicators, rules: IndicatorRules) -> Section:
    doses = found.days.doses
    injected = found.on_medicine & found.days.injected
    unknown = found.on_medicine - doses.keys() - injected
    figures: list[Figure] = []
    for drug in DRUGS:
        mine = {who: dose for who, dose in sorted(doses.items()) if dose.drug == drug}
        figures += _of_drug(drug, mine, rules)
    figures += [
        drawn(
            "dose-injection",
            say(N_("whose last dose was an injection")),
            say(N_("An injection is no daily dose: these people are in no mean and no share.")),
            rows_of(injected),
            part=True,
        ),
        drawn(
            "dose-unknown",
            say(N_("with no daily dose known")),
            say(N_("Nothing was taken whole in the period of their treatment, or it is not known how much.")),
            rows_of(unknown),
            part=True,
        ),
    ]
    words = N_(
        "Of those in treatment with a medicine on the last day: what they took on the last day of the period on which all that"
        " was due was taken, before staff, elsewhere or at home; where a dose covers several days, for one of them. People in"
        " their first weeks are among them."
    )
    ties = (adds_up("on-medicine", (one.key for one in figures if one.part)),)
    return Section(say(N_("Daily dose")), say(words), tuple(figures), key="doses", ties=ties)


def _of_drug(drug: str, doses: Mapping[int, DailyDose], rules: IndicatorRules) -> Iterator[Figure]:
    people, key = frozenset(doses), f"dose-{drug}"
    clinic, unaids, named = rules.clinic_dose_mg[drug], rules.unaids_dose_mg[drug], DRUGS[drug]

    def rows(some: Iterable[int]) -> tuple[Behind, ...]:
        return tuple(Behind(who, None, doses[who].amount_mg) for who in sorted(some))

    yield drawn(
        key,
        say(N_("on %(drug)s, daily dose known"), drug=named),
        say(N_("People whose last daily dose was %(drug)s."), drug=named),
        rows(people),
        part=True,
    )
    yield drawn(
        f"{key}-mean",
        say(N_("mean daily dose of %(drug)s"), drug=named),
        say(N_("The sum of the last daily doses over the number of people who had one, to a tenth of a mg.")),
        rows(people),
        way=Way.MEAN,
        unit=MG,
        of_key=key,
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
    due = _with_days(_added(by_status.get(status, {}) for status in KNOWN))
    asked = tuple(f"days-{status}" for status in KNOWN)
    figures = [_of_status(status, by_status.get(status, {})) for status in DayStatus if status not in NO_LONGER]
    not_come = by_status.get(DayStatus.NO_SHOW, {})
    runs = {who: n for who, n in found.days.longest_run.items() if n >= rules.long_run}
    figures += [
        drawn(
            "days-due",
            say(N_("days on which a dose was due")),
            say(
                N_(
                    "Days of these whose outcome is known: dosed, taken home, covered, withheld, refused, elsewhere or missed."
                )
            ),
            due,
            way=Way.SUM,
            unit=DAYS,
            sums=asked,
        ),
        drawn(
            "missed",
            say(N_("missed days")),
            say(
                N_(
                    "Days on which somebody for whom a dose was due did not come, of these and all days on which something was"
                    " given, taken home, covered, withheld or refused. Days away, on paper, closed, or told and not verified"
                    " are in neither."
                )
            ),
            _with_days(not_come),
            way=Way.SUM,
            unit=DAYS,
            of=due,
            of_key="days-due",
            sums=asked,
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
    ties = (adds_up("missed", (f"days-{DayStatus.NO_SHOW}",)),)
    told = say(words, day=found.known_until)
    return Section(say(N_("Days and missed doses")), told, tuple(figures), key="days", ties=ties)


def _of_status(status: DayStatus, days: Mapping[int, int]) -> Figure:
    words = say(N_("Days with this status in the day ledger; where facts meet, a day has the first of these."))
    status_words = say("%(status)s", status=status)
    return drawn(f"days-{status}", status_words, words, _with_days(days), way=Way.SUM, unit=DAYS, part=True)


def _added(some: Iterable[Mapping[int, int]]) -> dict[int, int]:
    """Return how many days each person has in all of some statuses."""
    added: dict[int, int] = {}
    for days in some:
        for who, n in days.items():
            added[who] = added.get(who, 0) + n
    return added


def _with_days(days: Mapping[int, int]) -> tuple[Behind, ...]:
    most_first = sorted(days.items(), key=lambda one: (-one[1], one[0]))
    return tuple(Behind(who, None, n) for who, n in most_first)


def _take_homes(found: Indicators) -> Section:
    none = found.on_medicine - found.steps.keys()
    figures = [
        drawn(
            "steps-none",
            say(N_("comes for every dose")),
            say(N_("No decision about doses to take home is in force.")),
            rows_of(none),
            part=True,
        )
    ]
    for most in sorted(set(found.steps.values())):
        people = {who for who, n in found.steps.items() if n == most}
        figures.append(
            drawn(
                f"steps-{most}",
                say(N_("takes home at one time, doses at most: %(n)s"), n=most),
                say(
                    N_(
                        "By the decision in force on the last day; what was handed out for single days is not among them."
                    )
                ),
                rows_of(people),
                part=True,
            )
        )
    words = N_("Of those in treatment with a medicine on the last day, how many doses they may take home at one time.")
    ties = (adds_up("on-medicine", (one.key for one in figures)),)
    return Section(say(N_("Steps of take-home doses")), say(words), tuple(figures), key="steps", ties=ties)


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
    figures = [
        drawn(f"urine-{key}", what, told, _tested(of), way=Way.ROWS, unit=TESTS, part=True) for key, what, of in kinds
    ]
    figures += [
        drawn(
            "urine-asked",
            say(N_("asked for in all")),
            told,
            _tested(lines),
            way=Way.ROWS,
            unit=TESTS,
            sums=tuple(f"urine-{key}" for key, _, _ in kinds),
        ),
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
    return Section(say(N_("Urine tests")), say(words), tuple(figures), key="urine")


def _tested(lines: Sequence[UrineLine]) -> tuple[Behind, ...]:
    return tuple(Behind(line.person_id, say("%(day)s", day=line.collected_on)) for line in lines)


def _of_read(key: str, what: Words, definition: Words, of: list[UrineLine], read: list[UrineLine]) -> Figure:
    return drawn(
        key,
        what,
        definition,
        _tested(of),
        way=Way.ROWS,
        unit=TESTS,
        of=_tested(read),
        of_key="urine-read",
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
        drawn(
            f"counselling-{key}",
            what,
            told,
            tuple(Behind(one.person_id, say("%(day)s", day=one.clinic_day)) for one in of),
            way=Way.ROWS,
            unit=SESSIONS,
            part=True,
        )
        for key, what, of in kinds
    ]
    figures.append(
        drawn(
            "counselling-arranged",
            say(N_("arranged in all")),
            told,
            (Behind(one.person_id, say("%(day)s", day=one.clinic_day)) for one in lines),
            way=Way.ROWS,
            unit=SESSIONS,
            sums=tuple(f"counselling-{key}" for key, _, _ in kinds),
        )
    )
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
    return Section(say(N_("Counselling")), say(words), tuple(figures), key="counselling")


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
    return Section(say(N_("Health tests offered")), say(words), tuple(figures), key="tests")
