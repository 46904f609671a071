"""dropout risk."""

import sqlalchemy as sa
from alembic import op

from models.walls import append_only

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FACTS = ("risk_flag", "risk_flag_reason", "risk_snooze", "risk_snooze_end", "risk_model", "risk_model_decision", "risk_trip")


def upgrade():
    dialect = op.get_bind().dialect.name
    op.create_table('risk_flag',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('night', sa.Date(), nullable=False),
    sa.Column('lane', sa.String(40), nullable=False),
    sa.Column('points', sa.Integer(), nullable=False),
    sa.Column('card', sa.Text(), nullable=False),
    sa.Column('no_shows', sa.Integer(), nullable=False),
    sa.Column('missed_14', sa.Integer(), nullable=False),
    sa.Column('drug', sa.Text(), nullable=False),
    sa.Column('capped', sa.Boolean(), nullable=False),
    sa.Column('task_id', sa.Integer(), nullable=True),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint('points >= 0 AND no_shows >= 0', name=op.f('ck_risk_flag_counts_not_negative')),
    sa.CheckConstraint('capped = (task_id IS NULL)', name=op.f('ck_risk_flag_told_unless_capped')),
    sa.CheckConstraint("lane = 'amber' OR NOT capped", name=op.f('ck_risk_flag_red_is_never_capped')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_risk_flag_person_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_risk_flag_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_risk_flag_site_id')),
    sa.ForeignKeyConstraint(['task_id'], ['task.id'], name=op.f('fk_risk_flag_task_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_risk_flag')),
    sa.UniqueConstraint('person_id', 'night', name=op.f('uq_risk_flag_person_id_night'))
    )
    op.create_index('ix_risk_flag_site_night', 'risk_flag', ['site_id', 'night'], unique=False)
    op.create_index(op.f('ix_risk_flag_task_id'), 'risk_flag', ['task_id'], unique=False)
    op.create_table('risk_flag_reason',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('flag_id', sa.Integer(), nullable=False),
    sa.Column('factor', sa.String(40), nullable=False),
    sa.Column('counted', sa.BigInteger(), nullable=True),
    sa.Column('points', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint('points >= 0', name=op.f('ck_risk_flag_reason_points_not_negative')),
    sa.CheckConstraint('points = 0 OR counted IS NOT NULL', name=op.f('ck_risk_flag_reason_unknown_scores_nothing')),
    sa.ForeignKeyConstraint(['flag_id'], ['risk_flag.id'], name=op.f('fk_risk_flag_reason_flag_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_risk_flag_reason_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_risk_flag_reason_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_risk_flag_reason')),
    sa.UniqueConstraint('flag_id', 'factor', name=op.f('uq_risk_flag_reason_flag_id_factor'))
    )
    op.create_table('risk_snooze',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(40), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint('until_on >= from_on', name=op.f('ck_risk_snooze_days_in_order')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_risk_snooze_person_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_risk_snooze_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_risk_snooze_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_risk_snooze'))
    )
    op.create_index(op.f('ix_risk_snooze_person_id'), 'risk_snooze', ['person_id'], unique=False)
    op.create_table('risk_snooze_end',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('snooze_id', sa.Integer(), nullable=False),
    sa.Column('ended_on', sa.Date(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_risk_snooze_end_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_risk_snooze_end_site_id')),
    sa.ForeignKeyConstraint(['snooze_id'], ['risk_snooze.id'], name=op.f('fk_risk_snooze_end_snooze_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_risk_snooze_end')),
    sa.UniqueConstraint('snooze_id', name=op.f('uq_risk_snooze_end_snooze_id'))
    )
    op.create_table('risk_model',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(40), nullable=False),
    sa.Column('version', sa.Text(), nullable=False),
    sa.Column('card', sa.Text(), nullable=False),
    sa.Column('coefficients', sa.Text(), nullable=False),
    sa.Column('data_from', sa.Date(), nullable=False),
    sa.Column('data_until', sa.Date(), nullable=False),
    sa.Column('known_until', sa.Date(), nullable=False),
    sa.Column('code_digest', sa.Text(), nullable=False),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.Column('nights', sa.Integer(), nullable=False),
    sa.Column('events', sa.Integer(), nullable=False),
    sa.Column('dropouts', sa.Integer(), nullable=False),
    sa.Column('metrics', sa.Text(), nullable=False),
    sa.Column('may_be_promoted', sa.Boolean(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint('people >= 0 AND nights >= 0 AND events >= 0 AND dropouts >= 0', name=op.f('ck_risk_model_counts_not_negative')),
    sa.CheckConstraint('data_until >= data_from', name=op.f('ck_risk_model_days_in_order')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_risk_model_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_risk_model_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_risk_model')),
    sa.UniqueConstraint('site_id', 'version', name=op.f('uq_risk_model_site_id_version'))
    )
    op.create_table('risk_model_decision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('model_id', sa.Integer(), nullable=False),
    sa.Column('decision', sa.String(40), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['model_id'], ['risk_model.id'], name=op.f('fk_risk_model_decision_model_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_risk_model_decision_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_risk_model_decision_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_risk_model_decision'))
    )
    op.create_index(op.f('ix_risk_model_decision_model_id'), 'risk_model_decision', ['model_id'], unique=False)
    op.create_table('risk_trip',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(40), nullable=False),
    sa.Column('first_on', sa.Date(), nullable=False),
    sa.Column('last_on', sa.Date(), nullable=False),
    sa.Column('observed', sa.Integer(), nullable=False),
    sa.Column('expected', sa.BigInteger(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint('last_on >= first_on', name=op.f('ck_risk_trip_days_in_order')),
    sa.CheckConstraint('observed >= 0 AND expected > 0', name=op.f('ck_risk_trip_counts_make_a_ratio')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_risk_trip_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_risk_trip_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_risk_trip')),
    sa.UniqueConstraint('site_id', 'kind', 'last_on', name=op.f('uq_risk_trip_site_id_kind_last_on'))
    )
    for wall in (wall for table in FACTS for wall in append_only(table, dialect)):
        op.execute(sa.text(wall))
