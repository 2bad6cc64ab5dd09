"""Bodies that cannot be read are the client's fault, whatever reads them."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize("path", ["/api/link", "/api/search"])
@pytest.mark.parametrize("body", ["[" * 100_000, '{"a":' * 50_000 + "1" + "}" * 50_000, b"\xff\xfe{}", "{"])
def test_json_when_bottomless_or_broken_is_400(client: FlaskClient, path: str, body: str | bytes) -> None:
    answer = client.post(path, data=body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
