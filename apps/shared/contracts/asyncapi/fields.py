"""The fields of a message in words, one row each, for a page to show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from apps.shared.contracts.payloads.base import LARGEST, NO_NUL, Payload

_NAMES = {"string": "text", "integer": "whole number", "object": "object", "boolean": "yes or no"}
_FORMATS = {"date-time": "time", "uuid": "UUID"}
_LIMITS = {
    "minimum": "from {}",
    "maximum": "up to {}",
    "minLength": "at least {} long",
    "maxLength": "at most {} long",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "maxProperties": "at most {} entries",
}


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field: ``path`` as in ``patterns[].signature``, ``depth`` from 0 for those outside."""

    path: str
    depth: int
    type: str
    bounds: str
    required: bool


def field_rows(model: type[Payload]) -> list[FieldRow]:
    """The fields of a message, those of its parts under them."""
    schema = model.model_json_schema()
    return list(_rows(schema, schema.get("$defs", {}), "", 0))


def _rows(
    schema: Mapping[str, Any], models: Mapping[str, Any], before: str, depth: int
) -> Iterator[FieldRow]:
    for name, field in schema["properties"].items():
        value, none = _value(field)
        items, _ = _value(value.get("items", {}))
        path = f"{before}{name}" + ("[]" if "items" in value else "")
        bounds = [*_bounds(value), *_bounds(items)] + ["or null"] * none
        required = name in schema.get("required", ())
        yield FieldRow(path, depth, _type(value, items), ", ".join(bounds), required)
        if reference := value.get("$ref") or items.get("$ref"):
            yield from _rows(models[reference.rpartition("/")[2]], models, f"{path}.", depth + 1)


def _value(field: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """The schema of a field's value, and whether there may be none."""
    choices = field.get("anyOf", [field])
    return choices[0], {"type": "null"} in choices


def _type(value: Mapping[str, Any], items: Mapping[str, Any]) -> str:
    if items:
        return f"list of {_type(items, {})}"
    if "$ref" in value:
        return "object"
    if "format" in value:
        return _FORMATS[value["format"]]
    return _NAMES.get(value.get("type", "any"), str(value.get("type", "any")))


def _bounds(value: Mapping[str, Any]) -> list[str]:
    """What a value must keep; that of every whole number goes without saying."""
    given = {name: value[name] for name in _LIMITS if value.get(name) not in (None, LARGEST)}
    said = [_LIMITS[name].format(_figure(limit)) for name, limit in given.items()]
    if value.get("pattern", NO_NUL) != NO_NUL:
        said.append(f"matching {value['pattern']}")
    return ["one of " + ", ".join(value["enum"]), *said] if "enum" in value else said


def _figure(limit: float) -> str:
    return f"{limit:g}" if isinstance(limit, float) else f"{limit:,}"
