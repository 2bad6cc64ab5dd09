"""Accounts of curators and partners: tokens kept as hashes, roles, sessions with CSRF tokens."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from kg import database
from kg.database import JOURNAL
from kg.database.tables import CURATORS, SESSIONS
from kg.errors import BadInput, NotFound, Refused
from kg.moments import now
from kg.terms import clean_text

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
    name = clean_text(name)
    if not name or len(name) > 100:
        raise BadInput("An account needs a name of at most 100 characters.")
    token = secrets.token_urlsafe(32)
    fresh = {"role": role, "token_hash": _hash(token), "revoked": 0}
    with database.writing(home, JOURNAL) as db:
        added = database.insert(db, CURATORS).values(name=name, created=now(), **fresh)
        db.execute(added.on_conflict_do_update(index_elements=["name"], set_=fresh))
    return token


def revoke(home: Path, name: str) -> None:
    """Take an account's token and sessions away; its decisions stay.

    Raises:
        NotFound: there is no such account.
    """
    with database.writing(home, JOURNAL) as db:
        if not db.execute(CURATORS.update().where(CURATORS.c.name == name).values(revoked=1)).rowcount:
            raise NotFound(f"There is no account '{name[:60]}'.")
        db.execute(SESSIONS.delete().where(SESSIONS.c.curator == name))


def every(home: Path) -> list[tuple[str, str, bool]]:
    """Return (name, role, whether it may sign in) of each account."""
    columns = CURATORS.c.name, CURATORS.c.role, CURATORS.c.revoked
    with database.reading(home, JOURNAL) as db:
        rows = db.execute(sa.select(*columns)).all() if db is not None else []
    return sorted((name, role, not revoked) for name, role, revoked in rows)


def of_token(home: Path, token: str) -> Account:
    """Return whose token this is.

    Raises:
        Refused: nobody's.
    """
    asked = sa.select(CURATORS.c.name, CURATORS.c.role).where(
        CURATORS.c.token_hash == _hash(token), CURATORS.c.revoked == 0
    )
    with database.reading(home, JOURNAL) as db:
        row = db.execute(asked).first() if db is not None and token else None
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
    ends = time.time() + SESSION_SECONDS
    with database.writing(home, JOURNAL) as db:
        db.execute(SESSIONS.delete().where(SESSIONS.c.ends < time.time()))
        db.execute(SESSIONS.insert().values(hash=_hash(secret), curator=account.name, ends=ends))
    return secret


def of_session(home: Path, secret: str) -> Account | None:
    """Return who is signed in by a session's secret."""
    asked = (
        sa.select(CURATORS.c.name, CURATORS.c.role)
        .join(SESSIONS, CURATORS.c.name == SESSIONS.c.curator)
        .where(SESSIONS.c.hash == _hash(secret), SESSIONS.c.ends > time.time(), CURATORS.c.revoked == 0)
    )
    if not secret:
        return None  # Who carries no secret needs no database.
    with database.reading(home, JOURNAL) as db:
        row = db.execute(asked).first() if db is not None else None
    return Account(*row) if row else None


def close_session(home: Path, secret: str) -> None:
    """Sign out."""
    with database.writing(home, JOURNAL) as db:
        db.execute(SESSIONS.delete().where(SESSIONS.c.hash == _hash(secret)))


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
