"""The headers of every message."""

from __future__ import annotations

from typing import Any

from apps.shared.contracts.event import CONTENT_TYPE, MESSAGE_ID, SIGNATURE, SPEC_VERSION

_PRINTABLE = "^[!-~]+$"
HEADERS: dict[str, Any] = {
    "title": "Headers",
    "description": "A CloudEvent's attributes, percent-encoded, and the sender's signature.",
    "type": "object",
    "required": [
        *("ce-specversion", "ce-id", "ce-source", "ce-type", "ce-time", SIGNATURE),
    ],
    "properties": {
        "ce-specversion": {"type": "string", "const": SPEC_VERSION},
        "ce-id": {
            "type": "string",
            "pattern": _PRINTABLE,
            "description": "Names the message for ever: it is applied once.",
        },
        "ce-source": {
            "type": "string",
            "pattern": "^/(centralcloud|instances/[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)$",
            "description": "Who sends it.",
        },
        "ce-type": {
            "type": "string",
            "pattern": _PRINTABLE,
            "description": "What it says, and the version of its schema.",
        },
        "ce-time": {"type": "string", "format": "date-time", "description": "The sender's clock."},
        "ce-dataschema": {"type": "string", "description": "The `$id` of the data's schema."},
        "ce-datacontenttype": {"type": "string", "const": CONTENT_TYPE},
        MESSAGE_ID: {"type": "string", "description": "`ce-id`, for JetStream's duplicate window."},
        SIGNATURE: {
            "type": "string",
            "pattern": "^[A-Za-z0-9+/]{86}==$",
            "description": "Ed25519, in base64.",
        },
        "traceparent": {
            "type": "string",
            "pattern": "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
            "description": "W3C Trace Context.",
        },
    },
}
ANSWER_HEADERS: dict[str, Any] = {
    "title": "AnswerHeaders",
    "description": "What the headers of an answer also have.",
    "type": "object",
    "required": ["ce-causationid"],
    "properties": {
        "ce-causationid": {
            "type": "string",
            "pattern": _PRINTABLE,
            "description": "The `ce-id` of the question.",
        },
    },
}
