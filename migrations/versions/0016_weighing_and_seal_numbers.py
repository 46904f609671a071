"""weighing and seal numbers."""

import sqlalchemy as sa
from alembic import op

from models.walls import append_only

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

FACTS = ("tare", "density", "count_weighing", "container_seal", "counted_seal")


def upgrade():
    dialect = op.get_bind().dialect.name
    op.create_table('tare',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('container_id', sa.Integer(), nullable=True),
    sa.Column('grams', sa.BigInteger(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('witnessed_by_id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint('grams > 0', name=op.f('ck_tare_grams_positive')),
    sa.CheckConstraint('size > 0', name=op.f('ck_tare_size_positive')),
    sa.CheckConstraint('witnessed_by_id <> recorded_by_id', name=op.f('ck_tare_witness_is_another')),
    sa.ForeignKeyConstraint(['container_id'], ['container.id'], name=op.f('fk_tare_container_id')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_tare_product_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_tare_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_tare_site_id')),
    sa.ForeignKeyConstraint(['witnessed_by_id'], ['staff.id'], name=op.f('fk_tare_witnessed_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tare'))
    )
    op.create_index(op.f('ix_tare_container_id'), 'tare', ['container_id'], unique=False)
    op.create_index(op.f('ix_tare_product_size'), 'tare', ['product_id', 'size'], unique=False)
    op.create_table('density',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('lot_id', sa.Integer(), nullable=True),
    sa.Column('grams_per_ml', sa.BigInteger(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('witnessed_by_id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint('grams_per_ml > 0', name=op.f('ck_density_grams_per_ml_positive')),
    sa.CheckConstraint("source <> ''", name=op.f('ck_density_source_named')),
    sa.CheckConstraint('witnessed_by_id <> recorded_by_id', name=op.f('ck_density_witness_is_another')),
    sa.ForeignKeyConstraint(['lot_id', 'product_id'], ['lot.id', 'lot.product_id'], name='fk_density_lot'),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_density_product_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_density_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_density_site_id')),
    sa.ForeignKeyConstraint(['witnessed_by_id'], ['staff.id'], name=op.f('fk_density_witnessed_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_density'))
    )
    op.create_index(op.f('ix_density_product_id'), 'density', ['product_id'], unique=False)
    op.create_table('count_weighing',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('count_line_id', sa.Integer(), nullable=False),
    sa.Column('gross', sa.BigInteger(), nullable=False),
    sa.Column('tare_id', sa.Integer(), nullable=False),
    sa.Column('tare', sa.BigInteger(), nullable=False),
    sa.Column('density_id', sa.Integer(), nullable=False),
    sa.Column('grams_per_ml', sa.BigInteger(), nullable=False),
    sa.Column('readability', sa.BigInteger(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint('grams_per_ml > 0', name=op.f('ck_count_weighing_grams_per_ml_positive')),
    sa.CheckConstraint('gross >= tare', name=op.f('ck_count_weighing_not_lighter_than_empty')),
    sa.CheckConstraint('readability > 0', name=op.f('ck_count_weighing_readability_positive')),
    sa.CheckConstraint('tare > 0', name=op.f('ck_count_weighing_tare_positive')),
    sa.ForeignKeyConstraint(['count_line_id'], ['stock_count_line.id'], name=op.f('fk_count_weighing_count_line_id')),
    sa.ForeignKeyConstraint(['density_id'], ['density.id'], name=op.f('fk_count_weighing_density_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_count_weighing_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_count_weighing_site_id')),
    sa.ForeignKeyConstraint(['tare_id'], ['tare.id'], name=op.f('fk_count_weighing_tare_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_count_weighing')),
    sa.UniqueConstraint('count_line_id', name=op.f('uq_count_weighing_count_line_id'))
    )
    op.create_table('container_seal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('container_id', sa.Integer(), nullable=False),
    sa.Column('container_seq', sa.Integer(), nullable=False),
    sa.Column('was_open', sa.Boolean(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('occasion', sa.String(40), nullable=False),
    sa.Column('count_line_id', sa.Integer(), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('witnessed_by_id', sa.Integer(), nullable=True),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint("(occasion = 'counted') = (count_line_id IS NOT NULL)", name=op.f('ck_container_seal_counted_at_a_count')),
    sa.CheckConstraint("number <> ''", name=op.f('ck_container_seal_number_given')),
    sa.CheckConstraint("occasion <> 'resealed' OR (witnessed_by_id IS NOT NULL AND note <> '')", name=op.f('ck_container_seal_resealed_before_a_witness')),
    sa.CheckConstraint('witnessed_by_id <> recorded_by_id', name=op.f('ck_container_seal_witness_is_another')),
    sa.ForeignKeyConstraint(['container_id'], ['container.id'], name=op.f('fk_container_seal_container_id')),
    sa.ForeignKeyConstraint(['count_line_id'], ['stock_count_line.id'], name=op.f('fk_container_seal_count_line_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_container_seal_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_container_seal_site_id')),
    sa.ForeignKeyConstraint(['witnessed_by_id'], ['staff.id'], name=op.f('fk_container_seal_witnessed_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_container_seal')),
    sa.UniqueConstraint('count_line_id', name=op.f('uq_container_seal_count_line_id'))
    )
    op.create_index(op.f('ix_container_seal_container_id'), 'container_seal', ['container_id'], unique=False)
    op.create_table('counted_seal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('count_line_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('on_record_id', sa.Integer(), nullable=True),
    sa.Column('another', sa.Boolean(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint('NOT another OR on_record_id IS NOT NULL', name=op.f('ck_counted_seal_another_than_one_on_record')),
    sa.CheckConstraint("number <> ''", name=op.f('ck_counted_seal_number_read')),
    sa.ForeignKeyConstraint(['count_line_id'], ['stock_count_line.id'], name=op.f('fk_counted_seal_count_line_id')),
    sa.ForeignKeyConstraint(['on_record_id'], ['container_seal.id'], name=op.f('fk_counted_seal_on_record_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_counted_seal_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_counted_seal_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_counted_seal')),
    sa.UniqueConstraint('count_line_id', name=op.f('uq_counted_seal_count_line_id'))
    )
    for wall in (wall for table in FACTS for wall in append_only(table, dialect)):
        op.execute(sa.text(wall))
