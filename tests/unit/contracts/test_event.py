"""An event is who said what, proved: what was changed or forged on the way is refused."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.shared.contracts.errors import MessageRefused, Reason
from apps.shared.contracts.event import (
    LARGEST_DATA,
    LARGEST_MESSAGE,
    SIGNATURE,
    Event,
    check_size,
    event_decode,
    event_encode,
    event_of,
    payload_of,
)
from apps.shared.contracts.nkeys import NKey, verified
from apps.shared.contracts.payloads import (
    CodePatternsLearned,
    GlobalStatistics,
    KnowledgeInvalidated,
    StatisticsReported,
)
from apps.shared.contracts.payloads.base import EARLIEST, LATEST
from apps.shared.contracts.subjects import CENTRALCLOUD, MESSAGES, Way, message_of
from tests.common.events import SOURCE, SUBJECT, key_new, known, learned, pattern, signed

KEY = key_new()
DOWN = [message for message in MESSAGES if message.way == Way.DOWN]
OTHERS = [message for message in MESSAGES if message.way != Way.DOWN]
TEMPLATES = [f"f{number}(" + "$A, " * 1_900 + ")" for number in range(100)]


def decode(event: Event, headers: dict[str, str], *keys: NKey, **changed: Any) -> Event:
    given = {"subject": event.subject, "headers": headers, "data": event.data} | changed
    return event_decode(**given, keys_of=known(*(keys or (KEY,))))


def reason(event: Event, headers: dict[str, str], *keys: NKey, **changed: Any) -> Reason:
    with pytest.raises(MessageRefused) as refused:
        decode(event, headers, *keys, **changed)
    return refused.value.reason


def test_what_was_said_comes_out_again() -> None:
    payload = learned(pattern("ä = $A  # 🎉\n"))
    event, headers = signed(KEY, event_of(payload, subject=SUBJECT, source=SOURCE))
    assert payload_of(decode(event, headers)) == payload
    assert decode(event, headers) == event


def test_the_signature_is_over_subject_id_time_and_digest() -> None:
    event, headers = signed(KEY)
    lines = (event.subject, event.id, headers["ce-time"], hashlib.sha256(event.data).hexdigest())
    signature = base64.b64decode(headers[SIGNATURE])
    assert verified(KEY.public, "\n".join(lines).encode(), signature)


@pytest.mark.parametrize(
    "changed",
    [
        {"subject": "intelligence.package.declared"},
        {"data": b'{"codebase":"00000000000000000000000000000000","revision":9}'},
        {"data": b""},
    ],
    ids=["subject", "data", "no data"],
)
def test_what_was_changed_on_the_way_is_refused(changed: dict[str, Any]) -> None:
    event, headers = signed(KEY)
    assert reason(event, headers, **changed) in {Reason.FORGED, Reason.WRONG_SCHEMA}


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("ce-id", "another"),
        ("ce-time", "2026-01-05T00:00:00Z"),
        (SIGNATURE, ""),
        (SIGNATURE, "AAAA"),
        (SIGNATURE, "not base64!"),
        (SIGNATURE, "A" * 86 + "=="),
    ],
)
def test_a_changed_header_is_a_forgery(header: str, value: str) -> None:
    event, headers = signed(KEY)
    assert reason(event, headers | {header: value}) == Reason.FORGED


def test_another_key_is_a_forgery_and_an_older_one_of_the_sender_is_not() -> None:
    event, headers = signed(KEY)
    assert reason(event, headers, key_new()) == Reason.FORGED
    assert decode(event, headers, key_new(), KEY) == event


def test_a_sender_without_any_key_signs_nothing() -> None:
    event, headers = signed(KEY)
    with pytest.raises(MessageRefused) as refused:
        event_decode(
            subject=event.subject, headers=headers, data=event.data, keys_of=lambda _source: []
        )
    assert refused.value.reason == Reason.FORGED


@pytest.mark.parametrize("header", ["ce-specversion", "ce-id", "ce-source", "ce-type", "ce-time"])
def test_a_required_attribute_is_required(header: str) -> None:
    event, headers = signed(KEY)
    without = {name: value for name, value in headers.items() if name != header}
    assert reason(event, without) == Reason.NOT_AN_EVENT
    assert reason(event, headers | {header: ""}) == Reason.NOT_AN_EVENT


@pytest.mark.parametrize(
    ("header", "value", "expected"),
    [
        ("ce-specversion", "0.3", Reason.NOT_AN_EVENT),
        ("ce-datacontenttype", "application/xml", Reason.NOT_AN_EVENT),
        ("content-type", "application/cloudevents+json", Reason.NOT_AN_EVENT),
        ("ce-id", "x" * 201, Reason.NOT_AN_EVENT),
        ("ce-id", "%00", Reason.NOT_AN_EVENT),
        ("ce-id", "a%0Ab", Reason.NOT_AN_EVENT),
        ("ce-id", "%C0%A0", Reason.NOT_AN_EVENT),
        ("ce-time", "yesterday", Reason.NOT_AN_EVENT),
        ("ce-time", "2026-01-05", Reason.NOT_AN_EVENT),
        ("ce-time", "2026-01-05T09:30:00", Reason.NOT_AN_EVENT),
        ("ce-time", "2026-13-05T09:30:00Z", Reason.NOT_AN_EVENT),
        ("ce-time", "0001-01-01T00:00:00+23:59", Reason.NOT_AN_EVENT),
        ("ce-time", "9999-12-31T23:59:59-23:59", Reason.NOT_AN_EVENT),
        ("ce-type", "singularity.package.declared.v1", Reason.WRONG_SCHEMA),
        ("ce-type", "singularity.code.pattern.learned.v2", Reason.WRONG_SCHEMA),
        ("ce-source", CENTRALCLOUD, Reason.NOT_ALLOWED),
        ("ce-source", "/instances/", Reason.UNKNOWN_SENDER),
        ("ce-source", "/instances/Team A", Reason.UNKNOWN_SENDER),
        ("ce-source", "/instances/a%0A", Reason.NOT_AN_EVENT),
        ("ce-source", "/elsewhere", Reason.UNKNOWN_SENDER),
    ],
)
def test_a_wrong_attribute_has_its_reason(header: str, value: str, expected: Reason) -> None:
    event, headers = signed(KEY)
    assert reason(event, headers | {header: value}) == expected


@pytest.mark.parametrize("headers", [None, {}, {"ce-id": "1"}])
def test_a_message_without_headers_is_no_event(headers: dict[str, str]) -> None:
    event, _ = signed(KEY)
    assert reason(event, headers) == Reason.NOT_AN_EVENT


def test_other_headers_change_nothing() -> None:
    event, headers = signed(KEY)
    more = {"Nats-Stream": "INTELLIGENCE", "ce-subject": "x", "ce-partitionkey": "%20", "X": "\0"}
    assert decode(event, headers | more) == event


def test_names_of_headers_have_no_case() -> None:
    event, headers = signed(KEY)
    assert decode(event, {name.upper(): value for name, value in headers.items()}) == event
    assert decode(event, {name.title(): value for name, value in headers.items()}) == event


def test_a_trace_is_carried_on_and_a_wrong_one_dropped() -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    event, headers = signed(
        KEY,
        event_of(learned(pattern()), subject=SUBJECT, source=SOURCE, traceparent=trace),
    )
    assert decode(event, headers).traceparent == trace
    assert decode(event, headers | {"traceparent": "00-4BF9-x"}).traceparent == ""


EAST = timezone(timedelta(hours=5))
NAIVE = st.datetimes(EARLIEST.replace(tzinfo=None), LATEST.replace(tzinfo=None) - timedelta(days=1))


@given(
    event_id=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=200),
    time=NAIVE.map(lambda time: (time + timedelta(days=1)).replace(tzinfo=EAST)),
)
def test_any_id_and_time_come_through(event_id: str, time: datetime) -> None:
    made = dataclasses.replace(signed(KEY)[0], id=event_id, time=time)
    event, headers = signed(KEY, made)
    assert all(value.isascii() and value.isprintable() for value in headers.values())
    assert " " not in headers["ce-id"]
    came = decode(event, headers)
    assert (came.id, came.time) == (event_id, time.astimezone(UTC))


@pytest.mark.parametrize("message", DOWN, ids=lambda m: m.name)
def test_only_centralcloud_speaks_downwards(message: Any) -> None:
    subject = message.addresses[-1].replace("{instance}", "team-a").replace("{kind}", "package")
    event = Event(subject=subject, source=SOURCE, type=message.type, data=b"{}")
    assert reason(*signed(KEY, event)) == Reason.NOT_ALLOWED


@pytest.mark.parametrize("message", OTHERS, ids=lambda m: m.name)
def test_only_instances_speak_upwards_and_ask(message: Any) -> None:
    event = Event(subject=message.subject, source=CENTRALCLOUD, type=message.type, data=b"{}")
    assert reason(*signed(KEY, event)) == Reason.NOT_ALLOWED


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "intelligence",
        "intelligence.code.pattern.learned.team-a",
        "intelligence.insights.aggregated.",
        "intelligence.insights.aggregated.*",
        "intelligence.insights.aggregated.a.b",
        "intelligence.insights.statistics.team-a",
        "knowledge.cache.update",
        "$JS.API.STREAM.DELETE.INTELLIGENCE",
    ],
)
def test_a_subject_that_is_not_in_the_table_is_unknown(subject: str) -> None:
    assert message_of(subject) is None
    event, headers = signed(KEY)
    assert reason(event, headers, subject=subject) == Reason.UNKNOWN_SUBJECT


def test_a_payload_goes_on_its_own_subject() -> None:
    with pytest.raises(MessageRefused) as refused:
        event_of(learned(), subject="intelligence.package.declared", source=SOURCE)
    assert refused.value.reason == Reason.UNKNOWN_SUBJECT


def test_each_payload_has_one_row() -> None:
    payloads = [message.payload for message in MESSAGES]
    assert len(set(payloads)) == len(MESSAGES) == len({message.type for message in MESSAGES})
    assert {CodePatternsLearned, StatisticsReported, GlobalStatistics, KnowledgeInvalidated} <= set(
        payloads
    )


def test_what_is_too_large_is_refused_where_it_is_made_and_where_it_comes() -> None:
    large = learned(*(pattern(template) for template in TEMPLATES))
    with pytest.raises(MessageRefused) as refused:
        event_of(large, subject=SUBJECT, source=SOURCE)
    assert refused.value.reason == Reason.TOO_LARGE
    event, headers = signed(KEY)
    assert reason(event, headers, data=b" " * LARGEST_MESSAGE) == Reason.TOO_LARGE
    assert reason(event, headers | {"x": "y" * LARGEST_MESSAGE}) == Reason.TOO_LARGE


def test_headers_of_the_largest_message_have_room() -> None:
    event = Event(
        subject="intelligence.insights.aggregated." + "a" * 63,
        source="/instances/" + "a" * 63,
        type="singularity.architecture.pattern.learned.v1",
        data=b" " * LARGEST_DATA,
        traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    )
    check_size(event_encode(event, KEY), event.data)


@given(
    subject=st.sampled_from([SUBJECT, "intelligence.package.declared", "x", ""]),
    headers=st.dictionaries(
        st.sampled_from(
            ["ce-id", "CE-ID", "ce-source", "ce-type", "ce-time", "ce-specversion", SIGNATURE]
        )
        | st.text(max_size=20),
        st.text(max_size=60) | st.sampled_from([SOURCE, "1.0", "2026-01-05T00:00:00Z", '"', '"\\']),
    ),
    data=st.binary(max_size=300),
)
def test_garbage_is_refused_with_a_printable_reason(
    subject: str, headers: dict[str, str], data: bytes
) -> None:
    with pytest.raises(MessageRefused) as refused:
        event_decode(subject=subject, headers=headers, data=data, keys_of=known(KEY))
    assert refused.value.detail.isprintable()
    assert len(refused.value.detail) <= 500


@given(st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
def test_garbage_in_the_data_of_a_good_event_is_refused(data: bytes) -> None:
    event = dataclasses.replace(signed(KEY)[0], data=data)
    event, headers = signed(KEY, event)
    with pytest.raises(MessageRefused) as refused:
        payload_of(decode(event, headers))
    assert refused.value.reason == Reason.WRONG_SCHEMA
    assert refused.value.detail.isprintable()
