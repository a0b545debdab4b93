"""A corpus and a vocabulary that the tests of this folder share."""

from pathlib import Path

import pytest

from apps.singularity.training.engine.spec import Spec
from tests.common.t5 import corpus_make, vocabulary_make


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty small modules, some of them held out."""
    return corpus_make(tmp_path_factory.mktemp("data") / "corpus")


@pytest.fixture(scope="session")
def vocabulary_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A byte-level vocabulary of 500 tokens."""
    return vocabulary_make(tmp_path_factory.mktemp("data") / "vocabulary")


@pytest.fixture
def spec(corpus: Path, vocabulary_folder: Path, tmp_path: Path) -> Spec:
    """A short run of the smallest T5."""
    return Spec(
        kind="t5",
        corpus=corpus,
        run=tmp_path / "run",
        tokenizer=str(vocabulary_folder),
        size="test",
        steps=16,
        evaluate_every=8,
        checkpoint_every=4,
        threads=1,
        device="cpu",
    )
