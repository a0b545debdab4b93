"""A payload as a signed CloudEvent in binary content mode over NATS headers, and back.

Source: CloudEvents 1.0.2, and its NATS protocol binding, section 3.1 (binary content mode):
attributes are headers with the prefix ``ce-``, values percent-encoded; data is the message body.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote, unquote
from uuid import uuid4

from pydantic import ValidationError

from apps.shared.contracts.errors import MessageRefused, Reason
from apps.shared.contracts.nkeys import NKey, verified
from apps.shared.contracts.payloads.base import Payload
from apps.shared.contracts.subjects import CENTRALCLOUD, INSTANCES, Message, Way, message_of

LARGEST_MESSAGE = 512 * 1024
"""Bytes of data and headers together."""
SPEC_VERSION = "1.0"
CONTENT_TYPE = "application/json"
SCHEMAS = "urn:singularity:schema:"
SIGNATURE = "singularity-signature"
MESSAGE_ID = "Nats-Msg-Id"
_REQUIRED = ("ce-specversion", "ce-id", "ce-source", "ce-type", "ce-time")
_SAFE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"%')
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_LONGEST_ID = 200

KeysOf = Callable[[str], Sequence[str]]
"""Public NKeys that a source may sign with now; raises MessageRefused for one that may not."""


@dataclass(frozen=True, slots=True)
class Event:
    """One message: the attributes of its CloudEvent and the bytes of its data."""

    subject: str
    source: str
    type: str
    data: bytes
    id: str = field(default_factory=lambda: str(uuid4()))
    time: datetime = field(default_factory=lambda: datetime.now(UTC))
    traceparent: str = ""

    @property
    def message(self) -> Message:
        """Its row of the message table. Raises MessageRefused where there is none."""
        message = message_of(self.subject)
        if message is None:
            raise MessageRefused(Reason.UNKNOWN_SUBJECT, self.subject)
        return message


def event_of(
    payload: Payload, *, subject: str, source: str, event_id: str = "", traceparent: str = ""
) -> Event:
    """The event that carries a payload on a subject.

    Raises:
        MessageRefused: the subject is unknown or carries something else.
    """
    message = message_of(subject)
    if message is None or not isinstance(payload, message.payload):
        raise MessageRefused(Reason.UNKNOWN_SUBJECT, f"{subject} carries no {type(payload)}")
    return Event(
        subject=subject,
        source=source,
        type=message.type,
        data=payload.model_dump_json(exclude_defaults=True).encode(),
        id=event_id or str(uuid4()),
        traceparent=traceparent,
    )


def event_encode(event: Event, key: NKey) -> dict[str, str]:
    """The headers of an event, signed. The message body is ``event.data``.

    Raises:
        MessageRefused: headers and data together exceed ``LARGEST_MESSAGE``.
    """
    time = _time_text(event.time)
    headers = {
        "ce-specversion": SPEC_VERSION,
        "ce-id": quote(event.id, safe=_SAFE),
        "ce-source": quote(event.source, safe=_SAFE),
        "ce-type": quote(event.type, safe=_SAFE),
        "ce-time": time,
        "ce-dataschema": f"{SCHEMAS}{event.type.removeprefix('singularity.')}",
        "ce-datacontenttype": CONTENT_TYPE,
        "ce-subject": quote(event.subject, safe=_SAFE),
        MESSAGE_ID: quote(event.id, safe=_SAFE),
        SIGNATURE: base64.b64encode(
            key.sign(_signed(event.subject, event.id, time, event.data))
        ).decode(),
    }
    if event.traceparent:
        headers["traceparent"] = event.traceparent
    check_size(headers, event.data)
    return headers


def event_decode(
    *, subject: str, headers: Mapping[str, str] | None, data: bytes, keys_of: KeysOf
) -> Event:
    """Who says what, proved by the signature; the data is not parsed yet.

    Header names are compared without regard to case.

    Raises:
        MessageRefused: with the reason.
    """
    check_size(headers or {}, data)
    message = message_of(subject)
    if message is None:
        raise MessageRefused(Reason.UNKNOWN_SUBJECT, subject[:200])
    given = {name.lower(): value for name, value in (headers or {}).items()}
    event = _event(subject, given, data)
    if event.type != message.type:
        raise MessageRefused(Reason.WRONG_SCHEMA, f"type {event.type[:200]} on {subject}")
    _check_way(message, event.source)
    _check_signature(event, given, keys_of(event.source))
    return event


def payload_of(event: Event) -> Payload:
    """The data, checked by its contract. Raises MessageRefused with the first thing wrong."""
    return payload_parse(event.message.payload, event.data)


def payload_parse(model: type[Payload], data: bytes) -> Payload:
    """JSON as a payload. Raises MessageRefused with the first thing wrong."""
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"][:6])
        raise MessageRefused(Reason.WRONG_SCHEMA, f"{where}: {first['msg']}"[:500]) from None


def check_size(headers: Mapping[str, str], data: bytes) -> None:
    """Raises MessageRefused for a message that is larger than ``LARGEST_MESSAGE``."""
    size = len(data) + sum(len(name) + len(value) for name, value in headers.items())
    if size > LARGEST_MESSAGE:
        raise MessageRefused(Reason.TOO_LARGE, f"{size:,} bytes of at most {LARGEST_MESSAGE:,}")


def _event(subject: str, given: Mapping[str, str], data: bytes) -> Event:
    missing = [name for name in _REQUIRED if not given.get(name)]
    if missing:
        raise MessageRefused(Reason.NOT_AN_EVENT, f"without {', '.join(missing)}")
    if given["ce-specversion"] != SPEC_VERSION:
        raise MessageRefused(Reason.NOT_AN_EVENT, "a specversion other than 1.0")
    content = given.get("ce-datacontenttype") or given.get("content-type") or CONTENT_TYPE
    if content.partition(";")[0].strip().lower() != CONTENT_TYPE:
        raise MessageRefused(Reason.NOT_AN_EVENT, f"data of type {content[:100]}")
    event_id = unquote(given["ce-id"])
    if len(event_id) > _LONGEST_ID or "\0" in event_id:
        raise MessageRefused(Reason.NOT_AN_EVENT, f"an id of more than {_LONGEST_ID} characters")
    traceparent = given.get("traceparent", "")
    return Event(
        subject=subject,
        source=unquote(given["ce-source"]),
        type=unquote(given["ce-type"]),
        data=data,
        id=event_id,
        time=_time(given["ce-time"]),
        traceparent=traceparent if _TRACEPARENT.fullmatch(traceparent) else "",
    )


def _check_way(message: Message, source: str) -> None:
    """Only Centralcloud speaks downwards, only instances speak upwards and ask."""
    down = message.way == Way.DOWN
    if (source == CENTRALCLOUD) != down or not (down or source.startswith(INSTANCES)):
        raise MessageRefused(Reason.NOT_ALLOWED, f"{source[:100]} on {message.subject}")


def _check_signature(event: Event, given: Mapping[str, str], keys: Sequence[str]) -> None:
    try:
        signature = base64.b64decode(given.get(SIGNATURE, ""), validate=True)
    except (ValueError, binascii.Error):
        raise MessageRefused(Reason.FORGED, "the signature is not base64") from None
    signed = _signed(event.subject, event.id, given["ce-time"], event.data)
    if not any(verified(key, signed, signature) for key in keys):
        raise MessageRefused(Reason.FORGED, f"not signed by a key of {event.source}")


def _signed(subject: str, event_id: str, time: str, data: bytes) -> bytes:
    """What the signature is over: one line each, so that no two events have the same."""
    return "\n".join((subject, event_id, time, hashlib.sha256(data).hexdigest())).encode()


def _time_text(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise MessageRefused(Reason.NOT_AN_EVENT, f"time {text[:50]!r}") from None
    if time.tzinfo is None:
        raise MessageRefused(Reason.NOT_AN_EVENT, f"time {text[:50]!r} has no zone")
    return time
