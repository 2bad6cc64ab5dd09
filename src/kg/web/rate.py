"""Bounds how many requests a minute one client may make of the pages and the JSON answers."""

from __future__ import annotations

import ipaddress
from typing import Final, cast

from flask import Flask, current_app, request

from kg.errors import TooManyRequests
from kg.rates import WINDOW_S, Limit, Rate, Rates

__all__ = ["WINDOW_S", "Rate", "client", "init_app", "limit"]

_FREE: Final = ("/static/", "/healthz", "/readyz")


def client() -> str:
    """Return whom a request counts for: its address, or the /64 of an IPv6 address, which one host owns."""
    address = request.remote_addr or ""
    return ":".join(ipaddress.ip_address(address).exploded.split(":")[:4]) if ":" in address else address


def limit(name: str, most: int, window_s: int = WINDOW_S) -> Limit:
    """Return a limit of this service: ``most`` in ``window_s`` seconds for each client."""
    return cast(Rates, current_app.extensions["kg_rates"]).of(name, most, window_s)


def init_app(app: Flask) -> None:
    """Count every request but those for static files and signs of life; 0 in the settings counts none.

    Raises:
        ConfigError: the address of Redis cannot be used.
        MissingExtra: its client is not installed.
    """
    settings = app.extensions["kg"].settings
    rates = app.extensions["kg_rates"] = Rates(settings)
    per_minute = settings.rate_per_minute
    if per_minute <= 0:
        return
    rate = rates.of("requests", per_minute)

    @app.before_request
    def _count() -> None:
        wait = 0 if request.path.startswith(_FREE) else rate.take(client())
        if wait:
            raise TooManyRequests(
                f"One client may make {per_minute} requests a minute.", hint=f"Go on after {wait} seconds."
            )
