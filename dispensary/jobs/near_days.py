"""Nightly: a release from custody that is near goes to the prescriber, a newborn's follow-up to the counsellors, on its day."""

from datetime import timedelta

from flask import Flask

from dispensary.jobs.one_by_one import one_by_one
from dispensary.policy.turns import turn_rules
from dispensary.queries import custody as releases
from dispensary.queries import pregnancies as births
from dispensary.rules.job_times import Due
from dispensary.services import custody, pregnancies

A_DAY = timedelta(days=1)


def tell_of_near_days(app: Flask, due: Due) -> None:
    """Tell the desks of releases that are near and of newborns to be followed up, once each."""
    on, before = due.clinic_day + A_DAY, turn_rules().release_prepared_before
    one_by_one(app, due, lambda session: releases.to_prepare(session, due.site_id, on, before), custody.prepare)
    one_by_one(app, due, lambda session: births.newborns_due(session, due.site_id, on), pregnancies.tell_newborn_due)
