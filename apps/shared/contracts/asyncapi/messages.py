"""A message object for each row of the table, and for each answer, with a valid example."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from apps.shared.contracts.asyncapi.examples import example_of
from apps.shared.contracts.event import CONTENT_TYPE, MESSAGE_ID, SIGNATURE, SPEC_VERSION
from apps.shared.contracts.payloads.base import Payload
from apps.shared.contracts.schemas import schema_urn
from apps.shared.contracts.subjects import CENTRALCLOUD, INSTANCES, MESSAGES, Way

_ID = "0198f2b4-6c1e-4a77-9a43-5d6c9f0e2b18"
_QUESTION = "0198f2b4-6a02-4f5e-8a0e-3b1d7c9e4f60"
_TIME = "2026-01-05T09:30:00.000000Z"


def message_objects() -> dict[str, Any]:
    """By name: the rows of the message table and the answers to its questions."""
    objects = {}
    for message in MESSAGES:
        source = CENTRALCLOUD if message.way == Way.DOWN else f"{INSTANCES}team-a"
        objects[message.name] = _event(message.name, message.payload, message.carries, source)
        if message.answer:
            name = f"{message.name}.answer"
            objects[name] = _answer(name, message.answer, message.carries)
    return objects


def _event(name: str, model: type[Payload], carries: str, source: str) -> dict[str, Any]:
    said = {"ce-type": type_of(name), "ce-dataschema": schema_urn(name)}
    example = example_of(model)
    return {
        "name": said["ce-type"],
        "title": model.__name__,
        "summary": carries,
        "description": model.__doc__,
        "contentType": CONTENT_TYPE,
        "headers": {
            "allOf": [
                {"$ref": "#/components/schemas/Headers"},
                {"properties": {header: {"const": value} for header, value in said.items()}},
            ]
        },
        "payload": {"$ref": f"#/components/schemas/{model.__name__}"},
        "examples": [{"headers": _headers(said, source, example), "payload": example}],
    }


def _answer(name: str, model: type[Payload], carries: str) -> dict[str, Any]:
    """An event that names its question, and whose signature is bound to it."""
    answer = _event(name, model, carries, CENTRALCLOUD)
    of_answers = {"$ref": "#/components/schemas/AnswerHeaders"}
    answer["headers"]["allOf"].insert(1, of_answers)
    (example,) = answer["examples"]
    del example["headers"][MESSAGE_ID]
    example["headers"]["ce-causationid"] = _QUESTION
    return answer


def type_of(name: str) -> str:
    """The CloudEvents type of what has this schema."""
    return f"singularity.{schema_urn(name).rpartition(':')[2]}"


def _headers(said: dict[str, str], source: str, example: dict[str, Any]) -> dict[str, str]:
    """Headers as they look; the signature has the right form, and nobody made it."""
    digest = hashlib.sha512(json.dumps(example).encode()).digest()
    return {
        "ce-specversion": SPEC_VERSION,
        "ce-id": _ID,
        "ce-source": source,
        "ce-time": _TIME,
        "ce-datacontenttype": CONTENT_TYPE,
        MESSAGE_ID: _ID,
        SIGNATURE: base64.b64encode(digest).decode(),
        **said,
    }
