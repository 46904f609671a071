"""Which policy is in force for this request: the profiles on disk, and what this site's prescribers approved."""

from flask import current_app

from dispensary.errors import Refused
from dispensary.policy.alerts import AlertList
from dispensary.policy.depot_windows import DepotWindows
from dispensary.policy.label_lines import LabelLines
from dispensary.policy.minimums import Minimums
from dispensary.policy.missed_doses import MissedDoseTables
from dispensary.policy.profiles import SHIPPED, Profile
from dispensary.policy.stack import (
    OrderLimits,
    VomitBands,
    alert_list,
    bands_in_force,
    depot_windows,
    minimums_in_force,
    missed_dose_tables,
    stack,
    take_home_policy,
)
from dispensary.policy.stack import label_lines as in_force_on_labels
from dispensary.policy.take_homes import TakeHomePolicy
from dispensary.queries import policy
from dispensary.web import edge
from dispensary.web.database import db


def profiles() -> tuple[Profile, ...]:
    """Return the shipped profiles and the site's own.

    Raises:
        Refused: one of them cannot be used, or changed after it was approved; no order is signed until that is settled.
    """
    return policy.loaded(db.session(), (SHIPPED, current_app.extensions["home"].profiles))


def order_limits() -> OrderLimits:
    """Return the limits in force here today."""
    act = edge.act()
    return stack(profiles(), policy.approvals(db.session(), act.site_id, act.clinic_day), act.clinic_day)


def vomit_bands() -> VomitBands:
    """Return the bands in force here today for what a vomited dose is worth."""
    act = edge.act()
    return bands_in_force(profiles(), policy.approvals(db.session(), act.site_id, act.clinic_day), act.clinic_day)


def missed_doses() -> MissedDoseTables:
    """Return the missed-dose tables in force here today."""
    act = edge.act()
    return missed_dose_tables(profiles(), policy.approvals(db.session(), act.site_id, act.clinic_day), act.clinic_day)


def take_homes() -> TakeHomePolicy:
    """Return the take-home ladders, criteria and rules in force here today."""
    act = edge.act()
    return take_home_policy(profiles(), policy.approvals(db.session(), act.site_id, act.clinic_day), act.clinic_day)


def label_lines() -> LabelLines:
    """Return what is printed on labels here today besides what is on every label."""
    act = edge.act()
    return in_force_on_labels(profiles(), policy.approvals(db.session(), act.site_id, act.clinic_day), act.clinic_day)


def depots() -> DepotWindows:
    """Return the windows for depot injections in force here today."""
    act = edge.act()
    return depot_windows(profiles(), policy.approvals(db.session(), act.site_id, act.clinic_day), act.clinic_day)


def minimums() -> Minimums:
    """Return how often counselling, urine tests and plan reviews are done at least, as in force here today."""
    act = edge.act()
    return minimums_in_force(profiles(), policy.approvals(db.session(), act.site_id, act.clinic_day), act.clinic_day)


def alerts() -> AlertList:
    """Return what is said here today of people's health; a list that cannot be read says nothing, and hides nothing."""
    act = edge.act()
    try:
        return alert_list(profiles(), policy.approvals(db.session(), act.site_id, act.clinic_day), act.clinic_day)
    except Refused:
        return AlertList(readable=False)
