"""consignments between sites."""

import sqlalchemy as sa
from alembic import op

from models.walls import append_only

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

FACTS = ("consignment", "consignment_arrival", "consignment_end", "consignment_line")


def upgrade():
    dialect = op.get_bind().dialect.name
    op.create_table('consignment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('to_site_id', sa.Integer(), nullable=True),
    sa.Column('addressee', sa.Text(), nullable=False),
    sa.Column('document_no', sa.Text(), nullable=False),
    sa.Column('authority', sa.Text(), nullable=False),
    sa.Column('carrier', sa.Text(), nullable=False),
    sa.Column('identity_seen', sa.Text(), nullable=False),
    sa.Column('seal_no', sa.Text(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('clinic_day', sa.Date(), nullable=False),
    sa.Column('witnessed_by_id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint("(to_site_id IS NULL) <> (addressee = '')", name=op.f('ck_consignment_one_addressee')),
    sa.CheckConstraint('to_site_id <> site_id', name=op.f('ck_consignment_sites_differ')),
    sa.CheckConstraint('witnessed_by_id <> recorded_by_id', name=op.f('ck_consignment_witness_is_another')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_consignment_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_consignment_site_id')),
    sa.ForeignKeyConstraint(['to_site_id'], ['site.id'], name=op.f('fk_consignment_to_site_id')),
    sa.ForeignKeyConstraint(['witnessed_by_id'], ['staff.id'], name=op.f('fk_consignment_witnessed_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consignment'))
    )
    op.create_index(op.f('ix_consignment_to_site_id'), 'consignment', ['to_site_id'], unique=False)
    op.create_table('consignment_arrival',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('consignment_id', sa.Integer(), nullable=False),
    sa.Column('turn', sa.Integer(), nullable=False),
    sa.Column('seal_no', sa.Text(), nullable=False),
    sa.Column('seal_whole', sa.Boolean(), nullable=False),
    sa.Column('labels', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('receipt_id', sa.Integer(), nullable=True),
    sa.Column('arrived_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('clinic_day', sa.Date(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint('turn >= 1', name=op.f('ck_consignment_arrival_turn_positive')),
    sa.ForeignKeyConstraint(['consignment_id'], ['consignment.id'], name=op.f('fk_consignment_arrival_consignment_id')),
    sa.ForeignKeyConstraint(['receipt_id'], ['receipt.id'], name=op.f('fk_consignment_arrival_receipt_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_consignment_arrival_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_consignment_arrival_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consignment_arrival')),
    sa.UniqueConstraint('consignment_id', 'turn', name=op.f('uq_consignment_arrival_consignment_id_turn')),
    sa.UniqueConstraint('receipt_id', name=op.f('uq_consignment_arrival_receipt_id'))
    )
    op.create_table('consignment_line',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('consignment_id', sa.Integer(), nullable=False),
    sa.Column('container_id', sa.Integer(), nullable=False),
    sa.Column('movement_id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['consignment_id'], ['consignment.id'], name=op.f('fk_consignment_line_consignment_id')),
    sa.ForeignKeyConstraint(['container_id'], ['container.id'], name=op.f('fk_consignment_line_container_id')),
    sa.ForeignKeyConstraint(['movement_id'], ['movement.id'], name=op.f('fk_consignment_line_movement_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_consignment_line_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_consignment_line_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consignment_line')),
    sa.UniqueConstraint('consignment_id', 'container_id', name=op.f('uq_consignment_line_consignment_id_container_id')),
    sa.UniqueConstraint('movement_id', name=op.f('uq_consignment_line_movement_id'))
    )
    op.create_index(op.f('ix_consignment_line_container_id'), 'consignment_line', ['container_id'], unique=False)
    op.create_table('consignment_end',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('line_id', sa.Integer(), nullable=False),
    sa.Column('fate', sa.String(40), nullable=False),
    sa.Column('movement_id', sa.Integer(), nullable=False),
    sa.Column('arrival_id', sa.Integer(), nullable=True),
    sa.Column('came_as_id', sa.Integer(), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('clinic_day', sa.Date(), nullable=False),
    sa.Column('witnessed_by_id', sa.Integer(), nullable=True),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint("(fate = 'received') = (arrival_id IS NOT NULL)", name=op.f('ck_consignment_end_arrival_of_the_received')),
    sa.CheckConstraint("(fate = 'received') = (came_as_id IS NOT NULL)", name=op.f('ck_consignment_end_container_of_the_received')),
    sa.CheckConstraint("fate = 'received' OR (witnessed_by_id IS NOT NULL AND note <> '')", name=op.f('ck_consignment_end_two_say_why_otherwise')),
    sa.CheckConstraint('witnessed_by_id <> recorded_by_id', name=op.f('ck_consignment_end_witness_is_another')),
    sa.ForeignKeyConstraint(['arrival_id'], ['consignment_arrival.id'], name=op.f('fk_consignment_end_arrival_id')),
    sa.ForeignKeyConstraint(['came_as_id'], ['container.id'], name=op.f('fk_consignment_end_came_as_id')),
    sa.ForeignKeyConstraint(['line_id'], ['consignment_line.id'], name=op.f('fk_consignment_end_line_id')),
    sa.ForeignKeyConstraint(['movement_id'], ['movement.id'], name=op.f('fk_consignment_end_movement_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_consignment_end_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_consignment_end_site_id')),
    sa.ForeignKeyConstraint(['witnessed_by_id'], ['staff.id'], name=op.f('fk_consignment_end_witnessed_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consignment_end')),
    sa.UniqueConstraint('came_as_id', name=op.f('uq_consignment_end_came_as_id')),
    sa.UniqueConstraint('line_id', name=op.f('uq_consignment_end_line_id')),
    sa.UniqueConstraint('movement_id', name=op.f('uq_consignment_end_movement_id'))
    )
    for wall in (wall for table in FACTS for wall in append_only(table, dialect)):
        op.execute(sa.text(wall))
