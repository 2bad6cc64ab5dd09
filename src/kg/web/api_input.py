"""Reads the arguments of the JSON interface from an address, a form or a JSON body, all in the same way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from flask import request
from werkzeug.datastructures import MultiDict

from kg.errors import BadInput, UnsupportedMedia

FORM: Final = "application/x-www-form-urlencoded"
_GROUPS: Final = {"filters": "", "exclude": "not."}


def arguments(known: Iterable[str]) -> MultiDict[str, str]:
    """Return the arguments of this request by name, each with all of its values.

    A JSON body is an object of texts, numbers or lists of them; ``filters`` and ``exclude`` in it are
    objects whose members mean ``<filter>`` and ``not.<filter>``.

    Raises:
        BadInput: an argument is unknown, or the body is no such object.
        UnsupportedMedia: the body is neither JSON nor a form.
    """
    found: MultiDict[str, str] = MultiDict(request.args.items(multi=True))
    if request.method == "POST":
        if request.is_json:
            _read_object(request.get_json(silent=True), found)
        elif request.mimetype in ("", FORM):
            found.update(request.form)
        else:
            raise UnsupportedMedia(
                f"A POST carries application/json or {FORM}, not {request.mimetype[:60]!r}."
            )
    allowed = set(known)
    unknown = sorted(set(found) - allowed)
    if unknown:
        names = ", ".join(sorted(allowed))
        raise BadInput(f"There is no parameter '{unknown[0][:40]}'.", hint=f"Known: {names}.")
    return found


def _read_object(body: Any, found: MultiDict[str, str]) -> None:
    if not isinstance(body, dict):
        raise BadInput("The body is not a JSON object.")
    for name, value in body.items():
        if name not in _GROUPS:
            _add(name, value, found)
        elif isinstance(value, dict):
            for inner, values in value.items():
                _add(f"{_GROUPS[name]}{inner}", values, found)
        else:
            raise BadInput(f"'{name}' must be an object of lists.")


def _add(name: str, value: Any, found: MultiDict[str, str]) -> None:
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, bool) or not isinstance(each, str | int):
            raise BadInput(f"'{name[:40]}' must be a text, a whole number, or a list of them.")
        found.add(name, str(each))


def integer(found: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    """Return a whole number.

    Raises:
        BadInput: the argument is none, or outside its bounds.
    """
    text = found.get(name, str(default))
    longest = max(6, len(str(most)))
    if not (text.isascii() and text.isdigit() and len(text) <= longest and least <= int(text) <= most):
        raise BadInput(f"'{name}' must be a whole number from {least} to {most}.")
    return int(text)
