"""days that were closed with differences between their books."""

import sqlalchemy as sa
from alembic import op

from models.walls import append_only

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

FACTS = ("day_close_difference",)


def upgrade():
    dialect = op.get_bind().dialect.name
    op.create_table('day_close_difference',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day_close_id', sa.Integer(), nullable=False),
    sa.Column('differences', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('witnessed_by_id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint("note <> ''", name=op.f('ck_day_close_difference_reason_given')),
    sa.CheckConstraint("differences <> '[]'", name=op.f('ck_day_close_difference_something_differs')),
    sa.CheckConstraint('witnessed_by_id <> recorded_by_id', name=op.f('ck_day_close_difference_witness_is_another')),
    sa.ForeignKeyConstraint(['day_close_id'], ['day_close.id'], name=op.f('fk_day_close_difference_day_close_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_day_close_difference_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_day_close_difference_site_id')),
    sa.ForeignKeyConstraint(['witnessed_by_id'], ['staff.id'], name=op.f('fk_day_close_difference_witnessed_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_day_close_difference')),
    sa.UniqueConstraint('day_close_id', name=op.f('uq_day_close_difference_day_close_id'))
    )
    for wall in (wall for table in FACTS for wall in append_only(table, dialect)):
        op.execute(sa.text(wall))
