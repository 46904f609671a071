"""`dispensary serve`: the clinic's own server on one PC, or behind a proxy, without further set-up."""

import ipaddress
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication
from werkzeug.middleware.proxy_fix import ProxyFix

from dispensary.cli import opening
from dispensary.cli.opening import MakeApp
from dispensary.jobs import scheduler as ticking
from dispensary.queries import accounts
from dispensary.web import policies
from dispensary.web.database import THREADS, db
from dispensary.web.sign_in.terminal import THIS_COMPUTER

HERE = ("localhost", "127.0.0.1", "[::1]")
WORKERS_ON_POSTGRESQL = 2
SECONDS_FOR_LONG_WORK = 120


class Server(BaseApplication):
    """gunicorn, told everything by us and nothing by a file of its own."""

    def __init__(self, make: Callable[[], Flask], options: dict[str, Any]) -> None:
        """Keep how each worker makes its own app, and the options."""
        self.make = make
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        """Give gunicorn its options."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Make the app of one worker, with its own connections."""
        return self.make()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--tls-cert", type=click.Path(exists=True, dir_okay=False), help="Certificate chain, PEM.")
@click.option("--tls-key", type=click.Path(exists=True, dir_okay=False), help="Its private key, PEM.")
@click.option("--behind-proxy", is_flag=True, help="A proxy in front does TLS and sets X-Forwarded-For and -Proto.")
@click.option("--host-name", multiple=True, help="A further name or address under which terminals open the clinic.")
@click.option("--no-jobs", is_flag=True, help="Run no jobs in this process: `dispensary scheduler` does elsewhere.")
@click.option("--this-computer", metavar="TERMINAL", help="Which terminal a browser on this PC is, by its name.")
@click.pass_obj
@opening.in_plain_words
def serve(
    create_app: MakeApp,
    host: str,
    port: int,
    tls_cert: str | None,
    tls_key: str | None,
    behind_proxy: bool,
    host_name: tuple[str, ...],
    no_jobs: bool,
    this_computer: str | None,
) -> None:
    """Serve the clinic. Beyond this PC only with TLS: --tls-cert and --tls-key, or --behind-proxy."""
    if bool(tls_cert) != bool(tls_key):
        raise click.UsageError("--tls-cert and --tls-key go together")
    if not (tls_cert or behind_proxy or is_loopback(host)):
        raise click.UsageError(
            f"plain http is served on this PC only, not on {host}: give --tls-cert and --tls-key, or --behind-proxy"
        )
    if tls_cert and tls_key:
        check_certificate(tls_cert, tls_key)
    check_address(host, port)
    if this_computer and behind_proxy:
        raise click.UsageError("behind a proxy every browser seems to be on this PC: name its terminal in the pages")
    with opening.clinic(create_app):
        backend = db.engine.dialect.name
        code = terminal_code(this_computer) if this_computer else None
        policies.profiles()  # a policy file that cannot be used is refused here, not at the window
        db.session.remove()
        db.engine.dispose()  # the workers are forked: none may inherit a connection
    names = trusted_hosts(host, host_name)

    def make() -> Flask:
        app: Flask = create_app(config={"TRUSTED_HOSTS": names, THIS_COMPUTER: code})
        if behind_proxy:
            app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
        return app

    address = f"{'https' if tls_cert else 'http'}://{_bracketed(host)}:{port}"
    options = _options(backend, host, port, tls_cert, tls_key, address)

    def start_jobs(worker: Any) -> None:
        """Tick in every worker: of any number one has what is due run, and a worker that dies takes nothing with it."""
        ticking.beside_the_window(worker.app.wsgi(), create_app)

    Server(make, options | ({} if no_jobs else {"post_worker_init": start_jobs})).run()


def terminal_code(name: str) -> str:
    """Return the code of the terminal with this name.

    Raises:
        ClickException: there is none, or several sites have one.
    """
    codes = accounts.terminal_codes(db.session(), name)
    if len(codes) != 1:
        raise click.ClickException(f"{len(codes) or 'no'} terminals are named {name}")
    return codes[0]


def _options(
    backend: str, host: str, port: int, tls_cert: str | None, tls_key: str | None, address: str
) -> dict[str, Any]:
    workers = 1 if backend == "sqlite" else WORKERS_ON_POSTGRESQL

    def ready(arbiter: Any) -> None:
        click.echo(
            f"The clinic is open at {address} ({backend}, {workers} × {THREADS // workers} threads). Ctrl-C ends."
        )

    return {
        "bind": f"{_bracketed(host)}:{port}",
        "worker_class": "gthread",
        "workers": workers,
        "threads": THREADS // workers,
        "timeout": SECONDS_FOR_LONG_WORK,
        "graceful_timeout": SECONDS_FOR_LONG_WORK // 4,
        "accesslog": None,  # an access log would keep who looked at which record outside the database
        "loglevel": "warning",
        "certfile": tls_cert,
        "keyfile": tls_key,
        "proc_name": "dispensary",
        "control_socket_disable": True,
        "worker_tmp_dir": "/dev/shm" if Path("/dev/shm").is_dir() else None,  # noqa: S108 - heartbeat only, no data
        "when_ready": ready,
    }


def check_certificate(certificate: str, key: str) -> None:
    """Refuse a certificate with which no terminal could connect, before anyone is told that the clinic is open.

    Raises:
        ClickException: one of the files is not what it should be, or they do not belong together.
    """
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
    except (OSError, ValueError):  # an SSLError is an OSError; a ValueError is a key that asks for a passphrase
        raise click.ClickException(
            f"{certificate} and {key} are not a PEM certificate and its own private key without a passphrase"
        ) from None


def check_address(host: str, port: int) -> None:
    """Refuse an address that cannot be listened on.

    Raises:
        ClickException: it is in use, not of this computer, or not to be had by this account.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        raise click.ClickException(f"{_bracketed(host)}:{port} cannot be listened on: {error.strerror}") from None


def is_loopback(host: str) -> bool:
    """Return whether an address is reached from this PC alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def trusted_hosts(host: str, further: tuple[str, ...]) -> list[str]:
    """Return the names under which the clinic answers; a request for any other is refused.

    Args:
        host: the address listened on; beyond this PC the machine's own names and addresses count as well.
        further: names that the administrator gave.
    """
    own: set[str] = set()
    if not is_loopback(host):
        own = {_bracketed(host), socket.gethostname(), socket.getfqdn()} | _addresses()
    return sorted({*HERE, *own, *further} - {"0.0.0.0", "[::]"})  # noqa: S104 - taken out, not bound


def _addresses() -> set[str]:
    try:
        found = socket.getaddrinfo(socket.gethostname(), None)
    except OSError:
        return set()
    return {_bracketed(str(address[4][0])) for address in found}


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
