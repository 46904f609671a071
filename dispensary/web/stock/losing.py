"""What is lost little by little: bottle ends as rows, and patterns of small losses for the clinic head alone."""

from datetime import timedelta

from flask import render_template

from dispensary.clock import moment_on
from dispensary.permissions import Permission
from dispensary.policy.house import house_rules
from dispensary.queries import bottle_ends as ends_queries
from dispensary.queries import small_losses as losses
from dispensary.rules.small_losses import patterns as patterns_among
from dispensary.web import edge, gate
from dispensary.web.database import db
from dispensary.web.reporting import asked
from dispensary.web.stock.blueprint import bp

A_DAY = timedelta(days=1)
USUAL = timedelta(days=30)


@bp.get("/bottle-ends")
@gate.requires(Permission.STOCK_VIEW)
def bottle_ends() -> str:
    """List the containers of a period that ended with another content than their books said."""
    today, have, site_id = edge.act().clinic_day, edge.settings(), edge.sitting().site_id
    first, last = asked.days((today - USUAL, today))
    found = ends_queries.bottle_ends(db.session(), site_id, first, last)
    since, before = (moment_on(day, have.day_starts, have.zone, have.day_starts) for day in (first, last + A_DAY))
    sums = ends_queries.ended_products(db.session(), site_id, found, since, before)
    return render_template("stock/bottle_ends.html", ends=found, sums=sums, first=first, last=last)


@bp.get("/patterns")
@gate.requires(Permission.LOSS_PATTERN_VIEW)
def patterns() -> str:
    """Show the clinic head small losses that have something in common, as counts."""
    rules, site_id, last = house_rules(), edge.sitting().site_id, edge.act().clinic_day
    first, zone, session = last - rules.losses_of + A_DAY, edge.settings().zone, db.session()
    found = losses.small_losses(session, site_id, first, last, zone, rules.loss_shifts)
    moved = losses.moved_by(session, site_id, first, last, zone, rules.loss_shifts)
    shown = patterns_among(found, moved, rules.loss_pattern)
    ids = {movement_id for pattern in shown for movement_id in pattern.movement_ids}
    return render_template(
        "stock/patterns.html",
        patterns=shown,
        rows=losses.loss_rows(session, site_id, ids),
        names=losses.names_of(session, {p.by_id for p in shown if p.by_id is not None}),
        rules=rules,
        first=first,
        last=last,
        found=len(found),
    )
