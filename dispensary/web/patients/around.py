"""The pages of other parts about the same person, sorted as the clinic thinks of them."""

from dataclasses import dataclass

from flask import current_app, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from dispensary.permissions import Permission

Page = tuple[str, LazyString, Permission]

AROUND: tuple[tuple[LazyString, tuple[Page, ...]], ...] = (
    (
        _l("Medicine"),
        (
            ("station.person", _l("Open at the window"), Permission.STATION_USE),
            ("orders.of_person", _l("Orders"), Permission.ORDER_VIEW),
            ("take_homes.of_person", _l("Take-home doses"), Permission.TAKE_HOME_VIEW),
            ("bottles.of_person", _l("Bottles at home"), Permission.TAKE_HOME_VIEW),
            ("reporting.history", _l("Dosing history"), Permission.HISTORY_VIEW),
        ),
    ),
    (
        _l("Care"),
        (
            ("journey.of_person", _l("Journey"), Permission.CASEWORK_VIEW),
            ("worklist.of_person", _l("Tasks, how to reach them"), Permission.TASK_WORK),
            ("sessions.of_person", _l("Sessions and groups"), Permission.CASEWORK_VIEW),
            ("sessions.notes", _l("Case notes"), Permission.PERSON_VIEW),
            ("assessment.of_person", _l("Assessment"), Permission.CASEWORK_VIEW),
            ("plans.of_person", _l("Plan"), Permission.CASEWORK_VIEW),
            ("turns.of_person", _l("Turning points"), Permission.CASEWORK_VIEW),
            ("urine.of_person", _l("Urine tests"), Permission.CASEWORK_VIEW),
            ("health_tests.of_person", _l("Health tests"), Permission.PERSON_VIEW),
            ("harm_reduction.of_person", _l("Supplies and overdoses"), Permission.CASEWORK_VIEW),
            ("harm_reduction.markers_of", _l("Special groups"), Permission.PERSON_VIEW),
        ),
    ),
    (
        _l("Around the clinic"),
        (
            ("support.of_person", _l("Family and friends"), Permission.CASEWORK_VIEW),
            ("referrals.of_person", _l("Referrals and calls"), Permission.CASEWORK_VIEW),
        ),
    ),
    (
        _l("Rights and privacy"),
        (
            ("disclosures.of_person", _l("Consents and what was told"), Permission.DISCLOSE),
            ("privacy.readers_of", _l("Who read the record"), Permission.READERS_VIEW),
            ("risk.of_person", _l("Nightly scan"), Permission.RISK_VIEW),
            ("reporting.of_person", _l("Papers"), Permission.REPORT_PRINT),
        ),
    ),
)


@dataclass(frozen=True)
class Links:
    """Some of a person's pages, under one heading."""

    heading: LazyString
    pages: list[tuple[str, LazyString]]
    """Address and name of each."""


def links_around(person_id: int) -> list[Links]:
    """Return the pages about a person that the one who is signed in may open, sorted under headings."""
    found = [Links(heading, _open(pages, person_id)) for heading, pages in AROUND]
    return [links for links in found if links.pages]


def _open(pages: tuple[Page, ...], person_id: int) -> list[tuple[str, LazyString]]:
    return [
        (url_for(endpoint, person_id=person_id), text)
        for endpoint, text, permission in pages
        if endpoint in current_app.view_functions and current_user.may(permission)
    ]
