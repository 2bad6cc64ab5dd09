"""Jobs that link, their records and their links; adopts tables of before the migrations."""

from __future__ import annotations

import sqlalchemy as sa

from kg.database.migrating import made, texts

revision = "jobs_1"
down_revision = None
branch_labels = ("jobs",)


def upgrade() -> None:
    """Make the tables that are not there."""
    made(
        "jobs",
        sa.Column("id", sa.Text, primary_key=True),
        *texts("partner"),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        *texts("state", "created", "updated"),
    )
    made(
        "job_records",
        *texts("job"),
        sa.Column("number", sa.Integer, nullable=False),
        *texts("record"),
        sa.PrimaryKeyConstraint("job", "number"),
        sqlite_with_rowid=False,
    )
    made(
        "job_links",
        *texts("job"),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        *texts("link"),
        sa.PrimaryKeyConstraint("job", "number", "place"),
        sqlite_with_rowid=False,
    )
