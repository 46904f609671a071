"""stock counts."""

import sqlalchemy as sa
from alembic import op

from models.walls import append_only

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

FACTS = ("stock_count", "stock_count_line", "stock_find", "stock_adjustment")


def upgrade():
    dialect = op.get_bind().dialect.name
    op.create_table('stock_count',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(40), nullable=False),
    sa.Column('window_id', sa.Integer(), nullable=True),
    sa.Column('clinic_day', sa.Date(), nullable=False),
    sa.Column('counted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('business', sa.String(40), nullable=True),
    sa.Column('against_id', sa.Integer(), nullable=True),
    sa.Column('witness_above', sa.BigInteger(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('witnessed_by_id', sa.Integer(), nullable=True),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint("(kind = 'biennial') = (business IS NOT NULL)", name=op.f('ck_stock_count_inventory_says_when')),
    sa.CheckConstraint("against_id IS NULL OR kind = 'opening'", name=op.f('ck_stock_count_only_opening_against_closing')),
    sa.CheckConstraint("kind <> 'biennial' OR witnessed_by_id IS NOT NULL", name=op.f('ck_stock_count_inventory_is_signed_twice')),
    sa.CheckConstraint('witness_above >= 0', name=op.f('ck_stock_count_figure_not_negative')),
    sa.CheckConstraint('witnessed_by_id <> recorded_by_id', name=op.f('ck_stock_count_witness_is_another')),
    sa.ForeignKeyConstraint(['against_id'], ['stock_count.id'], name=op.f('fk_stock_count_against_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_stock_count_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_stock_count_site_id')),
    sa.ForeignKeyConstraint(['window_id'], ['dispensing_window.id'], name=op.f('fk_stock_count_window_id')),
    sa.ForeignKeyConstraint(['witnessed_by_id'], ['staff.id'], name=op.f('fk_stock_count_witnessed_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_count'))
    )
    op.create_index('ix_stock_count_place', 'stock_count', ['site_id', 'window_id', 'kind'], unique=False)
    op.create_table('stock_count_line',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('count_id', sa.Integer(), nullable=False),
    sa.Column('container_id', sa.Integer(), nullable=False),
    sa.Column('container_seq', sa.Integer(), nullable=False),
    sa.Column('books', sa.BigInteger(), nullable=False),
    sa.Column('sealed', sa.Boolean(), nullable=False),
    sa.Column('found', sa.String(40), nullable=False),
    sa.Column('measured', sa.BigInteger(), nullable=True),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint("(found IN ('whole', 'not_found')) = (measured IS NULL)", name=op.f('ck_stock_count_line_measured_unless_whole_or_gone')),
    sa.CheckConstraint("sealed = (found <> 'measured') OR found = 'not_found'", name=op.f('ck_stock_count_line_seal_only_where_one_is')),
    sa.CheckConstraint('books >= 0', name=op.f('ck_stock_count_line_books_not_negative')),
    sa.CheckConstraint('measured >= 0', name=op.f('ck_stock_count_line_measured_not_negative')),
    sa.ForeignKeyConstraint(['container_id'], ['container.id'], name=op.f('fk_stock_count_line_container_id')),
    sa.ForeignKeyConstraint(['count_id'], ['stock_count.id'], name=op.f('fk_stock_count_line_count_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_stock_count_line_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_stock_count_line_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_count_line')),
    sa.UniqueConstraint('count_id', 'container_id', name=op.f('uq_stock_count_line_count_id_container_id'))
    )
    op.create_index(op.f('ix_stock_count_line_container_id'), 'stock_count_line', ['container_id'], unique=False)
    op.create_index(op.f('ix_stock_count_line_count_id'), 'stock_count_line', ['count_id'], unique=False)
    op.create_table('stock_find',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('count_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('said', sa.Text(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint("said <> ''", name=op.f('ck_stock_find_said_something')),
    sa.CheckConstraint('number > 0', name=op.f('ck_stock_find_number_positive')),
    sa.ForeignKeyConstraint(['count_id'], ['stock_count.id'], name=op.f('fk_stock_find_count_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_stock_find_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_stock_find_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_find')),
    sa.UniqueConstraint('count_id', 'number', name=op.f('uq_stock_find_count_id_number'))
    )
    op.create_table('stock_adjustment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('count_line_id', sa.Integer(), nullable=False),
    sa.Column('movement_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint("reason <> ''", name=op.f('ck_stock_adjustment_reason_given')),
    sa.ForeignKeyConstraint(['count_line_id'], ['stock_count_line.id'], name=op.f('fk_stock_adjustment_count_line_id')),
    sa.ForeignKeyConstraint(['movement_id'], ['movement.id'], name=op.f('fk_stock_adjustment_movement_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_stock_adjustment_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_stock_adjustment_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_adjustment')),
    sa.UniqueConstraint('count_line_id', name=op.f('uq_stock_adjustment_count_line_id')),
    sa.UniqueConstraint('movement_id', name=op.f('uq_stock_adjustment_movement_id'))
    )
    for wall in (wall for table in FACTS for wall in append_only(table, dialect)):
        op.execute(sa.text(wall))
