"""What every command needs: the app of an existing clinic, and refusals said in one sentence instead of a traceback."""

import functools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import tzinfo
from pathlib import Path
from typing import ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import click
from alembic.util.exc import CommandError
from flask import Flask
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError

from dispensary.errors import DomainError, Refused
from dispensary.home import URL_VARIABLE, Home
from dispensary.safekeeping import revisions
from dispensary.safekeeping.copies import CopyImpossible
from dispensary.safekeeping.keys import KeyUnreadable
from dispensary.safekeeping.restoring import InUse
from dispensary.safekeeping.vault import BackupUnreadable
from dispensary.web.database import db
from dispensary.wording import Speaker

P = ParamSpec("P")
R = TypeVar("R")
MakeApp = Callable[..., Flask]
"""How the composition root makes the app; the commands get it and never import it."""

UTC_ZONE = ZoneInfo("UTC")


def in_plain_words(command: Callable[P, R]) -> Callable[P, R]:
    """Let a command end with one sentence and exit code 1 where the clinic's rules, keys, database or files say no."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except DomainError as refusal:
            raise click.ClickException(_sentence(refusal)) from None
        except (KeyUnreadable, BackupUnreadable, CopyImpossible, InUse, CommandError) as error:
            raise click.ClickException(str(error)) from None
        except DatabaseError as error:
            raise click.ClickException(f"the database cannot be used: {str(error.orig).splitlines()[0]}") from None
        except OSError as error:
            raise click.ClickException(f"{error.filename or 'the system'}: {error.strerror or error}") from None

    return run


def _sentence(refusal: DomainError) -> str:
    speak = speaker()
    reasons = refusal.reasons if isinstance(refusal, Refused) else ()
    return " ".join([speak(refusal.words), *(f"{speak(r.message)} {speak(r.next_step)}" for r in reasons)])


def speaker(zone: tzinfo = UTC_ZONE) -> Speaker:
    """Return what turns words into English on the command line."""
    return Speaker(lambda text: text, ZoneInfo(str(zone)))


def made(create_app: MakeApp) -> Flask:
    """Return the app, or say why there can be none; what it writes from now on is for the clinic's own account alone.

    Raises:
        ClickException: the home cannot be where the environment puts it, or the database has no such address.
    """
    os.umask(0o077)
    try:
        return create_app()
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    except (ArgumentError, ModuleNotFoundError):
        raise click.ClickException(  # what stands in it may be a password, so it is not said
            f"{URL_VARIABLE} is not an address that can be used; it looks like postgresql+psycopg://name@/clinic"
        ) from None


@contextmanager
def clinic(create_app: MakeApp) -> Iterator[Flask]:
    """Open an existing clinic at this program's own revision, inside an app context.

    Raises:
        ClickException: there is no clinic yet, or its database is at another revision.
    """
    app = made(create_app)
    check_home(app.extensions["home"])
    with app.app_context():
        check_revision(app)
        yield app
        db.session.remove()


def check_home(home: Home) -> None:
    """Refuse a home in which no clinic was made.

    Raises:
        ClickException: see above.
    """
    if not home.secret_key_file.exists() or not database_is_there(home):
        raise click.ClickException(f"there is no clinic in {home.folder} yet; run `dispensary init` first")


def database_is_there(home: Home) -> bool:
    """Return whether an SQLite database has its file; of a server that is not asked."""
    url = make_url(home.database_url)
    return url.get_backend_name() != "sqlite" or (url.database is not None and Path(url.database).exists())


def check_revision(app: Flask) -> None:
    """Refuse a database that this program's code does not fit.

    Raises:
        ClickException: see above.
    """
    wanted, found = revision_wanted(app), revision_found()
    if found != wanted:
        raise click.ClickException(
            f"the database is at revision {found or 'none'}, this program needs {wanted}; run `dispensary upgrade`"
        )


def revision_wanted(app: Flask) -> str:
    """Return the newest revision that this program knows."""
    return revisions.newest(Path(app.extensions["migrate"].directory))


def revision_found() -> str | None:
    """Return the revision of the database; None for an empty one."""
    with db.engine.connect() as connection:
        return revisions.of(connection)
