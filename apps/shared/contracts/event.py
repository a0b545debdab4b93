"""A payload as a signed CloudEvent in binary content mode over NATS headers, and back.

Source: CloudEvents 1.0.2; for binary content mode over NATS see ``headers``. Attributes are
headers with the prefix ``ce-``; data is the message body.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

from pydantic import ValidationError

from apps.shared.contracts.errors import MessageRefused, Reason
from apps.shared.contracts.headers import attributes_of, header_value
from apps.shared.contracts.nkeys import NKey, verified
from apps.shared.contracts.payloads.base import EARLIEST, INSTANCE_ID, LATEST, Payload
from apps.shared.contracts.subjects import (
    CENTRALCLOUD,
    INSTANCES,
    SCHEMA_URN,
    Message,
    Way,
    message_of,
)

LARGEST_MESSAGE = 512 * 1024
"""Bytes of data and headers together."""
LARGEST_DATA = LARGEST_MESSAGE - 2048
"""Bytes of data that leave room for any headers of ours; what is larger is split."""
SPEC_VERSION = "1.0"
CONTENT_TYPE = "application/json"
SIGNATURE = "singularity-signature"
MESSAGE_ID = "Nats-Msg-Id"
STRUCTURED = "application/cloudevents"
_REQUIRED = ("specversion", "id", "source", "type", "time")
_SENDER = re.compile(f"{CENTRALCLOUD}|{INSTANCES}{INSTANCE_ID.strip('^$')}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_LONGEST_ID = 200

KeysOf = Callable[[str], Iterable[str]]
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
        MessageRefused: the subject is unknown or carries something else, or the payload takes
            more than ``LARGEST_DATA`` bytes.
    """
    message = message_of(subject)
    if message is None or not isinstance(payload, message.payload):
        raise MessageRefused(
            Reason.UNKNOWN_SUBJECT, f"{subject} carries no {type(payload).__name__}"
        )
    data = payload.model_dump_json(exclude_defaults=True).encode()
    if len(data) > LARGEST_DATA:
        raise MessageRefused(Reason.TOO_LARGE, f"{len(data):,} bytes of at most {LARGEST_DATA:,}")
    return Event(
        subject=subject,
        source=source,
        type=message.type,
        data=data,
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
        "ce-id": header_value(event.id),
        "ce-source": header_value(event.source),
        "ce-type": header_value(event.type),
        "ce-time": time,
        "ce-dataschema": f"{SCHEMA_URN}{event.type.removeprefix('singularity.')}",
        "ce-datacontenttype": CONTENT_TYPE,
        MESSAGE_ID: header_value(event.id),
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
    attributes = attributes_of(given)
    event = _event(subject, attributes, given, data)
    if event.type != message.type:
        raise MessageRefused(Reason.WRONG_SCHEMA, f"type {event.type[:200]} on {subject}")
    _check_sender(message, event.source)
    signed = _signed(subject, event.id, attributes["time"], data)
    _check_signature(signed, given.get(SIGNATURE, ""), keys_of(event.source))
    return event


def payload_of(event: Event) -> Payload:
    """The data, checked by its contract. Raises MessageRefused with the first thing wrong."""
    return payload_parse(event.message.payload, event.data)


def payload_parse(model: type[Payload], data: bytes) -> Payload:
    """JSON as a payload. Raises MessageRefused with the first thing wrong."""
    try:
        return model.model_validate_json(data, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"][:6])
        raise MessageRefused(Reason.WRONG_SCHEMA, f"{where}: {first['msg']}"[:500]) from None


def check_size(headers: Mapping[str, str], data: bytes) -> None:
    """Raises MessageRefused for a message that is larger than ``LARGEST_MESSAGE``."""
    size = len(data) + sum(len(name) + len(value) for name, value in headers.items())
    if size > LARGEST_MESSAGE:
        raise MessageRefused(Reason.TOO_LARGE, f"{size:,} bytes of at most {LARGEST_MESSAGE:,}")


def _event(
    subject: str, attributes: Mapping[str, str], given: Mapping[str, str], data: bytes
) -> Event:
    if given.get("content-type", "").lower().startswith(STRUCTURED):
        raise MessageRefused(Reason.NOT_AN_EVENT, "structured content mode; send binary mode")
    if missing := [name for name in _REQUIRED if not attributes.get(name)]:
        raise MessageRefused(Reason.NOT_AN_EVENT, f"without {', '.join(missing)}")
    if attributes["specversion"] != SPEC_VERSION:
        raise MessageRefused(Reason.NOT_AN_EVENT, "a specversion other than 1.0")
    content = attributes.get("datacontenttype") or given.get("content-type") or CONTENT_TYPE
    if content.partition(";")[0].strip().lower() != CONTENT_TYPE:
        raise MessageRefused(Reason.NOT_AN_EVENT, f"data of type {content[:100]}")
    if len(attributes["id"]) > _LONGEST_ID:
        raise MessageRefused(Reason.NOT_AN_EVENT, f"an id of more than {_LONGEST_ID} characters")
    traceparent = given.get("traceparent", "")
    return Event(
        subject=subject,
        source=attributes["source"],
        type=attributes["type"],
        data=data,
        id=attributes["id"],
        time=_time(attributes["time"]),
        traceparent=traceparent if _TRACEPARENT.fullmatch(traceparent) else "",
    )


def _check_sender(message: Message, source: str) -> None:
    """Only Centralcloud speaks downwards, only instances speak upwards and ask."""
    if not _SENDER.fullmatch(source):
        raise MessageRefused(Reason.UNKNOWN_SENDER, source[:100])
    if (source == CENTRALCLOUD) != (message.way == Way.DOWN):
        raise MessageRefused(Reason.NOT_ALLOWED, f"{source} on {message.subject}")


def _check_signature(signed: bytes, header: str, keys: Iterable[str]) -> None:
    try:
        signature = base64.b64decode(header, validate=True)
    except (ValueError, binascii.Error):
        raise MessageRefused(Reason.FORGED, "the signature is not base64") from None
    if not any(verified(key, signed, signature) for key in keys):
        raise MessageRefused(Reason.FORGED, "not signed by a key that the sender has now")


def _signed(subject: str, event_id: str, time: str, data: bytes) -> bytes:
    """What the signature is over: a line each. None of them can hold a line's end."""
    return "\n".join((subject, event_id, time, hashlib.sha256(data).hexdigest())).encode()


def _time_text(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _time(text: str) -> datetime:
    """RFC 3339's form of a time, between the bounds of all times in messages."""
    try:
        time = datetime.fromisoformat(text.upper()) if _TIME.fullmatch(text) else None
    except ValueError:
        time = None
    if time is None or not EARLIEST <= time <= LATEST:
        raise MessageRefused(Reason.NOT_AN_EVENT, f"time {text[:50]!r}")
    return time
