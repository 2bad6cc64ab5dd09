"""Writes the engine's expanded JSON-LD with a context of prefixes, so that people can read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import json


def compacted(expanded: bytes, prefixes: Mapping[str, str]) -> bytes:
    """Return the same statements with prefixed names for properties, classes and datatypes.

    IRIs of things stay whole. Only the prefixes that are used stand in the context (JSON-LD 1.1,
    section 4.1.4); each namespace ends in ``/`` or ``#``, as the specification asks.
    """
    shortener = _Shortener(prefixes)
    nodes = [shortener.node(node) for node in json.loads(expanded)]
    context = {prefix: prefixes[prefix] for prefix in sorted(shortener.used)}
    return json.dumps({"@context": context, "@graph": nodes}, ensure_ascii=False, indent=1).encode()


class _Shortener:
    def __init__(self, prefixes: Mapping[str, str]) -> None:
        # The longest namespace first: wocat: lies inside kg:.
        self._namespaces = sorted(
            ((ns, prefix) for prefix, ns in prefixes.items() if prefix), key=lambda each: -len(each[0])
        )
        self.used: set[str] = set()

    def node(self, node: Mapping[str, Any]) -> dict[str, Any]:
        return {self._key(name): self._values(name, value) for name, value in node.items()}

    def _key(self, name: str) -> str:
        return name if name.startswith("@") else self._short(name)

    def _values(self, name: str, value: Any) -> Any:
        if name == "@type":
            return [self._short(each) for each in value] if isinstance(value, list) else self._short(value)
        if isinstance(value, list):
            return [self._value(each) for each in value]
        return self._value(value)

    def _value(self, value: Any) -> Any:
        return self.node(value) if isinstance(value, dict) else value

    def _short(self, iri: str) -> str:
        for namespace, prefix in self._namespaces:
            local = iri.removeprefix(namespace)
            if local != iri and local and "/" not in local and ":" not in local:
                self.used.add(prefix)
                return f"{prefix}:{local}"
        return iri
