"""Attributes stand in headers as CloudEvents' NATS binding says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.shared.contracts.errors import MessageRefused, Reason
from apps.shared.contracts.headers import attribute_value, attributes_of, header_value


def test_the_example_of_the_binding() -> None:
    assert header_value("Euro € 😀") == "Euro%20%E2%82%AC%20%F0%9F%98%80"
    assert attribute_value("Euro%20%E2%82%AC%20%F0%9F%98%80") == "Euro € 😀"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_any_text_comes_back(text: str) -> None:
    header = header_value(text)
    assert header.isascii()
    assert not set(header) & {" ", '"'}
    assert attribute_value(header) == text


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("%e2%82%ac", "€"),
        ("%61", "a"),
        ('"two words"', "two words"),
        (r'"a \"b\" \\c"', r'a "b" \c'),
        ('"%20"', " "),
        ('a"b"', 'a"b"'),
        ("100%", "100%"),
        ("2026-01-05T09%3A30%3A00Z", "2026-01-05T09:30:00Z"),
    ],
)
def test_what_others_may_write_is_read(header: str, value: str) -> None:
    assert attribute_value(header) == value


@pytest.mark.parametrize("header", ["%C0%A0", "%ff", "%00", "a%0Db", "\x7f", "%C2%85"])
def test_what_is_no_string_of_cloudevents_is_refused(header: str) -> None:
    with pytest.raises(MessageRefused) as refused:
        attributes_of({"ce-id": header})
    assert refused.value.reason == Reason.NOT_AN_EVENT
    assert "ce-id" in refused.value.detail


def test_only_attributes_are_read() -> None:
    assert attributes_of({"CE-Id": "1", "traceparent": "%00", "x-ce-id": "2"}) == {"id": "1"}
