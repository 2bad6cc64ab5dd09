"""What migrations share: columns of the usual kinds, and tables whose rows stay as they are."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

_SAYS = "the journal is append-only"


def texts(*names: str, empty: bool = False) -> list[sa.Column[str]]:
    """Return columns of text, which default to the empty text if so told."""
    default = sa.text("''") if empty else None
    return [sa.Column(name, sa.Text, nullable=False, server_default=default) for name in names]


def number() -> sa.Column[int]:
    """Return the key of a table whose rows count up."""
    kind = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    return sa.Column("number", kind, primary_key=True, autoincrement=True)


def made(name: str, *columns: Any, **more: Any) -> None:
    """Make a table unless there is one of this name; numbers of rows are never used again."""
    if columns[0].name == "number":
        more["sqlite_autoincrement"] = True
    op.create_table(name, *columns, if_not_exists=True, **more)


def append_only(table: str) -> None:
    """Refuse every change of a table's rows but new ones."""
    if op.get_bind().dialect.name == "sqlite":
        for trigger, change in ((f"{table}_stay", "UPDATE"), (f"{table}_remain", "DELETE")):
            op.execute(
                f"CREATE TRIGGER IF NOT EXISTS {trigger} BEFORE {change} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END"
            )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{_SAYS}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )
