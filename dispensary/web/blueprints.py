"""Every blueprint of the application, in the order of the menu."""

from flask import Flask

from dispensary.web import (
    agencies,
    assessment,
    attendance,
    bottles,
    calendar,
    disclosures,
    downtime,
    groups,
    health_tests,
    jobs,
    orders,
    patients,
    plans,
    policy,
    referrals,
    reporting,
    sessions,
    sign_in,
    site,
    staff,
    station,
    stock,
    take_homes,
    urine,
)
from dispensary.web.register import audit_bp
from dispensary.web.register import bp as register_pages


def register(app: Flask) -> None:
    """Add the pages to the app."""
    for bp in (
        sign_in.bp,
        station.bp,
        patients.bp,
        attendance.bp,
        sessions.bp,
        groups.bp,
        orders.bp,
        orders.rota_bp,
        take_homes.bp,
        bottles.bp,
        urine.bp,
        health_tests.bp,
        agencies.bp,
        referrals.bp,
        disclosures.bp,
        assessment.bp,
        plans.bp,
        policy.bp,
        stock.bp,
        reporting.bp,
        downtime.bp,
        calendar.bp,
        register_pages,
        audit_bp,
        jobs.bp,
        staff.bp,
        site.bp,
    ):
        app.register_blueprint(bp)
