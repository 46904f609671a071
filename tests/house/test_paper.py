"""Paper about one person: what leaves the clinic is among what was told about them; what stays is named here."""

import ast

from tests.house.source import name_of, sources

STAYS = {
    "DOSE_HISTORY": "for the record; it says on it that it stays, and goes out only on a ground",
    "SCORES": "for use in this clinic, as it says",
    "PRESCRIPTION": "the order, for the prescriber's own signature by hand",
}
"""Sheets about one person that are on the audit alone, with the reason."""


def test_a_sheet_about_one_person_is_among_what_was_told_or_named_as_one_that_stays():
    noted = {
        name_of(sheet).split(".")[-1]
        for source in sources("dispensary/web", "dispensary/cli")
        if not any(name_of(call.func) == "disclosures.tell" for call in source.calls())
        for call in source.calls()
        for sheet in sheets_of_a_person(call)
    }

    assert noted == set(STAYS)


def sheets_of_a_person(call: ast.Call) -> list[ast.Attribute]:
    """Return the sheet that a call notes as printed about one person, if it says which."""
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    named = {
        "printing.note_printed": keywords.get("sheet") if "person_id" in keywords else None,
        "paper.note_of_person": next(iter(call.args), None),
    }
    sheet = named.get(name_of(call.func))
    return [sheet] if isinstance(sheet, ast.Attribute) else []
