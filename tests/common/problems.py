"""What tests ask of an error of the REST API."""

from __future__ import annotations

import json
from typing import Any


def problem_of(response: Any) -> dict[str, Any]:
    """The problem document, which says the same status as the answer and nothing else."""
    assert response["content-type"] == "application/problem+json", response.content
    document: dict[str, Any] = json.loads(response.content)
    assert set(document) == {"type", "title", "status", "detail", "code", "errors"}
    assert document["status"] == response.status_code
    return document


def wrong_fields(response: Any) -> dict[str, str]:
    """What is said of each wrong field."""
    return {one["field"]: one["message"] for one in problem_of(response)["errors"]}
