"""The composition root: configuration, extensions, blueprints, error pages. Nothing imports it."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect

from dispensary import cli, clock
from dispensary.home import Home, find_home
from dispensary.queries.policy import OWN_PROFILES
from dispensary.web import addresses, blueprints, database, error_pages, formats, gate, shell

LARGEST_REQUEST = 8 * 1024 * 1024
ROOT = Path(__file__).resolve().parent


def create_app(
    *,
    home: Home | None = None,
    now: Callable[[], datetime] = clock.now,
    hasher: PasswordHasher | None = None,
    config: dict[str, Any] | None = None,
) -> Flask:
    """Return the application of one clinic.

    Args:
        home: where data and keys live; from the environment if not given.
        now: the clock; tests start a server with a shifted one, and no setting reaches it.
        hasher: how passwords are hashed; cheap in tests only.
        config: Flask settings that override ours.
    """
    home = home or find_home(os.environ, ROOT)
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=home.secret_key_file.read_bytes() if home.secret_key_file.exists() else None,
        SQLALCHEMY_DATABASE_URI=home.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=database.engine_options(home.database_url)
        | {"execution_options": {OWN_PROFILES: str(home.profiles)}},
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=14),
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST,
        WTF_I18N_ENABLED=False,  # every message of a form is ours; looking up others cost a catalogue at each request
        WTF_CSRF_TIME_LIMIT=None,  # bound to the session: a page left open over lunch still works
        BOOTSTRAP_SERVE_LOCAL=True,
        THIS_COMPUTER=None,  # `serve --this-computer` names the terminal that the server's own PC is
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "dispensary" / "translations"),
    )
    app.config.update(config or {})
    app.extensions["home"] = home
    app.extensions["clock"] = now
    app.extensions["hasher"] = hasher or PasswordHasher()

    database.db.init_app(app)
    database.migrate.init_app(app, database.db, directory=str(ROOT / "migrations"))
    with app.app_context():
        database.prepare(database.db.engine)
    Babel(app)
    Bootstrap5(app)
    CSRFProtect(app)
    gate.init_app(app)
    formats.init_app(app)
    shell.init_app(app)
    error_pages.init_app(app)
    addresses.init_app(app)
    blueprints.register(app)
    return app


main = cli.commands(create_app)

if __name__ == "__main__":
    main()
