"""Parts of documents from outside are what they must be, or named."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from apps.centralcloud.package_sync.engine.reading import Part, address, digest_of, json_read
from apps.centralcloud.package_sync.engine.registry import Malformed


def test_what_is_absent_or_null_is_empty() -> None:
    part = Part.of({"a": None}, "crate")
    for key in ("a", "b"):
        assert part.text(key) == part.address(key) == ""
        assert part.number(key) is None
        assert part.moment(key) is None
        assert part.flag(key) is False
        assert not part.array(key)
        assert not list(part.tables(key))
        assert not list(part.named(key))
        assert part.texts(key) == ()


@pytest.mark.parametrize(
    ("read", "value", "message"),
    [
        ("table", [], "crate.a is not an object"),
        ("array", {}, "crate.a is not an array"),
        ("text", 1, "crate.a is not a text"),
        ("texts", [1], "crate.a is not an array of texts"),
        ("flag", 1, "crate.a is neither true nor false"),
        ("number", True, "crate.a is not a count"),
        ("number", -1, "crate.a is not a count"),
        ("number", 1.5, "crate.a is not a count"),
        ("number", 2**63, "crate.a is not a count"),
        ("moment", "yesterday", "crate.a is not a time"),
        ("moment", "0001-01-01T00:00:00+23:00", "crate.a is not a time"),
        ("name", "", "crate.a is not a name"),
        ("name", "a\0", "crate.a is not a name"),
        ("name", "a" * 301, "crate.a is not a name"),
    ],
)
def test_what_is_of_another_type_is_named_by_its_path(read: str, value: Any, message: str) -> None:
    with pytest.raises(Malformed, match=message):
        getattr(Part.of({"a": value}, "crate"), read)("a")


def test_the_path_names_places_in_arrays() -> None:
    part = Part.of({"versions": [{"num": "1"}, {"num": 2}]}, "")
    with pytest.raises(Malformed, match=r"versions\[1\]\.num is not a text"):
        [one.text("num") for one in part.tables("versions")]


def test_a_path_is_one_line_whatever_keys_there_are() -> None:
    with pytest.raises(Malformed, match=r"^meta\.ab is not an object$"):
        Part.of({"a\n\0b": 1}, "meta").table("a\n\0b")


def test_texts_lose_what_cannot_be_kept() -> None:
    part = Part.of({"a": "x\0y\ud800" + "z" * 5_000}, "")
    assert part.text("a", 5) == "xy?zz"


def test_times_are_in_utc() -> None:
    part = Part.of({"a": "2024-05-01T10:00:00+02:00", "b": "2024-05-01T08:00:00"}, "")
    expected = datetime(2024, 5, 1, 8, tzinfo=UTC)
    assert part.moment("a") == part.moment("b") == expected


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("https://example.org/a", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        ("git+ssh://git@example.org/a", False),
        ("https://name:word@example.org", False),
        ("https://", False),
        ("https://[", False),
        ("https://example.org/\n", True),
        ("https://example.org/" + "a" * 500, False),
    ],
)
def test_only_addresses_that_people_can_open_are_kept(text: str, kept: bool) -> None:
    assert address(text) == (text.strip() if kept else "")


def test_a_digest_tells_documents_and_readings_apart() -> None:
    assert digest_of("cargo-1", b"a", b"b") == digest_of("cargo-1", b"a", b"b")
    others = {digest_of("cargo-1", b"ab"), digest_of("cargo-1", b"b", b"a"), digest_of("x", b"a")}
    assert digest_of("cargo-1", b"a", b"b") not in others
    assert len(digest_of("cargo-1", b"a")) <= 80


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed, match="line 3 is not JSON"):
        json_read(body, "line 3")
