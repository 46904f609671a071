"""Nightly: an order that ends within a week, with none signed to follow it, is put on the prescriber's desk, once."""

from flask import Flask
from sqlalchemy.orm import Session

from dispensary.clock import clinic_day
from dispensary.jobs.one_by_one import one_by_one
from dispensary.queries import order_endings as records
from dispensary.queries import sites
from dispensary.queries.orders import EndingOrder
from dispensary.rules.job_times import Due
from dispensary.services import order_endings


def tell_of_order_endings(app: Flask, due: Due) -> None:
    """Tell the prescriber of orders that end soon as things stand now; whoever needs none any more leaves the desk."""

    def ending(session: Session) -> list[EndingOrder]:
        now = app.extensions["clock"]()
        have = sites.settings_at(session, due.site_id, now)
        return order_endings.to_tell(session, due.site_id, clinic_day(now, have.zone, have.day_starts))

    one_by_one(app, due, ending, order_endings.tell)
    one_by_one(app, due, lambda session: records.needs_none(session, due.site_id), order_endings.withdraw)
