"""What surrounds every page: the menu, the name of whoever is signed in, the styles; and marks for foreign endpoints."""

from typing import Any

from flask import Flask, current_app
from flask_login import current_user

from dispensary.web import edge, gate, kept
from dispensary.web.navigation import menu

FOREIGN = ("static", "bootstrap.static")
"""Endpoints that are not ours and serve only styles and scripts."""


def _surroundings() -> dict[str, Any]:
    if not current_user.is_authenticated:
        return {"menu": [], "who": None, "endpoints": frozenset()}
    who = edge.sitting()
    endpoints = frozenset(current_app.view_functions)
    return {
        "menu": menu(who.permissions, endpoints),
        "who": who,
        "endpoints": endpoints,
        "idle_seconds": edge.settings().idle_minutes * 60,
        "page_address": kept.address,
    }


def init_app(app: Flask) -> None:
    """Give the surroundings to every template."""
    app.context_processor(_surroundings)
    for endpoint in FOREIGN:
        view = app.view_functions[endpoint]
        app.view_functions[endpoint] = gate.public(lambda _view=view, **values: _view(**values))
