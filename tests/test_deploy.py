"""The examples of deployment fit the schemas of Compose and Kubernetes, and name settings that there are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from compose_spec import PyCompose

from kg.config import PREFIX, TABLE

DEPLOY = Path(__file__).resolve().parents[1] / "docs" / "deploy"
RESOURCES: list[dict[str, Any]] = list(yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text("utf-8")))
VERSIONS = ("1.31", "1.35")
"""An old and a late release of Kubernetes whose schemas the validator carries."""


def test_compose_file_when_validated_fits_the_specification() -> None:
    text = (DEPLOY / "compose.yaml").read_text("utf-8")
    found = PyCompose.from_yaml(text)
    found.validate()
    assert set(found.service_names()) == {"web", "worker", "postgresql", "redis"}


def test_compose_file_when_wrong_is_found_wrong() -> None:
    text = (DEPLOY / "compose.yaml").read_text("utf-8")
    with pytest.raises(ValueError, match="imagee"):
        PyCompose.from_yaml(text.replace("image: landkg", "imagee: landkg", 1)).validate()


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("resource", RESOURCES, ids=lambda each: f"{each['kind']}-{each['metadata']['name']}")
def test_resource_when_validated_fits_the_schema_of_kubernetes(
    resource: dict[str, Any], version: str
) -> None:
    kubernetes_validate.validate(resource, version, strict=True)


def test_resource_when_wrong_is_found_wrong() -> None:
    wrong = RESOURCES[0] | {"stringdata": {}}
    with pytest.raises(kubernetes_validate.ValidationError, match="stringdata"):
        kubernetes_validate.validate(wrong, VERSIONS[-1], strict=True)


@pytest.mark.parametrize("name", ["compose.yaml", "kubernetes.yaml"])
def test_settings_when_named_in_an_example_are_ours(name: str) -> None:
    used = set(re.findall(rf"{PREFIX}[A-Z_]+", (DEPLOY / name).read_text("utf-8")))
    assert used <= {PREFIX + row.name.upper() for row in TABLE}
    assert {"KG_DATABASE_URL", "KG_REDIS_URL", "KG_QUEUE"} <= used
