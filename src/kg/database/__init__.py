"""What people write, in SQLite files or PostgreSQL: tables, migrations, transactions, locks."""

from kg.database.opening import alone, bind, insert, reading, told, writing
from kg.database.tables import JOBS, JOURNAL, PARTS, REPORTS, Part

__all__ = [
    "JOBS",
    "JOURNAL",
    "PARTS",
    "REPORTS",
    "Part",
    "alone",
    "bind",
    "insert",
    "reading",
    "told",
    "writing",
]
