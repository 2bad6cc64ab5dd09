"""Who may write: tokens, failed tries counted, and forms that come from our own pages only."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from flask import request

from kg.errors import Refused, TooManyRequests
from kg.link import accounts
from kg.link.accounts import Account
from kg.web.context import settings
from kg.web.rate import client, limit

FAILURES_PER_MINUTE: Final = 10
"""Wrong tokens that one client may send a minute; then right ones are refused as well."""


def of_token(token: str) -> Account:
    """Return whose token this is.

    Raises:
        Refused: nobody's.
        TooManyRequests: this client has sent too many wrong ones.
    """
    failures = limit("wrong-tokens", FAILURES_PER_MINUTE)
    wait = failures.wait(client())
    if wait:
        raise TooManyRequests("Too many wrong tokens came from here.", hint=f"Go on after {wait} seconds.")
    try:
        return accounts.of_token(settings().home_folder, token)
    except Refused:
        failures.take(client())
        raise


def account() -> Account:
    """Return whose token the request carries in its Authorization header.

    Raises:
        Refused: it carries none, or an unknown one.
        TooManyRequests: this client has sent too many wrong ones.
    """
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise Refused("This needs a token.", hint="Send it as 'Authorization: Bearer TOKEN'.")
    return of_token(token.strip())


def check_origin() -> None:
    """Check that a form was sent by a page of ours: browsers say where it comes from.

    Raises:
        Refused: it comes from elsewhere.
    """
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None:
        is_ours = site in ("same-origin", "none")
    elif origin is not None:
        is_ours = urlsplit(origin).netloc in (request.host, urlsplit(settings().public_url).netloc)
    else:
        is_ours = True
    if not is_ours:
        raise Refused("This form has expired or comes from elsewhere; load the page again.")
