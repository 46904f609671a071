"""imported cohorts."""

import sqlalchemy as sa
from alembic import op

from models.walls import append_only

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

FACTS = ("cohort_course",)


def upgrade():
    dialect = op.get_bind().dialect.name
    op.create_table('cohort_course',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('course', sa.Text(), nullable=False),
    sa.Column('clinic', sa.Text(), nullable=False),
    sa.Column('medication', sa.String(40), nullable=True),
    sa.Column('admitted_on', sa.Date(), nullable=False),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('end_reason', sa.String(40), nullable=True),
    sa.Column('seen_until_on', sa.Date(), nullable=True),
    sa.Column('dose_mg', sa.BigInteger(), nullable=True),
    sa.Column('dose_day', sa.Integer(), nullable=True),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint('(ended_on IS NULL) <> (seen_until_on IS NULL)', name=op.f('ck_cohort_course_ended_or_seen')),
    sa.CheckConstraint('(ended_on IS NULL) = (end_reason IS NULL)', name=op.f('ck_cohort_course_end_whole')),
    sa.CheckConstraint('dose_day IS NULL OR dose_mg IS NOT NULL', name=op.f('ck_cohort_course_dose_of_its_day')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_cohort_course_recorded_by_id')),
    sa.ForeignKeyConstraint(['run_id'], ['import_run.id'], name=op.f('fk_cohort_course_run_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_cohort_course_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cohort_course')),
    sa.UniqueConstraint('source', 'course', name=op.f('uq_cohort_course_source_course'))
    )
    op.create_index(op.f('ix_cohort_course_run_id'), 'cohort_course', ['run_id'], unique=False)
    for wall in (wall for table in FACTS for wall in append_only(table, dialect)):
        op.execute(sa.text(wall))
