"""Links that wait, decisions, assessments, accounts and sessions; adopts tables of before the migrations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kg.database.migrating import append_only, made, number, texts

revision = "journal_1"
down_revision = None
branch_labels = ("journal",)


def upgrade() -> None:
    """Make the tables that are not there."""
    made(
        "link_suggestions",
        number(),
        *texts("partner", "subject", "subject_label", "predicate", "object", "object_label", "object_kind"),
        sa.Column("confidence", sa.Double, nullable=False),
        *texts("justification", "comment", "source", "added"),
        sa.UniqueConstraint("partner", "subject", "object"),
    )
    made(
        "link_decisions",
        number(),
        *texts("partner", "subject", "object", "action", "predicate", "curator", "at", "reason"),
    )
    op.create_index(
        "link_decisions_pair", "link_decisions", ["partner", "subject", "object"], if_not_exists=True
    )
    made(
        "human_assessments",
        number(),
        *texts("practice", "framework", "verdict", "reviewer", "day", "reason"),
    )
    append_only("link_decisions")
    append_only("human_assessments")
    made(
        "curators",
        sa.Column("name", sa.Text, primary_key=True),
        *texts("role"),
        sa.Column("token_hash", sa.Text, nullable=False, unique=True),
        *texts("created"),
        sa.Column("revoked", sa.Integer, nullable=False, server_default=sa.text("0")),
    )
    made(
        "curator_sessions",
        sa.Column("hash", sa.Text, primary_key=True),
        *texts("curator"),
        sa.Column("ends", sa.Double, nullable=False),
    )
