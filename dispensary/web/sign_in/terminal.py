"""Which terminal this is: the long-lived signed cookie that a named terminal carries."""

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session

from dispensary.queries import accounts
from models import Terminal

COOKIE = "terminal"
TEN_YEARS = 10 * 365 * 24 * 3600


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or b"", salt="terminal")


def this_terminal(session: Session) -> Terminal | None:
    """Return the terminal whose cookie the browser carries, if it is one of ours and still in use."""
    try:
        code = _serializer().loads(request.cookies.get(COOKIE, ""))
    except BadSignature:
        return None
    return accounts.terminal_by_code(session, str(code))


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
