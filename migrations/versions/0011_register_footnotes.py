"""register footnotes."""

import sqlalchemy as sa
from alembic import op

from models.walls import append_only

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

FACTS = ("register_footnote",)


def upgrade():
    dialect = op.get_bind().dialect.name
    op.create_table('register_footnote',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('register_entry_id', sa.Integer(), nullable=False),
    sa.Column('clinic_day', sa.Date(), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_register_footnote_recorded_by_id')),
    sa.ForeignKeyConstraint(
        ['register_entry_id'], ['register_entry.id'], name=op.f('fk_register_footnote_register_entry_id')
    ),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_register_footnote_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_register_footnote'))
    )
    op.create_index(
        op.f('ix_register_footnote_register_entry_id'), 'register_footnote', ['register_entry_id'], unique=False
    )
    for wall in (wall for table in FACTS for wall in append_only(table, dialect)):
        op.execute(sa.text(wall))
