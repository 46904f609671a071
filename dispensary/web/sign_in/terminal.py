"""Which terminal this is: the long-lived signed cookie that a named terminal carries."""

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session

from dispensary.queries import accounts
from models import Terminal

COOKIE = "terminal"
THIS_COMPUTER = "THIS_COMPUTER"
"""Setting of the app: the code of the terminal that the server's own computer is; none as a rule."""
LOOPBACK = frozenset({"127.0.0.1", "::1"})
TEN_YEARS = 10 * 365 * 24 * 3600


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or b"", salt="terminal")


def this_terminal(session: Session) -> Terminal | None:
    """Return the terminal whose cookie the browser carries, if it is one of ours and still in use.

    Where the server was told which terminal its own computer is, a browser on it needs no cookie.
    """
    code: str | None
    try:
        code = str(_serializer().loads(request.cookies.get(COOKIE, "")))
    except BadSignature:
        code = current_app.config[THIS_COMPUTER] if request.remote_addr in LOOPBACK else None
    return accounts.terminal_by_code(session, code) if code else None


def give_name(response: Response, terminal: Terminal) -> None:
    """Make this browser that terminal, until it is retired."""
    response.set_cookie(
        COOKIE,
        str(_serializer().dumps(terminal.code)),
        max_age=TEN_YEARS,
        secure=True,
        httponly=True,
        samesite="Lax",
    )


def throttle_key(terminal: Terminal | None) -> str:
    """Return under what wrong tries are counted: the terminal, or the address of a computer that is not ours."""
    return terminal.code if terminal else f"address:{request.remote_addr}"
