"""An answer as a signed CloudEvent, bound to the question that it answers.

The signature is over the question's subject and id and SHA-256 of the answer: nobody can pass an
answer to one question off as the answer to another. ``ce-causationid`` names the question
(CloudEvents, extension "correlation").
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import uuid4

from apps.shared.contracts.errors import MessageRefused, Reason
from apps.shared.contracts.event import (
    CONTENT_TYPE,
    SIGNATURE,
    SPEC_VERSION,
    Event,
    KeysOf,
    check_size,
    payload_parse,
)
from apps.shared.contracts.headers import header_value
from apps.shared.contracts.nkeys import NKey, verified
from apps.shared.contracts.payloads.base import Payload
from apps.shared.contracts.subjects import CENTRALCLOUD, SCHEMA_URN, VERSION, Message


def answer_encode(answer: Payload, *, question: Event, key: NKey) -> tuple[dict[str, str], bytes]:
    """Headers and data of an answer.

    Raises:
        MessageRefused: it is not what the contract says, or larger than a message may be.
    """
    message = question.message
    if message.answer is None or not isinstance(answer, message.answer):
        raise MessageRefused(Reason.WRONG_SCHEMA, f"{type(answer).__name__} answers no question")
    data = answer.model_dump_json(exclude_defaults=True).encode()
    time = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    headers = {
        "ce-specversion": SPEC_VERSION,
        "ce-id": str(uuid4()),
        "ce-source": header_value(CENTRALCLOUD),
        "ce-type": _type(message),
        "ce-time": time,
        "ce-dataschema": f"{SCHEMA_URN}{message.name}.answer.{VERSION}",
        "ce-datacontenttype": CONTENT_TYPE,
        "ce-causationid": header_value(question.id),
        SIGNATURE: base64.b64encode(key.sign(_signed(question, data))).decode(),
    }
    check_size(headers, data)
    return headers, data


def answer_decode(
    *, question: Event, headers: Mapping[str, str] | None, data: bytes, keys_of: KeysOf
) -> Payload:
    """What Centralcloud answers to this question. Raises MessageRefused with the reason."""
    check_size(headers or {}, data)
    given = {name.lower(): value for name, value in (headers or {}).items()}
    message = question.message
    if message.answer is None or given.get("ce-type") != _type(message):
        raise MessageRefused(Reason.WRONG_SCHEMA, f"no answer to {question.subject}")
    try:
        signature = base64.b64decode(given.get(SIGNATURE, ""), validate=True)
    except (ValueError, binascii.Error):
        raise MessageRefused(Reason.FORGED, "the signature is not base64") from None
    signed = _signed(question, data)
    if not any(verified(key, signed, signature) for key in keys_of(CENTRALCLOUD)):
        raise MessageRefused(Reason.FORGED, "not Centralcloud's answer to this question")
    return payload_parse(message.answer, data)


def _type(message: Message) -> str:
    return f"singularity.{message.name}.answer.{VERSION}"


def _signed(question: Event, data: bytes) -> bytes:
    """A line each. The first keeps it apart from what events are signed over: a subject."""
    lines = ("answer", question.subject, question.id, hashlib.sha256(data).hexdigest())
    return "\n".join(lines).encode()
