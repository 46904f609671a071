"""suppliers orders destruction."""

import sqlalchemy as sa
from alembic import op

from models.walls import append_only

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

FACTS = (
    "destruction",
    "destruction_line",
    "receipt_difference",
    "receipt_match",
    "stock_order",
    "stock_order_end",
    "stock_order_line",
)


def upgrade():
    dialect = op.get_bind().dialect.name
    op.create_table('destruction',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uid', sa.Uuid(), nullable=False),
    sa.Column('clinic_day', sa.Date(), nullable=False),
    sa.Column('destroyed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('method', sa.String(40), nullable=False),
    sa.Column('how', sa.Text(), nullable=False),
    sa.Column('document_no', sa.Text(), nullable=False),
    sa.Column('witnessed_by_id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint('witnessed_by_id <> recorded_by_id', name=op.f('ck_destruction_witness_is_another')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_destruction_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_destruction_site_id')),
    sa.ForeignKeyConstraint(['witnessed_by_id'], ['staff.id'], name=op.f('fk_destruction_witnessed_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_destruction')),
    sa.UniqueConstraint('uid', name=op.f('uq_destruction_uid'))
    )
    op.create_table('stock_level',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('reorder_at', sa.BigInteger(), nullable=False),
    sa.Column('order_up_to', sa.BigInteger(), nullable=False),
    sa.Column('delivery_days', sa.Integer(), nullable=False),
    sa.CheckConstraint('delivery_days >= 0', name=op.f('ck_stock_level_delivery_not_negative')),
    sa.CheckConstraint('order_up_to > reorder_at', name=op.f('ck_stock_level_orders_something')),
    sa.CheckConstraint('reorder_at >= 0', name=op.f('ck_stock_level_reorder_not_negative')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_stock_level_product_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_stock_level_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_level')),
    sa.UniqueConstraint('site_id', 'product_id', name=op.f('uq_stock_level_site_id_product_id'))
    )
    op.create_table('supplier',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('phone', sa.Text(), nullable=False),
    sa.Column('licence_no', sa.Text(), nullable=False),
    sa.Column('retired_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_supplier_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_supplier')),
    sa.UniqueConstraint('site_id', 'name', name=op.f('uq_supplier_site_id_name'))
    )
    op.create_table('receipt_difference',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('receipt_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('difference', sa.String(40), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('ordered', sa.Integer(), nullable=False),
    sa.Column('came', sa.Integer(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint('ordered >= 0 AND came >= 0', name=op.f('ck_receipt_difference_counts_not_negative')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_receipt_difference_product_id')),
    sa.ForeignKeyConstraint(['receipt_id'], ['receipt.id'], name=op.f('fk_receipt_difference_receipt_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_receipt_difference_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_receipt_difference_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_receipt_difference')),
    sa.UniqueConstraint('receipt_id', 'number', name=op.f('uq_receipt_difference_receipt_id_number'))
    )
    op.create_table('stock_order',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('supplier_id', sa.Integer(), nullable=False),
    sa.Column('form_number', sa.Text(), nullable=False),
    sa.Column('ordered_on', sa.Date(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_stock_order_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_stock_order_site_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_stock_order_supplier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_order'))
    )
    op.create_index(op.f('ix_stock_order_supplier_id'), 'stock_order', ['supplier_id'], unique=False)
    op.create_table('receipt_match',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('receipt_id', sa.Integer(), nullable=False),
    sa.Column('supplier_id', sa.Integer(), nullable=False),
    sa.Column('supplier_name', sa.Text(), nullable=False),
    sa.Column('supplier_address', sa.Text(), nullable=False),
    sa.Column('stock_order_id', sa.Integer(), nullable=True),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['receipt_id'], ['receipt.id'], name=op.f('fk_receipt_match_receipt_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_receipt_match_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_receipt_match_site_id')),
    sa.ForeignKeyConstraint(['stock_order_id'], ['stock_order.id'], name=op.f('fk_receipt_match_stock_order_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_receipt_match_supplier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_receipt_match')),
    sa.UniqueConstraint('receipt_id', name=op.f('uq_receipt_match_receipt_id'))
    )
    op.create_index(op.f('ix_receipt_match_stock_order_id'), 'receipt_match', ['stock_order_id'], unique=False)
    op.create_table('stock_order_end',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('stock_order_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(40), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_stock_order_end_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_stock_order_end_site_id')),
    sa.ForeignKeyConstraint(['stock_order_id'], ['stock_order.id'], name=op.f('fk_stock_order_end_stock_order_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_order_end')),
    sa.UniqueConstraint('stock_order_id', name=op.f('uq_stock_order_end_stock_order_id'))
    )
    op.create_table('stock_order_line',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('stock_order_id', sa.Integer(), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('lot_number', sa.Text(), nullable=False),
    sa.Column('expires_from', sa.Date(), nullable=True),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint('count >= 1', name=op.f('ck_stock_order_line_count_positive')),
    sa.CheckConstraint('size > 0', name=op.f('ck_stock_order_line_size_positive')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_stock_order_line_product_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_stock_order_line_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_stock_order_line_site_id')),
    sa.ForeignKeyConstraint(['stock_order_id'], ['stock_order.id'], name=op.f('fk_stock_order_line_stock_order_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_order_line')),
    sa.UniqueConstraint('stock_order_id', 'line', name=op.f('uq_stock_order_line_stock_order_id_line'))
    )
    op.create_table('destruction_line',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('destruction_id', sa.Integer(), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(40), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('movement_id', sa.Integer(), nullable=False),
    sa.Column('bottle_rest_id', sa.Integer(), nullable=True),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(40), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.CheckConstraint("(reason = 'returned') = (bottle_rest_id IS NOT NULL)", name=op.f('ck_destruction_line_return_names_its_rest')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_destruction_line_quantity_positive')),
    sa.ForeignKeyConstraint(['bottle_rest_id'], ['bottle_rest.id'], name=op.f('fk_destruction_line_bottle_rest_id')),
    sa.ForeignKeyConstraint(['destruction_id'], ['destruction.id'], name=op.f('fk_destruction_line_destruction_id')),
    sa.ForeignKeyConstraint(['movement_id'], ['movement.id'], name=op.f('fk_destruction_line_movement_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['staff.id'], name=op.f('fk_destruction_line_recorded_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_destruction_line_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_destruction_line')),
    sa.UniqueConstraint('bottle_rest_id', name=op.f('uq_destruction_line_bottle_rest_id')),
    sa.UniqueConstraint('destruction_id', 'line', name=op.f('uq_destruction_line_destruction_id_line')),
    sa.UniqueConstraint('movement_id', name=op.f('uq_destruction_line_movement_id'))
    )
    for wall in (wall for table in FACTS for wall in append_only(table, dialect)):
        op.execute(sa.text(wall))
