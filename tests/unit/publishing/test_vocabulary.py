"""Words of three instances: what leaves each of them, and the tokenizer that comes of it."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from apps.centralcloud.averaging.services.vocabulary import common_write, tokenizer_write
from apps.shared.artifacts.services import ArtifactError
from apps.shared.vocabulary.bundle import vocabulary_write
from apps.shared.vocabulary.compression import compression
from apps.shared.vocabulary.exchange import COMMON, WORDS, common_read, list_read, word_hash
from apps.shared.vocabulary.table import count, table_digest, table_write
from apps.shared.vocabulary.tokenizer import tokenizer_read, tokenizer_train
from apps.singularity.publishing.services.vocabulary import words_asked_write, words_hashes_write
from apps.singularity.training.engine.vocabulary import WORDS as TABLE

SIZE = 1500
OWN = {"alpha": "zanzibarProject", "beta": "kilimanjaroKey", "gamma": "serengetiUser"}
FILES = [
    file.read_text(encoding="utf-8")
    for file in sorted(Path(json.__file__).parents[1].glob("*.py"))
    if file.stat().st_size < 30_000
]
HELD_OUT = {name: FILES[place::18] for place, name in enumerate(OWN)}
TRAIN = {
    name: [*(f for f in FILES[place::3] if f not in HELD_OUT[name]), f"{OWN[name]} = 1"]
    for place, name in enumerate(OWN)
}


def local(folder: Path, texts: list[str]) -> Path:
    """The bundle of a local vocabulary."""
    folder.mkdir()
    table = count(texts)
    tokenizer = tokenizer_train(table, size=SIZE, languages=["python"])
    vocabulary_write(folder, tokenizer, words=table_digest(table), languages=["python"])
    table_write(folder / TABLE, table)
    return folder


def sent(bundle: Path, folder: Path, asked: Path | None = None) -> Path:
    """What an instance sends: hashes, or the words that are asked for."""
    folder.mkdir()
    if asked is None:
        assert words_hashes_write(bundle=bundle, folder=folder)
    else:
        assert words_asked_write(bundle=bundle, asked=asked, folder=folder)
    return folder


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("local")
    return {name: local(folder / name, texts) for name, texts in TRAIN.items()}


def test_only_words_that_enough_instances_have_leave_in_clear(
    bundles: dict[str, Path], tmp_path: Path, settings: Any
) -> None:
    settings.VOCABULARY_MIN_INSTANCES = 2
    hashes = [sent(bundle, tmp_path / f"hashes-{name}") for name, bundle in bundles.items()]
    for folder in hashes:
        text = (folder / WORDS).read_text(encoding="utf-8")
        assert not any(word in text for word in ("self", "return", "zanzibar", "serengeti"))
        assert len(list_read(folder, asked="word_hashes").words) > 1000
    asked = tmp_path / "common"
    asked.mkdir()
    found = common_write(bundles=hashes, folder=asked)
    assert found == len(common_read(asked).words)
    words = [sent(b, tmp_path / f"words-{name}", asked) for name, b in bundles.items()]
    tables = [list_read(folder, asked="words").words for folder in words]
    having = Counter(one for h in hashes for one in list_read(h, asked="word_hashes").words)
    assert all(having[word_hash(word)] >= 2 for table in tables for word in table)
    clear = "".join((folder / WORDS).read_text(encoding="utf-8") for folder in words)
    assert not any(own in clear for own in ("zanzibar", "kilimanjaro", "serengeti"))

    fleet = tmp_path / "fleet"
    fleet.mkdir()
    metrics = tokenizer_write(bundles=words, folder=fleet, size=SIZE)
    assert metrics["tokens"] == SIZE
    assert not any(own in (fleet / "tokenizer.json").read_text("utf-8") for own in OWN.values())
    for name, texts in HELD_OUT.items():
        own, shared = (
            compression(tokenizer_read(folder), texts).metrics["bytes_per_token"]
            for folder in (bundles[name], fleet)
        )
        assert shared > 0.98 * own
    again = tmp_path / "again"
    again.mkdir()
    tokenizer_write(bundles=words[::-1], folder=again, size=SIZE)
    assert (again / "tokenizer.json").read_bytes() == (fleet / "tokenizer.json").read_bytes()


def test_three_must_have_a_word_where_that_is_set(
    bundles: dict[str, Path], tmp_path: Path, settings: Any
) -> None:
    hashes = [sent(bundle, tmp_path / name) for name, bundle in bundles.items()]
    found = []
    for least in (1, 2, 3):
        settings.VOCABULARY_MIN_INSTANCES = least
        found.append(common_write(bundles=hashes, folder=tmp_path))
    assert found[0] > found[1] > found[2] > 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SHARE_VOCABULARY", False),
        ("PUBLISH", "off"),
        ("PUBLISH", "patterns"),
        ("INSTANCE_MODE", "read-only"),
    ],
)
def test_nothing_is_written_where_sharing_is_off(
    bundles: dict[str, Path], tmp_path: Path, settings: Any, name: str, value: object
) -> None:
    setattr(settings, name, value)
    bundle = bundles["beta"]
    assert words_hashes_write(bundle=bundle, folder=tmp_path) is None
    assert words_asked_write(bundle=bundle, asked=tmp_path, folder=tmp_path) is None
    assert not list(tmp_path.iterdir())


def test_secrets_and_excluded_names_are_not_even_hashed(tmp_path: Path, settings: Any) -> None:
    settings.PUBLISH_EXCLUDE = ("acme-*", "@globex/*")
    table = {"get": 9, "Acme": 8, ".globex": 7, "\r\n    ": 6, "é": 5}
    secret = {"xkqzvbnmtw": 9, "q" + "abcde" * 5: 9, '("Bcdfghjkl': 4}
    bundle = local(tmp_path / "bundle", ["get"])
    table_write(bundle / TABLE, table | secret)
    words = list_read(sent(bundle, tmp_path / "sent"), asked="word_hashes").words
    assert words == {word_hash(word): table[word] for word in ("get", "\r\n    ", "é")}


def test_what_cannot_be_answered_is_said_in_one_line(
    bundles: dict[str, Path], tmp_path: Path
) -> None:
    (tmp_path / COMMON).write_text(json.dumps({"words": ["get"], "languages": []}))
    with pytest.raises(ArtifactError, match="list of words cannot be used: it has no list of"):
        words_asked_write(bundle=bundles["beta"], asked=tmp_path, folder=tmp_path)
    bare = tmp_path / "bare"
    shutil.copytree(bundles["beta"], bare, ignore=shutil.ignore_patterns(TABLE))
    with pytest.raises(ArtifactError, match="train it anew"):
        words_hashes_write(bundle=bare, folder=tmp_path)
