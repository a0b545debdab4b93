"""Every text comes back as it was, and equal tables give equal tokenizers."""

from __future__ import annotations

import random
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from apps.shared.vocabulary.bundle import About, about_read, vocabulary_write
from apps.shared.vocabulary.compression import compression
from apps.shared.vocabulary.table import count
from apps.shared.vocabulary.tokenizer import (
    SENTINELS,
    language_tag,
    smallest,
    tokenizer_of,
    tokenizer_read,
    tokenizer_train,
)
from apps.shared.vocabulary.unigram import model_train, pieces_train
from apps.shared.vocabulary.words import VISIBLE, visible, words_of

CODE = [
    file.read_text(encoding="utf-8")
    for file in sorted(Path(re.__file__).parent.glob("*.py"))
    + sorted((Path(__file__).parents[3] / "apps/shared/vocabulary").glob("*.py"))
]
LANGUAGES = ("go", "python")
TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.text("aB_ \t\n\r9.(é\0<>/▁Ġ")


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return tokenizer_train(count(CODE), size=1500, languages=LANGUAGES)


@settings(max_examples=300, deadline=None)
@given(text=TEXTS)
@example(text="\0\r\n\t\v\f\x7f\x85\u2028\ue000\ufdd0\U0010ffff é☃ 名前 a\u0301")
@example(text="<pad></s><unk><extra_id_0> <lang:python><extra_id_99>")
@example(text="   \t  \r\n\r\n    __init__HTTPServer2x00getX_yZ ")
@example(text="▁ ĠĊ <0x41> \u2581\u2581")
def test_every_text_comes_back(tokenizer: Tokenizer, text: str) -> None:
    ids = tokenizer.encode(text).ids
    assert tokenizer.decode(ids) == text
    assert all(2 < token < tokenizer.get_vocab_size() - len(SENTINELS) - 2 for token in ids)


@settings(max_examples=300, deadline=None)
@given(text=TEXTS)
def test_words_cover_a_text_and_are_cut_alike_by_both_engines(
    tokenizer: Tokenizer, text: str
) -> None:
    words = words_of(text)
    assert "".join(words) == text
    assert tokenizer.pre_tokenizer is not None
    cut = [word for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(text)]
    assert cut == list(map(visible, words))


def test_it_writes_what_sentencepiece_writes() -> None:
    from sentencepiece import SentencePieceProcessor, sentencepiece_model_pb2

    table = count(CODE)
    pieces = pieces_train(table, 1200)
    proto = sentencepiece_model_pb2.ModelProto  # type: ignore[attr-defined]  # made at run time
    model = proto.FromString(model_train(table, 1200))
    for piece, (said, score) in zip(model.pieces[1:], pieces, strict=True):
        assert piece.piece == said
        assert piece.score == pytest.approx(score, abs=1e-3)
        piece.score = score
    processor = SentencePieceProcessor(model_proto=model.SerializeToString())
    ours = tokenizer_of(pieces, languages=LANGUAGES)
    noise = random.Random(0)
    for text in [*CODE, *("".join(noise.choices("# \tab_(=\n", k=999)) for _ in range(20))]:
        parts = [processor.encode(visible(word)) for word in words_of(text)]
        ids = ours.encode(text).ids
        assert ids == [token + 2 for part in parts for token in part]
        assert ours.decode(ids) == text
        assert visible(text) == "".join(map(processor.decode, parts))


def test_equal_tables_give_equal_bytes(tokenizer: Tokenizer) -> None:
    items = list(count(CODE).items())
    random.Random(1).shuffle(items)
    again = tokenizer_train(Counter(dict(items)), size=1500, languages=("python", "go"))
    assert again.to_str() == tokenizer.to_str()


def test_ids_stand_where_t5_has_them(tokenizer: Tokenizer) -> None:
    assert [tokenizer.token_to_id(t) for t in ("<pad>", "</s>", "<unk>")] == [0, 1, 2]
    assert tokenizer.get_vocab_size() == 1500
    assert [tokenizer.token_to_id(s) for s in SENTINELS] == list(range(1499, 1399, -1))
    tags = [tokenizer.token_to_id(language_tag(one)) for one in LANGUAGES]
    assert tags == [1398, 1399]


def test_transformers_loads_it(tokenizer: Tokenizer, tmp_path: Path) -> None:
    from transformers import PreTrainedTokenizerFast

    vocabulary_write(tmp_path, tokenizer, words="sha256:0", languages=LANGUAGES)
    loaded = PreTrainedTokenizerFast.from_pretrained(tmp_path)
    text = 'def f(a):\r\n\treturn "<extra_id_0> </s>"  # é'
    ids = loaded(text)["input_ids"]
    assert ids == tokenizer.encode(text).ids == tokenizer_read(tmp_path).encode(text).ids
    assert loaded.decode(ids) == text
    assert (loaded.pad_token_id, loaded.eos_token_id, loaded.unk_token_id) == (0, 1, 2)
    assert len(loaded) == 1500
    assert loaded.decode([1499, 5, 1], skip_special_tokens=True) == loaded.decode([5])
    assert about_read(tmp_path) == About(1500, "sha256:0", LANGUAGES)


@pytest.mark.parametrize("table", [Counter[str](), Counter(a=1), Counter({"get": 3, " x": 2})])
def test_little_gives_a_small_vocabulary_without_loss(table: Counter[str]) -> None:
    small = tokenizer_train(table, size=8192, languages=["python"])
    assert smallest(["python"]) <= small.get_vocab_size() <= smallest(["python"]) + 10
    assert small.decode(small.encode("get x\0é").ids) == "get x\0é"


def test_a_vocabulary_without_room_for_the_bytes_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 360 tokens"):
        tokenizer_train(count(CODE), size=359, languages=["python"])


def test_compression_counts_bytes(tokenizer: Tokenizer) -> None:
    assert {VISIBLE[b] for b in range(256)} <= set(tokenizer.get_vocab())
    found = compression(tokenizer, ["\x01\x02", "é"])
    assert (found.bytes, found.tokens, found.single_bytes) == (4, 4, 4)
    assert compression(tokenizer, CODE).metrics["bytes_per_token"] > 3
