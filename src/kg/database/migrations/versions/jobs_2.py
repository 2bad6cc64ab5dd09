"""A job keeps whether it compares meaning; earlier ones did, and some files have the column already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "jobs_2"
down_revision = "jobs_1"


def upgrade() -> None:
    """Add the column where it is missing."""
    if "meaning" not in {each["name"] for each in sa.inspect(op.get_bind()).get_columns("jobs")}:
        op.add_column("jobs", sa.Column("meaning", sa.Integer, nullable=False, server_default=sa.text("1")))
