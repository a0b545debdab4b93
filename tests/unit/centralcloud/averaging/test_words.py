"""The fleet's vocabulary in two rounds: hashes of words, then the words that enough have."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import pytest

from apps.centralcloud.averaging.handlers import training_completed
from apps.centralcloud.averaging.models import AggregateModel, Round, Submission
from apps.centralcloud.averaging.selectors.ready import models_ready
from apps.centralcloud.averaging.services import round_close
from apps.shared.artifacts.engine.family import Family
from apps.shared.artifacts.services import artifact_path, artifact_save
from apps.shared.contracts.payloads.training import TrainingCompleted
from apps.shared.nats_bridge.received import Received
from apps.shared.vocabulary.exchange import Asked, WordList, common_read, list_write, word_hash
from tests.common.averaging import STARTED

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stores")]
FAMILY = Family("vocabulary", "", "", "", "all").key
COMMON = {word: 40 - place for place, word in enumerate(
    ["return", "self", "import", "class", "function", "result", "value", "items", "index", "name",
     "config", "request", "response", "handler", "context", "session", "payload", "message"]
)}  # fmt: skip


def send(instance: str, asked: Asked, words: Mapping[str, int], round_: Round | None) -> None:
    with tempfile.TemporaryDirectory() as name:
        list_write(Path(name), WordList(asked, ("python",), dict(words)))
        (Path(name) / "README.md").write_text(str(uuid4()))
        bundle = artifact_save(folder=Path(name), label="words")
    payload = TrainingCompleted.model_validate(
        {
            "run": uuid4(),
            "kind": "vocabulary",
            "version": f"{instance}_vocabulary-all_v1.1",
            "family": FAMILY,
            "scope": "all",
            "examples": 10,
            "metrics": {},
            "artifact": bundle.digest,
            "size": bundle.size,
            "asked": asked,
            "round": round_.pk if round_ else None,
            "completed_at": STARTED,
        }
    )
    message = Received(
        event_id=str(uuid4()), subject="intelligence.training.completed", instance=instance,
        payload=payload, told_at=STARTED, stored_at=STARTED, size=1,
    )  # fmt: skip
    training_completed([message])


def test_hashes_then_words_then_a_tokenizer() -> None:
    own = {"a": "acme_alpha", "b": "bravo_bravo", "c": "charlie_corp"}
    tables = {name: COMMON | {word: 99} for name, word in own.items()}
    for name, table in tables.items():
        send(name, "word_hashes", {word_hash(word): n for word, n in table.items()}, None)
    hashes = Round.objects.get(number=1)
    assert hashes.asks == "word_hashes"
    assert round_close(round_id=hashes.pk) is not None
    words = Round.objects.get(number=2)
    assert (words.asks, words.state) == ("words", "open")
    (ready,) = models_ready(kind="vocabulary", limit=10)
    assert (ready.state, ready.artifact) == ("open", words.artifact)
    assert ready.round is not None
    assert ready.round.asks == "words"
    asked = common_read(artifact_path(digest=words.artifact)).words
    assert asked == {word_hash(word) for word in COMMON}
    for name in tables:
        send(name, "words", COMMON, words)
    closed = round_close(round_id=words.pk)
    assert closed is not None
    aggregate = AggregateModel.objects.get()
    assert (aggregate.state, aggregate.contributors) == ("promoted", 3)
    assert aggregate.metrics["words"] == len(COMMON)
    folder = artifact_path(digest=aggregate.artifact)
    assert (folder / "tokenizer.json").exists()
    assert aggregate.tokenizer.startswith("sha256:")
    assert not Round.objects.filter(state="open").exists()


def test_words_that_nobody_asked_for_are_refused() -> None:
    for name in "abc":
        send(name, "word_hashes", {word_hash(word): n for word, n in COMMON.items()}, None)
    round_close(round_id=Round.objects.get().pk)
    words = Round.objects.get(number=2)
    for name in "abc":
        send(name, "words", COMMON | ({"zebra": 5} if name == "c" else {}), words)
    closed = round_close(round_id=words.pk, forced=True)
    assert closed is not None
    assert closed.version
    left = Submission.objects.get(state="left_out")
    assert (left.instance, left.reason) == ("c", "it has words that nobody asked for")
