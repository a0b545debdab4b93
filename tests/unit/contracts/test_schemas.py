"""The JSON Schemas that are shipped are those of the models, and say the same as they do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from apps.shared.contracts.asyncapi.examples import example_of
from apps.shared.contracts.errors import MessageRefused
from apps.shared.contracts.event import event_encode, event_of, payload_parse
from apps.shared.contracts.payloads.base import Payload
from apps.shared.contracts.schemas import FOLDER, schema_models, schema_texts, schemas_write
from apps.shared.contracts.subjects import CENTRALCLOUD, MESSAGES, Way
from tests.common.events import SOURCE, key_new

MODELS = schema_models()
FORMATS = jsonschema.FormatChecker(["uuid"])
HINT = (
    "a message has changed. Its version is released: make the new shape v2, beside v1. "
    "Only while v1 was never released: `manage.py asyncapi --schemas`."
)


@FORMATS.checks("date-time")
def is_time(value: object) -> bool:
    return not isinstance(value, str) or bool(re.match(r"\d{4}-\d\d-\d\dT", value))


def shipped(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return read


def test_the_files_are_those_of_the_models() -> None:
    files = {path.name: path.read_text() for path in FOLDER.glob("*")}
    assert files == schema_texts(), HINT


def test_every_row_and_every_answer_has_one() -> None:
    answers = [message for message in MESSAGES if message.answer]
    assert len(MODELS) == len(MESSAGES) + len(answers)
    assert len({shipped(name)["$id"] for name in MODELS}) == len(MODELS)


@pytest.mark.parametrize("name", MODELS)
def test_a_schema_is_one_and_takes_the_example(name: str) -> None:
    schema = shipped(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    example = example_of(MODELS[name])
    jsonschema.Draft202012Validator(schema).validate(example)
    payload_parse(MODELS[name], json.dumps(example).encode())


@pytest.mark.parametrize("name", MODELS)
def test_schema_and_model_refuse_the_same(name: str) -> None:
    """Each field once left out, once of another type, and one too many."""
    model = MODELS[name]
    validator = jsonschema.Draft202012Validator(shipped(name), format_checker=FORMATS)
    for wrong in spoiled(example_of(model)):
        assert validator.is_valid(wrong) == takes(model, wrong), wrong


def spoiled(example: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield example | {"surplus": 1}
    for field in example:
        yield {name: value for name, value in example.items() if name != field}
        for value in (None, True, -1, 1.5, 10**40, "", "\0", "x" * 9_000, [None], {"\0": 0}):
            yield example | {field: value}


def takes(model: type[Payload], value: object) -> bool:
    try:
        payload_parse(model, json.dumps(value).encode())
    except MessageRefused:
        return False
    return True


@pytest.mark.parametrize("name", MODELS)
def test_everything_has_a_bound_and_no_text_holds_nul(name: str) -> None:
    unbounded = [path for path, part in parts(shipped(name)) if not bounded(part)]
    assert unbounded == []


def parts(schema: object, path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every schema inside a schema that says a type."""
    if isinstance(schema, dict):
        if "type" in schema:
            yield path, schema
        for name, part in schema.items():
            yield from parts(part, f"{path}/{name}")
    elif isinstance(schema, list):
        for number, part in enumerate(schema):
            yield from parts(part, f"{path}/{number}")


def bounded(part: Mapping[str, Any]) -> bool:
    match part["type"]:
        case "string":
            text = "enum" in part or "const" in part or "format" in part
            return text or ("pattern" in part and closed(part))
        case "integer" | "number":
            return "minimum" in part and "maximum" in part
        case "array":
            return "maxItems" in part
        case "object":
            free = part.get("title") == "Value"  # an answer in the cache: bounded by its message
            return free or part.get("additionalProperties") is False or "maxProperties" in part
        case _:
            return True


def closed(part: Mapping[str, Any]) -> bool:
    """Whether the length ends, by a limit or by the pattern itself."""
    pattern = part["pattern"]
    return "maxLength" in part or ("*" not in pattern.rstrip("$")[-2:] and "+$" not in pattern)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.name)
def test_the_header_names_the_schema(message: Any) -> None:
    payload = payload_parse(message.payload, json.dumps(example_of(message.payload)).encode())
    source = CENTRALCLOUD if message.way == Way.DOWN else SOURCE
    subject = message.addresses[-1].replace("{instance}", "team-a").replace("{kind}", "package")
    headers = event_encode(event_of(payload, subject=subject, source=source), key_new())
    assert headers["ce-dataschema"] == shipped(message.name)["$id"]


def test_writing_changes_what_differs_and_removes_what_is_gone(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text("{}")
    texts = schema_texts()
    assert schemas_write(texts, tmp_path) == sorted([*texts, "old.json"])
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == texts
    assert schemas_write(texts, tmp_path) == []
