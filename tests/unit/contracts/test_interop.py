"""Events are those of other CloudEvents libraries, both ways."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings.common import decode_header_value, encode_header_value
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from apps.shared.contracts.event import SIGNATURE, event_decode, event_of, payload_of
from apps.shared.contracts.payloads import CodePatternsLearned
from tests.common.events import SOURCE, SUBJECT, key_new, known, learned, pattern, signed

KEY = key_new()
PAYLOAD = learned(pattern("ä = $A  # 🎉"))
TYPE = "singularity.code.pattern.learned.v1"
DATA = PAYLOAD.model_dump_json().encode()


def theirs(**attributes: Any) -> CloudEvent:
    """An event of the library ``cloudevents``."""
    given = {
        "id": 'Nº 7 "quoted" 100%',
        "source": SOURCE,
        "type": TYPE,
        "time": datetime(2026, 1, 5, 9, 30, 0, 5, tzinfo=UTC),
        "datacontenttype": "application/json",
        "dataschema": "urn:singularity:schema:code.pattern.learned.v1",
    }
    return CloudEvent(given | attributes, DATA)


def headers_of(event: BaseCloudEvent) -> dict[str, str]:
    """Its attributes as headers, by the binding: the library has none for NATS."""
    return {
        f"ce-{name}": encode_header_value(value) for name, value in event.get_attributes().items()
    }


def sign(headers: dict[str, str], subject: str = SUBJECT) -> dict[str, str]:
    """Our signature, made from what the headers say."""
    said = [str(decode_header_value("id", headers[f"ce-{name}"])) for name in ("id", "time")]
    lines = [subject, *said, hashlib.sha256(DATA).hexdigest()]
    return {SIGNATURE: base64.b64encode(KEY.sign("\n".join(lines).encode())).decode()}


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"datacontenttype": "application/json; charset=utf-8"},
        {"subject": "of its own", "partitionkey": "ß", "time": datetime(2026, 1, 5, tzinfo=UTC)},
    ],
    ids=["plain", "content type with charset", "extensions"],
)
def test_an_event_of_another_library_decodes(attributes: dict[str, Any]) -> None:
    written = theirs(**attributes)
    headers = headers_of(written)
    event = event_decode(
        subject=SUBJECT, headers=headers | sign(headers), data=DATA, keys_of=known(KEY)
    )
    assert event.id == written.get_id()
    assert event.time == written.get_time()
    assert payload_of(event) == PAYLOAD


def test_optional_attributes_may_be_missing() -> None:
    headers = headers_of(theirs())
    few = {name: headers[name] for name in headers if name not in OPTIONAL}
    event = event_decode(subject=SUBJECT, headers=few | sign(few), data=DATA, keys_of=known(KEY))
    assert payload_of(event) == PAYLOAD


OPTIONAL = {"ce-dataschema", "ce-datacontenttype"}


def ours() -> CloudEvent:
    """What the library reads from the headers that we write."""
    event, headers = signed(KEY, event_of(PAYLOAD, subject=SUBJECT, source=SOURCE))
    attributes = {
        name.removeprefix("ce-"): decode_header_value(name.removeprefix("ce-"), value)
        for name, value in headers.items()
        if name.startswith("ce-")
    }
    return CloudEvent(attributes, JSONFormat().read_data(event.data, "application/json"))


def test_the_library_reads_ours() -> None:
    event = ours()
    assert event.get_type() == TYPE
    assert event.get_source() == SOURCE
    assert CodePatternsLearned.model_validate(event.get_data()) == PAYLOAD


def test_ours_keeps_the_rules_of_cloudevents() -> None:
    """The rules for each attribute, by CloudEvents 1.0.2, section 3, and its JSON format."""
    structured = json.loads(JSONFormat().write(ours()))
    assert structured["specversion"] == "1.0"
    assert all(structured[name] for name in ("id", "source", "type"))
    assert all(re.fullmatch(r"[a-z0-9]{1,20}", name) for name in structured)
    assert re.fullmatch(r"(/[a-z0-9-]+)+", structured["source"])
    assert re.fullmatch(r"urn:[a-z0-9-]+:[a-z0-9:._-]+", structured["dataschema"])
    assert re.fullmatch(r"[a-z]+/[a-z]+", structured["datacontenttype"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", structured["time"])
    assert isinstance(structured["data"], dict)
    assert "data_base64" not in structured
    read = JSONFormat().read(None, json.dumps(structured))
    assert read.get_attributes() == ours().get_attributes() | {
        "id": read.get_id(),
        "time": read.get_time(),
    }
