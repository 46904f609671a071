"""The documents say what is so."""

import re
import subprocess
import tomllib

from dispensary.policy.profiles import SHIPPED
from tests.house import generated, rulebook
from tests.house.source import ROOT

DOCS = ROOT / "docs"


def test_roles_and_tables_are_printed_as_they_are():
    """To renew: python -m tests.house.generated."""
    text = generated.PAGE.read_text(encoding="utf-8")

    assert text == generated.renewed(text)


def test_rulebook_says_what_the_spec_tests_and_the_policy_files_say():
    """To renew: python -m tests.house.rulebook."""
    assert rulebook.PAGE.read_text(encoding="utf-8") == rulebook.page()


def test_every_shipped_number_of_policy_is_in_the_rulebook_with_its_source():
    book = rulebook.PAGE.read_text(encoding="utf-8")

    for file in sorted(SHIPPED.glob("*.toml")):
        said = tomllib.loads(file.read_text(encoding="utf-8"))
        entries = [entry for listed in said.values() if isinstance(listed, list) for entry in listed]
        assert f"`{file.stem}`" in book
        assert [e["citation"] for e in entries if e["citation"] not in book] == []


def test_security_page_names_tests_that_exist():
    text = generated.PAGE.read_text(encoding="utf-8")
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", text))

    assert named
    assert {path for path in named if not (ROOT / path).exists()} == set()


def test_sources_page_names_tests_that_exist_and_answers_to_each_row_of_the_community_once():
    text = (DOCS / "sources.md").read_text(encoding="utf-8")
    told, rows = text.partition("## The community around the clinic")[2].partition("\n## ")[0], range(1, 23)
    named = set(re.findall(r"`((?:tests/\w+/)?test_\w+\.py)`", told))

    assert re.findall(r"^\| (S\d+b?) ", told, re.M) == [
        f"S{n}{b}" for n in rows for b in (("", "b") if n == 6 else ("",))
    ]
    assert {path for path in named if not (ROOT / (path if "/" in path else f"tests/browser/{path}")).exists()} == set()


def test_readme_is_short_and_names_the_two_commands():
    text = (ROOT / "README.md").read_text(encoding="utf-8")

    assert len(text.splitlines()) <= 80
    assert "make demo" in text
    assert "make test" in text


def test_decisions_are_numbered_without_gaps_and_fit_a_page():
    decisions = sorted((DOCS / "adr").glob("*.md"))

    assert [d.name[:4] for d in decisions] == [f"{n:04}" for n in range(1, len(decisions) + 1)]
    for decision in decisions:
        text = decision.read_text(encoding="utf-8")
        assert [h for h in ("## Context", "## Decision", "## Consequences") if h not in text] == [], decision.name
        assert len(text.split()) <= 450, f"{decision.name} is longer than a page"


def test_links_between_documents_lead_somewhere():
    pages = [ROOT / "README.md", *DOCS.rglob("*.md")]
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]

    assert broken == []


def test_every_target_of_the_makefile_is_in_the_readme():
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    text = (ROOT / "README.md").read_text(encoding="utf-8")

    assert [t for t in targets if f"make {t}" not in text] == []


def test_lock_files_name_versions_and_hashes_and_no_place():
    for name in ("requirements.lock", "requirements-test.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        pins = re.findall(r"^[a-z0-9][\w.-]*==\S+ \\\n    --hash=sha256:", text, re.M)

        assert len(pins) == len(re.findall(r"^[a-z0-9]", text, re.M))
        assert not re.search(r"https?:|file:|^-", text, re.M)


def test_scripts_of_the_check_are_sound_shell():
    for name in ("run", "setup", "check", "lock"):
        subprocess.run(["/bin/bash", "-n", str(ROOT / ".ci" / name)], check=True)
