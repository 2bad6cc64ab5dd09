"""Accounts of curators and partners: tokens kept as hashes, roles, sessions with CSRF tokens."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kg.errors import BadInput, NotFound, Refused
from kg.link import journal_file
from kg.moments import now

ROLES: Final = ("curator", "partner")
"""A curator decides; a partner, whose name is the partner's identifier, may only hand in links."""
SESSION_SECONDS: Final = 8 * 3600


@dataclass(frozen=True, slots=True)
class Account:
    """Who is asking."""

    name: str
    role: str

    def require(self, role: str) -> Account:
        """Return the account if it may do what the role may.

        Raises:
            Refused: it may not.
        """
        if self.role not in (role, "curator"):
            raise Refused(f"This needs the account of a {role}.")
        return self


def _hash(token: str) -> str:
    # A token has 256 random bits, so one round of a plain hash cannot be searched.
    return hashlib.sha256(token.encode()).hexdigest()


def create(home: Path, name: str, role: str = "curator") -> str:
    """Make an account, or a new token for one, and return the token; only its hash is kept.

    Raises:
        BadInput: the role is unknown or the name is empty.
    """
    if role not in ROLES:
        raise BadInput(f"'{role[:20]}' is no role.", hint=f"Known: {', '.join(ROLES)}.")
    if not name.strip() or len(name) > 100:
        raise BadInput("An account needs a name of at most 100 characters.")
    token = secrets.token_urlsafe(32)
    with journal_file.writing(home) as db:
        db.execute(
            "INSERT INTO curators (name, role, token_hash, created) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (name) DO UPDATE SET role = excluded.role, token_hash = excluded.token_hash,"
            " revoked = 0",
            (name.strip(), role, _hash(token), now()),
        )
    return token


def revoke(home: Path, name: str) -> None:
    """Take an account's token and sessions away; its decisions stay.

    Raises:
        NotFound: there is no such account.
    """
    with journal_file.writing(home) as db:
        if not db.execute("UPDATE curators SET revoked = 1 WHERE name = ?", (name,)).rowcount:
            raise NotFound(f"There is no account '{name[:60]}'.")
        db.execute("DELETE FROM curator_sessions WHERE curator = ?", (name,))


def every(home: Path) -> list[tuple[str, str, bool]]:
    """Return (name, role, whether it may sign in) of each account."""
    with journal_file.reading(home) as db:
        rows = db.execute("SELECT name, role, revoked FROM curators ORDER BY name").fetchall() if db else []
    return [(name, role, not revoked) for name, role, revoked in rows]


def of_token(home: Path, token: str) -> Account:
    """Return whose token this is.

    Raises:
        Refused: nobody's.
    """
    sql = "SELECT name, role FROM curators WHERE token_hash = ? AND NOT revoked"
    with journal_file.reading(home) as db:
        row = db.execute(sql, (_hash(token),)).fetchone() if db and token else None
    if row is None:
        raise Refused("This token is not known.")
    return Account(*row)


def open_session(home: Path, token: str) -> str:
    """Sign in with a token and return the session's secret for a cookie.

    Raises:
        Refused: the token is not known.
    """
    account = of_token(home, token)
    secret = secrets.token_urlsafe(32)
    with journal_file.writing(home) as db:
        db.execute("DELETE FROM curator_sessions WHERE ends < ?", (time.time(),))
        db.execute(
            "INSERT INTO curator_sessions VALUES (?, ?, ?)",
            (_hash(secret), account.name, time.time() + SESSION_SECONDS),
        )
    return secret


def of_session(home: Path, secret: str) -> Account | None:
    """Return who is signed in by a session's secret."""
    with journal_file.reading(home) as db:
        row = (
            db.execute(
                "SELECT c.name, c.role FROM curator_sessions s JOIN curators c ON c.name = s.curator"
                " WHERE s.hash = ? AND s.ends > ? AND NOT c.revoked",
                (_hash(secret), time.time()),
            ).fetchone()
            if db and secret
            else None
        )
    return Account(*row) if row else None


def close_session(home: Path, secret: str) -> None:
    """Sign out."""
    with journal_file.writing(home) as db:
        db.execute("DELETE FROM curator_sessions WHERE hash = ?", (_hash(secret),))


def csrf(secret: str) -> str:
    """Return what a form of this session must carry; another site cannot know it."""
    return hmac.new(secret.encode(), b"review form", hashlib.sha256).hexdigest()


def check_csrf(secret: str, given: str) -> None:
    """Check a form's token.

    Raises:
        Refused: the form does not come from our page.
    """
    if not secret or not hmac.compare_digest(csrf(secret).encode(), given.encode(errors="replace")):
        raise Refused("This form has expired or comes from elsewhere; load the page again.")
