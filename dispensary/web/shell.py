"""What surrounds every page: the menu, the name of whoever is signed in, the styles; and marks for foreign endpoints."""

from typing import Any

from flask import Flask, current_app, request
from flask_login import current_user

from dispensary.permissions import Permission
from dispensary.web import edge, gate, here, kept
from dispensary.web.navigation import PROGRAMME_FORMS, menu, where

FOREIGN = ("static", "bootstrap.static")
"""Endpoints that are not ours and serve only styles and scripts."""
AT_WINDOW = "station"
OF_A_PERSON = frozenset({"person_id", "score_id"})
"""Gaps in an address that say that a page is about one person: theirs, or a questionnaire of theirs."""


def _surroundings() -> dict[str, Any]:
    if not current_user.is_authenticated:
        return {"menu": [], "area": None, "entry": None, "who": None, "endpoints": frozenset()}
    who = edge.sitting()
    endpoints = frozenset(current_app.view_functions)
    areas = menu(who.permissions, endpoints if _fills_in_forms(who.permissions) else endpoints - {PROGRAMME_FORMS})
    about_person = request.blueprint != AT_WINDOW and not OF_A_PERSON.isdisjoint(request.view_args or {})
    area, entry = where(areas, request.endpoint, about_person=about_person)
    return {
        "menu": areas,
        "area": area,
        "entry": entry,
        "who": who,
        "endpoints": endpoints,
        "idle_seconds": edge.settings().idle_minutes * 60,
        "page_address": kept.address,
    }


def _fills_in_forms(permissions: frozenset[Permission]) -> bool:
    return Permission.INDICATOR_VIEW in permissions and bool(edge.settings().programme_forms)


def init_app(app: Flask) -> None:
    """Give the surroundings to every template."""
    app.context_processor(_surroundings)
    app.add_template_test(here.is_of_here, "of_here")
    for endpoint in FOREIGN:
        view = app.view_functions[endpoint]
        app.view_functions[endpoint] = gate.public(lambda _view=view, **values: _view(**values))
