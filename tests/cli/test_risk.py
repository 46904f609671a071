"""`dispensary risk`: the published half year of 873 people looked back on, a model fitted to them, put into use and out again."""

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from dispensary.home import Home
from tests.conftest import POSTGRESQL, SQLITE
from tests.exchange import replay
from tests.exchange.test_command import FOUND, Clinic

needs_replay = pytest.mark.skipif(
    not replay.SOURCE.exists(), reason=f"the published histories are not at {replay.SOURCE}"
)
FIRST = replay.FIRST_DAY
LAST = FIRST + timedelta(days=replay.STAGGER_DAYS + replay.FOLLOW_UP_DAYS)
HEAD = ("--name", "Hana Head", "--role", "clinic_head", "--password", "three calm swans")


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def clinic(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Clinic]:
    """A clinic that was just founded, on each database."""
    made, name = Clinic(tmp_path / "home"), f"risk_{uuid.uuid4().hex[:8]}"
    if request.param == SQLITE:
        assert made.run(*FOUND).exit_code == 0
        yield made
        return
    server = request.getfixturevalue("postgres")
    server.execute(f"CREATE DATABASE {name}")
    made.home = Home(tmp_path / "home", server.url(name))
    assert made.run(*FOUND).exit_code == 0
    yield made
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def told(of):
    return f"{of['value']:.3f} ({of['lower']:.3f} to {of['upper']:.3f})"


@pytest.mark.slow
@needs_replay
def test_the_published_half_year_is_looked_back_on_honestly(
    clinic: Clinic,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    replay.convert(tmp_path / "ctn0027")
    assert clinic.run("import", str(tmp_path / "ctn0027")).exit_code == 0
    asked = ("--from", FIRST.isoformat(), "--to", LAST.isoformat())

    found = json.loads(clinic.run("risk", "evaluate", *asked, "--follow-up", "168", "--json").output)
    refit = clinic.run("risk", "refit", "--from", FIRST.isoformat(), "--to", LAST.isoformat())
    clinic.run("user", "add", "hana", *HEAD)
    versions = clinic.run("risk", "models").output
    name = next(line.split()[0] for line in versions.splitlines() if line.startswith("R-"))
    promoted = clinic.run("risk", "promote", name, "--reason", "It comes true here.", "--by", "hana")
    nobody = clinic.run("risk", "retire", name, "--reason", "No.", "--by", "adam")
    retired = clinic.run("risk", "retire", name, "--reason", "Only a trial.", "--by", "hana")

    of, b = found["all"]["definitions"]["C"], found["all"]["definitions"]["B"]
    with capsys.disabled():
        for definition, one in (("C", of), ("B", b)):
            for score in ("card", "local", "plain"):
                print(f"\n{definition} {score}: AUROC {told(one[score]['auroc'])}", end="")
        print(f"\nO/E {told(of['card']['observed_expected'])}, slope {told(of['card']['slope'])}", end="")
        print(f"\nlocal O/E {told(of['local']['observed_expected'])}, slope {told(of['local']['slope'])}", end="")
        for rule, one in found["all"]["alerts"].items():
            print(f"\n{rule}: {one['per_100_patient_days']['value']}, right {told(one['ppv'])}", end="")
            print(f", found {told(one['flagged_while_attending'])}", end="")
        print(f"\n{refit.output}{versions}")
    assert of["lost"] == 84 + 266
    assert of["card"]["auroc"]["value"] >= 0.75
    assert of["local"]["auroc"]["value"] >= 0.78
    assert b["card"]["auroc"]["value"] >= 0.68
    assert 0.8 <= of["local"]["observed_expected"]["value"] <= 1.25
    assert of["card"]["auroc"]["lower"] < of["card"]["auroc"]["value"] < of["card"]["auroc"]["upper"]
    alerts = found["all"]["alerts"]
    assert alerts["local"]["alerts"] <= alerts["amber"]["alerts"]
    assert alerts["local"]["flagged_while_attending"]["value"] > alerts["amber"]["flagged_while_attending"]["value"]
    assert alerts["random"]["ppv"]["value"] < alerts["amber"]["ppv"]["value"]
    assert set(found["by"]) == {"drug", "site", "sex", "age"}
    assert len(found["by_month"]) >= 6
    assert refit.exit_code == 0
    assert "conditions" in versions
    assert promoted.exit_code == 0, promoted.output
    assert nobody.exit_code == 1 and "clinic head" in nobody.output
    assert retired.exit_code == 0, retired.output


def test_a_clinic_without_anybody_is_looked_back_on_without_a_figure(clinic: Clinic) -> None:
    found = json.loads(clinic.run("risk", "evaluate", "--json").output)
    plain = clinic.run("risk", "evaluate")
    refit = clinic.run("risk", "refit")

    assert found["all"]["definitions"]["C"]["n"] == 0
    assert found["all"]["definitions"]["C"]["card"]["auroc"]["value"] is None
    assert found["by_month"] == {}
    assert plain.exit_code == 0
    assert "0 people, 0 lost" in refit.output and "Points only" in refit.output
    assert "Nothing was fitted yet" in clinic.run("risk", "models").output


def test_what_is_asked_wrongly_is_said(clinic: Clinic) -> None:
    wrong = clinic.run("risk", "evaluate", "--from", "2026-02-01", "--to", "2026-01-01")
    nowhere = clinic.run("risk", "evaluate", "--site", "nowhere")
    none = clinic.run("risk", "promote", "L-1", "--reason", "Why not.", "--by", "nobody")

    assert wrong.exit_code == 2 and "lies after" in wrong.output
    assert nowhere.exit_code == 2
    assert none.exit_code == 1 and "no account nobody" in none.output


def test_neither_the_server_nor_the_page_loads_the_library_that_fits() -> None:
    code = (
        "import sys, app, dispensary.cli.serve, dispensary.cli.risk_models, dispensary.services.refit\n"
        "import dispensary.services.risk, reports.risk_evaluation_figures, dispensary.web.blueprints\n"
        "app.create_app\n"
        "print([name for name in ('sklearn', 'scipy', 'pandas') if name in sys.modules])"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"
