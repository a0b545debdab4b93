"""What is asked on held-out code is the same for everybody."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.singularity.training.engine.corpus import CorpusText
from apps.singularity.training.engine.evaluation import bits_per_byte, held_out_windows
from apps.singularity.training.engine.t5.judging import window_row
from apps.singularity.training.engine.t5.vocabulary import Vocabulary, vocabulary_open
from tests.common.t5 import function, vocabulary_make

CODE = "".join(function("order", "load", number) for number in range(40))


@pytest.fixture(scope="module")
def vocabularies(tmp_path_factory: pytest.TempPathFactory) -> list[Vocabulary]:
    folder = tmp_path_factory.mktemp("vocabularies")
    small = vocabulary_make(folder / "bytes", 361)
    large = vocabulary_make(folder / "words", 800, CODE)
    return [vocabulary_open(small), vocabulary_open(large)]


def text_of(text: str) -> CorpusText:
    return CorpusText.of(language="python", text=text)


def written_back(vocabulary: Vocabulary, ids: list[int]) -> list[str]:
    """Texts between sentinels."""
    marks = {int(number) for number in vocabulary.sentinels} | {vocabulary.end}
    pieces: list[list[int]] = [[]]
    for number in ids:
        if number in marks:
            pieces.append([])
        else:
            pieces[-1].append(number)
    return [vocabulary.tokenizer.decode(piece) for piece in pieces]


@settings(max_examples=40, deadline=None)
@given(text=st.text(st.characters(codec="utf-8"), min_size=20, max_size=1500))
def test_every_vocabulary_predicts_the_same_characters(
    vocabularies: list[Vocabulary], text: str
) -> None:
    for window in held_out_windows([text_of(text)]):
        for vocabulary in vocabularies:
            source, target = window_row(window, vocabulary)
            assert written_back(vocabulary, target.tolist())[1:-1] == window.hidden
            seen = written_back(vocabulary, source[1:].tolist())[:-1]
            assert seen == window.seen


def test_seen_and_hidden_make_up_the_text_and_a_seventh_is_hidden() -> None:
    windows = held_out_windows([text_of(CODE)])
    for window in windows:
        pieces = [*zip(window.seen, [*window.hidden, ""], strict=True)]
        assert "".join(seen + hidden for seen, hidden in pieces) == window.text
    hidden = sum(window.hidden_bytes for window in windows)
    assert 0.10 < hidden / len(CODE) < 0.20


def test_the_question_depends_on_content_alone_and_is_bounded() -> None:
    texts = [text_of(function("parcel", "merge", number) * 3) for number in range(300)]
    asked = held_out_windows(texts, 8_000)
    assert asked == held_out_windows(texts[::-1], 8_000)
    assert 8_000 <= sum(len(window.text) for window in asked) < 8_000 + 1024
    # A file more changes at most as much as it brings.
    more = held_out_windows([*texts, text_of(CODE[:900])], 8_000)
    assert len(set(asked) - set(more)) <= 2


def test_text_that_looks_like_special_tokens_is_text(vocabularies: list[Vocabulary]) -> None:
    said = "mask = '<extra_id_0> </s> <pad>'"
    for vocabulary in vocabularies:
        [ids] = vocabulary.encode([said])
        assert vocabulary.tokenizer.decode(ids.tolist()) == said
        assert not set(ids.tolist()) & {vocabulary.pad, vocabulary.end}


def test_a_coin_for_each_bit_costs_eight_bits_a_byte() -> None:
    assert bits_per_byte(8 * 0.6931471805599453 * 100, 100) == pytest.approx(8)


def test_a_vocabulary_without_sentinels_is_refused_in_one_line(tmp_path: Path) -> None:
    from tokenizers import Tokenizer, models

    from apps.singularity.training.engine.events import TrainingFailed

    Tokenizer(models.BPE()).save(str(tmp_path / "tokenizer.json"))
    with pytest.raises(TrainingFailed, match="not of T5's family"):
        vocabulary_open(tmp_path)
    with pytest.raises(TrainingFailed, match=r"tokenizer\.json is missing"):
        vocabulary_open(tmp_path / "nowhere")
