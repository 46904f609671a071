"""The pages of policy: the list, a page a profile in plain words, approval by a prescriber, and the what-if form."""

import re
from html import unescape

import pytest

AUSTRALIA, ONTARIO, COLUMBIA = "au-methadone-2003", "ca-on-metaphi-2021", "ca-bc-ppp66-bup-2024"


def text(answer):
    """Return a page as it is read: no marks of the language, blanks single."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))).split())


@pytest.fixture
def prescriber(client, session, world):
    return client.sign_in(session, world, world.prescriber, at_window=False)


@pytest.fixture
def nurse(client, session, world):
    return client.sign_in(session, world, world.nurse)


@pytest.fixture
def try_out(prescriber):
    def try_out(**changes):
        typed = {
            "medication": "methadone",
            "treatment_phase": "maintenance",
            "last_mg": "100",
            "days": "4",
            "days_told": "",
            "used_full_agonist": "unknown",
            "tried_on": "here",
        }
        return prescriber.send("/policy/what-if", typed | changes)

    return try_out


def approve(prescriber, world, profile_id):
    return prescriber.send(f"/policy/{profile_id}/decision", {"effective_on": world.day.isoformat()})


def test_list_shows_every_profile_with_its_status(prescriber, world):
    approve(prescriber, world, ONTARIO)

    page = text(prescriber.get("/policy"))

    assert f"Approved – by {world.prescriber.name}" in page
    assert "Superseded – replaced by Decision 4066/QĐ-BYT" in page
    assert "Draft" in page
    assert "After 4 missed days a half, but no less than 30 mg" in page


def test_page_of_a_profile_puts_its_table_in_words_with_source_and_mark(nurse):
    page = text(nurse.get(f"/policy/{ONTARIO}"))

    assert "less than 4 days" in page
    assert "It says nothing: the house limit holds." in page
    assert "half of the last dose or 30 mg, whichever is higher; never more than the last confirmed dose" in page
    assert "at most 30 mg" in page
    assert "seen in a page that reports the source" in page
    assert "as reported by IDWiki" in page
    assert "Read and approve" not in page


@pytest.mark.parametrize(
    ("profile_id", "words"),
    [
        (COLUMBIA, "yes, or not known"),
        (AUSTRALIA, "half of the last dose or 40 mg, whichever is lower"),
        ("vn-3140-2010", "more than 5 days"),
        ("uk-orange-2017-missed-doses", "hold and call the prescriber"),
        ("us-42cfr8-2024-take-homes", "28 days at one time"),
        ("us-42cfr8-2024-take-homes", "attendance"),
        ("us-66fr4098-2001-take-homes", "1 dose a week"),
        ("sublocade-label-2025", "due after 28, from 26 to 42"),
        ("brixadi-label-2023", "due after 7, from 5 to 9"),
    ],
)
def test_every_kind_of_profile_is_explained(nurse, profile_id, words):
    assert words in text(nurse.get(f"/policy/{profile_id}"))


def test_take_homes_and_injections_in_force_are_listed(prescriber, world):
    for profile_id in ("us-42cfr8-2024-take-homes", "sublocade-label-2025"):
        approve(prescriber, world, profile_id)

    page = text(prescriber.get("/policy"))

    assert "methadone, from day 15: 14 days at one time" in page
    assert "6 criteria are looked at before each decision" in page
    assert "Sublocade, monthly injection" in page


def test_superseded_profile_offers_no_approval_and_is_not_approved(prescriber, world):
    page = text(prescriber.get(f"/policy/{AUSTRALIA}"))
    answer = approve(prescriber, world, AUSTRALIA)

    assert "never approved" in page
    assert "Read and approve" not in page
    assert answer.status_code == 422
    assert "Approve what replaced it." in text(answer)


def test_only_a_prescriber_decides(nurse):
    assert nurse.get(f"/policy/{ONTARIO}/decision").status_code == 403


def test_profile_that_is_not_there_is_not_found(nurse):
    assert nurse.get("/policy/of-the-moon").status_code == 404


def test_what_if_says_what_is_in_force_here_with_the_row_that_fired(try_out, prescriber, world):
    before = text(try_out())
    approve(prescriber, world, ONTARIO)

    after = text(try_out())

    assert "no table speaks of this medicine in this treatment phase. The house limit holds." in before
    assert "■ hold and call the prescriber" in after
    assert "50 mg" in after
    assert "Row 1 – Ontario, META:PHI: missed doses of methadone, 2021: Four days missed" in after


def test_what_if_tries_a_superseded_profile(try_out):
    page = text(try_out(tried_on=AUSTRALIA, last_mg="60"))

    assert "30 mg" in page
    assert "Row 4: Four days missed" in page


def test_what_if_below_the_first_row_says_that_the_house_holds(try_out):
    page = text(try_out(tried_on=ONTARIO, days="3"))

    assert "the table says nothing of so few days. The house limit holds." in page
    assert "■ hold and call the prescriber" in page


@pytest.mark.parametrize(("used", "done"), [("no", "✓ give"), ("yes", "■ hold"), ("unknown", "■ hold")])
def test_what_if_takes_unknown_for_a_return_to_full_agonists(try_out, used, done):
    page = text(try_out(medication="buprenorphine", last_mg="16", days="5", used_full_agonist=used, tried_on=COLUMBIA))

    assert done in page


def test_what_if_counts_the_more_cautious_of_record_and_word(try_out):
    page = text(try_out(tried_on=AUSTRALIA, days="1", days_told="5"))

    assert "days that count: 5" in page
    assert "Row 5: Five days missed or more: a new induction." in page


def test_what_if_over_every_profile_names_each(try_out):
    page = text(try_out(tried_on="all", last_mg=""))

    assert "What is in force here" in page
    assert page.count("Row ") >= 3
    assert "last dose not known" in page
    assert "no amount" in page


def test_what_if_with_something_missing_keeps_what_was_typed(try_out):
    answer = try_out(days="")

    assert answer.status_code == 422
    assert 'value="100"' in answer.get_data(as_text=True)
