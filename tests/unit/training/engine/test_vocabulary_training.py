"""A vocabulary from a corpus, and several judged on the same held-out code."""

from __future__ import annotations

import json
import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from apps.shared.vocabulary.bundle import about_read
from apps.shared.vocabulary.table import count, table_read
from apps.shared.vocabulary.tokenizer import smallest
from apps.singularity.training.engine.corpus import CorpusText, corpus_write, texts_read
from apps.singularity.training.engine.events import TrainingFailed
from apps.singularity.training.engine.spec import Spec
from apps.singularity.training.engine.vocabulary import WORDS, evaluate, train

SOURCES = sorted(Path(re.__file__).parent.parent.glob("*.py"))[:30]
SIZES = (600, 2000)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("vocabulary") / "corpus"
    texts = (
        CorpusText.of(language="python", text=file.read_text(encoding="utf-8")) for file in SOURCES
    )
    corpus_write(folder, texts, [])
    return folder


def events(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def spec_of(corpus: Path, run: Path, **options: Any) -> Spec:
    run.mkdir()
    return Spec(kind="vocabulary", corpus=corpus, run=run, version="here_v1.0", **options)


@pytest.fixture(scope="module")
def trained(corpus: Path) -> dict[int, list[dict[str, Any]]]:
    """Vocabularies of two sizes beside the corpus, and what was said of each."""
    said = {}
    for size in SIZES:
        with redirect_stdout(StringIO()) as out:
            train(spec_of(corpus, corpus.parent / str(size), vocabulary_size=size), corpus)
        said[size] = [json.loads(line) for line in out.getvalue().splitlines()]
    return said


def test_a_trained_vocabulary_says_how_it_does_on_held_out_code(
    corpus: Path, trained: dict[int, list[dict[str, Any]]], capsys: pytest.CaptureFixture[str]
) -> None:
    for said in trained.values():
        assert [one["event"] for one in said] == [
            "started", "progress", "progress", "evaluated", "progress", "done",
        ]  # fmt: skip
    small, large = (said[-1]["metrics"] for said in trained.values())
    assert 1 < small["bytes_per_token"] < large["bytes_per_token"]
    assert 1 > small["single_byte_share"] > large["single_byte_share"] > 0
    evaluate(
        Spec(
            kind="vocabulary",
            corpus=corpus,
            run=corpus.parent,
            task="evaluate",
            models={str(size): str(corpus.parent / str(size) / "bundle") for size in SIZES},
        )
    )
    held_out = sum(len(one.text.encode()) for one in texts_read(corpus, "held_out"))
    assert [(one["metrics"], one["examples"]) for one in events(capsys)] == [
        (small, held_out),
        (large, held_out),
    ]


@pytest.mark.usefixtures("trained")
def test_the_bundle_holds_the_words_of_the_train_part_alone(corpus: Path) -> None:
    bundle = corpus.parent / "600" / "bundle"
    assert table_read(bundle / WORDS) == count(one.text for one in texts_read(corpus, "train"))
    assert about_read(bundle).size == 600
    assert about_read(bundle).languages == ("python",)
    assert "here_v1.0" in (bundle / "README.md").read_text(encoding="utf-8")


def test_little_code_shrinks_it_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = [CorpusText.of(language="go", text=f"x{n} := y{n}\n") for n in range(30)]
    corpus_write(tmp_path / "corpus", texts, [])
    spec = spec_of(tmp_path / "corpus", tmp_path / "run", vocabulary_size=8192)
    train(spec, spec.corpus)
    (note,) = (one["text"] for one in events(capsys) if one["event"] == "note")
    size = about_read(spec.run / "bundle").size
    assert smallest(["go"]) < size < 1000
    assert note.endswith(f"the vocabulary has {size}.")


def test_bad_orders_are_told_in_one_line(corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingFailed, match="at least 360 tokens"):
        train(spec_of(corpus, tmp_path / "run", vocabulary_size=100), corpus)
    wrong = Spec(kind="vocabulary", corpus=corpus, run=tmp_path, models={"its": str(tmp_path)})
    with pytest.raises(TrainingFailed, match=r"its is no vocabulary: .* has no tokenizer\.json"):
        evaluate(wrong)
