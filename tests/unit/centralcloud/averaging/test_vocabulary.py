"""What Centralcloud takes as lists of words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from apps.centralcloud.averaging.services.errors import Refused, TooFew
from apps.centralcloud.averaging.services.vocabulary import (
    common_write,
    tokenizer_write,
    words_check,
)
from apps.shared.vocabulary import exchange
from apps.shared.vocabulary.bundle import about_read
from apps.shared.vocabulary.exchange import Common, WordList, word_hash
from apps.shared.vocabulary.tokenizer import language_tag, tokenizer_read


def bundle_of(folder: Path, asked: Any, words: dict[str, int], *languages: str) -> Path:
    folder.mkdir()
    exchange.list_write(folder, WordList(asked, languages, words))
    return folder


def test_a_word_that_nobody_asked_for_is_refused(tmp_path: Path) -> None:
    asked = Common((), frozenset({word_hash("get")}))
    exchange.common_write(tmp_path, asked)
    good = bundle_of(tmp_path / "good", "words", {"get": 4})
    assert words_check(bundle=good, asked="words", common=tmp_path).words == {"get": 4}
    bad = bundle_of(tmp_path / "bad", "words", {"get": 4, "planted": 900})
    with pytest.raises(Refused, match="nobody asked for"):
        words_check(bundle=bad, asked="words", common=tmp_path)


def test_a_bad_list_is_refused_whole(tmp_path: Path) -> None:
    bad = bundle_of(tmp_path / "bad", "words", {"get": -4})
    with pytest.raises(Refused, match="a count in it"):
        tokenizer_write(bundles=[bad, bad], folder=tmp_path)
    with pytest.raises(Refused, match="what was asked for"):
        common_write(bundles=[bad, bad], folder=tmp_path)


def test_a_word_of_one_answer_is_no_part_of_the_tokenizer(tmp_path: Path, settings: Any) -> None:
    settings.VOCABULARY_MIN_INSTANCES = 2
    one = bundle_of(tmp_path / "one", "words", {"getter": 50, "planted": 10**9}, "python")
    two = bundle_of(tmp_path / "two", "words", {"getter": 70}, "go", "python")
    metrics = tokenizer_write(bundles=[one, two], folder=tmp_path)
    assert metrics["words"] == 1
    tokenizer = tokenizer_read(tmp_path)
    assert tokenizer.encode("getter").tokens == ["getter"]
    assert len(tokenizer.encode("planted").ids) > 3
    assert about_read(tmp_path).languages == ("go", "python")
    assert tokenizer.token_to_id(language_tag("go")) is not None
    assert "2 instances" in (tmp_path / "README.md").read_text(encoding="utf-8")


def test_lists_without_a_common_word_wait_for_others(tmp_path: Path, settings: Any) -> None:
    settings.VOCABULARY_MIN_INSTANCES = 2
    one = bundle_of(tmp_path / "one", "word_hashes", {word_hash("get"): 1})
    two = bundle_of(tmp_path / "two", "word_hashes", {word_hash("put"): 1})
    with pytest.raises(TooFew, match="of 2 word lists no word is in at least 2"):
        common_write(bundles=[one, two], folder=tmp_path)
