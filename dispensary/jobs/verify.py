"""Nightly: the audit and every register are walked row by row, with their seals, and each record against its chained row."""

from flask import Flask

from dispensary.queries import verification
from dispensary.rules.job_times import Due
from dispensary.safekeeping import keys
from dispensary.web.database import db


class ChainsBroken(Exception):
    """Something on record is not what was recorded; `dispensary verify` names it."""


def verify_chains(app: Flask, due: Due) -> None:
    """Verify all that a site has on record.

    Raises:
        ChainsBroken: see the class.
    """
    session = db.session()
    try:
        found = verification.verify(session, due.site_id, keys.read_seal_key(app.extensions["home"]).public_key())
    finally:
        session.rollback()
    if not found.sound:
        raise ChainsBroken
