"""A valid example of every message, made from its model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.shared.contracts.payloads.base import Payload
from apps.shared.contracts.signatures import signature_of

_TEMPLATE = "with open($A) as $B:\n    return json.load($B)"
_TIME = "2026-01-05T09:30:00Z"
_REVISION = 1_767_605_400_000_000
_PURL = "pkg:pypi/django"
_MODEL = "centralcloud_t5-python_v1.3"
_ARCHITECTURE = f"sha256:{'3d' * 32}"
_ROUND = "6f3c1c52-6a0e-4c57-9d3b-8f0f5a2f9b10"
_INSIGHT = "adopt:framework:django"

SAMPLES: Mapping[str, Any] = {
    "after": "pkg:pypi/celery",
    "among": "instances with Python",
    "advisory": "GHSA-xxxx-yyyy-zzzz",
    "artifact": f"sha256:{'7c' * 32}",
    "audience": "team-a",
    "base": None,
    "base_digest": "scratch-0",
    "category": "web",
    "codebase": "5f3a09c2d7e84b16a0b9c8d7e6f5a4b3",
    "ecosystem": "pypi",
    "family": "t5-python-3f2a91c0d4e5",
    "fact": "last_release",
    "floor": 0,
    "id": "GHSA-xxxx-yyyy-zzzz",
    "key": "django",
    "kind": "idiom",
    "language": "python",
    "latest": "5.2.19",
    "licence": "BSD-3-Clause",
    "metric": "bits_per_byte",
    "name": "Django",
    "next": None,
    "opportunities": 14,
    "package": _PURL,
    "purl": _PURL,
    "reason": "31 of 40 instances with Python have it",
    "requirement": ">=5.2,<6",
    "revision": _REVISION,
    "run": "0b0f9c1e-5f0e-4d8a-9c57-2f1c4c0a7d11",
    "scope": "runtime",
    "signature": signature_of("idiom", "python", _TEMPLATE),
    "subject_key": "django",
    "subject_kind": "web",
    "summary": "A crafted request exhausts memory.",
    "template": _TEMPLATE,
    "tokenizer": f"sha256:{'b4' * 32}",
    "unit": "files",
    "value": {"answer": 42},
    "version": "5.2.19",
    "words": "django",
}
"""Values of text fields, and of others that stand in a relation, by the field's name."""
_OF_MODEL: Mapping[tuple[str, str], Any] = {
    ("InsightFact", "key"): _INSIGHT,
    ("KnowledgeEntry", "key"): _PURL,
    ("KnowledgeInvalidated", "keys"): [_PURL],
    ("KnowledgeInvalidated", "kind"): "package",
    ("KnowledgeUpdated", "kind"): "package",
    ("KnowledgeRequest", "kind"): "package",
    ("KnowledgeAnswer", "kind"): "package",
    ("JobNow", "kind"): "mine",
    ("PatternTotal", "kind"): "idiom",
    ("CodePatternFact", "files"): 5,
    ("ArchitectureFact", "key"): "layered",
    ("ArchitectureFact", "name"): "Layered",
    ("SharedFact", "subject"): "framework",
    ("SharedFact", "kind"): "web",
    ("SharedFact", "language"): None,
    ("InsightFact", "subject"): "framework",
    ("InsightFact", "language"): None,
    ("Heartbeat", "version"): "0.1.0",
    ("TrainingCompleted", "kind"): "t5",
    ("TrainingCompleted", "architecture"): _ARCHITECTURE,
    ("TrainingCompleted", "scope"): "python",
    ("TrainingCompleted", "version"): "gpu-trainer-1_t5-python_v1.2",
    ("TrainingCompleted", "round"): _ROUND,
    ("ModelEvaluated", "version"): _MODEL,
    ("ModelEvaluated", "kind"): "t5",
    ("ModelEvaluated", "served"): "aggregate",
    ("ModelEvaluated", "reason"): "lower loss than the local model",
    ("ModelReady", "kind"): "t5",
    ("ModelReady", "version"): _MODEL,
    ("ModelReady", "architecture"): _ARCHITECTURE,
    ("ModelReady", "scope"): "python",
    ("ModelReady", "state"): "candidate",
    ("AdvisoryPublished", "kind"): "vulnerable",
    ("AdvisoryPublished", "severity"): "high",
    ("AdvisoryMark", "severity"): "high",
    ("PackagesQuery", "implemented_in"): "rust",
    ("ImplementedIn", "language"): "rust",
    ("ImplementedIn", "evidence"): "build_system",
    ("ImplementedIn", "detail"): "build-backend maturin",
    ("HealthFact", "value"): 12.0,
    ("HealthFact", "evidence"): "the last release is 12 days old",
    ("Alternative", "purl"): "pkg:pypi/flask",
    ("RoundOffer", "id"): _ROUND,
    ("RoundOffer", "asks"): "difference",
    ("RoundOffer", "base"): _MODEL,
}
"""Where a name says something else in one model."""
_ITEMS: Mapping[str, Any] = {
    "affected": "5.2.17",
    "dependents": "pkg:pypi/django-filter",
    "evidence": "imports",
    "fixed": "5.2.18",
    "languages": "python",
    "requirements": ">=5.2,<6",
    "scopes": "runtime",
    "versions": "5.2.19",
    "withdrawn": None,
}
_KEYS: Mapping[str, str] = {"instances": "online", "metrics": "bits_per_byte", "versions": "5.2.19"}


def example_of(model: type[Payload]) -> dict[str, Any]:
    """JSON that the model takes: each list has one item, each optional field its value."""
    schema = model.model_json_schema()
    value: dict[str, Any] = _object(schema, schema.get("$defs", {}))
    return value


def _object(schema: Mapping[str, Any], models: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _field(schema["title"], name, field, models)
        for name, field in schema["properties"].items()
    }


def _field(model: str, name: str, schema: Mapping[str, Any], models: Mapping[str, Any]) -> Any:
    if (model, name) in _OF_MODEL:
        return _OF_MODEL[model, name]
    if "anyOf" in schema and SAMPLES.get(name, "") is not None:
        return _field(model, name, schema["anyOf"][0], models)
    if "enum" in schema:
        return schema["enum"][0]
    if "$ref" in schema:
        return _object(models[schema["$ref"].rpartition("/")[2]], models)
    if name in SAMPLES:
        return SAMPLES[name]
    return _by_type(model, name, schema, models)


def _by_type(model: str, name: str, schema: Mapping[str, Any], models: Mapping[str, Any]) -> Any:
    match schema["type"]:
        case "array":
            return _list(model, name, schema["items"], models)
        case "object":
            values = schema.get("additionalProperties") or next(
                iter(schema["patternProperties"].values())
            )
            return {_KEYS[name]: _by_type(model, name, values, models)}
        case "string":
            return _TIME if schema.get("format") == "date-time" else schema.get("default", "")
        case "boolean":
            return True
        case "number":
            return min(schema.get("maximum", 1), 0.75)
        case _:
            return max(schema.get("minimum", 0), 12)


def _list(model: str, name: str, items: Mapping[str, Any], models: Mapping[str, Any]) -> list[Any]:
    if "$ref" in items:
        return [_field(model, "", items, models)]
    return [] if _ITEMS[name] is None else [_ITEMS[name]]
