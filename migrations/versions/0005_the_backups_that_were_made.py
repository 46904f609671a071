"""the backups that were made."""

import sqlalchemy as sa
from alembic import op

from models.walls import append_only

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FACTS = ("backup_drill", "backup_run")


def upgrade():
    dialect = op.get_bind().dialect.name
    op.create_table('backup_run',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('file', sa.Text(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('key_id', sa.Text(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revision', sa.Text(), nullable=False),
    sa.Column('tables', sa.Integer(), nullable=False),
    sa.Column('rows', sa.BigInteger(), nullable=False),
    sa.Column('counts_digest', sa.Text(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint('size > 0', name=op.f('ck_backup_run_size_positive')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_backup_run_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_backup_run_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_backup_run')),
    sa.UniqueConstraint('digest', name=op.f('uq_backup_run_digest'))
    )
    op.create_table('backup_drill',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('backup_id', sa.Integer(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outcome', sa.String(40), nullable=False),
    sa.Column('rows', sa.BigInteger(), nullable=False),
    sa.Column('chained_rows', sa.BigInteger(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint('ended_at >= started_at', name=op.f('ck_backup_drill_moments_in_order')),
    sa.CheckConstraint('rows >= 0 AND chained_rows >= 0', name=op.f('ck_backup_drill_counts_not_negative')),
    sa.ForeignKeyConstraint(['backup_id'], ['backup_run.id'], name=op.f('fk_backup_drill_backup_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_backup_drill_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_backup_drill_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_backup_drill'))
    )
    op.create_index(op.f('ix_backup_drill_backup_id'), 'backup_drill', ['backup_id'], unique=False)
    for wall in (wall for table in FACTS for wall in append_only(table, dialect)):
        op.execute(sa.text(wall))
