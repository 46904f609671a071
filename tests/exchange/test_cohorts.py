"""A cohort without names and without daily doses: it comes in whole or not at all, and gives the published figures.

The published table is the one of Freireich and others (1963), 42 courses in two groups, printed in many books: remission by
weeks, here as days; the share of the treated group after each week, the medians 23 and 8, and a log-rank of 16.79.
"""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.exchange.test_command import Clinic, as_founded, clinic  # noqa: F401 - fixtures

TREATED = [(6, 1), (6, 1), (6, 1), (6, 0), (7, 1), (9, 0), (10, 1), (10, 0), (11, 0), (13, 1), (16, 1), (17, 0), (19, 0),
           (20, 0), (22, 1), (23, 1), (25, 0), (32, 0), (32, 0), (34, 0), (35, 0)]  # fmt: skip
PLACEBO = [(days, 1) for days in (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)]
HEADER = "course,clinic,medication,admitted_on,ended_on,end_reason,seen_until,dose_mg,dose_day"
ADMITTED = date(2020, 3, 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "freireich"
    target.mkdir()
    lines = [HEADER]
    for clinic_name, drug, people in (("Treated", "methadone", TREATED), ("Placebo", "", PLACEBO)):
        for n, (days, left) in enumerate(people):
            last = ADMITTED + timedelta(days=days)
            end = f"{last},dropped_out," if left else f",,{last}"
            dose = "70,0" if n % 2 else "40,"
            lines.append(f"{clinic_name}{n},{clinic_name},{drug},{ADMITTED},{end},{dose}")
    (target / "courses.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return target


def figures_of(clinic: Clinic, *words: str) -> dict:  # noqa: F811 - as the fixture
    result = clinic.run("retention", "--imported", "freireich", "--json", *words)
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_the_published_table_comes_out_to_the_printed_digit(clinic: Clinic, folder: Path) -> None:  # noqa: F811
    assert "42 courses" in clinic.run("import", str(folder)).output

    found = figures_of(clinic, "--by", "clinic", "--ci", "log")

    treated = {line["day"]: line for line in found["curve"] if line["group"] == "Treated"}
    assert [treated[day]["share"] for day in (7, 14, 28)] == [0.8067, 0.6902, 0.4482]
    assert (treated[14]["lower"], treated[14]["upper"]) == (0.5096, 0.9348)
    assert treated[7]["at_risk"] == 17
    medians = {g["group"]: (g["median_days"], g["lower"], g["upper"]) for g in found["groups"]}
    assert medians["Treated"] == (23, 16, None)
    assert medians["Placebo"] == (8, 4, 12)
    assert [(t["chi_square"], t["degrees_of_freedom"]) for t in found["log_rank"]] == [(16.7929, 1)]
    assert found["gap_days"] is None
    assert found["rules"][0].startswith("No daily doses, so no rule of days without one")


def test_the_other_interval_is_another_and_says_so(clinic: Clinic, folder: Path) -> None:  # noqa: F811
    clinic.run("import", str(folder))

    found = figures_of(clinic, "--by", "clinic", "--ci", "log-log")

    (line,) = [line for line in found["curve"] if (line["group"], line["day"]) == ("Treated", 14)]
    assert (line["share"], line["lower"], line["upper"]) == (0.6902, 0.4316, 0.8491)
    assert any("log-log" in rule for rule in found["rules"])


def test_a_dose_of_no_known_day_makes_no_landmark(clinic: Clinic, folder: Path) -> None:  # noqa: F811
    clinic.run("import", str(folder))

    found = figures_of(clinic, "--by", "dose-landmark", "--landmark", "5")

    assert [group["group"] for group in found["groups"]] == ["Methadone, 60 mg or more on day 5"]
    assert found["groups"][0]["courses"] == 10
    assert found["left_out"] == 32


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """A cohort of which only admission, exit, reason, clinic and dose are known; who has no exit is there still."""
    target = tmp_path / "plain"
    target.mkdir()
    lines = ["admitted_on,ended_on,end_reason,clinic,dose_mg"]
    for n, (days, left) in enumerate(TREATED):
        last = ADMITTED + timedelta(days=days)
        end = f"{last},dropped_out" if left else f"{last},in_treatment"
        lines.append(f"{ADMITTED},{end},North,{40 if n % 2 else 80}")
    lines.append(f"{ADMITTED},,,South,60")
    (target / "courses.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return target


def asked_of(clinic: Clinic, *words: str) -> dict:  # noqa: F811 - as the fixture
    result = clinic.run("retention", "--imported", "plain", "--json", *words)
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_a_cohort_that_knows_only_admission_exit_clinic_and_dose_can_be_analysed(clinic: Clinic, plain: Path) -> None:  # noqa: F811
    bare = clinic.run("import", str(plain))
    clinic.run("import", str(plain), "--seen-until", "2020-06-01")

    assert "--seen-until" in bare.output
    for by in ("clinic", "medication", "cohort"):
        assert sum(group["courses"] for group in asked_of(clinic, "--by", by)["groups"][:2]) >= 22
    (north, south, _) = asked_of(clinic, "--by", "clinic", "--ci", "log")["groups"]
    assert (north["courses"], north["lost"], north["median_days"], north["lower"]) == (21, 9, 23, 16)
    assert (south["courses"], south["lost"]) == (1, 0)
    steps = {s["day"]: s for s in asked_of(clinic, "--by", "clinic", "--ci", "log")["steps"] if s["group"] == "North"}
    assert [steps[6][name] for name in ("at_risk", "lost", "censored", "share")] == [21, 3, 1, 0.8571]
    assert asked_of(clinic, "--by", "dose-landmark", "--landmark", "5")["left_out"] == 22


def test_what_the_file_does_not_say_whoever_asks_may_and_it_is_printed(clinic: Clinic, plain: Path) -> None:  # noqa: F811
    clinic.run("import", str(plain), "--seen-until", "2020-06-01")

    found = asked_of(clinic, "--by", "dose-landmark", "--landmark", "5", "--medication", "methadone", "--dose-day", "0")

    assert [(g["group"], g["courses"]) for g in found["groups"]] == [
        ("Methadone, under 60 mg on day 5", 10),
        ("Methadone, 60 mg or more on day 5", 12),
    ]
    assert any("whoever asks says: day 0" in rule for rule in found["rules"])
    assert clinic.run("retention", "--medication", "methadone").exit_code == 2
    assert clinic.run("retention", "--imported", "plain", "--site", "main").exit_code == 2


def test_any_day_can_be_asked_for_and_any_table_had(clinic: Clinic, folder: Path) -> None:  # noqa: F811
    clinic.run("import", str(folder))
    asked = ("retention", "--imported", "freireich", "--by", "clinic", "--ci", "log")

    listed = clinic.run(*asked, "--csv", "--days", "23,22,10").output.splitlines()
    groups = clinic.run(*asked, "--csv", "--table", "groups").output

    treated = [line.split(",") for line in listed if line.startswith("Treated")]
    assert [(line[1], line[4]) for line in treated] == [
        ("0", "1"),
        ("10", "0.7529"),
        ("22", "0.5378"),
        ("23", "0.4482"),
    ]
    assert "Placebo,21,21,0,0,0,0,0,8,4,12" in groups
    assert clinic.run(*asked, "--days", "ten").exit_code == 2


def test_nobody_is_looked_at_beyond_a_day_or_followed_beyond_a_time(clinic: Clinic, folder: Path) -> None:  # noqa: F811
    clinic.run("import", str(folder))
    by = ("--by", "clinic")

    followed = figures_of(clinic, *by, "--follow-up", "10")["groups"][1]
    until = figures_of(clinic, *by, "--until", str(ADMITTED + timedelta(days=10)))["groups"][1]

    assert (followed["lost"], until["lost"]) == (5, 5), "an exit on the last day is seen"


def test_a_second_run_changes_nothing_and_a_changed_row_is_refused(clinic: Clinic, folder: Path) -> None:  # noqa: F811
    clinic.run("import", str(folder))

    again = clinic.run("import", str(folder))
    text = (folder / "courses.csv").read_text(encoding="utf-8")
    (folder / "courses.csv").write_text(text.replace("Treated0,Treated", "Treated0,Other"), encoding="utf-8")
    changed = clinic.run("import", str(folder))

    assert "all 42 records are here already" in again.output
    assert changed.exit_code == 1
    assert "different then" in changed.output
    assert clinic.value("SELECT count(*) FROM cohort_course") == 42
    assert clinic.value("SELECT count(*) FROM person") == 0


def test_a_dry_run_writes_nothing(clinic: Clinic, folder: Path) -> None:  # noqa: F811
    result = clinic.run("import", "--dry-run", str(folder))

    assert "42 records are new" in result.output
    assert clinic.value("SELECT count(*) FROM cohort_course") == 0


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        pytest.param("Treated0,A,,2020-01-01,,,2020-02-01,,", "twice", id="twice"),
        pytest.param("x,A,,2020-01-01,2020-02-01,,,,", "stands with ended_on", id="no reason"),
        pytest.param("x,A,,2020-01-01,,,,,", "stands where ended_on is empty", id="neither end nor last day"),
        pytest.param("x,A,,2020-01-01,2020-02-01,died,2020-02-01,,", "stands where ended_on is empty", id="both"),
        pytest.param("x,A,,2020-02-01,2020-01-01,died,,,", "before the admission", id="ended before"),
        pytest.param("x,A,,2099-01-01,,,2099-01-02,,", "future", id="in the future"),
        pytest.param("x,A,,2020-01-01,,,2020-02-01,,28", "only with dose_mg", id="a day without a dose"),
        pytest.param("x,A,tea,2020-01-01,,,2020-02-01,,", "unknown; one of: methadone", id="no medicine"),
    ],
)
def test_a_bad_row_is_named_and_nothing_comes_in(clinic: Clinic, folder: Path, row: str, reason: str) -> None:  # noqa: F811
    with (folder / "courses.csv").open("a", encoding="utf-8") as file:
        file.write(row + "\n")

    result = clinic.run("import", str(folder))

    assert result.exit_code == 1
    assert "courses.csv:44" in result.output
    assert reason in result.output
    assert clinic.value("SELECT count(*) FROM cohort_course") == 0


def test_a_cohort_stands_alone_in_its_folder(clinic: Clinic, folder: Path) -> None:  # noqa: F811
    (folder / "patients.csv").write_text("person,family_name\n1,A\n", encoding="utf-8")

    assert "holds no other file" in clinic.run("import", str(folder)).output


def test_a_cohort_that_never_came_in_is_named_with_those_that_did(clinic: Clinic, folder: Path) -> None:  # noqa: F811
    clinic.run("import", str(folder))

    result = clinic.run("retention", "--imported", "other")

    assert result.exit_code == 2
    assert "there are: freireich" in result.output
