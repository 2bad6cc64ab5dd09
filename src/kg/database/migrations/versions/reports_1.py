"""Problem reports and the key of their form; adopts tables of before the migrations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kg.database.migrating import made, number, texts

revision = "reports_1"
down_revision = None
branch_labels = ("reports",)


def upgrade() -> None:
    """Make the tables that are not there."""
    made(
        "reports",
        number(),
        *texts("record", "title", "problem", "text", "contact", "language", "generation", "at"),
        *texts("closed", "closed_by", "reason", empty=True),
    )
    op.create_index("reports_record", "reports", ["record"], if_not_exists=True)
    made(
        "form_key",
        sa.Column("one", sa.Integer, sa.CheckConstraint("one = 1"), primary_key=True, autoincrement=False),
        sa.Column("key", sa.LargeBinary, nullable=False),
    )
