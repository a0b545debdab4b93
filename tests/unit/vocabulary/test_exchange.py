"""What instances and Centralcloud send each other of words."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.shared.vocabulary.exchange import (
    COMMON,
    WORDS,
    Common,
    ExchangeError,
    WordList,
    asked_for,
    common_read,
    common_write,
    hashed,
    list_read,
    list_write,
    word_hash,
)
from apps.shared.vocabulary.secrecy import looks_secret
from apps.shared.vocabulary.table import count

GET = word_hash("get")


def test_a_word_has_the_same_hash_everywhere() -> None:
    assert word_hash("get") == "805dc2fa30da5f2851468976057f3abc"


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])) | st.text("aB_ \t\n\r9.(é"))
def test_every_word_of_a_text_can_be_sent_and_read(text: str) -> None:
    table = count([text])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        list_write(folder, WordList("words", ("python",), table))
        assert list_read(folder, asked="words").words == table
        list_write(folder, WordList("word_hashes", ("python",), hashed(table)))
        assert list_read(folder, asked="word_hashes").words.keys() == set(hashed(table))


def test_a_word_that_is_not_common_gives_its_bare_part() -> None:
    table = {".objects": 5, "(objects": 2, "get": 3, "\n    zebra": 4}
    common = Common((), frozenset(map(word_hash, ("objects", "get", "(objects"))))
    assert asked_for(table, common) == {"objects": 5, "(objects": 2, "get": 3}
    assert hashed({".objects": 5, "objects": 2}) == {
        word_hash("objects"): 7,
        word_hash(".objects"): 5,
    }


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ([], "other keys than"),
        ({"asked": "words", "languages": []}, "other keys than"),
        ({"asked": "word_hashes", "languages": [], "words": {GET: 1}}, "what was asked for"),
        ({"asked": "words", "languages": [], "words": ["get"]}, "no table"),
        ({"asked": "words", "languages": [], "words": {"get": 0}}, "a count in it"),
        ({"asked": "words", "languages": [], "words": {"get": True}}, "a count in it"),
        ({"asked": "words", "languages": [], "words": {"get": 10**13}}, "a count in it"),
        ({"asked": "words", "languages": [], "words": {"get": 1.5}}, "a count in it"),
        ({"asked": "words", "languages": [], "words": {"get it": 1}}, "no word"),
        ({"asked": "words", "languages": [], "words": {"": 1}}, "no word"),
        ({"asked": "words", "languages": [], "words": {"a" * 65: 1}}, "no word"),
        ({"asked": "words", "languages": [], "words": {"\ud800": 1}}, "no word"),
        ({"asked": "words", "languages": ["../x"], "words": {"get": 1}}, "languages"),
        ({"asked": "words", "languages": "python", "words": {"get": 1}}, "languages"),
        ({"asked": "words", "languages": ["a"] * 101, "words": {"get": 1}}, "languages"),
    ],
)
def test_a_list_out_of_bounds_is_refused(tmp_path: Path, said: Any, why: str) -> None:
    (tmp_path / WORDS).write_text(json.dumps(said), encoding="utf-8")
    with pytest.raises(ExchangeError, match=why):
        list_read(tmp_path, asked="words")


@pytest.mark.parametrize("data", [b"{", b"[" * 100_000, b"\xff", b"x" * (16 * 1024 * 1024 + 1)])
def test_what_is_no_json_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / COMMON).write_bytes(data)
    with pytest.raises(ExchangeError, match=r"common\.json"):
        common_read(tmp_path)


def test_too_many_words_are_refused(tmp_path: Path) -> None:
    words = {word_hash(str(number)): 1 for number in range(100_001)}
    list_write(tmp_path, WordList("word_hashes", (), words))
    with pytest.raises(ExchangeError, match="at most 100,000"):
        list_read(tmp_path, asked="word_hashes")


def test_no_more_words_are_sent_than_are_read() -> None:
    table = {f"{first:03}" + "x" * rest: 1 for first in range(1000) for rest in range(101)}
    assert len(hashed(table)) == 100_000


def test_common_words_come_back(tmp_path: Path) -> None:
    common = Common(("go", "python"), frozenset({GET, word_hash("put")}))
    common_write(tmp_path, common)
    assert common_read(tmp_path) == common


@pytest.mark.parametrize("word", ["xkqzvbnmtw", "a" + "bcdeo" * 5, "(Bcdfghjkl"])
def test_what_nobody_can_say_looks_secret(word: str) -> None:
    assert looks_secret(word)


@pytest.mark.parametrize(
    "word",
    ["get", " internationalization", "rhythms", "=======", "zzzzzzzzzz", "\n    return", "HTTP"],
)
def test_names_do_not(word: str) -> None:
    assert not looks_secret(word)
