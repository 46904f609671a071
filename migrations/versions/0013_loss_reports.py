"""loss reports."""

import sqlalchemy as sa
from alembic import op

from models.walls import append_only

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

FACTS = ("loss_report", "loss_report_end", "loss_report_line", "loss_step", "loss_step_taken_back")


def upgrade():
    dialect = op.get_bind().dialect.name
    op.create_table('loss_report',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(40), nullable=False),
    sa.Column('first_on', sa.Date(), nullable=False),
    sa.Column('last_on', sa.Date(), nullable=False),
    sa.Column('discovered_on', sa.Date(), nullable=False),
    sa.Column('discovered_by', sa.Text(), nullable=False),
    sa.Column('circumstances', sa.Text(), nullable=False),
    sa.Column('police', sa.String(40), nullable=False),
    sa.Column('police_who', sa.Text(), nullable=False),
    sa.Column('police_number', sa.Text(), nullable=False),
    sa.Column('carrier', sa.Text(), nullable=False),
    sa.Column('measures', sa.Text(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint("circumstances <> ''", name=op.f('ck_loss_report_circumstances_told')),
    sa.CheckConstraint("discovered_by <> ''", name=op.f('ck_loss_report_discovered_by_somebody')),
    sa.CheckConstraint("police = 'yes' OR (police_who = '' AND police_number = '')", name=op.f('ck_loss_report_police_said_if_told')),
    sa.CheckConstraint('first_on <= last_on', name=op.f('ck_loss_report_days_in_order')),
    sa.CheckConstraint('last_on <= discovered_on', name=op.f('ck_loss_report_discovered_after')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_loss_report_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_loss_report_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_loss_report'))
    )
    op.create_table('loss_report_end',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('closed_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('recovered', sa.Text(), nullable=False),
    sa.Column('open_steps', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint("reason <> ''", name=op.f('ck_loss_report_end_says_why')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_loss_report_end_recorded_by_id')),
    sa.ForeignKeyConstraint(['report_id'], ['loss_report.id'], name=op.f('fk_loss_report_end_report_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_loss_report_end_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_loss_report_end')),
    sa.UniqueConstraint('report_id', name=op.f('uq_loss_report_end_report_id'))
    )
    op.create_table('loss_step',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(40), nullable=False),
    sa.Column('done_on', sa.Date(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('to_whom', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint("kind <> 'other' OR note <> ''", name=op.f('ck_loss_step_other_says_what')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_loss_step_recorded_by_id')),
    sa.ForeignKeyConstraint(['report_id'], ['loss_report.id'], name=op.f('fk_loss_step_report_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_loss_step_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_loss_step'))
    )
    op.create_index(op.f('ix_loss_step_report_id'), 'loss_step', ['report_id'], unique=False)
    op.create_table('loss_report_line',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('container_id', sa.Integer(), nullable=True),
    sa.Column('lot_number', sa.Text(), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint('number >= 1', name=op.f('ck_loss_report_line_number_positive')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_loss_report_line_quantity_positive')),
    sa.ForeignKeyConstraint(['container_id'], ['container.id'], name=op.f('fk_loss_report_line_container_id')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_loss_report_line_product_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_loss_report_line_recorded_by_id')),
    sa.ForeignKeyConstraint(['report_id'], ['loss_report.id'], name=op.f('fk_loss_report_line_report_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_loss_report_line_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_loss_report_line')),
    sa.UniqueConstraint('report_id', 'number', name=op.f('uq_loss_report_line_report_id_number'))
    )
    op.create_index(op.f('ix_loss_report_line_product_id'), 'loss_report_line', ['product_id'], unique=False)
    op.create_table('loss_step_taken_back',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('step_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint("reason <> ''", name=op.f('ck_loss_step_taken_back_says_why')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_loss_step_taken_back_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_loss_step_taken_back_site_id')),
    sa.ForeignKeyConstraint(['step_id'], ['loss_step.id'], name=op.f('fk_loss_step_taken_back_step_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_loss_step_taken_back')),
    sa.UniqueConstraint('step_id', name=op.f('uq_loss_step_taken_back_step_id'))
    )
    for wall in (wall for table in FACTS for wall in append_only(table, dialect)):
        op.execute(sa.text(wall))
