"""pump log."""

import sqlalchemy as sa
from alembic import op

from models.walls import append_only

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

FACTS = ("pump_event", "pump_event_taken_back", "pump_measure", "pump_rule")


def upgrade():
    dialect = op.get_bind().dialect.name
    op.create_table('pump_rule',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('tolerance', sa.BigInteger(), nullable=False),
    sa.Column('every_days', sa.Integer(), nullable=False),
    sa.Column('basis', sa.Text(), nullable=False),
    sa.Column('clinic_day', sa.Date(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint("basis <> ''", name=op.f('ck_pump_rule_says_its_basis')),
    sa.CheckConstraint('every_days >= 1', name=op.f('ck_pump_rule_every_day_at_most')),
    sa.CheckConstraint('tolerance > 0', name=op.f('ck_pump_rule_tolerance_positive')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_pump_rule_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_pump_rule_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pump_rule'))
    )
    op.create_table('pump',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('window_id', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('maker', sa.Text(), nullable=False),
    sa.Column('serial_no', sa.Text(), nullable=False),
    sa.Column('in_service_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('out_of_service_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('out_of_service_why', sa.Text(), nullable=False),
    sa.CheckConstraint("(out_of_service_at IS NULL) = (out_of_service_why = '')", name=op.f('ck_pump_out_says_why')),
    sa.CheckConstraint("name <> ''", name=op.f('ck_pump_has_a_name')),
    sa.CheckConstraint('out_of_service_at >= in_service_at', name=op.f('ck_pump_out_after_in')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_pump_product_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_pump_site_id')),
    sa.ForeignKeyConstraint(['window_id'], ['dispensing_window.id'], name=op.f('fk_pump_window_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pump')),
    sa.UniqueConstraint('site_id', 'name', name=op.f('uq_pump_site_id_name'))
    )
    op.create_table('pump_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pump_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(40), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('clinic_day', sa.Date(), nullable=False),
    sa.Column('container_id', sa.Integer(), nullable=True),
    sa.Column('before_id', sa.Integer(), nullable=True),
    sa.Column('rest', sa.String(40), nullable=True),
    sa.Column('quantity', sa.BigInteger(), nullable=True),
    sa.Column('poured', sa.String(40), nullable=True),
    sa.Column('movement_id', sa.Integer(), nullable=True),
    sa.Column('asked', sa.BigInteger(), nullable=True),
    sa.Column('means', sa.Text(), nullable=False),
    sa.Column('rule_id', sa.Integer(), nullable=True),
    sa.Column('passed', sa.Boolean(), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('witnessed_by_id', sa.Integer(), nullable=True),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint("(kind = 'calibration') = (asked IS NOT NULL)", name=op.f('ck_pump_event_calibration_asks')),
    sa.CheckConstraint("(kind = 'cleaning') = (container_id IS NULL)", name=op.f('ck_pump_event_container_but_for_cleaning')),
    sa.CheckConstraint("(kind IN ('prime', 'calibration')) = (poured IS NOT NULL)", name=op.f('ck_pump_event_poured_says_where')),
    sa.CheckConstraint("(movement_id IS NOT NULL) = (COALESCE(poured, '') = 'wasted' AND quantity > 0)", name=op.f('ck_pump_event_wasted_moves_stock')),
    sa.CheckConstraint("asked IS NULL OR means <> ''", name=op.f('ck_pump_event_calibration_says_its_means')),
    sa.CheckConstraint("before_id IS NULL OR kind = 'reservoir'", name=op.f('ck_pump_event_only_a_reservoir_had_another')),
    sa.CheckConstraint('(asked IS NULL) = (passed IS NULL)', name=op.f('ck_pump_event_calibration_is_judged')),
    sa.CheckConstraint('(asked IS NULL) = (rule_id IS NULL)', name=op.f('ck_pump_event_judged_by_a_rule')),
    sa.CheckConstraint('(before_id IS NULL) = (rest IS NULL)', name=op.f('ck_pump_event_rest_of_the_one_before')),
    sa.CheckConstraint('(poured IS NULL) = (quantity IS NULL)', name=op.f('ck_pump_event_poured_says_how_much')),
    sa.CheckConstraint('asked > 0', name=op.f('ck_pump_event_asked_positive')),
    sa.CheckConstraint('movement_id IS NULL OR witnessed_by_id IS NOT NULL', name=op.f('ck_pump_event_waste_is_witnessed')),
    sa.CheckConstraint('quantity >= 0', name=op.f('ck_pump_event_quantity_not_negative')),
    sa.CheckConstraint('witnessed_by_id <> recorded_by_id', name=op.f('ck_pump_event_witness_is_another')),
    sa.ForeignKeyConstraint(['before_id'], ['container.id'], name=op.f('fk_pump_event_before_id')),
    sa.ForeignKeyConstraint(['container_id'], ['container.id'], name=op.f('fk_pump_event_container_id')),
    sa.ForeignKeyConstraint(['movement_id'], ['movement.id'], name=op.f('fk_pump_event_movement_id')),
    sa.ForeignKeyConstraint(['pump_id'], ['pump.id'], name=op.f('fk_pump_event_pump_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_pump_event_recorded_by_id')),
    sa.ForeignKeyConstraint(['rule_id'], ['pump_rule.id'], name=op.f('fk_pump_event_rule_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_pump_event_site_id')),
    sa.ForeignKeyConstraint(['witnessed_by_id'], ['staff.id'], name=op.f('fk_pump_event_witnessed_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pump_event')),
    sa.UniqueConstraint('movement_id', name=op.f('uq_pump_event_movement_id'))
    )
    op.create_index(op.f('ix_pump_event_before_id'), 'pump_event', ['before_id'], unique=False)
    op.create_index(op.f('ix_pump_event_container_id'), 'pump_event', ['container_id'], unique=False)
    op.create_index('ix_pump_event_day', 'pump_event', ['pump_id', 'clinic_day'], unique=False)
    op.create_table('pump_event_taken_back',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('movement_id', sa.Integer(), nullable=True),
    sa.Column('clinic_day', sa.Date(), nullable=False),
    sa.Column('witnessed_by_id', sa.Integer(), nullable=True),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint("reason <> ''", name=op.f('ck_pump_event_taken_back_says_why')),
    sa.CheckConstraint('movement_id IS NULL OR witnessed_by_id IS NOT NULL', name=op.f('ck_pump_event_taken_back_stock_back_is_witnessed')),
    sa.CheckConstraint('witnessed_by_id <> recorded_by_id', name=op.f('ck_pump_event_taken_back_witness_is_another')),
    sa.ForeignKeyConstraint(['event_id'], ['pump_event.id'], name=op.f('fk_pump_event_taken_back_event_id')),
    sa.ForeignKeyConstraint(['movement_id'], ['movement.id'], name=op.f('fk_pump_event_taken_back_movement_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_pump_event_taken_back_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_pump_event_taken_back_site_id')),
    sa.ForeignKeyConstraint(['witnessed_by_id'], ['staff.id'], name=op.f('fk_pump_event_taken_back_witnessed_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pump_event_taken_back')),
    sa.UniqueConstraint('event_id', name=op.f('uq_pump_event_taken_back_event_id')),
    sa.UniqueConstraint('movement_id', name=op.f('uq_pump_event_taken_back_movement_id'))
    )
    op.create_table('pump_measure',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('measured', sa.BigInteger(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint('measured >= 0', name=op.f('ck_pump_measure_measured_not_negative')),
    sa.CheckConstraint('number >= 1', name=op.f('ck_pump_measure_number_positive')),
    sa.ForeignKeyConstraint(['event_id'], ['pump_event.id'], name=op.f('fk_pump_measure_event_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_pump_measure_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_pump_measure_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pump_measure')),
    sa.UniqueConstraint('event_id', 'number', name=op.f('uq_pump_measure_event_id_number'))
    )
    for wall in (wall for table in FACTS for wall in append_only(table, dialect)):
        op.execute(sa.text(wall))
