"""The whole document. Source: AsyncAPI 3.0.0, https://www.asyncapi.com/docs/reference."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import models_json_schema

from apps.shared.contracts.asyncapi.headers import ANSWER_HEADERS, HEADERS
from apps.shared.contracts.asyncapi.messages import message_objects
from apps.shared.contracts.event import CONTENT_TYPE, LARGEST_MESSAGE
from apps.shared.contracts.schemas import Exact, schema_models
from apps.shared.contracts.subjects import CENTRALCLOUD, MESSAGES, STREAM_SUBJECTS, Message, Way

ASYNCAPI = "3.0.0"
REPLIES = ".answer"
_DESCRIPTION = f"""What instances and Centralcloud tell each other over NATS.

Each message is a CloudEvent 1.0 in binary content mode: its attributes are headers, its data is
the message's body. `singularity-signature` is the sender's Ed25519 signature over four lines:
the subject, `ce-id`, `ce-time` and the SHA-256 of the data in hexadecimal digits; that of an
answer is over the word `answer`, the subject and `ce-id` of its question, and that digest. Headers
and data together have at most {LARGEST_MESSAGE:,} bytes."""


def asyncapi_document(*, source: str, version: str) -> dict[str, Any]:
    """The messages as the site with this CloudEvents source sends and receives them."""
    return {
        "asyncapi": ASYNCAPI,
        "info": {
            "title": "Singularity events",
            "version": version,
            "description": _DESCRIPTION,
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": {"nats": _server()},
        "channels": _channels(),
        "operations": _operations(centralcloud=source == CENTRALCLOUD),
        "components": {
            "messages": message_objects(),
            "schemas": _schemas(),
            "securitySchemes": {"nkey": _NKEY},
        },
        "x-jetstream-streams": {
            stream.value: {"subjects": subjects} for stream, subjects in STREAM_SUBJECTS.items()
        },
    }


_NKEY = {
    "type": "asymmetricEncryption",
    "description": "The NATS user is an NKey: the one that signs the messages.",
}


def _server() -> dict[str, Any]:
    return {
        "host": "{host}:{port}",
        "protocol": "nats",
        "description": "NATS 2.10 or later with JetStream.",
        "variables": {
            "host": {"description": "NATS_HOST"},
            "port": {"description": "NATS_PORT", "default": "4222"},
        },
        "security": [{"$ref": "#/components/securitySchemes/nkey"}],
    }


def _channels() -> dict[str, Any]:
    channels = {}
    for message in MESSAGES:
        for address in message.addresses:
            channels[_channel_name(message, address)] = _channel(message, address)
        if message.answer:
            channels[f"{message.name}{REPLIES}"] = _reply_channel(message)
    return channels


def _channel_name(message: Message, address: str) -> str:
    """One message is one channel, and a second one where it also has an audience."""
    first = address == message.addresses[0]
    return message.name if first else f"{message.name}.{message.audience}"


def _channel(message: Message, address: str) -> dict[str, Any]:
    channel: dict[str, Any] = {
        "address": address,
        "messages": _messages(message.name),
        "description": message.carries,
    }
    if message.audience and address != message.subject:
        channel["parameters"] = {message.audience: {"description": _audience(message)}}
    if message.stream:
        channel["x-jetstream-stream"] = message.stream.value
    return channel


def _audience(message: Message) -> str:
    return f"The {message.audience} that the message is for."


def _reply_channel(message: Message) -> dict[str, Any]:
    return {
        "address": None,
        "messages": _messages(f"{message.name}{REPLIES}"),
        "description": "The reply subject of the request.",
    }


def _messages(name: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/messages/{name}"}}


def _operations(*, centralcloud: bool) -> dict[str, Any]:
    operations = {}
    for message in MESSAGES:
        sends = centralcloud == (message.way == Way.DOWN)
        for address in message.addresses:
            name = _channel_name(message, address)
            operations[f"{'send' if sends else 'receive'}.{name}"] = _operation(
                message, name, "send" if sends else "receive"
            )
    return operations


def _operation(message: Message, channel: str, action: str) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "summary": message.carries,
        "messages": [{"$ref": f"#/channels/{channel}/messages/{message.name}"}],
    }
    if message.answer:
        name = f"{message.name}{REPLIES}"
        operation["reply"] = {
            "channel": {"$ref": f"#/channels/{name}"},
            "messages": [{"$ref": f"#/channels/{name}/messages/{name}"}],
        }
    return operation


def _schemas() -> dict[str, Any]:
    """Headers and payloads, each model once, in the subset of JSON Schema that AsyncAPI has."""
    _, schemas = models_json_schema(
        [(model, "validation") for model in schema_models().values()],
        schema_generator=Exact,
        ref_template="#/components/schemas/{model}",
    )
    return {"Headers": HEADERS, "AnswerHeaders": ANSWER_HEADERS, **schemas["$defs"]}
