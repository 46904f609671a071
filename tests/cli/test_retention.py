"""`dispensary retention` and its Cox model, over the published half year of 873 people and over a cohort."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.exchange import replay
from tests.exchange.dropouts import ON_DAY, PUBLISHED
from tests.exchange.test_cohorts import folder  # noqa: F401 - a fixture
from tests.exchange.test_command import Clinic, as_founded, clinic  # noqa: F401 - fixtures

needs_replay = pytest.mark.skipif(
    not replay.SOURCE.exists(), reason=f"the published histories are not at {replay.SOURCE}"
)


@pytest.mark.slow
@needs_replay
def test_the_command_prints_the_published_figures(clinic: Clinic, tmp_path: Path) -> None:  # noqa: F811
    replay.convert(tmp_path / "ctn0027")
    assert clinic.run("import", str(tmp_path / "ctn0027")).exit_code == 0
    asked = ("--by", "medication", "--gap", "14", "--follow-up", "168")

    found = json.loads(clinic.run("retention", *asked, "--json").output)
    listed = list(csv.DictReader(io.StringIO(clinic.run("retention", *asked, "--csv").output.removeprefix("\ufeff"))))
    cox = clinic.run("retention", "cox", "--follow-up", "168", "--covariate", "medication", "--covariate", "age")

    for drug, (people, lost, retained) in PUBLISHED.items():
        (group,) = [g for g in found["groups"] if g["group"].lower() == drug]
        assert (group["courses"], group["lost"], group["in_treatment"]) == (people, lost, people - lost)
        shares = {line["day"]: line["share"] for line in found["curve"] if line["group"].lower() == drug}
        assert [shares[day] for day in ON_DAY] == list(retained)
        told = {int(row["Day"]): row["Share retained"] for row in listed if row["Group"].lower() == drug}
        assert [round(float(told[day]), 4) for day in ON_DAY] == list(retained)
    assert cox.exit_code == 0, cox.output
    assert "873 courses, 350 lost" in cox.output
    assert "buprenorphine against methadone: hazard ratio 2." in cox.output


def test_for_reading_it_prints_the_rules_and_every_table(clinic: Clinic, folder: Path) -> None:  # noqa: F811
    clinic.run("import", str(folder))

    told = clinic.run("retention", "--imported", "freireich", "--ci", "log").output

    assert "95 % intervals: Greenwood, on the logarithm (log)" in told
    for table in ("Curve", "Groups", "Log-rank", "Ways out", "Cohorts", "Lost by month"):
        assert f"\n{table}\n" in told
    assert "Treated" in told and "0.6902" in told


def test_a_cox_model_of_a_cohort_compares_its_clinics(clinic: Clinic, folder: Path) -> None:  # noqa: F811
    clinic.run("import", str(folder))

    told = clinic.run("retention", "cox", "--imported", "freireich", "--covariate", "clinic").output

    assert "Treated against Placebo: hazard ratio 0.2076" in told  # exp(-1.5721), Efron; 0.208 in print
    assert "42 courses, 30 lost; 0 left out" in told


def test_where_all_are_alike_there_is_no_model(clinic: Clinic, folder: Path) -> None:  # noqa: F811
    clinic.run("import", str(folder))

    result = clinic.run("retention", "cox", "--imported", "freireich")

    assert result.exit_code == 1
    assert "the same for everybody: buprenorphine against methadone" in result.output


def test_of_an_empty_clinic_nothing_is_printed_but_the_rules(clinic: Clinic) -> None:  # noqa: F811
    result = clinic.run("retention")

    assert result.exit_code == 0
    assert "Groups" in result.output or "log-log" in result.output


@pytest.mark.parametrize("words", [["--gap", "0"], ["--by", "weather"], ["--site", "moon"], ["--ci", "linear"]])
def test_what_there_is_not_is_refused(clinic: Clinic, words: list[str]) -> None:  # noqa: F811
    assert clinic.run("retention", *words).exit_code == 2


def test_neither_the_server_nor_the_command_loads_lifelines_before_it_is_asked() -> None:
    code = (
        "import sys, app\nfrom dispensary import cli, web\nimport dispensary.cli.retention\n"
        "print([name for name in ('lifelines', 'pandas', 'scipy', 'sklearn', 'matplotlib') if name in sys.modules])"
    )

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "[]"


def test_without_lifelines_a_sentence_says_what_to_install(
    clinic: Clinic,  # noqa: F811
    folder: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clinic.run("import", str(folder))
    monkeypatch.setitem(sys.modules, "lifelines", None)

    result = clinic.run("retention", "cox", "--imported", "freireich", "--covariate", "clinic")

    assert result.exit_code == 1
    assert "pip install 'dispensary-tracker[cox]'" in result.output
