"""off-site kits and their chain of custody."""

import sqlalchemy as sa
from alembic import op

from models.walls import append_only

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

FACTS = ("kit_hand_over", "kit_return", "kit_trip", "kit_trip_line")


def _fact():
    return (
        sa.Column('site_id', sa.Integer(), nullable=False),
        sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('recorded_by_id', sa.Integer(), nullable=False),
        sa.Column('origin', sa.String(40), nullable=False),
        sa.Column('request_id', sa.Text(), nullable=True),
    )


def upgrade():
    dialect = op.get_bind().dialect.name
    op.create_table('kit_trip',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('place_id', sa.Integer(), nullable=False),
    sa.Column('turn', sa.Integer(), nullable=False),
    sa.Column('destination', sa.Text(), nullable=False),
    sa.Column('seal_no', sa.Text(), nullable=False),
    sa.Column('expected_back_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('packed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('clinic_day', sa.Date(), nullable=False),
    sa.Column('witnessed_by_id', sa.Integer(), nullable=False),
    *_fact(),
    sa.CheckConstraint('expected_back_at > packed_at', name=op.f('ck_kit_trip_back_after_it_left')),
    sa.CheckConstraint("seal_no <> ''", name=op.f('ck_kit_trip_sealed')),
    sa.CheckConstraint('turn >= 1', name=op.f('ck_kit_trip_turn_positive')),
    sa.CheckConstraint('witnessed_by_id <> recorded_by_id', name=op.f('ck_kit_trip_witness_is_another')),
    sa.ForeignKeyConstraint(['place_id'], ['place.id'], name=op.f('fk_kit_trip_place_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_kit_trip_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_kit_trip_site_id')),
    sa.ForeignKeyConstraint(['witnessed_by_id'], ['staff.id'], name=op.f('fk_kit_trip_witnessed_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kit_trip')),
    sa.UniqueConstraint('place_id', 'turn', name=op.f('uq_kit_trip_place_id_turn'))
    )
    op.create_table('kit_trip_line',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('trip_id', sa.Integer(), nullable=False),
    sa.Column('container_id', sa.Integer(), nullable=False),
    sa.Column('movement_id', sa.Integer(), nullable=True),
    sa.Column('books', sa.BigInteger(), nullable=False),
    *_fact(),
    sa.CheckConstraint('books >= 0', name=op.f('ck_kit_trip_line_books_not_negative')),
    sa.ForeignKeyConstraint(['container_id'], ['container.id'], name=op.f('fk_kit_trip_line_container_id')),
    sa.ForeignKeyConstraint(['movement_id'], ['movement.id'], name=op.f('fk_kit_trip_line_movement_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_kit_trip_line_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_kit_trip_line_site_id')),
    sa.ForeignKeyConstraint(['trip_id'], ['kit_trip.id'], name=op.f('fk_kit_trip_line_trip_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kit_trip_line')),
    sa.UniqueConstraint('movement_id', name=op.f('uq_kit_trip_line_movement_id')),
    sa.UniqueConstraint('trip_id', 'container_id', name=op.f('uq_kit_trip_line_trip_id_container_id'))
    )
    op.create_index(op.f('ix_kit_trip_line_container_id'), 'kit_trip_line', ['container_id'], unique=False)
    op.create_table('kit_hand_over',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('trip_id', sa.Integer(), nullable=False),
    sa.Column('turn', sa.Integer(), nullable=False),
    sa.Column('taken_by_id', sa.Integer(), nullable=False),
    sa.Column('sealed', sa.Boolean(), nullable=False),
    sa.Column('seal_no', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('handed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('clinic_day', sa.Date(), nullable=False),
    *_fact(),
    sa.CheckConstraint("sealed = (seal_no <> '')", name=op.f('ck_kit_hand_over_sealed_by_number')),
    sa.CheckConstraint("sealed OR note <> ''", name=op.f('ck_kit_hand_over_says_why_not_sealed')),
    sa.CheckConstraint('taken_by_id <> recorded_by_id', name=op.f('ck_kit_hand_over_taker_is_another')),
    sa.CheckConstraint('turn >= 1', name=op.f('ck_kit_hand_over_turn_positive')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_kit_hand_over_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_kit_hand_over_site_id')),
    sa.ForeignKeyConstraint(['taken_by_id'], ['staff.id'], name=op.f('fk_kit_hand_over_taken_by_id')),
    sa.ForeignKeyConstraint(['trip_id'], ['kit_trip.id'], name=op.f('fk_kit_hand_over_trip_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kit_hand_over')),
    sa.UniqueConstraint('trip_id', 'turn', name=op.f('uq_kit_hand_over_trip_id_turn'))
    )
    op.create_table('kit_return',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('trip_id', sa.Integer(), nullable=False),
    sa.Column('count_id', sa.Integer(), nullable=False),
    sa.Column('sealed', sa.Boolean(), nullable=False),
    sa.Column('seal_no', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('returned_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('clinic_day', sa.Date(), nullable=False),
    *_fact(),
    sa.CheckConstraint("sealed = (seal_no <> '')", name=op.f('ck_kit_return_sealed_by_number')),
    sa.CheckConstraint("sealed OR note <> ''", name=op.f('ck_kit_return_says_why_not_sealed')),
    sa.ForeignKeyConstraint(['count_id'], ['stock_count.id'], name=op.f('fk_kit_return_count_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_kit_return_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_kit_return_site_id')),
    sa.ForeignKeyConstraint(['trip_id'], ['kit_trip.id'], name=op.f('fk_kit_return_trip_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kit_return')),
    sa.UniqueConstraint('count_id', name=op.f('uq_kit_return_count_id')),
    sa.UniqueConstraint('trip_id', name=op.f('uq_kit_return_trip_id'))
    )
    for wall in (wall for table in FACTS for wall in append_only(table, dialect)):
        op.execute(sa.text(wall))
