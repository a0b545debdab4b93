"""Span corruption as Raffel et al. define it, and batches that a step alone decides."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.singularity.training.engine.t5.batches import Spans
from apps.singularity.training.engine.t5.corruption import (
    corrupted,
    hidden_mask,
    lengths_for,
    lengths_of,
)
from apps.singularity.training.engine.t5.vocabulary import Vocabulary, vocabulary_open
from tests.common.t5 import vocabulary_make

SENTINELS = np.arange(1000, 1100)


@settings(max_examples=60, deadline=None)
@given(text=st.integers(10, 600), seed=st.integers(0, 2**32))
def test_source_and_target_together_are_the_text(text: int, seed: int) -> None:
    lengths = lengths_of(text)
    tokens = np.arange(2, text + 2)
    mask = hidden_mask(lengths, np.random.default_rng(seed))
    source, target = corrupted(tokens, mask, SENTINELS, 1)
    assert (len(source), len(target)) == (lengths.source, lengths.target)
    assert (source[-1], target[-1]) == (1, 1)
    spans = np.split(target[:-1], np.flatnonzero(target[:-1] >= 1000))[1:]
    filled = {int(span[0]): span[1:].tolist() for span in spans}
    whole = [one for number in source[:-1].tolist() for one in filled.get(number, [number])]
    assert whole == tokens.tolist()


def test_lengths_are_those_of_the_paper() -> None:
    # 512 tokens of source are made of 568 of text and give 114 of target.
    assert (lengths_for(512).text, lengths_for(512).target) == (568, 114)
    with pytest.raises(ValueError, match="length"):
        lengths_for(4000)


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    return vocabulary_open(vocabulary_make(tmp_path_factory.mktemp("words") / "vocabulary"))


def spans(vocabulary: Vocabulary, seed: int = 0) -> Spans:
    files = [np.arange(200, 200 + length) for length in (30, 70, 110, 50)]
    return Spans(files, vocabulary, length=32, batch=3, seed=seed)


def test_a_batch_follows_from_seed_and_step(vocabulary: Vocabulary) -> None:
    one, other = spans(vocabulary), spans(vocabulary)
    for step in (0, 1, 2, 7):
        one.at(step)
    assert (one.at(5).sources == other.at(5).sources).all()
    assert (one.at(5).sources != spans(vocabulary, seed=1).at(5).sources).any()


def test_an_epoch_shows_every_row_once(vocabulary: Vocabulary) -> None:
    batches = spans(vocabulary)
    assert batches.count == 260 // lengths_for(32).text
    rows = [batches._row(place) for place in range(batches.count)]
    seen = np.concatenate([np.concatenate(row) for row in rows])
    text = seen[seen >= 200]
    assert len(text) == batches.count * lengths_for(32).text


def test_fewer_tokens_than_a_row_are_repeated(vocabulary: Vocabulary) -> None:
    few = Spans([np.array([300, 301, 302])], vocabulary, length=32, batch=2, seed=0)
    assert few.at(0).sources.shape == (2, 32)
