"""JSON Schemas of all messages, as files under ``v1``: for receivers that are not this project.

They are made from the models and never written by hand. Once a version is released its files do
not change: another shape is another version, in a folder of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from apps.shared.contracts.payloads.base import Payload
from apps.shared.contracts.subjects import MESSAGES, SCHEMA_URN, VERSION

FOLDER = Path(__file__).parent / VERSION
DIALECT = "https://json-schema.org/draft/2020-12/schema"


class Exact(GenerateJsonSchema):
    """As pydantic makes it, and keys of objects that match no pattern are refused."""

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """The schema of an object with free keys."""
        made = super().dict_schema(schema)
        return made | {"additionalProperties": False} if "patternProperties" in made else made


def schema_urn(name: str) -> str:
    """The ``$id`` of a schema, which messages name in ``ce-dataschema``."""
    return f"{SCHEMA_URN}{name}.{VERSION}"


def schema_models() -> dict[str, type[Payload]]:
    """The model of each schema by the schema's name; an answer's ends in ``.answer``."""
    asked = {message.name: message.payload for message in MESSAGES}
    answers = {f"{message.name}.answer": message.answer for message in MESSAGES if message.answer}
    return asked | answers


def schema_of(name: str, model: type[Payload]) -> dict[str, Any]:
    """The JSON Schema of a model."""
    head = {"$schema": DIALECT, "$id": schema_urn(name)}
    return head | model.model_json_schema(schema_generator=Exact)


def schema_texts() -> dict[str, str]:
    """What each file under ``v1`` holds, by its file name."""
    return {
        f"{name}.json": json.dumps(schema_of(name, model), indent=2) + "\n"
        for name, model in schema_models().items()
    }


def schemas_write(texts: Mapping[str, str], folder: Path = FOLDER) -> list[str]:
    """Write the files that differ and delete those of no message; returns the changed names."""
    folder.mkdir(parents=True, exist_ok=True)
    there = {path.name: path.read_text() for path in folder.glob("*.json")}
    for name in there.keys() - texts.keys():
        (folder / name).unlink()
    for name, text in texts.items():
        if there.get(name) != text:
            (folder / name).write_text(text)
    return sorted(
        name for name in there.keys() | texts.keys() if there.get(name) != texts.get(name)
    )
