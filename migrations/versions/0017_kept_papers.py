"""kept papers."""

import sqlalchemy as sa
from alembic import op

from models.walls import append_only

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

FACTS = ("archive_opening", "archived_paper", "archived_paper_content", "paper_signature")


def upgrade():
    dialect = op.get_bind().dialect.name
    op.create_table('archived_paper',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(40), nullable=False),
    sa.Column('first_on', sa.Date(), nullable=False),
    sa.Column('last_on', sa.Date(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('figures_digest', sa.Text(), nullable=False),
    sa.Column('media_type', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('paper', sa.Text(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint('first_on <= last_on', name=op.f('ck_archived_paper_days_in_order')),
    sa.CheckConstraint("digest <> ''", name=op.f('ck_archived_paper_digest_there')),
    sa.CheckConstraint("figures_digest <> ''", name=op.f('ck_archived_paper_figures_digest_there')),
    sa.CheckConstraint('size > 0', name=op.f('ck_archived_paper_size_positive')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_archived_paper_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_archived_paper_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_archived_paper')),
    sa.UniqueConstraint('site_id', 'kind', 'first_on', 'last_on', 'digest', name=op.f('uq_archived_paper_site_id_kind_first_on_last_on_digest'))
    )
    op.create_index('ix_archived_paper_last_on', 'archived_paper', ['site_id', 'last_on'], unique=False)
    op.create_index('uq_archived_paper_by_itself', 'archived_paper', ['site_id', 'kind', 'first_on', 'last_on'], unique=True, sqlite_where=sa.text("origin = 'job'"), postgresql_where=sa.text("origin = 'job'"))
    op.create_table('archived_paper_content',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('archived_paper_id', sa.Integer(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('figures', sa.Text(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['archived_paper_id'], ['archived_paper.id'], name=op.f('fk_archived_paper_content_archived_paper_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_archived_paper_content_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_archived_paper_content_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_archived_paper_content')),
    sa.UniqueConstraint('archived_paper_id', name=op.f('uq_archived_paper_content_archived_paper_id'))
    )
    op.create_table('archive_opening',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('archived_paper_id', sa.Integer(), nullable=False),
    sa.Column('use', sa.String(40), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['archived_paper_id'], ['archived_paper.id'], name=op.f('fk_archive_opening_archived_paper_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_archive_opening_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_archive_opening_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_archive_opening'))
    )
    op.create_index(op.f('ix_archive_opening_archived_paper_id'), 'archive_opening', ['archived_paper_id'], unique=False)
    op.create_table('paper_signature',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('archived_paper_id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('role', sa.String(40), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint("role = 'clinic_head'", name=op.f('ck_paper_signature_by_the_head')),
    sa.ForeignKeyConstraint(['archived_paper_id'], ['archived_paper.id'], name=op.f('fk_paper_signature_archived_paper_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_paper_signature_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_paper_signature_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_paper_signature')),
    sa.UniqueConstraint('archived_paper_id', 'recorded_by_id', name=op.f('uq_paper_signature_archived_paper_id_recorded_by_id'))
    )
    for wall in (wall for table in FACTS for wall in append_only(table, dialect)):
        op.execute(sa.text(wall))
